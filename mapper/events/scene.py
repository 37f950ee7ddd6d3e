"""A war at a moment, laid into a plane: which places who holds, how sure that is, and on what land."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from mapper.events.control import CONTESTED
from mapper.space.distance import COMPASS_POINTS
from mapper.space.near import clusters
from mapper.space.plane import Plane

Array = NDArray[np.float64]
# What lines and areas are clipped to, in (lon, lat): all the land there is, or what gives the land around
# some points.
Land: TypeAlias = BaseGeometry | Callable[[Sequence[BaseGeometry]], BaseGeometry | None] | None

# Evidence counts half after so many days, but never less than a quarter: silence makes a state older,
# not different.
HALF_LIFE_DAYS = 60.0
LEAST_WEIGHT = 0.25
# No state begins or ends so many microseconds from 1970; `NEVER` is how NumPy stores a missing time.
FOREVER = 2**62
NEVER = int(np.datetime64("NaT", "us").view("int64"))
DAY_US = 86_400_000_000
# A line is drawn to this share of its uncertainty.
LINE_SHARE = 0.04
# Land farther than this from every place is left out.
MARGIN_DEG = 2.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How a place stands at a moment.

    `row` is its row in the scene; `holder` is None where it is contested. `confirmed` is the day
    of the latest evidence there was by then, `weight` how much the state counts, from 0 to 1. Not `dated`
    is what only later reports tell of: it is taken to be as old as the moment.
    """

    row: int
    holder: str | None
    claimed: bool
    confirmed: pd.Timestamp
    weight: float
    dated: bool = True


@dataclass(frozen=True, slots=True)
class States:
    """The states of a control table as columns, in the order of place and time.

    `row` is the place's row in the scene. Times are in microseconds; a missing `since` is before and a
    missing `until` after all time, a missing `confirmed` is `NEVER`.
    """

    row: NDArray[np.int64]
    holder: NDArray[np.object_]
    contested: NDArray[np.bool_]
    claimed: NDArray[np.bool_]
    since: NDArray[np.int64]
    until: NDArray[np.int64]
    confirmed: NDArray[np.int64]
    confidence: Array

    def in_force(self, moment: int) -> NDArray[np.int64]:
        """Return the numbers of the states at a moment, one a place: the one that began last."""
        numbers = np.flatnonzero((self.since <= moment) & (self.until > moment))
        rows = self.row[numbers]
        return numbers[np.append(rows[1:] != rows[:-1], True)] if len(rows) else numbers


@dataclass(frozen=True, slots=True)
class Scene:
    """The places of a war and the land about them, in a plane of kilometres, with their states."""

    places: pd.DataFrame
    xy: Array
    plane: Plane
    land: BaseGeometry | None
    states: States

    def to_lonlat(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return a geometry of the plane in degrees (lon, lat)."""
        return self.plane.to_lonlat(shapely.transform(geometry, lambda c: c * 1000.0))

    def on_land(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return the part of a geometry of the plane that lies on land; all of it where no land is known."""
        return geometry if self.land is None else geometry.intersection(self.land)


def parted(control: pd.DataFrame, link_km: float) -> list[pd.DataFrame]:
    """
    Return the states of each theatre: of places that hang together by steps of at most `link_km`.

    Theatres stand in the order of the smallest `place_id`. States without a geometry are left out.
    """
    known = control[control["geometry"].notna()]
    if known.empty:
        return []
    places = known.drop_duplicates("place_id").sort_values("place_id", kind="stable")
    points = shapely.centroid(places["geometry"].to_numpy())
    parts = clusters(shapely.get_x(points), shapely.get_y(points), link_km * 1000)
    if len(parts) == 1:
        return [known]
    number = np.empty(len(places), dtype=np.int64)
    for label, rows in enumerate(parts):
        number[rows] = label
    labels = known["place_id"].map(dict(zip(places["place_id"], number, strict=True))).to_numpy()
    order = np.argsort(labels, kind="stable")
    cuts = np.searchsorted(labels[order], np.arange(1, len(parts)))
    return [known.iloc[rows] for rows in np.split(order, cuts)]


def set_scene(control: pd.DataFrame, land: Land) -> Scene:
    """Return the places of a control table, one row each, sorted by `place_id`, and its states."""
    control = control[control["geometry"].notna()]
    places = control.drop_duplicates("place_id")
    places = places.sort_values("place_id", kind="stable", ignore_index=True)
    points = shapely.centroid(places["geometry"].to_numpy())
    # Longitudes are averaged as directions: a theatre may lie on the antimeridian.
    lon, lat = np.radians(shapely.get_x(points)), shapely.get_y(points)
    plane = Plane(Point(math.degrees(math.atan2(np.sin(lon).mean(), np.cos(lon).mean())), float(lat.mean())))
    xy = shapely.get_coordinates(plane.to_plane(shapely.multipoints(points))) / 1000.0
    ground = land(list(points)) if callable(land) else land
    shore = None
    if ground is not None:
        west, south, east, north = shapely.multipoints(points).bounds
        near = shapely.clip_by_rect(
            ground, west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG
        )
        shore = shapely.make_valid(shapely.transform(plane.to_plane(near), lambda c: c / 1000.0))
        shapely.prepare(shore)
    return Scene(places, xy, plane, shore, _states(control, places["place_id"]))


def _states(control: pd.DataFrame, place_ids: pd.Series) -> States:
    row = pd.Index(place_ids).get_indexer(control["place_id"])
    since, until = microseconds(control["since"]), microseconds(control["until"])
    since = np.where(since == NEVER, -FOREVER, since)
    order = np.lexsort((since, row))
    confirmed = (
        microseconds(control["last_confirmed"]) if "last_confirmed" in control else np.full(len(row), NEVER)
    )
    status = control["status"].to_numpy()
    return States(
        row[order],
        control["holder"].astype(str).to_numpy(dtype=object)[order],
        np.asarray(status == CONTESTED)[order],
        np.asarray(status == "claimed")[order],
        since[order],
        np.where(until == NEVER, FOREVER, until)[order],
        confirmed[order],
        control["confidence"].to_numpy(dtype=float)[order],
    )


def microseconds(times: pd.Series) -> NDArray[np.int64]:
    """Return times as microseconds from 1970; `NEVER` where one is missing."""
    return np.asarray(
        times.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]").view("int64")
    )


