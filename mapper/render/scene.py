"""What is drawn, whoever draws it: a situation as plain numbers, words and lists.

The page embeds the scene as JSON and the stills draw from it, so both show the same. Days are
whole numbers counted from `first`; coordinates are (lon, lat) in degrees; -1 and None say "unknown".
Columns of many rows are lists of equal length, words that repeat are numbers into a list of words.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from mapper.model import Situation
from mapper.render import basemap
from mapper.space.distance import COMPASS_POINTS, GEOD, compass_word
from mapper.theatre import Theatre

DAY = pd.Timedelta(days=1)
MOST_EVENTS = 100_000
STRONGEST_EVENTS = 20_000
CELL_DEG = 0.25
# A coast road may leave the land of a 1:10m map by so much, in degrees.
SHORE_DEG = 0.03
METRES_PER_MILE = 1609.344

Json = dict[str, Any]


class _Words:
    """Gives each word a number, in the order of first use."""

    def __init__(self, first: Iterable[str] = ()) -> None:
        self.known: dict[str, int] = {}
        for word in first:
            self.number(word)

    def number(self, word: object) -> int:
        """Return the number of `word`; -1 for an empty or missing one."""
        text = word if isinstance(word, str) else ""
        return self.known.setdefault(text, len(self.known)) if text else -1

    def column(self, words: Iterable[object]) -> list[int]:
        """Return the numbers of many words."""
        return [self.number(word) for word in words]

    @property
    def words(self) -> list[str]:
        """The words in the order of their numbers."""
        return list(self.known)


def scene(situation: Situation, *, theatre: Theatre | None = None) -> Json:
    """
    Return everything that a map of `situation` shows, ready for JSON.

    Parameters
    ----------
    situation
        The tables; empty ones give a scene without marks.
    theatre
        May give colours to the sides.

    Returns
    -------
    scene
        `title`, `first` (the date of day 0, None when nothing is dated), `days` (the last day), `parties`
        (names, the two sides of the front first), `kinds`, `labels` (names of places), `events`, `places`,
        `unplaced`, `control`, `fronts`, `axis`, `checks`, `reports`, `view` (west, south, east, north),
        `density`, `attributions`.
    """
    timeline = situation.timeline
    first, days = _span(situation)
    colours = {side.name: side.color for side in theatre.sides if side.color} if theatre else {}
    parties = _Words(_sides(situation))
    labels, kinds = _Words(), _Words()
    reports = {str(key): i for i, key in enumerate(situation.reports["report_id"])}
    shown = _strongest(timeline) if len(timeline) > MOST_EVENTS else timeline
    events = _events(shown, first, parties, labels, kinds, reports)
    places = _places(situation.places, reports)
    events["site"] = [places["index"].get(str(key), -1) for key in shown["place_id"]]
    known_events = {str(key): i for i, key in enumerate(shown["event_id"])}
    axis = _axis(situation.axis)
    control = _control(situation.control, first, parties, labels, known_events)
    return {
        "title": situation.title or _only_title(situation.reports) or "Map of the reports",
        "first": None if first is None else first.date().isoformat(),
        "days": days,
        "parties": parties.words,
        "colours": [colours.get(name) for name in parties.words[:2]],
        "kinds": kinds.words,
        "labels": labels.words,
        "events": events,
        "total": int((timeline["kind"] != "holds").sum()),
        "places": places["rows"],
        "unplaced": places["unplaced"],
        "control": control,
        "fronts": _fronts(situation.front_lines, first, parties, axis, control, labels.words),
        "axis": axis,
        "checks": [_check(row, reports) for row in situation.distance_checks.to_dict("records")],
        "reports": _reports(situation.reports, first),
        "view": _view(situation),
        "density": _density(timeline, first, parties) if len(timeline) > MOST_EVENTS else None,
        "attributions": list(dict.fromkeys([*situation.attributions, basemap.ATTRIBUTION])),
    }


def _only_title(reports: pd.DataFrame) -> str:
    """Return the title of the one report that there is, "" where there are several."""
    return _text(reports["title"].iloc[0]) if len(reports) == 1 else ""


def _span(situation: Situation) -> tuple[pd.Timestamp | None, int]:
    """Return the first day of anything dated and the number of days to the last one."""
    starts = [situation.timeline["since"], situation.front_lines["date"], situation.control["since"]]
    since = pd.concat([pd.to_datetime(column, utc=True) for column in starts]).dropna()
    if since.empty:
        return None, 0
    until = pd.to_datetime(situation.timeline["until"], utc=True).dropna() - pd.Timedelta(microseconds=1)
    last = max(since.max(), until.max()) if len(until) else since.max()
    first = since.min().floor("D")
    return first, int((last.floor("D") - first) / DAY)


def _day(moments: pd.Series, first: pd.Timestamp | None, *, end: bool = False) -> list[int | None]:
    """Return day numbers; `end` takes an excluded end to the last day it covers."""
    times = pd.to_datetime(moments, utc=True)
    if first is None:
        return [None] * len(times)
    if end:
        times = times - pd.Timedelta(microseconds=1)
    numbers = np.floor((times - first) / DAY)
    return [None if np.isnan(n) else int(n) for n in numbers]


def _sides(situation: Situation) -> list[str]:
    """Return the two sides of the front: those of most lines, then of most places, then of most events."""
    fronts, control, timeline = situation.front_lines, situation.control, situation.timeline
    counts: Counter[str] = Counter()
    for weight, column in (
        (1_000_000, fronts["side_a"]),
        (1_000_000, fronts["side_b"]),
        (1_000, control["holder"]),
        (1, timeline["actor"]),
    ):
        for name, count in column.value_counts().items():
            if name:
                counts[str(name)] += weight * int(count)
    return sorted(name for name, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:2])


def _points(geometry: pd.Series) -> tuple[list[float | None], list[float | None]]:
    """Return lon and lat of each shape's middle, None where there is no shape."""
    middles = shapely.centroid(np.array(geometry.where(geometry.notna(), None).tolist(), dtype=object))
    lon, lat = shapely.get_x(middles), shapely.get_y(middles)
    return [_number(x, 4) for x in lon], [_number(y, 4) for y in lat]


