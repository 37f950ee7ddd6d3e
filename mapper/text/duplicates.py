"""Reports that tell again what another report tells: the same wire story, printed twice or slightly cut.

Texts are compared by the share of their runs of words that they have in common (Broder 1997, "On the
resemblance and containment of documents"), estimated from the smallest hashes of each text, so that
a million reports are compared in one pass and in little memory.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b

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
_WORDS_READ = 5_000
_WORD = re.compile(r"\w+")
_PRIME = np.uint64((1 << 61) - 1)
_MIX = np.random.Generator(np.random.PCG64(20110310)).integers(
    1, 1 << 31, (2, _BANDS * _ROWS), dtype=np.uint64
)


def find_duplicates(reports: Iterable[Report]) -> dict[str, str]:
    """
    Return, for each report that repeats another, the id of the one that it repeats.

    The one repeated is the earliest published of all that are alike, then the one with the least id,
    so the order of the reports does not matter. Only hashes of the texts are kept in memory.

    Examples
    --------
    >>> story = "Rockets fell on the market of Zintan at noon and three people were hurt, a doctor said."
    >>> find_duplicates([Report("b", story), Report("a", story.upper()), Report("c", "All is quiet.")])
    {'b': 'a'}
    >>> find_duplicates([])
    {}
    """
    ids: list[str] = []
    published: list[datetime | None] = []
    prints: list[NDArray[np.uint32]] = []
    for report in reports:
        ids.append(report.id)
        published.append(report.published)
        prints.append(_print(report.text))
    first = list(range(len(ids)))

    def root(number: int) -> int:
        while first[number] != number:
            first[number] = first[first[number]]
            number = first[number]
        return number

    for group in _alike_in_a_band(prints):
        for number in group[1:]:
            if np.mean(prints[group[0]] == prints[number]) >= ALIKE:
                first[root(number)] = root(group[0])

    groups: dict[int, list[int]] = defaultdict(list)
    for number in range(len(ids)):
        groups[root(number)].append(number)
    repeats: dict[str, str] = {}
    for members in groups.values():
        members.sort(key=lambda n: (published[n] is None, published[n] or 0, ids[n]))
        repeats |= {ids[number]: ids[members[0]] for number in members[1:]}
    return dict(sorted(repeats.items()))


def _alike_in_a_band(prints: list[NDArray[np.uint32]]) -> Iterable[list[int]]:
    for band in range(_BANDS):
        same: dict[bytes, list[int]] = defaultdict(list)
        for number, values in enumerate(prints):
            same[values[band * _ROWS : (band + 1) * _ROWS].tobytes()].append(number)
        yield from (group for group in same.values() if len(group) > 1)


def _print(text: str) -> NDArray[np.uint32]:
    """Return the smallest hashes of the runs of words of a text: alike for texts that are alike."""
    words = [
        match.group().lower() for match, _ in zip(_WORD.finditer(text), range(_WORDS_READ), strict=False)
    ]
    runs = {" ".join(words[n : n + _RUN]) for n in range(max(1, len(words) - _RUN + 1))}
    hashes = np.array(
        [
            int.from_bytes(blake2b(run.encode("utf-8", "replace"), digest_size=4).digest())
            for run in sorted(runs)
        ],
        dtype=np.uint64,
    )
    mixed = (hashes[:, None] * _MIX[0] + _MIX[1]) % _PRIME
    least: NDArray[np.uint32] = mixed.min(axis=0).astype(np.uint32)
    return least
