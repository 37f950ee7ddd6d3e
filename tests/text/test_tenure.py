"""Who holds a place, in turns that a parser of sentences misses."""

import pytest

from mapper.model import Toponym
from mapper.text.actions import find_actions
from mapper.text.tenure import find_tenures


def tenures(text: str, *names: str) -> list[tuple[str, str]]:
    toponyms = [Toponym(text.index(n), text.index(n) + len(n), n) for n in names]
    return [(a.where.text, a.actor) for a in find_tenures(text, toponyms, []) if isinstance(a.where, Toponym)]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Jalu, 40 km to the south, is still in government hands.", "government"),
        ("Jalu has been in the hands of the separatists since May.", "the separatists"),
        ("Jalu is firmly with the rebels.", "the rebels"),
        ("#Jalu: basically Russian, pockets aside.", "Russian"),
        ("Jalu was still rebel-held this evening.", "rebel"),
        ("Aid workers in Jalu, where soldiers keep the gate, say that shops are shut.", "soldiers"),
        ("Lorries come by way of Jalu, which the militia runs.", "the militia"),
        ("Jalu, last refuge of the HXB on the border, had a quiet day.", "the HXB"),
        ("Nothing moves near the insurgents' base; the militia is dug in around Jalu.", "the militia"),
        ("An army officer in Jalu called the story untrue.", "An army"),
    ],
)
def test_who_holds_a_place_is_told_in_asides_and_fragments(text: str, who: str) -> None:
    assert tenures(text, "Jalu") == [("Jalu", who)]


def test_places_in_a_list_share_their_holder() -> None:
    text = "Jalu, Awjila and Marada are in rebel hands."
    assert tenures(text, "Jalu", "Awjila", "Marada") == [
        ("Jalu", "rebel"), ("Awjila", "rebel"), ("Marada", "rebel"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Jalu is no longer in rebel hands.",
        "Is Jalu still in rebel hands?",
        "If Jalu is in rebel hands, the road is lost.",
        "Jalu was still hungry on Monday.",
        "The BBC's man in Jalu met nobody.",
        "Jalu, where soldiers died, buried them.",
        "Jalu's government resigned.",
        '"We wait," said a rebel officer at Jalu.',
    ],
)
def test_what_is_denied_asked_or_no_holding_is_left_alone(text: str) -> None:
    assert tenures(text, "Jalu") == []


def test_a_sentence_already_read_for_a_place_is_left_alone() -> None:
    text = "Jalu is in the hands of the rebels."
    (told,) = find_actions(text, [Toponym(0, 4, "Jalu")], [])
    assert told.kind == "holds"
