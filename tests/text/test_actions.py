"""What short texts of many wars say was done; the cases stand in `tests/events/cases.jsonl`."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mapper.model import Action, Toponym
from mapper.text.actions import find_actions
from mapper.text.locatives import find_locatives

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "events" / "cases.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
KNOWN_FAILURES = 3


def toponyms(text: str, *places: str) -> list[Toponym]:
    """Return every mention of the places in the text."""
    found = []
    for place in places:
        start = text.find(place)
        while start >= 0:
            found.append(Toponym(start, start + len(place), place))
            start = text.find(place, start + len(place))
    return sorted(found, key=lambda t: t.start)


def actions(text: str, *places: str) -> list[Action]:
    named = toponyms(text, *places)
    return find_actions(text, named, find_locatives(text, named))


def told(action: Action) -> tuple[str, str, str]:
    where = action.where.text if action.where is not None else ""
    return action.kind, where, action.certainty


def misread(case: dict) -> str:
    """Return what is wrong with the reading of a case, "" when nothing is."""
    found = actions(case["text"], *case["places"])
    for kind, place, actor, certainty in case["expect"]:
        if not any(told(a) == (kind, place, certainty) and actor.lower() in a.actor.lower() for a in found):
            return f"lacks {kind} at {place} by {actor!r}, {certainty}; read {[told(a) for a in found]}"
    for kind, place in case["absent"]:
        if any(a.kind == kind and told(a)[1] == place and a.certainty != "denied" for a in found):
            return f"reads a {kind} at {place} that the text does not tell"
    return ""


@pytest.mark.parametrize("case", [c for c in CASES if "known" not in c], ids=lambda c: c["text"][:60])
def test_a_case_is_read_as_a_person_reads_it(case: dict) -> None:
    assert misread(case) == ""


def test_the_known_failures_are_those_that_are_listed() -> None:
    failing = [c["text"] for c in CASES if "known" in c and misread(c)]
    listed = [c["text"] for c in CASES if "known" in c]
    assert failing == listed, "a known failure is mended: take its `known` away"
    assert len(listed) == KNOWN_FAILURES
    assert all(c["known"].endswith(".") for c in CASES if "known" in c)


def test_the_cases_are_many_and_of_many_wars() -> None:
    assert len(CASES) >= 120
    assert len({c["war"] for c in CASES}) >= 6


def test_every_action_points_at_its_own_words() -> None:
    text = (
        "On Monday the army took Zuara. It lies 40 km west of Sabratha.\n\nRebels said they would retake it."
    )
    for action in actions(text, "Zuara", "Sabratha"):
        assert action.sentence_start <= action.start < action.end <= action.sentence_end <= len(text)
        assert action.sentence_start <= action.clause_start < action.clause_end <= action.sentence_end


def test_the_town_is_the_place_in_focus_and_not_a_landmark() -> None:
    text = "Rebels attacked Jalu, 240 km south of Ajdabiya. On Tuesday the town fell."
    assert ("capture", "Jalu", "reported") in [told(a) for a in actions(text, "Jalu", "Ajdabiya")]


def test_they_are_the_force_told_of_before() -> None:
    text = "Government troops entered Zuara. They left the town at noon."
    assert [(a.kind, a.actor) for a in actions(text, "Zuara")] == [
        ("capture", "Government troops"),
        ("withdraw", "Government troops"),
    ]


def test_a_list_with_dates_shares_its_verb() -> None:
    text = "Jalu was taken on March 4, Awjila on March 6."
    assert [told(a)[1] for a in actions(text, "Jalu", "Awjila") if a.kind == "capture"] == ["Jalu", "Awjila"]


def test_a_text_without_war_has_no_actions() -> None:
    assert actions("The museum in Bergamo opens its doors on Sunday.", "Bergamo") == []


def test_a_long_text_that_names_no_force_and_no_weapon_tells_of_no_war() -> None:
    chatter = "The team captured the title in Bergamo and took the cup. " * 20
    assert actions(chatter, "Bergamo") == []
    assert actions(chatter + "Rebels seized Bergamo.", "Bergamo") != []


def test_hostile_text_takes_linear_time() -> None:
    text = "A" * 3_000 + "\n" + "rebels took " * 4_000 + "((((" * 2_000 + "Zuara," * 2_000
    assert isinstance(actions(text, "Zuara"), list)


def test_the_troops_of_a_capital_that_speaks_are_its_own() -> None:
    text = "Envoys came. Elbonia said that its troops had captured Xan Yor. Elbonia said it had shelled Mor."
    named = [
        replace(t, role="associative") if t.text == "Elbonia" else t
        for t in toponyms(text, "Elbonia", "Xan Yor", "Mor")
    ]
    capture, shelling = find_actions(text, named, [])
    assert (capture.actor, shelling.actor) == ("Elbonia's troops", "Elbonia")
