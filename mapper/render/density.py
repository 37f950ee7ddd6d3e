"""Situations too large to show event by event: how many there were, by cell and week, and the strongest.

Cells are those of H3, whose hexagons look alike everywhere and nest: the page adds the cells of the finest
resolution up to coarser ones as a reader zooms out.
"""

from __future__ import annotations

from collections.abc import Sequence

import h3.api.basic_int as h3
import numpy as np
import pandas as pd

from mapper.columns import middles
from mapper.render.columns import Json, day_numbers, flag_text, has_text

MOST_EVENTS = 100_000
STRONGEST_EVENTS = 20_000
RESOLUTIONS = (2, 3, 4, 5, 6)  # edges of 183, 69, 26, 10 and 4 km
# Rows (a cell, a week and a side each) and cells that the page may hold, which is about 3 MB.
MOST_ROWS, MOST_CELLS = 250_000, 12_000
UNITS_PER_DEGREE = 1000


def are_events(timeline: pd.DataFrame) -> pd.Series:
    """Say of each row whether it is an event: no state, no second telling, not withdrawn by a correction."""
    told_first = ~has_text(timeline["same_as"])
    standing = ~timeline["flags"].map(flag_text).str.contains("superseded")
    return (timeline["kind"] != "holds") & told_first & standing


def strongest(timeline: pd.DataFrame) -> pd.DataFrame:
    """
    Return the strongest events, in the given order, from each week as many where the week has them.

    Strong is what most reports tell, then facts before claims, then sharp positions.
    """
    told = timeline["event_id"].map(timeline["same_as"].value_counts()).fillna(0)
    claimed = timeline["certainty"] != "reported"
    since = pd.to_datetime(timeline["since"], utc=True)
    week = (since - since.min()) // pd.Timedelta(weeks=1)
    weights = pd.DataFrame(
        {"week": week, "told": -told, "claim": claimed, "error": timeline["uncertainty_m"]}
    ).sort_values(["told", "claim", "error"], kind="stable")
    place = weights.groupby("week", sort=False, dropna=False).cumcount().sort_values(kind="stable")
    return timeline.loc[np.sort(place.index[:STRONGEST_EVENTS])]


def density(timeline: pd.DataFrame, first: pd.Timestamp | None, sides: Sequence[str]) -> Json:
    """
    Return how many events each H3 cell has in each week, by side (0, 1, 2 for any other than two).

    Returns
    -------
    density
        `levels`: for each resolution, coarse to fine, `resolution`, the outlines of its cells (`rings`:
        x, y in thousandths of a degree, the first a position, later ones steps) and `parent`, the number of
        each cell's parent among the cells one level coarser. `cell` (a number in the last level),
        `week` (counted from day 0), `side`, `count`: one row each, in the order of the weeks.
    """
    rows = _placed(timeline, first, sides)
    cells = _cells(rows)
    resolution = RESOLUTIONS[0]
    counts = _counts(rows, cells, resolution)
    for finer in RESOLUTIONS[1:]:
        more = _counts(rows, cells, finer)
        if len(more) > MOST_ROWS or more["cell"].nunique() > MOST_CELLS:
            break
        resolution, counts = finer, more
    levels = _levels(sorted(counts["cell"].unique().tolist()), resolution)
    index = {cell: k for k, cell in enumerate(levels[-1].pop("cells"))}
    for level in levels[:-1]:
        del level["cells"]
    return {
        "levels": levels,
        "cell": counts["cell"].map(index).tolist(),
        "week": counts["week"].tolist(),
        "side": counts["side"].tolist(),
        "count": counts["count"].tolist(),
    }


def _placed(timeline: pd.DataFrame, first: pd.Timestamp | None, sides: Sequence[str]) -> pd.DataFrame:
    """Return position, week and side of the events that have a place and a date; others cannot be drawn."""
    told = timeline.loc[are_events(timeline), ["geometry", "since", "actor"]]
    lon, lat = middles(told["geometry"].to_numpy())
    day = day_numbers(told["since"], first)
    side = np.full(len(told), 2)
    for number, name in enumerate(sides):
        side[(told["actor"] == name).to_numpy()] = number
    rows = pd.DataFrame({"lon": lon.round(4), "lat": lat.round(4), "day": day, "side": side}).dropna()
    return rows.assign(week=rows["day"].astype(int) // 7)


def _cells(rows: pd.DataFrame) -> np.ndarray:
    """Return the finest cell of each row; most positions are towns, which come again and again."""
    places, which = np.unique(rows[["lon", "lat"]].to_numpy(float), axis=0, return_inverse=True)
    finest = [h3.latlng_to_cell(lat, lon, RESOLUTIONS[-1]) for lon, lat in places.tolist()]
    return np.array(finest, dtype=np.int64)[which.ravel()]


def _counts(rows: pd.DataFrame, cells: np.ndarray, resolution: int) -> pd.DataFrame:
    """Return the number of events by week, cell of a resolution and side, sorted."""
    known, which = np.unique(cells, return_inverse=True)
    parents = np.array([h3.cell_to_parent(cell, resolution) for cell in known.tolist()], dtype=np.int64)
    keys = rows.assign(cell=parents[which.ravel()])
    return keys.groupby(["week", "cell", "side"], sort=True).size().rename("count").reset_index()


def _levels(cells: list[int], resolution: int) -> list[Json]:
    """Return the cells of a resolution and those of all coarser ones, the coarsest first."""
    levels: list[Json] = []
    while True:
        levels.insert(0, {"resolution": resolution, "cells": cells, "rings": [_ring(c) for c in cells]})
        if resolution == RESOLUTIONS[0]:
            levels[0]["parent"] = []
            return levels
        resolution -= 1
        above = [h3.cell_to_parent(cell, resolution) for cell in cells]
        cells = sorted(set(above))
        index = {cell: k for k, cell in enumerate(cells)}
        levels[0]["parent"] = [index[cell] for cell in above]


def _ring(cell: int) -> list[int]:
    """Return the outline of a cell; one over the antimeridian goes on past 180 degrees."""
    corners = np.array([(lon, lat) for lat, lon in h3.cell_to_boundary(cell)])
    if np.ptp(corners[:, 0]) > 180:
        corners[corners[:, 0] < 0, 0] += 360
    units = np.rint(corners * UNITS_PER_DEGREE).astype(int)
    steps: list[int] = np.diff(units, axis=0, prepend=np.zeros((1, 2), int)).ravel().tolist()
    return steps
