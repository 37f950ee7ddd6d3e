"""Small situations, made by hand, for the tests of the writers."""

from collections.abc import Iterable

import pandas as pd
from shapely import LineString, Point, Polygon

from mapper.model import (
    CONTROL_COLUMNS,
    DISTANCE_CHECKS_COLUMNS,
    FRONT_LINES_COLUMNS,
    PLACES_COLUMNS,
    REJECTED_COLUMNS,
    REPORTS_COLUMNS,
    TIMELINE_COLUMNS,
    Situation,
)

HOSTILE = (
    '=HYPERLINK("http://evil.example","x")',
    "+1",
    "-1 and rising",
    "@SUM(1)",
    "\t=1",
    "'=1",
    "<script>alert(1)</script>",
    "]]><!--",
    "a\x00b\x0bc\x1b",
    "\u202eright to left\u2069",
    'quote " comma , line\nend\r\n',
    "&amp; $[name]",
    "⁠zero\u200bwidth",
    "🛢️",
)


def day(text: str | None) -> pd.Timestamp:
    """Return a day in UTC, or a missing one."""
    return pd.NaT if text is None else pd.Timestamp(text, tz="UTC")


def frame(columns: Iterable[str], rows: list[dict[str, object]]) -> pd.DataFrame:
    """Return a table with these columns; what a row leaves out is missing."""
    return pd.DataFrame(rows, columns=list(columns))


def situation(texts: Iterable[str] = ("A quiet day.",)) -> Situation:
    """Return a situation with one event for each of `texts`, as its quote, actor and place."""
    timeline = [
        {
            "event_id": f"e{number}", "since": day("2011-03-10"), "until": day("2011-03-11"),
            "precision": "day", "kind": "shelling", "actor": text, "opponent": "", "certainty": "reported",
            "place_id": "x:1", "place": text, "geometry": Point(18.55 + number, 30.5),
            "uncertainty_m": 2500.0,
            "flags": ("early", "approximate"), "same_as": "", "report_id": text, "source": text,
            "published": day("2011-03-10"), "quote": text, "trigger": "shelled", "order": number + 1,
        }
        for number, text in enumerate(texts)
    ]  # fmt: skip
    timeline.append({"event_id": "nowhere", "kind": "recognition", "geometry": None, "since": day(None)})
    control = [
        {"place_id": "x:1", "place": "Ras Lanuf", "geometry": Point(18.55, 30.5), "holder": "rebels",
         "status": "held", "since": day("2011-03-04"), "until": day("2011-03-10"), "confidence": 0.9},
        {"place_id": "x:1", "place": "Ras Lanuf", "geometry": Point(18.55, 30.5), "holder": "government",
         "status": "claimed", "since": day("2011-03-10"), "until": day(None), "confidence": 0.6},
    ]  # fmt: skip
    fronts = [
        {"date": day("2011-03-10"), "side_a": "rebels", "side_b": "government", "moved_km": -24.5,
         "geometry": LineString([(18.6, 30.6), (18.7, 30.2)]),
         "band": Polygon([(18, 30), (19, 30), (19, 31)])},
    ]  # fmt: skip
    checks = [
        {"subject": "Ras Lanuf", "landmark": "Tripoli", "stated_m": 482803.2, "verdict": "approximate",
         "geometry": LineString([(13.19, 32.89), (18.55, 30.5)]), "claimed": Point(18.3, 32.8)},
    ]  # fmt: skip
    return Situation(
        places=frame(PLACES_COLUMNS, [{"toponym": "Ras Lanuf", "geometry": Point(18.55, 30.5), "start": 3}]),
        timeline=frame(TIMELINE_COLUMNS, timeline),
        distance_checks=frame(DISTANCE_CHECKS_COLUMNS, checks),
        control=frame(CONTROL_COLUMNS, control),
        front_lines=frame(FRONT_LINES_COLUMNS, fronts),
        rejected=frame(REJECTED_COLUMNS, [{"path": "a.txt", "record": "", "reason": "The text is empty."}]),
        reports=frame(REPORTS_COLUMNS, [{"report_id": "r", "published": day("2011-03-10"), "events": 1}]),
        title="A test",
        attributions=("Nobody",),
    )


def empty() -> Situation:
    """Return a situation in which nothing happened."""
    full = situation()
    names = ("places", "timeline", "distance_checks", "control", "front_lines", "rejected", "reports")
    return Situation(**{name: getattr(full, name).iloc[:0] for name in names})
