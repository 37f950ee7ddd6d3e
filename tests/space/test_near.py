"""Which points lie near one another."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.space.distance import geodesic_arrays
from mapper.space.near import PointIndex, clusters

POINTS = st.lists(st.tuples(st.floats(-180, 180), st.floats(-88, 88)), min_size=1, max_size=30)


def metres_between(points: np.ndarray) -> np.ndarray:
    count = len(points)
    one, other = np.repeat(points, count, axis=0), np.tile(points, (count, 1))
    metres, _ = geodesic_arrays(one[:, 0], one[:, 1], other[:, 0], other[:, 1])
    return metres.reshape(count, count)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(POINTS, st.floats(1_000, 3_000_000))
def test_the_index_finds_what_all_pairs_find(points: list[tuple[float, float]], reach_m: float) -> None:
    table = np.array(points)
    index, metres = PointIndex(table[:, 0], table[:, 1]), metres_between(table)
    for row, (lon, lat) in enumerate(points):
        found, _ = index.near(lon, lat, reach_m)
        assert found.tolist() == np.flatnonzero(metres[row] <= reach_m).tolist()
    pairs = set(zip(*(side.tolist() for side in index.pairs(reach_m)), strict=True))
    assert pairs == {(int(i), int(j)) for i, j in zip(*np.nonzero(metres <= reach_m), strict=True) if i < j}


@settings(deadline=None, max_examples=60, derandomize=True)
@given(POINTS, st.floats(10_000, 3_000_000))
def test_clusters_are_apart_and_hold_every_point_once(
    points: list[tuple[float, float]], link_m: float
) -> None:
    table = np.array(points)
    found = clusters(table[:, 0], table[:, 1], link_m)
    assert sorted(np.concatenate(found).tolist()) == list(range(len(points)))
    metres = metres_between(table)
    for rows in found:
        others = np.setdiff1d(np.arange(len(points)), rows)
        if len(others):
            assert metres[np.ix_(rows, others)].min() > 0.64 * link_m


def test_no_points_have_no_clusters() -> None:
    assert clusters(np.array([]), np.array([]), 1000.0) == []
