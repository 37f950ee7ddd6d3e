"""One moment of a situation as a picture: SVG drawn here, PNG made from it.

The same scene and the same conventions as the page, without a browser.
"""

from __future__ import annotations

import datetime
import math
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import Any

import pandas as pd
import resvg_py

from mapper.atomic import replacing
from mapper.model import Situation
from mapper.render import basemap
from mapper.render.chart import write_chart
from mapper.render.columns import Json
from mapper.render.scene import date_text, scene
from mapper.render.strokes import arrow, beside, length_of, tooth, walk
from mapper.render.svg import (
    EDGE,
    INK,
    PAPER,
    SIDES,
    SOFT,
    Labels,
    Xy,
    document,
    path_of,
    shape,
    tag,
    write_text,
)
from mapper.theatre import Theatre

__all__ = ["still", "write_chart", "write_png", "write_svg"]

WIDTH, HEIGHT, HEAD, FOOT = 1200, 860, 64, 34
PNG_ZOOM = 2.0
CREDITS_WIDE = 190  # letters in a line of the foot, which has room for two
LAND, SEA, COAST, RIVER, BORDER, ADMIN = "#f6f3ec", "#dbe8f0", "#a9bccb", "#b4cfe0", "#8d8a84", "#d8d3c8"
TOWN, CHECK, FRONT = "#5f6469", "#8a1f63", "#22272d"
# As on the page: a long campaign shows the events of two weeks, a short one all.
LONG_DAYS, WINDOW_DAYS = 31, 14
NEAR_PX = (46.0, 24.0)
EARTH_M = 40_075_016.7


def write_svg(
    situation: Situation, path: Path, *, at: datetime.datetime | None = None, theatre: Theatre | None = None
) -> None:
    """
    Write a still of a moment as SVG.

    Parameters
    ----------
    situation
        The tables; empty ones give an empty map.
    path
        Where to write.
    at
        The moment; None shows the last day.
    theatre
        May give colours to the sides.

    Raises
    ------
    WriteError
        If the system refuses to write there.
    """
    with replacing(path) as new:
        new.write_text(still(situation, at=at, theatre=theatre), encoding="utf-8")


def write_png(
    situation: Situation, path: Path, *, at: datetime.datetime | None = None, theatre: Theatre | None = None
) -> None:
    """Write a still of a moment as PNG, 2,400 pixels wide; parameters and errors as for `write_svg`."""
    picture = resvg_py.svg_to_bytes(svg_string=still(situation, at=at, theatre=theatre), zoom=PNG_ZOOM)
    with replacing(path) as new:
        new.write_bytes(bytes(picture))


def still(
    situation: Situation, *, at: datetime.datetime | None = None, theatre: Theatre | None = None
) -> str:
    """Return the still of a moment as SVG text, the same text for the same situation."""
    data = scene(situation, theatre=theatre)
    view = _view(data["view"])
    day = _day_of(data, at)
    colours = [data["colours"][k] or SIDES[k] if k < len(data["colours"]) else SIDES[k] for k in range(3)]
    picture = _Still(data, view, day, colours, Labels((6.0, HEAD + 4.0, WIDTH - 6.0, HEIGHT - FOOT - 40.0)))
    return picture.draw()


def _day_of(data: Json, at: datetime.datetime | None) -> int:
    """Return the day number of a moment, within the days there are."""
    if at is None or data["first"] is None:
        return int(data["days"])
    moment = pd.Timestamp(at)
    date = (moment.tz_convert("UTC") if moment.tzinfo else moment).date()
    return min(max((date - datetime.date.fromisoformat(data["first"])).days, 0), int(data["days"]))


@dataclass(frozen=True, slots=True)
class _View:
    """Web Mercator onto the picture: pixels a unit, and the map coordinates of its corner."""

    scale: float
    left: float
    top: float

    def at(self, lonlat: Any) -> Xy:
        lon, lat = lonlat[0], max(min(lonlat[1], 85.0), -85.0)
        y = 0.5 - math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / (2 * math.pi)
        return ((lon + 180) / 360 - self.left) * self.scale, (y - self.top) * self.scale + HEAD

    def pixels(self, metres: float, lat: float) -> float:
        return metres * self.scale / (EARTH_M * math.cos(math.radians(lat)))

    def extent(self) -> basemap.Extent:
        return (*self.lonlat(0, HEIGHT - FOOT), *self.lonlat(WIDTH, HEAD))

    def lonlat(self, x: float, y: float) -> tuple[float, float]:
        unit = 0.5 - (self.top + (y - HEAD) / self.scale)
        return (self.left + x / self.scale) * 360 - 180, math.degrees(
            2 * math.atan(math.exp(unit * 2 * math.pi))
        ) - 90


