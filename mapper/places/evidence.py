"""What speaks for each candidate of each name of a report, as numbers.

The names of a report are judged together: where the others probably are is evidence for each. So
`evidence` is asked with a probability for every candidate and gives a row of numbers a candidate;
`mapper.places.resolve` turns the rows into better probabilities and asks again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mapper.model import Gazetteer, Locative, Place, Toponym

Floats = NDArray[np.float64]

EARTH_M = 6_371_008.8
MOST_CANDIDATES = 40  # of one name; there are more "San José" than any report can mean
STRONG = 0.02  # candidates below this probability are no evidence for others

_PARENT_GAP = re.compile(r"\s*,\s*|\s*\(\s*|\s+in\s+(?:the\s+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a report with one sense: its mentions and the places it can mean.

    `mentions` are positions in the list of toponyms, `parents` the positions (in the list of
    names) of names that follow it as in "Paris, Texas".
    """

    text: str
    mentions: tuple[int, ...]
    places: tuple[Place, ...]
    parents: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidates:
    """All candidates of all names of a report, one position a candidate, in columns.

    `owner` is the position of the candidate's name. `xyz` are unit vectors. `country`, `admin1`,
    `admin2` number the units (0 unknown) and `level` says whether the candidate is a unit itself:
    3 country, 2 admin 1, 1 admin 2, 0 anything else.
    """

    names: tuple[Name, ...]
    places: tuple[Place, ...]
    owner: NDArray[np.int64]
    xyz: Floats
    country: NDArray[np.int64]
    admin1: NDArray[np.int64]
    admin2: NDArray[np.int64]
    level: NDArray[np.int64]
    population: Floats
    match: Floats


def level_of(place: Place) -> int:
    """Return 3 for a country, 2 for a first-order unit, 1 for a second-order unit, else 0."""
    if place.feature_class != "A":
        return 0
    if place.feature_code.startswith("PCL") or place.feature_code == "TERR":
        return 3
    return {"ADM1": 2, "ADM2": 1}.get(place.feature_code, 0)


def point_of(place: Place) -> tuple[float, float]:
    """Return (lon, lat) of the place, in degrees; of an area its centroid."""
    geometry = place.geometry
    point = geometry if geometry.geom_type == "Point" else geometry.centroid
    return float(point.x), float(point.y)


def unit_vectors(points: Sequence[tuple[float, float]]) -> Floats:
    """Return one unit vector a (lon, lat) point in degrees, shape (n, 3)."""
    lonlat = np.radians(np.asarray(points, dtype=float).reshape(-1, 2))
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def great_circle_m(a: Floats, b: Floats) -> Floats:
    """Return distances in metres on the sphere between all of `a` and all of `b`, unit vectors."""
    return EARTH_M * np.arccos(np.clip(a @ b.T, -1.0, 1.0))


def group_names(toponyms: Sequence[Toponym], gazetteer: Gazetteer, *, text: str) -> tuple[Name, ...]:
    """Gather mentions of the same name, look each up once, and link "X, Y" pairs."""
    keys = [(" ".join((t.name or t.text).split()).casefold(), t.role == "demonym") for t in toponyms]
    members: dict[tuple[str, bool], list[int]] = {}
    for position, key in enumerate(keys):
        members.setdefault(key, []).append(position)
    number = {key: n for n, key in enumerate(members)}
    parents: dict[int, set[int]] = {n: set() for n in range(len(members))}
    order = sorted(range(len(toponyms)), key=lambda i: (toponyms[i].start, toponyms[i].end))
    for i, j in zip(order, order[1:], strict=False):
        gap = text[toponyms[i].end : toponyms[j].start]
        if keys[i] != keys[j] and _PARENT_GAP.fullmatch(gap):
            parents[number[keys[i]]].add(number[keys[j]])
    names = []
    for key, mentions in members.items():
        first = toponyms[mentions[0]]
        spelling = " ".join((first.name or first.text).split())
        places = list(gazetteer.candidates(spelling))
        if first.role == "demonym":
            places = [place for place in places if level_of(place) == 3] or places
        names.append(
            Name(
                spelling,
                tuple(mentions),
                tuple(places[:MOST_CANDIDATES]),
                tuple(sorted(parents[number[key]])),
            )
        )
    return tuple(names)


