"""Who holds a place, said without an event: "rebel-held", "in the hands of", "they were in Tikrit"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mapper.text.actors import FIGHTING, doer_class
from mapper.text.certainty import subject
from mapper.text.roles import Where, _objects, deref, places_after, places_in
from mapper.text.syntax import Tree
from mapper.words import singular

if TYPE_CHECKING:
    from spacy.tokens import Token

_BE = frozenset({"is", "was", "are", "were", "be", "been", "'s", "'re", "remain", "remains", "remained", "stay", "stays", "stayed"})
_STILL = frozenset({"still", "remain", "remains", "remained", "stay", "stays", "stayed", "firmly", "always", "yet"})
_GRIP = frozenset({"hand", "control", "rule", "grip"})


@dataclass(frozen=True, slots=True)
class State:
    """A place with its holder; `kind` is `capture` where the text says that it has become so."""

    token: Token
    kind: str
    where: Where
    holder: Token | None


def find_states(tree: Tree) -> Iterator[State]:
    """Yield who holds what according to one sentence."""
    for token in tree.doc:
        if token.lower_ in _BE and token.tag_ != "MD":
            yield from _grip(tree, token)
            yield from _presence(tree, token)
        yield from _adjective(tree, token)


def _grip(tree: Tree, verb: Token) -> Iterator[State]:
    """ "X is under the control of Y", "X was in government hands". """
    held = deref(subject(verb))
    if held is None:
        return
    for child in verb.children:
        if child.dep_ in ("prep", "attr", "acomp") and child.lower_ in ("in", "under", "into"):
            for inner in _objects(child):
                if singular(inner.lower_) not in _GRIP:
                    continue
                deep = next((o for c in inner.children if c.dep_ == "prep" for o in _objects(c)), None)
                near = next((c for c in inner.children if c.dep_ in ("poss", "compound", "amod") and doer_class(tree, c)), None)
                holder = deep if deep is not None else near
                if holder is not None:
                    kind = "capture" if _has_time(verb) and not _still(verb) else "holds"
                    for where in places_in(tree, held):
                        yield State(verb, kind, where, holder)


def _presence(tree: Tree, verb: Token) -> Iterator[State]:
    """ "On Wednesday they were in Tikrit". """
    who = deref(subject(verb))
    if who is None or doer_class(tree, who) not in FIGHTING or doer_class(tree, who) == "name":
        return
    for where in places_after(tree, verb, ("in", "inside", "at")):
        if where.named is not None or where.word not in ("it", "here"):
            kind = "clash" if where.partial else "holds" if _still(verb) or not _has_time(verb) else "capture"
            yield State(verb, kind, where, who)


def _adjective(tree: Tree, token: Token) -> Iterator[State]:
    """ "rebel-held Brega", "the government-controlled port of Brega". """
    if token.lower_ not in ("held", "controlled", "occupied", "run", "ruled", "besieged"):
        return
    if token.i < 2 or token.doc[token.i - 1].text not in ("-", "\u2013"):
        return
    holder = token.doc[token.i - 2]
    noun = token.head
    if token.lower_ == "besieged" or not doer_class(tree, holder):
        return
    for where in places_in(tree, noun):
        yield State(token, "holds", where, holder)


def _still(verb: Token) -> bool:
    return verb.lower_ in _STILL or any(c.lower_ in _STILL for c in verb.children)


_TIMES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday morning evening night afternoon noon dawn dusk dark nightfall "
    "midday midnight today yesterday now already again tonight daybreak lunchtime".split()
)


def _has_time(verb: Token) -> bool:
    return any(t.lower_ in _TIMES for c in verb.children if c.dep_ in ("prep", "npadvmod", "advmod") for t in c.subtree)
