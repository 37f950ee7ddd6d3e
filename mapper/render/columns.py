"""Cells of tables as what JSON and drawing understand: numbers of words, days, degrees, None for missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from mapper.columns import middles

Json = dict[str, Any]
DAY = pd.Timedelta(days=1)


class Words:
    """Gives each word a number, in the order of first use."""

    def __init__(self, first: Iterable[str] = ()) -> None:
        self.known: dict[str, int] = {}
        for word in first:
            self.number(word)

    def number(self, word: object) -> int:
        """Return the number of `word`; -1 for an empty or missing one."""
        text = word if isinstance(word, str) else ""
        return self.known.setdefault(text, len(self.known)) if text else -1

    def column(self, words: Iterable[object]) -> list[int]:
        """Return the numbers of many words."""
        return [self.number(word) for word in words]

    @property
    def words(self) -> list[str]:
        """The words in the order of their numbers."""
        return list(self.known)


def days(moments: pd.Series, first: pd.Timestamp | None, *, end: bool = False) -> list[int | None]:
    """Return day numbers counted from `first`; `end` takes an excluded end to the last day it covers."""
    return [None if n != n else int(n) for n in day_numbers(moments, first, end=end).tolist()]


def day_numbers(moments: pd.Series, first: pd.Timestamp | None, *, end: bool = False) -> NDArray[np.float64]:
    """Return the same as `days` does, NaN for None."""
    if first is None:
        return np.full(len(moments), np.nan)
    times = pd.to_datetime(moments, utc=True)
    if end:
        times = times - pd.Timedelta(microseconds=1)
    return np.floor(((times - first) / DAY).to_numpy(dtype=float))


def points(geometry: pd.Series) -> tuple[list[float | None], list[float | None]]:
    """Return lon and lat of each shape's middle, None where there is no shape."""
    lon, lat = (degrees.round(4).tolist() for degrees in middles(geometry.to_numpy()))
    return [None if x != x else x for x in lon], [None if y != y else y for y in lat]


def lonlat(shape: BaseGeometry) -> list[float]:
    """Return the middle of a shape."""
    middle = shape.centroid
    return [round(middle.x, 4), round(middle.y, 4)]


def is_shape(value: object) -> bool:
    """Whether a cell of a `geometry` column holds something to draw."""
    return isinstance(value, BaseGeometry) and not value.is_empty


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose words are words: counts over categories would list those that do not occur."""
    kept = [name for name, dtype in table.dtypes.items() if isinstance(dtype, pd.CategoricalDtype)]
    return table.astype(dict.fromkeys(kept, object))


def has_text(column: pd.Series) -> pd.Series:
    """Say of each cell whether it holds a text, neither empty nor missing."""
    return column.notna() & (column != "")


def number(value: Any, digits: int = 1) -> float | None:
    """Return a rounded number, None for a missing one."""
    if value is None or pd.isna(value):
        return None
    return round(float(value), digits)


def text(value: object) -> str:
    """
    Return a text as it is, "" for anything else.

    Examples
    --------
    >>> text("Sirte"), text(None), text(float("nan"))
    ('Sirte', '', '')
    """
    return value if isinstance(value, str) else ""


def flag_text(flags: object) -> str:
    """
    Return flags as one text, whether they come as a text or as several.

    Examples
    --------
    >>> flag_text(("early", "approximate")), flag_text("early"), flag_text(None)
    ('early, approximate', 'early', '')
    """
    if isinstance(flags, str):
        return flags
    return ", ".join(str(flag) for flag in flags) if isinstance(flags, Sequence) else ""
