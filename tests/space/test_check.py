"""Verdicts on stated distances and directions."""

from dataclasses import replace

import pytest
from shapely.geometry import Point

from mapper.model import Locative, Place, Resolution, Toponym
from mapper.space.check import (
    bearing_verdict,
    check_distances,
    distance_verdict,
    rounding_step,
    settle_landmarks,
)
from mapper.space.distance import destination

TRIPOLI, RAS_LANUF = Point(13.1875, 32.8752), Point(18.5664, 30.5021)


def _claim(**given):
    near, far = Toponym(0, 7, "Tripoli"), Toponym(10, 19, "Ras Lanuf")
    told = {
        "start": 10, "end": 40, "text": "", "relation": "offset", "landmarks": (near,), "subject": far,
        "value": 300.0, "unit": "mi", "distance_m": 482_803.2, "bearing": "east", "bearing_deg": 90.0,
    }  # fmt: skip
    places = {near: Place("1", "Tripoli", TRIPOLI), far: Place("2", "Ras Lanuf", RAS_LANUF)}
    resolutions = [Resolution(toponym, place) for toponym, place in places.items()]
    return check_distances([Locative(**told | given)], resolutions)


def test_a_check_gives_both_figures_to_the_reader():
    (check,) = _claim()
    assert check.verdict == "approximate"
    assert check.sentence.startswith(
        "Stated 300 miles east; the geodesic from Tripoli to Ras Lanuf is 357 miles at 116"
    )
    assert "east-southeast: approximate, 16 % short" in check.sentence
    assert check.error_m == pytest.approx(-90_000, abs=3_000)
    assert check.bearing_off_deg == pytest.approx(26, abs=1)


def test_the_claim_alone_puts_the_place_along_its_compass_word():
    (check,) = _claim()
    assert check.claimed.equals_exact(destination(TRIPOLI, bearing_deg=90, distance_m=482_803.2), 1e-9)


def test_a_claim_without_a_named_subject_is_unverifiable_and_has_its_point():
    (check,) = _claim(subject=None)
    assert (check.verdict, check.measured_m) == ("unverifiable", None)
    assert check.claimed is not None


def test_the_place_of_a_neighbouring_name_is_no_end_to_measure_from():
    near, far = Toponym(0, 7, "Tripoli"), Toponym(10, 19, "Ras Lanuf")
    told = Locative(10, 40, "", "offset", (near,), far, value=300.0, unit="mi", distance_m=482_803.2)
    tripoli = Place("1", "Tripoli", TRIPOLI)
    (check,) = check_distances(
        [told], [Resolution(near, tripoli), Resolution(far, tripoli, flags=("approximate",))]
    )
    assert (check.verdict, check.measured_m) == ("unverifiable", None)


def test_a_claim_without_direction_has_no_point_of_its_own():
    (check,) = _claim(bearing="", bearing_deg=None)
    assert check.claimed is None
    assert check.verdict == "approximate"


def test_a_direction_without_a_figure_is_judged_by_its_bearing():
    (check,) = _claim(value=None, unit="", distance_m=None)
    assert (check.verdict, check.error_m) == ("consistent", None)


def test_the_worse_of_distance_and_direction_decides():
    (check,) = _claim(value=356.0, distance_m=572_926.0, bearing="north", bearing_deg=0.0)
    assert check.verdict == "inconsistent"


def test_what_claims_nothing_is_not_checked():
    assert _claim(claim=False) == []
    assert check_distances([], []) == []


def test_hours_of_driving_have_no_figure_to_check():
    (check,) = _claim(value=None, unit="", distance_m=None, bearing="", bearing_deg=None, hours=2.0)
    assert check.verdict == "unverifiable"


def test_any_figure_of_a_range_may_be_the_right_one():
    (check,) = _claim(value=300.0, distance_max_m=579_363.0)
    assert check.verdict == "consistent"


