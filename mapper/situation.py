"""Extractions to the tables that need no judgement: toponyms, distance checks, reports, rejected inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from mapper.model import (
    DISTANCE_CHECKS_COLUMNS,
    PLACES_COLUMNS,
    REJECTED_COLUMNS,
    REPORTS_COLUMNS,
    DistanceCheck,
    Extraction,
    Place,
    Rejected,
)


def places_table(extractions: Iterable[Extraction]) -> pd.DataFrame:
    """
    Return every toponym of every report with the place it was resolved to, in the order of the text.

    A toponym without a place keeps its row: place columns are empty, so that nothing read is lost.
    """
    rows = [
        {
            "toponym": r.toponym.text,
            "place_id": r.place.id if r.place else "",
            "place": r.place.name if r.place else "",
            "geometry": r.place.geometry if r.place else None,
            "country": r.place.country if r.place else "",
            "feature_class": r.place.feature_class if r.place else "",
            "score": r.score,
            "role": r.toponym.role,
            "place_source": r.place.source if r.place else "",
            "licence": r.place.licence if r.place else "",
            "report_id": extraction.report.id,
            "start": r.toponym.start,
            "end": r.toponym.end,
        }
        for extraction in extractions
        for r in extraction.resolutions
    ]
    return pd.DataFrame(rows, columns=list(PLACES_COLUMNS))


def checks_table(extractions: Iterable[Extraction]) -> pd.DataFrame:
    """Return every stated distance or direction beside the measured one, with the geodesic as geometry."""
    rows = [_check_row(extraction, check) for extraction in extractions for check in extraction.checks]
    return pd.DataFrame(rows, columns=list(DISTANCE_CHECKS_COLUMNS))


def _check_row(extraction: Extraction, check: DistanceCheck) -> dict[str, object]:
    locative = check.locative
    return {
        "subject": _end_name(check.subject, locative.subject.text if locative.subject else ""),
        "landmark": _end_name(check.landmark, locative.landmarks[0].text if locative.landmarks else ""),
        "stated": locative.text,
        "stated_m": check.stated_m,
        "stated_bearing": locative.bearing,
        "measured_m": check.measured_m,
        "measured_bearing_deg": check.measured_bearing_deg,
        "verdict": check.verdict,
        "error_m": check.error_m,
        "bearing_off_deg": check.bearing_off_deg,
        "sentence": check.sentence,
        "geometry": _geodesic_line(check.landmark, check.subject),
        "claimed": check.claimed,
        "report_id": extraction.report.id,
        "quote": _quote(extraction.report.text, locative.start, locative.end),
    }


def _end_name(place: Place | None, text: str) -> str:
    return place.name if place else text


def _geodesic_line(landmark: Place | None, subject: Place | None) -> BaseGeometry | None:
    if landmark is None or subject is None:
        return None
    a, b = landmark.geometry.centroid, subject.geometry.centroid
    return LineString([(a.x, a.y), (b.x, b.y)])


def _quote(text: str, start: int, end: int, *, most: int = 400) -> str:
    """Return the line of `text` that holds the span, cut to `most` characters about it."""
    low = max(text.rfind("\n", 0, start) + 1, start - most // 2)
    high = text.find("\n", end)
    return text[low : min(high if high >= 0 else len(text), end + most // 2)].strip()


def reports_table(extractions: Sequence[Extraction], repeats: Mapping[str, str]) -> pd.DataFrame:
    """
    Return one row a report, in the order of publication, undated ones last.

    `same_as` is the id of the report that this one repeats (`repeats`), "" for one of its own.
    """
    rows = [
        {
            "report_id": e.report.id,
            "title": e.report.title,
            "published": e.report.published,
            "source": e.report.source,
            "url": e.report.url,
            "events": sum(event.action.kind != "holds" for event in e.events),
            "same_as": repeats.get(e.report.id, ""),
        }
        for e in extractions
    ]
    table = pd.DataFrame(rows, columns=list(REPORTS_COLUMNS))
    table["published"] = pd.to_datetime(table["published"], utc=True).astype("datetime64[us, UTC]")
    return table.sort_values(["published", "report_id"], kind="stable", na_position="last", ignore_index=True)


def rejected_table(rejected: Iterable[Rejected]) -> pd.DataFrame:
    """Return the inputs set aside, each with its reason."""
    return pd.DataFrame([(r.path, r.record, r.reason) for r in rejected], columns=list(REJECTED_COLUMNS))
