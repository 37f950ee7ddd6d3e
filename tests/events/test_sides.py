"""Which mentions are one side."""

from collections import Counter

import pytest

from mapper.events.side_evidence import Evidence
from mapper.events.side_words import organisation, side_keys
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


def test_the_name_of_an_organisation_is_not_taken_apart() -> None:
    text = "The Peoples Resistance Front said so. The Taliban denied it."
    sides = find_sides(
        [
            act("The Peoples Resistance Front", kind="capture"),
            act("the Taliban", "fighters of the Peoples Resistance Front"),
        ],
        text=text,
    )
    assert sides.of["The Peoples Resistance Front"] == "Peoples Resistance Front"
    assert sides.enemy["Peoples Resistance Front"] == sides.of["the Taliban"]


def test_initials_of_a_long_name_need_no_brackets() -> None:
    sides = find_sides(
        [act("the National Salvation Front", "the army"), act("fighters of the NSF", "soldiers")],
        text="The NSF fled. The National Salvation Front is many.",
    )
    assert sides.of["the National Salvation Front"] == sides.of["fighters of the NSF"]


def test_a_word_in_capitals_for_stress_is_no_group() -> None:
    sides = find_sides(
        [act("NOT", kind="siege"), act("rebels", "the army")], text="They are NOT here, not yet."
    )
    assert "NOT" not in sides.of


def test_a_peoples_army_alone_is_the_army() -> None:
    text = "The Yugoslav army shelled it. Croatian guardsmen held. The army fired again."
    sides = find_sides([act("the army", "Croatian guardsmen")], text=text, home="Croatia")
    assert sides.of["the army"] != sides.of["Croatian guardsmen"]


def test_who_denies_a_claim_is_not_on_the_side_that_makes_it() -> None:
    claim = Action(0, 1, 0, 1, "capture", "", "", "claimed", source="the KPLA")
    denial = Action(5, 6, 5, 6, "capture", "", "", "denied", source="the UNDF")
    sides = find_sides([claim, denial], text="The KPLA said so. The UNDF said no.")
    assert sides.enemy[sides.of["the KPLA"]] == sides.of["the UNDF"]


def test_the_enemy_is_whoever_fights_the_land_at_war() -> None:
    text = "Russian infantry is inside. The Ukrainian general staff admits it. The enemy came at dawn."
    actions = [act("Russian infantry", "Ukrainian troops"), act("the enemy")]
    sides = find_sides(actions, text=text, home="Ukraine")
    assert sides.of["the enemy"] == sides.of["Russian infantry"]


def test_the_issuer_of_a_communique_is_its_own_forces() -> None:
    text = "SOVIET COMMAND\nOur troops took two towns from the enemy. We thank our gunners."
    sides = find_sides(
        [act("Our troops", "the enemy", "capture"), act("Soviet guns", "the enemy")], text=text
    )
    assert sides.of["Our troops"] == sides.of["Soviet guns"] == "Soviet forces"


def test_peoples_in_one_mention_are_not_enemies() -> None:
    sides = find_sides(
        [act("French and Malian soldiers", "the Islamists", "capture"), act("Malian troops", "Islamists")]
    )
    assert sides.enemy[sides.of["the Islamists"]] == sides.of["French and Malian soldiers"]


def test_a_nation_that_is_only_named_is_no_enemy() -> None:
    text = "The RSF took the town from the army. Chad closed its border. Chad wants talks. Chad mourns."
    sides = find_sides([act("the RSF", "the army", "capture")], text=text, home="Sudan")
    assert set(sides.enemy) == {sides.of["the RSF"], sides.of["the army"]}


def test_a_name_repeated_without_end_is_read() -> None:
    assert find_sides([], text="The General Aa" * 4000).of == {}


def test_sides_that_a_report_only_infers_are_grouped_with_those_of_the_others() -> None:
    named = [(act("rebels", "Gaddafi's troops"), "Rebels", "Gaddafi forces")] * 2
    inferred = [(act("", ""), "Government forces", "Rebels")]
    first, second = group_sides([named, inferred])
    assert first["Gaddafi's troops"] == second["Government forces"]
    assert second["Rebels"] != second["Government forces"]


def test_one_mention_misread_does_not_turn_a_side_of_a_report_round() -> None:
    named = [(act("rebels", "Government troops"), "Rebels", "Government forces")] * 2
    misread = [
        (act("Government troops", "Government troops"), "Government forces", "Rebels"),
        (act("The rebels", ""), "Rebels", "Government forces"),
    ]
    _, second = group_sides([named, misread])
    assert second["Rebels"] != second["Government forces"]


def test_those_who_tell_of_a_war_are_no_side_of_it() -> None:
    evidence = Evidence(set())
    told = act("the army", "rebels", source="Agence France Presse")
    evidence.read(
        Counter([told]), "A man told Agence France Presse (AFP) that the army had shelled the rebels."
    )
    assert not [key for key in evidence.weights if "afp" in key or "presse" in key]


def test_a_state_that_only_speaks_has_no_forces() -> None:
    actions = [act("the army", "rebels"), act("rebels", "the army"), act("France", "rebels", "recognition")]
    assert find_sides(actions).of["France"] == "France"
    assert find_sides([*actions, act("France", "the army", "airstrike")]).of["France"] != "France"


def test_a_named_ally_that_fights_one_side_is_no_part_of_the_other() -> None:
    told = [act("the army", "the rebels"), act("the rebels", "the army"), act("the HXB", "the rebels")]
    sides = find_sides(told, text="The army struck first. The HXB joined in against the rebels.")
    assert sides.of["the HXB"] not in (sides.of["the army"], sides.of["the rebels"])
    assert sides.against[sides.of["the HXB"]] == sides.of["the rebels"]


