"""Situations made by hand for the page: one report, a month of a road war, thousands of events."""

from __future__ import annotations

import dataclasses
import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString, Point, Polygon

from mapper.model import (
    AXIS_COLUMNS,
    CONTROL_COLUMNS,
    DISTANCE_CHECKS_COLUMNS,
    FRONT_LINES_COLUMNS,
    KINDS,
    PLACES_COLUMNS,
    REJECTED_COLUMNS,
    REPORTS_COLUMNS,
    TIMELINE_COLUMNS,
    Situation,
)

Row = dict[str, Any]
OPPOSITION, GOVERNMENT = "Anti-Gaddafi forces", "Gaddafi forces"

# Towns of the Libyan coast road, west to east: kilometres from Tripoli along it, lon, lat.
ROAD: dict[str, tuple[float, float, float]] = {
    "Tripoli": (0, 13.187, 32.887),
    "Misrata": (210, 15.092, 32.375),
    "Sirte": (450, 16.589, 31.205),
    "Nofaliya": (570, 17.836, 30.779),
    "Bin Jawad": (605, 18.080, 30.804),
    "Sidra": (635, 18.349, 30.629),
    "Ras Lanuf": (660, 18.550, 30.500),
    "Uqayla": (735, 19.199, 30.256),
    "Brega": (790, 19.579, 30.407),
    "Ajdabiya": (860, 20.223, 30.755),
    "Benghazi": (1010, 20.067, 32.117),
}


def point(place: str) -> Point:
    """The position of a town of the road."""
    return Point(ROAD[place][1:])


def when(month: int, day: int) -> datetime:
    """A day of 2011."""
    return datetime(2011, month, day, tzinfo=UTC)


def table(rows: list[Row], columns: tuple[str, ...], *times: str) -> pd.DataFrame:
    """A table with the columns of the model, times as times."""
    frame = pd.DataFrame(rows, columns=list(columns))
    for column in times:
        frame[column] = pd.to_datetime(frame[column], utc=True)
    return frame


def event(number: int, kind: str, town: str, day: datetime | None, **more: Any) -> Row:
    """One row of the timeline; `more` overrides."""
    row: Row = {
        "event_id": f"e{number:05d}",
        "since": day,
        "until": day + timedelta(days=1) if day else None,
        "precision": "day" if day else "unknown",
        "kind": kind,
        "actor": OPPOSITION,
        "opponent": GOVERNMENT,
        "certainty": "reported",
        "holder": "",
        "place_id": f"ly:{town}",
        "place": town,
        "geometry": point(town),
        "uncertainty_m": 3_000.0,
        "flags": "",
        "same_as": "",
        "report_id": "r1",
        "source": "The Harbour Post",
        "published": day,
        "quote": f"On that day {town} saw {kind.replace('_', ' ')}, a witness said.",
        "trigger": kind.replace("_", " "),
        "order": number,
        "order_reason": "by date",
    }
    return row | more


def front(
    day: datetime, west: str, east: str, *, status: str = "reported", moved: float = 0, toward: str = ""
) -> Row:
    """A front between two neighbouring towns; the opposition stands east, left of a line going south."""
    (km_w, x_w, y_w), (km_e, x_e, y_e) = ROAD[west], ROAD[east]
    x, y = (x_w + x_e) / 2, (y_w + y_e) / 2
    run_x, run_y = y_e - y_w, x_w - x_e
    size = (run_x**2 + run_y**2) ** 0.5
    across = (0.35 * run_x / size, 0.35 * run_y / size)
    line = LineString([(x - across[0], y - across[1]), (x, y), (x + across[0], y + across[1])])
    if line.coords[0][1] < line.coords[-1][1]:
        line = LineString(list(line.coords)[::-1])
    corners = [(x_w, y_w, -1), (x_e, y_e, -1), (x_e, y_e, 1), (x_w, y_w, 1)]
    return {
        "date": day,
        "side_a": OPPOSITION,
        "side_b": GOVERNMENT,
        "status": status,
        "geometry": line,
        "band": Polygon([(px + s * across[0], py + s * across[1]) for px, py, s in corners]),
        "axis_km_low": float(km_w),
        "axis_km_high": float(km_e),
        "moved_km": moved,
        "moved_toward": toward,
        "uncertainty_m": 12_000.0,
        "evidence_since": day,
    }


