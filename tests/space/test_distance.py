"""Distances, bearings and destinations on the ellipsoid."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely.geometry import Point

from mapper.space.distance import (
    COMPASS_POINTS,
    bearing_difference,
    compass_word,
    destination,
    geodesic,
    geodesic_arrays,
)

longitudes = st.floats(-180, 180)
latitudes = st.floats(-89.9, 89.9)
points = st.builds(Point, longitudes, latitudes)


@given(points, points)
def test_distance_is_the_same_both_ways(a, b):
    assert geodesic(a, b)[0] == pytest.approx(geodesic(b, a)[0], abs=1e-3)


@given(points)
def test_a_point_is_at_no_distance_from_itself(a):
    assert geodesic(a, a) == (0.0, 0.0)


@given(points, st.floats(0, 360), st.floats(1, 9_000_000))
def test_a_destination_is_as_far_and_in_the_direction_that_was_asked(origin, bearing, distance):
    measured, direction = geodesic(origin, destination(origin, bearing_deg=bearing, distance_m=distance))
    assert measured == pytest.approx(distance, abs=1e-2)
    # A direction is only as sharp as the distance allows, and turns fast beside a pole.
    assume(abs(origin.y) < 89)
    assert bearing_difference(direction, bearing) < math.degrees(0.1 / distance) + 1e-5


@given(st.lists(st.tuples(longitudes, latitudes, longitudes, latitudes), max_size=20))
def test_arrays_agree_with_single_pairs(rows):
    table = np.array(rows, dtype=float).reshape(-1, 4)
    distances, bearings = geodesic_arrays(*table.T)
    for row, distance, bearing in zip(table, distances, bearings, strict=True):
        one, direction = geodesic(Point(row[0], row[1]), Point(row[2], row[3]))
        assert distance == pytest.approx(one, abs=1e-3)
        if 1 < one < 19_900_000:
            assert bearing_difference(bearing, direction) < 1e-6


def test_a_known_line_has_its_published_length():
    # Flinders Peak to Buninyong, the classic test line, on WGS 84 (Karney 2013 gives the algorithm).
    flinders, buninyong = Point(144.42486788888, -37.95103341666), Point(143.92649552777, -37.65282113888)
    distance, bearing = geodesic(flinders, buninyong)
    assert distance == pytest.approx(54_972.271, abs=0.005)
    assert bearing == pytest.approx(306.86816, abs=1e-4)


def test_a_negative_length_is_refused():
    with pytest.raises(ValueError, match="distance_m is -1"):
        destination(Point(0, 0), bearing_deg=0, distance_m=-1)


@given(st.integers(0, 15), st.floats(-11.2, 11.2))
def test_a_bearing_within_half_a_point_has_the_word_of_that_point(index, off):
    assert compass_word(index * 22.5 + off) == COMPASS_POINTS[index]
