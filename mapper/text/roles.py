"""Who did it to whom and where: the parts of a clause that a frame's pattern asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mapper.text.actors import FIGHTING, doer_class
from mapper.text.certainty import VERBAL, agent, is_passive, subject
from mapper.text.frames import Frame, noun_frames
from mapper.text.syntax import Tree
from mapper.text.whereabouts import PARTS, PLACE_NOUNS, Where, objects_of, places_after, places_in
from mapper.words import singular, word_set

if TYPE_CHECKING:
    from spacy.tokens import Token

AT = word_set("roles.at")
TOWARD = word_set("roles.toward")
FROM = word_set("roles.from")
_SPOILS = word_set("roles.spoils")
_TIMES = word_set("states.times") - {"morning", "evening", "night"}


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
        if child.dep_ in ("dobj", "obj") and child.lower_ not in _TIMES:  # "left yesterday"
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
        described = verb.dep_ in ("acl", "amod") and subject(verb) is None
        patient, roles.doer = deref(verb.head if described else doer(verb)), agent(verb)
    else:
        patient, roles.doer = obj, doer(verb)
    named = _apposed(tree, verb)
    if named is not None and not roles.passive and obj is None and frame.pattern in _DONE_TO:
        patient, roles.doer, roles.passive = named, agent(verb), True  # "praised them for X, liberated today"
    bare = roles.doer is not None and obj is None and frame.pattern in ("take", "lose", "storm")
    if bare and roles.doer is not None and tree.place(roles.doer) is not None:
        patient, roles.doer, roles.passive = roles.doer, None, True  # "Houffalize lost."
    if not _fits(tree, verb, roles, frame, patient):
        return None
    reader = _READERS.get(frame.pattern)
    return roles if reader is None else reader(tree, verb, frame, roles, patient)


_DONE_TO = frozenset(("take", "lose", "give", "leave", "storm", "attack"))


def _apposed(tree: Tree, verb: Token) -> Token | None:
    """Return the place that a participle after a comma tells of: "X, liberated today"."""
    if (
        verb.i < 2
        or verb.tag_ not in ("VBD", "VBN")
        or any(c.dep_.startswith("nsubj") for c in verb.children)
    ):
        return None
    place = verb.nbor(-2)
    return (
        place if verb.nbor(-1).text == "," and tree.place(place) is not None and verb.dep_ != "conj" else None
    )


def _fits(tree: Tree, verb: Token, roles: Roles, frame: Frame, patient: Token | None) -> bool:
    """Return whether doer and object are what the options of a frame ask for."""
    if "arms" in frame.options and not (roles.doer is not None and is_fire(tree, roles.doer)):
        return False
    if "civilians" in frame.options and (patient is None or doer_class(tree, patient) != "civilian"):
        return False
    if not frame.objects:
        return True
    if patient is None:
        return False
    heads = {patient.lower_, singular(patient.lower_)}
    heads |= {
        singular(t.lower_)
        for c in (*patient.children, *verb.children)
        if c.lower_ == "of"
        for t in c.children
    }
    return bool(heads & frame.objects)


def is_fire(tree: Tree, noun: Token) -> bool:
    """Return whether a noun is something that is fired or goes off, or says so before it: "mortar rounds"."""
    words = [noun, *(c for c in noun.children if c.dep_ in ("compound", "amod", "nmod"))]
    return doer_class(tree, noun) == "arm" or any(singular(w.lower_) in _ARMS for w in words)


_ARMS = frozenset(
    word
    for kind in ("airstrike", "shelling", "missile", "naval_fire", "ied")
    for word in word_set(f"means.{kind}")
)


def _expel(tree: Tree, verb: Token, frame: Frame, roles: Roles, patient: Token | None) -> Roles | None:
    if patient is None:
        return None  # "ran out of diesel"
    roles.other = patient
    roles.places = places_after(tree, verb, ("from", "of", "out", "off"))
    return roles


def _clash(tree: Tree, verb: Token, frame: Frame, roles: Roles, patient: Token | None) -> Roles | None:
    if "bare" in frame.options and patient is not None:
        return None
    roles.other = companion(verb)
    roles.places = places_after(tree, verb, AT | {"for"})
    if patient is not None:
        roles.places += list(places_in(tree, patient))
    if roles.doer is not None and not roles.places and tree.place(roles.doer) is not None:
        roles.places, roles.doer = list(places_in(tree, roles.doer)), None  # "the town was still fighting"
    return roles


def _repulse(tree: Tree, verb: Token, frame: Frame, roles: Roles, patient: Token | None) -> Roles | None:
    if patient is None:
        return None  # "drove off towards the hills"
    if patient is not None:
        if any(c.dep_ == "poss" and c.lower_ in ("his", "her", "its", "our") for c in patient.children):
            return None  # "stopped his offensive": his own
        roles.other = _attacker(tree, patient)
        roles.places = list(places_in(tree, patient))
        if roles.doer is not None and not roles.places and tree.place(roles.doer) is not None:
            roles.places = list(places_in(tree, roles.doer))  # "the camp beat them off"
    roles.places = roles.places + places_after(tree, verb, AT | {"from"})
    if "attack" in frame.options and not _attackish(tree, patient):
        return None
    return roles


def _fire(tree: Tree, verb: Token, frame: Frame, roles: Roles, patient: Token | None) -> Roles | None:
    """ "Fired on the town", "landed in the market", "marched on the port", "sent troops to the island"."""
    pattern = frame.pattern
    goal = {"fire": TOWARD | {"at", "against"}, "move": TOWARD | {"than", "beyond"}, "send": TOWARD}
    roles.places = places_after(tree, verb, goal.get(pattern, AT | {"on"}))
    if pattern == "send":
        if patient is None or not _is_sent(tree, patient, roles.doer):
            return None
        if tree.place(patient) is not None:
            roles.places += list(places_in(tree, patient))
    elif patient is not None and pattern in ("move", "rain"):
        roles.places += list(places_in(tree, patient))
    elif patient is not None and pattern == "fire" and not roles.places:
        roles.places = places_after(tree, patient, goal["fire"])
    if (
        pattern == "gain"
        and patient is not None
        and any(c.lower_ in ("no", "little") for c in patient.children)
    ):
        return None
    if pattern == "yield" and roles.doer is not None and not roles.places:
        roles.places = list(places_in(tree, roles.doer))  # "the quarter laid down its arms"
    return roles


def _is_sent(tree: Tree, patient: Token, sender: Token | None) -> bool:
    """Return whether those sent bear arms: "troops", "six hundred men" of an army."""
    found = doer_class(tree, patient)
    men = patient.lower_ == "men" and sender is not None and doer_class(tree, sender) in FIGHTING
    return found in FIGHTING or men


def _fall(tree: Tree, verb: Token, frame: Frame, roles: Roles, patient: Token | None) -> Roles | None:
    gone = subject(verb)
    gone = deref(gone) if gone is not None else doer(verb)
    if gone is None or (tree.place(gone) is None and noun_frames(gone.lower_)):
        return None  # "a push towards X will follow"
    roles.doer = None
    roles.places = list(places_in(tree, gone))
    roles.gainer = _after(verb, ("to", "under", "into"), tree)
    if not roles.places or any(c.dep_ in ("acomp", "oprd") for c in verb.children):
        return None  # "the town fell silent"
    if "hands" in frame.options and not _into_hands(verb, frame.particle):
        return None
    if "bare" in frame.options:
        if verb.lower_ in ("go", "goes", "going") or any(
            c.dep_ in ("dobj", "ccomp", "advcl") for c in verb.children
        ):
            return None
        if any(
            c.dep_ in ("prt", "xcomp", "acomp", "oprd")
            or (c.dep_ == "prep" and c.lower_ in _AWAY and not is_timely(c))
            for c in verb.children
        ):
            return None
        if all(w.named is None for w in roles.places):
            return None
    return roles


_AWAY = word_set("roles.away")
_HANDS = frozenset(
    {"hand", "control", "rule", "grip", "sway", "possession", "authority", "occupation", "fold"}
)


def _into_hands(verb: Token, particle: str) -> bool:
    """Return whether what comes after the particle is somebody's hands or control."""
    preps = [c for c in verb.children if c.lower_ == particle]
    return any(singular(o.lower_) in _HANDS for prep in preps for o in objects_of(prep))


