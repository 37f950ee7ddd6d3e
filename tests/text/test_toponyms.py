"""The recogniser: which names of a text are places."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.model import NameHit, Toponym
from mapper.places.gazetteer import open_gazetteer
from mapper.text.chain import CLASSES, Name
from mapper.text.toponyms import Recognizer, decide, recognizer

Read = Callable[[str], list[Toponym]]


@pytest.fixture(scope="module")
def full() -> Recognizer:
    return recognizer(find_names=open_gazetteer().find_names)


@pytest.fixture(scope="module")
def fast() -> Recognizer:
    return recognizer("fast", find_names=open_gazetteer().find_names)


@pytest.fixture(scope="module")
def with_demonyms() -> Recognizer:
    return recognizer(find_names=open_gazetteer().find_names, demonyms=True)


def spelled(toponyms: list[Toponym]) -> list[str]:
    return [toponym.text for toponym in toponyms]


def name_at(text: str, part: str, *, nth: int = 0, inner: tuple[Name, ...] = (), **chances: float) -> Name:
    start = -1
    for _ in range(nth + 1):
        start = text.index(part, start + 1)
    return Name(start, start + len(part), tuple(chances.get(name, 0.0) for name in CLASSES), 0.0, inner)


def hit_at(text: str, part: str, nth: int = 0) -> NameHit:
    name = name_at(text, part, nth=nth)
    return NameHit(name.start, name.end, 4.0, "P")


# ------------------------------------------------------------------------------- what is a place


def test_towns_of_a_front_are_found(full: Recognizer) -> None:
    text = "Government tanks rolled into Zuwara at dawn while shells fell on Misrata and the road to Sirte."
    assert spelled(full(text)) == ["Zuwara", "Misrata", "Sirte"]


def test_towns_of_a_front_are_found_without_a_network(fast: Recognizer) -> None:
    text = "Government tanks rolled into Zuwara at dawn while shells fell on Misrata and the road to Sirte."
    assert spelled(fast(text)) == ["Zuwara", "Misrata", "Sirte"]


@pytest.mark.parametrize(
    ("text", "no_place"),
    [
        ("Colonel Gaddafi told his guards to hold Sirte.", "Gaddafi"),
        ("Jordan scored forty points in Chicago, his coach Phil Jackson said.", "Jordan"),
        ("A reporter of Al-Jazeera reached Benghazi on Monday.", "Al-Jazeera"),
        ("NATO jets bombed a depot near Brega.", "NATO"),
        ("Manchester United beat their guests in Turin.", "Manchester United"),
        ("General Khalifa Haftar reached Tobruk, Reuters reported.", "Reuters"),
    ],
)
def test_persons_and_organisations_are_no_places(full: Recognizer, text: str, no_place: str) -> None:
    start = text.index(no_place)
    assert not any(t.start < start + len(no_place) and start < t.end for t in full(text))
    assert full(text)


def test_a_place_and_the_unit_that_holds_it_are_two_mentions(full: Recognizer) -> None:
    assert spelled(full("A bridge collapsed in Springfield, Illinois, on Friday.")) == [
        "Springfield",
        "Illinois",
    ]


def test_a_government_named_by_its_capital_is_associative(full: Recognizer) -> None:
    text = "Kyiv said its troops had left the village. Moscow denied it. Shells fell in Kherson."
    roles = {toponym.text: toponym.role for toponym in full(text)}
    assert roles["Moscow"] == "associative"
    assert roles["Kherson"] == "literal"


def test_a_small_town_stands_for_no_government() -> None:
    text = "Marka fell silent. Rome fell silent."
    names = [replace(name_at(text, part, LOC=0.9), associative=0.99) for part in ("Marka", "Rome")]
    large = replace(hit_at(text, "Rome"), prominence=6.4)
    found = decide(text, [hit_at(text, "Marka"), large], names, demonyms=False, nested=False)
    assert [toponym.role for toponym in found] == ["literal", "associative"]


# ------------------------------------------------------------------------------------ options


def test_demonyms_are_given_only_when_asked_for(full: Recognizer, with_demonyms: Recognizer) -> None:
    text = "Ethiopian soldiers crossed the border near Humera."
    assert spelled(full(text)) == ["Humera"]
    assert [(t.text, t.role) for t in with_demonyms(text)] == [
        ("Ethiopian", "demonym"),
        ("Humera", "literal"),
    ]


def test_a_place_inside_a_name_is_nested_and_off_by_default() -> None:
    text = "A blast shook Raqqa University."
    inner = name_at(text, "Raqqa", LOC=0.05, ORG=0.9)
    names = [name_at(text, "Raqqa University", ORG=0.9, inner=(inner,))]
    assert decide(text, [], names, demonyms=False, nested=False) == []
    (found,) = decide(text, [], names, demonyms=False, nested=True)
    assert (found.text, found.role) == ("Raqqa", "nested")


def test_a_nested_place_stands_beside_the_place_that_holds_it() -> None:
    text = "A blast shook Raqqa Station in Raqqa."
    inner = name_at(text, "Raqqa", LOC=0.4)
    names = [name_at(text, "Raqqa Station", LOC=0.9, inner=(inner,)), name_at(text, "Raqqa", nth=1, LOC=0.9)]
    found = decide(text, [hit_at(text, "Raqqa", 1)], names, demonyms=False, nested=True)
    assert [(t.text, t.role) for t in found] == [
        ("Raqqa Station", "literal"),
        ("Raqqa", "nested"),
        ("Raqqa", "literal"),
    ]


# ------------------------------------------------------------------------ hard ways of writing


def test_a_headline_in_capitals_is_read(full: Recognizer) -> None:
    text = "REBELS SEIZE MISRATA AIRPORT AS SIEGE ENDS\nFighters entered Misrata on Tuesday."
    found = full(text)
    assert any(t.start <= text.index("MISRATA") < t.end for t in found)
    assert found[-1].text == "Misrata"


def test_lower_case_text_is_read(full: Recognizer) -> None:
    assert spelled(full("heavy shelling in kharkiv again tonight, two dead in mykolaiv")) == [
        "kharkiv",
        "mykolaiv",
    ]


def test_a_name_broken_over_lines_is_looked_up_in_one(full: Recognizer) -> None:
    text = "The column stopped on the road to Deir\nez-Zor after an air strike near Deir ez-Zor."
    first = full(text)[0]
    assert text[first.start : first.end] == "Deir\nez-Zor"
    assert first.name == "Deir ez-Zor"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Ben-\nghazi", "Benghazi"),
        ("Deir ez-\nZor", "Deir ez-Zor"),
        ("Bani\r\nWalid", "Bani Walid"),
        ("Sirte", ""),
    ],
)
def test_what_a_line_break_cuts_is_looked_up_whole(written: str, meant: str) -> None:
    (found,) = decide(written, [], [name_at(written, written, LOC=0.9)], demonyms=False, nested=False)
    assert (found.text, found.name) == (written, meant)


def test_two_parts_of_a_name_that_the_gazetteer_knows_are_one() -> None:
    text = "Rain fell in Port Sudan."
    names = [name_at(text, "Port", LOC=0.6), name_at(text, "Sudan", LOC=0.9)]
    assert spelled(decide(text, [], names, demonyms=False, nested=False)) == ["Port", "Sudan"]
    hits = [hit_at(text, "Port Sudan"), hit_at(text, "Sudan")]
    assert spelled(decide(text, hits, names, demonyms=False, nested=False)) == ["Port Sudan"]


def test_a_word_of_the_compass_belongs_to_the_name_it_stands_before() -> None:
    text = "Cholera was found in Western Orvany."
    names = [name_at(text, "Western", LOC=0.7), name_at(text, "Orvany", LOC=0.9)]
    assert spelled(decide(text, [], names, demonyms=False, nested=False)) == ["Western Orvany"]


@pytest.mark.parametrize(
    "text",
    [
        "The old battleship Oregon shelled the forts.",
        "A boat of the cruiser\nOregon came ashore.",
        "Gunmen of the Islamic State of Oregon said so.",
        "He was heard on Radio Oregon at noon.",
    ],
)
def test_what_is_called_after_a_place_is_none(text: str) -> None:
    names = [name_at(text, "Oregon", LOC=0.95)]
    assert decide(text, [hit_at(text, "Oregon")], names, demonyms=False, nested=False) == []


@pytest.mark.parametrize("owner", ["", "General Orvany said so. "])
def test_a_known_name_among_the_places_of_the_report_is_a_place_unless_somebody_bears_it(owner: str) -> None:
    text = f"{owner}Orvany belongs to the army once more, as does Homs."
    names = [name_at(text, "Orvany", nth=bool(owner), LOC=0.1, PER=0.8), name_at(text, "Homs", LOC=0.9)]
    names += [name_at(text, "General Orvany", PER=0.9)] if owner else []
    asked = []

    def all_lie_there(sure: Collection[str], doubtful: Collection[str]) -> Collection[str]:
        asked.append((set(sure), set(doubtful)))
        return doubtful

    hits = [hit_at(text, "Orvany", nth=bool(owner)), hit_at(text, "Homs")]
    found = decide(text, hits, names, lying_among=all_lie_there, demonyms=False, nested=False)
    assert asked == [({"Homs"}, set() if owner else {"Orvany"})]
    assert set(spelled(found)) == ({"Homs"} if owner else {"Orvany", "Homs"})


@pytest.mark.parametrize(("words", "role"), [("army had gone", "associative"), ("was quiet", "literal")])
def test_a_place_stands_for_its_army_and_broadcasters(words: str, role: str) -> None:
    text = f"By dawn the Orvany {words}."
    (found,) = decide(text, [], [name_at(text, "Orvany", LOC=0.9)], demonyms=False, nested=False)
    assert found.role == role


@pytest.mark.parametrize("between", ["\n\n", ", ", " / ", " - "])
def test_what_never_stands_in_a_name_parts_two(between: str) -> None:
    text = f"A convoy leaves Timbuktu{between}Gao is quiet."
    names = [name_at(text, f"Timbuktu{between}Gao", LOC=0.9)]
    assert spelled(decide(text, [], names, demonyms=False, nested=False)) == ["Timbuktu", "Gao"]


def test_a_compass_word_without_a_capital_is_no_part_of_the_name() -> None:
    text = "Fighting in eastern Chad near al-Tina."
    names = [name_at(text, "eastern Chad", LOC=0.9), name_at(text, "al-Tina", LOC=0.9)]
    assert spelled(decide(text, [], names, demonyms=False, nested=False)) == ["Chad", "al-Tina"]


def test_a_surname_in_the_report_is_the_person_even_where_a_town_has_the_name() -> None:
    text = "Mario Monti resigned. Monti left Rome."
    names = [name_at(text, "Mario Monti", PER=0.9), name_at(text, "Monti", nth=1, LOC=0.5, PER=0.3)]
    assert decide(text, [hit_at(text, "Monti", 1)], names, demonyms=False, nested=False) == []


def test_a_slip_of_a_name_already_seen_is_corrected() -> None:
    text = "They left Bani Walid at noon. By night Bani Walud was empty."
    names = [name_at(text, "Bani Walid", LOC=0.9), name_at(text, "Bani Walud", PER=0.8)]
    found = decide(text, [hit_at(text, "Bani Walid")], names, demonyms=False, nested=False)
    assert [(t.text, t.name) for t in found] == [("Bani Walid", ""), ("Bani Walud", "Bani Walid")]


def test_another_known_name_is_no_slip() -> None:
    text = "They left Marinka for Marynka."
    names = [name_at(text, "Marinka", LOC=0.9), name_at(text, "Marynka", LOC=0.9)]
    hits = [hit_at(text, "Marinka"), hit_at(text, "Marynka")]
    assert [t.name for t in decide(text, hits, names, demonyms=False, nested=False)] == ["", ""]


def test_a_person_one_letter_from_a_town_is_no_slip() -> None:
    text = "They left Hassana. Hassani stayed."
    names = [name_at(text, "Hassana", LOC=0.9), name_at(text, "Hassani", PER=0.9)]
    found = decide(text, [hit_at(text, "Hassana")], names, demonyms=False, nested=False)
    assert spelled(found) == ["Hassana"]


# ------------------------------------------------------------------- judging over the report


def test_equal_names_help_each_other() -> None:
    text = "Qara fell. Men of Qara fled."
    names = [name_at(text, "Qara", LOC=0.3, PER=0.4), name_at(text, "Qara", nth=1, LOC=0.9)]
    assert len(decide(text, [], names, demonyms=False, nested=False)) == 2


def test_a_known_place_is_not_talked_into_a_person_by_its_other_mentions() -> None:
    text = "Qara fell. Qara rose. Men of Qara fled."
    names = [
        name_at(text, "Qara", PER=0.8, LOC=0.1),
        name_at(text, "Qara", nth=1, PER=0.8, LOC=0.1),
        name_at(text, "Qara", nth=2, LOC=0.6, PER=0.3),
    ]
    found = decide(text, [hit_at(text, "Qara", 2)], names, demonyms=False, nested=False)
    assert [t.start for t in found] == [names[2].start]


def test_the_credit_under_a_picture_is_no_part_of_the_place() -> None:
    text = "Smoke over Wad Madani Reuters\n\nReuters reached Wad Madani on Monday."
    names = [
        name_at(text, "Wad Madani Reuters", ORG=0.7, LOC=0.2),
        name_at(text, "Reuters", nth=1, ORG=0.9),
        name_at(text, "Wad Madani", nth=1, LOC=0.9),
    ]
    found = decide(text, [], names, demonyms=False, nested=False)
    assert [(t.start, t.text) for t in found] == [(11, "Wad Madani"), (names[2].start, "Wad Madani")]


def test_the_full_stop_of_an_abbreviation_belongs_to_it() -> None:
    text = "He moved to Richmond, Va., and left. She is in Va. Nobody knows."
    names = [name_at(text, "Va", LOC=0.9), name_at(text, "Va", nth=1, LOC=0.9)]
    assert spelled(decide(text, [], names, demonyms=False, nested=False)) == ["Va.", "Va"]


# ------------------------------------------------------------------------------------ contract


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "...", "no names here at all", "\x00\ufffd" * 50, "A" * 5000]
)
def test_texts_without_places_give_none(full: Recognizer, fast: Recognizer, text: str) -> None:
    assert [t for t in full(text) if not t.text.strip("A")] == []
    assert fast(text) == []


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=st.sampled_from(" .,'-\nAabrßİKyiv’éТ中0"), max_size=400))
def test_spans_lie_in_the_text_in_order_and_apart(full: Recognizer, fast: Recognizer, text: str) -> None:
    for read in (full, fast):
        end = 0
        for toponym in read(text):
            assert end <= toponym.start < toponym.end
            assert text[toponym.start : toponym.end] == toponym.text
            assert 0 <= toponym.score <= 1
            end = toponym.end


def test_a_stream_gives_what_single_calls_give_and_reads_little_ahead(full: Recognizer) -> None:
    texts = [f"Shelling near Kramatorsk, {n} km from Sloviansk." for n in range(20)]
    taken = 0

    def feed() -> Iterator[str]:
        nonlocal taken
        for text in texts:
            taken += 1
            yield text

    results = full.many(feed())
    first = next(results)
    assert taken < len(texts)
    assert [first, *results] == [full(text) for text in texts]


def test_a_text_longer_than_a_window_is_read_to_its_end(full: Recognizer) -> None:
    text = "Nothing of note happened that day, the elders said. " * 60 + "Then Aleppo fell."
    (found,) = full(text)
    assert found.text == "Aleppo"
    assert text[found.start : found.end] == "Aleppo"


def test_a_recogniser_travels_to_another_process(full: Recognizer) -> None:
    text = "Fighting reached Goma."
    assert pickle.loads(pickle.dumps(full))(text) == full(text)


def test_hostile_text_takes_time_in_proportion(fast: Recognizer) -> None:
    assert fast("A-" * 20_000) is not None
    assert fast("(" * 100_000) == []
