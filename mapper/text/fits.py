"""Whether a clause can tell what its trigger tells: who can do it, and what it can be done to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapper.text.actors import FIGHTING, doer_class, is_person
from mapper.text.certainty import is_verb_of, subject
from mapper.text.frames import Frame, noun_frames
from mapper.text.kinds import FIRE, is_shot
from mapper.text.roles import Roles, deref, is_fire, is_timely, noun_doer, verb_object
from mapper.text.syntax import Tree
from mapper.text.whereabouts import SITES, objects_of
from mapper.words import singular

if TYPE_CHECKING:
    from spacy.tokens import Token


def leads_elsewhere(tree: Tree, particle: Token) -> bool:
    """Return whether "in" has an object that is no place: "went up in four columns", "drove in from X"."""
    aims = [*objects_of(particle)]
    return particle.lower_ == "in" and bool(aims) and not any(_is_site(tree, aim) for aim in aims)


def does_other(tree: Tree, verb: Token, frame: Frame, roles: Roles) -> bool:
    """Return whether what is taken, entered or left is no place: "won praise in Ghazni", "entered talks"."""
    if frame.objects or frame.pattern not in _OF_PLACES or (roles.places and frame.pattern != "enter"):
        return False
    thing = verb_object(verb)
    if roles.passive:
        own = subject(verb)
        thing = deref(verb.head if own is None and verb.dep_ in ("acl", "amod") else own)
    if thing is None:  # "walked into a trap", "poured out of the forest"
        ways = {"enter": ("into", "in", "inside"), "leave_from": ("from", "of")}.get(frame.pattern, ())
        aims = [
            o
            for c in verb.children
            if c.dep_ == "prep" and c.lower_ in ways and not is_timely(c)
            for o in objects_of(c)
        ]
        return bool(aims) and not any(_is_site(tree, aim) for aim in aims)
    return not _is_site(tree, thing)


_OF_PLACES = frozenset(("take", "enter", "storm", "leave", "leave_from", "lose", "give"))


def _is_site(tree: Tree, noun: Token) -> bool:
    """Return whether a noun can be what is held: a place, a part of one, a position, "it"."""
    word = singular(noun.lower_)
    return (
        tree.place(noun) is not None
        or word in SITES
        or noun.lower_ in ("it", "all", "both", "some", "that", "which", "there", "here", "this", "them")
    )


def doer_fits(tree: Tree, roles: Roles, frame: Frame) -> bool:
    """Return whether the doer can do this: a force for a weak verb, nothing lifeless for a strong one."""
    if roles.doer is None:
        return not ("weak" in frame.options and not roles.passive)
    found = doer_class(tree, roles.doer)
    envoy = found == "official" or is_person(roles.doer)
    if frame.pattern in ("leave", "leave_from") and envoy and not is_verb_of("deny", roles.doer.head):
        return False  # envoys come and go, but "the ministry denied having left X" is of its troops
    attacks = [f for f in noun_frames(roles.doer.lower_) if f.kind in ("assault", "advance")]
    if attacks and "weak" not in frame.options:
        roles.doer = noun_doer(tree, roles.doer)  # "our counter-attack retook the town"
        return True
    if frame.base in ("reach", "cross", "get", "come") and is_shot(roles.doer):
        return False  # "their guns reach us"
    if frame.pattern in ("leave", "leave_from", "move", "enter") and found == "civilian":
        return True
    if "weak" in frame.options:
        nobody = frame.kind == "advance" and roles.doer.lower_ in _NOBODY  # "no one got past X"
        return nobody or found in FIGHTING or found == "who"
    # "Shells hit the port", "driven from the town by a bombardment"
    fire = frame.pattern in ("attack", "expel") and any(
        f.kind in FIRE for f in noun_frames(roles.doer.lower_)
    )
    return (
        fire
        or is_fire(tree, roles.doer)
        or roles.doer.lower_ in ("party", "side", "sides")
        or (frame.kind in FIRE and roles.doer.lower_ in _OTHERS)
        or found in (*FIGHTING, "official", "place", "he", "who", "it", "civilian")
        or (found == "" and frame.pattern in ("fall", "rain", "explode", "yield", "stand"))
    )


_NOBODY = frozenset(("one", "nobody", "none"))
_OTHERS = frozenset(
    ("another", "others", "second", "third", "fourth", "one", "two", "three", "several", "more")
)
