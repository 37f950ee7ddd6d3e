"""Points, regions and uncertainties of located phrases."""

import math

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

from mapper.model import Locative, Place, Resolution, Toponym
from mapper.space.distance import COMPASS_POINTS, destination, geodesic
from mapper.space.locate import (
    heading_uncertainty_deg,
    locate,
    locate_place,
    place_radius_m,
    placed_by_offset,
)

A, B = Toponym(0, 1, "A"), Toponym(2, 3, "B")
HOME = Point(35.0, 48.0)


def _locate(*, at=HOME, end=None, population=0, extent_m=0.0, on_land=None, subject=None, **given):
    places = [Resolution(A, Place("1", "A", at, population=population, extent_m=extent_m))]
    landmarks = (A,)
    if end is not None:
        places.append(Resolution(B, Place("2", "B", end)))
        landmarks = (A, B)
    if subject is not None:
        places.append(Resolution(subject, None))
    locative = Locative(0, 9, "there", landmarks=landmarks, subject=subject, **given)
    (location,) = locate([locative], places, on_land=on_land)
    return location


def _holds(region, point):
    return any(region.buffer(1e-9).covers(Point(point.x + turn, point.y)) for turn in (-360, 0, 360))


@settings(max_examples=150, deadline=None)
@given(
    st.floats(-180, 180),
    st.one_of(st.floats(-90, 90), st.sampled_from([-90.0, 90.0, 89.7, -89.9])),
    st.floats(2, 600),
    st.floats(0, 360),
    st.sampled_from([1, 2]),
)
def test_an_offset_stated_as_newspapers_round_holds_the_true_point(lon, lat, km, bearing, points):
    home = Point(lon, lat)
    truth = destination(home, bearing_deg=bearing, distance_m=km * 1_000)
    step = 1 if km < 10 else 5 if km < 50 else 10 if km < 200 else 50
    value = round(km / step) * step
    word = round(bearing / (22.5 * points)) * 22.5 * points % 360
    location = _locate(
        at=home, relation="offset", value=float(value), unit="km", distance_m=value * 1_000.0,
        bearing=COMPASS_POINTS[round(word / 22.5)], bearing_deg=word,
    )  # fmt: skip
    assert _holds(location.region, truth)
    assert geodesic(location.geometry, truth)[0] <= location.uncertainty_m * 1.001


@settings(max_examples=80, deadline=None)
@given(st.floats(-180, 180), st.floats(-85, 85), st.floats(1, 300), st.floats(0, 360))
def test_a_distance_without_direction_is_a_ring(lon, lat, km, bearing):
    home = Point(lon, lat)
    value = max(1.0, float(round(km)))
    location = _locate(at=home, relation="offset", value=value, unit="km", distance_m=value * 1_000)
    assert _holds(location.region, destination(home, bearing_deg=bearing, distance_m=km * 1_000))
    assert location.geometry.equals_exact(home, 1e-9)


def test_a_ring_leaves_out_what_is_much_too_near():
    location = _locate(relation="offset", value=100.0, unit="km", distance_m=100_000.0)
    assert not location.region.contains(HOME)


@pytest.mark.parametrize(("bearing", "half"), [(0.0, 45.0), (90.0, 45.0), (45.0, 22.5), (337.5, 11.25)])
def test_the_literature_gives_each_compass_word_its_angle(bearing, half):
    assert heading_uncertainty_deg(bearing) == half
    location = _locate(
        relation="offset", value=80.0, unit="km", distance_m=80_000.0, bearing="x", bearing_deg=bearing
    )
    inside = destination(HOME, bearing_deg=bearing + half * 0.98, distance_m=80_000)
    outside = destination(HOME, bearing_deg=bearing + half + 3, distance_m=80_000)
    assert location.region.contains(inside)
    assert not location.region.contains(outside)