def is_timely(prep: Token) -> bool:
    """Return whether a preposition begins a date: "on the 18th", "by Friday"."""
    return any(
        t.tag_ == "CD" or t.lower_[:1].isdigit() or t.lower_.endswith("day") or t.lower_ in _HOURS
        for noun in objects_of(prep)
        for t in (noun, *(c for c in noun.children if c.i < noun.i and c.dep_ in ("compound", "npadvmod")))
    )


_HOURS = word_set("roles.hours")


def _keep_or_lose(tree: Tree, verb: Token, frame: Frame, roles: Roles, patient: Token | None) -> Roles | None:
    if patient is None:
        if is_passive(verb) or roles.doer is None:
            return None
        roles.places = places_after(tree, verb, FROM | {"in", "at"})
        goes = frame.pattern == "leave" and verb.dep_ not in ("acl", "amod") and verb.lower_ != "leaving"
        if (
            not roles.places
            and goes
            and doer_class(tree, roles.doer) in ("force", "they", "we", "name", "civilian")
        ):
            roles.places = [Where(None, "-")]  # "the garrison left at dawn"
    elif (
        roles.passive and verb.lower_ == "left" and roles.doer is None and _after(verb, ("to",), tree) is None
    ):
        return None  # "only X is left"
    elif roles.doer is not None and roles.doer.tag_ == "DT":
        return None  # "that leaves X"
    else:
        roles.places = list(places_in(tree, patient))
        if not any(w.named for w in roles.places) and singular(patient.lower_) in PARTS | PLACE_NOUNS:
            roles.places = places_after(tree, verb, ("in", "at", "near", "around", "outside")) or roles.places
    roles.gainer = _after(verb, ("to",), tree)
    return roles


