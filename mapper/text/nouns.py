"""Who did what to whom where a noun tells it: "their withdrawal from X", "the fall of X"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapper.text.actors import FIGHTING, doer_class
from mapper.text.frames import Frame
from mapper.text.roles import AT, FROM, TOWARD, Roles, companion, noun_doer, verb_object
from mapper.text.syntax import Tree
from mapper.text.whereabouts import Where, objects_of, places_after, places_in

if TYPE_CHECKING:
    from spacy.tokens import Token


def _goal(tree: Tree, verb: Token) -> list[Where]:
    """Return the places that an infinitive is about."""
    thing = verb_object(verb)
    return (list(places_in(tree, thing)) if thing is not None else []) or places_after(
        tree, verb, TOWARD | {"from"}
    )


def noun_roles(tree: Tree, noun: Token, frame: Frame) -> Roles:
    """Return the parts of an event told by a noun: "their withdrawal from X", "the fall of X"."""
    roles = Roles()
    pattern = frame.pattern
    roles.doer = noun_doer(tree, noun)
    of = next(
        (o for c in noun.children if c.dep_ == "prep" and c.lower_ == "of" for o in objects_of(c)), None
    )
    if (
        pattern in ("leave_from", "give", "enter", "move")
        and roles.doer is None
        and of is not None
        and doer_class(tree, of) in FIGHTING
    ):
        roles.doer = of
    preps: frozenset[str] = AT | {"of", "on", "against", "for", "into", "upon", "over"}
    if pattern in ("leave_from", "expel"):
        preps = FROM
    elif pattern in ("move", "enter"):
        preps = TOWARD
    elif pattern in ("take", "fall", "lose", "give"):
        preps = frozenset(("of", "in", "at", "near"))
    roles.places = places_after(tree, noun, preps)
    for child in noun.children:
        if not roles.places and child.dep_ in ("acl", "relcl") and child.tag_ == "VB":
            roles.places = _goal(tree, child)  # "an operation to retake the town"
    for child in noun.children:
        if child.dep_ in ("compound", "poss", "nmod", "amod") and tree.place(child) is not None:
            roles.places += list(places_in(tree, child))
    if pattern == "fall":
        roles.doer, roles.gainer = (
            None,
            next(
                (o for c in noun.children if c.dep_ == "prep" and c.lower_ == "to" for o in objects_of(c)),
                None,
            ),
        )
    if pattern == "clash":
        roles.other = companion(noun)
        pair = next((c for c in noun.children if c.dep_ == "prep" and c.lower_ == "between"), None)
        if pair is not None:
            both = [*objects_of(pair)]
            if both and doer_class(tree, both[0]) in FIGHTING:
                roles.doer = both[0]
                roles.other = next((c for c in both[0].children if c.dep_ == "conj"), None)
    return roles
