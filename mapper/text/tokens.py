"""A text as words with their sentence and paragraph; a toponym counts as one word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from mapper.model import Toponym
from mapper.text.lexicon import word_class

# Alternatives that begin with different characters: each character is read once, whatever the text.
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|\n\s*\n|\S")
_OPENING = frozenset("\"'“‘«([#>*-–—")
_ABBREVIATIONS = word_class("abbreviation")
# "The Northeast" may be a name, but "to the Northeast of X" is a direction.
_DIRECTIONS = frozenset(
    ("north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest")
)
_SHORT_LINE = 60
_CLOSING = frozenset((".", "!", "?", '"', "”", "'", "’", ")"))  # with these a sentence may end
PARAGRAPH = "\n\n"


class Token(NamedTuple):
    """
    A word, number, mark or toponym.

    `word` is in lower case with straight apostrophes, and `PARAGRAPH` where a paragraph ends. `sentence` and
    `paragraph` count from zero; `capital` marks a common word with a capital letter.
    """

    start: int
    end: int
    word: str
    toponym: Toponym | None
    sentence: int
    paragraph: int
    capital: bool = False


def tokenize(text: str, toponyms: Sequence[Toponym]) -> list[Token]:
    """
    Split a text into tokens; a toponym is one of them.

    Parameters
    ----------
    text
        Any text; time is linear in its length.
    toponyms
        Spans of the text. Of overlapping ones the first and longest counts; demonyms and nested names stay
        words.

    Examples
    --------
    >>> [token.word for token in tokenize("Near Ras Lanuf, 5 km.", [Toponym(5, 14, "Ras Lanuf")])]
    ['near', 'ras lanuf', ',', '5', 'km', '.']
    >>> tokenize("", [])
    []
    """
    names = (t for t in toponyms if t.role in ("literal", "associative"))
    spans = sorted((t for t in names if t.text.lower() not in _DIRECTIONS), key=lambda t: (t.start, -t.end))
    tokens: list[Token] = []
    sentence = paragraph = position = line_start = 0

    def add(start: int, end: int, toponym: Toponym | None) -> None:
        nonlocal sentence, paragraph, line_start
        if tokens:
            last = tokens[-1]
            # Most words follow a word after one space; they begin neither a sentence nor a line.
            if last.word in _CLOSING or start != last.end + 1 or text[last.end] != " ":
                sentence += _begins_sentence(text, last, start, line_start)
                line_start = max(line_start, text.rfind("\n", last.end, start) + 1)
        else:
            line_start = text.rfind("\n", 0, start) + 1
        word = text[start:end]
        if word[0] == "\n":
            tokens.append(Token(start, end, PARAGRAPH, None, sentence, paragraph))
            sentence, paragraph = sentence + 1, paragraph + 1
            return
        lower = word.lower().replace("’", "'")
        capital = toponym is None and word[0].isupper()
        tokens.append(Token(start, end, lower, toponym, sentence, paragraph, capital))

    for toponym in [*spans, None]:
        limit = toponym.start if toponym else len(text)
        if limit < position:
            continue
        for match in _TOKEN.finditer(text, position, limit):
            add(*match.span(), None)
        if toponym:
            add(toponym.start, toponym.end, toponym)
            position = toponym.end
    return tokens


def word_at(tokens: Sequence[Token], i: int) -> str:
    """Return the word at `i`; "" past either end and where a toponym stands."""
    return tokens[i].word if 0 <= i < len(tokens) and tokens[i].toponym is None else ""


def toponym_at(tokens: Sequence[Token], i: int) -> Toponym | None:
    """Return the toponym at `i`; None past either end and where a common word stands."""
    return tokens[i].toponym if 0 <= i < len(tokens) else None


def _begins_sentence(text: str, last: Token, start: int, line_start: int) -> bool:
    """Tell whether the token at `start` begins a sentence after the token `last`."""
    if last.word == PARAGRAPH:
        return False
    gap = text[last.end : min(start, last.end + 3)]
    first = text[start]
    # A short line that ends without a mark is a heading; a mark at the line's start is a list.
    if "\n" in gap and (last.end - line_start < _SHORT_LINE or first in "#>*-•|") and not first.islower():
        return True
    if not gap or not (first.isupper() or first.isdigit() or first in _OPENING):
        return False
    if last.word in ("!", "?"):
        return True
    if last.word in ('"', "”", "'", "’", ")") and last.start:
        return text[last.start - 1] in ".!?"
    if last.word != ".":
        return False
    before = re.search(r"[^\W\d_]+$", text[max(0, last.start - 12) : last.start])
    word = before.group().lower() if before else ""
    return not (word in _ABBREVIATIONS or (len(word) == 1 and first.isupper()))


def inside_quotes(tokens: Sequence[Token]) -> list[bool]:
    """Say for each token whether it stands inside quotation marks; a paragraph's end closes them."""
    inside, flags = False, []
    for token in tokens:
        if token.word == PARAGRAPH:
            inside = False
        elif token.word in ('"', "“", "”", "«", "»"):
            inside = token.word in ("“", "«") or (token.word == '"' and not inside)
        flags.append(inside)
    return flags