def control(place: str, holder: str, since: datetime, until: datetime | None, status: str = "held") -> Row:
    """One interval of control."""
    return {
        "place_id": f"ly:{place}",
        "place": place,
        "geometry": point(place),
        "holder": holder,
        "status": status,
        "since": since,
        "until": until,
        "confidence": 0.8,
        "last_confirmed": since,
        "event_id": "",
    }


def place_rows(names: list[str], report: str = "r1") -> list[Row]:
    """Toponyms of one report, resolved."""
    return [
        {
            "toponym": name,
            "place_id": f"ly:{name}",
            "place": name,
            "geometry": point(name),
            "country": "LY",
            "feature_class": "P",
            "score": 0.93,
            "role": "literal",
            "matched": "name",
            "place_source": "geonames",
            "licence": "CC BY 4.0",
            "report_id": report,
            "start": 10 * i,
            "end": 10 * i + len(name),
        }
        for i, name in enumerate(names)
    ]


def axis_table() -> pd.DataFrame:
    """The towns of the road."""
    rows = [
        {"place_id": f"ly:{name}", "place": name, "axis_km": km, "geometry": Point(x, y)}
        for name, (km, x, y) in ROAD.items()
    ]
    return table(rows, AXIS_COLUMNS)


def distance_check() -> Row:
    """The claim of 300 miles between Tripoli and Ras Lanuf."""
    return {
        "subject": "Ras Lanuf",
        "landmark": "Tripoli",
        "stated": "300 miles east of Tripoli",
        "stated_m": 482_803.2,
        "stated_bearing": "east",
        "measured_m": 573_100.0,
        "measured_bearing_deg": 116.0,
        "verdict": "approximate",
        "error_m": -90_296.8,
        "bearing_off_deg": 26.0,
        "sentence": "Ras Lanuf lies 573 km (356 miles) east-southeast of Tripoli, not 483 km east.",
        "geometry": LineString([point("Tripoli"), point("Ras Lanuf")]),
        "claimed": Point(18.33, 32.75),
        "report_id": "r1",
        "quote": "The refinery town of Ras Lanuf (300 miles east of Tripoli) was shelled.",
    }


def _until_next(fronts: list[Row]) -> list[Row]:
    """Fronts with the date of the next ones as their end."""
    dates = sorted({row["date"] for row in fronts})
    following = dict(pairwise(dates))
    return [{"until": following.get(row["date"]), "flags": "", **row} for row in fronts]


def situation(
    events: list[Row],
    *,
    controls: list[Row] | None = None,
    fronts: list[Row] | None = None,
    places: list[Row] | None = None,
    checks: list[Row] | None = None,
    reports: list[Row] | None = None,
    title: str = "Libya: the coast road",
    axis: pd.DataFrame | None = None,
) -> Situation:
    """A situation of these rows."""
    reports = reports or [
        {
            "report_id": "r1",
            "title": "Rebels pull back",
            "published": when(3, 10),
            "source": "The Harbour Post",
            "url": "https://example.org/rebels-pull-back",
            "events": len(events),
        }
    ]
    return Situation(
        places=table(places or [], PLACES_COLUMNS),
        timeline=table(events, TIMELINE_COLUMNS, "since", "until", "published"),
        distance_checks=table(checks or [], DISTANCE_CHECKS_COLUMNS),
        control=table(controls or [], CONTROL_COLUMNS, "since", "until", "last_confirmed"),
        front_lines=table(_until_next(fronts or []), FRONT_LINES_COLUMNS, "date", "until", "evidence_since"),
        rejected=table([], REJECTED_COLUMNS),
        reports=table(reports, REPORTS_COLUMNS, "published"),
        title=title,
        attributions=("Places: GeoNames (CC BY 4.0)",),
        axis=axis,
    )


