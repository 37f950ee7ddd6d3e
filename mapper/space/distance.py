"""Geodesic distance, bearing and destination on the WGS 84 ellipsoid, and names for bearings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from geopy.distance import geodesic as geopy_geodesic
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod
from shapely.geometry import Point

GEOD = Geod(ellps="WGS84")
COMPASS_POINTS: Sequence[str] = (
    "north", "north-northeast", "northeast", "east-northeast",
    "east", "east-southeast", "southeast", "south-southeast",
    "south", "south-southwest", "southwest", "west-southwest",
    "west", "west-northwest", "northwest", "north-northwest",
)  # fmt: skip


def geodesic(a: Point, b: Point) -> tuple[float, float]:
    """
    Return distance in metres and initial bearing in degrees from `a` to `b`.

    Parameters
    ----------
    a, b
        Points as (lon, lat) in degrees, WGS 84.

    Returns
    -------
    distance_m, bearing_deg
        Length of the shortest path and its first direction, clockwise from true north in [0, 360). Equal
        points give zero for both.

    References
    ----------
    Karney (2013), Algorithms for geodesics, doi:10.1007/s00190-012-0578-z

    Examples
    --------
    >>> distance, bearing = geodesic(Point(13.19, 32.89), Point(18.57, 30.51))
    >>> round(distance / 1000), round(bearing)
    (574, 116)
    >>> geodesic(Point(10, 50), Point(10, 50))
    (0.0, 0.0)
    """
    distance_m = float(geopy_geodesic((a.y, a.x), (b.y, b.x)).meters)
    if distance_m == 0:
        return 0.0, 0.0
    forward, _, _ = GEOD.inv(a.x, a.y, b.x, b.y)
    return distance_m, float(forward) % 360


def geodesic_arrays(
    lon_a: ArrayLike, lat_a: ArrayLike, lon_b: ArrayLike, lat_b: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Return distances in metres and initial bearings in degrees for many pairs of points.

    Parameters
    ----------
    lon_a, lat_a, lon_b, lat_b
        Degrees, WGS 84; shapes that broadcast together. Empty input gives empty arrays.

    Returns
    -------
    distance_m, bearing_deg
        As `geodesic` gives for one pair; about a million pairs a second.

    Examples
    --------
    >>> distance, bearing = geodesic_arrays([0.0, 0.0], [0.0, 0.0], [1.0, 0.0], [0.0, 1.0])
    >>> distance.round().tolist(), bearing.round().tolist()
    ([111319.0, 110574.0], [90.0, 0.0])
    >>> geodesic_arrays([], [], [], [])[0].size
    0
    """
    ends = np.broadcast_arrays(*(np.asarray(values, dtype=float) for values in (lon_a, lat_a, lon_b, lat_b)))
    from_lon, from_lat, to_lon, to_lat = (np.ascontiguousarray(values) for values in ends)
    forward, _, distance = GEOD.inv(from_lon, from_lat, to_lon, to_lat)
    distance = np.asarray(distance, dtype=float)
    return distance, np.where(distance == 0, 0.0, np.asarray(forward, dtype=float) % 360)


def destination(origin: Point, *, bearing_deg: float, distance_m: float) -> Point:
    """
    Return the point reached from `origin` along a geodesic.

    Parameters
    ----------
    origin
        Start as (lon, lat) in degrees, WGS 84.
    bearing_deg
        First direction of travel, clockwise from true north.
    distance_m
        Length of the path; zero gives `origin` back.

    Returns
    -------
    point
        End of the path as (lon, lat) in degrees.

    Raises
    ------
    ValueError
        If `distance_m` is negative.

    References
    ----------
    Karney (2013), Algorithms for geodesics, doi:10.1007/s00190-012-0578-z

    Examples
    --------
    >>> end = destination(Point(30.0, 50.0), bearing_deg=90, distance_m=5_000)
    >>> round(end.x, 4), round(end.y, 4)
    (30.0697, 50.0)
    >>> destination(Point(30.0, 50.0), bearing_deg=0, distance_m=0)
    <POINT (30 50)>
    """
    if distance_m < 0:
        raise ValueError(f"distance_m is {distance_m!r}; a path has a length of zero or more.")
    if distance_m == 0:
        return origin
    end = geopy_geodesic(meters=distance_m).destination((origin.y, origin.x), bearing=bearing_deg)
    return Point(end.longitude, end.latitude)


def bearing_difference(a_deg: float, b_deg: float) -> float:
    """
    Return the unsigned angle between two bearings, in degrees from 0 to 180.

    Examples
    --------
    >>> bearing_difference(350, 10), bearing_difference(90, 270)
    (20.0, 180.0)
    """
    return abs((a_deg - b_deg + 180.0) % 360.0 - 180.0)


def compass_word(bearing_deg: float) -> str:
    """
    Return the nearest of the sixteen points of the compass, in words.

    Examples
    --------
    >>> compass_word(116), compass_word(359)
    ('east-southeast', 'north')
    """
    return COMPASS_POINTS[round(bearing_deg % 360 / 22.5) % 16]
