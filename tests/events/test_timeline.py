"""Many reports' events in one table."""

from itertools import permutations

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from shapely.geometry import Point

from mapper.errors import TableError
from mapper.events.timeline import mark_superseded, order_events, place_keys, require_columns
from mapper.model import TIMELINE_COLUMNS
from tests.events.wars import event, reading

FALL = event("capture", "Cima", "reds", 5, opponent="blues", holder="reds")


def test_events_stand_in_the_order_of_their_days() -> None:
    timeline = order_events(
        [
            reading("b", 9, event("capture", "Dura", "reds", 8)),
            reading("a", 6, event("capture", "Cima", "reds", 5)),
        ]
    )
    assert list(timeline["place"]) == ["Cima", "Dura"]
    assert list(timeline["order"]) == [1, 2]
    assert timeline["order_reason"].str.contains("1999-03-0").all()


def test_on_one_day_a_report_tells_the_order() -> None:
    first, second = (
        event("capture", "Cima", "reds", 5, order=1),
        event("withdraw", "Cima", "reds", 5, order=2),
    )
    timeline = order_events([reading("a", 6, second, first)])
    assert list(timeline["kind"]) == ["capture", "withdraw"]
    assert list(timeline["order"]) == [1, 2]


def test_equal_numbers_mean_that_no_report_says_what_came_first() -> None:
    timeline = order_events([reading("a", 6, FALL), reading("b", 6, event("capture", "Dura", "reds", 5))])
    assert list(timeline["order"]) == [1, 1]


def test_an_undated_event_stands_where_its_report_was_published() -> None:
    timeline = order_events(
        [
            reading("a", 7, event("capture", "Cima", "reds", None)),
            reading("b", 9, event("capture", "Dura", "reds", 6)),
        ]
    )
    assert list(timeline["place"]) == ["Dura", "Cima"]
    assert "publication of a" in timeline["order_reason"].iloc[1]


def test_two_tellings_of_one_event_are_linked_to_the_first_published() -> None:
    timeline = order_events([reading("late", 8, FALL), reading("early", 6, FALL)])
    links = dict(zip(timeline["report_id"], timeline["same_as"], strict=True))
    assert links["early"] == ""
    assert links["late"] == timeline.set_index("report_id").loc["early", "event_id"]


def test_a_claim_and_a_report_of_one_event_are_linked_but_never_its_denial() -> None:
    claim = event("capture", "Cima", "reds", 5, certainty="claimed")
    denial = event("capture", "Cima", "reds", 5, certainty="denied")
    timeline = order_events([reading("a", 5, claim), reading("b", 6, FALL), reading("c", 6, denial)])
    links = dict(zip(timeline["report_id"], timeline["same_as"], strict=True))
    assert links["b"] and not links["c"]


def test_the_same_act_weeks_later_is_another_event() -> None:
    again = event("capture", "Cima", "reds", 25)
    assert (order_events([reading("a", 6, FALL), reading("b", 26, again)])["same_as"] == "").all()


def test_the_order_of_the_reports_does_not_change_the_timeline() -> None:
    readings = [
        reading("a", 6, FALL, event("shelling", "Dura", "blues", 5)),
        reading("b", 7, FALL, event("capture", "Elba", "reds", None)),
        reading("c", None, event("withdraw", "Dura", "blues", 7, flags=("approximate",))),
    ]
    tables = [order_events(some) for some in permutations(readings)]
    for table in tables[1:]:
        assert_frame_equal(table, tables[0])


def test_a_correction_marks_what_was_told_before_and_removes_nothing() -> None:
    correction = event("capture", "Cima", "reds", 5, certainty="denied", flags=("correction",))
    timeline = order_events([reading("a", 6, FALL), reading("b", 7, correction)])
    flags = dict(zip(timeline["report_id"], timeline["flags"], strict=True))
    assert flags == {"a": "superseded", "b": "correction"}
    assert mark_superseded(timeline).tolist() == timeline["flags"].tolist()


def test_an_earlier_correction_does_not_withdraw_a_later_report() -> None:
    correction = event("capture", "Cima", "reds", 5, certainty="denied", flags=("correction",))
    timeline = order_events([reading("a", 9, FALL), reading("b", 7, correction)])
    assert "superseded" not in set(timeline["flags"])


def test_no_events_give_an_empty_table_with_all_columns() -> None:
    timeline = order_events([])
    assert list(timeline.columns) == list(TIMELINE_COLUMNS)
    assert len(timeline) == 0
    assert str(timeline["since"].dtype) == "datetime64[us, UTC]"


def test_one_name_within_ten_kilometres_is_one_place_and_farther_off_two() -> None:
    table = pd.DataFrame(
        {
            "place_id": ["1", "2", "3", ""],
            "place": ["Al Hasa", "Al-Hasa", "Al Hasa", "near Al Hasa"],
            "geometry": [Point(10, 30), Point(10.05, 30), Point(11, 30), Point(10, 30)],
        }
    )
    one, near, far, none = place_keys(table)
    assert one == near != far
    assert none == -1


def test_a_table_without_columns_or_time_zones_is_refused_with_its_name() -> None:
    with pytest.raises(TableError, match="control table lacks the columns 'holder'"):
        require_columns(pd.DataFrame({"since": []}), ("since", "holder"), "control")
    with pytest.raises(TableError, match="'since' has no time zone"):
        require_columns(pd.DataFrame({"since": [pd.Timestamp("1999-03-01")]}), ("since",), "control")


def test_readings_are_gone_through_once_and_words_that_repeat_are_kept_once() -> None:
    readings = [reading(f"r{n}", 6, FALL) for n in range(3)]
    timeline = order_events(iter(readings))
    assert_frame_equal(timeline, order_events(readings))
    for name in ("kind", "actor", "place", "report_id", "order_reason"):
        assert isinstance(timeline[name].dtype, pd.CategoricalDtype)
        assert timeline[name].fillna("").tolist() == timeline[name].astype(str).tolist()
