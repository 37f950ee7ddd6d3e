"""Who holds what: one test a rule."""

from datetime import UTC, datetime
from itertools import permutations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from mapper.errors import TableError
from mapper.events.control import control_states
from mapper.events.timeline import order_events
from mapper.model import CONTROL_COLUMNS, Event, Extraction
from tests.events.wars import ROAD, event, reading

State = tuple[str, str, str | None, str | None]


def states(*readings: Extraction, place: str = "Cima", as_known_on: datetime | None = None) -> list[State]:
    """Return (holder, status, first day, day of the end) of each state of a place."""
    control = control_states(order_events(readings), as_known_on=as_known_on)
    rows = control[control["place"] == place]
    return [(row.holder, row.status, _day(row.since), _day(row.until)) for row in rows.itertuples()]


def _day(moment: pd.Timestamp) -> str | None:
    return None if pd.isna(moment) else f"{moment:%d}"


def capture(who: str, when: int, **rest: object) -> Event:
    return event("capture", "Cima", who, when, holder=who, **rest)  # type: ignore[arg-type]


def test_a_capture_told_as_fact_is_held_from_its_day() -> None:
    assert states(reading("a", 6, capture("reds", 5))) == [("reds", "held", "05", None)]


def test_a_place_taken_from_a_side_was_its_before() -> None:
    assert states(reading("a", 6, capture("reds", 5, opponent="blues"))) == [
        ("blues", "held", "26", "05"),
        ("reds", "held", "05", None),
    ]


def test_what_one_side_says_alone_is_claimed() -> None:
    assert states(reading("a", 6, capture("reds", 5, certainty="claimed"))) == [
        ("reds", "claimed", "05", None)
    ]


def test_a_claim_told_as_fact_by_another_report_is_held_since_the_claim() -> None:
    claim = reading("a", 6, capture("reds", 5, certainty="claimed"))
    assert states(claim, reading("b", 8, event("holds", "Cima", "reds", 8, holder="reds"))) == [
        ("reds", "held", "05", None)
    ]


def test_a_loser_who_admits_the_loss_ends_the_claim() -> None:
    claim = capture("reds", 5, certainty="claimed")
    admission = event("withdraw", "Cima", "blues", 5, opponent="reds", holder="reds")
    assert states(reading("a", 6, claim, admission))[-1][:2] == ("reds", "held")


def test_opposed_claims_of_one_day_are_contested() -> None:
    claims = reading("a", 6, capture("reds", 5, certainty="claimed", order=1),
                     capture("blues", 5, certainty="claimed", order=2))  # fmt: skip
    assert states(claims) == [("contested", "contested", "05", None)]


def test_a_denied_claim_is_contested_and_a_denied_fact_stays() -> None:
    denial = capture("reds", 5, certainty="denied", order=2)
    assert states(reading("a", 6, capture("reds", 5, certainty="claimed"), denial))[-1][1] == "contested"
    assert states(reading("a", 6, capture("reds", 5), denial))[-1][:2] == ("reds", "held")


def test_denied_and_planned_events_alone_move_nothing() -> None:
    assert states(reading("a", 6, capture("reds", 5, certainty="denied"))) == []
    assert states(reading("a", 6, capture("reds", 9, certainty="planned"))) == []


@pytest.mark.parametrize(
    "kind", ["shelling", "airstrike", "siege", "assault", "advance", "statement", "displacement"]
)
def test_fire_sieges_and_attacks_from_outside_change_nothing(kind: str) -> None:
    assert states(reading("a", 6, capture("reds", 4)), reading("b", 7, event(kind, "Cima", "blues", 6))) == [
        ("reds", "held", "04", None)
    ]


@pytest.mark.parametrize("kind", ["shelling", "airstrike", "siege", "assault"])
def test_of_a_place_never_heard_of_the_side_fired_at_is_there(kind: str) -> None:
    fire = event(kind, "Cima", "blues", 6, opponent="reds")
    assert states(reading("a", 7, fire)) == [("reds", "held", "27", None)]
    assert states(reading("a", 7, fire), reading("b", 5, capture("blues", 4)))[-1][0] == "blues"
    control = control_states(order_events([reading("a", 7, fire)]))
    assert control["confidence"].iloc[0] < 0.5


def test_who_was_said_to_have_lost_a_place_and_has_not_is_there() -> None:
    denied = {"certainty": "denied", "opponent": "blues"}
    assert states(reading("a", 7, event("capture", "Cima", "reds", 6, **denied))) == [
        ("blues", "held", "27", None)
    ]
    assert states(reading("a", 7, event("withdraw", "Cima", "reds", 6, **denied))) == [
        ("reds", "held", "27", None)
    ]


