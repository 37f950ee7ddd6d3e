"""From actions, places and dates to the events of a report."""

from datetime import UTC, datetime

import pytest
from shapely.geometry import Point

from mapper.events.assemble import assemble
from mapper.model import Event, Place, Report, Resolution, Toponym
from mapper.text.actions import find_actions
from mapper.text.dates import find_dates

PUBLISHED = datetime(2011, 3, 10, 12, tzinfo=UTC)  # a Thursday


def events(text: str, *places: str, codes: dict[str, str] | None = None) -> list[Event]:
    toponyms = []
    for place in places:
        start = text.find(place)
        while start >= 0:
            toponyms.append(Toponym(start, start + len(place), place))
            start = text.find(place, start + 1)
    toponyms.sort(key=lambda t: t.start)
    known = {
        p: Place(p, p, Point(i, 0), feature_code=(codes or {}).get(p, "PPL")) for i, p in enumerate(places)
    }
    resolutions = [Resolution(t, known[t.text], 0.9) for t in toponyms]
    report = Report("r", text, PUBLISHED)
    return assemble(report, resolutions, [], find_actions(text, toponyms, []), find_dates(text, PUBLISHED))


def test_the_date_of_the_clause_is_the_date_of_the_event() -> None:
    first, second = events(
        "Rebels took Jalu on Monday and the army took Zuara on Wednesday.", "Jalu", "Zuara"
    )
    assert (first.location.name, first.since.day) == ("Jalu", 7)
    assert (second.location.name, second.since.day) == ("Zuara", 9)


def test_two_days_later_counts_from_the_event_before() -> None:
    _, second = events("Rebels took Jalu on March 4. Two days later they entered Awjila.", "Jalu", "Awjila")
    assert second.since == datetime(2011, 3, 6, tzinfo=UTC)


def test_without_a_date_it_is_the_day_of_publication() -> None:
    (event,) = events("Rebels took Jalu.", "Jalu")
    assert event.since == datetime(2011, 3, 10, tzinfo=UTC)
    assert event.precision == "few_days"


def test_a_plan_without_a_date_has_none() -> None:
    (event,) = events("Rebels will attack Jalu.", "Jalu")
    assert (event.action.certainty, event.since, event.precision) == ("planned", None, "unknown")


def test_who_falls_back_on_a_place_does_not_leave_it() -> None:
    told = events("The army shelled Jalu. By nightfall the rebels had retreated to Jalu.", "Jalu")
    assert "withdraw" not in [e.action.kind for e in told]


def test_one_event_told_twice_is_one_event() -> None:
    told = events("Rebels captured Jalu on Monday.\n\nRebels captured Jalu on Monday, they said.", "Jalu")
    assert [e.action.kind for e in told if e.action.certainty == "reported"] == ["capture"]


def test_a_loser_who_admits_a_loss_makes_it_reported() -> None:
    text = "Rebels fought the army for days. The army admitted that it had left Zuara."
    event = next(e for e in events(text, "Zuara") if e.action.kind == "withdraw")
    assert event.action.certainty == "reported"


@pytest.mark.parametrize(
    ("text", "kind", "side"),
    [
        ("Rebels attacked the army. Zuara was taken, a rebel spokesman said.", "capture", "Rebels"),
        ("Rebels attacked the army. A rebel spokesman denied that Zuara had fallen.", "capture", "Army"),
    ],
)
def test_who_says_it_tells_who_did_it(text: str, kind: str, side: str) -> None:
    event = next(e for e in events(text, "Zuara") if e.action.kind == kind)
    assert event.side == side


def test_a_capture_leaves_the_place_with_its_captor_and_a_denial_with_nobody() -> None:
    (taken,) = events("Rebels took Jalu.", "Jalu")
    assert (taken.holder, taken.action.outcome) == (taken.side, f"controlled_by:{taken.side}")
    (denied,) = events("The army denied that rebels had taken Jalu.", "Jalu")
    assert (denied.holder, denied.action.outcome) == ("", "none")


def test_in_a_communique_everything_is_claimed() -> None:
    text = "Our troops have taken Jalu. The enemy fled. Our units shelled Zuara, where the enemy regrouped."
    assert {e.action.certainty for e in events(text, "Jalu", "Zuara")} == {"claimed"}
    seen = "Residents said that soldiers burned Awjila."
    (burned,) = (e for e in events(f"{text} {seen}", "Jalu", "Zuara", "Awjila") if e.quote == seen)
    assert burned.action.certainty == "reported"


def test_a_country_is_no_place_of_an_event() -> None:
    assert events("Rebels attacked in Libya.", "Libya", codes={"Libya": "PCLI"}) == []


def test_orders_count_up_in_time() -> None:
    told = events("Zuara fell on Wednesday. Jalu had been taken on Monday.", "Zuara", "Jalu")
    assert [(e.location.name, e.order) for e in told] == [("Jalu", 1), ("Zuara", 2)]


def test_no_actions_give_no_events() -> None:
    assert assemble(Report("r", "Nothing."), [], [], [], []) == []


def test_a_sentence_without_a_date_is_of_the_day_named_last_in_its_paragraph() -> None:
    first, second, third = events(
        "Rebels took Jalu on Monday. They captured Awjila.\n\nThe army shelled Zuara.",
        "Jalu",
        "Awjila",
        "Zuara",
    )
    assert (first.since.day, second.since.day) == (7, 7)
    assert (third.since.day, third.precision) == (10, "few_days")


