"""The file that a gazetteer is, written and read: an SQLite database of places and the keys of their names.

Places are numbered by prominence, 1 the most prominent, so the rows of a key come out best first without
sorting. Equal entries give equal bytes.
"""

from __future__ import annotations

import bisect
import json
import math
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz.distance import OSA
from shapely.geometry import Point

from mapper.atomic import replacing
from mapper.errors import GazetteerError
from mapper.model import Place
from mapper.places.names import bare_key, fold, skeleton, transcribed_keys, typeless_key

SCHEMA_VERSION = 1
# Coordinates are stored as whole steps of 0.00001 degree (1 m), x east of -180, y north of -90.
STEPS = 100_000
_SHORT = 8  # letters; below, all slips of a name are tried, and only one is allowed
_LONGEST = 26
_MISSPELT_RANK = 3.0  # a thousand people

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
    id INTEGER PRIMARY KEY, ref, source INTEGER, name TEXT, x INTEGER, y INTEGER, class TEXT, code TEXT,
    population INTEGER, extent INTEGER, country TEXT, admin1 INTEGER, admin2 INTEGER, names INTEGER,
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
CREATE INDEX places_same_as ON places (same_as) WHERE same_as IS NOT NULL;
CREATE INDEX places_cell ON places ((y/100000)*360 + x/100000);
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

    `ref` is unique within its source; the place's id becomes "source:ref". `admin1`, `admin2` are (code,
    name).
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
    (0, 44113, 64800)
    """
    return min(int(lat + 90), 180) * 360 + int(lon + 180) % 360


def _keys(entry: Entry, transcribed: bool) -> dict[str, int]:
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
            for other in transcribed_keys(key) if transcribed else ():
                add(other, BARE)
                add(bare_key(other), BARE)
            if entry.feature_class in _TYPELESS_CLASSES:
                add(typeless_key(key), TYPELESS)
                add(bare_key(typeless_key(key)), TYPELESS)
    return keys


def _is_plain(key: str) -> bool:
    """Tell whether a key is in Latin letters only: others are found as they are written."""
    return key.isascii() and not any(c.isdigit() for c in key)


def write_table(
    path: Path,
    entries: Iterable[Entry],
    sources: Sequence[Source],
    info: dict[str, str],
    *,
    transcribed: frozenset[str],
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
    transcribed
        Countries (ISO 3166-1 alpha-2) whose names are transcribed from another script and are also found
        by their consonants and with other endings.
    """
    # Neighbours stand together within a step of prominence: the file packs a seventh smaller.
    ordered = sorted(
        entries,
        key=lambda e: (
            -round(e.rank, 1),
            CLASSES.find(e.feature_class),
            e.country,
            e.admin1,
            e.admin2,
            e.name,
            e.id,
        ),
    )
    with replacing(path) as partial, closing(sqlite3.connect(partial)) as db:
        db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA page_size=4096;" + _SCHEMA)
        _write_places(db, ordered, sources)
        names = _write_names(db, ordered, transcribed)
        facts = {
            **info,
            "schema": str(SCHEMA_VERSION),
            "places": str(len(ordered)),
            "names": str(names),
            "prominence": json.dumps(_steps([e.rank for e in ordered])),
        }
        db.executemany("INSERT INTO info VALUES (?,?)", sorted(facts.items()))
        db.executescript(_INDEXES)
        db.commit()
        db.execute("VACUUM")