def one_report() -> Situation:
    """A day's report: a shelling, a claim, a retreat, a recognition far away, one undated event."""
    day = when(3, 10)
    enemy = {"actor": GOVERNMENT, "opponent": OPPOSITION}
    events = [
        event(1, "shelling", "Ras Lanuf", day, **enemy),
        event(2, "airstrike", "Ras Lanuf", day, **enemy),
        event(3, "capture", "Sidra", day, certainty="claimed", holder=GOVERNMENT, **enemy),
        event(4, "withdraw", "Ras Lanuf", day, holder=GOVERNMENT),
        event(5, "recognition", "Benghazi", day)
        | {"actor": "France", "opponent": "", "place": "", "place_id": "", "geometry": None},
        event(6, "clash", "Bin Jawad", None, uncertainty_m=40_000.0, flags="approximate"),
        event(7, "holds", "Brega", day, holder=OPPOSITION),
    ]
    controls = [
        control("Bin Jawad", GOVERNMENT, when(3, 6), None),
        control("Sidra", GOVERNMENT, day, None, "claimed"),
        control("Ras Lanuf", OPPOSITION, when(3, 4), day),
        control("Ras Lanuf", GOVERNMENT, day, None, "contested"),
        control("Brega", OPPOSITION, when(3, 2), None),
    ]
    fronts = [
        front(when(3, 6), "Bin Jawad", "Sidra"),
        front(day, "Sidra", "Ras Lanuf", status="claimed", moved=34, toward="east"),
    ]
    places = place_rows(["Ras Lanuf", "Sidra", "Bin Jawad", "Brega", "Tripoli"])
    nowhere = {"toponym": "Qasr al-Nowhere", "place_id": "", "place": "", "geometry": None, "score": 0.0}
    places += [places[0] | {"toponym": "Ras Lanus", "score": 0.71}, places[0] | nowhere]
    return situation(
        events, controls=controls, fronts=fronts, places=places, checks=[distance_check()], axis=axis_table()
    )


# The last western town of the government, as an index into the road, by day of the war.
COURSE = [
    (0, 2),
    (5, 3),
    (9, 4),
    (12, 5),
    (15, 6),
    (18, 8),
    (22, 9),
    (27, 8),
    (30, 6),
    (32, 3),
    (35, 4),
    (38, 6),
]


def month_of_war() -> Situation:
    """A front that goes to and fro along the coast road from 26 February to 5 April."""
    towns = list(ROAD)
    chance = random.Random(7)
    start = when(2, 26)
    events: list[Row] = []
    fronts: list[Row] = []
    controls: list[Row] = []
    held = dict.fromkeys(towns, OPPOSITION) | {"Tripoli": GOVERNMENT, "Sirte": GOVERNMENT}
    since = dict.fromkeys(towns, start)
    for step, (offset, west) in enumerate(COURSE):
        day = start + timedelta(days=offset)
        before = COURSE[step - 1][1] if step else west
        moved = abs(ROAD[towns[west]][0] - ROAD[towns[before]][0])
        toward = "" if not moved else "east" if west > before else "west"
        status = "claimed" if step % 3 == 1 else "reported"
        fronts.append(front(day, towns[west], towns[west + 1], status=status, moved=moved, toward=toward))
        for index in range(3, len(towns)):
            holder = GOVERNMENT if index <= west else OPPOSITION
            loser = OPPOSITION if holder == GOVERNMENT else GOVERNMENT
            name = towns[index]
            if held[name] != holder:
                controls.append(control(name, held[name], since[name], day))
                held[name], since[name] = holder, day
                who = {"actor": holder, "opponent": loser, "holder": holder, "certainty": status}
                events.append(event(len(events), "capture", name, day, **who))
        for _ in range(4):
            name = towns[min(max(west + chance.choice([0, 0, 1, 1, -1]), 1), len(towns) - 1)]
            kind = chance.choice(["shelling", "airstrike", "clash", "assault", "advance", "naval_fire"])
            actor = chance.choice([GOVERNMENT, OPPOSITION, "NATO"])
            more = {
                "actor": actor,
                "opponent": OPPOSITION if actor == GOVERNMENT else GOVERNMENT,
                "uncertainty_m": chance.choice([2e3, 6e3, 25e3]),
                "source": chance.choice(["The Harbour Post", "Coast Radio", "Agence du Sud"]),
            }
            events.append(event(len(events), kind, name, day + timedelta(days=chance.randint(0, 2)), **more))
        if offset % 5 == 0:
            events.append(
                event(len(events), "siege", "Misrata", day, actor=GOVERNMENT, opponent=OPPOSITION)
                | {"until": day + timedelta(days=5), "precision": "few_days"}
            )
    controls += [control(name, held[name], since[name], None) for name in towns]
    events.sort(key=lambda row: (row["since"], row["event_id"]))
    return situation(
        events,
        controls=controls,
        fronts=fronts,
        places=place_rows(towns),
        checks=[distance_check()],
        axis=axis_table(),
        title="Libya 2011: the war along the coast road",
    )


