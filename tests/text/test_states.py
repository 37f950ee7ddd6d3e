"""Who holds a place, told without an event: by a predicate, by who is there, by an entry of a list."""

import pytest
from test_actions import actions


@pytest.mark.parametrize(
    ("text", "place", "holder"),
    [
        ("Velden was still rebel-held this evening.", "Velden", "rebel"),
        ("Velden has been Taliban-held since spring.", "Velden", "Taliban"),
        ("Trucks come from Velden, still in government hands.", "Velden", "government"),
        ("Velden station is under Russian guard.", "Velden", "Russian"),
        ("The valley is quiet, but Velden stays with the rebels.", "Velden", "the rebels"),
        ("Velden is still Armenian.", "Velden", "Armenian"),
        ("Clinics in Velden, where the army remains, are shut.", "Velden", "the army"),
        ("At Velden the occupiers are repairing a bridge.", "Velden", "the occupiers"),
        ("Rebels sat in Velden and waited.", "Velden", "Rebels"),
        ("The militia runs Velden now.", "Velden", "The militia"),
        ("Next comes Velden, which the extremists still occupy.", "Velden", "the extremists"),
        ("Rebels shelled the road from Velden.", "Velden", "Rebels"),
        ("Velden is the army's rear base.", "Velden", "army"),
        ("Shells fell on rebel positions at Velden.", "Velden", "rebel"),
        ("Velden: ours.", "Velden", "ours"),
        ("#Velden - ABC-held, gates shut.", "Velden", "ABC"),
        ("In Velden (government-controlled) shells fell.", "Velden", "government"),
        ("The column did not reach rebel-held Velden.", "Velden", "rebel"),
        ("Velden remained under the army though rebels shelled it.", "Velden", "army"),
        ("The mill of Velden is still the rebels'.", "Velden", "rebels"),
        ("Velden, under rebel control since June, had no water.", "Velden", "rebel"),
        ("Rebels shelled Velden, the army's headquarters.", "Velden", "army"),
        ("The opposition forces still have a foothold in Velden.", "Velden", "opposition forces"),
        ("The rebels remained entrenched in Velden.", "Velden", "rebels"),
        ("The army runs the valley, including Velden.", "Velden", "army"),
        ("Velden: basically Russian, pockets aside.", "Velden", "Russian"),
    ],
)
def test_who_holds_a_place_is_read(text: str, place: str, holder: str) -> None:
    held = [
        (a.where.text, a.actor)
        for a in actions(text, place)
        if a.kind in ("holds", "capture") and a.where is not None
    ]
    assert any(where == place and (holder in actor or holder == "ours") for where, actor in held)


@pytest.mark.parametrize(
    "text",
    [
        "The ministry denied having left the airport of Velden, where soldiers have dug in.",
        "Velden was the last hideout of the rebels.",
        "Soldiers stood in a school in Velden.",
        "Rebels came back out from Velden.",
        "Shells destroyed a military base in Velden.",
        "Soldiers slept near Velden.",
        "A ceremony for soldiers was held in Velden.",
        "Two soldiers are dead in Velden.",
        "The army had held Velden until then, a clerk recalls.",
        "Soldiers recaptured rebel-held Velden.",
    ],
)
def test_who_is_at_one_spot_or_was_there_once_holds_no_town(text: str) -> None:
    assert not [a for a in actions(text, "Velden") if a.kind == "holds" and a.where is not None]


@pytest.mark.parametrize(
    "text", ["I go to Velden each day.", "Soldiers crossed into Chad.", "The column came on."]
)
def test_a_movement_has_a_goal_and_is_of_troops(text: str) -> None:
    assert not [a for a in actions(text, "Velden", "Chad") if a.kind in ("advance", "redeploy")]


def test_a_column_does_not_advance_to_where_it_set_out_from() -> None:
    found = actions("The column of rebels had set out from Velden.", "Velden")
    assert [(a.kind, a.where.text) for a in found if a.where is not None] == [("holds", "Velden")]


@pytest.mark.parametrize(("since", "kind"), [("Monday", "capture"), ("2016", "holds")])
def test_only_a_state_since_a_day_tells_of_a_change(since: str, kind: str) -> None:
    found = actions(f"Velden has been in the hands of the rebels since {since}.", "Velden")
    assert [a.kind for a in found] == [kind]


def test_an_entry_that_says_since_when_tells_a_change() -> None:
    kinds = [a.kind for a in actions("#Velden - ABC since 3 May.", "Velden")]
    assert kinds == ["capture"]


@pytest.mark.parametrize(
    "text",
    ["The soldiers fell back on Velden.", "The army withdrew from Orla to Velden.", "Rebels fled to Velden."],
)
def test_who_retreats_to_a_place_is_there_and_does_not_leave_it(text: str) -> None:
    told = {(a.kind, a.where.text) for a in actions(text, "Velden", "Orla") if a.where is not None}
    assert ("redeploy", "Velden") in told
    assert ("withdraw", "Velden") not in told


def test_a_place_left_to_an_enemy_is_no_flight_of_civilians() -> None:
    found = actions("Velden was left to the insurgents by elders.", "Velden")
    assert [(a.kind, a.opponent) for a in found] == [("withdraw", "the insurgents")]


def test_an_aside_that_says_since_when_tells_no_change() -> None:
    found = actions("Velden, rebel-held since February, was shelled.", "Velden")
    assert {a.kind for a in found} == {"shelling", "holds"}


def test_a_goal_named_by_a_second_verb_is_the_goal_of_a_movement() -> None:
    found = actions("Two battalions had gone on to enter Velden.", "Velden")
    assert [(a.kind, a.where.text) for a in found if a.where is not None] == [("advance", "Velden")]
