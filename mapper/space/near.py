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


def near_pairs(lon: Floats, lat: Floats, reach_m: float) -> tuple[Indices, Indices, Floats]:
    """
    Return the pairs of points within a distance, as row, row (the smaller first) and metres.

    Examples
    --------
    >>> first, second, metres = near_pairs(np.array([0.0, 5.0, 0.1]), np.zeros(3), 20_000)
    >>> first.tolist(), second.tolist(), metres.round(-2).tolist()
    ([0], [2], [11100.0])
    """
    high = reach_m / _DEGREE_M
    cosine = np.cos(np.radians(np.minimum(np.abs(lat) + high, 89.0)))
    wide = np.minimum(high / cosine, 180.0)
    # Each point also stands a turn to the west and to the east, for those beside the antimeridian.
    turns = np.concatenate([lon, lon - 360.0, lon + 360.0])
    tree = shapely.STRtree(shapely.points(turns, np.tile(lat, 3)))
    boxes = shapely.box(lon - wide, lat - high, lon + wide, lat + high)
    first, second = tree.query(boxes, predicate="intersects")
    second = second % max(len(lon), 1)
    kept = first < second
    first, second = first[kept], second[kept]
    metres, _ = geodesic_arrays(lon[first], lat[first], lon[second], lat[second])
    near = metres <= reach_m
    return first[near], second[near], metres[near]


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
    one, other, _ = near_pairs(lon[firsts], lat[firsts], link_m)
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
