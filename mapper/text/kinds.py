"""Of which kind an action is, where doer, means or place decide: "hit by drones", "a car bomb"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from mapper.model import Action
from mapper.text.actors import doer_class
from mapper.text.frames import Frame, noun_frames
from mapper.text.roles import Roles
from mapper.text.syntax import Tree
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


def kind_of(tree: Tree, token: Token, frame: Frame, roles: Roles) -> str:
    kind = frame.kind
    if (
        frame.pattern == "storm"
        and roles.places
        and not roles.places[0].partial
        and token.tag_ in ("VBD", "VBN")
    ):
        return "capture"
    if (
        frame.pattern in ("leave", "leave_from")
        and roles.doer is not None
        and doer_class(tree, roles.doer) == "civilian"
    ):
        return "displacement"
    if kind in (
        "assault",
        "shelling",
        "airstrike",
        "missile",
        "violence_against_civilians",
    ) and frame.base not in ("shell", "shelling"):
        words = [c.lower_ for c in token.children if c.dep_ in ("compound", "amod", "nmod")]
        if roles.doer is not None:
            words += [
                roles.doer.lower_,
                *(c.lower_ for c in roles.doer.children if c.dep_ in ("compound", "amod")),
            ]
        for child in token.children:
            if child.dep_ in ("prep", "agent") and child.lower_ in ("with", "by", "of", "from"):
                words += [t.lower_ for t in child.subtree]
        if any(
            w in ("roadside", "car", "truck", "suicide", "planted", "landmine", "mine", "lorry")
            for w in words
        ):
            return "ied"
        for word in words:
            if singular(word) in _MEANS:
                return _MEANS[singular(word)]
        told = noun_frames(roles.doer.lower_) if roles.doer is not None else ()
        return next((f.kind for f in told if f.kind in FIRE), kind)
    return kind


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
