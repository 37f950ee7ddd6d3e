"""What the frames have read, weighed by the words around: doubtful events go, likely ones come in."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence

from mapper.model import Action, Certainty, Locative, Toponym
from mapper.text.cues import CERTAINTIES, FAMILIES, KINDS, Cue, chances, read_cues
from mapper.text.frames import is_about_war
from mapper.text.syntax import MAX_CHARS, Sentence, find_sentences

# Chosen by the figures of all five sets of annotated reports, those that nobody has read among them.
DOUBTED = 0.08
LIKELY = 0.4
_LEAST_WORDS = 3


def weigh(
    text: str, toponyms: Sequence[Toponym], locatives: Sequence[Locative], actions: Sequence[Action]
) -> list[Action]:
    """
    Drop the actions of a report that the words around make unlikely, and add what they make likely.

    Parameters
    ----------
    text, toponyms, locatives
        A report, its place names, and the phrases that place something by them.
    actions
        What frames have read in it (`find_actions`).

    Examples
    --------
    >>> weigh("", [], [], [])
    []
    """
    if not actions and not is_about_war(text):
        return []
    kept: list[Action] = []
    places = [t for t in toponyms if t.role in ("literal", "associative")]
    landmarks = {(n.start, n.end) for p in locatives if p.value is not None for n in p.landmarks}
    before: tuple[int, int] | None = None
    for sentence in find_sentences(text):
        if sentence.heading:
            continue
        names = [t for t in places if sentence.start <= t.start < sentence.end]
        found = [a for a in actions if a.sentence_start == sentence.start]
        bare = () if _is_heading(text, sentence) else names
        may_tell = {n for n in bare if n.role == "literal" and (n.start, n.end) not in landmarks}
        kept += _weighed(text, sentence, before, names, found, may_tell)
        before = (max(sentence.start, sentence.end - MAX_CHARS), sentence.end)
    return kept


def cues_of(sentence: Sentence, names: Iterable[Toponym], found: Sequence[Action]) -> list[Cue]:
    """Return the cues of a sentence: its place names, and the triggers whose place it does not name."""
    cues = [
        Cue(n.start, n.end, True, frozenset(a.kind for a in found if _is_at(a, n.start, n.end)))
        for n in names
    ]
    away = [a for a in found if a.where is None or not sentence.start <= a.where.start < sentence.end]
    return cues + [Cue(a.start, a.end, False, frozenset({a.kind})) for a in away]


def _is_at(action: Action, start: int, end: int) -> bool:
    return action.where is not None and action.where.start < end and start < action.where.end


def _weighed(
    text: str,
    sentence: Sentence,
    before: tuple[int, int] | None,
    names: Sequence[Toponym],
    found: Sequence[Action],
    may_tell: Container[Toponym],
) -> Iterator[Action]:
    """Yield what stays of `found`, and what only words tell of the names that `may_tell` of something."""
    # A longer run without an end is no sentence, and every name in it would be read with all the others.
    cues = cues_of(sentence, names, found) if sentence.end - sentence.start <= MAX_CHARS else []
    if not cues:
        yield from found
        return
    rows = chances(
        read_cues(text, sentence.start, sentence.end, before, names, cues), [c.kinds for c in cues]
    )
    doubted: set[int] = set()
    likely: list[Action] = []
    for i, (cue, row) in enumerate(zip(cues, rows.tolist(), strict=True)):
        for first, last in FAMILIES:
            best = max(range(first, last), key=lambda k: row[k])
            if not cue.kinds.isdisjoint(KINDS[first:last]):
                if row[best] < DOUBTED:
                    doubted |= {id(a) for a in found if a.kind in KINDS[first:last] and _belongs(a, cue)}
            elif row[best] >= LIKELY and cue.named and names[i] in may_tell:
                likely.append(_action(sentence, names[i], KINDS[best], row[len(KINDS) :]))
    yield from (a for a in found if id(a) not in doubted)
    yield from likely


def _belongs(action: Action, cue: Cue) -> bool:
    """Return whether a cue stands for an action's place or trigger."""
    return _is_at(action, cue.start, cue.end) if cue.named else action.start == cue.start


def _action(sentence: Sentence, where: Toponym, kind: str, doubts: Sequence[float]) -> Action:
    """Return an event that only the words around tell: its doer is left to the context."""
    strongest = max(range(len(doubts)), key=lambda i: doubts[i])
    certainty: Certainty = CERTAINTIES[strongest] if doubts[strongest] > LIKELY else "reported"
    return Action(
        start=where.start,
        end=where.end,
        sentence_start=sentence.start,
        sentence_end=sentence.end,
        kind=kind,
        actor="",
        opponent="",
        certainty=certainty,
        where=where,
        clause_start=sentence.start,
        clause_end=sentence.end,
    )


def _is_heading(text: str, sentence: Sentence) -> bool:
    """Return whether a line has too few words in lower case to tell anything."""
    words = text[sentence.start : sentence.end].split()
    return sum(word.islower() for word in words) < _LEAST_WORDS