def _write_places(db: sqlite3.Connection, ordered: list[Entry], sources: Sequence[Source]) -> None:
    source_ids = {source.key: number for number, source in enumerate(sources, 1)}
    rows = [(source_ids[s.key], s.key, s.licence, s.attribution) for s in sources]
    db.executemany("INSERT INTO sources VALUES (?,?,?,?)", rows)
    units = sorted({unit for e in ordered for unit in (e.admin1, e.admin2) if unit != ("", "")})
    unit_ids = {unit: number for number, unit in enumerate(units, 1)}
    db.executemany("INSERT INTO units VALUES (?,?,?)", [(unit_ids[unit], *unit) for unit in units])
    for number, e in enumerate(ordered, 1):
        x, y = round((e.lon + 180) * STEPS) % (360 * STEPS), round((e.lat + 90) * STEPS)
        db.execute(
            "INSERT INTO places VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (number, e.ref, source_ids[e.source], e.name, x, y, e.feature_class, e.feature_code, e.population,
             round(e.extent_m), e.country, unit_ids.get(e.admin1, 0), unit_ids.get(e.admin2, 0),
             1 + len(e.names), e.same_as or None),
        )  # fmt: skip
        if e.box:
            db.execute("INSERT INTO boxes VALUES (?,?,?,?,?)", (number, *(round(v, 3) for v in e.box)))
        if spelled := _spellings(e):
            db.execute("INSERT INTO spellings VALUES (?,?)", (number, "|".join(spelled)))


def _spellings(entry: Entry) -> list[str]:
    """Return the spellings besides the name, of those with one key the first."""
    first: dict[str, str] = {}
    for name, language, _ in entry.names:
        first.setdefault(fold(name), f"{language}={name}" if language else name)
    first.pop(fold(entry.name), None)
    return list(first.values())


def _write_names(db: sqlite3.Connection, ordered: list[Entry], transcribed: frozenset[str]) -> int:
    """Write the keys and what finds misspelt ones; return how many."""
    names: list[tuple[str, int, int]] = []
    endings: set[str] = set()
    bones: set[tuple[str, str]] = set()
    for number, e in enumerate(ordered, 1):
        foreign = e.country in transcribed
        for key, how in _keys(e, foreign).items():
            names.append((key, number, how * len(CLASSES) + CLASSES.index(e.feature_class)))
            # Other scripts are found as they are written; hamlets elsewhere are seldom named and misspelt.
            if how in (NAME, ALTERNATE, BARE) and _is_plain(key) and (foreign or e.rank >= _MISSPELT_RANK):
                if _SHORT - 2 <= len(key) <= _LONGEST:
                    endings.add(key[::-1])
                if foreign and how != BARE:
                    bones.add((skeleton(key), key))
    names.sort()
    db.executemany("INSERT INTO names VALUES (?,?,?)", names)
    db.executemany("INSERT INTO endings VALUES (?)", sorted((ending,) for ending in endings))
    db.executemany("INSERT INTO skeletons VALUES (?,?)", sorted(row for row in bones if row[0]))
    return len(names)


def _steps(ranks: list[float]) -> list[tuple[int, float]]:
    """Return (number of the first place, prominence) for each step of 0.1 in falling order."""
    steps: list[tuple[int, float]] = []
    for number, rank in enumerate(ranks, 1):
        rounded = round(rank, 1)
        if not steps or steps[-1][1] != rounded:
            steps.append((number, rounded))
    return steps


_COLUMNS = """
    ref, source, p.name, x, y, class, p.code, population, extent, country, a.code, a.name, b.code, b.name,
    names, west, south, east, north, same_as
"""
_JOINED = "LEFT JOIN units a ON a.id=admin1 LEFT JOIN units b ON b.id=admin2 LEFT JOIN boxes ON place=p.id"
_PLACE = f"SELECT {_COLUMNS} FROM places p {_JOINED} WHERE p.id=?"
_NAMED = f"""
SELECT n.place, n.how, {_COLUMNS} FROM names n CROSS JOIN places p ON p.id=n.place
    {_JOINED.replace("place=", "boxes.place=")} WHERE key=? ORDER BY n.place LIMIT ?
"""

Record = tuple[Any, ...]  # the columns of a place


