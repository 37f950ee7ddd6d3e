"""Who did it to whom: the parts of a clause that a frame's pattern asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mapper.text.actors import FIGHTING, doer_class
from mapper.text.certainty import VERBAL, agent, is_passive, subject
from mapper.text.frames import Frame
from mapper.text.syntax import Tree
from mapper.text.whereabouts import Where, objects_of, places_after, places_in
from mapper.words import singular, word_set

if TYPE_CHECKING:
    from spacy.tokens import Token

_AT = word_set("roles.at")
_TOWARD = word_set("roles.toward")
_FROM = word_set("roles.from")


@dataclass(slots=True)
class Roles:
    """The parts of one clause."""

    doer: Token | None = None
    other: Token | None = None
    places: list[Where] = field(default_factory=list)
    gainer: Token | None = None
    passive: bool = False


def deref(token: Token | None) -> Token | None:
    """Return the noun that a relative pronoun stands for, other tokens as they are."""
    if token is None or token.tag_ not in ("WDT", "WP", "IN", "WRB"):
        return token
    node = token.head
    for _ in range(4):
        if node.dep_ == "relcl":
            return node.head
        node = node.head
    return token


def verb_object(verb: Token) -> Token | None:
    """Return the direct object, in a relative clause without one the noun that it describes."""
    for child in verb.children:
        if child.dep_ in ("dobj", "obj"):
            return deref(child)
    if verb.dep_ == "relcl" and subject(verb) is not None:
        own = subject(verb)
        if own is not None and deref(own) == own and not is_passive(verb):
            return verb.head
    return None


def doer(verb: Token) -> Token | None:
    """Return who does it: the subject, or who the verb above says does it."""
    own = subject(verb)
    if own is not None:
        return deref(own)
    head = verb.head
    if verb.dep_ == "acl" and head.tag_.startswith(("NN", "PRP")):
        if verb.tag_ in ("VBG", "VBD"):
            return head
        owner = next((c for c in head.children if c.dep_ == "poss"), None)
        return owner
    if verb.dep_ in ("xcomp", "ccomp", "advcl", "pcomp", "oprd", "conj", "dep"):
        for _ in range(4):
            if head.tag_ in VERBAL:
                break
            head = head.head
        if head.tag_ not in VERBAL or head == verb:
            return None
        controlled = next((c for c in head.children if c.dep_ in ("dobj", "dative")), None)
        if controlled is not None and verb.dep_ in ("xcomp", "ccomp"):
            return deref(controlled)
        return doer(head) if head.dep_ != "ROOT" or subject(head) is not None else None
    return None


def verb_roles(tree: Tree, verb: Token, frame: Frame) -> Roles | None:
    """Return the parts that the pattern of a verb's frame asks for, None when the clause does not fit it."""
    roles = Roles(passive=is_passive(verb))
    obj = verb_object(verb)
    if roles.passive:
        patient = (
            doer(verb)
            if subject(verb) is not None
            else (verb.head if verb.dep_ in ("acl", "amod") else doer(verb))
        )
        patient, roles.doer = deref(patient), agent(verb)
    else:
        patient, roles.doer = obj, doer(verb)
    pattern = frame.pattern
    if (
        roles.doer is not None
        and obj is None
        and pattern in ("take", "lose", "storm")
        and tree.place(roles.doer) is not None
    ):
        patient, roles.doer, roles.passive = roles.doer, None, True  # "Houffalize lost."
    if "arms" in frame.options and (roles.doer is None or doer_class(tree, roles.doer) != "arm"):
        return None
    if "civilians" in frame.options and (patient is None or doer_class(tree, patient) != "civilian"):
        return None
    if frame.objects and (patient is None or singular(patient.lower_) not in frame.objects):
        return None
    if pattern in ("fall", "empty"):
        return _fall(tree, verb, frame, roles)
    if pattern in ("lose", "give", "leave", "hold", "defend"):
        return _keep_or_lose(tree, verb, roles, patient)
    if pattern == "leave_from":
        return _leave(tree, verb, roles, patient)
    if pattern == "expel":
        roles.other = patient
        roles.places = places_after(tree, verb, ("from", "of", "out", "off"))
        return roles
    if pattern in ("take", "enter"):
        return _take(tree, verb, frame, roles, patient)
    if pattern == "last":
        return _last(tree, verb, roles)
    if pattern in ("attack", "storm", "kill", "flight", "recognise"):
        return _attack(tree, verb, roles, patient)
    if pattern in ("stand", "rid", "sever", "lift", "lay", "switch"):
        return _rare(tree, verb, frame, roles, patient)
    if pattern == "clash":
        roles.other = _companion(verb)
        roles.places = places_after(tree, verb, _AT | {"for"})
        if patient is not None:
            roles.places += list(places_in(tree, patient))
        return roles
    if pattern == "repulse":
        if patient is not None:
            roles.other = _attacker(tree, patient)
            roles.places = list(places_in(tree, patient))
        roles.places = roles.places + places_after(tree, verb, _AT | {"from"})
        if "attack" in frame.options and not _attackish(tree, patient):
            return None
        return roles
    if pattern in ("fire", "rain", "explode", "crowd", "yield", "gain", "move", "send"):
        preps = {"fire": _TOWARD | {"at"}, "move": _TOWARD, "send": _TOWARD}.get(pattern, _AT | {"on"})
        roles.places = places_after(tree, verb, preps)
        if (
            patient is not None
            and pattern in ("move", "rain", "send")
            and (pattern != "send" or tree.place(patient) is not None)
        ):
            roles.places += list(places_in(tree, patient))
        if pattern == "yield" and roles.doer is not None and not roles.places:
            roles.places = list(places_in(tree, roles.doer))  # "the quarter laid down its arms"
        if (
            pattern == "send" and doer_class(tree, patient) not in FIGHTING
            if patient is not None
            else pattern == "send"
        ):
            return None
        return roles
    return roles


