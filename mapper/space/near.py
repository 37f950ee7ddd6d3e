"""Which points lie near one another, over the globe and without looking at all pairs."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from mapper.space.distance import geodesic_arrays

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

# A degree of latitude is at least so long, in metres.
_DEGREE_M = 110_500.0
# Points are thinned to one in a cell of this share of the link before they are compared.
_CELL_SHARE = 0.125


class PointIndex:
    """
    Points to be asked which of them lie near a place.

    Examples
    --------
    >>> index = PointIndex(np.array([179.9, 5.0]), np.zeros(2))
    >>> rows, metres = index.near(-179.9, 0.0, 30_000)
    >>> rows.tolist(), metres.round(-2).tolist()
    ([0], [22300.0])
    """

    def __init__(self, lon: Floats, lat: Floats) -> None:
        self.lon, self.lat = lon, lat
        # Each point also stands a turn to the west and to the east, for those beside the antimeridian.
        turns = np.concatenate([lon, lon - 360.0, lon + 360.0])
        self._tree = shapely.STRtree(shapely.points(turns, np.tile(lat, 3)))

    def near(self, lon: float, lat: float, reach_m: float) -> tuple[Indices, Floats]:
        """Return the rows of the points within a distance, in order, and how far they are in metres."""
        box = _boxes(np.array([lon]), np.array([lat]), reach_m)[0]
        rows = np.unique(self._tree.query(box, predicate="intersects") % len(self.lon))
        count = len(rows)
        metres, _ = geodesic_arrays(np.full(count, lon), np.full(count, lat), self.lon[rows], self.lat[rows])
        near = metres <= reach_m
        return rows[near], metres[near]

    def pairs(self, reach_m: float) -> tuple[Indices, Indices]:
        """Return the pairs of points within a distance of one another, the smaller row first."""
        boxes = _boxes(self.lon, self.lat, reach_m)
        first, second = self._tree.query(boxes, predicate="intersects")
        second = second % max(len(self.lon), 1)
        first, second = first[first < second], second[first < second]
        metres, _ = geodesic_arrays(self.lon[first], self.lat[first], self.lon[second], self.lat[second])
        return first[metres <= reach_m], second[metres <= reach_m]


def _boxes(lon: Floats, lat: Floats, reach_m: float) -> NDArray[np.object_]:
    """Return boxes in degrees that hold all that lies within a distance of some points."""
    high = reach_m / _DEGREE_M
    cosine = np.cos(np.radians(np.minimum(np.abs(lat) + high, 89.0)))
    wide = np.minimum(high / cosine, 180.0)
    return np.asarray(shapely.box(lon - wide, lat - high, lon + wide, lat + high))


def clusters(lon: Floats, lat: Floats, link_m: float) -> list[Indices]:
    """
    Return the rows of points that hang together by steps of at most `link_m`, cluster by cluster.

    Points that share a small cell are compared as one, so a link is good to a sixth of its length. Clusters
    stand in the order of their first rows.

    Examples
    --------
    >>> [rows.tolist() for rows in clusters(np.array([179.9, 5.0, -179.9]), np.zeros(3), 30_000)]
    [[0, 2], [1]]
    """
    if not len(lon):
        return []
    cell = _CELL_SHARE * link_m / _DEGREE_M
    band = np.round(lat / cell)
    column = np.round(lon * np.maximum(np.cos(np.radians(band * cell)), 0.01) / cell)
    _, firsts, member = np.unique(
        np.column_stack([band, column]), axis=0, return_index=True, return_inverse=True
    )
    one, other = PointIndex(lon[firsts], lat[firsts]).pairs(link_m)
    label = np.arange(len(firsts))
    while True:
        low = label.copy()
        np.minimum.at(low, one, label[other])
        np.minimum.at(low, other, label[one])
        low = low[low]
        if np.array_equal(low, label):
            break
        label = low
    of_row = label[member.ravel()]
    order = np.argsort(of_row, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(of_row[order])) + 1)
    return sorted(parts, key=lambda rows: int(rows[0]))