@pytest.mark.parametrize(
    ("value", "unit", "measured_km", "comparator", "road", "verdict"),
    [
        (100, "km", 99, "=", False, "consistent"),
        (100, "km", 89, "=", False, "consistent"),  # 11 km off: within 15 % of the geodesic and half the step
        (100, "km", 78, "=", False, "approximate"),
        (40, "km", 98.9, "=", False, "inconsistent"),
        (5, "km", 7.9, "=", False, "consistent"),  # a town is not a point: 3 km
        (5, "km", 10.9, "=", False, "approximate"),  # 6 km
        (5, "km", 11.1, "=", False, "inconsistent"),
        (750, "km", 573, "=", True, "consistent"),
        (900, "km", 573, "=", True, "approximate"),
        (1_100, "km", 573, "=", True, "inconsistent"),
        (50, "km", 60, ">", False, "consistent"),
        (50, "km", 90, ">", False, "approximate"),
        (50, "km", 120, ">", False, "inconsistent"),
        (50, "km", 41, "<", False, "consistent"),
        (50, "km", 20, "<", False, "approximate"),
        (50, "km", 10, "<", False, "inconsistent"),
        (300, "mi", 573.1, "=", False, "approximate"),
        (30, "nmi", 55, "~", False, "consistent"),
        (800, "m", 0.9, "=", False, "consistent"),
    ],
)
def test_distances_are_judged_by_the_rule(value, unit, measured_km, comparator, road, verdict):
    assert distance_verdict(value, unit, measured_km * 1_000, comparator=comparator, road=road) == verdict


@pytest.mark.parametrize(
    ("stated", "near", "far"),
    [(0.0, 30.0, 60.0), (45.0, 22.5, 45.0), (22.5, 15.0, 30.0), (270.0, 30.0, 60.0)],
)
def test_finer_compass_words_leave_less_room(stated, near, far):
    assert bearing_verdict(stated, stated + near) == "consistent"
    assert bearing_verdict(stated, stated - near - 0.1) == "approximate"
    assert bearing_verdict(stated, stated + far + 0.1) == "inconsistent"


def test_a_claim_at_the_edge_of_its_verdict_is_borderline():
    near, far = Toponym(0, 1, "A"), Toponym(2, 3, "B")
    for distance, borderline in ((12.0, True), (100.0, False)):
        end = destination(TRIPOLI, bearing_deg=90, distance_m=distance * 1_000)
        locative = Locative(0, 3, "", "offset", (near,), far, distance, "km", distance * 1_000)
        places = [Resolution(near, Place("1", "A", TRIPOLI)), Resolution(far, Place("2", "B", end))]
        (check,) = check_distances([locative], places)
        assert check.borderline is borderline


@pytest.mark.parametrize(
    ("value", "step"), [(300, 100), (350, 50), (40, 10), (45, 5), (12, 1), (1.5, 0.5), (0.5, 0.1)]
)
def test_the_roundest_step_that_divides_a_figure_is_its_precision(value, step):
    assert rounding_step(value) == step


HERE = Point(35.0, 48.0)
NAMES = {name: Toponym(i, i + 1, name) for i, name in enumerate(("Home", "Mill", "Sand", "Peak"))}


def _unsaid(subject, km, bearing, *, landmark="Mill", others=("Home",)):
    degrees = {"east": 90.0, "south": 180.0, "": None}[bearing]
    return Locative(
        0, 9, "", "offset", (NAMES[landmark],), NAMES[subject], value=km, unit="km", distance_m=km * 1_000,
        bearing=bearing, bearing_deg=degrees, implicit=True, others=tuple(NAMES[name] for name in others),
    )  # fmt: skip


def _settled(*told):
    at = {
        "Home": HERE,
        "Mill": destination(HERE, bearing_deg=0, distance_m=200_000),
        "Sand": destination(HERE, bearing_deg=180, distance_m=20_000),
        "Peak": destination(HERE, bearing_deg=90, distance_m=30_000),
    }
    places = [Resolution(NAMES[name], Place(name, name, point)) for name, point in at.items()]
    return [locative.landmarks[0].text for locative in settle_landmarks(told, places)]


def test_an_unsaid_landmark_is_the_one_that_makes_the_claim_true():
    assert _settled(_unsaid("Sand", 20, "south")) == ["Home"]


