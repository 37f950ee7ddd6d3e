"""Small readings and tables for the tests of timeline, control and fronts; all places are invented."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pandas as pd
from shapely.geometry import Point

from mapper.model import (
    Action,
    Certainty,
    Event,
    Extraction,
    Location,
    Place,
    Precision,
    Report,
    Resolution,
    Toponym,
)

# A coast road from west to east, about 28 km from town to town.
ROAD = {
    name: Point(10.0 + 0.3 * n, 30.0)
    for n, name in enumerate(("Alba", "Bora", "Cima", "Dura", "Elba", "Fara", "Gora"))
}


def day(number: int) -> datetime:
    """Return a day of March 1999."""
    return datetime(1999, 3, number, tzinfo=UTC)


def event(
    kind: str,
    place: str,
    actor: str,
    when: int | None,
    *,
    opponent: str = "",
    holder: str = "",
    certainty: Certainty = "reported",
    precision: Precision = "day",
    order: int = 1,
    start: int = 0,
    flags: tuple[str, ...] = (),
    at: Point | None = None,
) -> Event:
    """Return an event at a place of the road; `when` is a day of March 1999."""
    point = at or ROAD[place]
    outcome = "contested" if holder == "contested" else f"controlled_by:{holder}" if holder else "none"
    name = Toponym(0, len(place), place)
    location = Location(place, point, 1000.0, Resolution(name, Place(f"p:{place}", place, point), 1.0))
    since = day(when) if when else None
    return Event(
        id=f"{kind}-{place}-{actor}-{when}-{certainty}-{order}-{start}", report_id="", source="", quote="",
        action=Action(start, start + 1, 0, 9, kind, actor, opponent, certainty, name, outcome),
        location=location,
        since=since, until=since + timedelta(1) if since else None, precision=precision, side=actor,
        opposing_side=opponent, holder="" if holder == "contested" else holder, order=order, flags=flags,
    )  # fmt: skip


def reading(report_id: str, published: int | None, *events: Event) -> Extraction:
    """Return the reading of a report published on a day of March 1999."""
    report = Report(report_id, "x" * 40, day(published) if published else None, source=report_id)
    own = tuple(
        Event(
            id=f"{report_id}:{e.id}", report_id=report_id, source=report_id, quote=e.id, action=e.action,
            location=e.location, since=e.since, until=e.until, precision=e.precision, side=e.side,
            opposing_side=e.opposing_side, holder=e.holder, order=e.order, flags=e.flags,
        )
        for e in events
    )  # fmt: skip
    return Extraction(report, events=own)


def held(
    rows: Sequence[tuple[str, Point, str, int]], *, status: str = "held", confidence: float = 0.9
) -> pd.DataFrame:
    """Return a control table of (place, point, holder, since) that lasts to this day."""
    since = pd.to_datetime([day(r[3]) for r in rows], utc=True)
    return pd.DataFrame(
        {
            "place_id": [f"p:{r[0]}" for r in rows],
            "place": [r[0] for r in rows],
            "geometry": [r[1] for r in rows],
            "holder": [r[2] for r in rows],
            "status": status,
            "since": since,
            "until": pd.to_datetime([None] * len(rows), utc=True),
            "confidence": 0.9,
            "last_confirmed": since,
            "event_id": "",
        }
    )
