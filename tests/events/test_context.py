"""Who did what a clause tells without a doer."""

from mapper.events.context import momentum
from mapper.events.sides import Sides
from tests.events.test_assemble import events

SIDES = Sides(enemy={"R": "A", "A": "R"}, words={"rebel": "R", "army": "A"})


def test_words_around_a_side_show_which_way_the_war_goes() -> None:
    assert momentum("The rebels marched in.", SIDES) == ["R"]
    assert momentum("The army had slipped away.", SIDES) == ["R"]
    assert momentum("The hill fell to the army.", SIDES) == ["A"]
    assert momentum("They expelled the rebels.", SIDES) == ["A"]
    assert momentum("The rebels slept. Then dusk entered.", SIDES) == []
    assert momentum("", SIDES) == []


def test_a_town_that_fell_went_to_the_side_that_is_winning() -> None:
    text = "Rebels marched on from the coast and the army fled. Jalu fell on Monday."
    fallen = next(e for e in events(text, "Jalu") if e.action.kind == "capture")
    assert fallen.side == "Rebels"
    assert "doer inferred" in fallen.flags


def test_who_says_that_an_attack_failed_had_to_meet_it() -> None:
    text = "Rebels shelled the army. An attack on Jalu failed on Monday, the army claimed."
    (repulse,) = [e for e in events(text, "Jalu") if e.action.kind == "repulse"]
    assert repulse.side == "Army"


def test_a_promise_is_of_ones_own_deeds_a_warning_of_the_enemys() -> None:
    war = "Rebels shelled the army at Awjila on Sunday. "
    promise = events(war + "A rebel spokesman promised an attack on Jalu.", "Awjila", "Jalu")[-1]
    assert (promise.action.certainty, promise.side) == ("planned", "Rebels")
    warning = events(war + "A rebel spokesman warned that Jalu would be attacked.", "Awjila", "Jalu")[-1]
    assert (warning.action.certainty, warning.side) == ("planned", "Army")


def test_who_is_left_a_town_is_winning_though_nobody_names_him() -> None:
    text = (
        "The army shelled the rebels at Marada. The army withdrew from Jalu and from Awjila. Zella fell too."
    )
    fallen = next(e for e in events(text, "Marada", "Jalu", "Awjila", "Zella") if e.action.kind == "capture")
    assert fallen.side == "Rebels"


def test_planes_that_nobody_owns_are_those_that_bombed_elsewhere() -> None:
    text = (
        "Kenyan jets bombed Marada on Sunday. Kenyan troops fought the militants at Zella. "
        "The planes bombed Jalu on Monday."
    )
    bombed = next(e for e in events(text, "Marada", "Zella", "Jalu") if "Monday" in e.quote)
    assert bombed.side == "Kenyan forces"


def test_a_communique_tells_of_its_own_gains() -> None:
    text = (
        "The enemy attacked Marada and entered Zella. The enemy shelled our units. "
        "Our forces and our artillery met the enemy. Jalu was liberated on Monday."
    )
    freed = next(e for e in events(text, "Marada", "Zella", "Jalu") if "Monday" in e.quote)
    assert freed.side == "Own forces"


def test_a_mine_is_no_states_and_a_strike_from_the_air_is() -> None:
    text = (
        "The army took Marada and the army took Zella. Rebels attacked the army at Awjila. "
        "A roadside bomb exploded at Jalu on Monday. Jikharra was bombed from the air on Monday."
    )
    told = events(text, "Marada", "Zella", "Awjila", "Jalu", "Jikharra")
    doers = {e.location.name: e.side for e in told if "Monday" in e.quote}
    assert doers == {"Jalu": "Rebels", "Jikharra": "Army"}