def test_a_line_that_had_room_for_more_is_a_paragraph() -> None:
    text = "Rebels took Jalu on Monday after two days of talks with its elders.\nThe army shelled Zuara."
    _, shelled = events(text, "Jalu", "Zuara")
    assert (shelled.since.day, shelled.precision) == (10, "few_days")


def test_a_line_that_an_editor_wrapped_is_no_paragraph() -> None:
    text = (
        "Rebels took Jalu on Monday after two very long days.\n"
        "The army shelled Zuara in the south of the land,\nwhere it has a camp."
    )
    _, shelled = events(text, "Jalu", "Zuara")
    assert shelled.since.day == 7


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("Jalu fell on Monday evening. The army shelled Zuara at dawn on Monday.", ["Zuara", "Jalu"]),
        ("Jalu fell at 18:40 on Monday. The army shelled Zuara before lunch on Monday.", ["Zuara", "Jalu"]),
        ("Rebels took Jalu on Monday. The army said it had left Zuara on Monday.", ["Jalu", "Zuara"]),
        ("Rebels will attack Jalu on Thursday. The army shelled Zuara today.", ["Zuara", "Jalu"]),
    ],
)
def test_events_of_one_day_follow_the_hours_and_plans_come_last(text: str, order: list[str]) -> None:
    assert [e.location.name for e in events(text, "Jalu", "Zuara")] == order


def test_the_head_of_an_entry_dates_what_stands_under_it() -> None:
    text = "4 March.\n\nRebels took Jalu.\n\n6 March.\n\nThe army took Awjila."
    told = events(text, "Jalu", "Awjila")
    assert [(e.location.name, e.since.day) for e in told] == [("Jalu", 4), ("Awjila", 6)]


def test_a_beginning_dates_no_later_sentence() -> None:
    text = "Jalu has been under siege by rebels since Monday. The army shelled Awjila."
    shelled = next(e for e in events(text, "Jalu", "Awjila") if e.action.kind == "shelling")
    assert (shelled.since.day, shelled.precision) == (10, "few_days")


@pytest.mark.parametrize(
    "text",
    [
        "Rebels fought the army. CORRECTION: We wrongly reported on Monday that rebels had captured Jalu.",
        "The army fought rebels. Correction. We stated that Jalu had fallen to rebels. It has not fallen.",
    ],
)
def test_what_the_writer_takes_back_is_a_correction(text: str) -> None:
    told = [e for e in events(text, "Jalu") if e.action.certainty == "denied"]
    assert told
    assert all("correction" in e.flags for e in told)


def test_what_a_side_denies_is_no_correction() -> None:
    text = "Rebels fought the army. The army denied an earlier report that rebels had captured Jalu."
    assert not any("correction" in e.flags for e in events(text, "Jalu"))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("The flag was raised on Monday, two days after rebels captured Jalu.", 5),
        ("Four days after rebels captured Jalu, the road is still shut.", 6),
        ("A week to the day since rebels captured Jalu, bread is dear.", 3),
    ],
)
def test_two_days_after_dates_the_clause_that_it_opens(text: str, day: int) -> None:
    (event,) = events(text, "Jalu")
    assert event.since.day == day


def test_two_days_after_dates_nothing_outside_its_clause() -> None:
    told = events("A first attack on Jalu on Sunday, a day before the talks began, was beaten off.", "Jalu")
    assert {e.since.day for e in told} == {6}


def test_a_denial_without_a_time_is_of_the_time_of_what_it_denies() -> None:
    text = "Rebels said they took Jalu on Monday.\n\nThe army denied that Jalu had been taken."
    told = {e.action.certainty: e.since.day for e in events(text, "Jalu")}
    assert told["denied"] == 7


def test_places_and_days_that_stand_in_two_lists_belong_together_one_by_one() -> None:
    told = events("Jalu and Zuara were captured on Monday and Tuesday respectively.", "Jalu", "Zuara")
    assert [(e.location.name, e.since.day) for e in told] == [("Jalu", 7), ("Zuara", 8)]


def test_the_past_of_a_place_told_by_the_way_does_not_date_what_happens_there() -> None:
    (event,) = events("The army shelled Jalu, a town that had been abandoned on 2 January.", "Jalu")[-1:]
    assert (event.action.kind, event.since.date().isoformat()) == ("shelling", "2011-03-10")


def test_a_step_of_a_story_without_a_date_is_of_the_step_before() -> None:
    text = "On 3 May 1911 rebels took Jalu.\n\nThe army left Zuara."
    assert [e.since.date().isoformat() for e in events(text, "Jalu", "Zuara")] == ["1911-05-03"] * 2


def test_an_attack_and_its_failure_in_one_sentence_are_one_repulse() -> None:
    told = events("The army tried to storm Jalu on Monday and was beaten back by the rebels.", "Jalu")
    assert [e.action.kind for e in told] == ["repulse"]


def test_fire_on_a_place_is_told_once_in_a_sentence() -> None:
    told = events("Government jets bombed Jalu on Monday and shells hit Jalu.", "Jalu")
    assert len(told) == 1


@pytest.mark.parametrize(
    ("text", "holders"),
    [
        ("Rebels and soldiers clashed in Jalu on Monday.", ["contested"]),
        ("Rebels and soldiers clashed near the town of Jalu on Monday.", [""]),
        ("Rebels clashed with soldiers between Jalu and Awjila on Monday.", ["", ""]),
        ("Rebels clashed with soldiers in the east of Jalu on Monday.", ["contested"]),
    ],
)
def test_fighting_near_a_place_contests_nothing(text: str, holders: list[str]) -> None:
    told = events(text, "Jalu", "Awjila")
    assert [e.holder for e in told if e.action.kind == "clash"] == holders