class Table:
    """A gazetteer file, open for reading; places are asked for by their number.

    Parameters
    ----------
    path
        A file of `write_table`. It must not change while it is open.

    Raises
    ------
    GazetteerError
        If the file is missing, broken, or of another schema.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.db = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            self.info = dict(self.db.execute("SELECT key, value FROM info"))
        except sqlite3.Error as error:
            raise GazetteerError(f"{str(path)!r} cannot be read as a gazetteer file: {error}.") from error
        if self.info.get("schema") != str(SCHEMA_VERSION):
            found = self.info.get("schema")
            raise GazetteerError(f"{str(path)!r} has schema {found!r}; build it again for {SCHEMA_VERSION}.")
        self.sources = {
            number: Source(*row)
            for number, *row in self.db.execute(
                "SELECT id, key, licence, attribution FROM sources ORDER BY id"
            )
        }
        steps = json.loads(self.info["prominence"])
        self._starts = [start for start, _ in steps]
        self._values = [float(value) for _, value in steps]

    def prominence(self, number: int) -> float:
        """Return log10 of the population, or what stands for it."""
        return self._values[bisect.bisect_right(self._starts, number) - 1]

    def rows(self, key: str, limit: int) -> list[tuple[int, int, Record]]:
        """Return (number, index into `HOW`, record) of the places with a key, most prominent first."""
        found = self.db.execute(_NAMED, (key, limit))
        return [(number, how // len(CLASSES), tuple(record)) for number, how, *record in found]

    def known(self, keys: Sequence[str]) -> Iterator[tuple[str, int, str, int]]:
        """Yield (key, index into `HOW`, feature class, number of the most prominent such place)."""
        marks = ",".join("?" * len(keys))
        query = f"SELECT key, how, min(place) FROM names WHERE key IN ({marks}) GROUP BY key, how"
        for key, how, number in self.db.execute(query, keys):
            yield key, how // len(CLASSES), CLASSES[how % len(CLASSES)], number

    def numbers(self, id: str) -> list[tuple[int, bool]]:
        """Return (number, whether it only adds names) of the entries of the place with an id."""
        source, _, ref = id.partition(":")
        value: int | str = int(ref) if ref.isdecimal() else ref
        own = self.db.execute("SELECT id, source FROM places WHERE ref=? AND same_as IS NULL", (value,))
        adding = self.db.execute("SELECT id FROM places WHERE same_as=?", (id,))
        return [(number, False) for number, key in own if self.sources[key].key == source] + [
            (number, True) for (number,) in adding
        ]

    def record(self, number: int) -> Record:
        """Return the record of the place with a number."""
        found: Record = self.db.execute(_PLACE, (number,)).fetchone()
        return found

    def place(
        self, record: Record, match: float = 1.0, matched: str = "name", *, exactly: str = ""
    ) -> tuple[Place, str]:
        """
        Return the place of a record, and the id of the place that it only adds names to, or "".

        A place whose name is spelled `exactly` so matches in full.
        """
        (ref, source, name, x, y, klass, code, population, extent, country, code1, name1, code2, name2, names,
         *box, same_as) = record  # fmt: skip
        origin = self.sources[source]
        place = Place(
            id=f"{origin.key}:{ref}",
            name=name,
            geometry=Point(x / STEPS - 180, y / STEPS - 90),
            feature_class=klass,
            feature_code=code,
            population=population,
            extent_m=extent,
            country=country,
            admin1=name1 or "",
            admin2=name2 or "",
            source=origin.key,
            licence=origin.licence,
            match=1.0 if name == exactly else match,
            matched=matched,
            admin1_code=code1 or "",
            admin2_code=code2 or "",
            name_count=names,
            box=None if box[0] is None else (box[0], box[1], box[2], box[3]),
        )
        return place, same_as or ""

    def spellings(self, number: int) -> list[tuple[str, str]]:
        """Return the (name, language or "") pairs of an entry, its own name first."""
        query = "SELECT p.name, s.names FROM places p LEFT JOIN spellings s ON s.place=p.id WHERE p.id=?"
        name, others = self.db.execute(query, (number,)).fetchone()
        pairs = [item.rpartition("=") for item in (others or "").split("|") if item]
        return [(name, ""), *((spelling, language) for language, _, spelling in pairs)]

    def starting(self, key: str, limit: int) -> list[int]:
        """Return the numbers of the most prominent places with a key that begins so."""
        query = "SELECT DISTINCT place FROM names WHERE key>=? AND key<? ORDER BY place LIMIT ?"
        return [number for (number,) in self.db.execute(query, (key, key + _LAST, limit))]

    def in_cell(self, cell: int) -> Iterator[tuple[int, float, float]]:
        """Yield (number, lon, lat) of the towns and facilities in a one-degree cell."""
        query = (
            "SELECT id, x, y FROM places "
            "WHERE (y/100000)*360 + x/100000 = ? AND class IN ('P', 'S') AND same_as IS NULL"
        )
        for number, x, y in self.db.execute(query, (cell,)):
            yield number, x / STEPS - 180, y / STEPS - 90

    def spelled_in_cell(self, cell: int) -> Iterator[tuple[int, float, float, list[str]]]:
        """Yield (number, lon, lat, spellings) of all entries in a one-degree cell."""
        query = (
            "SELECT p.id, x, y, p.name, s.names FROM places p LEFT JOIN spellings s ON s.place=p.id "
            "WHERE (y/100000)*360 + x/100000 = ?"
        )
        for number, x, y, name, others in self.db.execute(query, (cell,)):
            spelled = [item.rpartition("=")[2] for item in (others or "").split("|") if item]
            yield number, x / STEPS - 180, y / STEPS - 90, [name, *spelled]

    def similar(self, key: str) -> dict[str, float]:
        """
        Return the stored keys that are a slip or another transcription away, with a score below 1.

        A slip is a letter more, less or exchanged, or two swapped (optimal string alignment). In a short name
        all of them are tried; in one of eight letters and more, where two are allowed, one half is mostly as
        it was, so both halves are looked up and what they give is measured. Transcriptions of one name have
        the same consonants.
        """
        scores: dict[str, float] = {}
        for other, distance in self._slips(key):
            scores[other] = 1 - distance / (len(key) + 2)
        if bones := skeleton(key):
            for (other,) in self.db.execute("SELECT key FROM skeletons WHERE skeleton=?", (bones,)):
                likeness = OSA.normalized_similarity(key, other)
                # Below, the consonants agree by chance: "gualish", "gelis".
                if likeness >= 0.6 and other != key:
                    scores.setdefault(other, 0.9 * likeness)
        return scores

    def _slips(self, key: str) -> Iterator[tuple[str, int]]:
        """Yield (key, edit distance) of the stored keys within one edit, or two from eight letters on."""
        if 4 <= len(key) < _SHORT:
            edits = sorted(_one_edit(key))
            for first in range(0, len(edits), 500):
                batch = edits[first : first + 500]
                marks = ",".join("?" * len(batch))
                for (other,) in self.db.execute(
                    f"SELECT DISTINCT key FROM names WHERE key IN ({marks})", batch
                ):
                    yield other, 1
        elif len(key) >= _SHORT:
            half = len(key) // 2
            for table, wanted, kept in (("names", key, half), ("endings", key[::-1], len(key) - half - 1)):
                query = (
                    f"SELECT DISTINCT key FROM {table} WHERE key>=? AND key<? AND length(key) BETWEEN ? AND ?"
                )
                bounds = (wanted[:kept], wanted[:kept] + _LAST, len(key) - 2, len(key) + 2)
                for (other,) in self.db.execute(query, bounds):
                    distance = OSA.distance(wanted, other, score_cutoff=2)
                    if 0 < distance <= 2:
                        yield (other if table == "names" else other[::-1]), distance


def _one_edit(key: str) -> set[str]:
    """Return what is one letter more, less or other than a key, or has two letters swapped."""
    letters = "abcdefghijklmnopqrstuvwxyz " if key.isascii() else "".join(sorted(set(key)))
    splits = [(key[:at], key[at:]) for at in range(len(key) + 1)]
    less = {head + tail[1:] for head, tail in splits if tail}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in splits if len(tail) > 1}
    other = {head + letter + tail[1:] for head, tail in splits if tail for letter in letters}
    more = {head + letter + tail for head, tail in splits for letter in letters}
    return (less | swapped | other | more) - {key}


_LAST = "\U0010ffff"  # sorts after every letter that may follow
