"""Who holds each place from when to when: timeline -> control states.

The rules, in one place. A side *says* a place is its own where an event says so (`holder`, or the
actor of a capture, or the defender of a repulse) or a statement does (`holds`).

| What the reports say | What it makes of the place |
|---|---|
| it changed hands or is held, told as fact or admitted by the loser | `held` by the side that has it |
| the same, on the word of one side only | `claimed` by that side; a state `held` by it already stays `held` |
| a claim against another side's claim of that day or the day before | `contested` |
| a claim that the other side denies, nobody else confirming it | `contested` |
| both sides inside, fighting in the streets; not fighting near a place | `contested` |
| a side withdrew or surrendered | the side named after it; else its only adjacent enemy |
| planned, denied | nothing moves; in a place never heard of, the side that would have lost it is there |
| shelled, bombed, besieged, attacked | nothing moves; in a place never heard of, the side fired at is there |
| a side sends troops there, or they are at home there | nothing moves; it has a place never heard of |
| an attack was beaten off, whoever says so | the defender has it, and is confirmed |
| a place was taken from a side | that side held it the week before, unless reports say otherwise |
| no word tells by whom, or where it was | nothing is supposed of the time before |
| silence | the state grows older, never different |

Confidence is 1 - product(1 - p) over the reports behind a state, p = 0.8 told as fact, 0.5 claimed,
0.4 inferred (the loser before a capture, the enemy after a withdrawal, the side fired at), at most 0.99.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any, Literal

import numpy as np
import pandas as pd

from mapper.columns import Words, give_back, middles, ranks, shared_values
from mapper.events.timeline import fold, mark_superseded, place_keys, require_columns
from mapper.model import CONTROL_COLUMNS
from mapper.space.near import PointIndex

Status = Literal["held", "claimed", "contested"]

CONTESTED: Literal["contested"] = "contested"
BELIEF = {"reported": 0.8, "claimed": 0.5, "inferred": 0.4}
MOST_CONFIDENCE = 0.99
# A rival claim this much later than the first no longer clashes with it: it is news.
CLASH_DAYS = 1
# Who lost a place had it before; how long before, nobody says. A week is what a report of war remembers.
ASSUMED_DAYS = 7
# A denial bears on a claim of the last days.
DENIAL_DAYS = 3
# A withdrawal gives the place to an enemy known within this distance. In a road war the next town is
# 20 to 160 km away.
ADJACENT_M = 160_000.0
# "Captured" said of something vaguer than this is said of a region, which has no one holder.
VAGUE_M = 60_000.0

_GAINS = ("capture", "handover")
_LOSSES = ("withdraw", "surrender")
_FIRE = ("shelling", "airstrike", "missile", "naval_fire", "siege", "assault")
_AGAINST = (*_FIRE, "advance")  # at whose end the other side is
_AT_HOME = ("repulse", "redeploy", "holds")
# Flags of events whose doer, or whose place, no word of the clause tells.
DOER_INFERRED = "doer inferred"
PLACE_INFERRED = "place inferred"
_NEEDED = (
    "event_id", "since", "precision", "kind", "actor", "opponent", "certainty", "holder", "place_id", "place",
    "geometry", "uncertainty_m", "flags", "report_id", "published", "order",
)  # fmt: skip
_READ = ["kind", "actor", "opponent", "certainty", "holder", "place", "place_key", "flags"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row of the timeline that bears on who holds a place.

    `row` is its number in the timeline; `moment` is when it was so, `dated` whether the text says that, or
    only the publication does.
    `holder` is a side, `contested`, or "" for a denial or a withdrawal to nobody named. What is
    `supposed` moves nothing: a plan, a denial. `guessed` says that no word of the clause tells doer or place.
    """

    moment: pd.Timestamp
    dated: bool
    report_id: str
    place: int
    kind: str
    actor: str
    opponent: str
    holder: str
    certainty: str
    row: int
    supposed: bool = False
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """Who holds a place from a moment on.

    `since` is None where it was so before the first report; `row` is that of the evidence in the timeline,
    `moment` is when it stood then.
    `left` says that a withdrawal made it so, and that nobody has yet been seen to come.
    """

    holder: str
    status: Status
    since: pd.Timestamp | None
    last_confirmed: pd.Timestamp
    row: int
    moment: pd.Timestamp
    beliefs: dict[str, float] = field(default_factory=dict)
    left: bool = False

    @property
    def confidence(self) -> float:
        return min(MOST_CONFIDENCE, 1 - math.prod(1 - p for p in self.beliefs.values()))