def _fall(tree: Tree, verb: Token, frame: Frame, roles: Roles) -> Roles | None:
    gone = subject(verb)
    gone = deref(gone) if gone is not None else doer(verb)
    if gone is None:
        return None
    roles.doer = None
    roles.places = list(places_in(tree, gone))
    roles.gainer = _after(verb, ("to", "under", "into"), tree)
    if not roles.places or any(c.dep_ in ("acomp", "oprd") for c in verb.children):
        return None  # "the town fell silent"
    if "bare" in frame.options:
        if verb.lower_ in ("go", "goes", "going") or any(
            c.dep_ in ("dobj", "ccomp", "advcl") for c in verb.children
        ):
            return None
        away = (
            "to",
            "into",
            "from",
            "up",
            "down",
            "over",
            "through",
            "toward",
            "towards",
            "off",
            "out",
            "by",
            "on",
            "for",
            "as",
        )
        if any(
            c.dep_ in ("prt", "xcomp", "acomp", "oprd")
            or (c.dep_ == "prep" and c.lower_ in away and not _timely(c))
            for c in verb.children
        ):
            return None
        if all(w.named is None for w in roles.places):
            return None
    return roles


def _timely(prep: Token) -> bool:
    """Return whether a preposition begins a date: "on the 18th", "by Friday"."""
    return any(
        t.tag_ == "CD" or t.lower_[:1].isdigit() or t.lower_.endswith("day") or t.lower_ in _HOURS
        for t in prep.subtree
    )


_HOURS = word_set("roles.hours")


def _keep_or_lose(tree: Tree, verb: Token, roles: Roles, patient: Token | None) -> Roles | None:
    if patient is None:
        if is_passive(verb) or roles.doer is None:
            return None
        roles.places = places_after(tree, verb, _FROM | {"in", "at"})
    else:
        roles.places = list(places_in(tree, patient))
    roles.gainer = _after(verb, ("to",), tree)
    return roles


def _leave(tree: Tree, verb: Token, roles: Roles, patient: Token | None) -> Roles:
    if roles.passive:  # "were pulled out of the town", "were withdrawn"
        roles.doer = patient
    elif patient is not None and doer_class(tree, patient) in FIGHTING:
        roles.doer = patient  # "Kyiv withdrew its brigades"
    roles.places = places_after(tree, verb, _FROM)
    return roles


def _take(tree: Tree, verb: Token, frame: Frame, roles: Roles, patient: Token | None) -> Roles | None:
    if patient is not None and doer_class(tree, patient) in ("force", "civilian", "arm", "official"):
        return None  # prisoners, guns
    if patient is not None and patient.tag_ == "CD":
        return None  # "captured twenty": men
    if patient is not None:
        roles.places = list(places_in(tree, patient))
    if frame.pattern == "enter":
        roles.places += places_after(tree, verb, ("into", "in", "inside", "through"))
    origin = _after(verb, ("from", "of"), tree)
    roles.other = origin
    return roles


def _attack(tree: Tree, verb: Token, roles: Roles, patient: Token | None) -> Roles:
    if patient is not None:
        roles.places = list(places_in(tree, patient))
        if doer_class(tree, patient) in (*FIGHTING, "civilian"):
            roles.other = patient
    if not any(w.named for w in roles.places):
        roles.places = (
            places_after(tree, verb, _AT | {"into", "through", "towards", "toward", "to", "at"})
            or roles.places
        )
    return roles


