"""Where it happened: the places that a clause gives, and the place in mind where it names none."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from mapper.model import Action, Locative, Toponym
from mapper.text.actors import doer_class
from mapper.text.certainty import is_verb_of
from mapper.text.focus import SETTLEMENTS, Focus, is_country
from mapper.text.frames import noun_frames
from mapper.text.placing import PRONOUNS, Telling, likeliest, word_kind
from mapper.text.syntax import Tree
from mapper.text.tokens import Token as Word
from mapper.words import singular, word_set

if TYPE_CHECKING:
    from spacy.tokens import Token

PLACE_NOUNS = word_set("roles.place_nouns")
PARTS = word_set("roles.parts")
_BUILDINGS = word_set("roles.buildings")
SITES = PLACE_NOUNS | PARTS | _BUILDINGS | word_set("roles.sites")  # what can be held
_INNER = word_set("roles.inner")
_PROVINCIAL = frozenset({"regional", "provincial", "district", "state", "county", "departmental"})
# What ends an attack or a siege lies where that was told.
_ANSWERS = {"repulse": ("assault", "advance"), "siege_lifted": ("siege",)}
_NOWHERE = frozenset({"recognition", "agreement", "statement", "ceasefire"})
_COMPASS = word_set("roles.compass")
_NAMING = frozenset({"compound", "nmod", "poss", "amod", "appos", "npadvmod", "nummod"})
_INDEFINITE = frozenset({"a", "an", "some", "any", "no", "another"})


@dataclass(frozen=True, slots=True)
class Where:
    """A place as the clause gives it: named, or by a word that stands for it."""

    named: Toponym | Locative | None
    word: str = ""
    partial: bool = False
    near: bool = False


def places_in(tree: Tree, head: Token, *, partial: bool = False, depth: int = 0) -> Iterator[Where]:
    """Yield the places that a noun phrase names, its conjuncts included."""
    if depth > 5:
        return
    place = tree.place(head)
    if place is None:
        yield from _places_of(tree, head, partial=partial, depth=depth)
    elif not (isinstance(place, Toponym) and place.role == "associative"):
        yield Where(place, partial=partial)
    for child in head.children:
        if child.dep_ == "conj" and not child.tag_.startswith("VB"):
            yield from places_in(tree, child, partial=partial, depth=depth + 1)


def _places_of(tree: Tree, head: Token, *, partial: bool, depth: int) -> Iterator[Where]:
    """Yield the places about a noun that is none itself, else the word that stands for one."""
    word = singular(head.lower_)
    if word == "capital" and any(c.dep_ == "prep" for c in head.children):
        # "the capital of Anbar" is a town of Anbar
        owner = next((tree.place(o) for c in head.children for o in objects_of(c)), None)
        nation = isinstance(owner, Toponym) and is_country(owner)
        yield Where(None, " ".join([*_manner(head), word if nation else "town"]), partial=partial)
        return
    within = partial or word in PARTS
    found = False
    for child in head.children:
        for where in _about(tree, head, child, found=found, partial=within, depth=depth + 1):
            # an apposition may only bring another word for the place
            if child.dep_ != "appos" or tree.place(child) is not None or where.named is not None:
                found = True
                yield where
    if not found:
        yield from _stand_in(head, word, partial=within)


def _about(
    tree: Tree, head: Token, child: Token, *, found: bool, partial: bool, depth: int
) -> Iterator[Where]:
    """Yield the places of one part of a noun phrase; `found` says that an earlier part gave one."""
    whose = doer_class(tree, head) == "force" and singular(head.lower_) not in PLACE_NOUNS
    if whose and child.dep_ in ("compound", "amod", "nmod", "poss"):
        return  # "sixty Gulf soldiers" may be anywhere
    if tree.place(child) is not None and child.dep_ in _NAMING:
        yield from places_in(tree, child, partial=partial, depth=depth)
    elif (
        child.dep_ == "prep" and child.lower_ in _INNER and (not found or child.lower_ in ("of", "in", "at"))
    ):
        for inner in objects_of(child):
            if inner.i > head.i:
                yield from places_in(tree, inner, partial=partial, depth=depth)
    elif child.lower_ in _COMPASS and child.i > head.i and not found:
        yield from places_after(tree, child, ("of",))
    elif child.dep_ == "appos" and not found:
        yield from places_in(tree, child, partial=partial, depth=depth)


def _stand_in(head: Token, word: str, *, partial: bool) -> Iterator[Where]:
    """Yield the word by which a phrase without a name stands for a place: "its outskirts", "the town"."""
    owners = [c for c in head.children if c.dep_ == "poss"]
    part = word in PARTS and any(c.lower_ in ("its", "their") for c in owners)
    building = word in _BUILDINGS and any(c.lower_ == "the" for c in head.children)
    if part or building:
        yield Where(None, word, partial=True)
    elif word in PLACE_NOUNS or head.lower_ in ("it", "there", "here", "both"):
        if owners or any(c.dep_ == "det" and c.lower_ not in _INDEFINITE for c in head.children):
            yield Where(None, " ".join([*_manner(head), word]), partial=partial)
        elif head.lower_ in ("it", "there", "here"):
            yield Where(None, head.lower_, partial=partial)


def _manner(noun: Token) -> list[str]:
    """Return the word that tells which of the places in mind a noun means: "that", "same", "occupied"."""
    told = [c.lower_ for c in noun.children if c.dep_ == "amod" and c.i < noun.i]
    pointing = [c.lower_ for c in noun.children if c.dep_ == "det" and c.lower_ in ("this", "that")]
    return told[-1:] or pointing


def objects_of(prep: Token) -> Iterator[Token]:
    """Yield the nouns after a preposition, through a second one: "out of X"."""
    for child in prep.children:
        if child.dep_ == "pobj":
            yield child
        elif child.dep_ in ("prep", "pcomp", "conj") and child.tag_ == "IN" and child.lower_ != "from":
            yield from objects_of(child)  # but "in from X" is where they came from


def places_after(tree: Tree, verb: Token, words: Iterable[str]) -> list[Where]:
    """Return the places in the prepositional phrases of a verb or noun that begin with one of `words`."""
    wanted = frozenset(words)
    found: list[Where] = []
    for child in verb.children:
        low = child.lower_
        if child.dep_ in ("prep", "agent", "dative") and low in wanted:
            for inner in objects_of(child):
                found += places_in(tree, inner)
        elif child.dep_ in ("advmod", "prep", "prt", "npadvmod") and child.tag_ != "VBG":
            for grandchild in child.children:
                if grandchild.dep_ == "prep" and (
                    grandchild.lower_ in wanted
                    or (
                        grandchild.lower_ == "of"
                        and low in ("out", "outside", "north", "south", "east", "west")
                    )
                ):
                    for inner in objects_of(grandchild):
                        found += places_in(tree, inner)
        elif child.dep_ == "acl" and child.tag_ == "VBN" and is_verb_of("say", child):
            found += places_after(tree, child, wanted)  # "the shelling reported at X"
        if low in ("there", "here") and child.dep_ == "advmod" and "in" in wanted:
            found.append(Where(None, low))
    return found


def in_focus(
    action: Action, focus: Focus, starts: Sequence[int], before: Sequence[Action], told: Sequence[Action]
) -> Action:
    """
    Return the action with the place that is in mind where its clause names none.

    Parameters
    ----------
    action
        As its clause tells it.
    focus, starts
        The places spoken of, and where its tokens start.
    before
        The last actions told: "the assault was repelled" where it was launched.
    told
        The actions of the same sentence.
    """
    index = bisect_left(starts, action.start)
    if action.where is not None or action.kind in _NOWHERE:
        return action  # what governments do has no place on the map unless one is named
    first = bisect_left(starts, action.clause_start)
    where = _described(action, focus, first) or (
        _answered(action, focus.tokens[first : bisect_left(starts, action.clause_end)], before)
        if action.kind in _ANSWERS and not action.place_word
        else None
    )
    where = where or _pointed_at(action.place_word, focus, index)
    if where is None:
        rule = _meant(action.place_word, focus, index)
        end = bisect_left(starts, action.sentence_end)
        telling = Telling(action, focus, index, end, before, told, rule)
        # "They left it", "they hold the terminal": of the place spoken of last; else it is weighed.
        last = action.kind == "holds" or word_kind(action.place_word) == "pronoun"
        where = rule if rule is not None and last else likeliest(telling)
    return replace(action, where=where, place_word=action.place_word or "-")


def _answered(action: Action, clause: Sequence[Word], before: Sequence[Action]) -> Toponym | Locative | None:
    """Return where the attack or siege was told that a clause speaks of: "the assault was repelled"."""
    kinds = _ANSWERS[action.kind]
    for article, noun in pairwise(clause):
        definite = article.word in ("the", "this", "that", "both")
        own = {frame.kind for frame in noun_frames(noun.word)} if definite else set()
        if own.intersection(kinds):
            told = [a for a in reversed(before) if a.kind in kinds]
            return next((a.where for a in [*(a for a in told if a.kind in own), *told]), None)
    return None


def _described(action: Action, focus: Focus, first: int) -> Toponym | None:
    """Return the place right before a relative clause that names none: "Gao, which was seized"."""
    if action.place_word or not 2 <= first < len(focus.tokens):
        return None
    comma, name = focus.tokens[first - 1], focus.tokens[first - 2]
    relative = focus.tokens[first].word in ("which", "where") and comma.word == ","
    return name.toponym if relative else None


def _pointed_at(word: str, focus: Focus, index: int) -> Toponym | None:
    """Return the place that words point at whatever else is told: "here", "that town", "the airport"."""
    *said, noun = word.split() or [""]
    how = said[0] if said else ""
    if noun == "here" or (how == "this" and noun in SETTLEMENTS):
        return focus.resolve(index, here=True)
    if how in ("same", "that"):
        return focus.resolve(index, latest=True)
    if how and (told := focus.told_as(index, how, ())) is not None:
        return told
    if noun == "capital" and how not in _PROVINCIAL:
        return focus.capital(index, how)
    named = noun and noun not in SETTLEMENTS and noun not in PRONOUNS
    return focus.containing(index, noun) if named else None


def _meant(word: str, focus: Focus, index: int) -> Toponym | None:
    """Return the place that is most in mind where a word stands for one: "there", "the city", "the port"."""
    return focus.resolve(index, recent=word.rpartition(" ")[2] in ("", "it", "there", "this", "that"))