def test_between_two_places_lies_in_the_corridor_about_their_line():
    end = destination(HOME, bearing_deg=70, distance_m=60_000)
    location = _locate(end=end, relation="between")
    for share in (0.1, 0.5, 0.9):
        assert location.region.contains(destination(HOME, bearing_deg=70, distance_m=60_000 * share))
    assert not location.region.contains(destination(HOME, bearing_deg=250, distance_m=30_000))
    assert geodesic(location.geometry, HOME)[0] == pytest.approx(30_000, rel=0.01)
    assert location.uncertainty_m >= 30_000


def test_halfway_is_the_middle_and_surer_than_between():
    end = destination(HOME, bearing_deg=70, distance_m=60_000)
    halfway, between = (
        _locate(end=end, relation="between", fraction=0.5),
        _locate(end=end, relation="between"),
    )
    assert geodesic(halfway.geometry, HOME)[0] == pytest.approx(30_000, rel=0.01)
    assert halfway.uncertainty_m < between.uncertainty_m


def test_along_a_road_across_the_antimeridian_stays_beside_it():
    west, east = Point(179.5, -17.0), Point(-179.5, -17.0)
    location = _locate(at=west, end=east, relation="along")
    assert _holds(location.region, Point(180.0, -17.0))
    assert location.region.area < 2


def test_west_of_a_place_is_a_sector_to_its_west():
    location = _locate(relation="direction", bearing="west", bearing_deg=270.0)
    assert location.region.contains(destination(HOME, bearing_deg=280, distance_m=10_000))
    assert not location.region.contains(destination(HOME, bearing_deg=90, distance_m=10_000))


def test_outside_a_town_begins_within_its_edge_and_leaves_out_its_heart():
    location = _locate(relation="outside", extent_m=8_000.0)
    assert not location.region.contains(HOME)
    assert location.region.contains(destination(HOME, bearing_deg=10, distance_m=9_000))


def test_the_eastern_suburbs_are_in_the_east_of_the_town():
    location = _locate(relation="inside", extent_m=8_000.0, bearing="east", bearing_deg=90.0)
    assert location.region.contains(destination(HOME, bearing_deg=90, distance_m=6_000))
    assert not location.region.contains(destination(HOME, bearing_deg=270, distance_m=6_000))


def _west_of_35(shape):
    return shape.intersection(box(30, 40, 35.0, 55))


def test_land_cuts_off_the_sea():
    location = _locate(relation="near", on_land=_west_of_35)
    assert location.region.area > 0
    assert location.region.bounds[2] <= 35.0


def test_what_lies_off_a_coast_is_at_sea():
    location = _locate(relation="near", on_land=_west_of_35, at_sea=True)
    assert location.region.bounds[2] > 35.0


def test_a_direction_over_a_bay_ends_at_its_nearest_shore():
    told = {
        "relation": "offset", "value": 50.0, "unit": "km", "distance_m": 50_000.0, "bearing": "north",
        "bearing_deg": 0.0,
    }  # fmt: skip
    bay = destination(HOME, bearing_deg=0, distance_m=50_000).buffer(0.1)
    location = _locate(**told, on_land=lambda shape: shape.difference(bay))
    water = _locate(**told)
    assert location.region.distance(location.geometry) == pytest.approx(0, abs=1e-9)
    assert geodesic(location.geometry, water.geometry)[0] > 5_000
    corner = max(geodesic(location.geometry, Point(xy))[0] for xy in shapely.get_coordinates(location.region))
    assert corner <= location.uncertainty_m


def test_an_unknown_name_is_placed_by_its_offset():
    hamlet = Toponym(5, 9, "Thal")
    location = _locate(
        relation="offset", value=10.0, unit="km", distance_m=10_000.0, bearing="south", bearing_deg=180.0,
        subject=hamlet,
    )  # fmt: skip
    assert location.name == "Thal"
    assert location.flags == ("by_offset",)
    assert location.resolution is not None and location.resolution.place is None
    assert geodesic(HOME, location.geometry) == pytest.approx((10_000, 180), rel=1e-3)


def test_a_phrase_with_an_unknown_landmark_has_no_location():
    locative = Locative(0, 9, "", "near", (A,))
    assert locate([locative], [Resolution(A, None)]) == []
    assert locate([locative], []) == []


