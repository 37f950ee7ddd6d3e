"""Names that no table spells so, found where a stated distance points."""

from dataclasses import replace

import pytest
from shapely.geometry import Point

from mapper.model import Locative, Place, Resolution, Toponym
from mapper.places.claimed import found_by_claims, likeness_of
from mapper.places.gazetteer import open_gazetteer
from mapper.space.distance import destination

HOME = Point(13.0, 32.0)
LOST, KNOWN = Toponym(0, 6, "Zerkan"), Toponym(20, 27, "Gharyan")


class Around:
    """A gazetteer of the given names, so many metres from home on a bearing."""

    def __init__(self, *places):
        self.places = [
            Place(f"{n}", name, destination(HOME, bearing_deg=deg, distance_m=metres), matched="claimed")
            for n, (name, deg, metres) in enumerate(places)
        ]

    def resembling(self, point, radius_m, likeness):
        return [(place, like) for place in self.places if (like := likeness(place.name)) > 0]

    def candidates(self, name):
        return [replace(p, matched="name", feature_class="P") for p in self.places if p.name == name]


def _claim(**other):
    told = {"value": 100.0, "unit": "km", "distance_m": 100_000.0, "bearing": "west", "bearing_deg": 270.0}
    return Locative(8, 27, "", "offset", (KNOWN,), LOST, claim=True, **(told | other))


def _found(gazetteer, claim=None, place=None, flags=()):
    home = Resolution(KNOWN, Place("home", "Gharyan", HOME))
    lost = Resolution(LOST, place, 0.5, flags=flags)
    return found_by_claims([lost, home], [claim or _claim()], gazetteer)[0]


def test_a_like_name_where_the_claim_points_is_taken_and_flagged():
    found = _found(Around(("Al Zerqan", 275, 95_000), ("Zerqat", 90, 95_000)))
    assert (found.place.name, found.flags) == ("Al Zerqan", ("by_claim",))
    assert "where the report's own distance points" in found.why[0]


def test_a_like_name_elsewhere_and_another_name_there_are_not():
    assert _found(Around(("Al Zerqan", 90, 100_000))).place is None
    assert _found(Around(("Zintan", 270, 100_000))).place is None


def test_of_two_equally_like_names_apart_neither_is_taken():
    assert _found(Around(("Zerqan", 262, 100_000), ("Zerqan", 278, 100_000))).place is None


def test_a_name_with_a_place_of_its_own_keeps_it():
    own = Place("own", "Zerkan", Point(0, 0), matched="name")
    assert _found(Around(("Al Zerqan", 270, 100_000)), place=own).place is own


def test_of_two_towns_of_one_name_the_one_is_meant_that_lies_where_the_claim_points():
    far = Place("far", "Zerkan", destination(HOME, bearing_deg=80, distance_m=700_000), matched="name")
    found = _found(Around(("Zerkan", 280, 90_000), ("Zerkan", 10, 900_000)), place=far)
    assert (found.place.id, found.flags) == ("0", ("by_claim",))
    assert "of the places so called" in found.why[0]


@pytest.mark.parametrize(
    ("there", "distance_m"), [(("Zerkan", 90, 100_000), 700_000), (("Zerkan", 270, 100_000), 200_000)]
)
def test_a_town_stays_where_no_namesake_fits_or_the_claim_is_only_inexact(there, distance_m):
    own = Place("own", "Zerkan", destination(HOME, bearing_deg=270, distance_m=distance_m), matched="name")
    assert _found(Around(there), place=own).place is own


def test_a_misspelt_match_that_the_claim_contradicts_gives_way_and_one_that_it_bears_out_stays():
    there = destination(HOME, bearing_deg=270, distance_m=100_000)
    near, far = (Place("m", "Serkan", at, matched="misspelt") for at in (there, Point(40, 10)))
    assert _found(Around(("Al Zerqan", 270, 100_000)), place=far).place.name == "Al Zerqan"
    assert _found(Around(("Al Zerqan", 270, 100_000)), place=near).place is near


@pytest.mark.parametrize("told", [{"comparator": "<"}, {"comparator": ">"}, {"distance_m": 900_000.0}])
def test_a_claim_that_points_nowhere_in_particular_finds_nothing(told):
    assert _found(Around(("Al Zerqan", 270, 100_000)), _claim(**told)).place is None


def test_a_gazetteer_that_knows_no_surroundings_finds_nothing():
    assert _found(object()).place is None


def test_the_shipped_gazetteer_knows_what_lies_about_a_point():
    def like(spelling):
        return likeness_of("Watya", spelling)

    found = open_gazetteer().resembling(
        Point(11.78, 32.48), 20_000, lambda s: like(s) if like(s) > 0.8 else 0
    )
    assert [place.name for place, _ in found] == ["Al Watya"]


@pytest.mark.parametrize(
    ("one", "other", "least"), [("El Marn", "El Mare", 0.7), ("Velden", "Ost-Velden", 0.9)]
)
def test_articles_vowels_and_further_words_count_little(one, other, least):
    assert likeness_of(one, other) >= least
    assert likeness_of(one, "Zintan") < 0.6
    assert likeness_of("", other) == 0
