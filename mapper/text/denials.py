"""Sentences that deny what was told before them, and the events that they deny."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mapper.model import Action, Toponym
from mapper.text.actors import doer_class
from mapper.text.certainty import agent, is_passive, is_verb_of, read_stance, subject
from mapper.text.discourse import Discourse, name_of
from mapper.text.focus import key
from mapper.text.frames import noun_frames
from mapper.text.syntax import Sentence, Tree
from mapper.words import singular, word_set

if TYPE_CHECKING:
    from spacy.tokens import Token

_FALSE = word_set("states.false")
_TRUE = word_set("states.true")
_IT = word_set("states.it")
_HELPERS = frozenset({"did", "had", "has", "have", "was", "were", "is", "are"})
_MEMORY = 60  # the last actions among which the one denied is looked for
_CLAIMABLE = ("capture", "withdraw", "surrender", "siege", "handover")


@dataclass(frozen=True, slots=True)
class Denial:
    """A sentence that denies what was told before it; `by` is None where the writer does."""

    token: Token
    by: Token | None


def find_denial(tree: Tree) -> Denial | None:
    """
    Return how a sentence denies what was told before, None when it does not.

    Examples
    --------
    >>> from mapper.text.syntax import find_sentences, parse
    >>> for text in ("The governor denied this.", "It was false.", "The army says it did not.", "He slept."):
    ...     tree = parse(text, find_sentences(text)[0], [], [])
    ...     denial = find_denial(tree)
    ...     print(denial and denial.token.text, denial and denial.by)
    denied governor
    false None
    not army
    None None
    """
    for token in tree.doc:
        denial = _by_verb(tree, token) or _by_no(token) or _by_falsehood(token)
        if denial is not None:
            return denial
    return _elliptic(tree)


def _by_verb(tree: Tree, token: Token) -> Denial | None:
    """ "The governor denied this", "officials deny the loss"."""
    if not is_verb_of("deny", token):
        return None
    objects = [c for c in token.children if c.dep_ in ("dobj", "nsubjpass")]
    clause = any(c.dep_ in ("ccomp", "xcomp", "prep") for c in token.children)
    told = any(
        (singular(o.lower_) in _IT or (noun_frames(o.lower_) and not tree.places)) and not any(o.rights)
        for o in objects
    )
    by = agent(token) if is_passive(token) else subject(token)
    return Denial(token, by) if by is not None and (told or not (objects or clause)) else None


def _by_no(token: Token) -> Denial | None:
    """ "The army says no", "there is no truth in it, the governor said"."""
    if token.lower_ in ("no", "otherwise") and is_verb_of("say", token.head) and token.i > token.head.i:
        own = subject(token.head)
        said = any(c.dep_ == "ccomp" and c.i < token.i for c in token.head.children)
        if own is not None and (token.dep_ == "intj" or not said):
            return Denial(token, own)
    if token.lower_ == "truth" and any(c.lower_ == "no" for c in token.children):
        return Denial(token, read_stance(token).source)
    return None


def _by_falsehood(token: Token) -> Denial | None:
    """ "It was false", "the army called the claim a lie", "this is not so"."""
    said, verb = singular(token.lower_), token.head
    negated = any(c.dep_ == "neg" for c in verb.children)
    predicate = token.dep_ in ("acomp", "attr", "oprd", "ccomp", "xcomp", "dobj", "advmod")
    if not predicate or not (said in _FALSE or (said in _TRUE and negated)):
        return None
    own = subject(verb)
    if own is not None and (singular(own.lower_) in _IT or own.lower_ == "which"):
        return Denial(token, None)
    if own is not None and (verb.lower_ in ("call", "calls", "called") or is_verb_of("say", verb)):
        return Denial(token, own)
    return None


def _elliptic(tree: Tree) -> Denial | None:
    """ "It was not.", "The army says it did not.", "Untrue.", "Not so, says the army"."""
    words = [t for t in tree.doc if not t.is_punct]
    if not words:
        return None
    first = words[0]
    negated = first.lower_ == "not" and len(words) > 1 and singular(words[1].lower_) in _TRUE
    if negated or (singular(first.lower_) in _FALSE and not first.tag_.startswith("NN")):
        speaker = next((subject(t) for t in words if is_verb_of("say", t)), None)
        verbs = sum(t.tag_ in ("VBD", "VBZ", "VBP", "MD") for t in words)
        return Denial(first, speaker) if verbs <= (speaker is not None) else None
    if len(words) > 2 and words[0].lower_ in ("it", "that") and words[2].lower_ in ("not", "n't"):
        stops = words[2].i + 1 == len(tree.doc) or tree.doc[words[2].i + 1].is_punct
        return Denial(first, None) if stops and words[1].lower_ in _HELPERS else None
    if len(words) == 3 and words[0].lower_ in ("it", "that", "they") and words[1].lower_ == "never":
        return Denial(first, None) if words[2].lower_ in _HELPERS else None
    if len(words) > 3 and words[-1].lower_ in ("not", "n't") and words[-2].lower_ in _HELPERS:
        pronoun = words[-3].lower_ in ("it", "they", "this", "that")
        source = read_stance(words[-2]).source
        return Denial(words[-1], source) if pronoun and source is not None else None
    return None


def deny(
    tree: Tree, sentence: Sentence, denial: Denial, discourse: Discourse, actions: list[Action]
) -> list[Action]:
    """
    Deny what was told last: by the writer in place, by a side as a telling of its own.

    Parameters
    ----------
    tree, sentence, denial
        The sentence that denies.
    discourse
        What was told last.
    actions
        Those of the report so far, this sentence's at their end; changed where the writer denies.
    """
    start, end = tree.spans[denial.token.i]
    told = _denied(tree, sentence, start, discourse, actions)
    joined = tree.text[max(0, sentence.start - 2) : sentence.start].strip() in (";", ":")
    if denial.by is None or (joined and not any(a.source for a in told)):
        for index in range(max(0, len(actions) - _MEMORY), len(actions)):
            action = actions[index]
            if action in told:
                # "State radio says the town was retaken. It was not": by those whom the radio speaks for
                claimer = action.actor or (action.source if action.kind in ("capture", "handover") else "")
                actions[index] = replace(action, certainty="denied", actor=claimer)
        return []
    source = name_of(tree, denial.by, discourse)
    return [
        replace(
            a, start=start, end=end, sentence_start=sentence.start,
            sentence_end=sentence.end, certainty="denied",
            source=source, source_class=doer_class(tree, denial.by), actor="" if a.source else a.actor,
            opponent="" if a.source else a.opponent,
        )
        for a in told
    ]  # fmt: skip


def _denied(
    tree: Tree, sentence: Sentence, start: int, discourse: Discourse, actions: Sequence[Action]
) -> list[Action]:
    """Return what a denial at `start` is about: told in its sentence, of a place that it names, or last."""
    last = actions[-_MEMORY:]
    here = [a for a in last if sentence.start <= a.start and a.end <= start]
    names = {key(p) for p in tree.places.values() if isinstance(p, Toponym)}
    there = [a for a in last if isinstance(a.where, Toponym) and key(a.where) in names and a.end <= start]
    told = [a for a in here or there or discourse.recent if a.certainty != "planned" and a.kind != "holds"]
    if there and not here:
        told = told[-1:]
    return [a for a in told if a.kind in _CLAIMABLE] or told
