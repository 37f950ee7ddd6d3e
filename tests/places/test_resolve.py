"""Resolution on a small invented gazetteer, with the weights that ship."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from shapely.geometry import Point

from mapper.model import Locative, Place, Resolution, Toponym
from mapper.places.candidates import bearings, gather, great_circle_m, group_names, look_up, unit_vectors
from mapper.places.evidence import COLUMNS, alike, fit, share, surroundings
from mapper.places.ranker import Trees, shipped_ranker
from mapper.places.resolve import parts, resolve, seat_of, strays, unknown


class Atlas:
    """A gazetteer of a few places, each under its own name."""

    def __init__(self, *places: Place) -> None:
        self.places = places

    def candidates(self, name: str) -> Sequence[Place]:
        return [place for place in self.places if place.name.casefold() == name.casefold()]


def town(id: str, name: str, lon: float, lat: float, population: int, country: str, unit: str = "") -> Place:
    code = f"{country}.{unit}" if unit else ""
    return Place(
        id, name, Point(lon, lat), "P", "PPL", population, country=country, admin1=unit, admin1_code=code
    )


def country(name: str, lon: float, lat: float, code: str) -> Place:
    return Place(code, name, Point(lon, lat), "A", "PCLI", 9_000_000, country=code, name_count=40)


def state(name: str, lon: float, lat: float, code: str) -> Place:
    return Place(
        name,
        name,
        Point(lon, lat),
        "A",
        "ADM1",
        2_000_000,
        country=code,
        admin1=name,
        admin1_code=f"{code}.{name}",
    )


ATLAS = Atlas(
    country("Arrania", 20.0, 30.0, "AR"),
    country("Borland", -90.0, 40.0, "BO"),
    state("Ostmark", -95.0, 38.0, "BO"),
    state("Westmark", -110.0, 38.0, "BO"),
    town("kelm-a", "Kelm", 20.5, 30.5, 40_000, "AR"),
    town("kelm-b", "Kelm", -90.5, 40.5, 60_000, "BO"),
    town("tasi", "Tasi", 20.9, 30.1, 90_000, "AR"),
    town("moro", "Moro", 20.1, 30.9, 70_000, "AR"),
    town("dorf-e", "Dorfham", -95.2, 38.1, 3_000, "BO", "Ostmark"),
    town("dorf-w", "Dorfham", -110.2, 38.1, 4_000, "BO", "Westmark"),
    town("dorf-w2", "Dorfham", -111.2, 39.1, 5_000, "BO", "Westmark"),
    town("port-near", "Veshport", 21.0, 30.0, 2_000, "AR"),
    town("port-far", "Veshport", 26.0, 30.0, 2_000, "AR"),
)


def spans(text: str, *names: str) -> list[Toponym]:
    found = [
        Toponym(m.start(), m.end(), m[0]) for name in dict.fromkeys(names) for m in re.finditer(name, text)
    ]
    return sorted(found, key=lambda t: t.start)


def read(text: str, *names: str, **options: object) -> list[Resolution]:
    return resolve(spans(text, *names), [], ATLAS, text=text, **options)  # type: ignore[arg-type]


def chosen(resolutions: list[Resolution]) -> list[str | None]:
    return [r.place.id if r.place else None for r in resolutions]


def test_no_toponyms_give_no_resolutions() -> None:
    assert resolve([], [], ATLAS, text="Nothing here.") == []


def test_a_name_that_no_place_bears_gets_no_place_and_says_so() -> None:
    (resolution,) = read("Smoke rose over Qqxvale.", "Qqxvale")
    assert resolution.place is None
    assert resolution.why == ("no place of that name is known",)


def test_results_come_in_the_order_of_the_toponyms_even_when_that_is_not_the_order_of_the_text() -> None:
    text = "From Tasi to Moro and back to Tasi."
    toponyms = spans(text, "Tasi", "Moro")[::-1]
    resolutions = resolve(toponyms, [], ATLAS, text=text)
    assert [r.toponym for r in resolutions] == toponyms
    assert chosen(resolutions) == ["tasi", "moro", "tasi"]


def test_the_country_and_the_towns_around_outweigh_a_larger_namesake_abroad() -> None:
    text = "In Arrania the road from Tasi to Moro was cut, and Kelm was shelled."
    resolution = read(text, "Arrania", "Tasi", "Moro", "Kelm")[-1]
    assert resolution.place is not None and resolution.place.id == "kelm-a"
    assert resolution.runner_up is not None and resolution.runner_up.id == "kelm-b"
    assert resolution.why[-1].startswith("runner-up Kelm, BO")


@pytest.mark.parametrize(("unit", "expected"), [("Ostmark", {"dorf-e"}), ("Westmark", {"dorf-w", "dorf-w2"})])
def test_a_name_followed_by_a_unit_lies_in_that_unit(unit: str, expected: set[str]) -> None:
    resolutions = read(f"A fire broke out in Dorfham, {unit}, on Monday.", "Dorfham", unit)
    assert chosen(resolutions)[0] in expected


@pytest.mark.parametrize(("kilometres", "expected"), [(480, "port-far"), (12, "port-near")])
def test_a_stated_distance_decides_between_namesakes(kilometres: int, expected: str) -> None:
    text = f"Veshport, {kilometres} km east of Tasi, fell."
    port, tasi = spans(text, "Veshport", "Tasi")
    start = text.index(str(kilometres))
    claim = Locative(
        start, tasi.end, text[start : tasi.end], "offset", (tasi,), port,
        kilometres, "km", kilometres * 1000.0, None, "east", 90.0,
    )  # fmt: skip
    resolution = resolve([port, tasi], [claim], ATLAS, text=text)[0]
    assert resolution.place is not None and resolution.place.id == expected
    assert any("stated in the report fit" in phrase for phrase in resolution.why)


def test_a_distance_that_fits_no_candidate_takes_no_place_away() -> None:
    text = "Moro, 9000 km north of Tasi, was quiet."
    moro, tasi = spans(text, "Moro", "Tasi")
    claim = Locative(6, 28, text[6:28], "offset", (tasi,), moro, 9000, "km", 9e6, None, "north", 0.0)
    assert chosen(resolve([moro, tasi], [claim], ATLAS, text=text)) == ["moro", "tasi"]


def test_a_name_keeps_its_place_in_the_later_parts_of_a_long_report(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "In Arrania the road from Tasi to Moro was cut, and Kelm was shelled. Kelm was quiet."
    monkeypatch.setattr("mapper.places.resolve.MOST_TOPONYMS", 4)
    last = read(text, "Arrania", "Tasi", "Moro", "Kelm")[-1]
    assert last.place is not None and last.place.id == "kelm-a"
    assert last.why[0] == "the name has this place further up in the report"


def test_each_part_of_a_long_report_sees_the_statements_about_its_own_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mapper.places.resolve.MOST_TOPONYMS", 2)
    text = "Tasi and Moro held. Veshport, 480 km east of Tasi, fell."
    names = spans(text, "Tasi", "Moro", "Veshport")
    tasi, moro, port, again = names
    claim = Locative(
        30, again.end, text[30 : again.end], "offset", (again,), port, 480, "km", 480e3, None, "east", 90.0
    )
    assert [(list(part), told) for part, told in parts(names, [claim])] == [
        ([tasi, moro], []),
        ([port, again], [claim]),
    ]
    assert chosen(resolve(names, [claim], ATLAS, text=text)) == ["tasi", "moro", "port-far", "tasi"]


@pytest.mark.parametrize(
    ("lon", "code", "score", "population", "is_stray"),
    [
        (140.0, "ZZ", 0.2, 50_000, True),
        (140.0, "ZZ", 0.6, 50_000, False),
        (140.0, "AR", 0.2, 50_000, False),
        (21.0, "ZZ", 0.2, 50_000, False),
        (140.0, "ZZ", 0.9, 900, True),
        (140.0, "AR", 0.9, 900, False),
        (21.0, "ZZ", 0.9, 900, False),
    ],
)
def test_a_namesake_far_from_all_that_is_sure_is_no_answer_if_doubtful_or_small(
    lon: float, code: str, score: float, population: int, is_stray: bool
) -> None:
    atlas = Atlas(*ATLAS.places, town("far", "Wiell", lon, 30.0, population, code))
    toponyms = spans("Tasi and Moro held; Wiell was shelled.", "Tasi", "Moro", "Wiell")
    candidates = gather(group_names(toponyms, atlas, text=" " * 40), toponyms)
    picked = {0: (0, 0.9), 1: (1, 0.9), 2: (2, score)}
    assert strays(candidates, picked) == ({2} if is_stray else set())


@pytest.mark.parametrize(("matched", "expected"), [("name", set()), ("misspelt", {2})])
def test_a_misspelling_is_looked_for_nearer_than_a_name(matched: str, expected: set[int]) -> None:
    abroad = replace(town("abroad", "Wiell", 24.0, 30.0, 900, "ZZ"), matched=matched)
    atlas = Atlas(*ATLAS.places, abroad)
    toponyms = spans("Tasi and Moro held; Wiell was shelled.", "Tasi", "Moro", "Wiell")
    candidates = gather(group_names(toponyms, atlas, text=" " * 40), toponyms)
    assert strays(candidates, {0: (0, 0.9), 1: (1, 0.9), 2: (2, 0.9)}) == expected


@pytest.mark.parametrize(("population", "expected"), [(90_000, True), (900_000, False)])
def test_a_report_from_elsewhere_calls_only_a_city_by_another_name_than_its_own(
    population: int, expected: bool
) -> None:
    assert unknown(town("far", "Wielingen", 140.0, 30.0, population, "ZZ"), "Wiell") is expected
    assert not unknown(town("far", "Wielingen", 140.0, 30.0, population, "ZZ"), "Wielingen")
    assert not unknown(town("far", "Wi'éll", 140.0, 30.0, population, "ZZ"), "Wiell")
    assert not unknown(country("Zedland", 140.0, 30.0, "ZZ"), "Zeddish")


@pytest.mark.parametrize(
    ("lon", "code", "likely", "expected"),
    [
        (21.4, "AR", (0.7, 0.2), "P"),  # no table says that the province holds the town
        (23.0, "AR", (0.7, 0.2), "A"),  # two answers: the likelier one
        (21.4, "BO", (0.7, 0.2), "A"),
        (21.4, "AR", (0.9, 0.1), "A"),
    ],
)
def test_a_town_of_the_name_of_its_province_is_meant_unless_it_lies_far_off_or_is_much_less_likely(
    lon: float, code: str, likely: tuple[float, float], expected: str
) -> None:
    province = Place("AR.X", "Homm", Point(20.0, 30.0), "A", "ADM1", 900_000, country="AR")
    toponyms = spans("Homm fell.", "Homm")
    atlas = Atlas(province, town("seat", "Homm", lon, 30.0, 90_000, code))
    candidates = gather(group_names(toponyms, atlas, text="Homm fell."), toponyms)
    found = seat_of(candidates, np.array(likely), np.arange(2), 0, end=False)
    assert candidates.places[found].feature_class == expected


def test_the_name_of_a_part_of_a_country_is_not_used_for_the_country_too() -> None:
    whole = replace(country("Arrania", 20.0, 30.0, "AR"), match=0.95, matched="alternate")
    part = state("Walland", 21.0, 31.0, "AR")

    class Kingdom(Atlas):
        def candidates(self, name: str) -> Sequence[Place]:
            return self.places

    assert look_up(Toponym(0, 7, "Walland"), Kingdom(whole, part)) == (part,)
    assert look_up(Toponym(0, 7, "Walland"), Kingdom(whole)) == (whole,)


def test_a_rival_inside_the_unit_that_follows_the_name_counts_against_a_place() -> None:
    text = "Dorfham, Ostmark"
    toponyms = spans(text, "Dorfham", "Ostmark")
    candidates = gather(group_names(toponyms, ATLAS, text=text), toponyms)
    sure = np.where([place.feature_class == "A" for place in candidates.places], 1.0, 0.3)
    lead = surroundings(candidates, sure)["parent_lead"]
    by_id = {place.id: value for place, value in zip(candidates.places, lead.tolist(), strict=True)}
    assert by_id == {"dorf-e": 1.0, "dorf-w": -1.0, "dorf-w2": -1.0, "Ostmark": 0.0}


def test_a_village_that_a_table_spells_otherwise_is_itself_and_not_the_town_beside_it() -> None:
    village = replace(town("own", "Hasheen", 20.7, 30.2, 0, "AR"), match=0.85, matched="bare")
    atlas = Atlas(*ATLAS.places, village)
    text = "In Arrania troops went from Tasi to Hasheen and Moro."
    found = resolve(spans(text, "Arrania", "Tasi", "Hasheen", "Moro"), [], atlas, text=text)
    (resolution,) = [r for r in found if r.toponym.text == "Hasheen"]
    assert (resolution.place and resolution.place.id, resolution.flags) == ("own", ())


def test_a_demonym_means_its_country() -> None:
    text = "Two Arrania men left Tasi."
    toponyms = [Toponym(4, 11, "Arrania", role="demonym"), *spans(text, "Tasi")]
    assert chosen(resolve(toponyms, [], ATLAS, text=text))[0] == "AR"


def test_an_unknown_building_takes_the_place_of_the_town_beside_it_as_approximate() -> None:
    text = "Guards left the Grand Qqx Hospital in Tasi. The Grand Qqx Hospital lies in Tasi, near Moro."
    toponyms = spans(text, "Grand Qqx Hospital", "Tasi", "Moro")
    resolutions = resolve(toponyms, [], ATLAS, text=text)
    assert resolutions[0].place is not None and resolutions[0].place.id in {"tasi", "moro"}
    assert resolutions[0].flags == ("approximate",)
    assert resolutions[1].flags == ()


def test_an_unknown_village_is_near_the_town_beside_it_and_no_part_of_it() -> None:
    text = "In Arrania troops went from Tasi to Qqxholm, near Tasi."
    found = resolve(spans(text, "Arrania", "Tasi", "Qqxholm"), [], ATLAS, text=text)
    (village,) = [r for r in found if r.toponym.text == "Qqxholm"]
    (towns,) = {r.place.id for r in found if r.place and r.toponym.text == "Tasi"}
    assert village.place is not None and village.flags == ("approximate",)
    assert (village.place.name, village.place.id) == ("Qqxholm", f"near:{towns}:qqxholm")
    assert village.place.extent_m >= 25_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Tasi region was shelled.", "A"), ("The town of Tasi fell.", "P"), ("Tasi fell.", "P")],
)
def test_the_word_beside_a_name_says_which_of_its_places_is_meant(text: str, expected: str) -> None:
    unit = replace(state("Tasi", 20.8, 30.2, "AR"), population=90_000, match=0.85, matched="typeless")
    atlas = Atlas(town("town", "Tasi", 20.9, 30.1, 900_000, "AR", "Tasi"), unit)
    (found,) = resolve(spans(text, "Tasi"), [], atlas, text=text)
    assert found.place is not None and found.place.feature_class == expected


def test_a_district_without_level_gives_way_to_the_town_that_bears_its_name() -> None:
    third = replace(state("Tasi", 20.91, 30.1, "AR"), id="adm3", feature_code="ADM3", population=50_000)
    seat = replace(town("town", "Tasi", 20.9, 30.1, 5_000, "AR", "Tasi"), matched="alternate")
    atlas = Atlas(seat, third)
    (found,) = resolve(spans("Tasi fell.", "Tasi"), [], atlas, text="Tasi fell.")
    assert found.place is not None and found.place.id == "town"


def test_every_mention_of_a_name_has_one_sense() -> None:
    text = "Kelm. Tasi and Kelm. Then KELM, and Kelm again, in Arrania."
    toponyms = spans(text, "Kelm", "KELM", "Tasi", "Arrania")
    places = {
        r.place.id for r in resolve(toponyms, [], ATLAS, text=text) if r.place and r.place.name == "Kelm"
    }
    assert len(places) == 1


def test_scores_are_probabilities_and_surer_with_evidence() -> None:
    bare = read("Dorfham was quiet.", "Dorfham")[0]
    sure = read("Dorfham, Ostmark, was quiet.", "Dorfham", "Ostmark")[0]
    assert 0.0 <= bare.score <= 1.0
    assert 0.0 <= sure.score <= 1.0
    assert sure.score > bare.score


def test_a_doubtful_span_with_a_doubtful_place_gets_none() -> None:
    text = "Dorfham was quiet."
    (sure,) = resolve([Toponym(0, 7, "Dorfham")], [], ATLAS, text=text)
    (doubtful,) = resolve([Toponym(0, 7, "Dorfham", score=0.02)], [], ATLAS, text=text)
    assert sure.place is not None
    assert doubtful.place is None
    assert doubtful.runner_up is not None or doubtful.why


def test_a_list_of_thousands_of_names_takes_linear_time() -> None:
    name, count = "Dorfham, ", 4_000
    text = name * count
    toponyms = [Toponym(i * len(name), i * len(name) + 7, "Dorfham") for i in range(count)]
    began = time.process_time()
    assert len(resolve(toponyms, [], ATLAS, text=text)) == count
    assert time.process_time() - began < 20


def test_the_same_input_gives_the_same_answer() -> None:
    text = "Kelm, Tasi, Moro, Dorfham and Veshport in Arrania."
    names = ("Kelm", "Tasi", "Moro", "Dorfham", "Veshport", "Arrania")
    assert read(text, *names) == read(text, *names)


def test_trees_give_the_sum_of_the_leaves_that_a_walk_by_hand_reaches() -> None:
    chance = np.random.default_rng(3)
    trees = Trees(
        chance.integers(0, 4, (9, 7)),
        chance.normal(size=(9, 7)),
        chance.normal(size=(9, 8)).astype(np.float32),
    )
    rows = chance.normal(size=(20, 4))
    for row, score in zip(rows, trees.scores(rows), strict=True):
        total = 0.0
        for column, border, leaf in zip(trees.column, trees.border, trees.leaf, strict=True):
            node = 0
            while node < 7:
                node = 2 * node + 1 + int(row[column[node]] > border[node])
            total += float(leaf[node - 7])
        assert score == pytest.approx(total)


def test_shipped_weights_know_the_columns_and_calibrate_upwards() -> None:
    ranker = shipped_ranker()
    assert all(trees.column.max() < len(COLUMNS) for trees in ranker.passes)
    for extent_m in (1_000.0, 2_000_000.0):
        curve = [ranker.calibrate(raw, extent_m) for raw in np.linspace(0, 1, 11).tolist()]
        assert curve == sorted(curve) and curve[0] >= 0 and curve[-1] <= 1
    assert ranker.calibrate(1.0, 2_000_000.0) < ranker.calibrate(1.0, 1_000.0)


def test_names_in_one_list_tell_of_what_level_the_others_are() -> None:
    apart = "x" * 200
    text = f"Ostmark, Westmark and Kelm. {apart} Tasi"
    toponyms = spans(text, "Ostmark", "Westmark", "Kelm", "Tasi")
    candidates = gather(group_names(toponyms, ATLAS, text=text), toponyms)
    found = alike(
        candidates, np.ones(len(candidates.places)) / np.bincount(candidates.owner)[candidates.owner]
    )
    by_name = {place.name: value for place, value in zip(candidates.places, found.tolist(), strict=True)}
    assert by_name == pytest.approx({"Ostmark": 0.5, "Westmark": 0.5, "Kelm": 0.0, "Tasi": -1.0})


def test_distances_and_bearings_between_all_pairs() -> None:
    a, b = unit_vectors([(0, 0), (10, 0)]), unit_vectors([(0, 1), (1, 0)])
    assert great_circle_m(a, b)[0] == pytest.approx([111_195, 111_195], rel=1e-3)
    assert bearings(a, b)[0] == pytest.approx([0, 90], abs=1e-6)
    assert bearings(a, b)[1, 1] == pytest.approx(270)


@pytest.mark.parametrize(
    ("measured_km", "degrees", "least", "most"),
    [(100, 90, 0.99, 1.0), (130, 100, 0.6, 1.0), (400, 90, 0.0, 0.01), (100, 270, 0.0, 0.01)],
)
def test_a_place_fits_a_statement_by_distance_and_direction(
    measured_km: float, degrees: float, least: float, most: float
) -> None:
    stated = Locative(0, 1, "x", "offset", (), None, 100, "km", 100_000.0, None, "east", 90.0)
    (fits,) = fit(stated, np.array([measured_km * 1000.0]), np.array([degrees]))
    assert least <= fits <= most


def test_shares_of_each_name_sum_to_one() -> None:
    owner = np.array([0, 0, 1, 1, 1])
    shares = share(np.array([1.0, 900.0, -5.0, -5.0, -5.0]), owner, 3)
    assert shares[:2].sum() == pytest.approx(1)
    assert shares[2:] == pytest.approx([1 / 3] * 3)


def test_a_bare_name_means_the_town_rather_than_the_unit_named_after_it() -> None:
    text = "Shells fell on Ostmark."
    unit = Place("O", "Ostmark", Point(-95, 38), "A", "ADM1", 900_000, country="BO", admin1_code="BO.1")
    seat = Place(
        "seat", "Ostmark", Point(-95.3, 38.1), "P", "PPLA", 600_000, country="BO", admin1_code="BO.1"
    )
    (resolution,) = resolve(spans(text, "Ostmark"), [], Atlas(unit, seat), text=text)
    assert resolution.place == seat


def village(number: int) -> Place:
    return town(f"many-{number}", "Ivanfield", -10.0 + 0.2 * number, -40.0, 5_000 - number, "BO")


def test_the_smallest_of_many_namesakes_is_offered_where_it_lies_beside_the_other_names() -> None:
    hamlet = town("hamlet", "Ivanfield", 20.7, 30.4, 1, "AR")
    atlas = Atlas(*ATLAS.places, *map(village, range(100)), hamlet)
    text = "Shells fell on Ivanfield, between Tasi and Moro in Arrania."
    resolutions = resolve(spans(text, "Ivanfield", "Tasi", "Moro", "Arrania"), [], atlas, text=text)
    assert chosen(resolutions)[0] == "hamlet"


def measured(text: str, subject: str, landmark: str, kilometres: int) -> tuple[list[Toponym], Locative]:
    """Return the two names, and the statement that they are so far apart."""
    names = spans(text, subject, landmark)
    ends = {name.text: name for name in names}
    start = text.index(str(kilometres))
    end = ends[landmark].end
    claim = Locative(
        start, end, text[start:end], "offset", (ends[landmark],), ends[subject],
        kilometres, "km", kilometres * 1000.0, None, "", None,
    )  # fmt: skip
    return names, claim


def test_a_doubtful_place_that_a_stated_distance_contradicts_is_none() -> None:
    strays = [town(f"stray-{n}", "Strayburg", -60.0 + 25 * n, -30.0, 900, "AR") for n in range(2)]
    atlas = Atlas(*ATLAS.places, *strays)
    text = "Strayburg, 40 km from Tasi, fell. Tasi and Moro in Arrania were shelled."
    _, claim = measured("Strayburg, 40 km from Tasi, fell.", "Strayburg", "Tasi", 40)
    names = spans(text, "Strayburg", "Tasi", "Moro", "Arrania")
    assert chosen(resolve(names, [claim], atlas, text=text))[:2] == [None, "tasi"]
    assert chosen(resolve(names, [], atlas, text=text))[0] is not None


def test_distances_are_measured_from_towns_rather_than_from_units_named_after_them() -> None:
    unit = Place(
        "unit", "Harla", Point(20.3, 30.3), "A", "ADM2", 400_000, country="AR", admin2_code="AR.1.Harla"
    )
    seat = town("seat", "Harla", 20.45, 30.42, 0, "AR")
    atlas = Atlas(*ATLAS.places, unit, seat)
    names, claim = measured("Kelm, 12 km from Harla, fell.", "Kelm", "Harla", 12)
    assert chosen(resolve(names, [claim], atlas, text="Kelm, 12 km from Harla, fell."))[1] == "seat"


def test_the_town_with_a_units_own_name_is_offered_where_only_the_unit_is_spelled_so() -> None:
    class Spelled(Atlas):
        def candidates(self, name: str) -> Sequence[Place]:
            return [unit] if name == "Qasrul" else super().candidates(name)

    unit = Place("unit", "Qasr al-Ula", Point(20.3, 30.3), "A", "ADM3", 30_000, country="AR", match=0.95)
    atlas = Spelled(*ATLAS.places, town("seat", "Qasr al-Ula", 20.32, 30.31, 20_000, "AR"))
    assert [place.id for place in look_up(Toponym(0, 6, "Qasrul"), atlas)] == ["unit", "seat"]


def test_a_landmark_that_was_guessed_is_not_taken_for_contradicted() -> None:
    strays = [town(f"stray-{n}", "Strayburg", -60.0 + 25 * n, -30.0, 900, "AR") for n in range(2)]
    atlas = Atlas(*ATLAS.places, *strays)
    text = "Strayburg is calm. Tasi, 40 km to the west, fell. Tasi and Moro in Arrania were shelled."
    names = spans(text, "Strayburg", "Tasi", "Moro", "Arrania")
    claim = Locative(25, 43, "", "offset", (names[0],), names[1], 40, "km", 4e4, implicit=True)
    assert chosen(resolve(names, [claim], atlas, text=text))[0] is not None
    assert chosen(resolve(names, [replace(claim, implicit=False)], atlas, text=text))[0] is None
