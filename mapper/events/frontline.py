"""Where the front runs: control states -> areas and dated lines.

Two regimes, chosen by the data. In a war along a road (`axis.py`, `roadfront.py`) the front is the
interval between the last place of one side and the first of the other: a band, with a short line across the
road. Elsewhere the theatre is divided among the sides by what they hold (`partition.py`,
`areafront.py`), and the front is where their areas meet. Either way nothing is drawn far from
evidence, nor at sea where the land is given.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain, pairwise
from typing import Any

import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry
from threadpoolctl import threadpool_limits

from mapper.events.areafront import area_fronts, areas_of_sides
from mapper.events.axis import SHARE_IN_ORDER, Axis, named_axis, principal_axis, share_in_order
from mapper.events.edgefront import edge_fronts
from mapper.events.roadfront import along_axis, road_fronts
from mapper.events.scene import Land, Scene, days_of_change, parted, set_scene, spread, standings
from mapper.events.timeline import fold, require_columns
from mapper.model import AXIS_COLUMNS, FRONT_LINES_COLUMNS
from mapper.theatre import Theatre

Row = dict[str, Any]
Draw = Callable[[Sequence[pd.Timestamp]], list[Row]]

# Places with a wider empty stretch between them belong to different theatres, each with a front of its own.
THEATRE_KM = 400.0
# Groups of places farther apart have no border: areas end 40 km from evidence, links are good to a third.
GROUP_KM = 125.0
# A front is drawn on so many of its days of change at most, and all fronts together on so many.
MOST_DATES = 200
MOST_DATES_IN_ALL = 500
# The flag of a front of which only some days of change are drawn.
THINNED = "dates thinned"
_NO_AXIS = {"axis_km_low": math.nan, "axis_km_high": math.nan}
_NEEDED = ("place_id", "place", "geometry", "holder", "status", "since", "until", "confidence")


def control_areas(
    control: pd.DataFrame, *, date: dt.date | str | pd.Timestamp, land: Land = None
) -> pd.DataFrame:
    """
    Return the area of each side at a moment.

    Parameters
    ----------
    control
        States as from `control_states`.
    date
        The moment; a day without a time is its beginning, UTC.
    land
        What the areas are clipped to, in (lon, lat).

    Returns
    -------
    areas
        `holder` and `geometry` ((lon, lat) polygons), one row a side, sorted by holder. Areas do not
        overlap and end 40 km from the places held. Contested places count for nobody. No control
        gives an empty table.

    Raises
    ------
    TableError
        If the control table lacks columns or has times without a zone.

    Examples
    --------
    >>> from shapely.geometry import Point
    >>> day = pd.Timestamp("2012-07-30", tz="UTC")
    >>> control = pd.DataFrame({
    ...     "place_id": ["1", "2"], "place": ["Azaz", "Aleppo"], "holder": ["rebels", "army"],
    ...     "geometry": [Point(37.05, 36.59), Point(37.16, 36.2)], "status": "held", "since": day,
    ...     "until": pd.to_datetime([None, None], utc=True), "confidence": 0.8})
    >>> areas = control_areas(control, date="2012-08-01")
    >>> [(row.holder, row.geometry.contains(Point(37.1, 36.55))) for row in areas.itertuples()]
    [('army', False), ('rebels', True)]
    >>> len(control_areas(control, date="2012-07-01"))
    0
    """
    require_columns(control, _NEEDED, "control")
    moment = pd.Timestamp(date)
    moment = moment.tz_localize("UTC") if moment.tzinfo is None else moment.tz_convert("UTC")
    areas: dict[str, list[BaseGeometry]] = {}
    for part in parted(control, GROUP_KM):
        scene = set_scene(part, land)
        for side, area in areas_of_sides(scene, standings(scene, moment)).items():
            areas.setdefault(side, []).append(scene.to_lonlat(area))
    rows = [(side, shapely.union_all(parts)) for side, parts in sorted(areas.items())]
    return pd.DataFrame([row for row in rows if not row[1].is_empty], columns=["holder", "geometry"])


def front_lines(control: pd.DataFrame, *, theatre: Theatre | None = None, land: Land = None) -> pd.DataFrame:
    """
    Return the fronts, each from a day on which control of a place of its theatre changed.

    Parameters
    ----------
    control
        States as from `control_states`.
    theatre
        May name the places along the axis of the war; without it the axis is found from the places.
    land
        What lines are clipped to, in (lon, lat); or a function that gives the land around some points.

    Returns
    -------
    fronts
        One row a line, with `FRONT_LINES_COLUMNS`, sorted by date. `geometry` is a line in (lon, lat) with
        `side_a` on its left; `band` the polygon within which the front lies, None outside of a road war.
        `status` is `claimed` where the nearest place of a side rests on one side's word, else `reported`.
        `axis_km_low`, `axis_km_high` are the last place of one side and the first of the other in km along
        the axis, NaN outside of a road war. `moved_km`, `moved_toward` (a compass word) tell the latest
        change of this front, NaN and "" for none. `uncertainty_m` is half the gap between the places, or
        the distance to the farther of the two. A pocket is a closed line with the side that holds out,
        `side_a`, inside. `gained_km2` is the ground that `side_a` won by the latest change (below zero: lost)
        and NaN in a road war. A front is in force until `until`, when it is redrawn or ends; NaT says that it
        still is. Each theatre has at most `MOST_DATES` dates, spread evenly over its days of change; then
        `flags` says `dates thinned`. No control gives an empty table.

    Raises
    ------
    TableError
        If the control table lacks columns or has times without a zone.
    """
    return fronts_and_axis(control, theatre=theatre, land=land)[0]


def fronts_and_axis(
    control: pd.DataFrame, *, theatre: Theatre | None = None, land: Land = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Return the fronts as `front_lines` does, and the places along the axis of the war, with `AXIS_COLUMNS`.

    Of several wars along a road the axis is that of the one with most states; where none is, it is empty.
    """
    require_columns(control, _NEEDED, "control")
    rows: list[Row] = []
    theatres = _theatres(control, land, theatre)
    main = _main_axis(theatres)
    groups = [_front_scenes(scene, axis, part, land) for part, scene, axis in theatres]
    limits = iter(_limits([len(days_of_change(near)) for near in chain.from_iterable(groups)]))
    for (_, scene, axis), near_scenes in zip(theatres, groups, strict=True):
        drawn: list[Row] = []
        for near in near_scenes:
            draw = partial(road_fronts, near, axis) if axis else partial(area_fronts, near)
            with threadpool_limits(1, user_api="blas"):  # two would but wait for each other: small matrices
                drawn += _dated(near, draw, next(limits))
        drawn += _edges(scene, drawn)
        rows += drawn if axis is main else [row | _NO_AXIS for row in drawn]
    fronts = pd.DataFrame(rows, columns=list(FRONT_LINES_COLUMNS))
    for column in ("date", "until", "evidence_since"):
        fronts[column] = pd.to_datetime(fronts[column], utc=True).astype("datetime64[us, UTC]")
    for column in ("axis_km_low", "axis_km_high", "moved_km", "uncertainty_m", "gained_km2"):
        fronts[column] = fronts[column].astype(float)
    along = main.table() if main else pd.DataFrame(columns=list(AXIS_COLUMNS))
    return fronts.sort_values("date", kind="stable", ignore_index=True), along


