"""Noun phrases that can be an end of a distance: names, "the fallen city", "here", "the frontier"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mapper.model import Toponym
from mapper.text.fates import tells_fate
from mapper.text.focus import SETTLEMENTS, Focus, is_country_word
from mapper.text.lexicon import word_class
from mapper.text.tokens import PARAGRAPH, Token, toponym_at, word_at
from mapper.text.unseen import DETERMINERS, name_end, unseen_name

Kind = Literal["name", "here", "it", "recent", "former", "latter", "settlement", "capital", "thing"]

_ADVERBS: dict[str, Kind] = {
    "here": "here",
    "there": "recent",
    "it": "it",
    "that": "recent",
    "this": "recent",
    "them": "it",
}
_JOINING = frozenset(["of", "with", "at", "in", "near"])
# Parts of a town: "the eastern edge of X" is X to within its extent.
PARTS = word_class("part")
THINGS = word_class("thing")
_STOP = word_class("stop")
# "This headquarters" is where the report is written.
_OF_WRITERS = frozenset(["headquarters", "base", "camp", "station", "barracks"])
_MAX_WORDS = 6


@dataclass(frozen=True, slots=True)
class Landmark:
    """
    A noun phrase from token `first` to `last`, the second excluded.

    `toponym` is set where the phrase names a place; else `kind` and `noun` say what is meant: "the capital",
    a settlement, a thing, or a word such as "here" and "it". `adjective` is the word before the noun.
    """

    first: int
    last: int
    kind: Kind
    toponym: Toponym | None = None
    noun: str = ""
    adjective: str = ""
    demonstrative: bool = False
    proximal: bool = False


def read_landmark(tokens: Sequence[Token], i: int, *, apposed: bool = True) -> Landmark | None:
    """
    Return the landmark that begins at token `i`, None where none does.

    Where a name may be `apposed`, "the town, X," is X.
    "central Donetsk", "the town of X", "the border with X" and "X" give the name; a definite phrase gives its
    noun.
    """
    if i >= len(tokens) or tokens[i].word == PARAGRAPH:
        return None
    i += tokens[i].word in ("#", "@") and i + 1 < len(tokens)
    if tokens[i].toponym is not None and not _owns_capital(tokens, i):
        return Landmark(i, i + 1, "name", tokens[i].toponym)
    word = word_at(tokens, i)
    nxt = tokens[i + 1] if i + 1 < len(tokens) else None
    if (
        word in _ADVERBS
        and (nxt is None or nxt.toponym is None or word == "it")
        and not (
            word in ("this", "that") and nxt is not None and nxt.word.isalpha() and nxt.word not in _STOP
        )
    ):
        return Landmark(i, i + 1, _ADVERBS[word])
    if word == "the" and word_at(tokens, i + 1) in ("former", "latter"):
        return Landmark(i, i + 2, "former" if word_at(tokens, i + 1) == "former" else "latter")
    if (
        word == "the"
        and word_at(tokens, i + 1) in ("first", "second")
        and (_ends(tokens, i + 2) or word_at(tokens, i + 2) in ("lies", "is", "was", "stands"))
    ):
        return Landmark(i, i + 2, "former" if word_at(tokens, i + 1) == "first" else "latter")
    return _read_phrase(tokens, i, apposed) or _unseen(tokens, i)


def _unseen(tokens: Sequence[Token], i: int) -> Landmark | None:
    """Read a name that no recogniser saw, by its capitals: "40 km north of Xan Yor"."""
    j = name_end(tokens, i)
    following = word_at(tokens, j)
    adjective = following in SETTLEMENTS or following in THINGS or following in PARTS
    return None if j == i or adjective else Landmark(i, j, "name", unseen_name(tokens, i, j))


def _read_phrase(tokens: Sequence[Token], i: int, apposed: bool) -> Landmark | None:
    """Read a phrase of a few words up to a name or a noun that can be a landmark."""
    definite = tokens[i].word in DETERMINERS or tokens[i].toponym is not None
    j, noun_at = i, -1
    while j < min(len(tokens), i + _MAX_WORDS + 2):
        token = tokens[j]
        if token.toponym is not None and not _owns_capital(tokens, j):
            return Landmark(i, j + 1, "name", token.toponym)
        if token.toponym is None and not _continues(tokens, j, noun_at >= 0):
            break
        if token.word in SETTLEMENTS or token.word in THINGS or token.word in PARTS:
            noun_at = j
        j += 1
    if noun_at < 0 and j == i + 2 and tokens[i].word in ("this", "that") and tokens[i + 1].word not in _STOP:
        return Landmark(i, j, "recent", None, tokens[i + 1].word, "", True)
    if noun_at < 0 or not (definite or tokens[noun_at].word in ("downtown", "town")):
        return None
    name = toponym_at(tokens, noun_at + 2) if apposed and word_at(tokens, noun_at + 1) == "," else None
    noun = tokens[noun_at].word
    if name is not None and (noun == "capital" or (noun in SETTLEMENTS and _ends(tokens, noun_at + 3))):
        return Landmark(i, noun_at + 3, "name", name)
    return _definite(tokens, i, noun_at)


def _continues(tokens: Sequence[Token], j: int, has_noun: bool) -> bool:
    """Tell whether the common word at `j` belongs to the phrase, before or after its noun."""
    word = tokens[j].word
    if not has_noun:
        return word not in _STOP and (word[0].isalpha() or word in ("-", "'"))
    if word in _JOINING:
        return _names_place(tokens, j + 1)
    if word in DETERMINERS:
        return tokens[j - 1].word in _JOINING
    return word in SETTLEMENTS or word in THINGS or word in PARTS


def _owns_capital(tokens: Sequence[Token], j: int) -> bool:
    """Tell whether the name at `j` is the country in "Uganda's capital", "the Argentine capital"."""
    k = j + 1
    while word_at(tokens, k) in ("'", "s", "'s", "state", "provincial", "regional"):
        k += 1
    return word_at(tokens, k) == "capital"


def _ends(tokens: Sequence[Token], j: int) -> bool:
    """Tell whether a mark or nothing follows, so that "the port, X," is one place with its name."""
    return j >= len(tokens) or not (tokens[j].word[0].isalnum() or tokens[j].word == "'")


def _names_place(tokens: Sequence[Token], j: int) -> bool:
    """Tell whether a name, perhaps after an article and a noun, begins at `j`."""
    return any(
        t.toponym is not None for t in tokens[j : j + 4] if t.word.isalpha() or t.toponym is not None
    ) and (tokens[j].toponym is not None or tokens[j].word in DETERMINERS or tokens[j].word in SETTLEMENTS)


def _definite(tokens: Sequence[Token], i: int, noun_at: int) -> Landmark:
    noun = tokens[noun_at].word
    owners = [t.word for t in tokens[i:noun_at] if t.word not in ("'", "s", "'s")]
    adjective = owners[-1] if owners else ""
    words = {t.word for t in tokens[i : noun_at + 1]}
    # "The capital's northern limits", "the town's edge" are the town.
    words |= {word.removesuffix("'s") for word in words} if noun in PARTS else set()
    kind: Kind
    if noun == "capital" or (noun in PARTS and "capital" in words):
        kind = "capital"
    elif words & SETTLEMENTS or noun in ("outskirts", "suburbs"):
        kind = "settlement"
    elif tokens[i].word == "its":
        kind = "it"
    else:
        kind = "thing"
    if adjective in DETERMINERS or (kind == "capital" and noun != "capital"):
        adjective = ""
    demonstrative = tokens[i].word in ("this", "that")
    return Landmark(i, noun_at + 1, kind, None, noun, adjective, demonstrative, tokens[i].word == "this")


def resolve_landmark(
    landmark: Landmark,
    focus: Focus,
    index: int,
    exclude: Sequence[Toponym | None] = (),
    *,
    subject: bool = False,
) -> Toponym | None:
    """
    Return the toponym that a landmark means, None where it is no place that the report names.

    Parameters
    ----------
    landmark
        As read.
    focus
        The places spoken of.
    index
        Where the phrase stands.
    exclude
        The other end of the statement, which it can't be.
    subject
        Whether it is what the clause is about: then it goes on with the sentence before.
    """
    if landmark.toponym is not None:
        return landmark.toponym
    if landmark.kind == "capital":
        seat = focus.capital(index, landmark.adjective)
        # "The Georgian capital" is no other place where the report doesn't name it.
        return seat if seat or is_country_word(landmark.adjective) else focus.resolve(index, exclude=exclude)
    if landmark.kind == "thing":
        told = focus.containing(index, landmark.noun)
        if told is None and tells_fate(landmark.adjective):
            # "The captured base"
            return focus.told_as(index, landmark.adjective, exclude)
        written = told is None and landmark.proximal and landmark.noun in _OF_WRITERS
        return focus.resolve(index, exclude=exclude, here=True) if written else told
    if landmark.kind in ("former", "latter"):
        return focus.last_two(index, exclude)[landmark.kind == "latter"]
    if landmark.kind == "here":
        return focus.resolve(index, exclude=exclude, here=True)
    if landmark.demonstrative:
        here = landmark.noun in SETTLEMENTS and landmark.proximal and focus.written_from(index) is not None
        return focus.resolve(index, exclude=exclude, latest=True, here=here)
    if landmark.adjective and (told := focus.told_as(index, landmark.adjective, exclude)) is not None:
        return told
    fated = None
    if tells_fate(landmark.adjective) or landmark.noun == "ruins":
        fated = focus.resolve(index, exclude=(*exclude, focus.dateline), topic=True)
    if fated is not None:
        return fated
    return focus.resolve(
        index, exclude=exclude, recent=subject or landmark.kind == "it", latest=landmark.kind == "recent"
    )
