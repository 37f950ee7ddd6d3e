"""Columns of a table while they grow: words that repeat are kept once, figures as figures.

A million rows of Python's own objects take ten times the memory of a table.
"""

from __future__ import annotations

import ctypes
import gc
import os
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

_CHUNK = 5_000
_MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of glibc's malloc.h; set, it does not grow by itself


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
        self._known: dict[str, int] = defaultdict(count(1).__next__, {"": 0})
        self._codes = array("i")
        self.extend(words)

    def append(self, word: str) -> None:
        self._codes.append(self._known[word])

    def extend(self, words: Iterable[str]) -> None:
        self._codes.extend(map(self._known.__getitem__, words))

    def table_column(self, rows: NDArray[np.int64] | slice = slice(None)) -> pd.Series:
        """Return the words, or those of some rows, as a categorical column, its categories in their order."""
        words = sorted(self._known)
        rank = np.empty(len(words), dtype=np.int32)
        rank[[self._known[word] for word in words]] = np.arange(len(words), dtype=np.int32)
        codes = (
            rank[np.frombuffer(self._codes, dtype=np.int32)[rows]] if self._codes else np.empty(0, np.int32)
        )
        return pd.Series(pd.Categorical.from_codes(codes, categories=pd.Index(words, dtype="str")))


class Texts:
    """
    A column of texts that hardly repeat while it grows: packed every so many rows.

    Examples
    --------
    >>> column = Texts()
    >>> column.append("Tanks left Zintan.")
    >>> column.table_column().tolist()
    ['Tanks left Zintan.']
    """

    def __init__(self) -> None:
        self._packed: list[pd.Series] = []
        self._last: list[str] = []

    def append(self, text: str) -> None:
        self.extend([text])

    def extend(self, texts: Iterable[str]) -> None:
        self._last.extend(texts)
        if len(self._last) >= _CHUNK:
            self._pack()

    def table_column(self) -> pd.Series:
        """Return the texts, which are then gone from here."""
        self._pack()
        packed, self._packed = self._packed, []
        return pd.concat(packed, ignore_index=True)

    def _pack(self) -> None:
        self._packed.append(pd.Series(self._last, dtype="str"))
        self._last = []


def taken(
    columns: dict[str, Words] | dict[str, Texts] | dict[str, array[Any]],
) -> Iterator[tuple[str, pd.Series]]:
    """Give each column as that of a table, and let go of what it grew in."""
    for name in tuple(columns):
        column = columns.pop(name)
        yield name, pd.Series(np.array(column)) if isinstance(column, array) else column.table_column()


def share_heap() -> None:
    """Let Arrow, which keeps the texts of tables, use the common heap: its own pool gives nothing back.

    Large arrays lie outside of it, and go back to the system when they are dropped.
    """
    pa.set_memory_pool(pa.system_memory_pool())
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if mallopt:
        mallopt(_MMAP_THRESHOLD, 1 << 20)


def give_back() -> None:
    """Give the memory back to the system that a long pass over many small things leaves in holes."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim:
        trim(0)


def shared_values(column: pd.Series) -> list[Any]:
    """
    Return the values of a column as a list in which equal words are one object.

    Examples
    --------
    >>> one, other = shared_values(pd.Series(["Brega", "Brega"], dtype="category"))
    >>> one is other
    True
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        words, codes = [*column.cat.categories.tolist(), None], column.cat.codes.to_numpy()
    elif isinstance(column.dtype, pd.DatetimeTZDtype):
        codes, moments = pd.factorize(column)
        words = [*moments, pd.NaT]
    else:
        return column.tolist()
    return [words[code] for code in codes.tolist()]  # the last one for what is missing, which is -1


def ranks(column: pd.Series) -> NDArray[np.int64]:
    """
    Return the place of each value among the distinct ones in their order; what is missing comes last.

    Examples
    --------
    >>> ranks(pd.Series(["b", "a", None, "b"], dtype="str")), ranks(pd.Series([7.0, None, 5.0]))
    (array([1, 0, 2, 1]), array([1, 2, 0]))
    """
    if isinstance(column.dtype, pd.StringDtype):  # without an object of Python's for each text
        places: NDArray[np.int64] = pc.rank(pa.array(column), tiebreaker="dense").to_numpy().astype(np.int64)
        return places - 1
    codes, values = pd.factorize(column, sort=True)
    return np.where(codes < 0, len(values), codes)


def middles(shapes: Sequence[Any] | NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Return lon and lat of the middle of each shape, NaN where there is none.

    Rows of one place share their shape, which is looked at once.

    Examples
    --------
    >>> middles([shapely.Point(18, 30), None])
    (array([18., nan]), array([30., nan]))
    """
    numbers = np.fromiter(map(id, shapes), np.int64, len(shapes))
    _, firsts, which = np.unique(numbers, return_index=True, return_inverse=True)
    known = np.empty(len(firsts), dtype=object)
    known[:] = [shape if shapely.is_geometry(shape) else None for shape in (shapes[i] for i in firsts)]
    points = shapely.centroid(known)
    return shapely.get_x(points)[which], shapely.get_y(points)[which]
