"""From a trigger to actions: what a verb or noun of the frames list tells in its clause."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mapper.model import Action, Certainty, Locative, Toponym
from mapper.text.actors import FIGHTING, doer_class, is_person
from mapper.text.certainty import VERBAL, Stance, comes_to_nothing, is_verb_of, read_stance, subject
from mapper.text.discourse import Discourse, name_of, speaker_of
from mapper.text.fits import doer_fits, does_other, leads_elsewhere
from mapper.text.focus import is_country
from mapper.text.frames import Frame, noun_frames, verb_frames
from mapper.text.kinds import FIRE, kind_of
from mapper.text.nouns import noun_roles
from mapper.text.roles import (
    Roles,
    deref,
    doer,
    is_timely,
    verb_object,
    verb_roles,
)
from mapper.text.syntax import Sentence, Tree
from mapper.text.whereabouts import Where, objects_of, places_after, places_in
from mapper.words import singular

if TYPE_CHECKING:
    from spacy.tokens import Token

_AHEAD = re.compile(r"\b(?:tomorrow|next (?:week|month|year)|in the coming|in the next few)\b", re.IGNORECASE)


def verb_frames_of(tree: Tree, token: Token) -> Iterator[Frame]:
    """Yield the frames of a verb: those whose particle stands beside it before those without."""
    near: list[Token] = []
    for frame in verb_frames(tree.word(token)) or verb_frames(token.lower_):
        if frame.particle and not near:
            near = [t for t in _beside(token) if not (t.dep_ == "prep" and is_timely(t))]
        if not frame.particle or any(
            t.lower_ == frame.particle and not (frame.pattern == "enter" and leads_elsewhere(tree, t))
            for t in near
        ):
            yield frame


def _beside(verb: Token) -> list[Token]:
    """Return where a verb's particle may stand; the parser hangs it on the object, too."""
    thing = verb_object(verb)
    after = [t for t in verb.doc[verb.i + 1 : verb.i + 3] if t.dep_ in ("prt", "advmod", "prep")]
    near = [*verb.children, *(thing.children if thing is not None else ())]
    own = [thing] if thing is not None else []
    return own + after + [t for t in near if t.i > verb.i]


def verb_actions(tree: Tree, sentence: Sentence, verb: Token, discourse: Discourse) -> list[Action] | None:
    """Return what a verb tells by the first of its frames that fits; None for an idiom of nothing."""
    for frame in verb_frames_of(tree, verb):
        if frame.pattern == "none":
            if not frame.objects or verb_roles(tree, verb, frame) is not None:
                return [] if frame.kind == "happens" else None
            continue
        found = list(_by_frame(tree, sentence, verb, frame, discourse))
        if found:
            return found
    return []


def _by_frame(
    tree: Tree, sentence: Sentence, verb: Token, frame: Frame, discourse: Discourse
) -> Iterator[Action]:
    roles = verb_roles(tree, verb, frame)
    if roles is None or not doer_fits(tree, roles, frame):
        return
    if does_other(tree, verb, frame, roles):
        return
    if not any(w.named for w in roles.places):
        roles.places = _adjuncts(tree, verb, frame) or roles.places
    if "place" in frame.options and not roles.places:
        return
    yield from _emit(tree, sentence, verb, frame, roles, discourse)