def test_fighting_inside_makes_a_place_contested() -> None:
    fight = event("clash", "Cima", "blues", 7, holder="contested")
    assert states(reading("a", 6, capture("reds", 4)), reading("b", 8, fight)) == [
        ("reds", "held", "04", "07"),
        ("contested", "contested", "07", None),
    ]


def test_an_attack_beaten_off_confirms_the_defender() -> None:
    control = control_states(
        order_events(
            [reading("a", 5, capture("reds", 4)), reading("b", 9, event("repulse", "Cima", "reds", 8))]
        )
    )
    assert len(control) == 1
    assert _day(control["last_confirmed"].iloc[0]) == "08"
    assert control["confidence"].iloc[0] > 0.8


def test_a_withdrawal_gives_the_place_to_the_side_faced() -> None:
    assert states(reading("a", 6, event("withdraw", "Cima", "blues", 5, opponent="reds")))[-1][:3] == (
        "reds", "held", "05",
    )  # fmt: skip


def test_a_withdrawal_from_nobody_named_gives_the_place_to_the_only_enemy_near() -> None:
    neighbour = event("capture", "Bora", "reds", 3, holder="reds")
    leaving = event("withdraw", "Cima", "blues", 5)
    assert states(reading("a", 6, neighbour, leaving))[-1][:2] == ("reds", "held")
    third = event("capture", "Dura", "greens", 3, holder="greens")
    assert states(reading("a", 6, neighbour, third, leaving)) == []


def test_who_comes_after_a_withdrawal_holds_from_the_coming() -> None:
    leaving = event("withdraw", "Cima", "blues", 5, opponent="reds", holder="reds")
    assert states(reading("a", 9, leaving, capture("reds", 7)))[-1] == ("reds", "held", "07", None)


def test_silence_changes_nothing() -> None:
    assert states(
        reading("a", 6, capture("reds", 5)), reading("b", 28, event("shelling", "Dura", "blues", 28))
    ) == [("reds", "held", "05", None)]


def test_a_superseded_telling_does_not_count() -> None:
    correction = capture("reds", 5, certainty="denied", flags=("correction",))
    assert states(reading("a", 6, capture("reds", 5)), reading("b", 7, correction)) == []


def test_the_map_of_a_day_knows_only_what_was_published_by_then() -> None:
    readings = (reading("a", 6, capture("reds", 5)), reading("b", 9, capture("blues", 5, order=2)),
                reading("c", 12, capture("reds", 5, certainty="denied", flags=("correction",))))  # fmt: skip
    sixth = datetime(1999, 3, 6, 12, tzinfo=UTC)
    assert states(*readings, as_known_on=sixth) == [("reds", "held", "05", None)]
    assert states(*readings)[-1][0] == "blues"


def test_two_independent_reports_are_worth_more_than_one() -> None:
    one = control_states(order_events([reading("a", 6, capture("reds", 5))]))
    two = control_states(
        order_events([reading("a", 6, capture("reds", 5)), reading("b", 6, capture("reds", 5))])
    )
    assert one["confidence"].iloc[0] == 0.8
    assert two["confidence"].iloc[0] == 0.96


def test_a_report_that_repeats_another_confirms_nothing() -> None:
    told = order_events([reading("a", 6, capture("reds", 5)), reading("b", 6, capture("reds", 5))])
    assert control_states(told, repeats={"b": "a"})["confidence"].iloc[0] == 0.8


def test_no_events_give_an_empty_table_with_all_columns() -> None:
    control = control_states(order_events([]))
    assert list(control.columns) == list(CONTROL_COLUMNS)
    assert len(control) == 0


def test_a_timeline_without_its_columns_is_refused() -> None:
    with pytest.raises(TableError, match="timeline table lacks"):
        control_states(pd.DataFrame({"since": []}))


EVENTS = st.builds(
    lambda kind, place, who, when, certainty, holder, start: event(
        kind, place, who, when, opponent={"reds": "blues"}.get(who, "reds"), certainty=certainty,
        holder={"self": who, "both": "contested"}.get(holder, ""), start=start,
    ),
    st.sampled_from(["capture", "withdraw", "repulse", "clash", "holds", "shelling", "surrender"]),
    st.sampled_from(sorted(ROAD)[:3]),
    st.sampled_from(["reds", "blues", "greens"]),
    st.one_of(st.none(), st.integers(1, 9)),
    st.sampled_from(["reported", "claimed", "denied", "planned"]),
    st.sampled_from(["self", "both", "none"]),
    st.integers(0, 30),
)  # fmt: skip