def _rare(tree: Tree, verb: Token, frame: Frame, roles: Roles, patient: Token | None) -> Roles | None:
    """Patterns of few verbs: to hold out, to rid of, to cut a road, to lift or lay a siege."""
    pattern = frame.pattern
    if pattern == "stand":
        if (
            patient is not None
            or roles.doer is None
            or any(c.dep_ in ("xcomp", "acomp", "ccomp") for c in verb.children)
        ):
            return None
        if tree.place(roles.doer) is not None:  # "Samarra held"
            roles.places, roles.doer = list(places_in(tree, roles.doer)), None
            return roles
        if doer_class(tree, roles.doer) not in FIGHTING:
            return None
        roles.places = places_after(tree, verb, _AT) or list(places_in(tree, roles.doer))
        return roles if roles.places else None
    if pattern == "rid":
        roles.places = list(places_in(tree, patient)) if patient is not None else []
        roles.other = _after(verb, ("of",), tree)
        return roles if roles.places else None
    if pattern == "sever":
        if patient is None or singular(patient.lower_) not in _ROADS:
            return None
        roles.places = places_after(tree, verb, ("at", "near", "in", "outside")) or list(
            places_in(tree, patient)
        )
        return roles
    roles.places = (list(places_in(tree, patient)) if patient is not None else []) + places_after(
        tree, verb, _AT | {"to", "of"}
    )
    return roles


def _last(tree: Tree, verb: Token, roles: Roles) -> Roles | None:
    """ "The village lasted until Friday": it fell then."""
    own = subject(verb)
    until = any(c.lower_ in ("until", "till") for c in verb.children)
    if own is None or not until or any(c.dep_ == "dobj" for c in verb.children):
        return None
    roles.doer, roles.places = None, list(places_in(tree, own))
    return roles if roles.places else None


_ROADS = word_set("roles.roads")


def _after(verb: Token, words: tuple[str, ...], tree: Tree) -> Token | None:
    """Return the force after one of these prepositions: "fell to the rebels", "into the hands of X"."""
    for child in verb.children:
        if child.dep_ in ("prep", "dative", "agent") and child.lower_ in words:
            for inner in objects_of(child):
                if singular(inner.lower_) in ("hand", "control", "rule", "grip", "fire"):
                    owner = next((c for c in inner.children if c.dep_ in ("poss", "amod", "compound")), None)
                    deep = next((o for c in inner.children if c.dep_ == "prep" for o in objects_of(c)), None)
                    return deep if deep is not None else owner
                if doer_class(tree, inner) in (*FIGHTING, "official"):
                    return inner
    return None


def _companion(verb: Token) -> Token | None:
    for child in verb.children:
        if child.dep_ == "prep" and child.lower_ in ("with", "against"):
            return next(iter(objects_of(child)), None)
    return None


def _attackish(tree: Tree, patient: Token | None) -> bool:
    if patient is None:
        return False
    from mapper.text.frames import noun_frames

    frames = noun_frames(patient.lower_)
    return any(f.kind in ("assault", "advance") for f in frames) or doer_class(tree, patient) in (
        "force",
        "they",
    )


def _attacker(tree: Tree, patient: Token) -> Token | None:
    """Return whose attack was thrown back: "attacks by the enemy", "a Russian assault", "the rebels"."""
    if doer_class(tree, patient) in FIGHTING:
        return patient
    return noun_doer(tree, patient)


def noun_doer(tree: Tree, noun: Token) -> Token | None:
    """Return who does what a noun tells: "the army's attack", "a rebel attack", "shelling by the army"."""
    for child in noun.children:
        if child.dep_ == "poss" and doer_class(tree, child) not in ("", "civilian"):
            return child
        if child.dep_ == "prep" and child.lower_ in ("by", "from"):
            inner = next(iter(objects_of(child)), None)
            if inner is not None and doer_class(tree, inner) in FIGHTING:
                return inner
    for child in noun.children:
        if child.dep_ in ("compound", "amod", "nmod") and doer_class(tree, child) in (
            "force",
            "nation",
            "name",
            "arm",
        ):
            return child
    return None


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
    preps: frozenset[str] = _AT | {"of", "on", "against", "for"}
    if pattern == "leave_from":
        preps = _FROM
    elif pattern in ("move", "enter"):
        preps = _TOWARD
    elif pattern in ("take", "fall", "lose", "give"):
        preps = frozenset(("of", "in", "at", "near"))
    roles.places = places_after(tree, noun, preps)
    for child in noun.children:
        if child.dep_ in ("compound", "poss", "nmod", "amod") and tree.place(child) is not None:
            roles.places += list(places_in(tree, child))
    if pattern == "fall":
        roles.doer, roles.gainer = None, after(noun, "to")
    if pattern == "clash":
        roles.other = _companion(noun)
        pair = next((c for c in noun.children if c.dep_ == "prep" and c.lower_ == "between"), None)
        if pair is not None:
            both = [*objects_of(pair)]
            if both and doer_class(tree, both[0]) in FIGHTING:
                roles.doer = both[0]
                roles.other = next((c for c in both[0].children if c.dep_ == "conj"), None)
    return roles


def after(head: Token, word: str) -> Token | None:
    """Return the first noun after a preposition of a verb or noun, None where there is none."""
    return next(
        (o for c in head.children if c.dep_ == "prep" and c.lower_ == word for o in objects_of(c)), None
    )