def _view(extent: list[float]) -> _View:
    unit = _View(1.0, 0.0, 0.0)
    (west, south), (east, north) = unit.at(extent[:2]), unit.at(extent[2:])
    wide, high = WIDTH, HEIGHT - HEAD - FOOT
    scale = min(wide / (east - west), high / (south - north)) * 0.94
    return _View(scale, (west + east) / 2 - wide / scale / 2, (north + south) / 2 - HEAD - high / scale / 2)


@dataclass(frozen=True, slots=True)
class _Still:
    """The parts of the picture, from the ground up."""

    data: Json
    view: _View
    day: int
    colours: list[str]
    labels: Labels

    def draw(self) -> str:
        held = self._control()
        front, front_names = self._front()
        marks, mark_names = self._events()
        frame: dict[str, Any] = {"x": 0, "y": HEAD, "width": WIDTH, "height": HEIGHT - HEAD - FOOT}
        body = [
            tag("defs", tag("clipPath", tag("rect", **frame), id="frame")),
            tag("rect", width=WIDTH, height=HEIGHT, fill=PAPER),
            '<g clip-path="url(#frame)">',
            tag("rect", **frame, fill=SEA),
            *self._ground(),
            *self._bands(),
            *self._checks(),
            *held,
            *marks,
            *front,
            *self._names(mark_names),
            *front_names,
            *self._check_names(),
            *self._towns(),
            "</g>",
            *self._furniture(),
        ]
        title = f"{self.data['title']}, {date_text(self.data, self.day)}"
        return document(WIDTH, HEIGHT, title, [part for part in body if part])

    def _ground(self) -> list[str]:
        extent = basemap.padded(self.view.extent(), share=0.02, least=0.1)
        borders = basemap.clip("borders", extent)
        agreed = [s for s, fact in zip(borders.shapes, borders.facts, strict=True) if fact == "agreed"]
        disputed = [s for s, fact in zip(borders.shapes, borders.facts, strict=True) if fact != "agreed"]
        land = self._rings(basemap.clip("land", extent).shapes)
        lakes = self._rings(basemap.clip("lakes", extent).shapes)
        line = {"fill": "none", "stroke_linejoin": "round"}
        return [
            tag("path", d=land, fill=LAND, fill_rule="evenodd", stroke=COAST),
            tag(
                "path",
                d=self._runs(basemap.clip("admin1", extent).shapes),
                stroke=ADMIN,
                stroke_dasharray="3 3",
                **line,
            ),
            tag("path", d=self._runs(basemap.clip("rivers", extent).shapes), stroke=RIVER, **line),
            tag("path", d=lakes, fill=SEA, fill_rule="evenodd"),
            tag("path", d=self._runs(agreed), stroke=BORDER, stroke_width=1.3, **line),
            tag(
                "path",
                d=self._runs(disputed),
                stroke=BORDER,
                stroke_width=1.3,
                stroke_dasharray="6 4",
                **line,
            ),
        ]

    def _rings(self, areas: Any) -> str:
        rings = [ring for area in areas for ring in (area.exterior, *area.interiors)]
        return "".join(path_of(map(self.view.at, ring.coords), close=True) for ring in rings)

    def _runs(self, lines: Any) -> str:
        return "".join(path_of(map(self.view.at, line.coords)) for line in lines)

    def _fronts(self) -> tuple[list[Json], list[Json], int | None]:
        """Return the front of the day, that of the last day which had it elsewhere, and that day."""
        rows = [row for row in self.data["fronts"] if row["day"] is not None]

        def on(day: int) -> list[Json]:
            return [r for r in rows if r["day"] <= day and (r["until"] is None or day < r["until"])]

        now = on(self.day)
        course = [row["lines"] for row in now]
        turns = {row["day"] for row in rows} | {row["until"] for row in rows if row["until"] is not None}
        for day in sorted((day for day in turns if day <= self.day), reverse=True):
            if [row["lines"] for row in on(day)] != course:
                return now, on(day), day
        return now, [], None

    def _bands(self) -> list[str]:
        now, _, _ = self._fronts()
        rings = [ring for row in now for ring in row["band"]]
        data = "".join(path_of(map(self.view.at, ring), close=True) for ring in rings)
        return [tag("path", d=data, fill=EDGE, fill_opacity=0.2, fill_rule="evenodd")] if data else []

    def _front(self) -> tuple[list[str], list[str]]:
        """Return the lines of the front with its ghost, and their labels."""
        now, before, since = self._fronts()
        parts, names = [], []
        to, start = _middle(self.view, now), _middle(self.view, before)
        moved = next((row for row in now if (row["moved"] or 0) >= 1 and row["toward"]), None)
        if moved and to and start and since is not None:
            for row in before:
                for line in row["lines"]:
                    parts.append(
                        tag(
                            "path",
                            d=path_of(map(self.view.at, line)),
                            fill="none",
                            stroke=EDGE,
                            stroke_width=3,
                            stroke_opacity=0.5,
                        )
                    )
            parts.append(arrow(start, to))
        for row in now:
            for line in row["lines"]:
                points = [self.view.at(point) for point in line]
                parts += self._front_line(row, points)
                for (x, y), _ in walk(points, 14.0, 0.0):
                    self.labels.block(x, y, 8)
        if now and to:
            told = [row["told"] if row["told"] is not None else row["day"] for row in now]
            age = self.day - max(told)
            claimed = ", claimed by one side" if all(row["status"] != "reported" for row in now) else ""
            word = "of the day" if age <= 0 else f"{age} day{'s' if age > 1 else ''} old"
            names.append(
                self.labels.place(
                    f"Front{claimed}: evidence {word}", *_low_end(self.view, now), gap=14, bold=True
                )
            )
        if moved and to and start and since is not None:
            text = f"{moved['moved']:.0f} km {moved['toward']} since {date_text(self.data, since)}"
            style: dict[str, Any] = {"gap": 24, "bold": True, "colour": SOFT}
            names.append(self.labels.place(text, *to, **style) or self.labels.place(text, *start, **style))
        return parts, names

    def _front_line(self, row: Json, points: list[Xy]) -> list[str]:
        dash = None if row["status"] == "reported" else "9 6"
        parts = [tag("path", d=path_of(points), fill="none", stroke=PAPER, stroke_width=8)]
        for party, side, first in ((row["a"], 1, 9.0), (row["b"], -1, 24.0)):
            colour = self.colours[_side(party)]
            edge = beside(points, 2.6 * side)
            parts.append(
                tag(
                    "path",
                    d=path_of(edge),
                    fill="none",
                    stroke=colour,
                    stroke_width=2.6,
                    stroke_dasharray=dash,
                )
            )
            teeth = "".join(tooth(at, direction, side) for at, direction in walk(points, 30.0, first))
            parts.append(tag("path", d=teeth, fill=colour))
        parts.append(
            tag("path", d=path_of(points), fill="none", stroke=FRONT, stroke_width=2.2, stroke_dasharray=dash)
        )
        return parts

    def _control(self) -> list[str]:
        control, parts = self.data["control"], []
        for i in control_at(control, self.day):
            if control["lon"][i] is None:
                continue
            x, y = self.view.at((control["lon"][i], control["lat"][i]))
            colour = self.colours[_side(control["holder"][i])]
            dash = None if control["status"][i] == "held" else "4 3"
            fill = 0.26 if control["status"][i] == "held" else 0.1
            parts.append(
                tag(
                    "circle",
                    cx=x,
                    cy=y,
                    r=13,
                    fill=colour,
                    fill_opacity=fill,
                    stroke=colour,
                    stroke_width=1.6,
                    stroke_dasharray=dash,
                )
            )
            parts.append(tag("circle", cx=x, cy=y, r=2.2, fill=INK))
            self.labels.block(x, y, 10)
        return parts

    def _groups(self) -> list[tuple[Xy, dict[int, list[int]]]]:
        """Return the visible events by place, near ones joined, and in each by side, newest first."""
        events = self.data["events"]
        groups: list[tuple[Xy, dict[int, list[int]]]] = []
        holds = self.data["kinds"].index("holds") if "holds" in self.data["kinds"] else -1
        earliest = self.day - WINDOW_DAYS if self.data["days"] > LONG_DAYS else -1
        for i in reversed(range(len(events["id"]))):
            day = events["day"][i]
            dated = day is None or (day <= self.day and (events["end"][i] or day) > earliest)
            if not dated or events["lon"][i] is None or events["kind"][i] == holds or events["same"][i] >= 0:
                continue
            x, y = self.view.at((events["lon"][i], events["lat"][i]))
            near = next(
                (g for g in groups if abs(g[0][0] - x) < NEAR_PX[0] and abs(g[0][1] - y) < NEAR_PX[1]), None
            )
            if near is None:
                near = ((x, y), defaultdict(list))
                groups.append(near)
            near[1][_side(events["actor"][i])].append(i)
        return groups

    def _events(self) -> tuple[list[str], list[tuple[str, Xy]]]:
        events, parts, names = self.data["events"], [], []
        for (x, y), sides in self._groups():
            radii = {side: min(5.4 + 1.1 * math.log2(len(sides[side])), 10.5) for side in sorted(sides)}
            radii = {side: max(r, 8.0) if len(sides[side]) > 1 else r for side, r in radii.items()}
            left = x - sum(radii.values()) - 1.5 * (len(radii) - 1)
            for side, r in radii.items():
                parts += self._mark(left + r, y, r, side, sides[side])
                self.labels.block(left + r, y, r + 1)
                left += 2 * r + 3
            newest = sides[min(sides)][0]
            if events["place"][newest] >= 0:
                names.append((self.data["labels"][events["place"][newest]], (x, y)))
        return parts, names

    def _mark(self, x: float, y: float, r: float, side: int, found: list[int]) -> list[str]:
        events, colour = self.data["events"], self.colours[side]
        i = found[0]
        certainty = events["certaintyWords"][events["certainty"][i]]
        vague = (events["error"][i] or 0) >= 10
        fill = PAPER if vague or certainty in ("denied", "planned") else colour
        opacity = 0.45 if certainty == "claimed" and not vague else 1
        outline = shape(side, x, y, r)
        parts = [
            tag("path", d=outline, fill=PAPER, stroke=PAPER, stroke_width=3.5),
            tag(
                "path",
                d=outline,
                fill=fill,
                fill_opacity=opacity,
                stroke=colour,
                stroke_width=2.4 if vague else 1.6,
            ),
        ]
        ring = self.view.pixels((events["error"][i] or 0) * 1000, events["lat"][i])
        if 12 < ring < HEIGHT / 3:
            cx, cy = self.view.at((events["lon"][i], events["lat"][i]))
            faint: dict[str, Any] = {"fill_opacity": 0.06, "stroke_opacity": 0.55, "stroke_dasharray": "4 4"}
            parts.insert(0, tag("circle", cx=cx, cy=cy, r=ring, fill=colour, stroke=colour, **faint))
        if len(found) > 1:
            ink = PAPER if fill == colour and opacity == 1 else INK
            parts.append(
                write_text(str(len(found)), x, y + 3.8, size=10.5, bold=True, colour=ink, anchor="middle")
            )
        return parts

    def _names(self, marks: list[tuple[str, Xy]]) -> list[str]:
        control, parts, written = self.data["control"], [], set()
        for i in control_at(control, self.day):
            name = self.data["labels"][control["place"][i]] if control["place"][i] >= 0 else ""
            if control["lon"][i] is not None and name not in written:
                written.add(name)
                at = self.view.at((control["lon"][i], control["lat"][i]))
                parts.append(self.labels.place(name, *at, gap=15, size=13, bold=True))
        for name, at in marks:
            if name not in written:
                written.add(name)
                parts.append(self.labels.place(name, *at, gap=15, size=13))
        return parts

    def _checks(self) -> list[str]:
        parts = []
        for check in self._checks_shown():
            line, arc = (
                path_of(map(self.view.at, check[key])) if check[key] else "" for key in ("line", "arc")
            )
            parts.append(
                tag(
                    "path",
                    d=line,
                    fill="none",
                    stroke=CHECK,
                    stroke_width=2,
                    stroke_linecap="round",
                    stroke_dasharray="0.1 6",
                )
            )
            if arc:
                parts.append(
                    tag("path", d=arc, fill="none", stroke=CHECK, stroke_width=1.3, stroke_dasharray="7 5")
                )
            if check["claimed"]:
                x, y = self.view.at(check["claimed"])
                cross = f"M{x - 5:.1f} {y - 5:.1f}l10 10M{x + 5:.1f} {y - 5:.1f}l-10 10"
                parts.append(tag("path", d=cross, stroke=CHECK, stroke_width=1.8))
        return parts

    def _checks_shown(self) -> list[Json]:
        drawn = [check for check in self.data["checks"] if check["line"]]
        return drawn if len(drawn) <= 3 else []

    def _check_names(self) -> list[str]:
        return [
            self.labels.place(
                check["label"], *self.view.at(check["line"][len(check["line"]) // 2]), bold=True, colour=CHECK
            )
            for check in self._checks_shown()
        ]

    def _towns(self) -> list[str]:
        parts = []
        for place in self.data["places"]:
            if place["class"] in ("P", "S"):
                parts += self._town(place["name"], self.view.at((place["lon"], place["lat"])), 12, INK)
        extent = self.view.extent()
        layer = basemap.clip("towns", extent)
        most = 7 if extent[2] - extent[0] < 15 else 4
        for point, fact in zip(layer.shapes, layer.facts, strict=True):
            name, rank, capital = fact.split("\t")
            if int(rank) <= most or capital == "1":
                parts += self._town(name, self.view.at((point.x, point.y)), 11, TOWN)
        return parts

    def _town(self, name: str, at: Xy, size: float, colour: str) -> list[str]:
        x, y = at
        if not self.labels._is_free((x - 12, y - 6, x + 12, y + 6)):
            return []
        text = self.labels.place(name, x, y, gap=6, size=size, colour=colour)
        self.labels.block(x, y, 4)
        return [text, tag("circle", cx=x, cy=y, r=2.2, fill=colour)] if text else []

    def _furniture(self) -> list[str]:
        """Return title, moment, key to the sides, scale and credits."""
        data = self.data
        parts = [
            write_text(data["title"], 20, 28, size=20, bold=True),
            write_text(date_text(data, self.day), WIDTH - 20, 28, size=20, bold=True, anchor="end"),
            tag("path", d=f"M0 {HEAD}H{WIDTH}", stroke="#d9dfe5"),
        ]
        x = 26.0
        for side, name in enumerate([*data["parties"][:2], "others, or not told"]):
            parts.append(tag("path", d=shape(side, x, 47, 5.5), fill=self.colours[side]))
            parts.append(write_text(name, x + 12, 51.5, size=13, colour=SOFT))
            x += 36 + len(name) * 7.6
        parts += self._scale_bar()
        credits = wrap(" · ".join([*data["attributions"], "Made with mapper"]), CREDITS_WIDE)
        top = HEIGHT - FOOT / 2 + 4 - 6.5 * (len(credits) - 1)
        lines = (write_text(line, 20, top + 13 * k, size=10.5, colour=SOFT) for k, line in enumerate(credits))
        return [*parts, *lines]

    def _scale_bar(self) -> list[str]:
        lat = self.view.lonlat(0, HEIGHT - FOOT)[1]
        parts = []
        for metres, unit, y in ((1000.0, "km", HEIGHT - FOOT - 18), (1609.344, "mi", HEIGHT - FOOT - 16)):
            size = max(
                s
                for s in (0.1, 0.2, 0.5, *(k * 10**n for n in range(5) for k in (1, 2, 5)))
                if self.view.pixels(s * metres, lat) <= 140 or s == 0.1
            )
            wide = self.view.pixels(size * metres, lat)
            tick, text = (-6, -4) if unit == "km" else (6, 13)
            parts.append(
                tag(
                    "path",
                    d=f"M20 {y + tick}V{y}H{20 + wide:.1f}V{y + tick}",
                    fill="none",
                    stroke=INK,
                    stroke_width=1.2,
                )
            )
            parts.append(write_text(f"{size:g} {unit}", 26, y + text, size=11, halo=True))
        return parts


def control_at(control: Json, day: int) -> list[int]:
    """Return for each place the row in force on a day: the newest, a contested one before others."""
    found: dict[str, int] = {}
    for i, since in enumerate(control["since"]):
        until = control["until"][i]
        if (since is not None and since > day) or (until is not None and until <= day):
            continue
        key = control["id"][i] or str(control["place"][i])
        other = found.get(key)
        if (
            other is None
            or (since or -1) > (control["since"][other] or -1)
            or control["status"][i] == "contested"
        ):
            found[key] = i
    return list(found.values())


def _side(party: int) -> int:
    return party if party in (0, 1) else 2


def _middle(view: _View, rows: list[Json]) -> Xy | None:
    """Return the point half way along the longest open line of a front."""
    runs = [[view.at(p) for p in line] for line in _open_lines(rows)]
    if not runs:
        return None
    longest = max(runs, key=length_of)
    middle = walk(longest, math.inf, length_of(longest) / 2)
    return middle[0][0] if middle else None


def _low_end(view: _View, rows: list[Json]) -> Xy:
    """Return the end of the open lines of a front that is lowest on the picture."""
    ends = (view.at(p) for line in _open_lines(rows) for p in (line[0], line[-1]))
    return max(ends, key=lambda end: end[1])


def _open_lines(rows: list[Json]) -> list[list[list[float]]]:
    """Return the lines of a front that are no rings around a pocket."""
    return [line for row in rows for line in row["lines"] if line[0] != line[-1]]
