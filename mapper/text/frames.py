"""Which words tell of war, and who does what to whom in the pattern of each.

The words are rows of `resources/frames.tsv`; a pattern says which part of the clause is the doer,
the one done to, and the place:

take      the doer takes the place ("took Brega from the army", "Brega was taken", "the capture of Brega")
enter     the same, the place after a preposition or as object ("rolled into Brega")
fall      the place is the subject, the taker comes after "to" ("Brega fell to the rebels")
lose      the subject loses the place, the taker comes after "to"
give      the subject gives the place up, the taker comes after "to"
yield     the subject lays down arms
leave     the subject leaves the place, an object or after "from"
leave_from  the same, the place only after "from", "out of"
expel     the doer drives the object out of the place; in the passive the object leaves
storm     an attack, or with the whole place as object the taking of it
last      the place holds until a day, and then no longer
attack    the doer attacks the place or force that is the object
fire      the place comes after "at", "on", "into"
rain      something falls on the place; the doer may not be told
explode   something blows up at the place
clash     the subject fights, "with" or "against" the other
repulse   the subject throws an attack back
defend    the subject keeps the place
move, gain, send   the subject goes towards the place, gains ground there, sends others there
stand     the subject, a force or the place itself, holds out
rid       the doer rids the place of the other
sever     the doer cuts a road; lift and lay are said of sieges
switch    the subject changes sides
crowd, kill, flight, empty, recognise, agree   what befalls people and states
hold      the subject has the place: a state, no event
none      an idiom that tells of nothing; nor do its nouns, unless its kind is `happens`
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from mapper.words import read_table, singular, verb_forms, word_set


@dataclass(frozen=True, slots=True)
class Frame:
    """One row of the list: `particle` must stand beside a verb, `options` narrow it."""

    base: str
    particle: str
    part: str
    pattern: str
    kind: str
    options: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    modifiers: frozenset[str] = frozenset()


@lru_cache(maxsize=1)
def _frames() -> tuple[dict[str, tuple[Frame, ...]], dict[str, tuple[Frame, ...]]]:
    """Return the frames by verb form and by noun, those with a particle first."""
    verbs: dict[str, list[Frame]] = {}
    nouns: dict[str, list[Frame]] = {}
    for row in read_table("frames.tsv"):
        spelling, part, pattern, kind, *rest = row
        spelling, _, particle = spelling.partition("+")
        base, *irregular = spelling.split("/")
        flags, heads, modifiers = _options(rest[0] if rest else "")
        frame = Frame(base, particle, part, pattern, kind, flags, heads, modifiers)
        if part == "n":
            nouns.setdefault(base, []).append(frame)
        else:
            regular = {base, *(f for f in verb_forms(base) if f.endswith(("s", "ing")))}
            for form in sorted(regular | set(irregular) if irregular else verb_forms(base)):
                verbs.setdefault(form, []).append(frame)
    order = {
        form: tuple(sorted(rows, key=lambda f: (f.pattern != "none", not f.particle)))
        for form, rows in verbs.items()
    }
    return order, {noun: tuple(rows) for noun, rows in nouns.items()}


def _options(written: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return flags, heads of the object and modifiers: "weak,obj=arm,gun", "mod=mortar,tank"."""
    flags, _, heads = written.partition("obj=")
    flags, _, modifiers = flags.partition("mod=")
    return _set(flags), _set(heads), _set(modifiers)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split(",")) - {""}


def verb_frames(form: str) -> tuple[Frame, ...]:
    """
    Return the frames of a verb form, those with a particle first.

    Examples
    --------
    >>> [f.kind for f in verb_frames("bombarded")], verb_frames("sang")
    (['shelling'], ())
    """
    return _frames()[0].get(form.lower(), ())


def noun_frames(noun: str) -> tuple[Frame, ...]:
    """
    Return the frames of a noun, singular or plural.

    Examples
    --------
    >>> [f.kind for f in noun_frames("airstrikes")], noun_frames("")
    (['airstrike'], ())
    """
    return _frames()[1].get(singular(noun), ())


# Words that tell of a state or deny; the common ones tell it only of a place in the same sentence.
_STATES, _COMMON, _PLACED = word_set("frames.states"), word_set("frames.common"), word_set("frames.placed")
# A shorter text is read whether or not it names forces, weapons or fighting.
_SHORT = 500
# A line as short as this may say whose a place is without a verb.
_ENTRY = 60


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    ordered = sorted(words, key=lambda w: (-len(w), w))
    return re.compile(r"\b(?:" + "|".join(map(re.escape, ordered)) + r")\b", re.IGNORECASE)


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of triggers, of common words of state, and of words that stand for a place."""
    verbs, nouns = _frames()
    denials = {form for base in ("deny", "reject", "dismiss", "refute", "call") for form in verb_forms(base)}
    falsehoods = ("false", "untrue", "true", "truth", "not", "n't", "never", "invention", "lie")
    plurals = {n + ending for n in nouns for ending in ("s", "es")}
    triggers = _any_of({*verbs, *nouns, *plurals, *_STATES, *denials, *falsehoods})
    return triggers, _any_of(_COMMON), _any_of(_PLACED)


def may_tell(text: str, *, named: bool = True) -> bool:
    """
    Return whether a sentence has a word that can tell of an event or of who holds a place.

    `named` says whether it names a place: "is" and "had" tell nothing without one.

    Examples
    --------
    >>> may_tell("They stormed the hill."), may_tell("Fine weather today.", named=False)
    (True, False)
    >>> may_tell("She was late.", named=False), may_tell("They were in the town.", named=False)
    (False, True)
    """
    triggers, common, placed = _patterns()
    if triggers.search(text):
        return True
    if named and (len(text) <= _ENTRY or _at_home().search(text) is not None):
        return True
    return common.search(text) is not None and (named or placed.search(text) is not None)


@lru_cache(maxsize=1)
def _at_home() -> re.Pattern[str]:
    """Return the pattern of words that tell who is at home at a place that is named."""
    return _any_of(word_set("presence.sits") | word_set("presence.bases") | word_set("states.bastions"))


@lru_cache(maxsize=1)
def _war() -> re.Pattern[str]:
    """Return the pattern of words that only reports of war have: forces, weapons, fighting."""
    forces = {
        word
        for name, words in read_table("forces.tsv")
        if name in ("force", "arm")
        for word in words.split(",")
    }
    return _any_of(
        form
        for word in (forces - word_set("frames.everyday")) | word_set("frames.war")
        for form in (word, word + "s")
    )


def is_about_war(text: str) -> bool:
    """
    Return whether a text can be about a war: it is short, or has a word of forces, weapons or fighting.

    Examples
    --------
    >>> is_about_war("The club won. " * 100), is_about_war("The club won. " * 100 + "Troops left.")
    (False, True)
    """
    return len(text) <= _SHORT or _war().search(text) is not None
