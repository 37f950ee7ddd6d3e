"""The gazetteer: names -> places, from SQLite tables, without a network."""

from __future__ import annotations

import bisect
import json
import math
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from importlib import resources
from pathlib import Path

from rapidfuzz.distance import OSA
from shapely.geometry import Point

from mapper.errors import GazetteerError
from mapper.model import NameHit, Place
from mapper.places.names import fold, looser_keys, skeleton
from mapper.places.table import (
    ABBREVIATION,
    ALTERNATE,
    BARE,
    CLASSES,
    DEMONYM,
    HOW,
    NAME,
    SCHEMA_VERSION,
    TYPELESS,
    cell_of,
)

SHIPPED = ("gazetteer.sqlite", "gazetteer-odbl.sqlite")

# `Place.match` by the way in which the name belongs to the place; an exact spelling is 1.0.
_MATCH = {NAME: 0.98, ALTERNATE: 0.95, ABBREVIATION: 0.93, DEMONYM: 0.9, BARE: 0.85, TYPELESS: 0.8}
_LOOSER = 0.75  # the query had to lose an article, a type or a compass word
_INNER = 0.5  # only a part of the query is a name ("Aleppo University")
_SAME_PLACE_M = 8_000.0  # two tables' points for one town differ by less (centre against town hall)

_EARTH_M = 6_371_008.8


class _Table:
    """One open SQLite file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.db = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            self.info = dict(self.db.execute("SELECT key, value FROM info"))
        except sqlite3.Error as error:
            raise GazetteerError(
                f"{str(path)!r} is not a gazetteer file that can be read: {error}."
            ) from error
        if self.info.get("schema") != str(SCHEMA_VERSION):
            raise GazetteerError(
                f"{str(path)!r} has gazetteer schema {self.info.get('schema')!r}; build it again for schema {SCHEMA_VERSION}."
            )
        self.sources = {
            row[0]: row[1:] for row in self.db.execute("SELECT id, key, licence, attribution FROM sources")
        }
        steps = json.loads(self.info["prominence"])
        self._step_starts = [start for start, _ in steps]
        self._step_values = [value for _, value in steps]

    def prominence(self, number: int) -> float:
        """Return the prominence of a place by its number."""
        return float(self._step_values[bisect.bisect_right(self._step_starts, number) - 1])

    def rows(self, key: str, limit: int) -> list[tuple[int, int]]:
        """Return (number, how) of the places with a key, most prominent first."""
        found = self.db.execute(
            "SELECT place, how FROM names WHERE key=? ORDER BY place LIMIT ?", (key, limit)
        )
        return [(number, how // len(CLASSES)) for number, how in found]

    def place(self, number: int) -> tuple[Place, str]:
        """Return a place by its number, and the id of the place it is the same as, or ""."""
        (ref, source, name, lon, lat, klass, code, population, extent, country, code1, name1, code2, name2, names, same,
         west, south, east, north) = self.db.execute(_PLACE, (number,)).fetchone()  # fmt: skip
        key, licence, _ = self.sources[source]
        place = Place(
            id=f"{key}:{ref}",
            name=name,
            geometry=Point(lon, lat),
            feature_class=klass,
            feature_code=code,
            population=population,
            extent_m=extent,
            country=country,
            admin1=name1 or "",
            admin2=name2 or "",
            source=key,
            licence=licence,
            admin1_code=code1 or "",
            admin2_code=code2 or "",
            name_count=names,
            box=None if west is None else (west, south, east, north),
        )
        return place, same or ""


_PLACE = """
SELECT ref, source, p.name, lon, lat, class, p.code, population, extent, country, a.code, a.name, b.code, b.name, names,
    same_as, west, south, east, north