def _number(value: Any, digits: int = 1) -> float | None:
    """Return a rounded number, None for a missing one."""
    if value is None or pd.isna(value):
        return None
    return round(float(value), digits)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _flag_text(flags: object) -> str:
    """Return flags as one text, whether they come as a text or as several."""
    if isinstance(flags, str):
        return flags
    return ", ".join(str(flag) for flag in flags) if isinstance(flags, Sequence) else ""


def _events(
    timeline: pd.DataFrame,
    first: pd.Timestamp | None,
    parties: _Words,
    labels: _Words,
    kinds: _Words,
    reports: dict[str, int],
) -> Json:
    number = {str(key): i for i, key in enumerate(timeline["event_id"])}
    lon, lat = _points(timeline["geometry"])
    flags, sources, certainties, precisions = _Words(), _Words(), _Words(), _Words()
    since, until = timeline["since"], timeline["until"]
    return {
        "id": [str(key) for key in timeline["event_id"]],
        "day": _day(since, first),
        "end": _day(until.where(until.notna(), since), first, end=True),
        "precision": precisions.column(timeline["precision"]),
        "precisionWords": precisions.words,
        "kind": kinds.column(timeline["kind"]),
        "actor": parties.column(timeline["actor"]),
        "opponent": parties.column(timeline["opponent"]),
        "holder": parties.column(timeline["holder"]),
        "certainty": certainties.column(timeline["certainty"]),
        "certaintyWords": certainties.words,
        "place": labels.column(timeline["place"]),
        "lon": lon,
        "lat": lat,
        "error": [
            _number(metres / 1000 if metres is not None else None) for metres in timeline["uncertainty_m"]
        ],
        "flags": flags.column(_flag_text(f) for f in timeline["flags"]),
        "flagWords": flags.words,
        "same": [number.get(_text(key), -1) for key in timeline["same_as"]],
        "report": [reports.get(str(key), -1) for key in timeline["report_id"]],
        "source": sources.column(timeline["source"]),
        "sourceWords": sources.words,
        "quote": [_text(q) for q in timeline["quote"]],
        "trigger": [_text(t) for t in timeline["trigger"]],
        "reason": [_text(r) for r in timeline["order_reason"]],
    }


