"""Who did what no clause tells the doer of, seen from all reports: nobody takes what he holds.

"The town was cleared at dawn": one report alone lets its run decide by whom, and flags the event
`doer inferred`. Where the other reports say who held the places just before, that decides for all
such events of the report together, since one report tells one movement.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd
import shapely

from mapper.columns import Words, shared_values
from mapper.events.control import (
    CONTESTED,
    DOER_INFERRED,
    Evidence,
    Points,
    State,
    histories_of,
    read_evidence,
)

# Two names of one town lie no farther apart than this.
SAME_TOWN_M = 10_000.0
# A state that is itself inferred settles nothing.
LEAST_CONFIDENCE = 0.5
# What one report settles is known to the later ones: control is found anew until so many pieces of evidence
# have been gone through. A few hundred reports stay below.
MOST_READ = 200_000

_NEEDED = ["report_id", "kind", "actor", "opponent", "since", "geometry"]

_EARLY = pd.Timestamp.min.tz_localize("UTC")
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
    inferred = timeline["flags"].fillna("").astype(str).str.contains(DOER_INFERRED, regex=False)
    if not inferred.any():
        return timeline
    unsettled = np.flatnonzero(inferred)
    evidence, points = read_evidence(timeline, repeats or {})
    known = _Known(evidence, points, shared_values(timeline["report_id"]), set(unsettled.tolist()))
    reports = timeline[[*_NEEDED, "published"]].iloc[unsettled].assign(row=unsettled)
    reports = reports.sort_values(["published", "report_id"], na_position="last", kind="stable")
    wrong = np.zeros(len(timeline), dtype=bool)
    for _, records in groupby(_records(reports), key=itemgetter("report_id")):
        told = list(records)
        rows = [record["row"] for record in told]
        votes = sum(_agreement(record, known) for record in told)
        wrong[rows] = votes < 0
        if votes != 0:
            known.settle(rows, exchanged=votes < 0)
    del evidence, points, known, reports  # most of the memory, and no more needed
    return _exchanged(timeline, pd.Series(wrong, index=timeline.index))


def _records(reports: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Give the rows of inferred events, made when their turn comes."""
    names = [*_NEEDED, "row"]
    for values in zip(*(shared_values(reports[name]) for name in names), strict=True):
        yield dict(zip(names, values, strict=True))


class _Known:
    """Who held what when, from the evidence that is told or settled."""

    def __init__(
        self, evidence: list[Evidence], points: Points, tellers: Sequence[str], unsettled: set[int]
    ) -> None:
        self._evidence, self._unsettled, self.points = evidence, unsettled, points
        self._tellers = tellers
        self._place_of = {item.row: n for n, item in enumerate(evidence) if item.row in unsettled}
        self._read = 0
        self._states: dict[int, list[State]] = {}
        self._find()

    def _find(self) -> None:
        self._read += len(self._evidence)
        told = (item for item in self._evidence if item.row not in self._unsettled)
        self._states = histories_of(told, self.points)

    def settle(self, rows: Sequence[int], *, exchanged: bool) -> None:
        """Let events count, with their sides exchanged if told so."""
        self._unsettled.difference_update(rows)
        for number in (self._place_of[row] for row in rows if row in self._place_of):
            if exchanged:
                self._evidence[number] = _turned(self._evidence[number])
        if self._read < MOST_READ:
            self._find()

    def holder(self, lon: float, lat: float, moment: pd.Timestamp, but: str) -> str:
        """Return who held the nearest place just before a moment, "" where only report `but` tells."""
        for place in self.points.around(lon, lat, SAME_TOWN_M):
            history = self._states.get(place, [])
            begun = bisect_left(history, moment, key=lambda state: state.since or _EARLY)
            state = history[begun - 1] if begun else None
            if state is None or self._tellers[state.row] == but:
                continue
            if state.status != CONTESTED and state.confidence >= LEAST_CONFIDENCE:
                return state.holder
        return ""


def _turned(item: Evidence) -> Evidence:
    """Return evidence with its two sides exchanged."""
    sides = {item.actor: item.opponent, item.opponent: item.actor}
    return replace(item, actor=item.opponent, opponent=item.actor, holder=sides.get(item.holder, item.holder))


def _exchanged(timeline: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
    """Return a timeline with the sides of some rows exchanged."""
    if not rows.any():
        return timeline
    actor, opponent, holder = (timeline[name].astype("str") for name in ("actor", "opponent", "holder"))
    other = opponent.where(holder == actor, holder).mask(holder == opponent, actor)
    turned = {"actor": actor.mask(rows, opponent), "opponent": opponent.mask(rows, actor)}
    turned["holder"] = holder.mask(rows, other)
    return timeline.assign(**{name: Words(column).table_column().array for name, column in turned.items()})


def _agreement(row: Mapping[Any, Any], known: _Known) -> int:
    """Return 1 where the state before fits the doer, -1 where it gainsays him, 0 where nothing is known."""
    if row["geometry"] is None or pd.isna(row["since"]) or not row["actor"] or not row["opponent"]:
        return 0
    at = shapely.centroid(row["geometry"])
    holder = known.holder(at.x, at.y, row["since"], row["report_id"])
    taker, keeper = row["actor"], row["opponent"]
    if row["kind"] in _KEEPS:
        taker, keeper = keeper, taker
    elif row["kind"] not in _TAKES:
        return 0
    return 1 if holder == keeper else -1 if holder == taker else 0
