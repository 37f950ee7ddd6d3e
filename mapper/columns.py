"""Columns of a table whose words repeat: each word is kept once, and a million rows take a few megabytes."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray


class Words:
    """
    A column of words while it grows.

    Examples
    --------
    >>> column = Words(["Brega", "Ajdabiya", "Brega"])
    >>> column.table_column().tolist(), column.table_column().dtype.categories.tolist()
    (['Brega', 'Ajdabiya', 'Brega'], ['', 'Ajdabiya', 'Brega'])
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        # The empty word is always one of them, so that missing ones can be filled with it.
        self._known: dict[str, int] = {"": 0}
        self._codes = array("i")
        for word in words:
            self.append(word)

    def append(self, word: str) -> None:
        self._codes.append(self._known.setdefault(word, len(self._known)))

    def table_column(self, rows: NDArray[np.int64] | slice = slice(None)) -> pd.Series:
        """Return the words, or those of some rows, as a categorical column, its categories in their order."""
        words = sorted(self._known)
        rank = np.empty(len(words), dtype=np.int32)
        rank[[self._known[word] for word in words]] = np.arange(len(words), dtype=np.int32)
        codes = (
            rank[np.frombuffer(self._codes, dtype=np.int32)[rows]] if self._codes else np.empty(0, np.int32)
        )
        return pd.Series(pd.Categorical.from_codes(codes, categories=pd.Index(words, dtype="str")))
