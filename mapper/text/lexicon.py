"""Classes of words that the grammar of places and distances reads."""

from __future__ import annotations

from functools import lru_cache

from mapper.words import read_table


@lru_cache(maxsize=1)
def _classes() -> dict[str, frozenset[str]]:
    return {name: frozenset(words.split()) for name, words in read_table("locatives.tsv")}


def word_class(name: str) -> frozenset[str]:
    """
    Return the words of a class of `resources/locatives.tsv`, in lower case.

    Examples
    --------
    >>> "village" in word_class("settlement"), "checkpoint" in word_class("settlement")
    (True, False)
    """
    return _classes()[name]
