"""Tables of a situation -> CSV, Parquet and GeoParquet, and back.

CSV: UTF-8, comma, "\\n"; times in UTC as ISO 8601; lists joined by "; "; points as `lon`, `lat`, other
geometry as WKT; what is missing is empty. Parquet: the columns as they are, geometry as WKB with the
`geo` metadata of GeoParquet 1.1 (https://geoparquet.org/releases/v1.1.0/).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from shapely.geometry.base import BaseGeometry

from mapper.atomic import replacing
from mapper.columns import middles
from mapper.model import Situation

# 1e-6 of a degree is 0.1 m, finer than any report; figures further than 1e-6 are noise of the machine.
DECIMALS = 6
_ROWS_A_PIECE = 10_000
GEOMETRY_COLUMNS = ("geometry", "band", "claimed")
# A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV Injection"). An apostrophe before
# it makes it text; cells that have one there already get another, so that one can be taken off again.
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")

_NEEDS_QUOTES = re.compile('[,"\r\n]')

Value = str | int | float | bool | list[str] | None


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """
    Write a table as CSV.

    A text that a spreadsheet would run as a formula (first sign `=`, `+`, `-`, `@`, tab or a line
    end, also full width) gets an apostrophe before it; `unguard` takes it off. Figures and times are left.
    """
    points = {name: _all_points(table[name]) for name in GEOMETRY_COLUMNS if name in table}
    with replacing(path) as new, new.open("w", encoding="utf-8", newline="") as file:
        for number, piece in enumerate(pieces(table)):
            cells: dict[str, list[str]] = {}
            for name, column in piece.items():
                if name in GEOMETRY_COLUMNS:
                    cells |= _geometry_cells(str(name), list(column), points=points[str(name)])
                else:
                    cells[str(name)] = _cells(column)
            for row in chain([] if number else [tuple(cells)], zip(*cells.values(), strict=True)):
                file.write(",".join(row) + "\n")


def pieces(table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Give a table in pieces of some thousand rows, at least one: as text they take ten times the memory."""
    for start in range(0, max(len(table), 1), _ROWS_A_PIECE):
        yield table.iloc[start : start + _ROWS_A_PIECE]


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet; with a column `geometry` it is GeoParquet, which geopandas and QGIS open."""
    arrays = {str(name): _array(str(name), column) for name, column in table.items()}
    content = pa.table(arrays)
    geometries = [name for name in arrays if name in GEOMETRY_COLUMNS]
    if geometries:
        # No `crs` key means longitude and latitude on WGS 84.
        described = {name: {"encoding": "WKB", "geometry_types": []} for name in geometries}
        geo = {"version": "1.1.0", "primary_column": geometries[0], "columns": described}
        content = content.replace_schema_metadata({"geo": json.dumps(geo)})
    with replacing(path) as new:
        pq.write_table(content, new, compression="zstd")


def write_timeline_csv(situation: Situation, path: Path) -> None:
    """Write the timeline as CSV."""
    write_csv(situation.timeline, path)


def write_timeline_parquet(situation: Situation, path: Path) -> None:
    """Write the timeline as GeoParquet."""
    write_parquet(situation.timeline, path)


def _quoted(text: str) -> str:
    """Return a cell between quotation marks where it needs them; `csv.writer` forgets a lone "\\r"."""
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text


def plain(value: object) -> Value:
    """
    Return a value of a table as JSON knows it: times as ISO 8601, missing as None.

    Examples
    --------
    >>> plain(pd.Timestamp("2011-03-10", tz="UTC")), plain(float("nan")), plain(("early",))
    ('2011-03-10T00:00:00Z', None, ['early'])
    """
    if isinstance(value, str):
        return value
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if isinstance(value, list | tuple):
        return list(map(str, value))
    if value is None or value is pd.NaT or value != value:
        return None
    if isinstance(value, datetime):
        return iso(value)
    number = value.item() if hasattr(value, "item") else value  # NumPy's figures and truth values
    if isinstance(number, bool) or not isinstance(number, int | float):
        return number if isinstance(number, bool) else str(value)
    return int(number) if float(number).is_integer() and abs(number) < 2**53 else round(number, DECIMALS)


def cell(value: object) -> str:
    """
    Return a value as the text of a CSV cell.

    Examples
    --------
    >>> cell("=1+1"), cell(-1.5), cell(pd.Timestamp("2011-03-10", tz="UTC"))
    ("'=1+1", '-1.5', '2011-03-10T00:00:00Z')
    >>> cell(None), cell(float("nan")), cell(("early", "approximate"))
    ('', '', 'early; approximate')
    """
    known = plain(value)
    if known is None:
        return ""
    if isinstance(known, str | list):
        return guard(known if isinstance(known, str) else "; ".join(known))
    return str(known).lower() if isinstance(known, bool) else repr(known)


def guard(text: str) -> str:
    """
    Return `text` such that no spreadsheet takes it for a formula.

    Examples
    --------
    >>> guard("@home"), guard("'=1"), guard("'tis")
    ("'@home", "''=1", "'tis")
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguard(text: str) -> str:
    """
    Return the text that `guard` was given.

    Examples
    --------
    >>> unguard("'@home"), unguard("''=1"), unguard("'tis")
    ('@home', "'=1", "'tis")
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def iso(moment: datetime) -> str:
    """
    Return a UTC time as ISO 8601 with a `Z`, to the second.

    Examples
    --------
    >>> iso(pd.Timestamp("2011-03-10 12:30", tz="UTC"))
    '2011-03-10T12:30:00Z'
    """
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _cells(column: pd.Series) -> list[str]:
    """Return the cells of a column; what repeats is written once."""
    if column.dtype == object:
        return [_quoted(cell(value)) for value in column]
    codes, values = pd.factorize(column)
    texts = [*(_quoted(cell(value)) for value in values), ""]  # the last one for what is missing, which is -1
    return [texts[code] for code in codes.tolist()]


def _all_points(geometries: pd.Series) -> bool:
    return all(geometry.geom_type == "Point" for geometry in geometries if isinstance(geometry, BaseGeometry))


def _geometry_cells(
    name: str, geometries: list[BaseGeometry | None], *, points: bool
) -> dict[str, list[str]]:
    """Return the columns for a column of geometry: `lon`, `lat` for points, WKT for others and extra ones."""
    if name == "geometry" and points:
        lon, lat = middles(geometries)
        return {"lon": _cells(pd.Series(lon)), "lat": _cells(pd.Series(lat))}
    return {name: [_quoted(wkt(geometry)) for geometry in geometries]}


def wkt(geometry: BaseGeometry | None) -> str:
    """
    Return a geometry as well-known text, "" for none.

    Examples
    --------
    >>> wkt(shapely.LineString([(18.5, 30.5), (19.25, 30.25)])), wkt(None)
    ('LINESTRING (18.5 30.5, 19.25 30.25)', '')
    """
    return "" if _missing(geometry) else shapely.to_wkt(geometry, rounding_precision=DECIMALS)


def _missing(geometry: BaseGeometry | None) -> bool:
    return not isinstance(geometry, BaseGeometry) or geometry.is_empty


def _array(name: str, column: pd.Series) -> pa.Array:
    """Return a column as an Arrow array: geometry as WKB, lists as lists of text, missing as null."""
    if name in GEOMETRY_COLUMNS:
        return pa.array([None if _missing(value) else shapely.to_wkb(value) for value in column], pa.binary())
    if column.dtype == object and any(isinstance(value, list | tuple) for value in column):
        lists = [[str(i) for i in value] if isinstance(value, list | tuple) else None for value in column]
        return pa.array(lists, pa.list_(pa.string()))
    return pa.Array.from_pandas(column, safe=False)
