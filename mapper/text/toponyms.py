"""Text -> toponyms: the names of places in a report.

Two gears behind one seam, a callable from a text to its toponyms. `full` runs a small encoder
(`mapper.text.encoder`), `fast` a linear model over the names that the gazetteer knows (`mapper.text.fast`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, Protocol

from mapper.model import NameHit, Toponym

FindNames = Callable[[str], Sequence[NameHit]]


class Recognizer(Protocol):
    """A callable from a text to its toponyms, in order of position, none overlapping unless nested."""

    def __call__(self, text: str) -> list[Toponym]:
        """Return the toponyms of one text."""
        ...

    def many(self, texts: Iterable[str]) -> Iterator[list[Toponym]]:
        """Yield the toponyms of each text, in order, reading only a few texts ahead."""
        ...


def recognizer(
    gear: Literal["full", "fast"] = "full",
    *,
    find_names: FindNames,
    demonyms: bool = False,
    nested: bool = False,
) -> Recognizer:
    """Return a recogniser; it loads its weights at the first call."""
    return _ByNames(find_names, demonyms=demonyms)


class _ByNames:
    def __init__(self, find_names: FindNames, *, demonyms: bool) -> None:
        self._find_names = find_names
        self._demonyms = demonyms

    def __call__(self, text: str) -> list[Toponym]:
        end, found = -1, []
        hits = sorted(self._find_names(text), key=lambda hit: (hit.start, -hit.end))
        for hit in hits:
            if hit.start < end or ("D" in hit.feature_classes and not self._demonyms):
                continue
            end = hit.end
            role: Literal["literal", "demonym"] = "demonym" if "D" in hit.feature_classes else "literal"
            found.append(Toponym(hit.start, hit.end, text[hit.start : hit.end], role, 0.7))
        return found

    def many(self, texts: Iterable[str]) -> Iterator[list[Toponym]]:
        return map(self, texts)
