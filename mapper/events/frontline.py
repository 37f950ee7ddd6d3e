"""Where the front runs: control states -> areas and dated lines.

Two regimes, chosen by the data. In a war along a road (`axis.py`, `roadfront.py`) the front is the
interval between the last place of one side and the first of the other: a band, with a short line across the
road. Elsewhere the theatre is divided among the sides by what they hold (`partition.py`,
`areafront.py`), and the front is where their areas meet. Either way nothing is drawn far from
evidence, nor at sea where the land is given.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd
from shapely.geometry.base import BaseGeometry

from mapper.events.areafront import area_fronts, areas_of_sides
from mapper.events.axis import SHARE_IN_ORDER, Axis, named_axis, principal_axis, share_in_order
from mapper.events.edgefront import edge_fronts
from mapper.events.roadfront import along_axis, road_fronts
from mapper.events.scene import Scene, days_of_change, set_scene, standings
from mapper.events.timeline import require_columns
from mapper.model import AXIS_COLUMNS, FRONT_LINES_COLUMNS
from mapper.theatre import Theatre

_NEEDED = ("place_id", "place", "geometry", "holder", "status", "since", "until", "confidence")


def control_areas(
    control: pd.DataFrame, *, date: dt.date | str | pd.Timestamp, land: BaseGeometry | None = None
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
    areas: dict[str, BaseGeometry] = {}
    if len(control):
        scene = set_scene(control, land)
        areas = {
            side: scene.to_lonlat(area)
            for side, area in areas_of_sides(scene, standings(scene, control, moment)).items()
        }
    rows = [(side, area) for side, area in sorted(areas.items()) if not area.is_empty]
    return pd.DataFrame(rows, columns=["holder", "geometry"])


def front_lines(
    control: pd.DataFrame, *, theatre: Theatre | None = None, land: BaseGeometry | None = None
) -> pd.DataFrame:
    """
    Return the front on each day on which control of a place changed.

    Parameters
    ----------
    control
        States as from `control_states`.
    theatre
        May name the places along the axis of the war; without it the axis is found from the places.
    land
        What lines are clipped to, in (lon, lat).

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
        and NaN in a road war. No control gives an empty table.

    Raises
    ------
    TableError
        If the control table lacks columns or has times without a zone.
    """
    require_columns(control, _NEEDED, "control")
    rows: list[dict[str, object]] = []
    if len(control):
        scene, days = set_scene(control, land), days_of_change(control)
        axis = _axis(scene, control, theatre)
        rows = road_fronts(scene, axis, control, days) if axis else area_fronts(scene, control, days)
        drawn = {row["date"] for row in rows}
        rows += edge_fronts(scene, control, [day for day in days if day not in drawn])
        rows.sort(key=lambda row: pd.Timestamp(str(row["date"])))
    fronts = pd.DataFrame(rows, columns=list(FRONT_LINES_COLUMNS))
    for column in ("date", "evidence_since"):
        fronts[column] = pd.to_datetime(fronts[column], utc=True).astype("datetime64[us, UTC]")
    for column in ("axis_km_low", "axis_km_high", "moved_km", "uncertainty_m", "gained_km2"):
        fronts[column] = fronts[column].astype(float)
    return fronts


def axis_table(control: pd.DataFrame, *, theatre: Theatre | None = None) -> pd.DataFrame:
    """Return the places along the axis of the war, with `AXIS_COLUMNS`; empty where the war has none."""
    require_columns(control, _NEEDED, "control")
    axis = _axis(set_scene(control, None), control, theatre) if len(control) else None
    return axis.table() if axis else pd.DataFrame(columns=list(AXIS_COLUMNS))


def _axis(scene: Scene, control: pd.DataFrame, theatre: Theatre | None) -> Axis | None:
    """Return the axis that the user names, else the one that the places lie on if the sides part along it."""
    if theatre is not None and theatre.axis:
        return named_axis(theatre.axis, scene.places, scene.xy)
    axis = principal_axis(scene.places, scene.xy)
    if axis is None:
        return None
    shares = []
    for day in days_of_change(control):
        along = along_axis(axis, standings(scene, control, day))
        shares.append(
            share_in_order([s.holder if s else None for s in along], [s.weight if s else 0.0 for s in along])
        )
    return axis if not shares or sum(shares) >= SHARE_IN_ORDER * len(shares) else None
