"""Which places can each name of a report mean? All of them, laid out in columns."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from mapper.model import Gazetteer, Place, Toponym

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EARTH_M = 6_371_008.8
MOST_CANDIDATES = 40  # of one name: there are more "San José" than a report can need
MOST_PROMINENT = 28  # of these; the others are the nearest to the report's other names
LOCAL_CHARACTERS = 300.0  # names this far apart in the text count 1/e of names side by side

# How a candidate came to stand for a name: the ways in which a gazetteer matches, the surest first; then the
# place of a neighbouring name; and the row that stands for none of the candidates.
_WAYS = (
    "name",
    "alternate",
    "abbreviation",
    "demonym",
    "bare",
    "typeless",
    "looser",
    "prefix",
    "misspelt",
    "inner",
)
_WAY_NUMBERS = {way: number for number, way in enumerate(_WAYS)}
INNER, NEIGHBOUR, NONE_OF_THESE = len(_WAYS) - 1, len(_WAYS), len(_WAYS) + 1

# What the words beside or inside a name say of the class of the place ("the oil port of", "River").
_CLASS_WORDS = {
    "P": "city town village capital suburb hamlet township municipality neighbourhood neighborhood resort",
    "A": "county province state district governorate oblast region republic kingdom emirate canton parish"
    " governor gov prefecture department division nation country federation raion rayon territory",
    "S": "airport airbase airfield base port terminal refinery station hospital university college school"
    " bridge stadium cathedral church mosque museum palace hotel dam camp prison castle hall",
    "T": "mountain mountains mount mt hill hills island islands isle desert valley peninsula cape plateau"
    " pass peak heights",
    "H": "river lake sea bay gulf ocean strait creek canal channel reservoir falls",
    "L": "park forest reserve beach coast area continent zone oilfield",
}
_CLASS_OF = {word: letter for letter, words in _CLASS_WORDS.items() for word in words.split()}
CLASSES = "PASTHLRUV"
_SECTIONS = ("STMX", "MTSX", "CSTX")
_WORD = re.compile(r"[^\W\d_]+")
_PARENT_GAP = re.compile(r"\s*,\s*|\s*\(\s*|\s+in\s+(?:the\s+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a report in one sense: its mentions and the places it can mean.

    `mentions` are positions in the list of toponyms. `parents` are the positions, in the list of names, of
    names that follow it as in "Paris, Texas". `neighbours` counts the places at the end that are those of
    neighbouring names.
    """

    text: str
    mentions: tuple[int, ...]
    places: tuple[Place, ...]
    neighbours: int = 0
    parents: tuple[int, ...] = ()
    demonym: bool = False
    class_word: str = ""


@dataclass(frozen=True, slots=True)
class Candidates:
    """All candidates of all names of a report in columns, one position a candidate.

    `owner` is the position of the candidate's name, `xyz` a unit vector. `country`, `admin1`, `admin2`
    number the units (0 unknown); `level` is 3 for a country, 2 for a first-order unit, 1 for a
    second-order unit, else 0. `closeness` says for two names how near each other they stand in the
    text, 1 side by side. `order` lists names as they are mentioned.
    """

    names: tuple[Name, ...]
    places: tuple[Place, ...]
    owner: Ints
    xyz: Floats
    country: Ints
    admin1: Ints
    admin2: Ints
    level: Ints
    kind: Ints
    closeness: Floats
    order: Ints


def level_of(place: Place) -> int:
    """
    Return 3 for a country, 2 for a first-order unit, 1 for a second-order unit, else 0.

    Examples
    --------
    >>> from shapely.geometry import Point
    >>> level_of(Place("1", "Libya", Point(17, 28), "A", "PCLI"))
    3
    >>> level_of(Place("2", "Tripoli", Point(13.2, 32.9), "P", "PPLC"))
    0
    """
    if place.feature_class != "A":
        return 0
    if place.feature_code.startswith("PCL") or place.feature_code == "TERR":
        return 3
    return {"ADM1": 2, "ADM2": 1}.get(place.feature_code, 0)


def point_of(place: Place) -> tuple[float, float]:
    """Return (lon, lat) of the place in degrees, of an area its centroid."""
    geometry = place.geometry
    point = geometry if geometry.geom_type == "Point" else geometry.centroid
    return float(point.x), float(point.y)