def _strongest(timeline: pd.DataFrame) -> pd.DataFrame:
    """Return the events most reports tell, facts before claims, sharp positions first, in the given order."""
    told = timeline["event_id"].map(timeline["same_as"].value_counts()).fillna(0)
    order = pd.DataFrame(
        {"told": -told, "claim": timeline["certainty"] != "reported", "error": timeline["uncertainty_m"]}
    ).sort_values(["told", "claim", "error"], kind="stable")
    return timeline.loc[np.sort(order.index[:STRONGEST_EVENTS])]


def _density(timeline: pd.DataFrame, first: pd.Timestamp | None, parties: _Words) -> Json:
    """Return how many events each cell of a grid has in each week, by side (0, 1, 2 for any other)."""
    lon, lat = _points(timeline["geometry"])
    cells = pd.DataFrame({"lon": lon, "lat": lat, "day": _day(timeline["since"], first)})
    cells["side"] = [min(n, 2) if n >= 0 else 2 for n in parties.column(timeline["actor"])]
    cells = cells[(timeline["kind"] != "holds").to_numpy()].dropna()
    x = np.floor(cells["lon"].astype(float) / CELL_DEG).astype(int)
    y = np.floor(cells["lat"].astype(float) / CELL_DEG).astype(int)
    week = (cells["day"].astype(int) // 7).rename("week")
    counts = cells.groupby([x, y, week, cells["side"]]).size()
    columns = {
        name: counts.index.get_level_values(level).tolist()
        for level, name in enumerate(("x", "y", "week", "side"))
    }
    return {"cell": CELL_DEG, **columns, "count": counts.tolist()}


def _places(places: pd.DataFrame, reports: dict[str, int]) -> Json:
    """Return one row a place, with the names the reports use for it, and the names without a place."""
    known = places[places["place_id"].astype(bool) & places["geometry"].notna()]
    rows: list[Json] = []
    index: dict[str, int] = {}
    lon, lat = _points(known["geometry"])
    for record, x, y in zip(known.to_dict("records"), lon, lat, strict=True):
        key = str(record["place_id"])
        if key not in index:
            index[key] = len(rows)
            rows.append(
                {
                    "id": key,
                    "name": record["place"],
                    "lon": x,
                    "lat": y,
                    "country": _text(record["country"]),
                    "class": _text(record["feature_class"]),
                    "source": _text(record["place_source"]),
                    "licence": _text(record["licence"]),
                    "score": 0.0,
                    "names": Counter(),
                    "reports": set(),
                }
            )
        row = rows[index[key]]
        row["names"][record["toponym"]] += 1
        row["score"] = max(row["score"], round(float(record["score"]), 2))
        row["reports"].add(reports.get(str(record["report_id"]), -1))
    for row in rows:
        row["names"] = sorted(row["names"].items(), key=lambda item: (-item[1], item[0]))
        row["reports"] = sorted(row["reports"])
    lost = places[~places["place_id"].astype(bool) & places["role"].isin(["literal"])][
        "toponym"
    ].value_counts()
    unplaced = sorted(
        ((str(name), int(count)) for name, count in lost.items()), key=lambda item: (-item[1], item[0])
    )
    return {"rows": rows, "index": index, "unplaced": unplaced}


def _control(
    control: pd.DataFrame,
    first: pd.Timestamp | None,
    parties: _Words,
    labels: _Words,
    events: dict[str, int],
) -> Json:
    lon, lat = _points(control["geometry"])
    return {
        "place": labels.column(control["place"]),
        "id": [str(key) for key in control["place_id"]],
        "lon": lon,
        "lat": lat,
        "holder": parties.column(control["holder"]),
        "status": control["status"].tolist(),
        "since": _day(control["since"], first),
        "until": _day(control["until"], first),
        "confidence": [_number(c, 2) for c in control["confidence"]],
        "confirmed": _day(control["last_confirmed"], first),
        "event": [events.get(_first_id(key), -1) for key in control["event_id"]],
    }


def _first_id(key: object) -> str:
    """Return the first of the event ids in a cell (several are joined by a bar or a blank)."""
    return re.split(r"[|,; ]", _text(key), maxsplit=1)[0]


def _axis(axis: pd.DataFrame | None) -> list[Json]:
    """Return the places of the axis in order; `land`: the way to the next can be drawn straight."""
    if axis is None or len(axis) < 2:
        return []
    ordered = axis.sort_values("axis_km", kind="stable").to_dict("records")
    points = [_lonlat(record["geometry"]) for record in ordered]
    ways = [LineString(pair) for pair in pairwise(points)]
    extent = basemap.padded(shapely.total_bounds(ways), share=0.1, least=0.1)
    ground = shapely.union_all(basemap.clip("land", extent).shapes).buffer(SHORE_DEG)
    return [
        {
            "id": str(record["place_id"]),
            "name": record["place"],
            "km": round(float(record["axis_km"]), 1),
            "at": point,
            "land": way is not None and way.difference(ground).is_empty,
        }
        for record, point, way in zip(ordered, points, [*ways, None], strict=True)
    ]


def _lonlat(shape: BaseGeometry) -> list[float]:
    middle = shape.centroid
    return [round(middle.x, 4), round(middle.y, 4)]


def _fronts(
    fronts: pd.DataFrame,
    first: pd.Timestamp | None,
    parties: _Words,
    axis: list[Json],
    control: Json,
    labels: list[str],
) -> list[Json]:
    """Return the front lines by date, with the side that holds the low end of the axis."""
    days, evidence = _day(fronts["date"], first), _day(fronts["evidence_since"], first)
    ends = _day(fronts["until"], first)
    rows = []
    for record, day, end, told in zip(fronts.to_dict("records"), days, ends, evidence, strict=True):
        low = _number(record["axis_km_low"])
        a, b = parties.number(record["side_a"]), parties.number(record["side_b"])
        rows.append(
            {
                "day": day,
                "until": end,
                "a": a,
                "b": b,
                "status": record["status"],
                "lines": _lines(record["geometry"]),
                "band": _rings(record["band"]),
                "low": low,
                "high": _number(record["axis_km_high"]),
                "lowSide": _low_side((a, b), low, day, axis, control),
                "moved": _number(record["moved_km"], 0),
                "toward": _text(record["moved_toward"]),
                "error": _number(record["uncertainty_m"], 0),
                "told": told,
            }
        )
    return sorted(rows, key=lambda row: -1 if row["day"] is None else row["day"])


def _low_side(
    sides: tuple[int, int], low: float | None, day: int | None, axis: list[Json], control: Json
) -> int:
    """Return which of two sides holds most places of the axis up to `low` on a day; -1 when none does."""
    if low is None or day is None:
        return -1
    behind = {place["id"] for place in axis if place["km"] <= low + 0.1}
    held = Counter(
        holder
        for key, holder, since, until in zip(
            control["id"], control["holder"], control["since"], control["until"], strict=True
        )
        if key in behind
        and holder in sides
        and (since is None or since <= day)
        and (until is None or day < until)
    )
    return max(sides, key=lambda side: held[side]) if held else -1


def _lines(shape: BaseGeometry | None) -> list[list[list[float]]]:
    """Return the runs of a line or of several as lists of (lon, lat)."""
    if shape is None or shape.is_empty:
        return []
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in ("LineString", "LinearRing")]
    return [np.round(shapely.get_coordinates(part), 4).tolist() for part in parts]