_Theatre = tuple[pd.DataFrame, Scene, Axis | None]


def _theatres(control: pd.DataFrame, land: Land, theatre: Theatre | None) -> list[_Theatre]:
    """Return the states, the scene and the axis of each theatre; a named axis joins those that it crosses."""
    names = theatre.axis if theatre else ()
    parts = parted(control, THEATRE_KM)
    if names:
        on_axis = {fold(name) for name in names}
        crossed = [not on_axis.isdisjoint(map(fold, part["place"])) for part in parts]
        joined = [part for part, is_crossed in zip(parts, crossed, strict=True) if is_crossed]
        others = [part for part, is_crossed in zip(parts, crossed, strict=True) if not is_crossed]
        parts = [pd.concat(joined).sort_index(), *others] if joined else others
    found: list[_Theatre] = []
    for part in parts:
        scene = set_scene(part, land)
        axis = named_axis(names, scene.places, scene.xy) if names else None
        found.append((part, scene, axis or _found_axis(scene)))
    return found


def _found_axis(scene: Scene) -> Axis | None:
    """Return the axis that the places lie on if the sides part along it."""
    axis = principal_axis(scene.places, scene.xy)
    if axis is None:
        return None
    shares = []
    for day in spread(days_of_change(scene), MOST_DATES):
        along = along_axis(axis, standings(scene, day))
        shares.append(
            share_in_order([s.holder if s else None for s in along], [s.weight if s else 0.0 for s in along])
        )
    return axis if not shares or sum(shares) >= SHARE_IN_ORDER * len(shares) else None


def _main_axis(theatres: Sequence[_Theatre]) -> Axis | None:
    """Return the axis of the theatre with most states among those that have one."""
    best = max((t for t in theatres if t[2]), key=lambda t: len(t[0]), default=None)
    return best[2] if best else None


def _front_scenes(scene: Scene, axis: Axis | None, part: pd.DataFrame, land: Land) -> list[Scene]:
    """Return what a front is drawn in: the theatre along a road, else each group of places that may touch."""
    if axis:
        return [scene]
    groups = parted(part, GROUP_KM)
    return [set_scene(group, land) for group in groups if group["holder"].nunique() > 1]


def _limits(changes: Sequence[int]) -> list[int]:
    """Return how many dates each front may have, of so many days of change."""
    wanted = [min(count, MOST_DATES) for count in changes]
    share = min(1.0, MOST_DATES_IN_ALL / max(sum(wanted), 1))
    return [max(1, int(count * share)) for count in wanted]


def _dated(scene: Scene, draw: Draw, most: int) -> list[Row]:
    """Return the fronts of at most so many days of change, each until the next of these days."""
    changes = days_of_change(scene)
    days = spread(changes, most)
    until = dict(pairwise(days))
    flags = "" if len(days) == len(changes) else THINNED
    return [row | {"until": until.get(row["date"], pd.NaT), "flags": flags} for row in draw(days)]


def _edges(scene: Scene, drawn: Sequence[Row]) -> list[Row]:
    """Return the edges of what was taken last, for the days without a front."""
    spans = {(row["date"], row["until"]) for row in drawn}

    def draw(days: Sequence[pd.Timestamp]) -> list[Row]:
        free = [d for d in days if not any(a <= d and (pd.isna(b) or d < b) for a, b in spans)]
        return edge_fronts(scene, free)

    rows = _dated(scene, draw, MOST_DATES)
    for row in rows:
        begins = [a for a, _ in spans if a > row["date"] and (pd.isna(row["until"]) or a < row["until"])]
        row["until"] = min(begins, default=row["until"])
    return rows
