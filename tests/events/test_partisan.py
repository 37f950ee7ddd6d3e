"""Which reports speak for one side, and which only quote one."""

import pytest

from mapper.events.partisan import speaks_for_a_side


@pytest.mark.parametrize(
    "text",
    [
        "In the eastern sector our gunners met the enemy at Voda. The enemy lost two guns.",
        "PRESS RELEASE No 9\nThe heroes of the Third Brigade liberated Voda and two farms on Sunday at noon.",
        "VODA (TASS) - Units of the Centre Group liberated the last quarter. The terrorists are in flight.",
    ],
)
def test_a_communique_and_a_state_agency_speak_for_a_side(text: str) -> None:
    assert speaks_for_a_side(text)


@pytest.mark.parametrize(
    "text",
    [
        "The army entered Voda on Sunday, two residents said. A spokesman called the rebels terrorists.",
        'Our enemy left Voda, and I saw our men go in. They were our heroes, and I was the enemy\'s "guest".',
        '"Our heroes have liberated our Voda from the enemy," the general said. Nobody could be reached.',
        "The general staff said that Voda was taken. A trader who came from there on foot saw no soldiers.",
        "",
    ],
)
def test_a_wire_a_letter_and_a_quotation_do_not(text: str) -> None:
    assert not speaks_for_a_side(text)