@settings(deadline=None, max_examples=30, derandomize=True)
@given(st.lists(st.tuples(st.integers(1, 9), st.lists(EVENTS, max_size=4)), max_size=4))
def test_states_of_a_place_never_overlap_and_reports_may_come_in_any_order(
    reports: list[tuple[int, list[Event]]],
) -> None:
    readings = [reading(f"r{n}", published, *events) for n, (published, events) in enumerate(reports)]
    control = control_states(order_events(readings))
    for some in list(permutations(readings))[-2:]:
        assert_frame_equal(control_states(order_events(some)), control)
    for _, rows in control.groupby("place_id"):
        assert rows["until"].iloc[:-1].notna().all()
        assert pd.isna(rows["until"].iloc[-1])
        for before, after in zip(rows.itertuples(), list(rows.itertuples())[1:], strict=False):
            assert before.until == after.since
            assert pd.isna(before.since) or before.since < before.until
            assert (before.holder, before.status) != (after.holder, after.status)
    assert control["confidence"].between(0, 0.99).all()


@settings(deadline=None, max_examples=15, derandomize=True)
@given(st.lists(EVENTS, max_size=5))
def test_a_report_read_twice_changes_no_state(events: list[Event]) -> None:
    once = control_states(order_events([reading("a", 5, *events)]))
    twice = control_states(order_events([reading("a", 5, *events), reading("a", 5, *events)]))
    columns = ["place_id", "holder", "status", "since", "until"]
    assert_frame_equal(once[columns], twice[columns])


def test_an_announced_target_is_the_other_sides() -> None:
    plan = event("capture", "Cima", "reds", None, opponent="blues", certainty="planned", precision="unknown")
    assert [s[:2] for s in states(reading("a", 6, plan))] == [("blues", "held")]


def test_a_plan_changes_nothing_of_a_place_that_is_told_of() -> None:
    plan = event("capture", "Cima", "reds", None, opponent="blues", certainty="planned", precision="unknown")
    assert states(reading("a", 4, plan), reading("b", 6, capture("greens", 5))) == [
        ("greens", "held", "05", None)
    ]


def test_a_place_is_not_given_away_by_a_guessed_doer() -> None:
    guessed = event("siege", "Cima", "reds", 5, opponent="blues", flags=("doer inferred",))
    told = event("shelling", "Cima", "blues", 6, opponent="reds", order=2, start=9)
    assert [s[:2] for s in states(reading("a", 7, guessed, told))] == [("reds", "held")]
    assert [s[:2] for s in states(reading("a", 7, guessed))] == [("blues", "held")]


def test_who_sends_troops_to_a_place_has_it() -> None:
    sent = event("redeploy", "Cima", "reds", 5)
    assert [s[:2] for s in states(reading("a", 6, sent))] == [("reds", "held")]


def test_a_withdrawal_from_a_guessed_place_colours_no_map() -> None:
    held = reading("a", 6, capture("reds", 4))
    left = event("withdraw", "Cima", "reds", 6, opponent="blues", holder="blues", flags=("place inferred",))
    assert states(held, reading("b", 7, left)) == states(held)


def test_a_defender_who_alone_tells_that_he_held_out_holds() -> None:
    claim = event("repulse", "Cima", "reds", 5, certainty="claimed")
    assert states(reading("a", 6, claim)) == [("reds", "held", None, None)]
    assert states(reading("a", 4, capture("blues", 3)), reading("b", 6, claim))[-1][:2] == ("reds", "claimed")


@pytest.mark.parametrize("flag", ["doer inferred", "place inferred"])
def test_what_is_guessed_supposes_nothing_of_the_time_before(flag: str) -> None:
    taken = capture("reds", 5, opponent="blues", flags=(flag,))
    assert states(reading("a", 6, taken)) == [("reds", "held", "05", None)]


def test_who_is_fired_at_somewhere_is_not_put_before_who_is_told_to_be_there() -> None:
    guessed = event("siege", "Cima", "reds", 5, opponent="blues", flags=("place inferred",))
    told = event("advance", "Cima", "blues", 5, opponent="reds", order=2, start=9)
    assert [s[:2] for s in states(reading("a", 7, guessed, told))] == [("reds", "held")]