def test_an_entry_without_resistance_tells_of_no_rebels() -> None:
    text = "Resistance goes on. Believe in the armed forces! The enemy entered Jalu without resistance."
    assert "Resistance" not in find_sides([act("the enemy", "")], text=text).enemy


def test_two_that_fight_are_the_sides_though_nobody_says_whom() -> None:
    text = "Ethiopian troops hold Jalu. The militia drove into Awjila. A Kenyan paper says so."
    sides = find_sides([act("Ethiopian troops", ""), act("the militia", "")], text=text, home="Somalia")
    assert set(sides.enemy) == {sides.of["Ethiopian troops"], sides.of["the militia"]}


@pytest.mark.parametrize(("mention", "key"), [("the armed forces", "state:army"), ("A Marine", "")])
def test_words_that_say_something_of_a_side(mention: str, key: str) -> None:
    assert [k for k, _ in side_keys(mention)] == ([key] if key else [])


def test_who_calls_others_terrorists_is_none_of_them() -> None:
    text = "Our units, the military says, took Jalu. Our guns fired on. The terrorists fled."
    sides = find_sides([act("our units", ""), act("the terrorists", "")], text=text)
    assert sides.enemy[sides.of["our units"]] == sides.of["the terrorists"]


@pytest.mark.parametrize("mention", ["An F-16", "B-52s", "Defence Headquarters", "the Sixth Corps"])
def test_arms_and_offices_are_no_names_of_a_side(mention: str) -> None:
    assert side_keys(mention) == ()


def test_short_and_long_names_are_one_side() -> None:
    actions = [act("the Houthis", "the army"), act("Houthi fighters", "the army")]
    of = find_sides(actions).of
    assert of["the Houthis"] == of["Houthi fighters"]
    text = "The Malian Red Army, which lost Jalu, is small. The MRA and Malian troops hold Awjila."
    of = find_sides([act("the MRA", "rebels"), act("Malian troops", "rebels")], text=text).of
    assert of["the MRA"] == of["Malian troops"]


def test_a_government_that_issues_a_report_is_the_one_that_says_our() -> None:
    text = "Media office of the Government of National Unity. Our forces beat the militia at Jalu."
    told = [act("our forces", "the militia"), act("the Government of National Unity", "", "capture")]
    of = find_sides(told, text=text, home="Libya").of
    assert of["our forces"] == of["the Government of National Unity"]


def test_a_side_is_called_by_the_words_of_the_report() -> None:
    text = "Soviet troops hold Jalu. The Soviet line is long. The Germans fled."
    told = [act("Russian troops", "the Germans"), act("Soviet troops", "the Germans")]
    assert find_sides(told, text=text.replace("line", "front")).of["Russian troops"] == "Soviet forces"
    civil = [act("the Sudanese army", "the rebels"), act("the rebels", "the army")]
    assert find_sides(civil, text="The Sudanese army met the rebels.").of["the army"] == "Sudanese army"
    coup = [act("soldiers", "rebels"), act("rebels", "soldiers")]
    assert find_sides(coup, text="The junta rules. Rebels met soldiers.").of["soldiers"] == "Junta forces"


def test_a_group_that_only_the_text_names_by_its_initials_is_a_side() -> None:
    text = "The XQF is strong. The XQF grows, and so does the XQF. The army shelled Jalu."
    assert "XQF" in "".join(find_sides([act("the army")], text=text).enemy)


def test_the_initials_of_an_army_say_whose_it_is() -> None:
    sides = find_sides([act("the IDF", "the militants"), act("Israeli tanks", "the militants")])
    assert sides.of["the IDF"] == sides.of["Israeli tanks"]
    assert side_keys("Ant") != side_keys("ANT")
    assert side_keys("the peshmerga") == side_keys("Kurdish forces")


def test_an_army_is_called_as_the_report_calls_it() -> None:
    text = "The FARDC left the town to the M23. The M23 attacked the FARDC."
    sides = find_sides([act("The M23", "the FARDC")], text=text)
    assert sides.of["the FARDC"] == "FARDC"


def test_special_forces_are_a_states() -> None:
    sides = find_sides([act("special forces", "the rebels"), act("the army", "the rebels")])
    assert sides.of["special forces"] == sides.of["the army"]


def test_the_enemy_of_a_communique_is_the_other_people_it_names() -> None:
    text = "Azerbaijani communique. Our units took the hill from the enemy. " + "The night was quiet. " * 9
    text += "Armenian guns shelled our positions."
    told = [act("Our units", "the enemy"), act("Armenian guns"), act("The enemy")]
    sides = find_sides([*told, act("Azerbaijani units", "Armenian guns")], text=text, home="Azerbaijan")
    assert sides.of["Armenian guns"] == sides.of["The enemy"] != sides.of["Our units"]


def test_police_who_count_the_dead_do_not_own_the_army() -> None:
    text = "Lebanese police said that six people had died. Israeli jets bombed the road."
    told = [
        act("Israeli jets", kind="airstrike"),
        act("Israeli jets", kind="airstrike"),
        act("the army", "Shiite guerrillas"),
        act("Lebanese police", kind="statement"),
    ]
    sides = find_sides(told, text=text, home="Israel")
    assert sides.of["the army"] == sides.of["Israeli jets"] != sides.of.get("Lebanese police")


def test_a_title_ends_the_name_of_an_army() -> None:
    assert organisation("Russian Army General Sergei Shoigu") == ""
    assert organisation("Army of the Loire") == "army of the loire"
