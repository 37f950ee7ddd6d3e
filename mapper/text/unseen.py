"""Names that no recogniser saw: their place in a phrase and their capitals give them away."""

from __future__ import annotations

from collections.abc import Sequence

from mapper.model import Toponym
from mapper.text.focus import AREAS, SETTLEMENTS, is_country_word
from mapper.text.lexicon import word_class
from mapper.text.quantities import is_unit
from mapper.text.tokens import Token, word_at

UNSEEN = 0.5  # score of such a name
DETERMINERS = word_class("determiner")
_MAX_WORDS, _MAX_TOKENS = 4, 8
_NUMBERED = frozenset(["hill", "height", "point", "elevation", "mount"])
_PARTICLES = frozenset(["al", "el", "de", "la", "le", "bin", "ibn", "um", "umm", "abu", "du", "des", "del"])
_PEOPLE = word_class("thing_noun") | word_class("part_of")
_STOP = word_class("stop")
_OPENING = frozenset(["-", "–", "—", "--", ":"])
# Openers begin a sentence with a capital letter and name nothing.
_NO_NAMES = (
    word_class("calendar"),
    word_class("abbreviation"),
    _STOP,
    word_class("opener"),
    AREAS,
    SETTLEMENTS,
    DETERMINERS,
)


def name_end(tokens: Sequence[Token], i: int) -> int:
    """
    Return the index after the name that begins at token `i`, `i` itself where none does.

    "Xan Yor", "Xan-Yor", "al-Xanor", "Xan ez-Yor", "Xan al Yor", "Hill 203".
    """
    j = i
    for count in range(_MAX_WORDS):
        j += count > 0 and word_at(tokens, j) == "-" and _joined(tokens, j) and _begins(tokens, j + 1)
        if not (step := _begins(tokens, j) or (count > 0 and _particle(tokens, j))):
            break
        j += step
    numbered = j == i + 1 and word_at(tokens, i) in _NUMBERED and word_at(tokens, j)[:1].isdecimal()
    if numbered and not is_unit(word_at(tokens, j + 1)):
        j += 1
    return i if j > i and is_country_word(tokens[i].word) else j


def name_before(tokens: Sequence[Token], last: int) -> Toponym | None:
    """
    Return the unseen name that ends before token `last`, None for none.

    In "shells hit Xan Yor, 40 km north of Z" it is the one before the comma.
    """
    for first in range(max(0, last - _MAX_TOKENS), last):
        if name_end(tokens, first) == last:
            return unseen_name(tokens, first, last)
    return None


def _begins(tokens: Sequence[Token], i: int) -> int:
    """Return how many tokens from `i` are one word of a name: "Xan" is one, "al-Xan" three, else none."""
    if _capital(tokens, i):
        return 1
    word = word_at(tokens, i)
    article = 0 < len(word) <= 3 and word.isalpha() and word not in _STOP
    return 3 * (article and _joined(tokens, i + 1) and _capital(tokens, i + 2))


def _particle(tokens: Sequence[Token], i: int) -> int:
    """Return 2 for a small word and the next one of a name, as in "Xan al Yor", else 0."""
    return 2 * (word_at(tokens, i) in _PARTICLES and _capital(tokens, i + 1))


def _joined(tokens: Sequence[Token], i: int) -> bool:
    """Tell whether a hyphen without spaces stands at `i`."""
    return (
        word_at(tokens, i) == "-"
        and 0 < i < len(tokens) - 1
        and tokens[i - 1].end == tokens[i].start
        and tokens[i].end == tokens[i + 1].start
    )


def _capital(tokens: Sequence[Token], i: int) -> bool:
    """Tell whether a word looks like part of a name."""
    word = word_at(tokens, i)
    if len(word) < 3 or not tokens[i].capital or not word.replace("'", "").isalpha():
        return False
    # At the head of a sentence a capital says nothing: "Guns stood 10 km north of X".
    opens = i == 0 or tokens[i - 1].sentence != tokens[i].sentence
    # "BELU, May 3 - Troops stood 10 km north of X"
    opens = opens or (tokens[i - 1].word in _OPENING and tokens[i].start > tokens[i - 1].end)
    if opens and (word.endswith("s") or word in _PEOPLE - _NUMBERED):
        return False
    return not any(word in words for words in _NO_NAMES)


def unseen_name(tokens: Sequence[Token], first: int, last: int) -> Toponym:
    """Return the toponym that tokens make; their text is put together again from its words."""
    text = ""
    for token in tokens[first:last]:
        gap = " " if text and token.start > tokens[first].start + len(text) else ""
        text += gap + (token.word.capitalize() if token.capital else token.word)
    return Toponym(tokens[first].start, tokens[last - 1].end, text, score=UNSEEN)
