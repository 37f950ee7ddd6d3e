"""One report's reading as a plain record: toponyms, events, distance claims and control, with offsets.

The form of `mapper extract`: everything that the report was understood to say, each item with the
characters it was read from, so that another program can check or correct it.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from mapper.model import DistanceCheck, Event, Extraction, Resolution

_UNIT_KM = {"km": 1.0, "mi": 1.609344, "nmi": 1.852, "m": 0.001}
# "RAS LANUF, Libya, March 7 -" or "Kyiv (Reuters) -": what stands before the first dash of the first line.
_DATELINE = re.compile(r"\A\s*(?:[^\n]{0,90}?)(?:\s[-–—]{1,2}\s|[–—])")


def evidence_record(extraction: Extraction, control: pd.DataFrame) -> dict[str, object]:
    """
    Return the reading of one report as a JSON-ready dictionary.

    Parameters
    ----------
    extraction
        The reading.
    control
        Control states computed from this report alone; those in force at its end are given.

    Returns
    -------
    record
        `id`, `published`, `toponyms`, `events`, `distance_claims` and `control`.
    """
    lasting = control[control["until"].isna()]
    return {
        "id": extraction.report.id,
        "published": extraction.report.published.date().isoformat() if extraction.report.published else None,
        "toponyms": [
            toponym_record(r) | {"role": role}
            for r, role in zip(extraction.resolutions, _roles(extraction), strict=True)
        ],
        "events": [_event(e) for e in extraction.events if e.action.kind != "holds"],
        "distance_claims": [_claim(c) for c in extraction.checks if c.locative.distance_m is not None],
        "control": [
            _control(dict(zip(lasting.columns, row, strict=True))) for row in lasting.itertuples(index=False)
        ],
    }


def _roles(extraction: Extraction) -> list[str]:
    """Say for each toponym what it does in the report: event, anchor, dateline or mention."""
    dateline = _DATELINE.match(extraction.report.text)
    dateline_end = dateline.end() if dateline else 0
    anchors = {t.start for c in extraction.checks for t in c.locative.landmarks}
    places = {
        e.location.resolution.place.id
        for e in extraction.events
        if e.location and e.location.resolution and e.location.resolution.place
    }
    roles = []
    for r in extraction.resolutions:
        if r.toponym.end <= dateline_end:
            roles.append("dateline")
        elif r.toponym.start in anchors:
            roles.append("anchor")
        elif r.place is not None and r.place.id in places:
            roles.append("event")
        else:
            roles.append("mention")
    return roles


def toponym_record(resolution: Resolution) -> dict[str, object]:
    """Return one resolved toponym as a plain record; `lat` and `lon` are None where it has no place."""
    place = resolution.place
    point = place.geometry.centroid if place else None
    return {
        "text": resolution.toponym.text,
        "start": resolution.toponym.start,
        "end": resolution.toponym.end,
        "name": place.name if place else resolution.toponym.text,
        "country": place.country if place else None,
        "lat": round(point.y, 6) if point else None,
        "lon": round(point.x, 6) if point else None,
        "place_id": place.id if place else None,
        "score": round(resolution.score, 4),
    }


def _event(event: Event) -> dict[str, object]:
    location = event.location
    point = location.geometry.centroid if location and location.geometry is not None else None
    return {
        "order": event.order,
        "date": event.since.date().isoformat() if event.since else None,
        "date_precision": event.precision,
        "type": event.action.kind,
        "actor": event.side or event.action.actor or None,
        "target": event.opposing_side or event.action.opponent or None,
        "place": location.name if location else None,
        "lat": round(point.y, 6) if point else None,
        "lon": round(point.x, 6) if point else None,
        "uncertainty_m": round(location.uncertainty_m) if location else None,
        "outcome": event.action.outcome,
        "certainty": event.action.certainty,
        "sentence_start": event.action.sentence_start,
        "sentence_end": event.action.sentence_end,
        "trigger_start": event.action.start,
        "trigger_end": event.action.end,
    }


def _claim(check: DistanceCheck) -> dict[str, object]:
    locative = check.locative
    named = locative.subject is not None
    return {
        "text": locative.text,
        "start": locative.start,
        "end": locative.end,
        "subject": locative.subject.text if locative.subject else None,
        "anchor": locative.landmarks[0].text if locative.landmarks else None,
        "value": locative.value,
        "unit": locative.unit,
        "distance_km": (
            round(locative.value * _UNIT_KM[locative.unit], 3)
            if locative.value is not None and locative.unit in _UNIT_KM
            else None
        ),
        "bearing": locative.bearing or None,
        "comparator": locative.comparator,
        "road": locative.road,
        "geodesic_km": round(check.measured_m / 1000, 1) if check.measured_m is not None else None,
        "true_bearing_deg": (
            round(check.measured_bearing_deg, 1) if check.measured_bearing_deg is not None else None
        ),
        "verdict": check.verdict,
        "borderline": check.borderline,
        "sentence": check.sentence,
        "resolved_lat": round(check.claimed.y, 5) if check.claimed is not None and not named else None,
        "resolved_lon": round(check.claimed.x, 5) if check.claimed is not None and not named else None,
    }


def _control(row: dict[str, Any]) -> dict[str, object]:
    since, geometry = row["since"], row["geometry"]
    contested = row["status"] == "contested"
    return {
        "place": row["place"],
        "lat": round(geometry.centroid.y, 6) if geometry is not None else None,
        "lon": round(geometry.centroid.x, 6) if geometry is not None else None,
        "side": "contested" if contested else row["holder"],
        "status": row["status"],
        "from": since.date().isoformat() if isinstance(since, pd.Timestamp) and not pd.isna(since) else None,
    }
