"""The gazetteer: names -> places, from SQLite tables, without a network."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property
from importlib import resources
from pathlib import Path

from shapely.geometry import Point

from mapper.errors import GazetteerError
from mapper.model import NameHit, Place
from mapper.places.names import fold, looser_keys
from mapper.places.runs import UNKNOWN, Known, is_abbreviated, runs_of
from mapper.places.table import (
    ABBREVIATION,
    ALTERNATE,
    BARE,
    DEMONYM,
    HOW,
    NAME,
    TYPELESS,
    Record,
    Table,
    cell_of,
)

SHIPPED = ("gazetteer.sqlite", "gazetteer-odbl.sqlite")

# `Place.match` by the way in which the name belongs to the place; an exact spelling is 1.0.
_MATCH = {NAME: 0.98, ALTERNATE: 0.95, ABBREVIATION: 0.93, DEMONYM: 0.9, BARE: 0.85, TYPELESS: 0.8}
# "US" is no spelling of the town of Us where it is an abbreviation.
_MATCH_IN_CAPITALS = {how: match * (1 if how == ABBREVIATION else 0.9) for how, match in _MATCH.items()}
_LOOSER = 0.75  # the name asked for had to lose an article, a type or a compass word
_LONGER = 0.6  # it is the beginning of a longer name ("Ayers Rock Airport")
_LONGER_FROM = 4  # letters
_INNER = 0.5  # only a part of it is a name ("Aleppo University")
_SAME_PLACE_M = 8_000.0  # two tables' points for one town differ by less (centre against town hall)
_SAME_PLACE_DEG = 0.08  # of latitude, a little more than that
_KEPT_ANSWERS = 2_000  # of candidates, some 20 MB
_KNOWN_KEYS = 100_000  # keys remembered by find_names, some 15 MB

_EARTH_M = 6_371_008.8

Found = list[tuple[Place, float]]  # with its prominence


def open_gazetteer(*extra_tables: Path) -> TableGazetteer:
    """
    Return the shipped gazetteer, with further tables beside it.

    Parameters
    ----------
    extra_tables
        Gazetteer files, as `write_table` writes them; they come before the shipped ones.

    Raises
    ------
    GazetteerError
        If a table does not exist.

    Examples
    --------
    >>> open_gazetteer().candidates("Tripoli")[0].country
    'LY'
    >>> open_gazetteer().candidates("")
    []
    """
    folder = Path(str(resources.files("mapper") / "resources"))
    return TableGazetteer(*extra_tables, *(folder / name for name in SHIPPED))


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
        self._forget()

    def _forget(self) -> None:
        self._known: dict[str, Known] = {}
        self._answers: dict[tuple[str, int], tuple[Place, ...]] = {}

    def __getstate__(self) -> tuple[Path, ...]:
        return self.paths

    def __setstate__(self, paths: tuple[Path, ...]) -> None:
        self.paths = paths
        self._forget()

    @cached_property
    def _tables(self) -> tuple[Table, ...]:
        return tuple(Table(path) for path in self.paths)

    @property
    def attributions(self) -> tuple[str, ...]:
        """Return one line of credit for each source that asks for it, in the order of the tables."""
        credits = [source.attribution for table in self._tables for source in table.sources.values()]
        return tuple(dict.fromkeys(credit for credit in credits if credit))

    def credits(self, used: Iterable[str]) -> tuple[str, ...]:
        """Return the lines of credit of the sources with these keys, in the order of the tables."""
        keys = set(used)
        sources = (source for table in self._tables for source in table.sources.values())
        credits = [source.attribution for source in sources if source.key in keys]
        return tuple(dict.fromkeys(credit for credit in credits if credit))

    def countries(self) -> list[str]:
        """Return the codes of all countries that hold a place, ISO 3166-1 alpha-2, sorted."""
        rows = [row for t in self._tables for row in t.db.execute("SELECT DISTINCT country FROM places")]
        return sorted({country for (country,) in rows if country})

    def info(self) -> list[dict[str, str]]:
        """Return for each table its path, bytes, numbers of places and names, date and licences."""
        return [
            {
                "path": str(table.path),
                "bytes": str(table.path.stat().st_size),
                **{key: value for key, value in sorted(table.info.items()) if key != "prominence"},
                "licences": ", ".join(sorted({source.licence for source in table.sources.values()})),
            }
            for table in self._tables
        ]

    def candidates(self, name: str, *, limit: int = 150) -> list[Place]:
        """
        Return the places that `name` can mean, best match first, then by prominence.

        Looser ways are tried only where the name itself (any spelling of it) gives nothing: the part before a
        comma, without article, type or compass word, misspelt, as the beginning of a longer name; and last
        the names inside it ("Aleppo University"). `Place.matched` says which way it was and `Place.match` how
        well. A demonym gives its country or region, `matched` "demonym".

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
        known = self._answers.get((name, limit))
        if known is None:
            if len(self._answers) >= _KEPT_ANSWERS:
                self._answers.clear()
            known = self._answers[name, limit] = tuple(self._candidates(name.strip(), limit))
        return list(known)

    def _candidates(self, name: str, limit: int) -> list[Place]:
        key = fold(name.removesuffix("'s").removesuffix("’s"))
        if not key or limit < 1:
            return []
        found = self._by_key(name, key, limit)
        if not found and "," in name:
            found = self._within(name, limit)
        if not found:
            last = name.split()[-1]  # "Western US" ends in capitals
            forms = list(looser_keys(key))
            for looser in forms:
                found += self._by_key(last, looser, limit, factor=_LOOSER, matched="looser")
            for form in (key, *(() if found else forms)):
                found += self._misspelt(form)
            for form in (key, *forms):
                found += self._longer(form)
        if not found and " " in key:
            found = self._inner(name, limit)
        return _merged(found)[:limit]

    def place(self, id: str) -> Place | None:
        """Return the place with an id, None when there is none."""
        for table in self._tables:
            for number, only_names in table.numbers(id):
                if not only_names:
                    return table.place(table.record(number))[0]
        return None

    def names(self, id: str) -> list[tuple[str, str]]:
        """Return the (name, language or "") pairs of a place from every table; empty when there is none."""
        pairs = [
            pair
            for table in self._tables
            for number, _ in table.numbers(id)
            for pair in table.spellings(number)
        ]
        return list(dict.fromkeys(pairs))

    def prefix(self, start: str, *, limit: int = 20) -> list[Place]:
        """Return the most prominent places with a name that begins so; empty without a letter."""
        key = fold(start)
        if not key:
            return []
        found = [
            self._made(table, number, table.record(number), 0.9, "prefix")
            for table in self._tables
            for number in table.starting(key, limit)
        ]
        return _merged(found)[:limit]

    def nearest(self, point: Point, k: int = 1) -> list[Place]:
        """
        Return the `k` towns and facilities nearest to a point, the nearest first.

        Parameters
        ----------
        point
            As (lon, lat) in degrees, WGS 84.
        k
            How many; fewer come back where the gazetteer holds fewer within some 1,100 km.
        """
        found: list[tuple[float, int, int]] = []
        for ring in range(11):
            for cell in _ring_of_cells(point, ring):
                for index, table in enumerate(self._tables):
                    found += [
                        (_distance_m(point.x, point.y, lon, lat), index, number)
                        for number, lon, lat in table.in_cell(cell)
                    ]
            found.sort()
            # What lies outside the rings seen is at least `ring` cells away, narrower towards the poles.
            safe_m = ring * 111_000 * max(math.cos(math.radians(min(abs(point.y) + ring, 89))), 0.01)
            if len(found) >= k and found[k - 1][0] <= safe_m:
                break
        return [
            self._tables[index].place(self._tables[index].record(number))[0] for _, index, number in found[:k]
        ]

    def resembling(
        self, point: Point, radius_m: float, likeness: Callable[[str], float]
    ) -> list[tuple[Place, float]]:
        """
        Return the places of any kind within a distance of a point whose name is like another.

        Parameters
        ----------
        point, radius_m
            As (lon, lat) in degrees, WGS 84, and metres.
        likeness
            Of a spelling with the name sought: 0 for none, up to 1.

        Returns
        -------
        places
            With the likeness of the spelling that is most alike; those with none are left out.
        """
        span = radius_m / 111_000 / max(math.cos(math.radians(min(abs(point.y) + 2, 89))), 0.01)
        cells = {cell for ring in range(math.ceil(span) + 1) for cell in _ring_of_cells(point, ring)}
        found = []
        for table in self._tables:
            for number, lon, lat, spelled in (row for c in sorted(cells) for row in table.spelled_in_cell(c)):
                if _distance_m(point.x, point.y, lon, lat) <= radius_m:
                    like = max(likeness(spelling) for spelling in spelled)
                    if like > 0:
                        place, _ = self._made(table, number, table.record(number), like, "claimed")
                        found.append((place, like))
        return found

    def find_names(self, text: str) -> list[NameHit]:
        """
        Return every run of up to five words in `text` that is a name, by start and end; overlapping ones too.

        A run begins and ends with a capital, a digit or a letter of a script without case. What agrees only
        without its type ("Khost" of "Khost Province") does not count, what agrees without an article does.
        Abbreviations count in capitals or before a full stop only. Time is linear in the length of the text.

        Examples
        --------
        >>> gazetteer = open_gazetteer()
        >>> text = "Rebels left Benghazi for the oil port of Ras Lanuf."
        >>> [text[hit.start : hit.end] for hit in gazetteer.find_names(text) if hit.prominence > 4]
        ['Benghazi', 'Ras', 'Ras Lanuf', 'Lanuf']
        >>> gazetteer.find_names("")
        []
        """
        runs = list(runs_of(text))
        self._learn({key for _, _, key in runs})
        hits = []
        for start, end, key in runs:
            known = self._known[key]
            prominence, classes = known.prominence, known.classes
            if known.short and is_abbreviated(text[start : end + 1]):
                prominence, classes = max(prominence, known.short_prominence), classes | known.short
            if classes:
                hits.append(NameHit(start, end, prominence, "".join(sorted(classes))))
        return hits

    def _learn(self, keys: set[str]) -> None:
        """Look up what is not known yet of each key."""
        if len(self._known) > _KNOWN_KEYS:
            self._known.clear()
        new = sorted(keys - self._known.keys())
        self._known.update((key, UNKNOWN) for key in new)
        for first in range(0, len(new), 500):
            for table in self._tables:
                for key, how, letter, number in table.known(new[first : first + 500]):
                    if how != TYPELESS:
                        letter = "D" if how == DEMONYM else letter
                        short = how == ABBREVIATION
                        self._known[key] = self._known[key].also(
                            letter, table.prominence(number), short=short
                        )

    def _made(
        self, table: Table, number: int, record: Record, match: float, matched: str, *, exactly: str = ""
    ) -> tuple[Place, float]:
        place, same_as = table.place(record, match, matched, exactly=exactly)
        if same_as and (known := self.place(same_as)):
            place = replace(known, match=match, matched=matched)
        return place, table.prominence(number)

    def _by_key(self, name: str, key: str, limit: int, *, factor: float = 1.0, matched: str = "") -> Found:
        """Return the places of a key; `factor` lowers the match, `matched` overrides how it is called."""
        rows = [(table, *row) for table in self._tables for row in table.rows(key, limit)]
        if not rows:
            return []
        trust, exactly = _MATCH, name if factor == 1.0 else ""
        if is_abbreviated(name):
            if any(how == ABBREVIATION for _, _, how, _ in rows):
                trust, exactly = _MATCH_IN_CAPITALS, ""
        else:
            rows = [row for row in rows if row[2] != ABBREVIATION]
        return [
            self._made(
                table,
                number,
                record,
                trust[how] * factor,
                matched or HOW[how],
                exactly=exactly if how == NAME else "",
            )
            for table, number, how, record in rows
        ]

    def _within(self, name: str, limit: int) -> Found:
        """Return the places for "Paris, Texas": those of the first part, first the ones in the second."""
        head, _, tail = name.partition(",")
        around = self.candidates(tail, limit=5)
        countries = {place.country for place in around if place.feature_code == "PCLI"}
        units = {place.name for place in around if place.feature_class == "A"}
        found = []
        for place in self.candidates(head, limit=limit):
            inside = place.country in countries or place.admin1 in units or place.admin2 in units
            factor = 0.98 if inside else 0.7
            found.append((replace(place, match=place.match * factor), math.log10(place.population + 1)))
        return found

    def _misspelt(self, key: str) -> Found:
        """Return the places whose name is a slip or another transcription away."""
        found = []
        for table in self._tables:
            scored = sorted((-score, other) for other, score in table.similar(key).items())
            for minus_score, other in scored[:12]:
                for number, how, record in table.rows(other, 5):
                    if how != ABBREVIATION:
                        match = -minus_score * _MATCH[how]
                        found.append(self._made(table, number, record, match, "misspelt"))
        return found

    def _longer(self, key: str) -> Found:
        """Return the places whose name goes on after the key: an airport tells where its town lies."""
        if len(key) < _LONGER_FROM:
            return []
        return [
            self._made(table, number, table.record(number), _LONGER, "prefix")
            for table in self._tables
            for number in table.starting(f"{key} ", 5)
        ]

    def _inner(self, name: str, limit: int) -> Found:
        """Return the places of the names inside a longer one, but of none inside another of them."""
        hits = [hit for hit in self.find_names(name) if hit.end - hit.start >= 4]
        outer = [
            hit
            for hit in hits
            if not any(h is not hit and h.start <= hit.start and hit.end <= h.end for h in hits)
        ]
        found: Found = []
        for rank, hit in enumerate(sorted(outer, key=lambda hit: (-hit.prominence, hit.start))[:4]):
            part = name[hit.start : hit.end]
            found += self._by_key(part, fold(part), limit // 2, factor=_INNER - 0.05 * rank, matched="inner")
        return found


def _ring_of_cells(point: Point, ring: int) -> list[int]:
    """Return the one-degree cells that form the square ring about a point."""
    lon0, lat0 = math.floor(point.x), math.floor(point.y)
    cells = set()
    for lat in range(max(lat0 - ring, -90), min(lat0 + ring, 90) + 1):
        edge = abs(lat - lat0) == ring
        for lon in range(lon0 - ring, lon0 + ring + 1) if edge else (lon0 - ring, lon0 + ring):
            cells.add(cell_of((lon + 180) % 360 - 180, lat))
    return sorted(cells)


def _distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Return the great-circle distance (haversine), good to half a percent: enough to compare."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    a = (
        math.sin((phi2 - phi1) / 2) ** 2
        + math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    )
    return 2 * _EARTH_M * math.asin(min(1.0, math.sqrt(a)))


def _merged(found: Iterable[tuple[Place, float]]) -> list[Place]:
    """Return places best match first, then by prominence; one for each that several keys or tables gave."""
    found = list(found)
    if len(found) == 1:
        return [found[0][0]]
    kept: list[Place] = []
    seen: set[str] = set()
    by_name: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for place, _ in sorted(found, key=lambda pair: (-pair[0].match, -pair[1], pair[0].id)):
        if place.id in seen:
            continue
        seen.add(place.id)
        twins = by_name.setdefault((fold(place.name), place.feature_code), [])
        x, y = place.geometry.x, place.geometry.y
        if all(
            abs(y - twin_y) > _SAME_PLACE_DEG or _distance_m(x, y, twin_x, twin_y) >= _SAME_PLACE_M
            for twin_x, twin_y in twins
        ):
            twins.append((x, y))
            kept.append(place)
    return kept