def _microsecond(moment: pd.Timestamp) -> int:
    return int(moment.tz_localize(None).to_datetime64().astype("datetime64[us]").astype(np.int64))


def standings(scene: Scene, moment: pd.Timestamp) -> list[Standing]:
    """
    Return how the places of a scene stand at a moment, in the order of its rows.

    A state without `since` holds from before all reports. Evidence that came after the moment does not
    count; without a day of evidence a state is as old as the moment.
    """
    states, now = scene.states, _microsecond(moment)
    force = states.in_force(now)
    told = np.maximum(states.since[force], states.confirmed[force])
    dated = (told > -FOREVER) & (told <= now)
    told = np.where(dated, told, now)
    fresh = np.maximum(LEAST_WEIGHT, 0.5 ** ((now - told) / DAY_US / HALF_LIFE_DAYS))
    confirmed = pd.DatetimeIndex(told.view("datetime64[us]"), tz="UTC")
    return [
        Standing(int(row), None if contested else holder, bool(claimed), day, float(weight), bool(known))
        for row, contested, holder, claimed, day, weight, known in zip(
            states.row[force], states.contested[force], states.holder[force], states.claimed[force],
            confirmed, states.confidence[force] * fresh, dated, strict=True,
        )
    ]  # fmt: skip


def last_losses(scene: Scene, moment: pd.Timestamp, holder: str) -> dict[int, tuple[int, str]]:
    """Return for the places that another than `holder` had before a moment until when, and who it was."""
    states, now = scene.states, _microsecond(moment)
    past = np.flatnonzero((states.until <= now) & ~states.contested & (states.holder != holder))
    past = past[np.argsort(states.until[past], kind="stable")]
    return {int(states.row[i]): (int(states.until[i]), str(states.holder[i])) for i in past}


def days_of_change(scene: Scene) -> list[pd.Timestamp]:
    """Return the days on which a state begins or ends; the day of the first evidence where none does."""
    states = scene.states
    times = np.concatenate([states.since[states.since > -FOREVER], states.until[states.until < FOREVER]])
    if not len(times):
        times = np.sort(states.confirmed[states.confirmed != NEVER])[:1]
    days = np.unique(np.floor_divide(times, DAY_US)) * DAY_US
    return list(pd.to_datetime(days, unit="us", utc=True))


def spread(days: Sequence[pd.Timestamp], most: int) -> list[pd.Timestamp]:
    """
    Return at most so many of the days, spread evenly over them, the last one among them.

    Examples
    --------
    >>> spread([1, 2, 3, 4, 5, 6, 7], 3), spread([1, 2], 3)
    ([1, 4, 7], [1, 2])
    """
    if len(days) <= most:
        return list(days)
    return [days[i] for i in np.linspace(0, len(days) - 1, most).round().astype(int)]


def front_row(
    scene: Scene,
    day: pd.Timestamp,
    sides: tuple[str, str],
    line: BaseGeometry,
    flanks: Sequence[Standing],
    *,
    uncertainty_m: float,
) -> dict[str, object]:
    """Return a row of the front line table; `flanks` are the places nearest to the line on either side."""
    return {
        "date": day,
        "side_a": sides[0],
        "side_b": sides[1],
        "status": "claimed" if any(s.claimed for s in flanks) else "reported",
        "geometry": _as_precise(scene.to_lonlat(line), uncertainty_m),
        "band": None,
        "axis_km_low": math.nan,
        "axis_km_high": math.nan,
        "moved_km": math.nan,
        "moved_toward": "",
        "uncertainty_m": float(uncertainty_m),
        "evidence_since": max((s.confirmed for s in flanks), default=pd.NaT),
        "gained_km2": math.nan,
        "until": pd.NaT,
        "flags": "",
    }


def _as_precise(line: BaseGeometry, uncertainty_m: float) -> BaseGeometry:
    """Return a line in degrees with no more vertices and digits than its uncertainty is worth."""
    degrees = LINE_SHARE * uncertainty_m / 111_000
    simple = shapely.simplify(line, degrees)
    return shapely.transform(simple, lambda c: np.round(c, 5))


def compass(east: float, north: float) -> str:
    """
    Return the compass word, of eight, for a direction in the plane.

    Examples
    --------
    >>> compass(1, 0), compass(-1, -1)
    ('east', 'southwest')
    """
    return COMPASS_POINTS[round(math.degrees(math.atan2(east, north)) / 45) % 8 * 2]
