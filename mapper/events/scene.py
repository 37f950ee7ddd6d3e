"""A war at a moment, laid into a plane: which places who holds, how sure that is, and on what land."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from mapper.events.control import CONTESTED
from mapper.space.distance import COMPASS_POINTS
from mapper.space.plane import Plane

Array = NDArray[np.float64]

# Evidence counts half after so many days, but never less than a quarter: silence makes a state older,
# not different.
HALF_LIFE_DAYS = 60.0
LEAST_WEIGHT = 0.25
# Land farther than this from every place is left out.
MARGIN_DEG = 2.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How a place stands at a moment.

    `row` is its row in the scene; `holder` is None where it is contested. `confirmed` is the day
    of the latest evidence there was by then, `weight` how much the state counts, from 0 to 1.
    """

    row: int
    holder: str | None
    claimed: bool
    confirmed: pd.Timestamp
    weight: float


@dataclass(frozen=True, slots=True)
class Scene:
    """The places of a war and the land about them, in a plane of kilometres."""

    places: pd.DataFrame
    xy: Array
    plane: Plane
    land: BaseGeometry | None

    def to_lonlat(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return a geometry of the plane in degrees (lon, lat)."""
        return self.plane.to_lonlat(shapely.transform(geometry, lambda c: c * 1000.0))

    def on_land(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return the part of a geometry of the plane that lies on land; all of it where no land is known."""
        return geometry if self.land is None else geometry.intersection(self.land)


def set_scene(control: pd.DataFrame, land: BaseGeometry | None) -> Scene:
    """Return the places of a control table, one row each, sorted by `place_id`; `land` is in (lon, lat)."""
    places = control.dropna(subset=["geometry"]).drop_duplicates("place_id")
    places = places.sort_values("place_id", kind="stable", ignore_index=True)
    points = shapely.centroid(places["geometry"].to_numpy())
    # Longitudes are averaged as directions: a theatre may lie on the antimeridian.
    lon, lat = np.radians(shapely.get_x(points)), shapely.get_y(points)
    plane = Plane(Point(math.degrees(math.atan2(np.sin(lon).mean(), np.cos(lon).mean())), float(lat.mean())))
    xy = shapely.get_coordinates(plane.to_plane(shapely.multipoints(points))) / 1000.0
    shore = None
    if land is not None:
        west, south, east, north = shapely.multipoints(points).bounds
        near = shapely.clip_by_rect(
            land, west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG
        )
        shore = shapely.make_valid(shapely.transform(plane.to_plane(near), lambda c: c / 1000.0))
    return Scene(places, xy, plane, shore)


def in_force(control: pd.DataFrame, moment: pd.Timestamp) -> pd.DataFrame:
    """Return the states at a moment, one a place; a state without `since` holds from before all reports."""
    begun = control["since"].isna() | (control["since"] <= moment)
    lasting = control["until"].isna() | (control["until"] > moment)
    states = control[begun & lasting].sort_values("since", na_position="first", kind="stable")
    return states.drop_duplicates("place_id", keep="last")


def standings(scene: Scene, control: pd.DataFrame, moment: pd.Timestamp) -> list[Standing]:
    """Return how the places of a scene stand at a moment, in the order of its rows."""
    row_of = {place_id: row for row, place_id in enumerate(scene.places["place_id"])}
    found = []
    for state in in_force(control, moment).to_dict("records"):
        row = row_of.get(state["place_id"])
        if row is None:
            continue
        day = _latest_evidence(state["since"], state.get("last_confirmed"), moment)
        age_days = (moment - day) / pd.Timedelta(days=1)
        fresh = max(LEAST_WEIGHT, 0.5 ** (max(age_days, 0.0) / HALF_LIFE_DAYS))
        contested = state["status"] == CONTESTED
        holder = None if contested else str(state["holder"])
        found.append(
            Standing(row, holder, state["status"] == "claimed", day, float(state["confidence"]) * fresh)
        )
    return sorted(found, key=lambda s: s.row)


def _latest_evidence(
    since: pd.Timestamp, confirmed: pd.Timestamp | None, moment: pd.Timestamp
) -> pd.Timestamp:
    """Return the day of the latest evidence by `moment`; `confirmed` may lie after it."""
    known = [day for day in (since, confirmed) if day is not None and not pd.isna(day)]
    return min(max(known), moment) if known else moment


def days_of_change(control: pd.DataFrame) -> list[pd.Timestamp]:
    """Return the days on which a state begins or ends; the day of the first evidence where none does."""
    changes = pd.concat([control["since"], control["until"]]).dropna()
    if changes.empty and "last_confirmed" in control:
        changes = control["last_confirmed"].dropna().sort_values().head(1)
    return sorted(set(changes.dt.normalize()))


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
        "geometry": scene.to_lonlat(line),
        "band": None,
        "axis_km_low": math.nan,
        "axis_km_high": math.nan,
        "moved_km": math.nan,
        "moved_toward": "",
        "uncertainty_m": float(uncertainty_m),
        "evidence_since": max((s.confirmed for s in flanks), default=pd.NaT),
        "gained_km2": math.nan,
    }


def compass(east: float, north: float) -> str:
    """
    Return the compass word, of eight, for a direction in the plane.

    Examples
    --------
    >>> compass(1, 0), compass(-1, -1)
    ('east', 'southwest')
    """
    return COMPASS_POINTS[round(math.degrees(math.atan2(east, north)) / 45) % 8 * 2]