def many_events(count: int, *, seed: int = 3) -> Situation:
    """Thousands of events over two years, scattered along the road."""
    chance = random.Random(seed)
    base = month_of_war()
    towns = list(ROAD)
    events = []
    for number in range(count):
        name = chance.choice(towns)
        x, y = ROAD[name][1:]
        more = {
            "actor": chance.choice([GOVERNMENT, OPPOSITION, "NATO", ""]),
            "certainty": chance.choice(["reported", "reported", "claimed", "denied", "planned"]),
            "geometry": Point(x + chance.gauss(0, 0.25), y - abs(chance.gauss(0, 0.4))),
            "uncertainty_m": float(chance.choice([1_000, 5_000, 20_000])),
            "quote": f"Report {number}: fighting was heard for hours near {name}, where people took cover.",
        }
        day = when(1, 1) + timedelta(days=chance.randint(0, 730))
        events.append(event(number, chance.choice(KINDS), name, day, **more))
    events.sort(key=lambda row: (row["since"], row["event_id"]))
    return Situation(
        places=base.places,
        timeline=table(events, TIMELINE_COLUMNS, "since", "until", "published"),
        distance_checks=base.distance_checks,
        control=base.control,
        front_lines=base.front_lines,
        rejected=base.rejected,
        reports=base.reports,
        title=f"{count:,} events",
        attributions=base.attributions,
        axis=base.axis,
    )


def scattered(count: int, *, years: int = 2, seed: int = 3) -> Situation:
    """Any number of events around the towns of the road, made by columns: a million take seconds."""
    chance = np.random.default_rng(seed)
    base = month_of_war()
    towns = np.array(list(ROAD))
    where = chance.integers(len(towns), size=count)
    lon_lat = np.array([ROAD[town][1:] for town in towns])[where]
    lon = lon_lat[:, 0] + chance.normal(0, 0.25, count)
    lat = lon_lat[:, 1] - abs(chance.normal(0, 0.4, count))
    since = pd.Timestamp(when(1, 1)) + pd.to_timedelta(np.sort(chance.integers(365 * years, size=count)), "D")
    kinds = np.array([kind for kind in KINDS if kind != "holds"])
    town = pd.Series(towns[where])
    told = pd.Series(np.arange(count).astype(str))
    columns = {
        "event_id": "e" + told,
        "since": since,
        "until": since + pd.Timedelta(days=1),
        "precision": "day",
        "kind": kinds[chance.integers(len(kinds), size=count)],
        "actor": np.array([GOVERNMENT, OPPOSITION, "NATO", ""])[chance.integers(4, size=count)],
        "certainty": np.array(["reported", "reported", "claimed"])[chance.integers(3, size=count)],
        "place_id": "ly:" + town,
        "place": town,
        "geometry": shapely.points(lon, lat),
        "uncertainty_m": np.array([1_000.0, 5_000.0, 20_000.0])[chance.integers(3, size=count)],
        "report_id": "r1",
        "source": "The Harbour Post",
        "published": since,
        "quote": "Report "
        + told
        + ": fighting was heard for hours near "
        + town
        + ", where people took cover.",
        "order": np.arange(count),
    }
    blank = dict.fromkeys(set(TIMELINE_COLUMNS) - set(columns), "")
    timeline = pd.DataFrame(columns | blank)[list(TIMELINE_COLUMNS)]
    return dataclasses.replace(base, timeline=timeline, title=f"{count:,} events")