def _leave(tree: Tree, verb: Token, frame: Frame, roles: Roles, patient: Token | None) -> Roles | None:
    if roles.passive:  # "were pulled out of the town", "were withdrawn"
        roles.doer = patient
    elif patient is not None and doer_class(tree, patient) in FIGHTING:
        roles.doer = patient  # "Kyiv withdrew its brigades"
    elif patient is not None and verb.lower_.startswith("withdr") and not patient.lower_.endswith("day"):
        return None  # "withdrew the denial"
    roles.places = places_after(tree, verb, FROM)
    return roles


def _take(tree: Tree, verb: Token, frame: Frame, roles: Roles, patient: Token | None) -> Roles | None:
    if patient is not None and doer_class(tree, patient) in ("force", "civilian", "arm", "official", "name"):
        held = singular(patient.lower_) in ("garrison", "defender", "headquarters", "command")
        if not held or not any(w.named for w in places_in(tree, patient)):
            return None  # prisoners, guns
    if patient is not None and (patient.tag_ == "CD" or singular(patient.lower_) in _SPOILS):
        return None  # "captured twenty": men
    if "hands" in frame.options and not _into_hands(verb, frame.particle):
        return None
    if patient is not None:
        roles.places = list(places_in(tree, patient))
        if frame.objects and not roles.places:
            roles.places = places_after(
                tree, verb, ("in", "to", "over", "at")
            )  # "restored order to the town"
        if roles.places and not any(w.named for w in roles.places):
            roles.places = places_after(tree, verb, ("in", "at", "near", "outside")) or roles.places
    if frame.pattern == "enter":
        roles.places += places_after(tree, verb, ("into", "in", "inside", "through", "to"))
    origin = _after(verb, ("from", "of"), tree)
    roles.other = origin
    return roles


def _attack(tree: Tree, verb: Token, frame: Frame, roles: Roles, patient: Token | None) -> Roles | None:
    if patient is not None:
        roles.places = list(places_in(tree, patient))
        if doer_class(tree, patient) in (*FIGHTING, "civilian"):
            roles.other = patient
    if not any(w.named for w in roles.places):
        roles.places = (
            places_after(
                tree,
                verb,
                AT | {"into", "through", "towards", "toward", "to", "at", "against", "on", "upon"},
            )
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
            or any(
                c.dep_ in ("xcomp", "acomp", "ccomp") or c.lower_ in ("until", "till") for c in verb.children
            )
        ):
            return None
        if tree.place(roles.doer) is not None:  # "Samarra held"
            roles.places, roles.doer = list(places_in(tree, roles.doer)), None
            return roles
        if doer_class(tree, roles.doer) not in FIGHTING:
            return None
        roles.places = places_after(tree, verb, AT | {"on", "to"}) or list(places_in(tree, roles.doer))
        return roles
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
        tree, verb, AT | {"to", "of"}
    )
    return roles


def _last(tree: Tree, verb: Token, frame: Frame, roles: Roles, patient: Token | None) -> Roles | None:
    """ "The village lasted until Friday": it fell then."""
    own = subject(verb)
    until = any(c.lower_ in ("until", "till") for c in verb.children)
    if own is None or not until or any(c.dep_ == "dobj" for c in verb.children):
        return None
    roles.doer, roles.places = None, list(places_in(tree, own))
    return roles if roles.places else None


_ROADS = word_set("roles.roads")
_Reader = Callable[..., Roles | None]
_READERS: dict[str, _Reader] = {
    **dict.fromkeys(("fall", "empty"), _fall),
    **dict.fromkeys(("lose", "give", "leave", "hold", "defend"), _keep_or_lose),
    **dict.fromkeys(("take", "enter"), _take),
    **dict.fromkeys(("attack", "storm", "kill", "flight", "recognise"), _attack),
    **dict.fromkeys(("stand", "rid", "sever", "lift", "lay", "switch"), _rare),
    **dict.fromkeys(("fire", "rain", "explode", "crowd", "yield", "gain", "move", "send"), _fire),
    "leave_from": _leave,
    "expel": _expel,
    "last": _last,
    "clash": _clash,
    "repulse": _repulse,
}


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


def companion(verb: Token) -> Token | None:
    """Return whom it is done with or against."""
    for child in verb.children:
        if child.dep_ == "prep" and child.lower_ in ("with", "against"):
            return next(iter(objects_of(child)), None)
    return None


def _attackish(tree: Tree, patient: Token | None) -> bool:
    if patient is None:
        return False
    frames = noun_frames(patient.lower_)
    return any(f.kind in ("assault", "advance") for f in frames) or doer_class(tree, patient) in (
        "force",
        "they",
        "it",
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
