"""Degrees to metres and back."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon

from mapper.space.distance import destination, geodesic
from mapper.space.plane import Plane

anywhere = st.builds(Point, st.floats(-180, 180), st.floats(-90, 90))


def _holds(region, point):
    """Tell whether a region in degrees holds a point, whose meridian may be named 180 or -180."""
    return any(region.buffer(1e-9).covers(Point(point.x + turn, point.y)) for turn in (-360, 0, 360))


@given(anywhere, st.floats(0, 360), st.floats(0, 400_000))
def test_distance_and_direction_from_the_centre_are_true(centre, bearing, distance):
    point = destination(centre, bearing_deg=bearing, distance_m=distance)
    flat = Plane(centre).to_plane(point)
    assert math.hypot(flat.x, flat.y) == pytest.approx(distance, abs=1e-2)


@given(anywhere, st.floats(-300_000, 300_000), st.floats(-300_000, 300_000))
def test_there_and_back_is_the_same_point(centre, x, y):
    plane = Plane(centre)
    again = plane.to_plane(plane.to_lonlat(Point(x, y)))
    assert again.distance(Point(x, y)) < 0.01


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(
        [(180, 10), (179.9, -16), (-179.5, 65), (10, 89.5), (100, 90), (0, -90), (-170, -88), (30, 50)]
    ),
    st.sampled_from([1_000, 50_000, 300_000]),
    st.floats(0, 360),
    st.floats(0, 1.5),
)
def test_a_circle_holds_what_is_within_its_radius_at_the_poles_and_the_antimeridian_too(
    centre, radius, bearing, share
):
    centre = Point(*centre)
    circle = Plane(centre).to_lonlat(Point(0, 0).buffer(radius, quad_segs=64))
    if abs(share - 1) < 0.01:
        return
    point = destination(centre, bearing_deg=bearing, distance_m=share * radius)
    assert circle.is_valid
    assert _holds(circle, point) == (share < 1)


def test_what_crosses_the_antimeridian_comes_back_in_parts_within_the_map():
    circle = Plane(Point(179.9, -16)).to_lonlat(Point(0, 0).buffer(50_000))
    assert circle.geom_type == "MultiPolygon"
    west, _, east, _ = circle.bounds
    assert (west, east) == (-180.0, 180.0)


def test_a_line_across_the_antimeridian_is_cut_there():
    plane = Plane(Point(179.9, 0))
    line = plane.to_lonlat(LineString([(-50_000, 0), (50_000, 0)]))
    assert line.length == pytest.approx(geodesic(Point(0, 0), Point(0, 0))[0] + 100_000 / 111_319.5, rel=1e-3)


def test_areas_are_those_of_the_ellipsoid_near_the_centre():
    square = Polygon([(34.95, 47.95), (35.05, 47.95), (35.05, 48.05), (34.95, 48.05)])
    # 0.1 degrees of longitude at 48 N by 0.1 of latitude: 7.4596 km by 11.1204 km.
    assert Plane(Point(35, 48)).to_plane(square).area == pytest.approx(7_459.6 * 11_120.4, rel=1e-3)


def test_empty_stays_empty():
    assert Plane(Point(0, 0)).to_lonlat(Polygon()).is_empty
