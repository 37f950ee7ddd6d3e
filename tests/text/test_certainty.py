"""How sure a report is of an event: claimed, denied, planned, and what a denial is about."""

from __future__ import annotations

import pytest

from mapper.text.actions import find_actions
from tests.text.marked import unmark

# Each line: a text with its places in brackets, and the events that it tells.
CASES = """
The rebels say they took [Bria]. Officials deny the loss. | capture claimed, capture denied
The rebels say they took [Bria]. There is no truth in it, the governor said. | capture claimed, capture denied
The rebels say that [Bria] fell. Untrue. | capture denied
The rebels say that [Bria] fell. Not so, says the army. | capture claimed, capture denied
The rebels say that [Bria] fell. The army says it did not. | capture claimed, capture denied
The rebels say they took [Bria]. Shells fell on [Obo]. The army calls the tale of [Bria] a lie. \
| capture claimed, shelling reported, capture denied
The army says rebels shelled [Obo], rebels say no. | shelling claimed, shelling denied
Nothing has been fired at [Bria], the army said. | shelling denied
The ministry denied having abandoned [Bria]. | withdraw denied
The radio said wrongly that [Bria] had fallen. | capture denied
Shells fell on [Bria]. Neither side controlled the town by evening. | shelling reported, capture denied
The planned assault on [Bria] was shelved. | assault denied
Residents expect an army operation to recover [Bria]. | assault planned
""".strip().splitlines()


@pytest.mark.parametrize("case", CASES)
def test_certainty_of_each_telling(case: str) -> None:
    text, told = case.split(" | ")
    assert [f"{a.kind} {a.certainty}" for a in find_actions(*unmark(text), [])] == told.split(", ")


def test_side_that_denies_is_the_source() -> None:
    told = find_actions(*unmark("The rebels say they took [Bria]. The army denied the loss."), [])
    assert [(a.source, a.certainty) for a in told] == [("The rebels", "claimed"), ("The army", "denied")]


def test_place_that_a_denial_names_decides_what_is_denied() -> None:
    text = (
        "The rebels say they took [Bria]. They say they took [Obo]. The army calls the tale of [Bria] a lie."
    )
    denied = [a for a in find_actions(*unmark(text), []) if a.certainty == "denied"]
    assert [a.where.text for a in denied if a.where is not None] == ["Bria"]
