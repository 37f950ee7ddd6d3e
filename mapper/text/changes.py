"""Takings and leavings that no verb tells: "X was found empty", "no rebel was left in X"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mapper.text.actors import doer_class
from mapper.text.certainty import subject
from mapper.text.roles import deref, is_timely
from mapper.text.states import State
from mapper.text.syntax import Tree
from mapper.text.whereabouts import Where, places_after, places_in
from mapper.words import singular, word_set

if TYPE_CHECKING:
    from spacy.tokens import Token

_BE = word_set("changes.be")
_FOUND, _EMPTY = word_set("changes.found"), word_set("changes.empty")
_NEW = frozenset({"again", "once", "back", "since", "now"})
_FORCES = ("force", "nation", "name", "they", "arm")
_HAVE = frozenset({"has", "have", "had", "'ve", "'d"})
_MASTERS = frozenset({"master", "owner", "ruler", "administration"})
_NONE = frozenset({"no", "not", "none", "nobody", "single", "hardly"})


def find_changes(tree: Tree) -> Iterator[State]:
    """Yield takings and leavings that a predicate tells."""
    for token in tree.doc:
        if not token.tag_.startswith("VB"):
            continue
        low = token.lower_
        if low in _BE or low in _FOUND:
            yield from _emptied(tree, token)
        if low == "gone":
            yield from _went(tree, token)
        if low in ("has", "have", "had") and token.dep_ != "aux":
            yield from _had(tree, token)
        if low in _BE:
            yield from _out_of(tree, token)
        if low in ("left", "remained", "remains", "remain", *_BE):
            yield from _nobody_left(tree, token)


def _predicates(verb: Token) -> Iterator[Token]:
    for child in verb.children:
        if child.dep_ in ("acomp", "attr", "oprd", "xcomp", "dobj", "ccomp"):
            yield child
            yield from (c for c in child.children if c.dep_ == "amod" and child.dep_ == "ccomp")


def _emptied(tree: Tree, verb: Token) -> Iterator[State]:
    """ "X was found empty", "X stood deserted", "X is empty of rebels": they have left it."""
    said = next((c for c in _predicates(verb) if c.lower_ in _EMPTY), None)
    if said is None:
        return
    left = subject(verb)
    if left is None or tree.place(left) is None:
        left = next(
            (c for c in verb.children if c.dep_ in ("dobj", "nsubj") and tree.place(c) is not None), None
        )
    left = deref(left)
    gone = next((o for c in said.children if c.lower_ == "of" for o in c.children if o.dep_ == "pobj"), None)
    if gone is not None and doer_class(tree, gone) not in _FORCES:
        return
    found = verb.lower_ in _FOUND
    if left is None or not (found or gone is not None):
        return
    for where in places_in(tree, left):
        if where.named is not None:
            yield State(verb, "withdraw", where, gone)


def _is_new(verb: Token) -> bool:
    """Return whether what is so is told as new: "again", "once more", "since Monday", "by noon"."""
    return any(
        c.lower_ in _NEW or (c.dep_ == "prep" and c.lower_ in ("since", "by") and is_timely(c))
        for c in verb.children
    )


def _out_of(tree: Tree, verb: Token) -> Iterator[State]:
    """ "By Friday they were out of X": they have left it."""
    who = deref(subject(verb))
    if who is None or not (doer_class(tree, who) in (*_FORCES, "we", "he") or who.text.istitle()):
        return
    for child in verb.children:
        if child.lower_ == "out" and child.dep_ in ("prep", "advmod", "acomp"):
            for where in places_after(tree, child, ("of",)) or places_after(tree, verb, ("out",)):
                yield State(verb, "withdraw", where, who)
            return


def _went(tree: Tree, verb: Token) -> Iterator[State]:
    """ "The army had gone in the night": it has left the place in mind."""
    who, parts = deref(subject(verb)), list(verb.children)
    if (
        who is None
        or doer_class(tree, who) != "force"
        or not any(c.lower_ in _HAVE for c in parts if c.dep_ == "aux")
    ):
        return
    if any(
        (c.dep_ in ("dobj", "xcomp", "acomp", "oprd", "prt", "advcl", "aux") and c.lower_ not in _HAVE)
        or (c.lower_ in ("in", "home", "on", "there", "back") and not any(c.children))
        or (c.dep_ == "prep" and not is_timely(c) and c.lower_ not in ("in", "from", "at", "by", "before"))
        for c in parts
    ):
        return
    for where in places_after(tree, verb, ("from",)) or [Where(None, "-")]:
        yield State(verb, "withdraw", where, who)


def _had(tree: Tree, verb: Token) -> Iterator[State]:
    """ "By dusk they had it all", "had the hill again by noon"."""
    who, thing = deref(subject(verb)), next((c for c in verb.children if c.dep_ == "dobj"), None)
    if who is None or thing is None:
        return
    if singular(thing.lower_) in _MASTERS and any(c.lower_ in ("new", "another") for c in thing.children):
        for where in places_in(tree, who):  # "X has new masters"
            if where.named is not None:
                yield State(verb, "capture", where, None)
    if doer_class(tree, who) not in (*_FORCES, "we"):
        return
    whole = thing.lower_ == "it" and any(c.lower_ == "all" for c in (*thing.children, *verb.children))
    if whole or (tree.place(thing) is not None and _is_new(verb)):
        for where in places_in(tree, thing):
            yield State(verb, "capture", where, who)


def _nobody_left(tree: Tree, verb: Token) -> Iterator[State]:
    """ "There was not a Russian left in the city", "no rebel remained in X": they have left it."""
    for noun in verb.children:
        if noun.dep_ not in ("attr", "nsubj", "nsubjpass", "dobj") or doer_class(tree, noun) not in (
            "force",
            "nation",
        ):
            continue
        denied = {c.lower_ for c in (*noun.children, *verb.children)} & _NONE
        remains = verb.lower_ in ("remained", "remain", "remains", "left") or any(
            c.lower_ in ("left", "more", "anymore") for c in noun.subtree
        )
        if denied and remains:
            places = places_after(tree, verb, ("in", "at", "inside"))
            for child in noun.children:
                places += (
                    places_after(tree, child, ("in", "at", "inside"))
                    if child.dep_ in ("acl", "relcl")
                    else []
                )
            for where in places or places_after(tree, noun, ("in", "at", "inside")):
                yield State(verb, "withdraw", where, noun, by_none=True)
