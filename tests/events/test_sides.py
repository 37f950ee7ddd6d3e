"""Which mentions are one side."""

from mapper.events.side_words import side_keys
from mapper.events.sides import find_sides, group_sides
from mapper.model import Action


def act(actor: str, opponent: str = "", kind: str = "assault", source: str = "") -> Action:
    return Action(0, 1, 0, 1, kind, actor, opponent, "reported", source=source)


def test_armies_and_governments_are_one_side_against_rebels() -> None:
    sides = find_sides([act("rebels", "the army"), act("government forces", "insurgents")])
    assert sides.of["the army"] == sides.of["government forces"]
    assert sides.of["rebels"] == sides.of["insurgents"]
    assert sides.enemy[sides.of["rebels"]] == sides.of["the army"]
    assert sides.state == sides.of["the army"]


def test_peoples_at_war_are_two_sides_whatever_their_arms() -> None:
    sides = find_sides([act("Russian artillery", "Ukrainian troops"), act("Ukraine's army", "the Russians")])
    assert sides.of["Russian artillery"] == sides.of["the Russians"]
    assert sides.of["Ukrainian troops"] == sides.of["Ukraine's army"]
    assert sides.of["the Russians"] != sides.of["Ukraine's army"]


def test_an_ally_from_the_air_keeps_its_own_side() -> None:
    sides = find_sides([act("rebels", "Gaddafi's troops"), act("NATO jets", "Gaddafi's troops", "airstrike")])
    assert sides.of["NATO jets"] not in (sides.of["rebels"], sides.of["Gaddafi's troops"])
    assert sides.of["NATO jets"] not in sides.enemy


def test_loyal_to_and_anti_say_whose_side() -> None:
    sides = find_sides(
        [act("fighters loyal to Haftar", "anti-Haftar militias"), act("Haftar's men", "anti-Haftar militias")]
    )
    assert sides.of["fighters loyal to Haftar"] == sides.of["Haftar's men"]
    assert sides.of["anti-Haftar militias"] != sides.of["Haftar's men"]


def test_rebels_of_a_country_are_not_the_side_of_its_government() -> None:
    sides = find_sides([act("Syrian rebels", "the Syrian army"), act("the government", "the rebels")])
    assert sides.of["Syrian rebels"] == sides.of["the rebels"]
    assert sides.of["the Syrian army"] != sides.of["Syrian rebels"]


def test_initials_in_brackets_are_the_name() -> None:
    text = "The Popular Salvation Front (PSF) attacked. The army fled before the PSF."
    sides = find_sides(
        [act("The Popular Salvation Front", "the army"), act("the PSF", "soldiers")], text=text
    )
    assert sides.of["The Popular Salvation Front"] == sides.of["the PSF"]


def test_sides_that_the_user_names_come_first() -> None:
    sides = find_sides([act("rebels", "the army")], given={"Opposition": ["rebels"]})
    assert sides.of["rebels"] == "Opposition"


def test_a_mention_without_a_word_of_side_says_nothing() -> None:
    assert side_keys("two columns") == ()
    assert find_sides([act("two columns")]).of == {}


def test_reports_of_one_war_share_their_sides() -> None:
    one = [(act("rebels", "Gaddafi's troops"), "", "")]
    two = [(act("loyalists", "the rebels"), "", ""), (act("government forces", "rebels"), "", "")]
    first, second = group_sides([one, two])
    assert first["Gaddafi's troops"] == second["government forces"] == second["loyalists"]
    assert first["rebels"] == second["the rebels"]
    assert [second, first] == list(group_sides([two, one]))


def test_what_is_told_a_thousand_times_weighs_a_thousand_times() -> None:
    told = [act("rebels", "the army")] * 1000 + [act("militiamen", "gendarmes"), act("gendarmes", "rebels")]
    assert find_sides(told) == find_sides(told[::-1])
    assert find_sides(told).enemy == find_sides(told[:1]).enemy
