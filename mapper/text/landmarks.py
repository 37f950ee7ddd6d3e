"""Noun phrases that can be an end of a distance: names, "the fallen city", "here", "the frontier"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mapper.model import Toponym
from mapper.text.focus import AREAS, SETTLEMENTS, Focus, is_country_word
from mapper.text.lexicon import word_class
from mapper.text.quantities import is_unit
from mapper.text.tokens import PARAGRAPH, Token, toponym_at, word_at

Kind = Literal["name", "here", "it", "recent", "former", "latter", "settlement", "capital", "thing"]

DETERMINERS = word_class("determiner")
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
_MAX_WORDS = 6
_MAX_NAME = 4
# Words that begin a sentence with a capital letter and name nothing.
_OPENERS = word_class("opener")
_CALENDAR = word_class("calendar")
_PEOPLE = word_class("thing_noun") | word_class("part_of")
UNSEEN = 0.5  # score of a name that only its place in a phrase gives away


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


def read_landmark(tokens: Sequence[Token], i: int) -> Landmark | None:
    """
    Return the landmark that begins at token `i`, None where none does.

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
    return _read_phrase(tokens, i) or _unseen(tokens, i)


def _unseen(tokens: Sequence[Token], i: int) -> Landmark | None:
    """Read a name that no recogniser saw, by its capitals: "40 km north of Xan Yor"."""
    j = i + 2 if word_at(tokens, i + 1) == "-" and _is_article(tokens, i) else i
    start = j
    while j < min(len(tokens), i + _MAX_NAME) and _capital(tokens, j):
        j += 2 if word_at(tokens, j + 1) == "-" and _capital(tokens, j + 2) else 1
    if j == i + 1 and word_at(tokens, j)[:1].isdecimal() and not is_unit(word_at(tokens, j + 1)):
        j += 1  # "Hill 203"
    following = word_at(tokens, j)
    adjective = following in SETTLEMENTS or following in THINGS or following in PARTS
    if j == start or adjective or is_country_word(tokens[i].word):
        return None
    return Landmark(i, j, "name", _name(tokens, i, j))


def name_before(tokens: Sequence[Token], last: int) -> Toponym | None:
    """
    Return the name that no recogniser saw and that ends before token `last`, None for none.

    Its place in a phrase gives it away: "in Xan Yor, 40 km north of Z".
    """
    first = last
    while last - first < _MAX_NAME and _capital(tokens, first - 1):
        first -= 2 if word_at(tokens, first - 2) == "-" and _capital(tokens, first - 3) else 1
    if first == last or is_country_word(tokens[first].word):
        return None
    if word_at(tokens, first - 1) == "-" and _is_article(tokens, first - 2):
        first -= 2
    return _name(tokens, first, last)


def _is_article(tokens: Sequence[Token], i: int) -> bool:
    """Tell whether the word at `i` is joined to a name by its hyphen, as "al" and "ez" are."""
    word = word_at(tokens, i)
    return (
        0 < len(word) <= 3 and word.isalpha() and word not in _STOP and tokens[i].end == tokens[i + 1].start
    )


def _capital(tokens: Sequence[Token], i: int) -> bool:
    """Tell whether a word looks like part of a name."""
    word = word_at(tokens, i)
    if len(word) < 3 or not tokens[i].capital or not word.isalpha():
        return False
    # At the head of a sentence a capital says nothing: "Guns stood 10 km north of X".
    opens = i == 0 or tokens[i - 1].sentence != tokens[i].sentence
    if opens and (word.endswith("s") or word in _PEOPLE):
        return False
    return not any(word in words for words in (_CALENDAR, _STOP, _OPENERS, AREAS, SETTLEMENTS, DETERMINERS))


def _name(tokens: Sequence[Token], first: int, last: int) -> Toponym:
    """Return the toponym that tokens make; their text is put together again from its words."""
    text = ""
    for token in tokens[first:last]:
        gap = " " if text and token.start > tokens[first].start + len(text) else ""
        text += gap + (token.word.capitalize() if token.capital else token.word)
    return Toponym(tokens[first].start, tokens[last - 1].end, text, score=UNSEEN)


def _read_phrase(tokens: Sequence[Token], i: int) -> Landmark | None:
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
    name = toponym_at(tokens, noun_at + 2) if word_at(tokens, noun_at + 1) == "," else None
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
    while word_at(tokens, k) in ("'", "s", "'s"):
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
    kind: Kind
    if noun == "capital":
        kind = "capital"
    elif words & SETTLEMENTS or noun in ("outskirts", "suburbs"):
        kind = "settlement"
    elif tokens[i].word == "its":
        kind = "it"
    else:
        kind = "thing"
    if adjective in DETERMINERS:
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
        return focus.capital(index, landmark.adjective) or focus.resolve(index, exclude=exclude)
    if landmark.kind == "thing":
        return focus.containing(index, landmark.noun)
    if landmark.kind in ("former", "latter"):
        return focus.last_two(index)[landmark.kind == "latter"]
    if landmark.kind == "here":
        return focus.resolve(index, exclude=exclude, here=True)
    if landmark.demonstrative:
        here = landmark.noun in SETTLEMENTS and landmark.proximal
        return focus.resolve(index, exclude=exclude, latest=True, here=here)
    if landmark.adjective and (told := focus.told_as(index, landmark.adjective, exclude)) is not None:
        return told
    return focus.resolve(
        index, exclude=exclude, recent=subject or landmark.kind == "it", latest=landmark.kind == "recent"
    )