FROM places p LEFT JOIN units a ON a.id=admin1 LEFT JOIN units b ON b.id=admin2 LEFT JOIN boxes ON place=p.id WHERE p.id=?
"""


def open_gazetteer(*extra_tables: Path) -> TableGazetteer:
    """
    Return the shipped gazetteer, with further tables beside it.

    Parameters
    ----------
    extra_tables
        Gazetteer files as `mapper gazetteer install` writes them; they come before the shipped ones.

    Examples
    --------
    >>> open_gazetteer().candidates("Tripoli")[0].country
    'LY'
    >>> open_gazetteer().candidates("")
    []
    """
    folder = Path(str(resources.files("mapper") / "resources"))
    shipped = [folder / name for name in SHIPPED if (folder / name).exists()]
    return TableGazetteer(*extra_tables, *shipped)


class TableGazetteer:
    """Places from SQLite tables, opened on first use; pickled as the paths.

    Parameters
    ----------
    paths
        Files written by `mapper.places.table.write_table`; the earlier one wins where two hold one place.
    """

    def __init__(self, *paths: Path) -> None:
        for path in paths:
            if not Path(path).exists():
                raise GazetteerError(f"The gazetteer file {str(path)!r} does not exist.")
        self.paths = tuple(Path(path) for path in paths)
        self._known: dict[str, tuple[float, str]] = {}

    def __getstate__(self) -> tuple[Path, ...]:
        return self.paths

    def __setstate__(self, paths: tuple[Path, ...]) -> None:
        self.paths = paths
        self._known = {}

    @cached_property
    def _tables(self) -> tuple[_Table, ...]:
        return tuple(_Table(path) for path in self.paths)

    @property
    def attributions(self) -> tuple[str, ...]:
        """Return one line of credit for each source, in the order of the tables."""
        return tuple(
            dict.fromkeys(
                credit for table in self._tables for _, _, credit in table.sources.values() if credit
            )
        )

    def info(self) -> list[dict[str, str]]:
        """Return for each table its path, size in bytes, numbers, date and licences."""
        return [
            {
                "path": str(table.path),
                "bytes": str(table.path.stat().st_size),
                **{key: value for key, value in sorted(table.info.items()) if key != "prominence"},
                "licences": ", ".join(sorted({licence for _, licence, _ in table.sources.values()})),
            }
            for table in self._tables
        ]

    def candidates(self, name: str, *, limit: int = 60) -> list[Place]:
        """
        Return the places that `name` can mean, best match first, then by prominence.

        Looser ways are tried only where the stricter give nothing: the name itself (any spelling of it); without
        article, type or compass word; misspelt; names inside it ("Aleppo University"). `Place.matched` says which
        way it was and `Place.match` how well.

        Parameters
        ----------
        name
            As a report writes it.
        limit
            The most that are returned.

        Returns
        -------
        places
            Empty when nothing is known, or `name` is empty or no name.
        """
        name = name.strip()
        key = fold(name.removesuffix("'s").removesuffix("’s"))
        if not key or limit < 1:
            return []
        found = self._by_key(name, key, 1.0, "", limit)
        if not found and "," in name:
            found = self._within(name, limit)
        if len(found) < limit:
            for looser in looser_keys(key):
                found += self._by_key(name, looser, _LOOSER, "looser", limit - len(found))
        if not found:
            found = self._misspelt(key, limit)
        if not found and " " in key:
            found = self._inner(name, limit)
        return _merged(found)[:limit]

    def place(self, id: str) -> Place | None:
        """Return the place with an id, None when there is none."""
        source, _, ref = id.partition(":")
        value: int | str = int(ref) if ref.isdecimal() else ref
        for table in self._tables:
            for (number,) in table.db.execute("SELECT id FROM places WHERE ref=?", (value,)):
                place, same_as = table.place(number)
                if place.id == id and not same_as:
                    return place
        return None

    def names(self, id: str) -> list[tuple[str, str]]:
        """Return the (name, language or "") pairs of a place from every table; empty when there is none."""
        source, _, ref = id.partition(":")
        value: int | str = int(ref) if ref.isdecimal() else ref
        found: dict[tuple[str, str], None] = {}
        for table in self._tables:
            rows = table.db.execute(
                "SELECT p.name, s.names, p.source FROM places p LEFT JOIN spellings s ON s.place=p.id "
                "WHERE (p.ref=? AND p.same_as IS NULL) OR p.same_as=?", (value, id))  # fmt: skip
            for name, spelled, source_id in rows:
                found[(name, "")] = None
                for item in (spelled or "").split("|"):
                    language, equals, spelling = item.rpartition("=")
                    if spelling:
                        found[(spelling, language)] = None
        return list(found)

    def prefix(self, start: str, *, limit: int = 20) -> list[Place]:
        """Return the most prominent places with a name that begins with `start`; empty when it holds no letter."""
        key = fold(start)
        if not key:
            return []
        found = []
        for table in self._tables:
            rows = table.db.execute(
                "SELECT place, min(how) FROM names WHERE key>=? AND key<? GROUP BY place ORDER BY place LIMIT ?",
                (key, key + "\U0010ffff", limit))  # fmt: skip
            found += [
                (self._made(table, number, 0.9, "prefix"), table.prominence(number)) for number, _ in rows
            ]
        return _merged(found)[:limit]

    def nearest(self, point: Point, k: int = 1) -> list[Place]:
        """
        Return the `k` places nearest to a point, the nearest first.

        Parameters
        ----------
        point
            As (lon, lat) in degrees, WGS 84.
        k
            How many; fewer come back where the gazetteer holds fewer within some 1,100 km.
        """
        found: dict[str, tuple[float, Place]] = {}
        for ring in range(11):
            for table in self._tables:
                for number, lon, lat in _in_ring(table.db, point, ring):
                    place, same_as = table.place(number)
                    if not same_as and place.feature_class in "PS":
                        found[place.id] = (_distance_m(point.x, point.y, lon, lat), place)
            nearest = sorted(found.values(), key=lambda pair: (pair[0], pair[1].id))[:k]
            # What lies outside the rings seen is at least `ring` cells away, narrower towards the poles.
            safe_m = ring * 111_000 * max(math.cos(math.radians(min(abs(point.y) + ring, 89))), 0.01)
            if len(nearest) == k and nearest[-1][0] <= safe_m:
                break
        return [place for _, place in nearest]

    def find_names(self, text: str) -> list[NameHit]:
        """
        Return every run of up to five words in `text` that is a name, by start and end; overlapping ones too.

        A run begins and ends with a capital, a digit or a letter of a script without case. What agrees only
        without its type ("Khost" of "Khost Province") does not count, what agrees without an article does.
        Abbreviations count in capitals only. Time is linear in the length of the text.

        Examples
        --------
        >>> gazetteer = open_gazetteer()
        >>> text = "Rebels left Benghazi for the oil port of Ras Lanuf."
        >>> [text[hit.start : hit.end] for hit in gazetteer.find_names(text)][-1]
        'Ras Lanuf'
        >>> gazetteer.find_names("")
        []
        """
        spans = list(_runs(text))
        self._learn({key for _, _, key in spans})
        hits = []
        for start, end, key in spans:
            known = self._known.get(key)
            if known and known[1] and (len(key) > 3 or _is_short_name(text[start:end], known[1])):
                hits.append(NameHit(start, end, known[0], known[1].replace("a", "")))
        return [hit for hit in hits if hit.feature_classes]

    def _learn(self, keys: set[str]) -> None:
        """Look up prominence and classes of keys not seen before."""
        if len(self._known) > 200_000:
            self._known.clear()
        new = sorted(key for key in keys if key not in self._known)
        for key in new:
            self._known[key] = (0.0, "")
        for first in range(0, len(new), 500):
            batch = new[first : first + 500]
            marks = ",".join("?" * len(batch))
            for table in self._tables:
                query = f"SELECT key, how, min(place) FROM names WHERE key IN ({marks}) GROUP BY key, how"
                for key, how, number in table.db.execute(query, batch):
                    kind, klass = divmod(how, len(CLASSES))
                    if kind == TYPELESS:
                        continue
                    letter = "D" if kind == DEMONYM else CLASSES[klass]
                    # "a" marks what is known as an abbreviation only, which needs capitals.
                    letters = letter + "a" if kind == ABBREVIATION else letter
                    prominence, classes = self._known[key]
                    self._known[key] = (
                        max(prominence, table.prominence(number)), "".join(sorted(set(classes) | set(letters))))  # fmt: skip

    def _made(self, table: _Table, number: int, match: float, matched: str) -> Place:
        place, same_as = table.place(number)
        if same_as:
            place = self.place(same_as) or place
        return replace(place, match=match, matched=matched)

    def _by_key(
        self, name: str, key: str, factor: float, matched: str, limit: int
    ) -> list[tuple[Place, float]]:
        """Return (place, prominence) for a key; `factor` lowers the match, `matched` overrides how it is called."""
        found = []
        for table in self._tables:
            for number, how in table.rows(key, limit):
                if how == ABBREVIATION and not _is_short_name(name, "a"):
                    continue
                place = self._made(table, number, _MATCH[how] * factor, matched or HOW[how])
                if how == NAME and factor == 1.0 and place.name == name:
                    place = replace(place, match=1.0)
                found.append((place, table.prominence(number)))
        return found

    def _within(self, name: str, limit: int) -> list[tuple[Place, float]]:
        """Return the places for "Paris, Texas": those of the first part, the ones inside the second foremost."""
        head, _, tail = name.partition(",")
        around = self.candidates(tail, limit=5)
        countries = {place.country for place in around if place.feature_code.startswith("PCL")}
        units = {place.name for place in around if place.feature_class == "A"}
        found = []
        for place in self.candidates(head, limit=limit):
            inside = place.country in countries or place.admin1 in units or place.admin2 in units
            found.append(
                (
                    replace(place, match=place.match * (0.98 if inside else 0.7)),
                    math.log10(place.population + 1),
                )
            )
        return found

    def _misspelt(self, key: str, limit: int) -> list[tuple[Place, float]]:
        """Return the places whose name is a slip or another transcription away."""
        found = []
        for table in self._tables:
            scored = sorted((-score, other) for other, score in _similar(table.db, key).items())
            for minus_score, other in scored[:12]:
                for number, how in table.rows(other, 5):
                    if how != ABBREVIATION:
                        place = self._made(table, number, -minus_score * _MATCH[how], "misspelt")
                        found.append((place, table.prominence(number)))
        return found

    def _inner(self, name: str, limit: int) -> list[tuple[Place, float]]:
        """Return the places of the names inside a longer one, longest name first."""
        hits = sorted(self.find_names(name), key=lambda hit: (hit.start - hit.end, hit.start))
        found: list[tuple[Place, float]] = []
        for hit in hits[:4]:
            part = name[hit.start : hit.end]
            if hit.end - hit.start >= 4:
                share = (hit.end - hit.start) / len(name)
                found += self._by_key(part, fold(part), _INNER + 0.2 * share, "inner", limit // 2)
        return found


_TOKEN = re.compile(r"[^\W_]+(?:['’‘`ʻʼ.][^\W_]+)*\.?")
_GAP = re.compile(r"[\s\-–/.’']{1,3}\Z")
_PARTICLES = frozenset(
    "of the al el as es ash esh ad ar az et er de la le les los las del du des da do dos di da i y and e en upon on am an "
    "der den im in bei sur sous aux ul ez bin".split()
)
_MAX_WORDS = 5


def _runs(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, key) of the runs of words that may be names."""
    tokens = [(m.start(), m.end()) for m in _TOKEN.finditer(text) if m.end() - m.start() <= 40]
    for index, (start, _) in enumerate(tokens):
        first = text[start]
        if first.islower() and text[start : tokens[index][1]] not in _PARTICLES or first.isdigit():
            continue
        key = ""
        for ahead in range(index, min(index + _MAX_WORDS, len(tokens))):
            word_start, word_end = tokens[ahead]
            if ahead > index and not _GAP.match(text[tokens[ahead - 1][1] : word_start]):
                break
            word = text[word_start:word_end]
            lower = word[0].islower()
            if lower and word not in _PARTICLES:
                break
            key = fold(text[start:word_end])
            if not lower and len(key) > 1:
                # A full stop belongs to an abbreviation ("U.S."), not to the end of a sentence.
                end = word_end - (word.endswith(".") and "." not in word[:-1])
                yield start, end, key


