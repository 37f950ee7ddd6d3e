"""Tables of coded events -> readings, so that coded events and those read from reports stand on one map.

Known are ACLED, UCDP GED and GDELT 2.0 in the column form in which they are published:
https://acleddata.com/knowledge-base/codebook/ , https://ucdp.uu.se/downloads/ged/ ,
http://data.gdeltproject.org/documentation/GDELT-Event_Codebook-V2.0.pdf
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import TextIO

from shapely.geometry import Point

from mapper.errors import ReportError
from mapper.model import (
    Action,
    Event,
    Extraction,
    Location,
    Place,
    Precision,
    Rejected,
    Report,
    Resolution,
    Toponym,
)
from mapper.text.formats import Limits
from mapper.text.reports import parse_time

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Coded:
    """What the tables have in common: one event."""

    id: str
    kind: str
    actor: str
    opponent: str
    place: str
    lon: float
    lat: float
    uncertainty_m: float
    since: datetime
    until: datetime
    precision: Precision
    note: str
    source: str
    url: str = ""


# Sub-events of ACLED's codebook; "Other" and "Change to group/activity" are no act at a place.
_ACLED_KINDS = {
    "Armed clash": "clash",
    "Government regains territory": "capture",
    "Non-state actor overtakes territory": "capture",
    "Non-violent transfer of territory": "handover",
    "Air/drone strike": "airstrike",
    "Shelling/artillery/missile attack": "shelling",
    "Chemical weapon": "shelling",
    "Remote explosive/landmine/IED": "ied",
    "Suicide bomb": "ied",
    "Grenade": "ied",
    "Attack": "violence_against_civilians",
    "Abduction/forced disappearance": "violence_against_civilians",
    "Sexual violence": "violence_against_civilians",
    "Excessive force against protesters": "violence_against_civilians",
    "Looting/property destruction": "violence_against_civilians",
    "Peaceful protest": "protest",
    "Protest with intervention": "protest",
    "Violent demonstration": "protest",
    "Mob violence": "protest",
    "Agreement": "agreement",
    "Arrests": "arrest",
    "Headquarters or base established": "redeploy",
}
_ACLED_DAYS: dict[str, tuple[Precision, int]] = {"1": ("day", 1), "2": ("week", 7), "3": ("month", 31)}
# Radii that hold the place: a town, a part of a district, a region.
_ACLED_METRES = {"1": 5_000.0, "2": 25_000.0, "3": 100_000.0}

_UCDP_KINDS = {"1": "clash", "2": "clash", "3": "violence_against_civilians"}
_UCDP_PRECISION: dict[str, Precision] = {"1": "day", "2": "few_days", "3": "week", "4": "month"}
# where_prec of the codebook: exact, within 25 km, ADM2, ADM1, a line or area, the country, the sea.
_UCDP_METRES = {"1": 5_000.0, "2": 25_000.0, "3": 50_000.0, "4": 100_000.0, "5": 100_000.0, "6": 300_000.0}

# CAMEO codes, the longest that fits wins; what is only said or given (roots 01 to 13, 16) is no act.
_CAMEO_KINDS = {
    "057": "agreement", "0871": "ceasefire", "0874": "withdraw", "0356": "agreement",
    "14": "protest", "15": "redeploy", "173": "arrest", "175": "violence_against_civilians",
    "180": "violence_against_civilians", "181": "violence_against_civilians",
    "182": "violence_against_civilians", "183": "ied", "185": "violence_against_civilians",
    "186": "violence_against_civilians", "190": "assault", "191": "siege", "192": "capture",
    "193": "clash", "194": "shelling", "195": "airstrike", "196": "clash", "20": "violence_against_civilians",
}  # fmt: skip
# ActionGeo_Type: country, American state, American city, city, first-order unit.
_GDELT_METRES = {"1": 300_000.0, "2": 100_000.0, "3": 5_000.0, "4": 5_000.0, "5": 100_000.0}
# The columns of a GDELT 2.0 export, which has no header, that are used here.
_GDELT_COLUMNS = {
    0: "GLOBALEVENTID", 1: "SQLDATE", 6: "Actor1Name", 16: "Actor2Name", 26: "EventCode",
    51: "ActionGeo_Type", 52: "ActionGeo_FullName", 56: "ActionGeo_Lat", 57: "ActionGeo_Long",
    60: "SOURCEURL",
}  # fmt: skip
_GDELT_WIDTH = 61


def read_coded(
    path: Path, *, rejected: list[Rejected] | None = None, limits: Limits | None = None
) -> Iterator[Extraction]:
    """
    Read the events of a table by ACLED, UCDP GED or GDELT, each as a reading of its own.

    The note of the coders stands for the text and the quote. Rows of kinds that are no act at a place
    (statements, visits, aid) are left out, and how many there were is said once.

    Parameters
    ----------
    rejected
        List to which rows that cannot be used are appended; None raises at the first.

    Raises
    ------
    ReportError
        If the file is none of these tables, or a row cannot be used and `rejected` is None.
    """
    csv.field_size_limit((limits or Limits()).record_bytes)
    left_out = total = 0
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            rows, coded = _table(lines, path)
            for total, row in enumerate(rows, start=1):
                try:
                    event = coded(row)
                except (ValueError, KeyError, OverflowError) as error:
                    reason = f"The row cannot be used: {str(error).rstrip('.')}."
                    if rejected is None:
                        raise ReportError(f"{path} row {total}: {reason}") from error
                    rejected.append(Rejected(str(path), f"row {total}", reason))
                    continue
                if event is None:
                    left_out += 1
                else:
                    yield _extraction(event)
    except (OSError, csv.Error) as error:
        raise ReportError(f"{str(path)!r} cannot be read after row {total}: {error}.") from error
    if left_out and rejected is not None:
        reason = f"{left_out:,} of {total:,} rows are of kinds that are no act at a place; they are left out."
        rejected.append(Rejected(str(path), "", reason))


def _table(lines: TextIO, path: Path) -> tuple[Iterator[Row], Callable[[Row], _Coded | None]]:
    """Return the rows of an open table and the function that reads one of them."""
    first = lines.readline()
    if first.count("\t") == _GDELT_WIDTH - 1 and first[0].isdigit():
        table = csv.reader(chain([first], lines), delimiter="\t", quoting=csv.QUOTE_NONE)
        return (
            ({name: row[n] for n, name in _GDELT_COLUMNS.items() if n < len(row)} for row in table),
            _gdelt,
        )
    separator = max(",;\t", key=first.count)
    names = next(csv.reader([first], delimiter=separator))
    rows = csv.DictReader(lines, names, restval="", delimiter=separator)
    for column, coded in (("event_id_cnty", _acled), ("type_of_violence", _ucdp), ("GLOBALEVENTID", _gdelt)):
        if column in names:
            return rows, coded
    raise ReportError(
        f"{str(path)!r} is no table of ACLED, UCDP GED or GDELT; it has {', '.join(names):.300}."
    )


def _acled(row: Row) -> _Coded | None:
    kind = _ACLED_KINDS.get(row["sub_event_type"])
    if kind is None:
        return None
    precision, days = _ACLED_DAYS.get(row.get("time_precision", "1"), ("month", 31))
    since = _day(row["event_date"])
    return _Coded(
        f"acled:{row['event_id_cnty']}", kind, row["actor1"], row.get("actor2", ""), row["location"],
        _degrees(row["longitude"], 180), _degrees(row["latitude"], 90),
        _ACLED_METRES.get(row.get("geo_precision", "1"), 100_000.0),
        since, since + timedelta(days), precision,
        row.get("notes", ""), f"ACLED ({row.get('source', '')})",
    )  # fmt: skip


def _ucdp(row: Row) -> _Coded | None:
    kind = _UCDP_KINDS.get(row["type_of_violence"])
    if kind is None:
        return None
    until = _day(row["date_end"]) + timedelta(1)
    return _Coded(
        f"ucdp:{row['id']}", kind, row["side_a"], "" if kind != "clash" else row["side_b"],
        row["where_coordinates"], _degrees(row["longitude"], 180), _degrees(row["latitude"], 90),
        _UCDP_METRES.get(row.get("where_prec", ""), 300_000.0), _day(row["date_start"]), until,
        _UCDP_PRECISION.get(row.get("date_prec", ""), "unknown"),
        row.get("source_headline", "") or row.get("source_article", ""),
        f"UCDP GED ({row.get('source_office', '')})",
    )  # fmt: skip


def _gdelt(row: Row) -> _Coded | None:
    code = row["EventCode"]
    kind = next((_CAMEO_KINDS[code[:n]] for n in (4, 3, 2) if code[:n] in _CAMEO_KINDS), None)
    if kind is None or not row["ActionGeo_Lat"]:
        return None
    since = _day(row["SQLDATE"])
    return _Coded(
        f"gdelt:{row['GLOBALEVENTID']}", kind, row["Actor1Name"].title(), row["Actor2Name"].title(),
        row["ActionGeo_FullName"].split(",")[0],
        _degrees(row["ActionGeo_Long"], 180), _degrees(row["ActionGeo_Lat"], 90),
        _GDELT_METRES.get(row["ActionGeo_Type"], 300_000.0),
        since, since + timedelta(1), "day", "", "GDELT 2.0", row.get("SOURCEURL", ""),
    )  # fmt: skip


def _day(value: str) -> datetime:
    """Return a day as the tables write it: 2011-03-10, 2011-03-10 00:00:00.000, 20110310, 10 March 2011."""
    try:
        return parse_time(value)
    except ValueError:
        return datetime.strptime(value.strip(), "%d %B %Y").replace(tzinfo=UTC)


def _degrees(value: str, most: int) -> float:
    degrees = float(value)
    if not -most <= degrees <= most:
        raise ValueError(f"{value} does not lie between -{most} and {most} degrees")
    return degrees


def _extraction(coded: _Coded) -> Extraction:
    """Return a coded event as the reading of a report that says this one thing."""
    said = " ".join(filter(None, (coded.actor, coded.kind.replace("_", " "), coded.opponent, coded.place)))
    text = coded.note or f"{said}."
    start = max(text.find(coded.place), 0)
    toponym = Toponym(start, start + len(coded.place), coded.place)
    point = Point(coded.lon, coded.lat)
    id = f"{coded.id.split(':')[0]}:{coded.lat:.4f},{coded.lon:.4f}"
    place = Place(id, coded.place, point, extent_m=coded.uncertainty_m, source=coded.source)
    resolution = Resolution(toponym, place, 1.0, why=("coded by hand or by a machine elsewhere",))
    location = Location(coded.place, point, coded.uncertainty_m, resolution, None, (place,))
    holder = coded.actor if coded.kind in ("capture", "handover") else ""
    outcome = f"controlled_by:{holder}" if holder else "none"
    action = Action(
        0, len(text), 0, len(text), coded.kind, coded.actor, coded.opponent, "reported", toponym, outcome
    )
    event = Event(
        coded.id, coded.id, coded.source, text, action, location, coded.since, coded.until, coded.precision,
        side=coded.actor, opposing_side=coded.opponent, holder=holder, flags=("coded",),
    )  # fmt: skip
    report = Report(coded.id, text, coded.until, coded.source, coded.url, coded.place)
    return Extraction(report, (resolution,), (location,), (), (event,))