def test_a_figure_alone_moves_a_landmark_only_when_it_is_far_off():
    assert _settled(_unsaid("Sand", 20, "")) == ["Home"]
    assert _settled(_unsaid("Peak", 20, "", landmark="Sand", others=("Home",))) == ["Sand"]


def test_an_unsaid_landmark_that_is_no_place_gives_way_to_one_that_fits():
    nobody = Toponym(9, 10, "Nobody")
    told = replace(_unsaid("Sand", 20, ""), landmarks=(nobody,))
    assert _settled(told) == ["Home"]


def test_the_likeliest_landmark_stays_where_no_other_fits():
    assert _settled(_unsaid("Sand", 90, "south")) == ["Mill"]
    assert _settled(_unsaid("Sand", 20, "south", others=())) == ["Mill"]


def test_a_landmark_that_does_not_contradict_the_claim_stays():
    assert _settled(_unsaid("Sand", 20, "south", landmark="Home", others=("Mill",))) == ["Home"]


def test_claims_told_in_one_breath_are_told_from_one_place():
    # Alone, the second one would stay with the mill: nothing fits its 90 km.
    assert _settled(_unsaid("Sand", 20, "south"), _unsaid("Peak", 90, "east")) == ["Home", "Home"]


def test_a_road_claim_says_what_it_is_held_against():
    (check,) = _claim(value=460.0, distance_m=740_298.0, bearing="", bearing_deg=None, road=True)
    assert "1.29 times the geodesic" in check.sentence
    assert "none is mapped to measure by" in check.sentence


def test_a_named_subject_without_a_place_is_not_called_nameless():
    lost = Toponym(50, 55, "Zalin")
    (check,) = _claim(subject=lost)
    assert "no place named Zalin is known" in check.sentence


def test_what_is_told_from_a_border_is_not_contradicted_from_the_middle_of_the_country():
    inland, country = Toponym(0, 5, "Dağli"), Toponym(20, 26, "Turkey")
    told = Locative(0, 26, "", "offset", (country,), inland, 4.0, "km", 4_000.0)
    land = Place("2", "Turkey", Point(35.0, 39.0), "A", "PCLI", extent_m=900_000.0)
    checks = check_distances(
        [told], [Resolution(inland, Place("1", "Dağli", Point(44.0, 37.1))), Resolution(country, land)]
    )
    assert checks[0].verdict == "unverifiable"
    assert "Turkey is wide and known by its middle alone" in checks[0].sentence
    assert checks[0].measured_m > 800_000
    far = replace(told, value=4_000.0, distance_m=4_000_000.0)
    resolutions = [Resolution(inland, Place("1", "Dağli", Point(44.0, 37.1))), Resolution(country, land)]
    assert check_distances([far], resolutions)[0].verdict == "inconsistent"


def test_towns_are_told_from_towns_and_not_from_provinces():
    province = replace(Place("Mill", "Mill", HERE), feature_class="A", extent_m=150_000.0)
    town = Place("Home", "Home", destination(HERE, bearing_deg=10, distance_m=5_000), feature_class="P")
    sand = Place("Sand", "Sand", destination(HERE, bearing_deg=180, distance_m=20_000))
    places = [Resolution(NAMES[place.name], place) for place in (province, town, sand)]
    (told,) = settle_landmarks([_unsaid("Sand", 30, "south")], places)
    assert told.landmarks[0].text == "Home"


def test_what_lies_the_other_way_is_told_from_where_it_nearly_fits():
    # Seven times as far from the mill, and that to the south; from home a third less.
    assert _settled(_unsaid("Peak", 45, "east")) == ["Home"]
    assert _settled(_unsaid("Peak", 90, "east")) == ["Mill"]


def test_two_villages_at_one_point_are_not_measured():
    near, far = Toponym(0, 1, "A"), Toponym(2, 3, "B")
    told = Locative(0, 3, "", "offset", (near,), far, 2.0, "km", 2_000.0, claim=True)
    places = [Resolution(near, Place("1", "A", HERE)), Resolution(far, Place("2", "B", HERE))]
    (check,) = check_distances([told], places)
    assert check.verdict == "unverifiable"
