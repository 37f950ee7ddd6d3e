"""What a report says was done: by whom, to whom, where, and how sure it is.

A trigger is a verb or noun of the frames list; its clause gives the parts. Which sides the mentions
belong to, and which place "the town" is, needs more than a sentence and is decided in
`mapper.events`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import compress
from typing import TYPE_CHECKING

from mapper.model import Action, Locative, Toponym
from mapper.text.certainty import VERBAL, read_stance
from mapper.text.changes import find_changes
from mapper.text.denials import deny, find_denial
from mapper.text.discourse import Discourse, name_of, remember, speaker_of
from mapper.text.entries import find_entries
from mapper.text.focus import Focus, is_country
from mapper.text.frames import is_about_war, may_tell, noun_frames
from mapper.text.gapping import share_verb
from mapper.text.kinds import by_means
from mapper.text.presence import find_presence
from mapper.text.states import NEXT, find_states
from mapper.text.syntax import Sentence, Tree, find_sentences, parse_all, within
from mapper.text.tenure import find_tenures
from mapper.text.tokens import tokenize
from mapper.text.triggers import base_action, each_place, noun_actions, verb_actions
from mapper.text.whereabouts import in_focus

if TYPE_CHECKING:
    from spacy.tokens import Token


_GAINS = frozenset({"capture", "surrender", "handover"})
_RECENT = 12  # the last actions among which the one that another answers is looked for


def find_actions(text: str, toponyms: Sequence[Toponym], locatives: Sequence[Locative]) -> list[Action]:
    """
    Return what a text says was done, in the order of the text.

    Parameters
    ----------
    text
        A report.
    toponyms, locatives
        Its place names and the phrases that place something by them.

    Returns
    -------
    actions
        One for each trigger and place; `holds` states among them. Empty for a text without triggers.

    Examples
    --------
    >>> text = "The army was forced out of Brega by rebels."
    >>> found = find_actions(text, [Toponym(26, 31, "Brega")], [])
    >>> [(a.kind, a.actor, a.opponent, a.certainty) for a in found]
    [('withdraw', 'The army', 'rebels', 'reported')]
    >>> find_actions("", [], [])
    []
    """
    if not is_about_war(text):
        return []
    tokens = tokenize(text, toponyms)
    landmarks = frozenset(t for p in locatives if p.value is not None for t in p.landmarks)
    focus, starts = Focus(tokens, landmarks=landmarks), [t.start for t in tokens]
    asides = deque(sorted((p for p in locatives if p.value is not None), key=lambda p: p.end))
    discourse = Discourse()
    actions: list[Action] = []
    for sentence, names, tree in _read(text, toponyms, locatives, discourse):
        if tree is None:
            if names and discourse.recent:
                actions += share_verb(text, sentence, [], discourse.recent, names)
            continue
        while asides and asides[0].end <= sentence.start:
            aside = asides.popleft()
            focus.advance(bisect_left(starts, aside.end))
            for landmark in aside.landmarks:
                focus.background(landmark, landmark=True)
        told = [
            by_means(a, text, discourse.paragraph_start) for a in _sentence_actions(tree, sentence, discourse)
        ]
        found = [in_focus(a, focus, starts, actions[-_RECENT:], told) for a in told]
        found += share_verb(text, sentence, found, discourse.recent, names)
        before = len(actions)
        actions += found
        denial = None if any(a.certainty == "denied" for a in found) else find_denial(tree)
        if denial is not None:
            actions += deny(tree, sentence, denial, discourse, actions)
        discourse.recent = [a for a in actions[before:] if a.kind != "holds"] or discourse.recent
    actions += find_tenures(text, toponyms, actions)
    return sorted(actions, key=lambda a: a.sentence_start)


def _read(
    text: str, toponyms: Sequence[Toponym], locatives: Sequence[Locative], discourse: Discourse
) -> Iterator[tuple[Sentence, list[Toponym], Tree | None]]:
    """Yield each sentence with its names and, where it can tell of something, its tree; no datelines."""
    sentences = find_sentences(text)
    ends = {sentence.paragraph: sentence.end for sentence in sentences}
    rest = deque(toponyms)
    names = [within(rest, s) for s in sentences]
    worth = [
        not sentence.heading and may_tell(text[sentence.start : sentence.end], named=bool(near))
        for sentence, near in zip(sentences, names, strict=True)
    ]
    trees = parse_all(text, list(compress(sentences, worth)), toponyms, locatives)
    paragraph = -1
    for sentence, near, told in zip(sentences, names, worth, strict=True):
        if sentence.paragraph != paragraph:
            discourse.begin(text, sentence.start, ends[sentence.paragraph])
            paragraph = sentence.paragraph
        if not sentence.heading:
            yield sentence, near, next(trees) if told else None


def _is_so(state: Action) -> bool:
    """Return whether a state says whose a place is now: not "was held in X", "had held it"."""
    place = state.where
    if place is not None and not state.actor and place.start > state.start:
        return False
    if isinstance(place, Toponym) and is_country(place):
        return False
    return state.tense != "before_past" or bool(state.source)


def _sentence_actions(tree: Tree, sentence: Sentence, discourse: Discourse) -> Iterator[Action]:
    told: set[int] = set()
    gained: list[Toponym | Locative | None] = []
    for token in tree.doc:
        remember(tree, token, discourse)
        if token.tag_ in VERBAL and token.tag_ != "MD" and not _is_modifier(token) and not _is_gerund(token):
            found = verb_actions(tree, sentence, token, discourse)
            if found is None or found:
                told.add(token.i)
            gained += [a.where for a in found or () if a.kind in _GAINS]
            yield from (a for a in found or () if a.kind != "holds" or _is_so(a))
    for token in tree.doc:
        if (token.tag_.startswith("NN") or _is_gerund(token)) and tree.place(token) is None:
            for action in noun_actions(tree, sentence, token, discourse, told):
                gained += [action.where] if action.kind in _GAINS else []
                yield action
    for state in (*find_states(tree), *find_presence(tree), *find_entries(tree), *find_changes(tree)):
        if state.given and state.where.named is not None and state.where.named in gained:
            continue  # "took rebel-held X": no more
        stance = read_stance(state.token)
        if state.by_none or state.given:
            stance = replace(stance, negated=False)
        if state.given:
            stance = replace(stance, planned=False, supposed=False, attempted=False, failed=False)
        if is_next := state.kind == NEXT:
            stance = replace(stance, planned=True)
        base = base_action(tree, sentence, state.token, state.kind, stance, discourse)
        holder = name_of(tree, state.holder, discourse, speaker_of(tree, stance, discourse))
        if is_next or not stance.supposed:
            told_of = each_place(base, [state.where], actor=holder, opponent="", outcome="none")
            yield from (a for a in told_of if a.kind != "holds" or state.given or _is_so(a))


def _is_modifier(token: Token) -> bool:
    """Return whether a participle only describes: "rebel-held", "a raiding party"."""
    hyphened = token.i > 0 and token.nbor(-1).text in ("-", "\u2013")
    return (hyphened and token.tag_ == "VBN") or (token.tag_ == "VBG" and token.dep_ in ("amod", "compound"))


def _is_gerund(token: Token) -> bool:
    """Return whether a verb stands for a noun: "the shelling of X"."""
    return (
        token.tag_ == "VBG"
        and token.dep_ in ("nsubj", "nsubjpass", "dobj", "pobj")
        and bool(noun_frames(token.lower_))
    )
