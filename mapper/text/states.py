"""Who holds a place, said without an event: "rebel-held", "in the hands of", "they were in Tikrit"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mapper.model import Locative
from mapper.text.actors import FIGHTING, doer_class
from mapper.text.certainty import is_verb_of, subject
from mapper.text.roles import deref
from mapper.text.syntax import Tree
from mapper.text.whereabouts import Where, objects_of, places_after, places_in
from mapper.words import singular, word_set

if TYPE_CHECKING:
    from spacy.tokens import Token

NEXT = "assault"  # what is done to a place that "is next"
_BE = frozenset(
    {
        "is",
        "was",
        "are",
        "were",
        "be",
        "been",
        "became",
        "'s",
        "'re",
        "remain",
        "remains",
        "remained",
        "stay",
        "stays",
        "stayed",
    }
)
_OWNING = ("poss", "compound", "amod")
_CRY = 5  # words of a sentence that says no more than whose a place is
_HELD_BY = frozenset({"held", "controlled", "occupied", "run", "ruled", "besieged"})
_STAND, _EDGES = word_set("states.stand"), word_set("states.edges")
_BODIES = ("force", "nation", "name")
_STILL = frozenset(
    {"still", "remain", "remains", "remained", "stay", "stays", "stayed", "firmly", "always", "yet"}
)
_GRIP = word_set("states.grip")


@dataclass(frozen=True, slots=True)
class State:
    """A place with its holder; `kind` is `capture` where the text says that it has become so."""

    token: Token
    kind: str
    where: Where
    holder: Token | None
    by_none: bool = False  # told by saying that nobody is there any more: no denial
    given: bool = False  # taken for granted, whatever becomes of the clause: "did not reach rebel-held X"


def find_states(tree: Tree) -> Iterator[State]:
    """Yield who holds what according to one sentence."""
    for token in tree.doc:
        low = token.lower_
        if low in _BE and token.tag_ != "MD":
            for read in (_grip, _in_control, _presence, _theirs, _next, _gone):
                yield from read(tree, token)
        elif low in _STAND and token.tag_.startswith("VB"):
            yield from _before(tree, token)
        elif low in ("belongs", "belonged", "belong"):
            yield from _belongs(tree, token)
        if low in ("comes", "come") and token.tag_.startswith("VB"):
            yield from _next(tree, token)
        elif low in ("master", "masters"):
            yield from _masters(tree, token)
        elif low in _HELD_BY:
            yield from _adjective(tree, token)
        if low in ("has", "have", "had") and token.dep_ != "aux":
            yield from _having(tree, token)
        if low in ("free", "liberated") and token.dep_ in ("oprd", "acomp", "ccomp", "xcomp"):
            yield from _declared(tree, token)
        if token.tag_.startswith("NN"):
            yield from _flag(tree, token)
            yield from _gripped(tree, token)


def _declared(tree: Tree, word: Token) -> Iterator[State]:
    """ "X was declared free", "the ministry declared X liberated"."""
    verb = word.head if word.dep_ != "ccomp" else word
    if not any(t.lower_.startswith("declar") or t.lower_.startswith("proclaim") for t in (verb, verb.head)):
        return
    declared = next(
        (c for c in verb.children if c.dep_ in ("nsubjpass", "dobj", "nsubj") and any(places_in(tree, c))),
        None,
    )
    for where in places_in(tree, declared) if declared is not None else ():
        yield State(verb, "capture", where, None)


def described(tree: Tree, noun: Token) -> Iterator[Where]:
    """Yield the places that a noun describes: "X, a rebel base", "X is a rebel base", "the base of X"."""
    if noun.dep_ == "appos" and tree.place(noun.head) is not None:
        yield from places_in(tree, noun.head)
    elif noun.dep_ in ("attr", "acomp", "oprd") and (held := deref(subject(noun.head))) is not None:
        yield from places_in(tree, held)
    else:
        yield from places_in(tree, noun)


def _in_control(tree: Tree, verb: Token) -> Iterator[State]:
    """ "The army is in control of X", "is master of X"."""
    who = deref(subject(verb))
    if who is None or doer_class(tree, who) not in (*FIGHTING, "it", "he"):
        return
    preps = [c for c in verb.children if c.dep_ == "prep" and c.lower_ == "in"]
    for grip in (
        o for prep in preps for o in objects_of(prep) if o.lower_ in ("control", "charge", "possession")
    ):
        for where in places_after(tree, grip, ("of", "over", "in")):
            told = verb.dep_ in ("ccomp", "xcomp")
            yield State(
                verb, "capture" if (told or _has_time(verb)) and not _still(verb) else "holds", where, who
            )


def _masters(tree: Tree, noun: Token) -> Iterator[State]:
    """ "They made themselves masters of X"."""
    verb = noun.head
    for _ in range(3):
        who = deref(subject(verb)) if verb.tag_.startswith("VB") else None
        if who is not None and doer_class(tree, who) in (*FIGHTING, "they"):
            for where in places_after(tree, noun, ("of",)):
                yield State(noun, "capture", where, who)
            return
        verb = verb.head


def _before(tree: Tree, verb: Token) -> Iterator[State]:
    """ "Tanks stand at the gates of X", "the vanguard is 5 km short of X"."""
    who = deref(subject(verb))
    if who is None:
        head = verb.head
        who = deref(subject(head)) if verb.dep_ == "xcomp" else None
    if who is None or doer_class(tree, who) not in FIGHTING:
        return
    for child in verb.children:
        place = tree.place(child)
        if isinstance(place, Locative):
            yield State(verb, "advance", Where(place), who)
        elif child.dep_ == "prep" and child.lower_ in (
            "on",
            "at",
            "outside",
            "before",
            "near",
            "in",
            "within",
        ):
            for noun in objects_of(child):
                edge = singular(noun.lower_) in _EDGES or child.lower_ in ("outside", "before", "within")
                for where in places_in(tree, noun) if edge else ():
                    yield State(verb, "advance", Where(where.named, where.word), who)


def _gone(tree: Tree, verb: Token) -> Iterator[State]:
    """ "The jihadists were gone", "the last town is gone"."""
    said = {c.lower_ for c in verb.children if c.dep_ in ("acomp", "attr", "oprd")}
    gone = deref(subject(verb))
    if gone is None or not said & {"gone", "free", "lost", "liberated"}:
        return
    if doer_class(tree, gone) == "force" and "gone" in said:
        yield State(verb, "withdraw", Where(None, "-"), gone)
    for where in places_in(tree, gone):
        if where.named is not None:
            yield State(verb, "capture", where, None)


def _grip(tree: Tree, verb: Token) -> Iterator[State]:
    """ "X is under the control of Y", "X was in government hands"."""
    held = deref(subject(verb))
    if held is None:
        return
    for child in verb.children:
        if child.lower_ == "back":
            child = next((c for c in child.children if c.dep_ == "prep"), child)  # "back in rebel hands"
        if child.dep_ not in ("prep", "attr", "acomp") or child.lower_ not in ("in", "under", "into"):
            continue
        for inner in objects_of(child):
            if singular(inner.lower_) not in _GRIP:
                continue
            holder = _whose(tree, inner)
            if any(c.lower_ == "longer" for c in verb.children):
                for where in places_in(tree, held):
                    yield State(verb, "capture", where, None)  # "no longer in X's hands": somebody took it
            elif holder is not None:
                told = verb.dep_ == "ccomp" and (
                    is_verb_of("say", verb.head) or is_verb_of("claim", verb.head)
                )
                kind = "capture" if (_has_time(verb) or told) and not _still(verb) else "holds"
                for where in places_in(tree, held):
                    yield State(verb, kind, where, holder)


def _whose(tree: Tree, grip: Token) -> Token | None:
    """Return whose hands or control it is."""
    deep = (o for c in grip.children if c.dep_ == "prep" and c.lower_ in ("of", "by") for o in objects_of(c))
    near = (
        c
        for c in reversed(list(grip.lefts))
        if c.dep_ in _OWNING and (doer_class(tree, c) or c.text.istitle())
    )
    return next(deep, None) or next(near, None)


def _gripped(tree: Tree, grip: Token) -> Iterator[State]:
    """ "X, still in rebel hands", "towns under the control of Y": the same without a verb."""
    prep = grip.head
    if singular(grip.lower_) not in _GRIP or prep.lower_ not in ("in", "under") or prep.dep_ != "prep":
        return
    if prep.head.lower_ in _BE:
        return  # said of its subject
    held, holder = _before_aside(tree, prep), _whose(tree, grip)
    if held.tag_.startswith("NN") and holder is not None:
        for where in places_in(tree, held):
            if where.named is not None and where.named is not tree.place(holder):
                yield State(grip, "holds", where, holder, given=True)


def _before_aside(tree: Tree, prep: Token) -> Token:
    """Return the place that stands right before a phrase, commas and "still" apart; else its head."""
    i = prep.i - 1
    while i >= 0 and (prep.doc[i].text == "," or prep.doc[i].lower_ in _STILL):
        i -= 1
    held = prep.doc[i] if i >= 0 and tree.place(prep.doc[i]) is not None else prep.head
    return held.head if held.dep_ == "appos" and held.lower_ in ("both", "all", "each") else held


def _presence(tree: Tree, verb: Token) -> Iterator[State]:
    """ "By noon they were in X"."""
    who = deref(subject(verb))
    if who is None or doer_class(tree, who) not in FIGHTING or doer_class(tree, who) == "name":
        return
    first = next((c.i for c in verb.rights if c.dep_ == "prep"), 0)
    if who.lower_ == "i" or any(c.dep_ == "acomp" and c.i < first for c in verb.rights):
        return  # one man; "are dead in X", "is due at X"
    ahead = list(_before(tree, verb))
    if ahead:
        yield from ahead
        return
    back = any(c.lower_ == "back" for c in verb.children)
    for where in places_after(
        tree, verb, ("in", "inside", "at", "on", "into") if back else ("in", "inside", "at")
    ):
        if where.named is not None or back or where.word not in ("it", "here"):
            now = back or (_has_time(verb) and not _still(verb))
            kind = "clash" if where.partial else "capture" if now else "holds"
            yield State(verb, kind, where, who)


def _flag(tree: Tree, noun: Token) -> Iterator[State]:
    """ "The rebel flag went up over X", "they raised their flag in X", "the green flag came down in X"."""
    if singular(noun.lower_) not in (
        "flag",
        "banner",
        "tricolour",
        "tricolor",
        "standard",
        "colour",
        "ensign",
    ):
        return
    verb = noun.head
    owner = next(
        (c for c in noun.children if c.dep_ in ("poss", "compound", "amod", "nmod") and doer_class(tree, c)),
        None,
    )
    up = (
        verb.lower_ in _UP
        or verb.lower_ in _BE
        or (
            verb.lower_ in ("go", "goes", "went", "gone", "run", "ran")
            and any(c.lower_ == "up" for c in verb.children)
        )
    )
    down = verb.lower_ in _DOWN or any(c.lower_ == "down" for c in verb.children)
    if not (up or down):
        return
    who = subject(verb) if noun.dep_ == "dobj" else owner
    holder = (deref(who) if who is not None else owner) if not down else None
    white = any(c.lower_ == "white" for c in noun.children)
    for where in places_after(tree, verb, ("in", "over", "on", "at", "above", "from", "of")):
        yield State(verb, "surrender" if white else "capture", where, None if white else holder)


_UP = word_set("states.up")
_DOWN = word_set("states.down")


def _belongs(tree: Tree, verb: Token) -> Iterator[State]:
    """ "Since Monday the town belongs to the army"."""
    held = deref(subject(verb))
    holder = next(
        (o for c in verb.children if c.dep_ == "prep" and c.lower_ == "to" for o in objects_of(c)), None
    )
    if held is not None and holder is not None and doer_class(tree, holder) in FIGHTING:
        changed = any(c.lower_ in ("now", "since", "after") for c in verb.children)
        for where in places_in(tree, held):
            yield State(verb, "capture" if changed else "holds", where, holder)


def _having(tree: Tree, verb: Token) -> Iterator[State]:
    """ "The army announced that it had the airfield"."""
    who = deref(subject(verb))
    thing = next((c for c in verb.children if c.dep_ == "dobj"), None)
    if who is None or thing is None or doer_class(tree, who) not in (*FIGHTING, "it", "he", "place"):
        return
    if tree.place(thing) is None and singular(thing.lower_) not in _HELD:
        return
    if any(o.lower_ == "siege" for c in verb.children if c.lower_ == "under" for o in objects_of(c)):
        for where in places_in(tree, thing):
            yield State(verb, "siege", where, who)
        return
    told = verb.dep_ == "ccomp" and is_verb_of("say", verb.head)
    for where in places_in(tree, thing):
        yield State(
            verb,
            "capture" if told else "holds",
            where,
            who if doer_class(tree, who) != "it" else subject(verb.head),
        )


_HELD = word_set("states.held")


def _theirs(tree: Tree, verb: Token) -> Iterator[State]:
    """ "By dawn the place was theirs", "X is still Armenian", "X stays with the rebels"."""
    held = deref(subject(verb))
    if held is None:
        return
    for child in verb.children:
        holder: Token | None = None
        own = child.lower_ in ("theirs", "ours", "his", "hers", "mine")
        if child.dep_ in ("attr", "acomp", "oprd") and (own or _is_whose(tree, child)):
            holder = child
        elif child.dep_ == "prep" and child.lower_ in ("with", "under"):
            holder = next((o for o in objects_of(child) if doer_class(tree, o) in _BODIES), None)
        if holder is None or holder.i < verb.i:
            continue
        if any(c.lower_ == "longer" for c in (*verb.children, *child.children)):
            for where in places_in(tree, held):
                yield State(verb, "capture", where, None)  # "is no longer theirs"
            continue
        past = verb.tag_ not in ("VBZ", "VBP") or len(tree.doc) <= _CRY  # "Mosul is ours!" announces it
        told = any(c.lower_ == "since" for c in verb.children) or _again(verb)
        told = told or (own and (past or _has_time(verb)))
        for where in places_in(tree, held):
            if own or where.named is not None:
                yield State(verb, "capture" if told and not _still(verb) else "holds", where, holder)


def _is_whose(tree: Tree, word: Token) -> bool:
    """Return whether a predicate says whose a place is: "Armenian", "rebel", no noun of a place with it."""
    if any(c.dep_ == "case" for c in word.children):
        return doer_class(tree, word) in FIGHTING  # "is still the rebels'"
    if any(c.dep_ in ("prep", "nummod", "det", "relcl") for c in word.children) or word.tag_ == "NNS":
        return False
    return doer_class(tree, word) in ("nation", "force")


def _again(verb: Token) -> bool:
    """Return whether something is so "once more", "back" as before."""
    near = (t for c in verb.children if c.dep_ == "advmod" for t in c.subtree)
    return any(t.lower_ in ("again", "more", "back", "now") for t in near)


def _next(tree: Tree, verb: Token) -> Iterator[State]:
    """ "Zliten is next", "the port is the next target", "their next target is X", "X comes next"."""
    own = deref(subject(verb))
    if own is None:
        return
    for child in verb.children:
        if child.dep_ in ("attr", "acomp", "advmod") and child.i > verb.i:
            place = own if child.lower_ == "next" or _is_goal(child) else child if _is_goal(own) else None
            for where in places_in(tree, place) if place is not None else ():
                if where.named is not None:
                    owner = (
                        next((c for c in own.children if c.dep_ == "poss"), None) if place is child else None
                    )
                    yield State(verb, NEXT, where, owner)


def _is_goal(noun: Token) -> bool:
    """Return whether a noun is a "next target"."""
    return singular(noun.lower_) in ("target", "objective", "goal", "prize", "step") and any(
        c.lower_ in ("next", "main", "probable", "likely") for c in noun.children
    )


def _adjective(tree: Tree, token: Token) -> Iterator[State]:
    """ "rebel-held Brega", "the government-controlled port of Brega"."""
    if token.i < 2 or token.doc[token.i - 1].text not in ("-", "\u2013"):
        return
    holder = token.doc[token.i - 2]
    if token.lower_ == "besieged" or not (doer_class(tree, holder) or tree.place(holder) is not None):
        return
    said = token.dep_ in ("acomp", "attr", "oprd")
    noun = (
        token.head if not said and (token.head.i > token.i or token.head.dep_ in ("nsubj", "ROOT")) else token
    )
    mark = token.doc[max(0, token.i - 3)]
    before = token.doc[max(0, token.i - 4)] if mark.text in ("(", ",", ":") else mark
    aside = mark.text == "(" or token.head.i <= token.i
    if aside and not said and tree.place(before) is not None:
        noun = before  # "X (rebel-held)", "X rebel-held"
    for where in described(tree, noun):
        yield State(token, "holds", where, holder, given=not said)


def _still(verb: Token) -> bool:
    return verb.lower_ in _STILL or any(c.lower_ in _STILL for c in verb.children)


_TIMES = word_set("states.times")
_DAY = re.compile(r"[0-3]?\d(?:st|nd|rd|th)?")


def _has_time(verb: Token) -> bool:
    """Return whether something has come to be so at a time: "since Monday", not "since 2016"."""
    return any(
        t.lower_ in _TIMES or (c.lower_ == "since" and _DAY.fullmatch(t.lower_) is not None)
        for c in verb.children
        if c.dep_ in ("prep", "npadvmod", "advmod", "mark")
        for t in c.subtree
    )
