"""The events of all reports in one table: in order, tellings of one event linked, corrections marked.

Nothing is removed: a contradiction stands side by side with its source, and a telling that a later
correction withdrew keeps its row, with the flag `superseded`.
"""

from __future__ import annotations

import math
import unicodedata
from array import array
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import chain, repeat
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mapper.columns import Texts, Words, give_back, middles, ranks, shared_values, taken
from mapper.errors import TableError
from mapper.events.sides import Mention, group_sides
from mapper.model import TIMELINE_COLUMNS, Action, Event, Extraction, Report, Toponym
from mapper.space.distance import geodesic_arrays
from mapper.theatre import Theatre

# Two places of one name nearer than this are one place: gazetteers put a town's point up to 15 km apart.
SAME_PLACE_M = 10_000.0
# Two tellings of one event may be dated this far apart, beyond what their precisions allow: a night
# belongs to two days, and so does a report filed after midnight.
SAME_EVENT_DAYS = {"day": 1, "few_days": 3, "week": 7, "month": 31, "unknown": 31}
# A denial never is a telling of the event it denies, nor is a plan.
_TOLD_AS = {"reported": "happened", "claimed": "happened", "denied": "denied", "planned": "planned"}
_WORDS = (
    "precision", "kind", "certainty", "place_id", "place", "flags", "report_id", "source", "trigger",
    "told_in",
)  # fmt: skip
_TIMES = ("since", "until", "published")
# An event without any date stands at the end.
_LATE = datetime(9999, 12, 31, tzinfo=UTC)


def order_events(extractions: Iterable[Extraction], *, theatre: Theatre | None = None) -> pd.DataFrame:
    """
    Return the events of all reports as one timeline.

    Parameters
    ----------
    extractions
        Readings of reports in any order; the order does not change the result. They are gone through once.
    theatre
        Names of sides, where the user gives them.

    Returns
    -------
    timeline
        One row an event, with `TIMELINE_COLUMNS`; statements of who holds a place have the kind
        `holds`. `same_as` is the `event_id` of the first telling of the same event, "" for the
        first telling itself. `order` counts from 1 in time, equal numbers mean that no report says
        which came first; `order_reason` says why a row stands where it stands. `actor` and
        `opponent` are sides, or the words of the report where the side is not known. `place_id` is
        "" where the event is somewhere near a named place and not in it. No events give an empty table.
    """
    told = Tellings()
    for extraction in extractions:
        told.added(extraction)
    return told.timeline(theatre=theatre)


