"""What is drawn, whoever draws it: a situation as plain numbers, words and lists.

The page embeds the scene as JSON and the stills draw from it, so both show the same. Days are
whole numbers counted from `first`; coordinates are (lon, lat) in degrees; -1 and None say "unknown".
Columns of many rows are lists of equal length, words that repeat are numbers into a list of words.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections import Counter

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import Point

from mapper.model import Situation
from mapper.render import basemap, density
from mapper.render.claims import claims
from mapper.render.columns import (
    DAY,
    Json,
    Words,
    days,
    flag_text,
    has_text,
    is_shape,
    number,
    plain,
    points,
    text,
)
from mapper.render.fronts import axis_places, fronts
from mapper.render.spelling import Spelling
from mapper.theatre import Theatre

MOST_UNPLACED = 100
# "dated 2011-03-06", "2011-03-06: ", "(precision: few days)"
_DATED = re.compile(r"\A(?:dated )?\d{4}-\d\d-\d\d(?:: )?| ?\(precision: [^()]{0,40}\)")


def scene(situation: Situation, *, theatre: Theatre | None = None) -> Json:
    """
    Return everything that a map of `situation` shows, ready for JSON.

    Parameters
    ----------
    situation
        The tables; empty ones give a scene without marks.
    theatre
        May give colours to the sides and an online map.

    Returns
    -------
    scene
        `title`, `first` (the date of day 0, None when nothing is dated), `days` (the last day), `parties`
        (names, the two sides of the front first), `kinds`, `labels` (names of places), `events`, `places`,
        `unplaced`, `control`, `fronts`, `axis`, `checks`, `claims` (how many there are), `reports`, `view`
        (west, south, east, north), `density`, `attributions`, `tiles` (address and credit of an online map,
        None without one).
    """
    situation = dataclasses.replace(situation, control=plain(situation.control))
    timeline = situation.timeline
    first, last = _span(situation)
    colours = {side.name: side.color for side in theatre.sides if side.color} if theatre else {}
    sides = _sides(situation)
    parties, labels, kinds = Words(sides), Words(), Words()
    spelling = Spelling(situation.places)
    is_large = len(timeline) > density.MOST_EVENTS
    # First, while nothing else is in memory: it goes over all events.
    counted = density.density(timeline, first, sides) if is_large else None
    shown = plain(density.strongest(timeline) if is_large else timeline)
    sources = situation.reports
    if is_large:  # those of the events that are shown
        sources = sources[sources["report_id"].isin(shown["report_id"])]
    reports = {str(key): i for i, key in enumerate(sources["report_id"])}
    names = [spelling.of(name, key) for name, key in zip(shown["place"], shown["place_id"], strict=True)]
    events = _events(shown, first, parties, kinds, reports) | {"place": labels.column(names)}
    places = _places(situation.places, reports, spelling)
    events["site"] = [places["index"].get(str(key), -1) for key in shown["place_id"]]
    known_events = {str(key): i for i, key in enumerate(shown["event_id"])}
    axis = axis_places(situation.axis, spelling)
    control = _control(situation.control, first, parties, known_events)
    held = zip(situation.control["place"], situation.control["place_id"], strict=True)
    control["place"] = labels.column(spelling.of(name, key) for name, key in held)
    return {
        "title": situation.title or _only_title(situation.reports) or "Map of the reports",
        "first": None if first is None else first.date().isoformat(),
        "days": last,
        "parties": parties.words,
        "colours": [colours.get(name) for name in parties.words[:2]],
        "kinds": kinds.words,
        "labels": labels.words,
        "events": events,
        "total": int(density.are_events(timeline).sum()),
        "places": places["rows"],
        "unplaced": places["unplaced"],
        "control": control,
        "fronts": fronts(situation.front_lines, first, parties, axis, control),
        "axis": axis,
        "checks": claims(situation.distance_checks, reports, spelling),
        "claims": len(situation.distance_checks),
        "reports": _reports(sources, first),
        "view": _view(situation),
        "density": counted,
        "tiles": dataclasses.asdict(theatre.tiles) if theatre and theatre.tiles else None,
        "attributions": list(dict.fromkeys([*situation.attributions, basemap.ATTRIBUTION])),
    }


def _only_title(reports: pd.DataFrame) -> str:
    """Return the title of the one report that there is, "" where there are several."""
    return text(reports["title"].iloc[0]) if len(reports) == 1 else ""


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


def _sides(situation: Situation) -> list[str]:
    """Return the two sides of the front: those of most lines, then of most places, then of most events."""
    lines, control, timeline = situation.front_lines, situation.control, situation.timeline
    counts: Counter[str] = Counter()
    for weight, column in (
        (1_000_000, lines["side_a"]),
        (1_000_000, lines["side_b"]),
        (1_000, control["holder"]),
        (1, timeline["actor"]),
    ):
        for name, count in column.value_counts().items():
            if name and count:
                counts[str(name)] += weight * int(count)
    return sorted(name for name, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:2])


def _events(
    timeline: pd.DataFrame,
    first: pd.Timestamp | None,
    parties: Words,
    kinds: Words,
    reports: dict[str, int],
) -> Json:
    index = {str(key): i for i, key in enumerate(timeline["event_id"])}
    lon, lat = points(timeline["geometry"])
    flags, sources, certainties, precisions, reasons = Words(), Words(), Words(), Words(), Words()
    since, until = timeline["since"], timeline["until"]
    return {
        "id": [str(key) for key in timeline["event_id"]],
        "day": days(since, first),
        "end": days(until.where(until.notna(), since), first, end=True),
        "precision": precisions.column(timeline["precision"]),
        "precisionWords": precisions.words,
        "kind": kinds.column(timeline["kind"]),
        "actor": parties.column(timeline["actor"]),
        "opponent": parties.column(timeline["opponent"]),
        "holder": parties.column(timeline["holder"]),
        "certainty": certainties.column(timeline["certainty"]),
        "certaintyWords": certainties.words,
        "lon": lon,
        "lat": lat,
        "error": [number(metres) for metres in timeline["uncertainty_m"].astype(float) / 1000],
        "flags": flags.column(flag_text(f) for f in timeline["flags"]),
        "flagWords": flags.words,
        "same": [index.get(text(key), -1) for key in timeline["same_as"]],
        "report": [reports.get(str(key), -1) for key in timeline["report_id"]],
        "source": sources.column(timeline["source"]),
        "sourceWords": sources.words,
        "quote": [text(q) for q in timeline["quote"]],
        "trigger": [text(t) for t in timeline["trigger"]],
        "reason": reasons.column(_reason(r) for r in timeline["order_reason"]),
        "reasonWords": reasons.words,
    }


def _reason(reason: object) -> str:
    """
    Return why an event stands where it does, without the date and precision, which the card gives itself.

    Examples
    --------
    >>> _reason("2011-03-05: r7 tells it after the one before (precision: few days)")
    'r7 tells it after the one before'
    >>> _reason("dated 2011-03-06")
    ''
    """
    return _DATED.sub("", text(reason))


def _places(places: pd.DataFrame, reports: dict[str, int], spelling: Spelling) -> Json:
    """Return one row a place, with the names the reports use for it, and the names without a place."""
    numbers = np.flatnonzero(has_text(places["place_id"]) & places["geometry"].notna())
    known = places[["place_id", "toponym", "report_id", "score"]].iloc[numbers]
    firsts = places.iloc[numbers[~known["place_id"].duplicated().to_numpy()]]
    lon, lat = points(firsts["geometry"])
    counts: dict[str, list[tuple[str, int]]] = {}
    spelled = known.groupby(["place_id", "toponym"], observed=True).size().reset_index(name="count")
    for key, name, count in spelled.itertuples(index=False):
        counts.setdefault(str(key), []).append((str(name), int(count)))
    sources: dict[str, set[int]] = {}
    tellers = known.loc[known["report_id"].isin(reports), ["place_id", "report_id"]].drop_duplicates()
    for key, report in tellers.itertuples(index=False):
        sources.setdefault(str(key), set()).add(reports[report])
    scores = known.groupby("place_id", observed=True)["score"].max()
    rows = [
        {
            "id": str(record["place_id"]),
            "name": record["place"],
            "label": spelling.of(record["place"], record["place_id"]),
            "lon": x,
            "lat": y,
            "country": text(record["country"]),
            "class": text(record["feature_class"]),
            "source": text(record["place_source"]),
            "licence": text(record["licence"]),
            "score": round(float(scores[record["place_id"]]), 2),
            "names": sorted(counts[str(record["place_id"])], key=lambda item: (-item[1], item[0])),
            "reports": sorted(sources.get(str(record["place_id"]), ())),
        }
        for record, x, y in zip(firsts.to_dict("records"), lon, lat, strict=True)
    ]
    is_lost = ~has_text(places["place_id"]) & (places["role"] == "literal")
    lost = places["toponym"][is_lost].value_counts()
    unplaced = sorted(((str(n), int(c)) for n, c in lost.items() if c), key=lambda item: (-item[1], item[0]))
    return {
        "rows": rows,
        "index": {row["id"]: k for k, row in enumerate(rows)},
        "unplaced": unplaced[:MOST_UNPLACED],
    }


def _control(
    control: pd.DataFrame,
    first: pd.Timestamp | None,
    parties: Words,
    events: dict[str, int],
) -> Json:
    lon, lat = points(control["geometry"])
    return {
        "id": [str(key) for key in control["place_id"]],
        "lon": lon,
        "lat": lat,
        "holder": parties.column(control["holder"]),
        "status": control["status"].tolist(),
        "since": days(control["since"], first),
        "until": days(control["until"], first),
        "confidence": [number(c, 2) for c in control["confidence"]],
        "confirmed": days(control["last_confirmed"], first),
        "event": [events.get(_first_id(key), -1) for key in control["event_id"]],
    }


def _first_id(key: object) -> str:
    """Return the first of the event ids in a cell (several are joined by a bar or a blank)."""
    return re.split(r"[|,; ]", text(key), maxsplit=1)[0]


def _reports(reports: pd.DataFrame, first: pd.Timestamp | None) -> list[Json]:
    published = pd.to_datetime(reports["published"], utc=True)
    index = {str(key): i for i, key in enumerate(reports["report_id"])}
    return [
        {
            "id": str(record["report_id"]),
            "title": text(record["title"]),
            "published": "" if pd.isna(time) else time.date().isoformat(),
            "day": day,
            "source": text(record["source"]),
            "url": _web_address(text(record["url"])),
            "events": int(record["events"]),
            "same": index.get(text(record.get("same_as")), -1),
        }
        for record, time, day in zip(
            reports.to_dict("records"), published, days(published, first), strict=True
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
    shapes = [shape for shape in shapes if is_shape(shape)]
    if len(shapes) < 2:
        shapes += [shape for shape in situation.timeline["geometry"] if is_shape(shape)]
    if not shapes:
        shapes = [s for s in situation.places["geometry"] if is_shape(s)] or [Point(0, 0).buffer(60)]
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