def control_states(
    timeline: pd.DataFrame, *, as_known_on: datetime | None = None, repeats: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """
    Return who holds each place from when to when.

    Parameters
    ----------
    timeline
        Events as from `order_events`, in any order.
    as_known_on
        Use only what was published by the end of this day; rows without a publication are then left out.
    repeats
        From the id of a report that repeats another to the id of that one: what both tell counts once.

    Returns
    -------
    control
        One row a place and state, with `CONTROL_COLUMNS`, sorted by place and time. States of one place
        do not overlap. `since` is NaT where a side held the place before the first report of it,
        `until` is NaT where the state still is so. `holder` is `contested` where `status` is.
        Empty where no event says anything of a holder.

    Raises
    ------
    TableError
        If the timeline lacks columns or has times without a zone.
    """
    require_columns(timeline, _NEEDED, "timeline")
    if as_known_on is not None:
        limit = pd.Timestamp(datetime.combine(as_known_on.date(), time()), tz="UTC") + timedelta(1)
        timeline = timeline[timeline["published"] < limit]
    evidence, points = read_evidence(timeline, repeats or {})
    histories = histories_of(evidence, points)
    del evidence  # most of the memory, and no more needed
    return _table(histories, timeline.assign(place_key=points.keys))


def read_evidence(timeline: pd.DataFrame, repeats: Mapping[str, str]) -> tuple[list[Evidence], Points]:
    """Return the rows of a timeline that bear on control, in the order in which they count, and the places.

    Times and names that repeat are kept once.
    """
    known: dict[Any, Any] = {}
    once = known.setdefault
    timeline = timeline.assign(flags=mark_superseded(timeline), place_key=place_keys(timeline))
    bearing = _bearing(timeline, repeats)
    give_back()
    found = []
    for row in _records(timeline[_READ], bearing):
        supposed = row["certainty"] in ("planned", "denied")
        holder = "" if supposed else _said_holder(row)
        if not holder and not supposed and row["kind"] not in (*_LOSSES, *_AGAINST, *_AT_HOME):
            continue
        found.append(
            Evidence(
                once(row["day"], row["day"]), row["dated"], once(row["report_id"], row["report_id"]),
                once(row["place_key"], row["place_key"]), row["kind"], row["actor"], row["opponent"], holder,
                row["certainty"], row["number"], supposed,
                DOER_INFERRED in row["flags"] or PLACE_INFERRED in row["flags"],
            )
        )  # fmt: skip
    return found, Points(timeline)


def _bearing(timeline: pd.DataFrame, repeats: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows that may bear on control, in their order, by number, with what is settled of them."""
    moment = timeline["since"].fillna(timeline["published"])
    flags = timeline["flags"].str
    kept = (timeline["place_key"] >= 0) & moment.notna()
    kept &= ~(timeline["uncertainty_m"].astype(float) > VAGUE_M)
    kept &= ~flags.contains("superseded", regex=False)
    # "they pulled back": from where is a guess, no ground to colour a map
    kept &= ~(flags.contains(PLACE_INFERRED, regex=False) & timeline["kind"].isin(_LOSSES))
    numbers = np.flatnonzero(kept)
    moment = moment.iloc[numbers]
    reports = timeline["report_id"].iloc[numbers]
    if repeats:
        reports = Words(repeats.get(id, id) for id in shared_values(reports)).table_column()
    rows = pd.DataFrame(
        {
            "number": numbers,
            "day": moment.dt.floor("D").array,
            "dated": timeline["since"].notna().array[numbers],
            "published": timeline["published"].iloc[numbers].fillna(moment).array,
            "report_id": reports.array,
        }
    )
    # On one day events come before statements of who holds: those describe the outcome.
    keys = (
        rows["day"], timeline["kind"].iloc[numbers] == "holds", rows["published"], rows["report_id"],
        timeline["order"].iloc[numbers], timeline["event_id"].iloc[numbers],
    )  # fmt: skip
    rows = rows.drop(columns="published")
    return rows.iloc[np.lexsort([ranks(key) for key in keys][::-1])]


def _said_holder(row: Mapping[str, Any]) -> str:
    """Return the side that a row says has the place, `contested`, or ""."""
    if row["holder"]:
        return str(row["holder"])
    if row["kind"] in (*_GAINS, "repulse"):
        # "Z threw the raiders back": a town is no side
        return "" if fold(str(row["actor"])) == fold(str(row["place"])) else str(row["actor"])
    return str(row["opponent"]) if row["kind"] == "surrender" else ""


def _records(timeline: pd.DataFrame, rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Give rows of a timeline by their numbers, with their further columns; what repeats is one object."""
    for start in range(0, len(rows), 10_000):  # in chunks, to bound the memory
        part = rows.iloc[start : start + 10_000]
        told = timeline.iloc[part["number"].to_numpy()]
        columns = {str(name): shared_values(table[name]) for table in (told, part) for name in table}
        for values in zip(*columns.values(), strict=True):
            yield dict(zip(columns, values, strict=True))


class Points:
    """Where the places are; what lies near is looked up once."""

    def __init__(self, timeline: pd.DataFrame) -> None:
        self.keys = timeline["place_key"].array
        lon, lat = middles(timeline["geometry"].to_numpy())
        table = pd.DataFrame({"key": self.keys, "lon": lon, "lat": lat})
        table = table[table["key"] >= 0].drop_duplicates()
        table = table.sort_values(["key", "lon", "lat"]).drop_duplicates("key")
        self._places = table["key"].to_numpy()
        self._row = {key: row for row, key in enumerate(self._places.tolist())}
        self._index = PointIndex(table["lon"].to_numpy(), table["lat"].to_numpy())
        self._near: dict[int, list[int]] = {}
        self._around: dict[tuple[float, float, float], list[int]] = {}

    def around(self, lon: float, lat: float, reach_m: float) -> list[int]:
        """Return the places within a distance, nearest first."""
        asked = lon, lat, reach_m
        if asked not in self._around:
            rows, metres = self._index.near(lon, lat, reach_m)
            self._around[asked] = self._places[rows[np.argsort(metres, kind="stable")]].tolist()
        return self._around[asked]

    def near(self, place: int) -> list[int]:
        """Return the other places within `ADJACENT_M`."""
        if place not in self._near:
            row = self._row[place]
            rows, _ = self._index.near(self._index.lon[row], self._index.lat[row], ADJACENT_M)
            self._near[place] = [key for key in self._places[rows].tolist() if key != place]
        return self._near[place]


def histories_of(evidence: Iterable[Evidence], points: Points) -> dict[int, list[State]]:
    """Apply the rules to the evidence in order of time, all places together."""
    histories: dict[int, list[State]] = {}
    doubtful: dict[int, tuple[Evidence, str]] = {}
    for item in evidence:
        history = histories.setdefault(item.place, [])
        left = item.kind in _LOSSES and not item.supposed and not item.holder
        heir = _heir(item, histories, points) if left else item.holder
        if left and not heir:
            continue  # One side is gone; who is there now, nobody says.
        if not history and (item.guessed or item.certainty == "planned") and not heir:
            doubtful.setdefault(item.place, (item, _present(item)))
        elif not history and not item.guessed:
            _assume(history, item, _present(item))
        if item.certainty == "denied":
            _deny(history, item)
        elif heir:
            _apply(history, item, heir, "inferred" if left else item.certainty)
    for place, (item, holder) in doubtful.items():
        if not histories[place]:  # nothing better is told of the place
            _assume(histories[place], item, holder)
    return {place: history for place, history in histories.items() if history}


def _present(item: Evidence) -> str:
    """Return the side that must have been in a place when the first word of it came, or ""."""
    if item.holder == CONTESTED or (item.certainty == "claimed" and item.kind in (*_GAINS, *_LOSSES)):
        return ""
    if item.kind in (*_AGAINST, *_GAINS):
        there = item.opponent
    else:
        there = item.actor if item.kind in (*_LOSSES, *_AT_HOME) else ""
    return there if fold(there) != fold(item.holder) else ""


def _assume(history: list[State], item: Evidence, holder: str) -> None:
    """Begin a history with the side that was there before the first word."""
    if holder:
        beliefs = {item.report_id: BELIEF["inferred"]}
        since = item.moment - timedelta(days=ASSUMED_DAYS)
        history.append(State(holder, "held", since, item.moment, item.row, item.moment, beliefs))


def _heir(item: Evidence, histories: dict[int, list[State]], points: Points) -> str:
    """Return the side that has a place after another left it: the one it faced, or the only enemy near."""
    if item.opponent or not item.actor:
        return item.opponent
    known = (histories.get(place) for place in points.near(item.place))
    holders = {history[-1].holder for history in known if history} - {item.actor, CONTESTED}
    return holders.pop() if len(holders) == 1 else ""


def _apply(history: list[State], item: Evidence, holder: str, belief: str) -> None:
    """Let one piece of evidence for `holder` change or confirm the last state of a history."""
    now = history[-1] if history else None
    if holder == CONTESTED and item.certainty == "claimed" and now is not None and now.status == "held":
        return  # "We are still inside", says the side that lost a place which others saw fall.
    status = _status(now, item, holder)
    holder = CONTESTED if status == CONTESTED else holder
    trust = BELIEF[belief]
    if now is not None and fold(now.holder) == fold(holder):
        history[-1] = _confirmed(now, item, status, trust)
        return
    # A first word without a date says that it is so, not since when; so does an attack beaten off.
    since = item.moment if now is not None or (item.dated and item.kind != "repulse") else None
    state = State(
        holder, status, since, item.moment, item.row, item.moment, {item.report_id: trust},
        left=item.kind == "withdraw",
    )  # fmt: skip
    if now is not None and now.since is not None and now.since >= item.moment:
        history.pop()  # The same day brought two states; the later one ends the day.
        if history and fold(history[-1].holder) == fold(holder):
            history[-1] = _confirmed(history[-1], item, status, trust)
            return
    history.append(state)


def _confirmed(now: State, item: Evidence, status: Status, trust: float) -> State:
    """Return a state with one more piece of evidence for it."""
    if now.left and item.kind in _GAINS:
        # The town stood empty between the leaving of the one side and the coming of the other.
        now = replace(now, since=item.moment, moment=item.moment, row=item.row, left=False)
    if now.confidence < MOST_CONFIDENCE:  # else more reports make it no surer
        # The state given is not used again: its beliefs go on in the new one.
        now.beliefs[item.report_id] = max(trust, now.beliefs.get(item.report_id, 0.0))
    return replace(
        now,
        status=status if status == "held" else now.status,
        last_confirmed=max(now.last_confirmed, item.moment),
    )


def _status(now: State | None, item: Evidence, holder: str) -> Status:
    """Return the status that a piece of evidence gives its place."""
    if holder == CONTESTED:
        return CONTESTED
    if item.certainty == "reported" or (now is None and item.kind == "repulse"):
        return "held"  # Who beats off an attack on a place was there before it.
    if now is None or fold(now.holder) == fold(holder):
        return now.status if now else "claimed"
    clash = item.moment - now.moment <= timedelta(CLASH_DAYS)
    if now.status == CONTESTED or (now.status == "claimed" and clash):
        return CONTESTED
    return "claimed"


def _deny(history: list[State], item: Evidence) -> None:
    """Let a denial turn a claim into a contested place; what was told as fact stays."""
    if not history:
        return
    now = history[-1]
    gainer = item.actor if item.kind in _GAINS else ""
    denies_it = not gainer or fold(gainer) == fold(now.holder)
    recent = item.moment - now.moment <= timedelta(DENIAL_DAYS)
    if now.status == "claimed" and denies_it and recent and item.kind in (*_GAINS, *_LOSSES, "holds"):
        history[-1] = replace(now, holder=CONTESTED, status=CONTESTED, last_confirmed=item.moment)


def _table(histories: dict[int, list[State]], timeline: pd.DataFrame) -> pd.DataFrame:
    """Return the states as rows, with the name, id and point that the timeline gives each place first."""
    order = np.lexsort([ranks(timeline[name]) for name in ("event_id", "place", "place_id", "place_key")])
    keys, firsts = np.unique(timeline["place_key"].to_numpy()[order], return_index=True)
    named = timeline[["place_id", "place", "geometry"]].iloc[order[firsts]].to_dict("records")
    places = dict(zip(keys.tolist(), named, strict=True))
    ids = timeline["event_id"].array
    rows = []
    for key, history in histories.items():
        place = places[key]
        for state, following in zip(history, [*history[1:], None], strict=True):
            rows.append(
                {
                    "place_id": place["place_id"],
                    "place": place["place"],
                    "geometry": place["geometry"],
                    "holder": state.holder,
                    "status": state.status,
                    "since": state.since,
                    "until": following.since if following else pd.NaT,
                    "confidence": round(state.confidence, 3),
                    "last_confirmed": state.last_confirmed,
                    "event_id": ids[state.row],
                }
            )
    control = pd.DataFrame(rows, columns=list(CONTROL_COLUMNS))
    for column in ("since", "until", "last_confirmed"):
        control[column] = pd.to_datetime(control[column], utc=True).astype("datetime64[us, UTC]")
    return control.sort_values(
        ["place", "place_id", "since"], na_position="first", kind="stable", ignore_index=True
    )