def test_a_named_place_is_as_uncertain_as_it_is_large():
    small = locate_place(Resolution(A, Place("1", "A", HOME)))
    large = locate_place(Resolution(A, Place("1", "A", HOME, population=1_000_000)))
    assert small.uncertainty_m == 1_000
    assert large.uncertainty_m > 5_000
    assert place_radius_m(Place("1", "A", HOME, extent_m=30_000)) == 31_000


def test_an_area_is_as_large_as_its_outline():
    place = Place("1", "Province", box(34, 47, 36, 49))
    reach = max(geodesic(Point(35, 48), corner)[0] for corner in (Point(34, 47), Point(36, 49)))
    assert place_radius_m(place) == pytest.approx(reach + 1_000, rel=0.01)


def test_a_name_without_a_place_cannot_be_located():
    with pytest.raises(ValueError, match="'A' has no place"):
        locate_place(Resolution(A, None))


def test_a_rough_figure_is_less_sure_than_a_plain_one():
    told = {
        "relation": "offset", "value": 42.0, "unit": "km", "distance_m": 42_000.0, "bearing": "north",
        "bearing_deg": 0.0,
    }  # fmt: skip
    plain, rough = _locate(**told), _locate(**told, comparator="~")
    assert rough.region.area > plain.region.area


def test_a_drive_reaches_as_far_as_roads_allow():
    location = _locate(relation="offset", hours=2.0, road=True)
    far = destination(HOME, bearing_deg=0, distance_m=90_000)
    assert location.region.contains(far)
    assert not location.region.contains(destination(HOME, bearing_deg=0, distance_m=300_000))
    assert math.isfinite(location.uncertainty_m)


def _told(subject, *, bearing="south", **given):
    degrees = {"south": 180.0, "": None}[bearing]
    return Locative(
        0, 9, "", relation="offset", landmarks=(A,), subject=subject, value=40.0, unit="km",
        distance_m=40_000.0, bearing=bearing, bearing_deg=degrees, **given,
    )  # fmt: skip


def test_every_mention_of_a_name_without_a_place_gets_that_of_its_offset():
    home = Resolution(A, Place("1", "A", HOME, country="UA"))
    stand_in = Resolution(B, Place("1", "A", HOME), flags=("approximate",))
    later = Resolution(Toponym(90, 91, "B"), None)
    locations = locate([_told(B)], [home, stand_in, later])
    put = placed_by_offset([home, stand_in, later], locations)
    assert put[0] is home
    assert [r.flags for r in put[1:]] == [("by_offset",)] * 2
    distance, bearing = geodesic(HOME, put[2].place.geometry)
    assert (round(distance), round(bearing)) == (40_000, 180)
    assert put[1].place == put[2].place
    assert (put[1].place.source, put[1].place.country) == ("report", "UA")


def test_a_distance_without_direction_puts_no_name_anywhere():
    names = [Resolution(A, Place("1", "A", HOME)), Resolution(B, None)]
    assert placed_by_offset(names, locate([_told(B, bearing="")], names)) == names


def test_a_name_with_a_place_of_its_own_keeps_it():
    names = [Resolution(A, Place("1", "A", HOME)), Resolution(B, Place("2", "B", Point(35, 49)))]
    assert placed_by_offset(names, locate([_told(B)], names)) == names


def test_what_a_text_says_again_of_a_place_is_drawn_once():
    drawn = []

    def on_land(region):
        drawn.append(region)
        return region

    again = Toponym(20, 21, "A")
    home = Place("1", "A", HOME)
    said = [
        Locative(start, start + 9, text, "offset", (name,), distance_m=km * 1_000, value=km, unit="km")
        for start, text, name, km in (
            (0, "20 km from A", A, 20.0),
            (20, "20 km off A", again, 20.0),
            (40, "30 km", A, 30.0),
        )
    ]
    first, second, other = locate(said, [Resolution(A, home), Resolution(again, home)], on_land=on_land)
    assert len(drawn) == 2
    assert (first.region, first.uncertainty_m) == (second.region, second.uncertainty_m)
    assert (first.name, second.name) == ("20 km from A", "20 km off A")
    assert other.uncertainty_m > first.uncertainty_m
