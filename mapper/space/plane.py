"""Degrees to a local plane in metres and back, for buffers, areas and sectors."""

from __future__ import annotations

import math

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import split

from mapper.space.distance import GEOD

# Straight edges of the plane are curves on the globe: they are cut to this share of their geometry's size.
_EDGES = 90
_POLE_DEG = 1e-9


class Plane:
    """
    The azimuthal equidistant plane about a centre: distance and direction from the centre are true.

    Its x is `d sin(b)` and its y is `d cos(b)`, where d and b are geodesic distance and initial bearing from
    the centre. So it works alike at the poles and across the antimeridian. Other lengths are good to 0.1 %
    within 500 km.

    Parameters
    ----------
    centre
        (lon, lat) in degrees, WGS 84.

    References
    ----------
    Snyder (1987), Map projections: a working manual, USGS Professional Paper 1395, section 25.

    Examples
    --------
    >>> plane = Plane(Point(20.0, 32.0))
    >>> ring = plane.to_lonlat(Point(0, 0).buffer(10_000))
    >>> ring.contains(Point(20.1, 32.0)), ring.contains(Point(20.2, 32.0))
    (True, False)
    >>> plane.to_plane(Point(20.0, 32.0))
    <POINT (0 0)>
    """

    def __init__(self, centre: Point) -> None:
        self.centre = centre

    def to_plane(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return `geometry`, in degrees, as metres from the centre; x is east, y is north."""
        return shapely.transform(geometry, self._forward)

    def to_lonlat(self, geometry: BaseGeometry) -> BaseGeometry:
        """
        Return `geometry`, in metres from the centre, as degrees (lon, lat).

        Lines and areas get more vertices, so that they keep their shape. What crosses the antimeridian or
        holds a pole comes back in parts, each within -180 to 180 degrees. Empty gives empty.
        """
        if geometry.is_empty or geometry.geom_type in ("Point", "MultiPoint"):
            return shapely.transform(geometry, self._inverse)
        west, south, east, north = geometry.bounds
        fine = shapely.segmentize(geometry, max(1.0, (east - west + north - south) / _EDGES))
        if not self._meets_antimeridian(fine):
            return shapely.transform(fine, self._inverse)
        halves = [self._half(part) for part in getattr(split(fine, self._great_circle(fine)), "geoms", [])]
        return shapely.union_all([half for half in halves if not half.is_empty])

    def _forward(self, coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        lon, lat = coordinates[:, 0], coordinates[:, 1]
        bearing, _, distance = GEOD.inv(*self._from_centre(len(lon)), lon, lat)
        angle = np.radians(bearing)
        return np.column_stack([distance * np.sin(angle), distance * np.cos(angle)])

    def _inverse(self, coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = coordinates[:, 0], coordinates[:, 1]
        lon, lat, _ = GEOD.fwd(*self._from_centre(len(x)), np.degrees(np.arctan2(x, y)), np.hypot(x, y))
        return np.column_stack([lon, lat])

    def _from_centre(self, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return np.full(count, self.centre.x), np.full(count, self.centre.y)

    def _meets_antimeridian(self, geometry: BaseGeometry) -> bool:
        """Tell whether the geometry, in the plane, touches the 180th meridian or a pole."""
        reach = float(np.hypot(*np.abs(np.reshape(geometry.bounds, (2, 2))).max(axis=0)))
        # One degree of latitude is at least 110.5 km; one of longitude shrinks with the cosine of the highest
        # latitude.
        high = min(abs(self.centre.y) + reach / 110_500, 90.0)
        width = reach / (110_500 * max(math.cos(math.radians(high)), 1e-6))
        return high >= 90.0 or abs(float(self.centre.x)) + width >= 180.0

    def _great_circle(self, geometry: BaseGeometry) -> LineString:
        """Return the part near `geometry` of the circle through both poles and Greenwich."""
        reach = float(np.hypot(*np.abs(np.reshape(geometry.bounds, (2, 2))).max(axis=0))) + 1_000
        latitude = np.linspace(-90.0, 90.0, 7_201)
        ring_lon = np.concatenate([np.full(7_201, 180.0), np.zeros(7_201)])
        ring_lat = np.concatenate([latitude, latitude[::-1]])
        points = self._forward(np.column_stack([ring_lon, ring_lat]))
        near = np.hypot(points[:, 0], points[:, 1]) <= 3 * reach
        # Start the ring outside the reach, so that what stays is one run of vertices.
        start = int(np.argmin(near))
        order = np.roll(np.arange(len(points)), -start)
        kept = points[order][near[order]]
        return LineString(kept) if len(kept) > 1 else LineString()

    def _half(self, part: BaseGeometry) -> BaseGeometry:
        """Return a part that lies on one side of the great circle, in degrees, its cut edge on 180 or 0."""
        inner = shapely.transform(part.representative_point(), self._inverse)
        sign = 1.0 if inner.x >= 0 else -1.0

        def degrees(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
            lonlat = self._inverse(coordinates)
            lonlat[:, 0] = np.where(
                lonlat[:, 0] * sign < -90.0, 180.0 * sign, np.maximum(lonlat[:, 0] * sign, 0.0) * sign
            )
            return lonlat

        if not isinstance(part, Polygon):
            return shapely.transform(part, degrees)
        rings = [_open_pole(degrees(np.asarray(ring.coords))) for ring in (part.exterior, *part.interiors)]
        return shapely.make_valid(Polygon(rings[0], rings[1:]))


def _open_pole(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give a ring that runs through a pole the edge along the pole that it has in degrees."""
    at_pole = np.abs(ring[:, 1]) >= 90.0 - _POLE_DEG
    if not at_pole.any():
        return ring
    opened: list[tuple[float, float]] = []
    last = len(ring) - 1
    for index, (lon, lat) in enumerate(ring):
        if at_pole[index]:
            opened.append((ring[index - 1 if index else last - 1][0], lat))
            opened.append((ring[index + 1 if index < last else 1][0], lat))
        else:
            opened.append((lon, lat))
    return np.array(opened)
