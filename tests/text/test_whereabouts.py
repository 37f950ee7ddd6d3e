"""Where events are put: named places, words that stand for one, and the place in mind."""

from __future__ import annotations

import pytest

from mapper.text.actions import find_actions
from tests.text.marked import unmark


def placed(text: str, kind: str) -> list[str]:
    """Return the names of the places where events of a kind are put, in the order of the text."""
    return [a.where.text for a in find_actions(*unmark(text), []) if a.kind == kind and a.where is not None]


CASES = """
[Bakouma] fell on Monday. The army holds [Rafai]. Jets bombed the fallen town. | airstrike | Bakouma
The rebels took [Rafai] and drove on past [Zemio]. They shelled that town. | shelling | Zemio
The rebels took [Rafai airport]. In [Zemio] it is calm. Jets bombed the airport. | airstrike | Rafai airport
The convoy left [Obo] for [Rafai], which was seized on Sunday by the rebels. | capture | Rafai
The shelling reported at [Zemio] began after the army had left [Obo]. | shelling | Zemio
[Kabul] watched. In [Taloqan] the army dug in. The provincial capital fell on Monday. | capture | Taloqan
[Kabul] watched. In [Taloqan] the army dug in. The capital of [Takhar] fell on Monday. | capture | Taloqan
In [Zemio] the army dug in. A mine killed sixty [Rafai] soldiers. | ied | Zemio
The army attacked [Obo]. Tanks crossed the bridge at [Zemio]. Rebels repelled the assault. | repulse | Obo
The rebels hold [Rafai]. A missile hit a hotel used by engineers at [Zemio]. | missile | Zemio
[Obo] is calm, [Obo] is well. In [Zemio] the army dug in. Clashes broke out. | clash | Zemio
""".strip().splitlines()


@pytest.mark.parametrize("case", CASES)
def test_event_lies_where_its_words_say(case: str) -> None:
    text, kind, place = case.split(" | ")
    assert placed(text, kind)[-1:] == [place]
