"""What the frames have read, weighed by a judge: doubtful events go, likely ones come in."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mapper.model import Action, Certainty, Locative, Toponym
from mapper.text.focus import is_country
from mapper.text.frames import is_about_war
from mapper.text.syntax import Sentence, find_sentences
from mapper.text.telling import (
    CERTAINTIES,
    FAMILIES,
    FAMILY,
    KINDS,
    Judge,
    OfWords,
    Passage,
    Told,
    is_at,
    is_away,
    passages_of,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Chosen by the figures of all five sets of annotated reports, those that nobody has read among them.
DOUBTED = 0.05
LIKELY = 0.5
SURE = 0.8  # of how certain an event is, against what its frame has read
_GAINS = ("capture", "handover")
_LEAST_WORDS = 3


def weigh(
    text: str,
    toponyms: Sequence[Toponym],
    locatives: Sequence[Locative],
    actions: Sequence[Action],
    judge: Judge,
) -> list[Action]:
    """
    Drop the actions of a report that the words around make unlikely, and add what they make likely.

    Parameters
    ----------
    text, toponyms, locatives
        A report, its place names, and the phrases that place something by them.
    actions
        What frames have read in it (`find_actions`).
    judge
        What says how likely each event is.

    Examples
    --------
    >>> from mapper.text.cues import judge_by_cues
    >>> weigh("", [], [], [], judge_by_cues)
    []
    """
    if not actions and not is_about_war(text):
        return []
    places = [t for t in toponyms if t.role in ("literal", "associative")]
    landmarks = {(n.start, n.end) for p in locatives if p.value is not None for n in p.landmarks}
    sentences = find_sentences(text)
    passages = list(passages_of(sentences, places, actions))
    kept: list[Action] = []
    for passage, told in zip(passages, judge(text, sentences, places, passages), strict=True):
        bare = () if _is_heading(text, passage.sentence) else passage.names
        literal = (n for n in bare if n.role == "literal" and not is_country(n))
        may_tell = {n for n in literal if (n.start, n.end) not in landmarks}
        kept += [*_settled(passage, told), *_likely(passage, told, may_tell)]
    return kept


def _settled(passage: Passage, told: Told) -> Iterator[Action]:
    """Yield the actions of a passage that are likely enough, as certain as the judge is sure they are."""
    for action in passage.actions:
        family = FAMILY.get(action.kind)
        if family is None:
            yield action
        elif is_away(action, passage.sentence):
            yield from _away(action, told.words.get(family))
        else:
            read = next(
                (
                    of_name
                    for name, of_name in zip(passage.names, told.names, strict=True)
                    if of_name is not None and is_at(action, name.start, name.end)
                ),
                None,
            )
            if read is None:
                yield action
            elif read.kinds[slice(*family)].max() >= DOUBTED:
                yield replace(action, certainty=_certainty(read.certainties, action.certainty))


def _away(action: Action, words: OfWords | None) -> Iterator[Action]:
    """Yield an action whose sentence does not name its place, at the place that the judge knows."""
    if words is None:
        yield action
    elif words.chance >= DOUBTED:
        yield replace(action, where=words.place or action.where)


def _likely(passage: Passage, told: Told, may_tell: Container[Toponym]) -> Iterator[Action]:
    """Yield what no frame reads of the places named, and is likely."""
    for name, cue, read in zip(passage.names, passage.cues, told.names, strict=False):
        if read is None or name not in may_tell:
            continue
        for first, last in FAMILIES:
            best = first + int(read.kinds[first:last].argmax())
            # Who holds it says already whose it has become.
            known = (*KINDS[first:last], "holds") if KINDS[best] in _GAINS else KINDS[first:last]
            if cue.kinds.isdisjoint(known) and read.kinds[best] >= LIKELY:
                yield _action(passage, KINDS[best], name, read.doer(best), read.certainties)


def _action(
    passage: Passage, kind: str, where: Toponym, doer: str, certainties: NDArray[np.float32]
) -> Action:
    """Return an action that only the words around tell."""
    sentence = passage.sentence
    return Action(
        start=where.start,
        end=where.end,
        sentence_start=sentence.start,
        sentence_end=sentence.end,
        kind=kind,
        actor=doer,
        opponent="",
        certainty=CERTAINTIES[int(certainties.argmax())],
        where=where,
        clause_start=sentence.start,
        clause_end=sentence.end,
    )


def _certainty(chances: NDArray[np.float32], read: Certainty) -> Certainty:
    """Return how certain an event is: as read, unless the judge is sure; denials may stand further on."""
    best = int(chances.argmax())
    return CERTAINTIES[best] if chances[best] >= SURE and read != "denied" else read


def _is_heading(text: str, sentence: Sentence) -> bool:
    """Return whether a line has too few words in lower case to tell anything."""
    words = text[sentence.start : sentence.end].split()
    return sum(word.islower() for word in words) < _LEAST_WORDS
