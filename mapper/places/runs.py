"""Runs of words in a text that may be names, and what is known of each."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mapper.places.names import fold, word_set


class Known:
    """What a gazetteer knows of a key: prominence and feature classes, those of abbreviations apart."""

    __slots__ = ("classes", "prominence", "short", "short_prominence")

    def __init__(
        self,
        prominence: float = 0.0,
        classes: frozenset[str] = frozenset(),
        short_prominence: float = 0.0,
        short: frozenset[str] = frozenset(),
    ) -> None:
        self.prominence = prominence
        self.classes = classes
        self.short_prominence = short_prominence
        self.short = short

    def also(self, letter: str, prominence: float, *, short: bool) -> Known:
        """Return this with one more class."""
        if short:
            return Known(
                self.prominence, self.classes, max(self.short_prominence, prominence), self.short | {letter}
            )
        return Known(
            max(self.prominence, prominence), self.classes | {letter}, self.short_prominence, self.short
        )


UNKNOWN = Known()

_TOKEN = re.compile(r"[^\W_]+(?:['’‘`ʻʼ.][^\W_]+)*\.?")
_GAP = re.compile(r"[\s\-–/.’']{1,3}\Z")
# Small words that names hold inside, and Arabic articles, with which a name may begin ("al-Bab").
_PARTICLES = word_set(
    "of the al el as es ash esh ad ar az et er de la le les los las del du des da do dos di i y and e "
    "en upon on am an der den im in bei sur sous aux ul ez bin"
)
_MAX_WORDS = 5
_MAX_WORD_CHARS = 40


def runs_of(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, key) of the runs of words that may be names."""
    tokens = [(m.start(), m.end()) for m in _TOKEN.finditer(text) if m.end() - m.start() <= _MAX_WORD_CHARS]
    for index, (start, first_end) in enumerate(tokens):
        if text[start].isdigit() or (text[start].islower() and text[start:first_end] not in _PARTICLES):
            continue
        for ahead in range(index, min(index + _MAX_WORDS, len(tokens))):
            word_start, word_end = tokens[ahead]
            if ahead > index and not _GAP.match(text[tokens[ahead - 1][1] : word_start]):
                break
            word = text[word_start:word_end]
            lower = word[0].islower()
            if lower and word not in _PARTICLES:
                break
            if not lower and len(key := fold(text[start:word_end])) > 1:
                # A full stop belongs to an abbreviation ("U.S."), not to the end of a sentence.
                yield start, word_end - (word.endswith(".") and "." not in word[:-1]), key


def is_abbreviated(text: str) -> bool:
    """Tell whether a text is written as short forms are: in capitals ("U.S.") or with a stop ("Ky.")."""
    letters = [c for c in text if c.isalpha()]
    return not any(c.islower() for c in letters) or (text[:1].isupper() and text.endswith("."))
