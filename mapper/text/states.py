"""Who holds a place, said without an event: "rebel-held", "in the hands of", "they were in Tikrit"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mapper.text.actors import FIGHTING, doer_class
from mapper.text.certainty import agent, is_passive, is_verb_of, subject
from mapper.text.roles import deref
from mapper.text.syntax import Tree
from mapper.text.whereabouts import Where, objects_of, places_after, places_in
from mapper.words import singular, word_set

if TYPE_CHECKING:
    from spacy.tokens import Token

_BE = frozenset(
    {
        "is",
        "was",
        "are",
        "were",
        "be",
        "been",
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
_STILL = frozenset(
    {"still", "remain", "remains", "remained", "stay", "stays", "stayed", "firmly", "always", "yet"}
)
_GRIP = frozenset({"hand", "control", "rule", "grip"})


@dataclass(frozen=True, slots=True)
class State:
    """A place with its holder; `kind` is `capture` where the text says that it has become so."""

    token: Token
    kind: str
    where: Where
    holder: Token | None


@dataclass(frozen=True, slots=True)
class Denial:
    """A sentence that denies what was told before it; `by` is None where the writer does."""

    token: Token
    by: Token | None


_FALSE = word_set("states.false")
_TRUE = word_set("states.true")
_IT = word_set("states.it")


def find_denial(tree: Tree) -> Denial | None:
    """
    Return how a sentence denies the one before it, None when it does not.

    Examples
    --------
    >>> from mapper.text.syntax import find_sentences, parse
    >>> for text in ("The governor denied this.", "It was false.", "He slept."):
    ...     tree = parse(text, find_sentences(text)[0], [], [])
    ...     denial = find_denial(tree)
    ...     print(denial and denial.token.text, denial and denial.by)
    denied governor
    false None
    None None
    """
    for token in tree.doc:
        if is_verb_of("deny", token):
            objects = [c for c in token.children if c.dep_ in ("dobj", "nsubjpass")]
            clause = any(c.dep_ in ("ccomp", "xcomp", "prep") for c in token.children)
            if (not objects and not clause) or any(
                singular(o.lower_) in _IT and not any(o.rights) for o in objects
            ):
                by = agent(token) if is_passive(token) else subject(token)
                if by is not None:
                    return Denial(token, by)
        said = singular(token.lower_)
        verb = token.head
        negated = any(c.dep_ == "neg" for c in verb.children)
        predicate = token.dep_ in ("acomp", "attr", "oprd", "ccomp", "xcomp", "dobj", "advmod")
        if predicate and (said in _FALSE or (said in _TRUE and negated)):
            own = subject(verb)
            if own is not None and singular(own.lower_) in _IT:
                return Denial(token, None)
            if own is not None and (verb.lower_ in ("call", "calls", "called") or is_verb_of("say", verb)):
                return Denial(token, own)
    first = tree.doc[0]
    if (
        first.lower_ in ("it", "that")
        and len(tree.doc) > 2
        and tree.doc[1].lower_ in ("is", "was", "has")
        and tree.doc[2].lower_ in ("not", "n't")
    ) and (len(tree.doc) == 3 or tree.doc[3].is_punct):
        return Denial(first, None)
    return None


def find_states(tree: Tree) -> Iterator[State]:
    """Yield who holds what according to one sentence."""
    for token in tree.doc:
        yield from _flag(tree, token)
        if token.lower_ in ("belongs", "belonged", "belong"):
            yield from _belongs(tree, token)
        if token.lower_ in ("has", "have", "had") and token.dep_ != "aux":
            yield from _having(tree, token)
        if token.lower_ in _BE and token.tag_ != "MD":
            yield from _grip(tree, token)
            yield from _presence(tree, token)
            yield from _theirs(tree, token)
            yield from _next(tree, token)
        yield from _adjective(tree, token)


def _grip(tree: Tree, verb: Token) -> Iterator[State]:
    """ "X is under the control of Y", "X was in government hands"."""
    held = deref(subject(verb))
    if held is None:
        return
    for child in verb.children:
        if child.dep_ in ("prep", "attr", "acomp") and child.lower_ in ("in", "under", "into"):
            for inner in objects_of(child):
                if singular(inner.lower_) not in _GRIP:
                    continue
                deep = next((o for c in inner.children if c.dep_ == "prep" for o in objects_of(c)), None)
                near = next(
                    (
                        c
                        for c in inner.children
                        if c.dep_ in ("poss", "compound", "amod") and doer_class(tree, c)
                    ),
                    None,
                )
                holder = deep if deep is not None else near
                if holder is not None:
                    told = verb.dep_ == "ccomp" and (
                        is_verb_of("say", verb.head) or is_verb_of("claim", verb.head)
                    )
                    kind = "capture" if (_has_time(verb) or told) and not _still(verb) else "holds"
                    for where in places_in(tree, held):
                        yield State(verb, kind, where, holder)


def _presence(tree: Tree, verb: Token) -> Iterator[State]:
    """ "On Wednesday they were in Tikrit"."""
    who = deref(subject(verb))
    if who is None or doer_class(tree, who) not in FIGHTING or doer_class(tree, who) == "name":
        return
    back = any(c.lower_ == "back" for c in verb.children)
    for where in places_after(
        tree, verb, ("in", "inside", "at", "on", "into") if back else ("in", "inside", "at")
    ):
        if where.named is not None or back or where.word not in ("it", "here"):
            kind = "clash" if where.partial else "holds" if _still(verb) or not _has_time(verb) else "capture"
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
    up = verb.lower_ in _UP or (
        verb.lower_ in ("go", "goes", "went", "gone", "run", "ran")
        and any(c.lower_ == "up" for c in verb.children)
    )
    down = verb.lower_ in _DOWN or any(c.lower_ == "down" for c in verb.children)
    if not (up or down):
        return
    who = subject(verb) if noun.dep_ == "dobj" else owner
    holder = (deref(who) if who is not None else owner) if not down else None
    for where in places_after(tree, verb, ("in", "over", "on", "at", "above", "from", "of")):
        yield State(verb, "capture", where, holder)


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
    """ "On Monday the town was theirs"."""
    held = deref(subject(verb))
    for child in verb.children:
        if (
            held is not None
            and child.dep_ in ("attr", "acomp")
            and child.lower_ in ("theirs", "ours", "his", "hers")
        ):
            for where in places_in(tree, held):
                yield State(verb, "holds" if _still(verb) else "capture", where, child)


def _next(tree: Tree, verb: Token) -> Iterator[State]:
    """ "Zliten is next", "the port is the next target"."""
    place = deref(subject(verb))
    if place is None:
        return
    for child in verb.children:
        if child.dep_ in ("attr", "acomp", "advmod") and child.i > verb.i:
            goal = singular(child.lower_) in ("target", "objective", "goal", "prize") and any(
                c.lower_ in ("next", "main", "probable", "likely") for c in child.children
            )
            if child.lower_ == "next" or goal:
                for where in places_in(tree, place):
                    if where.named is not None:
                        yield State(verb, "assault", where, None)


def _adjective(tree: Tree, token: Token) -> Iterator[State]:
    """ "rebel-held Brega", "the government-controlled port of Brega"."""
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


_TIMES = word_set("states.times")


def _has_time(verb: Token) -> bool:
    return any(
        t.lower_ in _TIMES
        for c in verb.children
        if c.dep_ in ("prep", "npadvmod", "advmod")
        for t in c.subtree
    )
