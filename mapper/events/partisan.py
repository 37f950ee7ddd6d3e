"""Whether a report speaks for one side: its communique, the bulletin of its staff, its news agency."""

from __future__ import annotations

import re
from functools import lru_cache

from mapper.words import word_set

_QUOTED = re.compile(r"[\"\u201c][^\"\u201d\n]{0,400}[\"\u201d]")
# A letter or a diary, whose writer tells what he saw.
_PERSONAL = re.compile(r"\b(?:I|my|me)\b")
# How far into a report its heading and its dateline reach.
_HEAD_CHARACTERS = 300
_LEAST_WORDS = 3
# Partisan words in a hundred; under the heading of a communique one fewer will do.
_LEAST_SHARE = 2


def speaks_for_a_side(text: str) -> bool:
    """
    Return whether a report is one side's: what it tells, outside quotations, only that side says.

    Its words show that ("our", "the enemy", "liberated", "heroes"), and its heading ("Communique").

    Examples
    --------
    >>> speaks_for_a_side("GENERAL STAFF, bulletin. Our men took Brega at noon. The enemy left at dusk.")
    True
    >>> speaks_for_a_side("Rebels took Brega at noon and the enemy left for Sirte, a doctor told us.")
    False
    """
    plain = _QUOTED.sub(" ", text)
    if _PERSONAL.search(plain):
        return False
    heads, partisan = _patterns()
    headed = heads.search(text, 0, _HEAD_CHARACTERS) is not None
    found = sum(1 for _ in partisan.finditer(plain))
    return found >= _LEAST_WORDS - headed and found * 100 >= (_LEAST_SHARE - headed) * len(plain.split())


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of headings, agencies of states among them, and of partisan words."""
    heads = "|".join(sorted(word_set("partisan.heads")))
    agencies = "|".join(sorted(word_set("partisan.agencies")))
    words = "|".join(sorted(word_set("partisan.words")))
    return re.compile(rf"\b(?:(?i:{heads})|{agencies})\b"), re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
