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

_NEEDED = ["report_id", "event_id", "kind", "actor", "opponent", "since", "geometry"]

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
    evidence, points = read_evidence(timeline, repeats or {})
    known = _Known(evidence, points, set(timeline.loc[inferred, "event_id"]))
    reports = timeline.loc[inferred, [*_NEEDED, "published"]]
    reports = reports.sort_values(["published", "report_id"], na_position="last", kind="stable")
    own = timeline.groupby("report_id", observed=True).indices
    wrong: list[str] = []
    for report_id, rows in groupby(_records(reports), key=itemgetter("report_id")):
        told = list(rows)
        events = [row["event_id"] for row in told]
        but = set(timeline["event_id"].array[own[report_id]])
        votes = sum(_agreement(row, known, but) for row in told)
        if votes < 0:
            wrong += events
        if votes != 0:
            known.settle(events, exchanged=votes < 0)
    del evidence, points, known, own, reports  # most of the memory, and no more needed
    return _exchanged(timeline, inferred & timeline["event_id"].isin(wrong))


def _records(reports: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Give the rows of inferred events, made when their turn comes."""
    for values in zip(*(shared_values(reports[name]) for name in _NEEDED), strict=True):
        yield dict(zip(_NEEDED, values, strict=True))


class _Known:
    """Who held what when, from the evidence that is told or settled."""

    def __init__(self, evidence: list[Evidence], points: Points, unsettled: set[str]) -> None:
        self._evidence, self._unsettled, self.points = evidence, unsettled, points
        self._place_of = {item.event_id: n for n, item in enumerate(evidence) if item.event_id in unsettled}
        self._read = 0
        self._states: dict[int, list[State]] = {}
        self._find()

    def _find(self) -> None:
        self._read += len(self._evidence)
        told = (item for item in self._evidence if item.event_id not in self._unsettled)
        self._states = histories_of(told, self.points)

    def settle(self, events: Sequence[str], *, exchanged: bool) -> None:
        """Let events count, with their sides exchanged if told so."""
        self._unsettled.difference_update(events)
        for number in (self._place_of[event] for event in events if event in self._place_of):
            if exchanged:
                self._evidence[number] = _turned(self._evidence[number])
        if self._read < MOST_READ:
            self._find()

    def holder(self, lon: float, lat: float, moment: pd.Timestamp, but: set[str]) -> str:
        """Return who held the nearest place just before a moment, "" where nobody but events `but` tells."""
        for place in self.points.around(lon, lat, SAME_TOWN_M):
            history = self._states.get(place, [])
            begun = bisect_left(history, moment, key=lambda state: state.since or _EARLY)
            state = history[begun - 1] if begun else None
            if state is None or state.event_id in but:
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


def _agreement(row: Mapping[Any, Any], known: _Known, own: set[str]) -> int:
    """Return 1 where the state before fits the doer, -1 where it gainsays him, 0 where nothing is known."""
    if row["geometry"] is None or pd.isna(row["since"]) or not row["actor"] or not row["opponent"]:
        return 0
    at = shapely.centroid(row["geometry"])
    holder = known.holder(at.x, at.y, row["since"], own)
    taker, keeper = row["actor"], row["opponent"]
    if row["kind"] in _KEEPS:
        taker, keeper = keeper, taker
    elif row["kind"] not in _TAKES:
        return 0
    return 1 if holder == keeper else -1 if holder == taker else 0