def _rings(shape: BaseGeometry | None) -> list[list[list[float]]]:
    """Return the rings of an area, to be filled together by the even-odd rule."""
    if shape is None or shape.is_empty or not isinstance(shape, BaseGeometry):
        return []
    areas = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return (
        [np.round(shapely.get_coordinates(ring), 4).tolist() for ring in shapely.get_rings(areas)]
        if areas
        else []
    )


def _check(record: dict[Hashable, Any], reports: dict[str, int]) -> Json:
    line = record["geometry"]
    ends = shapely.get_coordinates(line)[[0, -1]].tolist() if line is not None else []
    bearing = _bearing(record["stated_bearing"])
    claimed = record["claimed"]
    return {
        "subject": record["subject"],
        "landmark": record["landmark"],
        "stated": record["stated"],
        "label": _check_label(record, bearing),
        "verdict": record["verdict"],
        "error": _number(record["error_m"], 0),
        "measured": _number(record["measured_m"], 0),
        "bearing": _number(record["measured_bearing_deg"], 0),
        "claim": _number(record["stated_m"], 0),
        "off": _number(record["bearing_off_deg"], 0),
        "sentence": _text(record["sentence"]),
        "line": _great_circle(*ends) if ends else [],
        "arc": _arc(ends[0], _number(record["stated_m"], 0), bearing) if ends else [],
        "claimed": _lonlat(claimed) if isinstance(claimed, BaseGeometry) and not claimed.is_empty else None,
        "report": reports.get(str(record["report_id"]), -1),
        "quote": _text(record["quote"]),
    }


