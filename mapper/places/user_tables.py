"""A user's own table of places (CSV, Parquet, GeoJSON) -> a gazetteer file."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from shapely.errors import ShapelyError
from shapely.geometry import shape

from mapper.errors import GazetteerError
from mapper.places.table import ALTERNATE, CLASSES, Entry, Source, write_table

REQUIRED = ("id", "name", "lat", "lon")
OPTIONAL = (
    "names", "feature_class", "feature_code", "population", "extent_m", "country", "admin1", "admin2",
    "source", "licence",
)  # fmt: skip
ENDINGS = (".csv", ".parquet", ".geojson", ".json")

# A name of the user's own table is meant before others of that name: it counts as a place of a million.
_PROMINENCE = 6.0

Row = dict[str, Any]


def cache_dir() -> Path:
    """Return the folder for files that can be made again: $XDG_CACHE_HOME/mapper, or ~/.cache/mapper."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mapper"


def user_table(path: Path, *, cache: Path | None = None) -> Path:
    """
    Return the gazetteer file made from a user's table; made once for each content of the table.

    Parameters
    ----------
    path
        A .csv, .parquet or .geojson file with the columns (or properties) `id`, `name`, `lat`, `lon`, which a
        GeoJSON feature has in its geometry, and any of `OPTIONAL`; `names` are parted by "|". A file of
        another ending is taken as a gazetteer file and returned as it is.
    cache
        Folder for the file; by default one in the user's cache.

    Raises
    ------
    GazetteerError
        If the file cannot be read, lacks a column, or has an impossible coordinate or an id twice; the
        message names the row.
    """
    if path.suffix.lower() not in ENDINGS:
        return path
    try:
        content = path.read_bytes()
    except OSError as error:
        raise GazetteerError(f"Gazetteer {str(path)!r} cannot be read: {error.strerror}.") from error
    made = (cache or cache_dir() / "tables") / f"{hashlib.sha256(content).hexdigest()[:16]}.sqlite"
    if not made.exists():
        rows = {".csv": _csv_rows, ".parquet": _parquet_rows}.get(path.suffix.lower(), _geojson_rows)(path)
        entries = list(_entries(path, rows))
        sources = [
            Source(key, licence, key) for key, licence in sorted({(e.source, lic) for e, lic in entries})
        ]
        write_table(
            made, [entry for entry, _ in entries], sources, {"title": path.name}, transcribed=frozenset()
        )
    return made


def _csv_rows(path: Path) -> Iterator[tuple[str, Row]]:
    """Yield ("line N", row)."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            _check_columns(path, reader.fieldnames or ())
            for row in reader:
                yield f"line {reader.line_num}", row
    except (UnicodeDecodeError, csv.Error) as error:
        raise GazetteerError(f"Gazetteer {str(path)!r} is no CSV in UTF-8: {error}.") from error


def _parquet_rows(path: Path) -> Iterator[tuple[str, Row]]:
    """Yield ("row N", row), counted from 1."""
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise GazetteerError(f"Gazetteer {str(path)!r} is no Parquet file: {error}.") from error
    _check_columns(path, table.column_names)
    kept = [name for name in (*REQUIRED, *OPTIONAL) if name in table.column_names]
    for number, row in enumerate(table.select(kept).to_pylist(), 1):
        yield f"row {number}", row


def _geojson_rows(path: Path) -> Iterator[tuple[str, Row]]:
    """Yield ("feature N", row), counted from 1; an area stands at a point inside it."""
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        features = document["features"]
    except (ValueError, KeyError, TypeError) as error:
        raise GazetteerError(f"Gazetteer {str(path)!r} is no GeoJSON FeatureCollection: {error}.") from error
    for number, feature in enumerate(features, 1):
        try:
            geometry = shape(feature["geometry"])
            point = geometry.representative_point()
            row = {**(feature.get("properties") or {}), "lon": point.x, "lat": point.y}
            row.setdefault("id", feature.get("id", ""))
        except (ShapelyError, KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise GazetteerError(
                f"{str(path)!r} feature {number} has no usable geometry: {error}."
            ) from error
        _check_columns(path, row)
        if geometry.area:
            row["box"] = geometry.bounds
        yield f"feature {number}", row


def _check_columns(path: Path, columns: Any) -> None:
    lacking = [name for name in REQUIRED if name not in columns]
    if lacking:
        raise GazetteerError(
            f"Gazetteer {str(path)!r} lacks the columns {lacking}; it has {sorted(columns)}."
        )


def _entries(path: Path, rows: Iterator[tuple[str, Row]]) -> Iterator[tuple[Entry, str]]:
    """Yield (entry, licence)."""
    seen: dict[str, str] = {}
    for where, row in rows:
        place = f"{str(path)!r} {where}"
        ref, name = str(row["id"] or "").strip(), str(row["name"] or "").strip()
        if not ref or not name:
            raise GazetteerError(f"{place}: id is {ref!r} and name is {name!r}; both must be given.")
        if ref in seen:
            raise GazetteerError(f"{place}: the id {ref!r} stands at {seen[ref]} too; ids must differ.")
        seen[ref] = where
        lat, lon = _number(place, row, "lat"), _number(place, row, "lon")
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise GazetteerError(
                f"{place}: lat {lat:g}, lon {lon:g} is no place on Earth; lat goes to 90 and lon to 180."
            )
        feature_class = str(row.get("feature_class") or "P").upper()[:1]
        if feature_class not in CLASSES:
            raise GazetteerError(
                f"{place}: feature_class is {feature_class!r}; GeoNames' letters are {CLASSES}."
            )
        population = int(_number(place, row, "population", 0.0))
        others = [text.strip() for text in str(row.get("names") or "").split("|")]
        entry = Entry(
            source=str(row.get("source") or path.stem),
            ref=int(ref) if ref.isdecimal() else ref,
            name=name,
            lon=lon,
            lat=lat,
            feature_class=feature_class,
            feature_code=str(row.get("feature_code") or ""),
            population=population,
            extent_m=_number(place, row, "extent_m", 0.0),
            country=str(row.get("country") or "").upper(),
            admin1=("", str(row.get("admin1") or "")),
            admin2=("", str(row.get("admin2") or "")),
            box=row.get("box"),
            names=tuple((text, "", ALTERNATE) for text in dict.fromkeys(others) if text and text != name),
        )
        entry.prominence = max(_PROMINENCE, entry.rank)
        yield entry, str(row.get("licence") or "")


def _number(place: str, row: Row, column: str, default: float | None = None) -> float:
    value = row.get(column)
    if value in (None, "") and default is not None:
        return default
    try:
        return float(value)  # type: ignore[arg-type]  # what is no number is told
    except (TypeError, ValueError) as error:
        raise GazetteerError(f"{place}: {column} is {value!r}; it must be a number.") from error
