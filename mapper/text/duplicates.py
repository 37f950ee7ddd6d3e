"""Reports that tell again what another report tells: the same wire story, printed twice or slightly cut.

Texts are compared by the share of their runs of words that they have in common (Broder 1997, "On the
resemblance and containment of documents"), estimated from the smallest hashes of each text, so that
a million reports are compared in one pass and in little memory.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from mapper.model import Report

# Five words in a row are seldom written twice by two people; Broder used ten for pages.
_RUN = 5
# Hashes kept of a text, in bands: two texts are compared if all hashes of one band agree. With 16 bands of 4
# a pair with 0.8 of its runs in common is compared with probability 0.9998, one with 0.3 with 0.12.
_BANDS, _ROWS = 16, 4
# Texts with this share in common are one text: an edited lead or a cut last paragraph stay above it.
ALIKE = 0.7
# A story is printed again within days; the same few words weeks later tell something new.
DAYS_BETWEEN = 7.0
_NEVER = datetime.max.replace(tzinfo=UTC)
_WORDS_READ = 5_000
_WORD = re.compile(r"\w+")
_draw = np.random.Generator(np.random.PCG64(20110310)).integers
# A run is hashed as the sum of its words' hashes, each times the odd number of its position, and mixed by
# multiplying and shifting (Dietzfelbinger et al. 1997, doi:10.1006/jagm.1997.0873).
_POSITIONS = _draw(1 << 63, size=_RUN, dtype=np.uint64) * 2 + 1
_MIX = _draw(1 << 63, size=_BANDS * _ROWS, dtype=np.uint64) * 2 + 1


def find_duplicates(reports: Iterable[Report]) -> dict[str, str]:
    """
    Return, for each report that repeats another, the id of the one that it repeats.

    The one repeated is the earliest published of all that are alike, then the one with the least id,
    so the order of the reports does not matter; published more than `DAYS_BETWEEN` apart, texts are two.
    Only hashes of the texts are kept in memory, and the time grows with the number of reports.

    Examples
    --------
    >>> story = "Rockets fell on the market of Zintan at noon and three people were hurt, a doctor said."
    >>> find_duplicates([Report("b", story), Report("a", story.upper()), Report("c", "All is quiet.")])
    {'b': 'a'}
    >>> find_duplicates([])
    {}
    """
    found: list[tuple[bool, datetime, str]] = []
    prints = bytearray()
    for report in reports:
        found.append((report.published is None, report.published or _NEVER, report.id))
        prints += _print(report.text).tobytes()
    order = sorted(range(len(found)), key=found.__getitem__)
    found = [found[number] for number in order]
    days = np.array([np.nan if undated else when.timestamp() / 86_400 for undated, when, _ in found])
    groups = _Groups(len(found))
    for one, other in _alike(np.frombuffer(prints, np.uint32).reshape(-1, _BANDS * _ROWS)[order], days):
        groups.join(one, other)
    repeats = {
        found[number][2]: found[members[0]][2]
        for members in groups.larger_than_one()
        for number in members[1:]
    }
    return dict(sorted(repeats.items()))


class _Groups:
    """Numbers from 0 on, each in a group of its own until groups are joined."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def join(self, one: int, other: int) -> None:
        """Make the groups of two numbers one."""
        self._parent[self._root(one)] = self._root(other)

    def larger_than_one(self) -> list[list[int]]:
        """Return the members of each group that has several."""
        members: dict[int, list[int]] = defaultdict(list)
        for number in range(len(self._parent)):
            members[self._root(number)].append(number)
        return [group for group in members.values() if len(group) > 1]

    def _root(self, number: int) -> int:
        parent = self._parent
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number


def _alike(prints: NDArray[np.uint32], days: NDArray[np.float64]) -> Iterator[tuple[int, int]]:
    """Give pairs of rows that are alike: in each band, each with the one before it of the same hashes."""
    for band in range(_BANDS):
        hashes = np.ascontiguousarray(prints[:, band * _ROWS : (band + 1) * _ROWS])
        _, keys = np.unique(hashes.view(f"S{4 * _ROWS}")[:, 0], return_inverse=True)
        order = np.argsort(keys, kind="stable")
        one, other = order[:-1], order[1:]
        near = (keys[one] == keys[other]) & ~(days[other] - days[one] > DAYS_BETWEEN)
        one, other = one[near], other[near]
        alike = (prints[one] == prints[other]).mean(axis=1) >= ALIKE
        yield from zip(one[alike].tolist(), other[alike].tolist(), strict=True)


@lru_cache(maxsize=65_536)
def _hashed(word: str) -> int:
    return crc32(word.lower().encode("utf-8", "replace"))


def _print(text: str) -> NDArray[np.uint32]:
    """Return the smallest hashes of the runs of words of a text: alike for texts that are alike."""
    words = [_hashed(match.group()) for match in islice(_WORD.finditer(text), _WORDS_READ)]
    words += [0] * (_RUN - len(words))  # of a shorter text the one run there is
    runs = np.lib.stride_tricks.sliding_window_view(np.array(words, dtype=np.uint64), _RUN) @ _POSITIONS
    mixed = runs[:, None] * _MIX >> np.uint64(32)
    least: NDArray[np.uint32] = mixed.min(axis=0).astype(np.uint32)
    return least
