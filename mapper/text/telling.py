"""What may be told of the places of a report: what is asked of each sentence, and how a judge answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from mapper.model import Action, Certainty, Toponym
from mapper.text.syntax import MAX_CHARS, Sentence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KINDS = (
    "capture", "withdraw", "surrender", "handover", "assault", "clash", "repulse", "shelling", "airstrike",
    "missile", "naval_fire", "ied", "demolition", "advance", "redeploy", "siege", "siege_lifted", "holds",
)  # fmt: skip
Family = tuple[int, int]  # first and last (excluded) of `KINDS`
# Territory, ground, remote, movement, siege. Who holds a place is asked to tell it from a capture, no more.
FAMILIES: tuple[Family, ...] = ((0, 4), (4, 7), (7, 13), (13, 15), (15, 17))
FAMILY = {kind: family for family in FAMILIES for kind in KINDS[slice(*family)]}
CERTAINTIES: tuple[Certainty, ...] = ("reported", "claimed", "denied", "planned")


class Cue(NamedTuple):
    """A place name, or the trigger of an action elsewhere, with the kinds that frames read there."""

    start: int
    end: int
    named: bool
    kinds: frozenset[str]


class Passage(NamedTuple):
    """A sentence: its place names, its actions, a cue for each name and each action elsewhere.

    `before` is where the sentence before it lies.
    """

    sentence: Sentence
    before: tuple[int, int] | None
    names: Sequence[Toponym]
    actions: Sequence[Action]
    cues: Sequence[Cue]


class OfName(NamedTuple):
    """What is told of a place that is named: chances of `KINDS` and `CERTAINTIES`, who did each kind."""

    kinds: NDArray[np.float32]
    certainties: NDArray[np.float32]
    doer: Callable[[int], str]


class OfWords(NamedTuple):
    """How likely the words of a passage tell something of a place it does not name, and of which."""

    chance: float
    place: Toponym | None


class Told(NamedTuple):
    """What a passage tells: of each name, and by its words of each of `FAMILIES`, where they were read."""

    names: Sequence[OfName | None]
    words: Mapping[Family, OfWords]


# The text, its sentences, its place names and its passages -> what each passage tells.
Judge = Callable[[str, Sequence[Sentence], Sequence[Toponym], Sequence[Passage]], list[Told]]


def passages_of(
    sentences: Sequence[Sentence], places: Sequence[Toponym], actions: Sequence[Action]
) -> Iterator[Passage]:
    """Yield the passages of a text: each sentence that is no heading, with what stands in it."""
    before: tuple[int, int] | None = None
    for sentence in sentences:
        if sentence.heading:
            continue
        names = [t for t in places if sentence.start <= t.start < sentence.end]
        found = [a for a in actions if a.sentence_start == sentence.start]
        cues = [
            Cue(n.start, n.end, True, frozenset(a.kind for a in found if is_at(a, n.start, n.end)))
            for n in names
        ]
        cues += [Cue(a.start, a.end, False, frozenset({a.kind})) for a in found if is_away(a, sentence)]
        yield Passage(sentence, before, names, found, cues)
        before = (max(sentence.start, sentence.end - MAX_CHARS), sentence.end)


def is_at(action: Action, start: int, end: int) -> bool:
    """Return whether an action is told at the place that these characters name."""
    return action.where is not None and action.where.start < end and start < action.where.end


def is_away(action: Action, sentence: Sentence) -> bool:
    """Return whether the sentence of an action does not name its place."""
    return action.where is None or not sentence.start <= action.where.start < sentence.end