def unit_vectors(points: Sequence[tuple[float, float]] | Floats) -> Floats:
    """
    Return a unit vector for each (lon, lat) in degrees, shape (n, 3); no points give no rows.

    Examples
    --------
    >>> unit_vectors([(0, 0), (90, 0)]).round(6).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    >>> unit_vectors([]).shape
    (0, 3)
    """
    lonlat = np.radians(np.asarray(points, dtype=float).reshape(-1, 2))
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def great_circle_m(a: Floats, b: Floats) -> Floats:
    """
    Return distances in metres on the sphere between all of `a` and all of `b`, unit vectors.

    Good to half a percent, which is enough for evidence; the ellipsoid is `mapper.space.distance`'s.

    Examples
    --------
    >>> great_circle_m(unit_vectors([(0, 0)]), unit_vectors([(1, 0), (0, 0)])).round().tolist()
    [[111195.0, 0.0]]
    """
    return np.asarray(EARTH_M * np.arccos(np.clip(a @ b.T, -1.0, 1.0)))


def bearings(origin: Floats, end: Floats) -> Floats:
    """
    Return first bearings in degrees from all of `origin` to all of `end`, unit vectors.

    Examples
    --------
    >>> bearings(unit_vectors([(0, 0)]), unit_vectors([(1, 0), (0, -1)])).round().tolist()
    [[90.0, 180.0]]
    """
    lon0, lon1 = np.arctan2(origin[:, 1], origin[:, 0])[:, None], np.arctan2(end[:, 1], end[:, 0])[None, :]
    sin0, sin1 = origin[:, 2][:, None], end[:, 2][None, :]
    cos0, cos1 = np.sqrt(np.maximum(1 - sin0**2, 0)), np.sqrt(np.maximum(1 - sin1**2, 0))
    east = np.sin(lon1 - lon0) * cos1
    north = cos0 * sin1 - sin0 * cos1 * np.cos(lon1 - lon0)
    return np.asarray(np.degrees(np.arctan2(east, north)) % 360.0)


def group_names(toponyms: Sequence[Toponym], gazetteer: Gazetteer, *, text: str) -> tuple[Name, ...]:
    """Gather mentions of the same name, look each name up once, and link "X, Y" pairs."""
    keys = [(spelling_of(t).casefold(), t.role == "demonym") for t in toponyms]
    members: dict[tuple[str, bool], list[int]] = {}
    for position, key in enumerate(keys):
        members.setdefault(key, []).append(position)
    number = {key: n for n, key in enumerate(members)}
    parents: dict[tuple[str, bool], set[int]] = {key: set() for key in members}
    order = sorted(range(len(toponyms)), key=lambda i: (toponyms[i].start, toponyms[i].end))
    for i, j in itertools.pairwise(order):
        gap = text[toponyms[i].end : toponyms[j].start]
        if keys[i] != keys[j] and len(gap) < 20 and _PARENT_GAP.fullmatch(gap):
            parents[keys[i]].add(number[keys[j]])
    names = []
    for key, mentions in members.items():
        first = toponyms[mentions[0]]
        names.append(
            Name(
                text=spelling_of(first),
                mentions=tuple(mentions),
                places=look_up(first, gazetteer),
                parents=tuple(sorted(parents[key])),
                demonym=first.role == "demonym",
                class_word=class_word([toponyms[m] for m in mentions], text),
            )
        )
    return fewer(names)


def spelling_of(toponym: Toponym) -> str:
    """Return the spelling to look up, on one line."""
    return " ".join((toponym.name or toponym.text).split())


def look_up(toponym: Toponym, gazetteer: Gazetteer) -> tuple[Place, ...]:
    """Return the places that a toponym can mean; a demonym means a country where it can.

    Where only units bear the name, the towns that bear a unit's own name are offered too: "Maarat al-Numan"
    is written like the district "Maarrat al-Nu'man", and the town in it "Ma'arrat an Nu'man".
    """
    found = list(gazetteer.candidates(spelling_of(toponym)))
    if found and all(place.feature_class == "A" and level_of(place) < 2 for place in found):
        known = {spelling_of(toponym)}
        for unit in [place for place in found if place.name not in known][:2]:
            found += [
                replace(place, match=0.95 * unit.match)
                for place in gazetteer.candidates(unit.name)
                if place.feature_class == "P" and _beside(unit, place)
            ]
    # "Aleppo University" is not in the town of University, Florida.
    places = [p for p in found if p.matched != "inner" or p.name.casefold() not in _CLASS_OF]
    # A river as such stands at its mouth; a section of it is what the name means less often.
    places = [
        replace(p, match=0.85 * p.match, matched="bare") if p.feature_code in _SECTIONS else p for p in places
    ]
    if toponym.role == "demonym":
        places = [place for place in places if level_of(place) == 3] or places
    # "Wales" is used for the United Kingdom, seldom where it has a place of its own.
    named = {place.country for place in places if level_of(place) == 2 and place.matched == "name"}
    places = [p for p in places if level_of(p) < 3 or p.matched == "name" or p.country not in named]
    return tuple(places)


