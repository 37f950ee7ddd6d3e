"""The front chart: where the front stood on the axis of the war, by date."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mapper.atomic import replacing
from mapper.render.columns import Json
from mapper.render.scene import date_text
from mapper.render.svg import EDGE, INK, PAPER, RULE, SIDES, SOFT, document, shape, tag, write_text

WIDTH, HEIGHT = 1000.0, 520.0
LEFT, TOP, RIGHT, BOTTOM = 130.0, 76.0, 970.0, 470.0
TICK_PX = 110.0
LINE_PX = 15.0
NEAR_KM = 12.0  # of a suburb from its town


def write_chart(data: Json, path: Path) -> None:
    """
    Write the front chart of a scene as SVG; where no front has a place on an axis, a chart that says so.

    Raises
    ------
    WriteError
        If the system refuses to write there.
    """
    with replacing(path) as new:
        new.write_text(chart(data), encoding="utf-8")


def chart(data: Json) -> str:
    """Return the front chart of a scene as SVG text: dates to the right, kilometres along the axis upward."""
    rows = [row for row in data["fronts"] if row["low"] is not None and row["day"] is not None]
    colours = [colour or SIDES[k] for k, colour in enumerate(data["colours"])]
    head = [
        tag("rect", width=WIDTH, height=HEIGHT, fill=PAPER),
        write_text(data["title"], 24, 32, size=19, bold=True),
    ]
    if not rows:
        note = write_text("No front with a place along a road is known.", 24, 60, size=14, colour=SOFT)
        return document(WIDTH, HEIGHT, data["title"], [*head, note])
    x = 30.0
    for side, name in enumerate(data["parties"][:2]):
        head.append(tag("path", d=shape(side, x, 51, 5.5), fill=colours[side]))
        head.append(write_text(f"held by {name}", x + 12, 55.5, size=13, colour=SOFT))
        x += 100 + len(name) * 7.4
    head.append(tag("rect", x=x, y=45.0, width=14, height=12, fill=EDGE, fill_opacity=0.45))
    head.append(write_text("not known, or fought over", x + 20, 55.5, size=13, colour=SOFT))
    return document(WIDTH, HEIGHT, f"{data['title']}: the front", [*head, *_plot(data, rows, colours)])


def _plot(data: Json, rows: list[Json], colours: list[str]) -> list[str]:
    kms = [place["km"] for place in data["axis"]] + [
        value for row in rows for value in (row["low"], row["high"])
    ]
    least, most = float(min(kms)), float(max(kms))
    days = float(max(data["days"], 1))

    def at_day(day: float) -> float:
        return LEFT + (RIGHT - LEFT) * day / days

    def at_km(km: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (km - least) / ((most - least) or 1.0)

    parts = []
    for k, row in enumerate(rows):
        start, end = at_day(row["day"]), RIGHT if row["until"] is None else at_day(row["until"])
        wide, first = max(end - start, 1.0), all(other["day"] != row["day"] for other in rows[:k])
        low, high = at_km(row["low"]), at_km(row["high"])
        if row["lowSide"] in (0, 1) and first:
            below, above = colours[row["lowSide"]], colours[1 - row["lowSide"]]
            parts.append(
                tag("rect", x=start, y=low, width=wide, height=BOTTOM - low, fill=below, fill_opacity=0.17)
            )
            parts.append(
                tag("rect", x=start, y=TOP, width=wide, height=high - TOP, fill=above, fill_opacity=0.17)
            )
        parts.append(
            tag(
                "rect", x=start, y=high, width=wide, height=max(low - high, 2.0), fill=EDGE, fill_opacity=0.45
            )
        )
        dash = None if row["status"] == "reported" else "5 4"
        for y in (low, high):
            parts.append(
                tag(
                    "path",
                    d=f"M{start:.1f} {y:.1f}H{end:.1f}",
                    stroke=INK,
                    stroke_width=1.6,
                    stroke_dasharray=dash,
                )
            )
    return [*parts, *_towns(data, rows, at_km), *_dates(data, days, at_day)]


def _towns(data: Json, rows: list[Json], at_km: Callable[[float], float]) -> list[str]:
    """Return the grid lines of the towns; those at which the front stood are named first, then known ones."""
    stops = {value for row in rows for value in (row["low"], row["high"])}
    mentions = {place["id"]: sum(many for _, many in place["names"]) for place in data["places"]}

    def weight(place: Json) -> tuple[bool, int, float]:
        is_stop = any(abs(place["km"] - stop) < NEAR_KM for stop in stops)
        return not is_stop, -mentions.get(place["id"], 0), place["km"]

    parts: list[str] = []
    named: list[float] = []
    for place in sorted(data["axis"], key=weight):
        y = at_km(place["km"])
        parts.append(tag("path", d=f"M{LEFT} {y:.1f}H{RIGHT}", stroke=RULE))
        if all(abs(y - other) >= LINE_PX for other in named):
            named.append(y)
            parts.append(write_text(place["name"], LEFT - 10, y + 4.5, size=13, anchor="end"))
    return parts


def _dates(data: Json, days: float, at_day: Callable[[float], float]) -> list[str]:
    room = (RIGHT - LEFT) / TICK_PX
    step = next((s for s in (1, 2, 5, 7, 14, 30, 61, 91, 182, 365, 730, 1826) if days / s <= room), 3652)
    parts = []
    for day in range(0, data["days"] + 1, step):
        parts.append(tag("path", d=f"M{at_day(day):.1f} {BOTTOM}v6", stroke=INK))
        text = date_text(data, day)
        parts.append(write_text(text, at_day(day), BOTTOM + 22, size=12, colour=SOFT, anchor="middle"))
    return parts