def _is_short_name(text: str, classes: str) -> bool:
    """Tell whether a short spelling can stand for a place: an abbreviation only in capitals, a name if capitalised."""
    letters = [c for c in text if c.isalpha()]
    if all(not c.islower() for c in letters):
        return True
    return "a" not in classes and text[:1].isupper()


def _similar(db: sqlite3.Connection, key: str) -> dict[str, float]:
    """
    Return the stored keys that are a slip away, with a score below 1.

    A slip leaves either the first or the second half of a name as it was, so both halves are looked up, and what
    they give is measured (optimal string alignment: insertion, deletion, exchange, swap). Another transcription
    has the same consonants.
    """
    allowed = 0 if len(key) < 4 else 1 if len(key) < 8 else 2
    scores: dict[str, float] = {}
    if allowed:
        half = len(key) // 2
        low, high = len(key) - allowed, len(key) + allowed
        for table, query in (("names", key), ("endings", key[::-1])):
            start = query[: half if table == "names" else len(key) - half - 1] or query[:1]
            rows = db.execute(
                f"SELECT DISTINCT key FROM {table} WHERE key>=? AND key<? AND length(key) BETWEEN ? AND ?",
                (start, start + "\U0010ffff", low, high))  # fmt: skip
            for (other,) in rows:
                distance = OSA.distance(query, other, score_cutoff=allowed)
                if 0 < distance <= allowed:
                    scores[other if table == "names" else other[::-1]] = 1 - distance / (len(key) + 2)
    if not scores and (bones := skeleton(key)):
        for (other,) in db.execute("SELECT key FROM skeletons WHERE skeleton=?", (bones,)):
            likeness = OSA.normalized_similarity(key, other)
            if likeness >= 0.6 and other != key:
                scores[other] = 0.9 * likeness
    return scores


