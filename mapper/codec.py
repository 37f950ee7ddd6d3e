"""Records as JSON and back, exactly: what the store keeps of a report.

A record becomes a list of nodes, one for each record in it, those inside first; a field that holds
a record holds the number of its node, so what is shared stays shared. A node is the number of its
class and the values of its fields in order; times are ISO 8601, geometry is hexadecimal WKB. Nothing
but the classes of `mapper.model` can come out, whatever goes in. The region of a location is left out: no
table holds it, and it would be most of the bytes.
"""

from __future__ import annotations

import dataclasses
import json
import typing
from collections.abc import Callable
from datetime import datetime
from functools import cache, lru_cache
from types import NoneType, UnionType
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from mapper import model
from mapper.model import Extraction

_CLASSES: tuple[type[Any], ...] = tuple(
    value for value in vars(model).values() if isinstance(value, type) and dataclasses.is_dataclass(value)
)
_NUMBERS = {kind: number for number, kind in enumerate(_CLASSES)}
Reader = Callable[[Any, list[Any]], Any]


def dumps(extraction: Extraction) -> str:
    """
    Return an extraction as JSON.

    Examples
    --------
    >>> from mapper.model import Report
    >>> extraction = Extraction(Report("r", "Tanks left Zintan."))
    >>> loads(dumps(extraction)) == extraction
    True
    """
    nodes: list[list[Any]] = []
    _add(extraction, nodes, {})
    return json.dumps(nodes, separators=(",", ":"))


def loads(text: str) -> Extraction:
    """
    Return the extraction that `dumps` was given.

    Raises
    ------
    ValueError
        If `text` is none: damaged, or of another version of the records.
    """
    try:
        nodes: list[Any] = []
        for number, *values in json.loads(text):
            kind, fields, readers = _form(number)
            if len(values) != fields:
                raise ValueError(f"{kind.__name__} has other fields")
            for position, read in readers:
                values[position] = read(values[position], nodes)
            nodes.append(kind(*values))
    except (TypeError, IndexError, ValueError, RecursionError, shapely.errors.ShapelyError) as error:
        raise ValueError(f"It is no record of this version: {error}") from error
    if not nodes or not isinstance(nodes[-1], Extraction):
        raise ValueError("It is no extraction")
    return nodes[-1]


def _add(record: Any, nodes: list[list[Any]], known: dict[int, int]) -> int:
    """Append the nodes of a record, unless it is there already, and return its number."""
    if id(record) not in known:
        kind: Any = type(record)
        values = [
            None if _is_left_out(kind, name) else _plain(getattr(record, name), nodes, known)
            for name in _fields(kind)
        ]
        nodes.append([_NUMBERS[kind], *values])
        known[id(record)] = len(nodes) - 1
    return known[id(record)]


def _plain(value: Any, nodes: list[list[Any]], known: dict[int, int]) -> Any:
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, tuple):
        return [_plain(item, nodes, known) for item in value]
    if isinstance(value, BaseGeometry):
        return shapely.to_wkb(value, hex=True)
    if isinstance(value, datetime):
        return value.isoformat()
    if hasattr(value, "item"):
        return value.item()  # a figure of NumPy's
    return _add(value, nodes, known)


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


@cache
def _form(number: int) -> tuple[type[Any], int, tuple[tuple[int, Reader], ...]]:
    """Return the class of a number, how many fields it has and the readers of those that need one."""
    kind: Any = _CLASSES[number]
    return kind, len(_fields(kind)), _readers(kind)


def _is_left_out(kind: Any, name: str) -> bool:
    return kind is model.Location and name == "region"


@cache
def _readers(kind: Any) -> tuple[tuple[int, Reader], ...]:
    """Return, for each field of a class that is not in JSON as it is, its number and what reads its value."""
    # The names that the model knows only while types are checked.
    hints = typing.get_type_hints(kind, localns={"BaseGeometry": BaseGeometry, "pd": _NoTables})
    readers = ((number, _reader(hints[name])) for number, name in enumerate(_fields(kind)))
    return tuple((number, read) for number, read in readers if read is not _as_it_is)


@lru_cache(maxsize=65_536)
def _shape(wkb: str | None) -> BaseGeometry | None:
    """Return a geometry; places come again and again, and share theirs."""
    return None if wkb is None else shapely.from_wkb(wkb)


def _as_it_is(value: Any, nodes: list[Any]) -> Any:
    return value


class _NoTables:
    """Stands for pandas in the hints of the model: tables are not stored."""

    DataFrame = NoneType


def _reader(hint: Any) -> Reader:
    """Return the function that reads a value of a type."""
    kinds = [kind for kind in typing.get_args(hint) if kind is not NoneType]
    if typing.get_origin(hint) in (UnionType, typing.Union):
        inner = _reader(kinds[0])  # all records read alike, so one stands for `Toponym | Locative`
        if inner is _as_it_is:
            return inner
        return lambda value, nodes: None if value is None else inner(value, nodes)
    if typing.get_origin(hint) is tuple:
        item = _reader(kinds[0])
        if item is _as_it_is:
            return lambda value, nodes: tuple(value)
        return lambda value, nodes: tuple([item(v, nodes) for v in value])
    if hint is datetime:
        return lambda value, nodes: datetime.fromisoformat(value)
    if isinstance(hint, type) and issubclass(hint, BaseGeometry):
        return lambda value, nodes: _shape(value)
    if dataclasses.is_dataclass(hint):
        return lambda value, nodes: nodes[value]
    return _as_it_is
