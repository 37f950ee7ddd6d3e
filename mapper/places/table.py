"""The file that a gazetteer is: an SQLite database of places and of the keys of their names.

Places are numbered by prominence, 1 the most prominent, so the rows of a key come out best first without sorting.
Equal entries give equal bytes.
"""

from __future__ import annotations

import json
import math
import os
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mapper.places.names import bare_key, fold, skeleton, typeless_key

SCHEMA_VERSION = 1

# How a key belongs to its place; the number is stored. The order is that of trust.
HOW = ("name", "alternate", "abbreviation", "demonym", "bare", "typeless")
NAME, ALTERNATE, ABBREVIATION, DEMONYM, BARE, TYPELESS = range(len(HOW))
CLASSES = "APSTHLRUV"  # GeoNames' feature classes

# Feature codes whose names are kept whole: nobody calls Kansas City "Kansas".
_TYPELESS_CLASSES = "ATHL"

_SCHEMA = """
CREATE TABLE info (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sources (id INTEGER PRIMARY KEY, key TEXT, licence TEXT, attribution TEXT);
CREATE TABLE units (id INTEGER PRIMARY KEY, code TEXT, name TEXT);
CREATE TABLE places (
    id INTEGER PRIMARY KEY, ref, source INTEGER, name TEXT, lon REAL, lat REAL, class TEXT, code TEXT,
    population INTEGER, extent REAL, country TEXT, admin1 INTEGER, admin2 INTEGER, names INTEGER, cell INTEGER,
    same_as TEXT
);
CREATE TABLE boxes (place INTEGER PRIMARY KEY, west REAL, south REAL, east REAL, north REAL);
CREATE TABLE spellings (place INTEGER PRIMARY KEY, names TEXT);
CREATE TABLE names (key TEXT, place INTEGER, how INTEGER, PRIMARY KEY (key, place, how)) WITHOUT ROWID;
CREATE TABLE endings (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE skeletons (skeleton TEXT, key TEXT, PRIMARY KEY (skeleton, key)) WITHOUT ROWID;
"""
_INDEXES = """
CREATE INDEX places_ref ON places (ref);
CREATE INDEX places_cell ON places (cell);
"""


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from: a short key, the licence, and the line of credit for a map."""

    key: str
    licence: str
    attribution: str


@dataclass(slots=True)
class Entry:
    """A place on its way into a table.

    `ref` is unique within its source; the place's id becomes "source:ref". `admin1`, `admin2` are (code, name).
    `names` holds (spelling, language or "", index into `HOW`) besides `name`. `same_as` is the id of a
    place of another table that this entry only adds names to. `prominence` orders places as log10 of a
    population would.
    """

    source: str
    ref: int | str
    name: str
    lon: float
    lat: float
    feature_class: str = "P"
    feature_code: str = ""
    population: int = 0
    extent_m: float = 0.0
    country: str = ""
    admin1: tuple[str, str] = ("", "")
    admin2: tuple[str, str] = ("", "")
    box: tuple[float, float, float, float] | None = None
    names: tuple[tuple[str, str, int], ...] = ()
    same_as: str = ""
    prominence: float | None = None

    @property
    def id(self) -> str:
        """Return the id that the place will have."""
        return f"{self.source}:{self.ref}"

    @property
    def rank(self) -> float:
        """Return `prominence`, or log10 of the population where none is given."""
        return math.log10(max(self.population, 1)) if self.prominence is None else self.prominence


def cell_of(lon: float, lat: float) -> int:
    """
    Return the number of the one-degree cell that holds a point.

    Examples
    --------
    >>> cell_of(-180.0, -90.0), cell_of(13.2, 32.9), cell_of(180.0, 90.0)
    (0, 44113, 65159)
    """
    return min(int(lat + 90), 180) * 360 + int(lon + 180) % 360


def _keys(entry: Entry) -> dict[str, int]:
    """Return the keys of an entry with the most trusted way in which each belongs to it."""
    keys: dict[str, int] = {}

    def add(key: str, how: int) -> None:
        if key and how < keys.get(key, len(HOW)):
            keys[key] = how

    for spelling, how in [(entry.name, NAME), *((name, how) for name, _, how in entry.names)]:
        key = fold(spelling)
        add(key, how)
        if how <= ALTERNATE:
            add(bare_key(key), BARE)
            if entry.feature_class in _TYPELESS_CLASSES:
                add(typeless_key(key), TYPELESS)
                add(bare_key(typeless_key(key)), TYPELESS)
    return keys


def _has_skeleton(key: str) -> bool:
    return key.isascii() and not any(c.isdigit() for c in key)


def write_table(
    path: Path,
    entries: Iterable[Entry],
    sources: Sequence[Source],
    info: dict[str, str],
    *,
    skeletons: frozenset[str],
) -> None:
    """
    Write a gazetteer file, replacing `path` only when it is complete.

    Parameters
    ----------
    path
        The file to write.
    entries
        In any order; equal entries give equal bytes.
    sources
        Every source that an entry names.
    info
        Facts about the table as text, such as its date.
    skeletons
        Countries (ISO 3166-1 alpha-2) whose names are transcribed from another script and are also found
        by their consonants.
    """
    ordered = sorted(entries, key=lambda e: (-e.rank, CLASSES.find(e.feature_class), e.source, str(e.ref)))
    source_ids = {source.key: number for number, source in enumerate(sources, 1)}
    units = sorted({unit for e in ordered for unit in (e.admin1, e.admin2) if unit[0] or unit[1]})
    unit_ids = {unit: number for number, unit in enumerate(units, 1)}
    partial = path.with_name(path.name + ".part")
    partial.unlink(missing_ok=True)
    with sqlite3.connect(partial) as db:
        db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA page_size=4096;" + _SCHEMA)
        db.executemany("INSERT INTO sources VALUES (?,?,?,?)",
                       [(source_ids[s.key], s.key, s.licence, s.attribution) for s in sources])  # fmt: skip
        db.executemany("INSERT INTO units VALUES (?,?,?)", [(unit_ids[u], *u) for u in units])
        names: list[tuple[str, int, int]] = []
        bones: set[tuple[str, str]] = set()
        for number, e in enumerate(ordered, 1):
            keys = _keys(e)
            names.extend(
                (key, number, how * len(CLASSES) + CLASSES.index(e.feature_class))
                for key, how in keys.items()
            )
            if e.country in skeletons:
                bones.update(
                    (skeleton(key), key) for key, how in keys.items() if how <= BARE and _has_skeleton(key)
                )
            db.execute(
                "INSERT INTO places VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (number, e.ref, source_ids[e.source], e.name, round(e.lon, 5), round(e.lat, 5), e.feature_class,
                 e.feature_code, e.population, round(e.extent_m), e.country, unit_ids.get(e.admin1, 0),
                 unit_ids.get(e.admin2, 0), 1 + len(e.names), cell_of(e.lon, e.lat), e.same_as or None),
            )  # fmt: skip
            if e.box:
                db.execute("INSERT INTO boxes VALUES (?,?,?,?,?)", (number, *(round(v, 3) for v in e.box)))
            if e.names:
                spelled = "|".join(f"{lang}={name}" if lang else name for name, lang, _ in e.names)
                db.execute("INSERT INTO spellings VALUES (?,?)", (number, spelled))
        names.sort()
        db.executemany("INSERT INTO names VALUES (?,?,?)", names)
        db.executemany(
            "INSERT INTO endings VALUES (?)", sorted({(key[::-1],) for key, _, _ in names if key.isascii()})
        )
        db.executemany("INSERT INTO skeletons VALUES (?,?)", sorted(row for row in bones if row[0]))
        facts = {
            **info,
            "schema": str(SCHEMA_VERSION),
            "places": str(len(ordered)),
            "names": str(len(names)),
            "prominence": json.dumps(_steps([e.rank for e in ordered])),
        }
        db.executemany("INSERT INTO info VALUES (?,?)", sorted(facts.items()))
        db.executescript(_INDEXES)
    db.execute("VACUUM")
    db.close()
    os.replace(partial, path)


def _steps(ranks: list[float]) -> list[tuple[int, float]]:
    """Return (number of the first place, prominence) for each step of 0.1 in falling order."""
    steps: list[tuple[int, float]] = []
    for number, rank in enumerate(ranks, 1):
        rounded = round(rank, 1)
        if not steps or steps[-1][1] != rounded:
            steps.append((number, rounded))
    return steps