def _bearing(stated: object) -> float | None:
    """Return the degrees of a compass word or number, None when nothing is stated."""
    if isinstance(stated, str):
        return COMPASS_POINTS.index(stated) * 22.5 if stated in COMPASS_POINTS else None
    return _number(stated)


def _check_label(record: dict[Hashable, Any], bearing: float | None) -> str:
    """Return "claimed 300 mi E, measured 356 mi ESE: approximate", in the unit of the claim."""
    miles = re.search(r"\b(?:miles?|mi)\b", _text(record["stated"])) is not None
    stated, measured = _number(record["stated_m"], 0), _number(record["measured_m"], 0)
    towards = _number(record["measured_bearing_deg"], 0)
    claim = " ".join(filter(None, [_length(stated, miles=miles), _abbreviated(bearing)]))
    found = " ".join(filter(None, [_length(measured, miles=miles), _abbreviated(towards)]))
    parts = [f"claimed {claim}" if claim else "", f"measured {found}" if found else ""]
    return ", ".join(filter(None, parts)) + f": {record['verdict']}"


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
    angles = np.linspace(-half, half, 49) + (bearing_deg or 0.0)
    lon, lat, _ = GEOD.fwd(np.full(49, centre[0]), np.full(49, centre[1]), angles, np.full(49, radius_m))
    return [[round(float(x), 4), round(float(y), 4)] for x, y in zip(lon, lat, strict=True)]


def _reports(reports: pd.DataFrame, first: pd.Timestamp | None) -> list[Json]:
    published = pd.to_datetime(reports["published"], utc=True)
    return [
        {
            "id": str(record["report_id"]),
            "title": _text(record["title"]),
            "published": "" if pd.isna(time) else time.date().isoformat(),
            "day": day,
            "source": _text(record["source"]),
            "url": _web_address(_text(record["url"])),
            "events": int(record["events"]),
        }
        for record, time, day in zip(
            reports.to_dict("records"), published, _day(published, first), strict=True
        )
    ]


def _web_address(url: str) -> str:
    """Return an address only if it is http or https: `javascript:` and `data:` addresses run in the page."""
    return url if re.match(r"https?://[^\s]+\Z", url, re.IGNORECASE) else ""


def _view(situation: Situation) -> list[float]:
    """Return the extent to open the map on: control, fronts and checks; events where these are too few."""
    shapes = [
        *situation.control["geometry"],
        *situation.front_lines["geometry"],
        *situation.distance_checks["geometry"],
    ]
    shapes = [shape for shape in shapes if isinstance(shape, BaseGeometry) and not shape.is_empty]
    if len(shapes) < 2:
        shapes += [
            s for s in situation.timeline["geometry"] if isinstance(s, BaseGeometry) and not s.is_empty
        ]
    if not shapes:
        shapes = [s for s in situation.places["geometry"] if isinstance(s, BaseGeometry)] or [
            Point(0, 0).buffer(60)
        ]
    west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
    return [
        round(float(edge), 4) for edge in basemap.padded((west, south, east, north), share=0.08, least=0.3)
    ]


def date_text(data: Json, day: int) -> str:
    """
    Return a day as "10 March 2011", "No dates" where nothing is dated.

    Examples
    --------
    >>> date_text({"first": "2011-02-20"}, 18)
    '10 March 2011'
    >>> date_text({"first": None}, 0)
    'No dates'
    """
    if data["first"] is None:
        return "No dates"
    date = datetime.date.fromisoformat(data["first"]) + datetime.timedelta(days=day)
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


# Written out: strftime would follow the locale.
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
