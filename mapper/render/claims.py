"""Distances and directions as the reports state them, beside what was measured."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
import shapely

from mapper.render.columns import Json, is_shape, lonlat, number, text
from mapper.render.spelling import Spelling
from mapper.space.distance import COMPASS_POINTS, GEOD, compass_word

METRES_PER_MILE = 1609.344
# Of more claims than this the page shows those about the pairs of places that most reports tell of.
MOST_CLAIMS = 2_000
# An arc is drawn with a point each so many degrees.
_ARC_STEP = 7.5


def claims(checks: pd.DataFrame, reports: dict[str, int], spelling: Spelling) -> list[Json]:
    """
    Return the checked claims; those about one pair of places, whichever way round, share a `pair` number.

    Parameters
    ----------
    checks
        The table of stated and measured distances.
    reports
        The number of each report by its id.
    spelling
        What places are called on the map.
    """
    if len(checks) > MOST_CLAIMS:
        kept = checks["pair_reports"].sort_values(ascending=False, kind="stable").index[:MOST_CLAIMS]
        checks = checks.loc[kept.sort_values()]
    rows = [_check(record, reports, spelling) for record in checks.to_dict("records")]
    pairs: dict[frozenset[str], int] = {}
    for row in rows:
        row["pair"] = pairs.setdefault(frozenset((row["subject"], row["landmark"])), len(pairs))
    return rows


def _check(record: dict[Hashable, Any], reports: dict[str, int], spelling: Spelling) -> Json:
    line = record["geometry"]
    ends = shapely.get_coordinates(line)[[0, -1]].tolist() if line is not None else []
    bearing = _bearing(record["stated_bearing"])
    said, found = _figures(record, bearing)
    claimed = record["claimed"]
    return {
        "subject": spelling.of(record["subject"]),
        "landmark": spelling.of(record["landmark"]),
        "stated": record["stated"],
        "said": said,
        "found": found,
        "label": _label(said, found, record["verdict"]),
        "verdict": record["verdict"],
        "error": number(record["error_m"], 0),
        "measured": number(record["measured_m"], 0),
        "bearing": number(record["measured_bearing_deg"], 0),
        "claim": number(record["stated_m"], 0),
        "off": number(record["bearing_off_deg"], 0),
        "sentence": text(record["sentence"]),
        "line": _great_circle(*ends) if ends else [],
        "arc": _arc(ends[0], number(record["stated_m"], 0), bearing) if ends else [],
        "claimed": lonlat(claimed) if is_shape(claimed) else None,
        "report": reports.get(str(record["report_id"]), -1),
        "quote": text(record["quote"]),
    }


def _bearing(stated: object) -> float | None:
    """Return the degrees of a compass word or number, None when nothing is stated."""
    if isinstance(stated, str):
        return COMPASS_POINTS.index(stated) * 22.5 if stated in COMPASS_POINTS else None
    return number(stated)


def _figures(record: dict[Hashable, Any], bearing: float | None) -> tuple[str, str]:
    """Return what is said and what was measured, as "300 mi E", both in the unit of the claim."""
    miles = re.search(r"\b(?:miles?|mi)\b", text(record["stated"])) is not None
    stated, measured = number(record["stated_m"], 0), number(record["measured_m"], 0)
    towards = number(record["measured_bearing_deg"], 0)
    said = " ".join(filter(None, [_length(stated, miles=miles), _abbreviated(bearing)]))
    return said, " ".join(filter(None, [_length(measured, miles=miles), _abbreviated(towards)]))


def _label(said: str, found: str, verdict: str) -> str:
    """
    Return the line beside a claim on the map.

    Examples
    --------
    >>> _label("300 mi E", "356 mi ESE", "approximate")
    'claimed 300 mi E, measured 356 mi ESE: approximate'
    """
    parts = [f"claimed {said}" if said else "", f"measured {found}" if found else ""]
    return ", ".join(filter(None, parts)) + f": {verdict}"


def _length(metres: float | None, *, miles: bool) -> str:
    if metres is None:
        return ""
    return f"{metres / METRES_PER_MILE:,.0f} mi" if miles else f"{metres / 1000:,.0f} km"


def _abbreviated(bearing_deg: float | None) -> str:
    """Return "ESE" for 116 degrees."""
    if bearing_deg is None:
        return ""
    return "".join(
        word[0].upper() for word in re.findall(r"north|east|south|west", compass_word(bearing_deg))
    )


def _great_circle(a: list[float], b: list[float]) -> list[list[float]]:
    """Return the geodesic between two points as a run of points about 20 km apart."""
    inner = GEOD.npts(a[0], a[1], b[0], b[1], max(1, int(GEOD.inv(a[0], a[1], b[0], b[1])[2] / 20_000)))
    return [[round(x, 4), round(y, 4)] for x, y in [a, *inner, b]]


def _arc(centre: list[float], radius_m: float | None, bearing_deg: float | None) -> list[list[float]]:
    """Return the points at the claimed distance, over the angle that the claimed direction leaves open.

    A heading names an eighth of the circle at least: 45 degrees to each side for a cardinal
    direction, half of that for an intercardinal one (Chapman and Wieczorek 2020, GBIF, Georeferencing
    Best Practices). Without a direction it is the whole circle.
    """
    if not radius_m:
        return []
    half = (
        180.0
        if bearing_deg is None
        else 45.0
        if bearing_deg % 90 == 0
        else 22.5
        if bearing_deg % 45 == 0
        else 11.25
    )
    count = max(5, int(2 * half / _ARC_STEP) + 1)
    angles = np.linspace(-half, half, count) + (bearing_deg or 0.0)
    x, y, away = (np.full(count, value) for value in (*centre, radius_m))
    lon, lat, _ = GEOD.fwd(x, y, angles, away)
    return [[round(float(x), 4), round(float(y), 4)] for x, y in zip(lon, lat, strict=True)]