class Tellings:
    """The events of many reports as columns: all that a timeline needs, without the texts.

    Values that repeat are kept once, so that a million events fit in memory.
    """

    def __init__(self) -> None:
        self._words = {name: Words() for name in _WORDS}
        self._texts = {"event_id": Texts(), "quote": Texts()}
        self._figures: dict[str, array[Any]] = {
            "uncertainty_m": array("d"),
            "order": array("q"),
            "start": array("q"),
        }
        self._columns: dict[str, list[Any]] = {name: [] for name in (*_TIMES, "holder", "geometry")}
        self._reports: list[tuple[str, list[Mention]]] = []
        self._known: dict[Any, Any] = {}

    def added(self, extraction: Extraction) -> Extraction:
        """Take in the events of one report and hand the reading on."""
        report, once = extraction.report, self._known.setdefault
        mentions = [_mention(event) for event in extraction.events]
        self._reports.append((report.id, [once(mention, mention) for mention in mentions]))
        facts = [_facts(report, event) for event in extraction.events]
        for name, words in self._words.items():
            words.extend([fact[name] for fact in facts])
        for name, texts in self._texts.items():
            texts.extend([fact[name] for fact in facts])
        for name, figures in self._figures.items():
            figures.extend([fact[name] for fact in facts])
        for name, column in self._columns.items():
            column.extend([once(fact[name], fact[name]) for fact in facts])
        return extraction

    def timeline(self, *, theatre: Theatre | None = None) -> pd.DataFrame:
        """Return all events taken in as a timeline; nothing can be added after."""
        columns = dict(zip(("actor", "opponent", "holder"), self._sides(theatre), strict=True))
        self._reports, self._known = [], {}
        give_back()
        columns |= dict(chain(taken(self._words), taken(self._texts), taken(self._figures)))
        for name in tuple(self._columns):
            kind = "object" if name == "geometry" else "datetime64[us, UTC]"
            columns[name] = pd.Series(self._columns.pop(name), dtype=kind)
        rows = _rows_in_time(columns)
        give_back()
        timeline = pd.DataFrame(index=range(len(rows)))
        for name in TIMELINE_COLUMNS:
            timeline[name] = columns.pop(name).array[rows] if name in columns else ""
        timeline["order"], timeline["order_reason"] = _orders(timeline)
        timeline["same_as"] = _first_tellings(timeline)
        timeline["flags"] = mark_superseded(timeline)
        return timeline

    def _sides(self, theatre: Theatre | None) -> tuple[pd.Series, ...]:
        """Return actor, opponent and holder of each event by the names that all reports together give them.

        One report alone names its sides itself.
        """
        given = {side.name: side.aliases for side in theatre.sides} if theatre else None
        numbers = sorted(range(len(self._reports)), key=lambda number: self._reports[number][0])
        told = [self._reports[number][1] for number in numbers]
        firsts = np.cumsum([0, *(len(mentions) for _, mentions in self._reports)]).tolist()
        names: Iterable[Mapping[str, str]] = repeat({}, len(told))
        if len(numbers) > 1 or given:
            names = group_sides(told, given=given)
        actors, opponents, holders = Words(), Words(), Words()
        rows, held = array("q"), self._columns.pop("holder")
        for number, mentions, known in zip(numbers, told, names, strict=True):
            for row, (action, local, opposing) in enumerate(mentions, firsts[number]):
                rows.append(row)
                actors.append(_side(known, local, action.actor))
                opponents.append(_side(known, opposing, action.opponent))
                contested = "contested" if action.outcome == "contested" else ""
                holders.append(_side(known, held[row]) or contested)
        given_order = np.argsort(rows, kind="stable")
        return tuple(words.table_column(given_order) for words in (actors, opponents, holders))


def _side(names: Mapping[str, str], in_report: str, mention: str = "") -> str:
    found = (names.get(words) for words in (in_report, mention) if words)
    return next(filter(None, found), in_report or mention)


def _mention(event: Event) -> Mention:
    """Return who acts in an event with no more than what tells sides apart, so that many events share it."""
    action = event.action
    where = getattr(action.where, "text", "")
    bare = Action(
        0, 0, 0, 0, action.kind, action.actor, action.opponent, action.certainty,
        Toponym(0, 0, where) if where else None,
        "contested" if action.outcome == "contested" else "none", source=action.source,
    )  # fmt: skip
    return bare, event.side, event.opposing_side


def _facts(report: Report, event: Event) -> dict[str, Any]:
    """Return what a timeline says of an event beside its sides and its geometry."""
    action, location = event.action, event.location
    named = location is not None and location.locative is None and location.resolution is not None
    place = location.resolution.place if named and location and location.resolution else None
    if place is None and location is not None and len(location.places) == 1 and _is_inside(location.locative):
        place = location.places[0]
    return {
        "event_id": event.id,
        "since": event.since,
        "until": event.until,
        "precision": event.precision,
        "kind": action.kind,
        "certainty": action.certainty,
        "holder": event.holder,
        "geometry": location.geometry if location else None,
        "place_id": place.id if place else "",
        "place": place.name if place else location.name if location else "",
        "uncertainty_m": location.uncertainty_m if location else math.nan,
        "flags": ", ".join(event.flags),
        "report_id": event.report_id,
        "source": event.source,
        "published": report.published,
        "quote": event.quote,
        "trigger": report.text[action.start : action.end],
        "order": event.order,
        "start": action.start,
        "told_in": report.id,
    }


def _rows_in_time(columns: Mapping[str, pd.Series]) -> NDArray[np.int64]:
    """Return the rows sorted by time, then by the report, then by what it says of the order."""
    published = columns["published"].fillna(_LATE)
    keys = (
        columns["since"].fillna(published), columns["since"].isna(), published, columns["told_in"],
        columns["order"], columns["start"], columns["event_id"],
    )  # fmt: skip
    return np.lexsort([ranks(key) for key in keys][::-1])


def _is_inside(locative: object) -> bool:
    return getattr(locative, "relation", "") in ("at", "inside")