def _beside(unit: Place, town: Place) -> bool:
    (x, y), (east, north) = point_of(unit), point_of(town)
    return (
        town.country == unit.country and math.hypot((x - east) * math.cos(math.radians(y)), y - north) < 0.4
    )


def fewer(names: Sequence[Name]) -> tuple[Name, ...]:
    """Keep `MOST_CANDIDATES` of each name: the most prominent, and those nearest to the report's other names.

    There are more than a hundred villages "Ivanivka"; the smallest is meant where the next town is named.
    """
    if all(len(name.places) <= MOST_CANDIDATES for name in names):
        return tuple(names)
    anchors = [
        (n, point_of(place))
        for n, name in enumerate(names)
        for place in name.places[:1]
        if level_of(place) < 3
    ]
    kept = []
    for n, name in enumerate(names):
        rest = name.places[MOST_PROMINENT:]
        others = unit_vectors([point for owner, point in anchors if owner != n])
        if len(name.places) > MOST_CANDIDATES:
            away = great_circle_m(unit_vectors([point_of(place) for place in rest]), others)
            order = np.argsort(away.min(1, initial=np.inf), kind="stable")[: MOST_CANDIDATES - MOST_PROMINENT]
            name = replace(name, places=name.places[:MOST_PROMINENT] + tuple(rest[i] for i in sorted(order)))
        kept.append(name)
    return tuple(kept)


def class_word(mentions: Sequence[Toponym], text: str) -> str:
    """
    Return the class letter that a word inside or beside a name gives, "" for none.

    Words inside the name count first ("Fairfax County"), then the next word ("Homs province"), then
    the one before it ("the oil port of Sidra").

    Examples
    --------
    >>> class_word([Toponym(16, 21, "Sidra")], "The oil port of Sidra fell.")
    'S'
    >>> class_word([Toponym(0, 5, "Sidra")], "Sidra fell.")
    ''
    """
    for mention in mentions:
        inside = _WORD.findall(mention.text.casefold())
        for word in (inside[-1:] + inside[:1]) if len(inside) > 1 else []:
            if word in _CLASS_OF:
                return _CLASS_OF[word]
    for mention in mentions:
        after = re.match(r"[ \n]([^\W\d_]+)", text[mention.end : mention.end + 20])
        if after and after[1].casefold() in _CLASS_OF:
            return _CLASS_OF[after[1].casefold()]
        lead = text[max(0, mention.start - 30) : mention.start]
        before = re.search(r"([^\W\d_]+) (?:of )?(?:the )?$", lead)
        if before and before[1].casefold() in _CLASS_OF:
            return _CLASS_OF[before[1].casefold()]
    return ""


def gather(names: Sequence[Name], toponyms: Sequence[Toponym]) -> Candidates:
    """Lay the candidates of all names out in columns."""
    places = [place for name in names for place in name.places]
    level = [level_of(place) for place in places]
    numbers: dict[tuple[str, ...], int] = {}

    def numbered(units: list[tuple[str, ...]]) -> Ints:
        return np.array([numbers.setdefault(u, len(numbers) + 1) if all(u) else 0 for u in units], np.int64)

    closeness, order = text_distances(names, toponyms)
    return Candidates(
        names=tuple(names),
        places=tuple(places),
        owner=np.repeat(np.arange(len(names)), [len(name.places) for name in names]).astype(np.int64),
        xyz=unit_vectors(shapely.get_coordinates(shapely.centroid([place.geometry for place in places]))),
        country=numbered([(p.country,) for p in places]),
        admin1=numbered([(p.admin1_code,) for p in places]),
        admin2=numbered([(p.admin2_code,) for p in places]),
        level=np.array(level, np.int64),
        kind=np.array([kind for name in names for kind in kinds_of(name)], np.int64),
        closeness=closeness,
        order=order,
    )


def kinds_of(name: Name) -> list[int]:
    """Return for each place of a name how it came to stand for it."""
    named = name.places[: len(name.places) - name.neighbours]
    return [_WAY_NUMBERS.get(place.matched, 0) for place in named] + [NEIGHBOUR] * name.neighbours


def text_distances(names: Sequence[Name], toponyms: Sequence[Toponym]) -> tuple[Floats, Ints]:
    """Return how near names stand in the text (1 side by side, 0 far), and names by mention."""
    spots = sorted((toponyms[m].start, n) for n, name in enumerate(names) for m in name.mentions)
    start = np.array([spot for spot, _ in spots], float)
    owner = np.array([n for _, n in spots], np.int64)
    near = np.zeros((len(names), len(names)))
    if len(spots):
        apart = np.exp(-np.abs(start[:, None] - start[None, :]) / LOCAL_CHARACTERS)
        np.maximum.at(near, (owner[:, None], owner[None, :]), apart)
    return near, owner