def gather(names: Sequence[Name]) -> Candidates:
    """Lay the candidates of all names out in columns."""
    places = [place for name in names for place in name.places]
    owner = np.repeat(np.arange(len(names)), [len(name.places) for name in names])
    level = np.array([level_of(place) for place in places], dtype=np.int64)
    numbers: dict[tuple[str, ...], int] = {}

    def number(*unit: str) -> int:
        return numbers.setdefault(unit, len(numbers) + 1) if all(unit) else 0

    own1 = [p.admin1 or (p.name if lv == 2 else "") for p, lv in zip(places, level, strict=True)]
    own2 = [p.admin2 or (p.name if lv == 1 else "") for p, lv in zip(places, level, strict=True)]
    return Candidates(
        names=tuple(names),
        places=tuple(places),
        owner=owner.astype(np.int64),
        xyz=unit_vectors([point_of(place) for place in places]),
        country=np.array([number(p.country) for p in places], dtype=np.int64),
        admin1=np.array([number(p.country, a) for p, a in zip(places, own1, strict=True)], dtype=np.int64),
        admin2=np.array(
            [number(p.country, a, b) for p, a, b in zip(places, own1, own2, strict=True)], dtype=np.int64
        ),
        level=level,
        population=np.array([p.population for p in places], dtype=float),
        match=np.array([p.match for p in places], dtype=float),
    )


def share(scores: Floats, owner: NDArray[np.int64], count: int) -> Floats:
    """Turn log-odds into probabilities that sum to one for each name (softmax by owner)."""
    if not len(scores):
        return scores
    top = np.full(count, -np.inf)
    np.maximum.at(top, owner, scores)
    odds = np.exp(scores - top[owner])
    return odds / np.bincount(owner, odds, count)[owner]


def prominence(candidates: Candidates) -> Floats:
    """Return log-odds from what the place is and how well its name matched, the report unread."""
    size = np.log10(candidates.population + 100)
    seat = np.array([p.feature_code == "PPLC" for p in candidates.places], dtype=float)
    return (
        1.6 * size
        + np.choose(candidates.level, [0.0, 0.0, 2.0, 4.0])
        + 1.0 * seat
        + 6.0 * (candidates.match - 1.0)
    )


def fit(stated: Locative, measured_m: Floats, measured_deg: Floats) -> Floats:
    """Return how well places fit a stated distance or direction: 1 perfectly, towards 0 not at all.

    Writers round and measure along roads: a third more or less than stated still fits well. A compass
    word is good to 45 degrees (Chapman and Wieczorek, Georeferencing Best Practices, GBIF 2020).
    """
    score = np.ones(measured_m.shape)
    if stated.distance_m:
        ratio = np.log(np.maximum(measured_m, 1.0) / stated.distance_m)
        if stated.comparator == "<":
            ratio = np.maximum(ratio, 0.0)
        if stated.comparator == ">":
            ratio = np.minimum(ratio, 0.0)
        score = score * np.exp(-((ratio / 0.35) ** 2))
    if stated.bearing_deg is not None:
        off = np.abs((measured_deg - stated.bearing_deg + 180.0) % 360.0 - 180.0)
        score = score * np.exp(-((off / 45.0) ** 2))
    return score


def bearings(origin: Floats, end: Floats) -> Floats:
    """Return first bearings in degrees from all of `origin` to all of `end`, unit vectors."""
    lon0, lat0 = (
        np.arctan2(origin[:, 1], origin[:, 0])[:, None],
        np.arcsin(np.clip(origin[:, 2], -1, 1))[:, None],
    )
    lon1, lat1 = np.arctan2(end[:, 1], end[:, 0])[None, :], np.arcsin(np.clip(end[:, 2], -1, 1))[None, :]
    east = np.sin(lon1 - lon0) * np.cos(lat1)
    north = np.cos(lat0) * np.sin(lat1) - np.sin(lat0) * np.cos(lat1) * np.cos(lon1 - lon0)
    return np.degrees(np.arctan2(east, north)) % 360.0


def geometry_told(
    candidates: Candidates, toponyms: Sequence[Toponym], locatives: Sequence[Locative], probability: Floats
) -> Floats:
    """Return for each candidate how well the report's own distances and directions fit it.

    The least fit among the statements about its name, each averaged over where the other end
    probably is; 1 where the report states nothing.
    """
    told = np.ones(len(candidates.places))
    name_at = {
        (toponyms[m].start, toponyms[m].end): n
        for n, name in enumerate(candidates.names)
        for m in name.mentions
    }
    for stated in locatives:
        if stated.subject is None or (not stated.distance_m and stated.bearing_deg is None):
            continue
        subject = name_at.get((stated.subject.start, stated.subject.end))
        for toponym in stated.landmarks:
            landmark = name_at.get((toponym.start, toponym.end))
            if subject is None or landmark is None or subject == landmark:
                continue
            ends = np.flatnonzero(candidates.owner == subject)
            marks = np.flatnonzero(candidates.owner == landmark)
            a, b = candidates.xyz[marks], candidates.xyz[ends]
            fits = fit(stated, great_circle_m(a, b), bearings(a, b))
            told[ends] = np.minimum(told[ends], probability[marks] @ fits)
            told[marks] = np.minimum(told[marks], fits @ probability[ends])
    return told
