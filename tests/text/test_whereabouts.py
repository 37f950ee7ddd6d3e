"""Where events are put: named places, words that stand for one, and the place in mind."""

from __future__ import annotations

import pytest

from mapper.model import Action, Toponym
from mapper.text.actions import find_actions


def read(text: str) -> list[Action]:
    """Return what a text says; [names] in brackets are its places."""
    plain, toponyms = "", []
    for piece in text.split("["):
        if "]" in piece:
            name, rest = piece.split("]", 1)
            toponyms.append(Toponym(len(plain), len(plain) + len(name), name))
            plain += name + rest
        else:
            plain += piece
    return find_actions(plain, toponyms, [])


def placed(text: str, kind: str) -> list[str]:
    """Return the names of the places where events of a kind are put, in the order of the text."""
    return [a.where.text for a in read(text) if a.kind == kind and a.where is not None]


@pytest.mark.parametrize(
    ("text", "kind", "place"),
    [
        ("[Bakouma] fell on Monday. The army holds [Rafai]. Jets bombed the fallen town at dawn.", "airstrike", "Bakouma"),
        ("The rebels took [Rafai] and drove on past [Zemio]. They shelled that town at night.", "shelling", "Zemio"),
        ("The column came from [Obo]. Shells hit the airport of [Rafai]. In [Zemio] it is calm. [Rafai] airport was hit. Jets bombed the airport.", "airstrike", "Rafai"),
        ("The convoy left [Obo] for [Rafai], which was seized on Sunday by the rebels.", "capture", "Rafai"),
        ("The shelling reported at [Zemio] began after the army had left [Obo].", "shelling", "Zemio"),
        ("Rebels hold [Obo], [Obo] being their seat. In [Zemio] the army dug in. Clashes broke out at dusk.", "clash", "Zemio"),
    ],
)  # fmt: skip
def test_event_lies_where_its_words_say(text: str, kind: str, place: str) -> None:
    assert placed(text, kind)[-1:] == [place]
