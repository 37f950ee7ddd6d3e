"""Slips of the pen: names a letter or two from a place that the report names too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from rapidfuzz.distance import OSA

from mapper.model import NameHit, Toponym
from mapper.text.chain import Name

Known = Mapping[tuple[int, int], NameHit]  # the names that the gazetteer knows, by span

_CAPITALISED = re.compile(r"[^\W\d_a-z][^\W\d_]+")
_SHORTEST_SLIP = 6  # with fewer letters a slip is another name: Iran and Iraq, Bari and Bali
_MOST_ANCHORS = 200
_SLIP_SCORE = 0.6


def respelled(text: str, found: Sequence[Toponym], names: Sequence[Name], known: Known) -> list[Toponym]:
    """Return the toponyms with slips of other mentions corrected in `name`, and slips that were none added.

    "Shells fell on Ras Lanus", after "Ras Lanuf": capitalised words that the gazetteer does not
    know, a letter or two from a place of the report that it does.
    """
    anchors = _anchors(found, known)
    if not anchors:
        return list(found)
    at = {toponym.start: toponym for toponym in found}
    taken = bytearray(len(text))
    for toponym in found:
        taken[toponym.start : toponym.end] = b"\1" * (toponym.end - toponym.start)
    other_names = {(name.start, name.end) for name in names}
    slips: dict[tuple[str, int], str] = {}
    for start, end, words in _capitalised_runs(text, {words for _, words in anchors}):
        if (start, end) in known or (words == 1 and end - start < _SHORTEST_SLIP):
            continue
        spelled = " ".join(text[start:end].split())
        if (spelled, words) not in slips:
            slips[spelled, words] = _meant(spelled, anchors.get((spelled[0], words), ()))
        meant = slips[spelled, words]
        if not meant:
            continue
        if start in at and at[start].end == end:
            at[start] = replace(at[start], name=meant)
        elif not any(taken[start:end]) and (words > 1 or (start, end) not in other_names):
            # A person may be called like a town but for one letter; two words that agree are no accident.
            at[start] = Toponym(start, end, text[start:end], "literal", _SLIP_SCORE, meant)
            taken[start:end] = b"\1" * (end - start)
    return [at[start] for start in sorted(at)]


def _anchors(found: Sequence[Toponym], known: Known) -> dict[tuple[str, int], list[str]]:
    """Return the known places of a report by first letter and number of words, the most frequent first."""
    counts: dict[str, int] = {}
    for toponym in found:
        if toponym.role in ("literal", "associative") and (toponym.start, toponym.end) in known:
            spelled = " ".join(toponym.text.split())
            if len(spelled) >= _SHORTEST_SLIP:
                counts[spelled] = counts.get(spelled, 0) + 1
    anchors: dict[tuple[str, int], list[str]] = {}
    for spelled in sorted(counts, key=lambda name: (-counts[name], name)):
        group = anchors.setdefault((spelled[0], len(spelled.split())), [])
        if len(group) < _MOST_ANCHORS:
            group.append(spelled)
    return anchors


def _capitalised_runs(text: str, sizes: set[int]) -> Iterator[tuple[int, int, int]]:
    """Yield (start, end, words) of the runs of capitalised words that have one of the sizes."""
    words = [match.span() for match in _CAPITALISED.finditer(text)]
    for size in sorted(sizes, reverse=True):
        for first in range(len(words) - size + 1):
            run = words[first : first + size]
            if all(text[end:start] in (" ", "\n") for (_, end), (start, _) in pairwise(run)):
                yield run[0][0], run[-1][1], size


def _meant(spelled: str, anchors: Sequence[str]) -> str:
    """Return the place that a spelling is a slip of, "" when none; an ending added or lost is no slip.

    >>> _meant("Ras Lanus", ["Ras Lanuf"]), _meant("Libyan", ["Libya"]), _meant("Benghazi", ["Benghazi"])
    ('Ras Lanuf', '', '')
    """
    allowed = 1 if len(spelled) < 10 else 2
    for name in anchors:
        if 0 < OSA.distance(spelled, name, score_cutoff=allowed) <= allowed:
            return "" if spelled.startswith(name) or name.startswith(spelled) else name
    return ""
