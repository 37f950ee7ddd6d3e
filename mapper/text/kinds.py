"""Of which kind an action is, where doer, means or place decide: "hit by drones", "a car bomb"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from mapper.model import Action
from mapper.text.actors import doer_class
from mapper.text.certainty import subject
from mapper.text.frames import Frame, noun_frames
from mapper.text.roles import Roles, is_timely
from mapper.text.syntax import Tree
from mapper.text.whereabouts import objects_of
from mapper.words import singular, word_set

if TYPE_CHECKING:
    from spacy.tokens import Token

FIRE = frozenset({"shelling", "airstrike", "missile", "naval_fire", "ied", "demolition"})
# Who comes by air, fires from the ground, from far away, from the sea: the doer or means decides the kind.
_MEANS = {
    word: kind
    for kind in ("airstrike", "shelling", "missile", "naval_fire", "ied")
    for word in sorted(word_set(f"means.{kind}"))
}


_MEANT = frozenset(
    {"assault", "shelling", "airstrike", "missile", "violence_against_civilians", "demolition"}
)
_PLANTED = frozenset({"roadside", "car", "truck", "suicide", "planted", "landmine", "mine", "lorry"})


_OPERATIONS = frozenset(
    {
        "operation",
        "offensive",
        "attack",
        "assault",
        "campaign",
        "push",
        "drive",
        "counter-offensive",
        "counteroffensive",
    }
)


def kind_of(tree: Tree, token: Token, frame: Frame, roles: Roles) -> str:
    """Return the kind of an action: that of its frame, or what doer, means or object make of it."""
    doer = roles.doer
    if frame.pattern == "storm" and token.tag_ in ("VBD", "VBN") and roles.places:
        return "assault" if roles.places[0].partial else "capture"
    if frame.pattern in ("leave", "leave_from", "move", "enter") and doer is not None:
        if doer_class(tree, doer) == "civilian" and roles.gainer is None:
            return "displacement"
        if singular(doer.lower_) == "reinforcement":
            return "redeploy"
    if frame.kind == "holds" and frame.base in ("hold", "control") and _since(token):
        return "capture"
    if frame.base in ("occupy", "reoccupy") and _goes_on(token):
        return "holds"
    if frame.pattern == "enter" and _at_edge(token):
        return "advance"  # "returned to the eastern gate of the town"
    aim = token.head if token.dep_ in ("acl", "relcl") else subject(token)
    purpose = any(c.dep_ == "aux" and c.lower_ == "to" for c in token.children)
    if frame.pattern == "take" and purpose and aim is not None and singular(aim.lower_) in _OPERATIONS:
        return "assault"  # "an operation to recover X"
    if frame.kind == "siege" and token.tag_.startswith("NN") and _is_lifted(token):
        return "siege_lifted"
    words = _means(tree, token, doer)
    if frame.pattern == "enter" and "suicide" in words:
        return "ied"
    if frame.kind not in _MEANT or (
        frame.kind == "demolition" and "drone" not in words and "aircraft" not in words
    ):
        return frame.kind
    kinds = [_MEANS[word] for word in words if word in _MEANS]
    if frame.base in ("shell", "shelling"):
        return "naval_fire" if "naval_fire" in kinds else frame.kind
    if _PLANTED & set(words):
        return "ied"
    if kinds:
        return kinds[0]
    told = noun_frames(doer.lower_) if doer is not None else ()
    return next((f.kind for f in told if f.kind in FIRE and not f.modifiers), frame.kind)


_EDGES = word_set("states.edges")


def _since(verb: Token) -> bool:
    """Return whether a state is told with its beginning: "by Friday held", "hold it since Monday"."""
    dated = (c for c in verb.children if c.dep_ == "prep" and c.lower_ in ("since", "by"))
    return any(is_timely(c) for c in dated)


def _goes_on(verb: Token) -> bool:
    """Return whether what a verb tells is a state now: "still occupy", "is occupied"."""
    near = {c.lower_ for c in verb.children}
    return "still" in near or (verb.tag_ in ("VBP", "VBZ") and "since" not in near)


def _at_edge(verb: Token) -> bool:
    return any(
        singular(o.lower_) in _EDGES
        for c in verb.children
        if c.dep_ in ("prep", "advmod")
        for o in objects_of(c)
    )


def is_shot(doer: Token) -> bool:
    """Return whether a doer is what shoots or is shot, and so does not move: guns, rockets, shells."""
    return _MEANS.get(singular(doer.lower_)) in ("shelling", "missile")


def _means(tree: Tree, token: Token, doer: Token | None) -> list[str]:
    """Return the words, singular, that can say with what something was done: before a noun, after "by"."""
    before = ("compound", "amod", "nmod")
    words = [c for c in token.children if c.dep_ in before]
    things = [c for c in token.children if c.dep_ in ("dobj", "nsubjpass")]
    things += [token.head] if token.dep_ in ("acl", "relcl") else []
    for thing in ([doer] if doer is not None else []) + things:
        words += [thing, *(c for c in thing.children if c.dep_ in before)]
    for child in token.children:
        if child.dep_ in ("prep", "agent") and child.lower_ in ("with", "by", "of", "from"):
            words += child.subtree
    return [singular(tree.word(word)) for word in words]


def _is_lifted(siege: Token) -> bool:
    """Return whether a siege is told of as ended: "the siege is over", "the end of the siege"."""
    verb = siege.head
    if siege.dep_ == "pobj":
        return verb.head.lower_ in ("end", "lifting", "raising", "relief")
    ended = verb.lower_ in ("ended", "ends", "lifted", "broken", "raised", "over", "finished")
    return ended or any(c.lower_ == "over" for c in verb.children)


def by_means(action: Action, text: str, start: int) -> Action:
    """Return the action with its kind after what "them" was: "Ships came. Missiles were fired from them"."""
    if action.kind not in ("shelling", "missile"):
        return action
    if (
        re.search(r"\b(?:from|by) (?:them|these|those)\b", text[action.clause_start : action.clause_end])
        is None
    ):
        return action
    before = re.findall(r"\w+", text[start : action.sentence_start].lower())
    kinds = [_MEANS[word] for word in (singular(w) for w in before) if word in _MEANS]
    return replace(action, kind=kinds[-1]) if kinds else action