@lru_cache(maxsize=65_536)
def fold(name: str) -> str:
    """
    Return a name without case, accents and marks, to compare names by.

    Examples
    --------
    >>> fold("Al-Ḥasaka") == fold("al hasaka")
    True
    >>> fold("")
    ''
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in plain if c.isalnum())


def place_keys(table: pd.DataFrame) -> NDArray[np.int64]:
    """
    Return for each row the number of its place, -1 where it has none.

    Rows with one `place_id` are one place, and so are rows of one name within `SAME_PLACE_M`. The
    numbers do not depend on the order of the rows.
    """
    lons, lats = middles(table["geometry"].to_numpy())
    described = pd.DataFrame(
        {
            "id": table["place_id"].fillna("").array,
            "name": table["place"].fillna("").array,
            "lon": lons,
            "lat": lats,
        }
    )
    alike = described.groupby(["id", "name", "lon", "lat"], sort=False, dropna=False, observed=True)
    rows = described.loc[~described.duplicated()].itertuples(index=False, name=None)
    seen = [(str(place_id), fold(str(name)), lon, lat) for place_id, name, lon, lat in rows]
    ids: dict[str, int] = {}
    names: dict[str, list[tuple[float, float, int]]] = defaultdict(list)
    keys: dict[tuple[str, str, float, float], int] = {}
    distinct = sorted({key for key in seen if key[0] and not math.isnan(key[2])})
    for place_id, name, lon, lat in distinct:
        key = ids.get(place_id)
        known = names[name]
        if key is None and known and name:
            others = np.array([k[:2] for k in known])
            at = np.full(len(known), lon), np.full(len(known), lat)
            metres, _ = geodesic_arrays(*at, others[:, 0], others[:, 1])
            nearest = int(np.argmin(metres))
            key = known[nearest][2] if metres[nearest] <= SAME_PLACE_M else None
        key = len(ids) if key is None else key
        ids.setdefault(place_id, key)
        known.append((lon, lat, key))
        keys[place_id, name, lon, lat] = key
    numbers = np.array([keys.get(key, -1) for key in seen], dtype=np.int64)
    return numbers[alike.ngroup().to_numpy()]


def _first_tellings(timeline: pd.DataFrame) -> pd.Series:
    """Return for each row the `event_id` of the first telling of its event, "" for the first telling itself.

    Two rows tell of one event when kind, place and actor agree, both say that it happened (or both
    that it did not), and their days agree within their precision. The first telling is the one
    published first.
    """
    keys = place_keys(timeline).tolist()
    buckets: dict[tuple[int, str, str, str], _Bucket] = {}
    firsts = np.arange(len(timeline))
    kinds, actors = (shared_values(timeline[name]) for name in ("kind", "actor"))
    folded = {actor: fold(actor) for actor in set(actors)}
    certainties, precisions = (shared_values(timeline[name]) for name in ("certainty", "precision"))
    days = _days(timeline["since"])
    published = timeline["published"].fillna(_LATE)
    reports = pd.factorize(timeline["report_id"], sort=True)[0]
    told = np.lexsort((reports, published))
    for turn, i in enumerate(told.tolist()):
        if keys[i] < 0:
            continue
        alike = keys[i], kinds[i], folded[actors[i]], _TOLD_AS[certainties[i]]
        bucket = buckets.setdefault(alike, {})
        firsts[i] = told[_first_telling(bucket, days[i], SAME_EVENT_DAYS[precisions[i]], turn)]
    ids = timeline["event_id"].take(firsts).set_axis(timeline.index)
    return ids.where(firsts != np.arange(len(timeline)), "")


# First tellings of one kind of event by how many days they leave open: their day, and their turn in coming.
_Bucket = dict[int, list[tuple[float, int]]]


def _first_telling(bucket: _Bucket, day: float, open_days: int, turn: int) -> int:
    """Return the turn of the earliest published first telling within the days left open, else add `turn`."""
    found: list[tuple[float, int]] = []
    for days, tellings in bucket.items():
        reach = max(days, open_days)
        low = bisect_left(tellings, (day - reach, -1))
        high = bisect_left(tellings, (day + reach, turn))
        found += tellings[low:high]
    if found:
        return min(came for _, came in found)
    insort(bucket.setdefault(open_days, []), (day, turn))
    return turn


def _days(moments: pd.Series) -> list[float]:
    """Return times in days from 1970; those without a time lie together far from all others."""
    days = (moments - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(days=1)
    return days.fillna(-1e9).tolist()


def _known(moment: pd.Timestamp) -> datetime:
    return _LATE if pd.isna(moment) else moment.to_pydatetime()


def _same_day(columns: Mapping[str, list[Any]], i: int, j: int) -> bool:
    a, b = columns["since"][i], columns["since"][j]
    if pd.isna(a) or pd.isna(b):
        return bool(pd.isna(a) and pd.isna(b))
    days = max(SAME_EVENT_DAYS[columns["precision"][k]] for k in (i, j))
    return bool(abs(a - b) <= timedelta(days))


def mark_superseded(timeline: pd.DataFrame) -> pd.Series:
    """
    Return the flags of each row, with `superseded` where a later correction withdrew the telling.

    A correction is a row with the flag `correction`, denied or corrected by the writer, not by a
    side. It withdraws what was published before of the same kind, doer and place about the same days.
    """
    column = timeline["flags"].fillna("")
    if not any(flag in text for text in column.unique() for flag in ("correction", "superseded")):
        return column
    flags = [_without(text, "superseded") if text else "" for text in column]
    keys = place_keys(timeline).tolist()
    columns = {
        c: shared_values(timeline[c])
        for c in ("kind", "actor", "since", "precision", "published", "certainty")
    }
    alike: dict[tuple[int, str], list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        alike[key, columns["kind"][i]].append(i)
    for c, key in enumerate(keys):
        if key < 0 or "correction" not in flags[c].split(", "):
            continue
        for i in alike[key, columns["kind"][c]]:
            earlier = _known(columns["published"][i]) < _known(columns["published"][c])
            same_actor = columns["actor"][c] in ("", columns["actor"][i])
            if earlier and same_actor and columns["certainty"][i] != "denied" and _same_day(columns, i, c):
                flags[i] = ", ".join(filter(None, (_without(flags[i], "superseded"), "superseded")))
    return Words(flags).table_column().set_axis(timeline.index)


def _without(flags: str, flag: str) -> str:
    return ", ".join(f for f in flags.split(", ") if f and f != flag)


def _orders(timeline: pd.DataFrame) -> tuple[NDArray[np.int64], pd.Series]:
    """Number the rows in time and say for each why it stands after the row before."""
    orders = array("q")
    reasons = Words()
    last_in_report: dict[str, int] = {}
    previous = None
    undated = timeline["since"].isna()
    moments = timeline["since"].fillna(timeline["published"]).fillna(_LATE)
    codes, days = pd.factorize(moments.dt.floor("D"))
    words = (shared_values(timeline[name]) for name in ("report_id", "precision", "order"))
    columns = zip(days.strftime("%Y-%m-%d").to_numpy(object)[codes], undated, *words, strict=True)
    for day, is_undated, report_id, precision, order in columns:
        step, reason = 0, f"{day}: no report says what came first that day"
        if day != previous:
            last_in_report.clear()
            step, reason = 1, f"dated {day}"
        elif report_id in last_in_report and order > last_in_report[report_id]:
            step, reason = 1, f"{day}: {report_id} tells it after the one before"
        if is_undated:
            reason = f"no date in the text: placed by the publication of {report_id}"
        elif precision != "day":
            reason += f" (precision: {precision.replace('_', ' ')})"
        last_in_report[report_id] = max(order, last_in_report.get(report_id, 0))
        previous = day
        orders.append((orders[-1] if orders else 0) + step)
        reasons.append(reason)
    return np.array(orders), reasons.table_column()


def require_columns(table: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    """
    Raise where a table handed in cannot be used.

    Raises
    ------
    TableError
        If a column is missing, or `since` or `until` hold times without a time zone.
    """
    missing = [c for c in columns if c not in table.columns]
    if missing:
        lacks, has = (", ".join(map(repr, names)) for names in (missing, table.columns))
        raise TableError(f"The {name} table lacks the columns {lacks}; it has {has}.")
    for column in ("since", "until"):
        if (
            column in columns
            and table[column].notna().any()
            and getattr(table[column].dtype, "tz", None) is None
        ):
            raise TableError(f"The {name} table's column {column!r} has no time zone; give times in UTC.")