def noun_actions(
    tree: Tree, sentence: Sentence, noun: Token, discourse: Discourse, told: Container[int]
) -> Iterator[Action]:
    """Yield what a noun tells, unless its verb, one of `told`, has told it: "the attack was beaten off"."""
    frame = _noun_frame(noun)
    head = noun.head
    if frame is None or noun.dep_ == "compound" or (head.tag_.startswith("NN") and noun.dep_ == "amod"):
        return
    verb = _governor(noun)
    direct = noun.dep_ in ("nsubjpass", "dobj", "nsubj") or noun.head.dep_ == "agent"
    direct = direct or noun.head.lower_ == "under"
    flees = verb is not None and is_verb_of("flee", verb)
    if verb is not None and verb.i in told and not flees and (direct or frame.kind in FIRE):
        return
    roles = noun_roles(tree, noun, frame)
    if verb is not None:
        _borrow(tree, noun, verb, frame, roles)
    if "weak" in frame.options and roles.doer is None and not (frame.kind == "assault" and roles.places):
        return
    if frame.pattern == "agree" or _is_spoken_of(noun, frame):
        pass  # a ceasefire needs no place; "the loss" is that of the place in mind
    elif (
        not roles.places and not (frame.pattern in ("clash", "attack") and verb is not None and direct)
    ) or (
        not roles.places
        and verb is not None
        and not (is_verb_of("begin", verb) or is_verb_of("break", verb) or is_verb_of("fail", verb))
    ):
        return
    if frame.pattern == "clash" and (_is_over(noun) or _only_a_time(noun)):
        return
    yield from _emit(tree, sentence, noun, frame, roles, discourse)


def _noun_frame(noun: Token) -> Frame | None:
    """Return the first frame of a noun whose modifiers stand before it, or that something is under."""
    before = {c.lower_ for c in noun.children if c.dep_ in ("compound", "amod", "nmod", "poss")}
    before |= {o.lower_ for c in noun.children if c.lower_ == "of" for o in objects_of(c)}
    before |= {singular(word) for word in before}
    under = noun.dep_ == "pobj" and noun.head.lower_ == "under"
    if noun.text in ("March", "May"):
        return None
    fitting = (f for f in noun_frames(noun.lower_) if not f.modifiers or under or before & f.modifiers)
    return next(fitting, None)


def _borrow(tree: Tree, noun: Token, verb: Token, frame: Frame, roles: Roles) -> None:
    """Fill in doer and places of a noun from the verb above it."""
    own = doer(verb) if noun.dep_ == "dobj" else None
    if own is not None and doer_class(tree, own) in (*FIGHTING, "he"):
        if is_verb_of("flee", verb):
            roles.other = own  # "fleeing a barrage": fired by the others
        elif roles.doer is None or doer_class(tree, roles.doer) == "arm":
            roles.doer = own
    if any(w.named for w in roles.places):
        return
    roles.places = roles.places or _adjuncts(tree, verb, frame)
    target = deref(subject(verb))
    if target is None or (tree.place(target) is None and noun.head.lower_ != "under"):
        return
    if noun.dep_ == "pobj" and noun.head.lower_ == "under":
        roles.places = list(places_in(tree, target))
    elif noun.head.head.lower_ in _SCENES and target is not None:
        roles.places = list(places_in(tree, target))  # "the town was the scene of heavy fighting"
    elif noun.dep_ == "dobj" and frame.kind in (*FIRE, "clash", "assault") and not roles.places:
        roles.places = list(places_in(tree, target))  # "the town saw fighting", "took eleven rounds"


_SCENES = frozenset(("scene", "target", "site", "object", "victim", "theatre", "focus"))


def _is_spoken_of(noun: Token, frame: Frame) -> bool:
    """Return whether somebody denies, admits or reports what a noun tells: "denied the loss"."""
    told = frame.kind in ("capture", "withdraw") and noun.dep_ in ("dobj", "nsubjpass")
    said = any(is_verb_of(category, noun.head) for category in ("say", "claim", "deny"))
    return told and said and any(c.lower_ in ("the", "its", "their") for c in noun.children)


def _is_over(noun: Token) -> bool:
    """Return whether what a noun tells has ended: "the battle is over"."""
    verb = noun.head
    return noun.dep_ in ("nsubj", "nsubjpass") and (
        verb.lower_ in ("ended", "ends", "ceased", "stopped")
        or any(
            c.lower_ == "over" and c.dep_ in ("advmod", "acomp", "prt", "prep") and not any(c.children)
            for c in verb.children
        )
    )


