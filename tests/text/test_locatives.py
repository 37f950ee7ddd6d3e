"""Phrases that place something by relation to a landmark."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from mapper.model import Locative, Place, Resolution, Toponym
from mapper.space.distance import compass_word, geodesic
from mapper.space.locate import locate
from mapper.text.locatives import find_locatives, unseen_names
from tests.text.marked import HERE, lines, unmark

EXPRESSIONS = [line.split("\t") for line in lines("locatives.tsv")]


def _row(locative: Locative) -> list[str]:
    """Write a locative as a row of the table."""
    quantity = "-"
    if locative.value is not None:
        upper = (
            f"-{locative.distance_max_m * locative.value / locative.distance_m:g}"
            if locative.distance_max_m
            else ""
        )
        quantity = f"{round(locative.value, 4):g}{upper} {locative.unit}"
    elif locative.hours is not None:
        quantity = f"{locative.hours:g} h"
    marks = {
        "road": locative.road, locative.comparator: locative.comparator != "=",
        "half": locative.fraction == 0.5, "implicit": locative.implicit,
    }  # fmt: skip
    return [
        locative.relation,
        locative.subject.text if locative.subject else "-",
        ",".join(t.text for t in locative.landmarks) or "-",
        quantity,
        locative.bearing or "-",
        " ".join(mark for mark, said in marks.items() if said) or "-",
    ]


def _read(marked: str) -> list[list[str]]:
    return [_row(locative) for locative in find_locatives(*unmark(marked))]


@pytest.mark.parametrize(("marked", "expected"), [(row[0], row[1:]) for row in EXPRESSIONS])
def test_an_expression_is_read_with_its_subject_landmark_quantity_and_direction(marked, expected):
    assert expected in _read(marked)


@pytest.mark.parametrize("marked", lines("not_claims.txt"))
def test_a_distance_that_is_no_claim_is_not_taken_for_one(marked):
    assert [found for found in find_locatives(*unmark(marked)) if found.distance_m is not None] == []


def test_the_table_is_as_large_as_promised():
    assert len({tuple(row) for row in EXPRESSIONS}) >= 150
    assert len(set(lines("not_claims.txt"))) >= 40


def test_the_spans_are_those_of_the_text():
    for marked, *_ in EXPRESSIONS:
        text, names = unmark(marked)
        for locative in find_locatives(text, names):
            assert text[locative.start : locative.end] == locative.text
            ends = [*locative.landmarks, *([locative.subject] if locative.subject else [])]
            assert all(end in names or text[end.start : end.end] == end.text for end in ends)


def test_metres_are_those_of_the_stated_figure():
    text, names = unmark(
        "[Zalin] is 80 km (50 miles), [Belu] 30 nautical miles and [Toru] five leagues from [Marto]."
    )
    assert [found.distance_m for found in find_locatives(text, names)][-1] == pytest.approx(5 * 3 * 1_609.344)
    text, names = unmark("[Zalin] is 300 miles east of [Marto].")
    (locative,) = find_locatives(text, names)
    assert (locative.value, locative.unit, locative.distance_m, locative.bearing_deg) == (
        300,
        "mi",
        482_803.2,
        90,
    )


def test_a_name_that_nobody_recognised_is_found_by_its_distance():
    text, names = unmark("Shells hit Xan Yor, 25 miles southeast of [Marto], and [Zalin] too.")
    (unseen,) = unseen_names(find_locatives(text, names), names)
    assert (unseen.text, text[unseen.start : unseen.end]) == ("Xan Yor", "Xan Yor")
    assert unseen_names([], names) == []


def test_an_empty_text_places_nothing():
    assert find_locatives("", []) == []
    assert find_locatives("Nothing is said of any place.", []) == []


def test_talks_between_capitals_are_no_place():
    text = "The border between Iran and Iraq is shut."
    names = [Toponym(19, 23, "Iran"), Toponym(28, 32, "Iraq")]
    assert find_locatives(text, names) == []


OWN_WORDS = lines("own_words.txt")[0].split()


@given(st.text(max_size=300))
def test_no_text_breaks_the_grammar(text):
    for locative in find_locatives(text, []):
        assert text[locative.start : locative.end] == locative.text


@given(st.lists(st.sampled_from(OWN_WORDS), max_size=40))
def test_no_order_of_its_own_words_breaks_the_grammar(words):
    text, names = unmark(" ".join({"X": "[Xan]", "Y": "[Yor]"}.get(word, word) for word in words))
    for locative in find_locatives(text, names):
        assert text[locative.start : locative.end] == locative.text
        assert locative.subject is None or locative.subject not in locative.landmarks


def test_fifty_real_towns_are_found_where_a_newspaper_would_put_them():
    with (HERE / "towns.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    inside = 0
    for row in rows:
        town, anchor = (
            Point(float(row["lon"]), float(row["lat"])),
            Point(float(row["anchor_lon"]), float(row["anchor_lat"])),
        )
        distance, bearing = geodesic(anchor, town)
        kilometres = distance / 1000
        step = 1 if kilometres < 20 else 5 if kilometres < 100 else 10
        # A reporter has eight winds: of the sixteen words the finer ones are rounded to them.
        word = compass_word(round(bearing / 45) * 45)
        text, names = unmark(
            f"[{row['name']}], {round(kilometres / step) * step} km {word} of [{row['anchor']}], fell."
        )
        (locative,) = find_locatives(text, names)
        (location,) = locate(
            [locative], [Resolution(names[0], None), Resolution(names[1], Place("1", row["anchor"], anchor))]
        )
        inside += geodesic(location.geometry, town)[0] <= location.uncertainty_m
    assert len(rows) >= 50
    assert inside / len(rows) >= 0.95
