"""Who did what no clause tells the doer of, seen from all reports: nobody takes what he holds.

"The town was cleared at dawn": one report alone lets its run decide by whom, and flags the event
`doer inferred`. Where the other reports say who held the places just before, that decides for all
such events of the report together, since one report tells one movement.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import shapely

from mapper.events.control import CONTESTED, control_states
from mapper.space.distance import geodesic_arrays

INFERRED = "doer inferred"
# Two names of one town lie no farther apart than this.
SAME_TOWN_M = 10_000.0
# A state that is itself inferred settles nothing.
LEAST_CONFIDENCE = 0.5
# What one report settles is known to the later ones; in a large build only the first so many times.
MOST_COMPUTED = 50

_TAKES = frozenset(
    {"capture", "handover", "assault", "advance", "siege", "shelling", "airstrike", "missile", "naval_fire"}
)
_KEEPS = frozenset({"withdraw", "surrender", "repulse"})


def settle_doers(timeline: pd.DataFrame, *, repeats: Mapping[str, str] | None = None) -> pd.DataFrame:
    """
    Return the timeline with the two sides of inferred events exchanged where other reports gainsay them.

    Parameters
    ----------
    timeline
        As from `order_events`; it is not changed.
    repeats
        From reports to the one each repeats, as for `control_states`.
    """
    inferred = timeline["flags"].fillna("").astype(str).str.contains(INFERRED, regex=False)
    if not inferred.any():
        return timeline
    settled, unsettled = timeline.copy(), inferred.copy()
    known, computed = _known(settled[~unsettled], repeats), 1
    reports = timeline[inferred].sort_values(["published", "report_id"], na_position="last", kind="stable")
    for report_id in reports["report_id"].unique():
        rows = settled.index[unsettled & (settled["report_id"] == report_id)]
        own = settled.loc[settled["report_id"] == report_id, "event_id"]
        others = known[~known["event_id"].isin(own)]
        votes = sum(_agreement(row, others) for _, row in settled.loc[rows].iterrows())
        if votes < 0:
            _exchange(settled, rows)
        if votes != 0:
            unsettled[rows] = False
            if computed < MOST_COMPUTED:
                known, computed = _known(settled[~unsettled], repeats), computed + 1
    return settled


def _known(timeline: pd.DataFrame, repeats: Mapping[str, str] | None) -> pd.DataFrame:
    """Return the states of control that reports tell, without those that are themselves inferred."""
    states = control_states(timeline.reset_index(drop=True), repeats=repeats)
    told = (states["status"] != CONTESTED) & (states["confidence"] >= LEAST_CONFIDENCE)
    return states[told & states["geometry"].notna()]


def _exchange(timeline: pd.DataFrame, rows: pd.Index) -> None:
    """Exchange the sides of some rows of a timeline of our own."""
    actor, opponent = timeline.loc[rows, "actor"].copy(), timeline.loc[rows, "opponent"].copy()
    holder = timeline.loc[rows, "holder"].copy()
    timeline.loc[rows, "actor"], timeline.loc[rows, "opponent"] = opponent, actor
    timeline.loc[rows, "holder"] = holder.mask(holder == actor, opponent).mask(holder == opponent, actor)


def _agreement(row: pd.Series, known: pd.DataFrame) -> int:
    """Return 1 where the state before fits the doer, -1 where it gainsays him, 0 where nothing is known."""
    if row["geometry"] is None or pd.isna(row["since"]) or not row["actor"] or not row["opponent"]:
        return 0
    before = known[
        (known["since"].isna() | (known["since"] < row["since"]))
        & (known["until"].isna() | (known["until"] >= row["since"]))
    ]
    if before.empty:
        return 0
    at = shapely.centroid(row["geometry"])
    points = shapely.centroid(before["geometry"].to_numpy())
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    distance, _ = geodesic_arrays(np.full_like(lon, at.x), np.full_like(lat, at.y), lon, lat)
    nearest = int(np.argmin(distance))
    if distance[nearest] > SAME_TOWN_M:
        return 0
    holder = before["holder"].iloc[nearest]
    taker, keeper = row["actor"], row["opponent"]
    if row["kind"] in _KEEPS:
        taker, keeper = keeper, taker
    elif row["kind"] not in _TAKES:
        return 0
    return 1 if holder == keeper else -1 if holder == taker else 0