def _only_a_time(noun: Token) -> bool:
    """Return whether fighting only dates or explains something else: "after a short fight"."""
    return noun.dep_ == "pobj" and noun.head.lower_ in (
        "after",
        "of",
        "during",
        "without",
        "for",
        "from",
        "before",
    )


def _governor(noun: Token) -> Token | None:
    """Return the verb that a noun is subject or object of, through "of" and "under"."""
    node = noun
    for _ in range(4):
        head = node.head
        if head == node:
            return None
        if head.tag_ in VERBAL:
            return head
        if node.dep_ not in ("pobj", "prep", "conj") and node.lower_ not in _SCENES:
            return None
        node = head
    return None


def _adjuncts(tree: Tree, verb: Token, frame: Frame) -> list[Where]:
    """Return places beside the verb, or before the clause that it depends on ("In Misrata, ...")."""
    words: tuple[str, ...] = (
        "in",
        "at",
        "near",
        "around",
        "outside",
        "inside",
        "on",
        "between",
        "along",
        "against",
        "over",
        "upon",
        "of",
    )
    if frame.pattern == "clash":
        words = ("for", *words)
    elif frame.pattern in ("leave_from", "expel"):
        words = ("from", "in", "at")
    node = verb
    for _ in range(4):
        found = places_after(tree, node, words)
        for child in node.children:
            if not found and child.dep_ in ("dobj", "nsubj", "nsubjpass", "prep") and child != verb:
                inner = [o for o in child.children if o.dep_ == "pobj"] if child.dep_ == "prep" else [child]
                found = [
                    w
                    for noun in inner
                    if tree.place(noun) is None
                    for w in places_after(tree, noun, words[:-1])
                ]
        if found:
            return found
        if node.dep_ in ("conj", "xcomp", "ccomp", "advcl", "parataxis") and node.head.tag_ in VERBAL:
            node = node.head
            if is_verb_of("say", node) and not any(c.dep_ == "prep" and c.i < node.i for c in node.children):
                return []
        else:
            return []
    return []


def _emit(
    tree: Tree, sentence: Sentence, token: Token, frame: Frame, roles: Roles, discourse: Discourse
) -> Iterator[Action]:
    """Yield the actions of one trigger: kind and parts after voice, aspect and means are weighed."""
    stance = read_stance(token)
    if stance.supposed or (
        stance.negated
        and stance.source is None
        and _of_nobody(token)
        and not _is_short(token)
        and kind_of(tree, token, frame, roles) not in _HELD
    ):
        return
    unmade = stance.negated and stance.source is None and not stance.denied
    if unmade and frame.kind in _GROUND and (frame.part == "n" or frame.kind in ("assault", "clash")):
        return  # "no attack was made", "the mill was not hit"
    if token.dep_ == "nsubj" and any(c.lower_ in ("would", "could", "might") for c in token.head.children):
        return  # "its fall would open the road"
    if is_verb_of("claim", token):
        stance = replace(stance, claimed=True)
    kind = kind_of(tree, token, frame, roles)
    speaker = speaker_of(tree, stance, discourse)
    actor, opponent = (
        name_of(tree, roles.doer, discourse, speaker),
        name_of(tree, roles.other, discourse, speaker),
    )
    gainer = name_of(tree, roles.gainer, discourse, speaker)
    if kind == "displacement" and frame.kind != "displacement":
        actor = opponent = ""
    pattern = frame.pattern
    if pattern == "fall":
        actor, opponent = gainer, ""
    elif pattern == "lose":
        actor, opponent = gainer, actor
    elif pattern in ("give", "leave", "leave_from") and gainer:
        opponent = gainer
    elif pattern == "expel" and roles.other is not None and doer_class(tree, roles.other) == "civilian":
        kind, actor, opponent = "displacement", "", actor
    elif pattern == "expel" and roles.passive:
        kind, actor, opponent = "withdraw", opponent, actor
    if kind in ("capture", "surrender", "handover") and (stance.attempted or stance.failed):
        kind = "assault" if stance.attempted and not stance.failed else "repulse"
        if kind == "repulse":
            actor, opponent = opponent, actor
    elif frame.pattern == "enter" and stance.planned:
        kind = "assault"
    elif kind == "advance" and stance.negated and _is_short(token):
        kind, actor, opponent, stance = "repulse", "", actor, replace(stance, negated=False)
    elif kind in ("assault", "advance") and (stance.failed or _fails(token)):
        kind, actor, opponent = "repulse", opponent, actor
    if kind == "displacement":
        heads = [token, *([roles.doer] if roles.doer is not None else [])]
        left = [w for head in heads for w in places_after(tree, head, ("from",))]
        roles.places = left or roles.places  # where people come from, not where they arrive
    if not any(w.named for w in roles.places) and _elsewhere(tree, token):
        return
    if kind in ("advance", "redeploy") and not _moves(tree, token, roles, frame):
        return
    nominal = frame.part == "n" and pattern in ("lose", "fall", "take") and not _is_spoken_of(token, frame)
    if not roles.places and (stance.planned or nominal):
        return
    if pattern in ("expel", "take") and token.dep_ == "relcl" and not roles.places:
        return  # "the men whom they chased out last June"
    if kind == "clash" and not any(w.named for w in roles.places) and token.dep_ in ("relcl", "acl"):
        return  # "those who fought for it"
    base = base_action(tree, sentence, token, kind, stance, discourse)
    yield from each_place(base, roles.places, actor=actor, opponent=opponent, outcome="")


