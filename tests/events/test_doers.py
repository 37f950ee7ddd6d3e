"""Doers that one report infers and others settle."""

import pandas as pd
import pytest

from mapper.events.control import DOER_INFERRED
from mapper.events.doers import settle_doers
from mapper.events.timeline import order_events
from mapper.model import Extraction
from tests.events.wars import event, reading

HOLD = reading("a", 3, event("holds", "Dura", "blues", 3, holder="blues"))


def inferred(report_id: str, place: str, actor: str, opponent: str, when: int) -> Extraction:
    told = event("capture", place, actor, when, opponent=opponent, holder=actor, flags=(DOER_INFERRED,))
    return reading(report_id, when + 1, told)


def doer(timeline: pd.DataFrame, report_id: str) -> list[str]:
    row = timeline[timeline["report_id"] == report_id].iloc[0]
    return [row["actor"], row["opponent"], row["holder"]]


def test_nobody_takes_what_he_holds() -> None:
    timeline = order_events([HOLD, inferred("b", "Dura", "blues", "reds", 6)])
    assert doer(timeline, "b") == ["blues", "reds", "blues"]
    assert doer(settle_doers(timeline), "b") == ["reds", "blues", "reds"]
    assert doer(timeline, "b") == ["blues", "reds", "blues"]  # the table given is not changed


def test_what_others_bear_out_or_do_not_tell_of_stays() -> None:
    right = order_events([HOLD, inferred("b", "Dura", "reds", "blues", 6)])
    assert doer(settle_doers(right), "b") == ["reds", "blues", "reds"]
    elsewhere = order_events([HOLD, inferred("b", "Gora", "blues", "reds", 6)])
    assert doer(settle_doers(elsewhere), "b") == ["blues", "reds", "blues"]


@pytest.mark.parametrize("most", [0, 1_000_000])
def test_what_one_report_settles_is_known_to_the_next(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapper.events.doers.MOST_READ", most)
    # Reds took Dura on the 6th, so on the 9th blues take it back; a large build may not look again.
    readings = [HOLD, inferred("b", "Dura", "blues", "reds", 6), inferred("c", "Dura", "reds", "blues", 9)]
    settled = settle_doers(order_events(readings))
    assert doer(settled, "b") == ["reds", "blues", "reds"]
    assert doer(settled, "c") == (["blues", "reds", "blues"] if most else ["reds", "blues", "reds"])