def _in_ring(db: sqlite3.Connection, point: Point, ring: int) -> Iterator[tuple[int, float, float]]:
    """Yield (number, lon, lat) of the places in the square ring of one-degree cells about a point."""
    lon0, lat0 = math.floor(point.x), math.floor(point.y)
    for lat in range(max(lat0 - ring, -90), min(lat0 + ring, 90) + 1):
        edge = abs(lat - lat0) == ring
        for lon in range(lon0 - ring, lon0 + ring + 1) if edge else {lon0 - ring, lon0 + ring}:
            cell = cell_of((lon + 180) % 360 - 180, lat)
            yield from db.execute("SELECT id, lon, lat FROM places WHERE cell=?", (cell,))


def _distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Return the great-circle distance (haversine), good to half a percent: enough to compare."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    a = (
        math.sin((phi2 - phi1) / 2) ** 2
        + math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    )
    return 2 * _EARTH_M * math.asin(min(1.0, math.sqrt(a)))


def _merged(found: Iterable[tuple[Place, float]]) -> list[Place]:
    """Return places best match first, then by prominence; one for each place that several tables or keys gave."""
    kept: list[Place] = []
    seen: dict[str, None] = {}
    by_name: dict[tuple[str, str], list[Place]] = {}
    for place, _ in sorted(found, key=lambda pair: (-pair[0].match, -pair[1], pair[0].id)):
        if place.id in seen:
            continue
        seen[place.id] = None
        twins = by_name.setdefault((fold(place.name), place.feature_class), [])
        x, y = place.geometry.x, place.geometry.y
        if any(_distance_m(x, y, t.geometry.x, t.geometry.y) < _SAME_PLACE_M for t in twins):
            continue
        twins.append(place)
        kept.append(place)
    return kept