def _is_goal(place: Toponym | Locative) -> bool:
    return not (isinstance(place, Toponym) and is_country(place))


def _moves(tree: Tree, token: Token, roles: Roles, frame: Frame) -> bool:
    """Return whether a movement of troops has a goal: not "I go to X", "they crossed into Chad"."""
    roles.places = [w for w in roles.places if w.named is None or _is_goal(w.named)]
    alone = roles.doer is not None and (roles.doer.lower_ in ("i", "me") or is_person(roles.doer))
    told = bool(roles.places) or any(i > token.i for i, place in tree.places.items() if _is_goal(place))
    return told and not (alone and "weak" in frame.options)


def _is_short(verb: Token) -> bool:
    """Return whether a verb tells how far somebody came: "got no further than X", "never got past it"."""
    return (
        verb.tag_ in ("VBD", "VBN", "VB")
        and verb.lower_ in _GOT
        and any(t.lower_ in _BEYOND for t in verb.subtree if t.i > verb.i)
    )


_GOT = frozenset(
    ("get", "got", "gotten", "go", "went", "gone", "come", "came", "advance", "advanced", "push", "pushed")
)
_BEYOND = frozenset(("past", "beyond", "further", "farther", "nearer", "closer", "through"))
_HELD = frozenset(("capture", "withdraw", "surrender"))  # "no brigade has retreated": somebody said so
_GROUND = frozenset(("assault", "clash", "repulse", "advance"))


def _fails(noun: Token) -> bool:
    """Return whether an attack that is told by a noun comes to nothing: "an attack failed"."""
    return noun.tag_.startswith("NN") and noun.dep_ in ("nsubj", "nsubjpass") and comes_to_nothing(noun)


def _of_nobody(token: Token) -> bool:
    """Return whether "no" stands with doer or object: "no convoy has entered" denies nothing told."""
    return any(
        c.dep_ in ("nsubj", "nsubjpass", "dobj") and any(t.lower_ == "no" for t in c.children)
        for c in token.children
    )


