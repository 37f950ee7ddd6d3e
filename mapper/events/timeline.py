"""The events of all reports in one table: in order, tellings of one event linked, corrections marked.

Nothing is removed: a contradiction stands side by side with its source, and a telling that a later
correction withdrew keeps its row, with the flag `superseded`.
"""

from __future__ import annotations

import math
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from mapper.errors import TableError
from mapper.events.sides import group_sides
from mapper.model import TIMELINE_COLUMNS, Event, Extraction, Report
from mapper.space.distance import geodesic_arrays
from mapper.theatre import Theatre

# Two places of one name nearer than this are one place: gazetteers put a town's point up to 15 km apart.
SAME_PLACE_M = 10_000.0
# Two tellings of one event may be dated this far apart, beyond what their precisions allow: a night
# belongs to two days, and so does a report filed after midnight.
SAME_EVENT_DAYS = {"day": 1, "few_days": 3, "week": 7, "month": 31, "unknown": 31}
# A denial never is a telling of the event it denies, nor is a plan.
_TOLD_AS = {"reported": "happened", "claimed": "happened", "denied": "denied", "planned": "planned"}
# An event without any date stands at the end.
_LATE = datetime(9999, 12, 31, tzinfo=UTC)


def order_events(extractions: Iterable[Extraction], *, theatre: Theatre | None = None) -> pd.DataFrame:
    """
    Return the events of all reports as one timeline.

    Parameters
    ----------
    extractions
        Readings of reports in any order; the order does not change the result.
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
    read = sorted(extractions, key=lambda e: e.report.id)
    names = _side_names(read, theatre)
    told = [(extraction.report, event) for extraction in read for event in extraction.events]
    told.sort(key=_time_key)
    rows = [_row(report, event, names) for report, event in told]
    timeline = pd.DataFrame(rows, columns=list(TIMELINE_COLUMNS))
    for column in ("since", "until", "published"):
        timeline[column] = pd.to_datetime(timeline[column], utc=True).astype("datetime64[us, UTC]")
    timeline["same_as"] = _first_tellings(timeline)
    timeline["flags"] = mark_superseded(timeline)
    timeline["order"], timeline["order_reason"] = _orders(told)
    return timeline


def _time_key(told: tuple[Report, Event]) -> tuple[datetime, bool, datetime, str, int, int, str]:
    """Sort by time, then by the report, then by what it says of the order."""
    report, event = told
    since = event.since or report.published or _LATE
    return (
        since, event.since is None, report.published or _LATE, report.id, event.order, event.action.start,
        event.id,
    )  # fmt: skip


def _side_names(read: Sequence[Extraction], theatre: Theatre | None) -> Mapping[tuple[str, str], str]:
    """Return for (report id, side or mention) the name of the side in all reports together.

    One report alone names its sides itself.
    """
    given = {side.name: side.aliases for side in theatre.sides} if theatre else None
    return group_sides(read, given=given) if len(read) > 1 or given else {}


def _row(report: Report, event: Event, names: Mapping[tuple[str, str], str]) -> dict[str, object]:
    action, location = event.action, event.location

    def side(in_report: str, mention: str = "") -> str:
        found = (names.get((report.id, words)) for words in (in_report, mention) if words)
        return next(filter(None, found), in_report or mention)

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
        "actor": side(event.side, action.actor),
        "opponent": side(event.opposing_side, action.opponent),
        "certainty": action.certainty,
        "holder": side(event.holder) or ("contested" if action.outcome == "contested" else ""),
        "place_id": place.id if place else "",
        "place": place.name if place else location.name if location else "",
        "geometry": location.geometry if location else None,
        "uncertainty_m": location.uncertainty_m if location else math.nan,
        "flags": ", ".join(event.flags),
        "same_as": "",
        "report_id": event.report_id,
        "source": event.source,
        "published": report.published,
        "quote": event.quote,
        "trigger": report.text[action.start : action.end],
        "order": 0,
        "order_reason": "",
    }


def _is_inside(locative: object) -> bool:
    return getattr(locative, "relation", "") in ("at", "inside")


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


def place_keys(table: pd.DataFrame) -> list[int]:
    """
    Return for each row the number of its place, -1 where it has none.

    Rows with one `place_id` are one place, and so are rows of one name within `SAME_PLACE_M`. The
    numbers do not depend on the order of the rows.
    """
    geometry = table["geometry"]
    points = [None if g is None or g.is_empty else g.centroid for g in geometry]
    described = list(
        zip(table["place_id"].fillna(""), table["place"].fillna("").map(fold), points, strict=True)
    )
    ids: dict[str, int] = {}
    names: dict[str, list[tuple[float, float, int]]] = defaultdict(list)
    keys: dict[tuple[str, str, float, float], int] = {}
    distinct = sorted({(i, n, p.x, p.y) for i, n, p in described if i and p is not None})
    for place_id, name, lon, lat in distinct:
        key = ids.get(place_id)
        known = names[name]
        if key is None and known and name:
            lons, lats = np.array([k[0] for k in known]), np.array([k[1] for k in known])
            metres, _ = geodesic_arrays(np.full(len(known), lon), np.full(len(known), lat), lons, lats)
            nearest = int(np.argmin(metres))
            key = known[nearest][2] if metres[nearest] <= SAME_PLACE_M else None
        key = len(ids) if key is None else key
        ids.setdefault(place_id, key)
        known.append((lon, lat, key))
        keys[place_id, name, lon, lat] = key
    return [-1 if not i or p is None else keys[i, n, p.x, p.y] for i, n, p in described]


def _first_tellings(timeline: pd.DataFrame) -> list[str]:
    """Return for each row the `event_id` of the first telling of its event, "" for the first telling itself.

    Two rows tell of one event when kind, place and actor agree, both say that it happened (or both
    that it did not), and their days agree within their precision. The first telling is the one
    published first.
    """
    keys = place_keys(timeline)
    firsts: dict[tuple[int, str, str, str], list[int]] = defaultdict(list)
    same_as = [""] * len(timeline)
    rows = timeline[["published", "report_id", "order", "event_id"]]
    by_publication = sorted(
        range(len(rows)),
        key=lambda i: (_known(rows["published"].iloc[i]), rows["report_id"].iloc[i], i),
    )
    columns = {
        c: timeline[c].tolist() for c in ("kind", "actor", "certainty", "since", "precision", "event_id")
    }
    for i in by_publication:
        if keys[i] < 0:
            continue
        bucket = firsts[
            keys[i], columns["kind"][i], fold(columns["actor"][i]), _TOLD_AS[columns["certainty"][i]]
        ]
        first = next((j for j in bucket if _same_day(columns, i, j)), None)
        if first is None:
            bucket.append(i)
        else:
            same_as[i] = columns["event_id"][first]
    return same_as


def _known(moment: pd.Timestamp) -> datetime:
    return _LATE if pd.isna(moment) else moment.to_pydatetime()


def _same_day(columns: Mapping[str, list[Any]], i: int, j: int) -> bool:
    a, b = columns["since"][i], columns["since"][j]
    if pd.isna(a) or pd.isna(b):
        return bool(pd.isna(a) and pd.isna(b))
    days = max(SAME_EVENT_DAYS[columns["precision"][k]] for k in (i, j))
    return bool(abs(a - b) <= timedelta(days))


def mark_superseded(timeline: pd.DataFrame) -> list[str]:
    """
    Return the flags of each row, with `superseded` where a later correction withdrew the telling.

    A correction is a row with the flag `correction`, denied or corrected by the writer, not by a
    side. It withdraws what was published before of the same kind, doer and place about the same days.
    """
    keys = place_keys(timeline)
    flags = [_without(text, "superseded") for text in timeline["flags"].fillna("")]
    columns = {
        c: timeline[c].tolist() for c in ("kind", "actor", "since", "precision", "published", "certainty")
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
    return flags


def _without(flags: str, flag: str) -> str:
    return ", ".join(f for f in flags.split(", ") if f and f != flag)


def _orders(told: Sequence[tuple[Report, Event]]) -> tuple[list[int], list[str]]:
    """Number the rows in time and say for each why it stands after the row before."""
    orders: list[int] = []
    reasons: list[str] = []
    last_in_report: dict[str, int] = {}
    previous: datetime | None = None
    for report, event in told:
        since = event.since or report.published or _LATE
        day = since.date()
        step, reason = 0, f"{day:%Y-%m-%d}: no report says what came first that day"
        if previous is None or previous.date() != day:
            last_in_report.clear()
            step, reason = 1, f"dated {day:%Y-%m-%d}"
        elif report.id in last_in_report and event.order > last_in_report[report.id]:
            step, reason = 1, f"{day:%Y-%m-%d}: {report.id} tells it after the one before"
        if event.since is None:
            reason = f"no date in the text: placed by the publication of {report.id}"
        elif event.precision != "day":
            reason += f" (precision: {event.precision.replace('_', ' ')})"
        last_in_report[report.id] = max(event.order, last_in_report.get(report.id, 0))
        previous = since
        orders.append((orders[-1] if orders else 0) + step)
        reasons.append(reason)
    return orders, reasons


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