def _elsewhere(tree: Tree, token: Token) -> bool:
    """Return whether the clause names a place that is not known, so that no other place is meant."""
    verb = token
    while verb.tag_ not in VERBAL and verb.head != verb:
        verb = verb.head
    for prep in (*token.children, *verb.children):
        if prep.dep_ == "prep" and prep.lower_ in _PLACED:
            for noun in objects_of(prep):
                if (
                    noun.tag_ == "NNP"
                    and tree.place(noun) is None
                    and not is_timely(prep)
                    and noun.text.istitle()
                ):
                    return True
    return False


_PLACED = frozenset(("in", "at", "near", "outside", "around", "into", "above", "against", "inside", "below"))


def base_action(
    tree: Tree, sentence: Sentence, token: Token, kind: str, stance: Stance, discourse: Discourse
) -> Action:
    """Return the action without its parts: trigger, clause, certainty, source, tense."""
    source = deref(stance.source)
    source_class = doer_class(tree, source) if source is not None else ""
    if source is not None and source_class == "force" and _is_one_man(source):
        source_class = "witness"
    if source is None and discourse.speaker:
        source_class = "official"
    certainty: Certainty = "reported"
    if stance.denied or stance.negated:
        certainty = "denied"
    elif stance.planned:
        certainty = "planned"
    elif (
        stance.claimed
        or (source is None and discourse.speaker)
        or (source is not None and source_class not in ("witness", "civilian"))
    ):
        certainty = "claimed"
    start, end = tree.spans[token.i]
    first, last = _clause(tree, token)
    if (
        certainty == "reported"
        and token.tag_ in ("VBP", "VBZ", "VB")
        and _AHEAD.search(tree.text[first:last])
    ):
        certainty = "planned"
    return Action(
        start, end, sentence.start, sentence.end, kind, "", "", certainty,
        source=name_of(tree, source, discourse) if source is not None else discourse.speaker,
        source_class=source_class,
        clause_start=first, clause_end=last, tense=_tense(token, stance),
    )  # fmt: skip


def _is_one_man(source: Token) -> bool:
    """Return whether a source is a man in the ranks, who tells what he saw: "a rebel", "another soldier"."""
    if singular(source.lower_) not in (
        "rebel",
        "soldier",
        "fighter",
        "gunner",
        "recruit",
        "volunteer",
        "conscript",
        "militiaman",
    ):
        return False
    return any(
        c.dep_ in ("det", "nummod") and c.lower_ in ("a", "an", "one", "another", "two", "three")
        for c in source.children
    )


def _clause(tree: Tree, token: Token) -> tuple[int, int]:
    """Return the characters of the clause around a trigger, clauses joined to it or below it left out."""
    verb = token
    while verb.tag_ not in VERBAL and verb.head != verb:
        verb = verb.head
    skip = {
        t.i
        for child in verb.children
        if child.dep_ in ("conj", "advcl", "ccomp", "relcl", "parataxis")
        and child.tag_ in VERBAL
        and token not in child.subtree
        for t in child.subtree
    }
    indexes = [t.i for t in verb.subtree if t.i not in skip]
    return tree.spans[min(indexes)][0], tree.spans[max(indexes)][1]


def _tense(token: Token, stance: Stance) -> str:
    if stance.planned:
        return "future"
    verb = token
    while verb.tag_ not in VERBAL and verb.head != verb:
        verb = verb.head
    helpers = {c.lower_ for c in verb.children if c.dep_ in ("aux", "auxpass")}
    if "had" in helpers:
        return "before_past"
    if verb.tag_ in ("VBZ", "VBP") or (verb.tag_ == "VBG" and helpers & {"is", "are", "'re", "'s"}):
        return "present"
    return "past"


def each_place(
    base: Action, places: Sequence[Where], *, actor: str, opponent: str, outcome: str
) -> Iterator[Action]:
    """Yield one action a place; without any the place is left to the report's focus."""
    for where in places or [Where(None)]:
        yield replace(
            base, actor=actor, opponent=opponent, outcome=outcome or "none",
            where=where.named, place_word=where.word, partial=where.partial,
        )  # fmt: skip
