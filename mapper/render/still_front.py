"""The front on a still: its lines with teeth, where it was before, the ground between that nobody holds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from mapper.render.columns import Json
from mapper.render.scene import date_text
from mapper.render.strokes import arrow, beside, length_of, tooth, walk
from mapper.render.svg import EDGE, PAPER, SOFT, Xy, path_of, tag
from mapper.render.view import Frame

FRONT = "#22272d"
SHORTEST_PX = 42.0
POCKET_PX = 18.0  # the least radius of a ring, which then goes around the halo of its town
SMALL_PX = 160.0  # shorter rings have no room for teeth


@dataclass(frozen=True, slots=True)
class Front:
    """The front of a day: its rows, the row that moved, where that was before, and until when."""

    now: list[Json]
    moved: Json | None
    before: list[Json]
    since: int | None


def front_at(frame: Frame) -> Front:
    """Return the front of the frame's day."""
    rows = [row for row in frame.data["fronts"] if row["day"] is not None]

    def on(day: int) -> list[Json]:
        return [r for r in rows if r["day"] <= day and (r["until"] is None or day < r["until"])]

    now = on(frame.day)
    moved = next((row for row in now if (row["moved"] or 0) >= 1 and row["toward"]), None)
    course = [row["lines"] for row in now]
    turns = {row["day"] for row in rows} | {row["until"] for row in rows if row["until"] is not None}
    for day in sorted((day for day in turns if day <= frame.day), reverse=True):
        if moved and [row["lines"] for row in on(day)] != course:
            sides = (moved["a"], moved["b"])
            past = [r for r in on(day) if (r["a"], r["b"]) == sides and r["lines"] not in course]
            return Front(now, moved, past, day)
    return Front(now, None, [], None)


def points_of(frame: Frame, front: Front) -> list[Xy]:
    """Return points along the lines of the front, for what should keep off them."""
    lines = (points for row in front.now for points in _courses(frame, row))
    return [at for points in lines for at, _ in walk(points, 6.0, 0.0)]


def draw_bands(frame: Frame, front: Front) -> list[str]:
    """Return the ground between the last place of one side and the first of the other."""
    data = "".join(frame.path(ring, close=True) for row in front.now for ring in row["band"])
    return [tag("path", d=data, fill=EDGE, fill_opacity=0.2, fill_rule="evenodd")] if data else []


def draw_ghost(frame: Frame, front: Front) -> list[str]:
    """Return a pale ghost of the front where it moved, with an arrow to where it is."""
    parts = []
    if front.moved:
        ghost: dict[str, Any] = {"fill": "none", "stroke": EDGE, "stroke_width": 3, "stroke_opacity": 0.5}
        lines = (points for row in front.before for points in _courses(frame, row))
        parts += [tag("path", d=path_of(points), **ghost) for points in lines]
        start, to = _middle(frame, front.before), _middle(frame, [front.moved])
        parts += [arrow(start, to)] if start and to else []
    return parts


def draw_front(frame: Frame, front: Front) -> list[str]:
    """Return the lines of the front."""
    parts = []
    for row in front.now:
        for points in _courses(frame, row):
            parts += _line(frame, row, points)
            for (x, y), _ in walk(points, 14.0, 0.0):
                frame.labels.block(x, y, 8)
    return parts


def name_front(frame: Frame, front: Front) -> list[str]:
    """Return how old the evidence for the front is, and how far it moved."""
    to = _middle(frame, front.now)
    if not to:
        return []
    age = frame.day - max(row["day"] if row["told"] is None else row["told"] for row in front.now)
    claimed = ", claimed by one side" if all(row["status"] != "reported" for row in front.now) else ""
    word = "of the day" if age <= 0 else f"{age} day{'s' if age > 1 else ''} old"
    parts = [frame.labels.reach(f"Front{claimed}: evidence {word}", *to, gap=14)]
    moved_to = front.moved and _middle(frame, [front.moved])
    if front.moved and front.before and moved_to and front.since is not None:
        since = date_text(frame.data, front.since)
        text = f"{front.moved['moved']:.0f} km {front.moved['toward']} since {since}"
        parts.append(frame.labels.reach(text, *moved_to, gap=24, lead=False, colour=SOFT))
    return parts


def _line(frame: Frame, row: Json, points: list[Xy]) -> list[str]:
    is_pocket = math.dist(points[0], points[-1]) < 0.01 and length_of(points) < SMALL_PX
    dash = None if row["status"] == "reported" else "9 6"
    parts = [tag("path", d=path_of(points), fill="none", stroke=PAPER, stroke_width=8)]
    for party, side, first in ((row["a"], 1, 9.0), (row["b"], -1, 24.0)):
        colour = frame.colour(party)
        style: dict[str, Any] = {"fill": "none", "stroke": colour, "stroke_width": 2.6}
        parts.append(tag("path", d=path_of(beside(points, 2.6 * side)), stroke_dasharray=dash, **style))
        teeth = "".join(tooth(at, direction, side) for at, direction in walk(points, 30.0, first))
        parts += [] if is_pocket else [tag("path", d=teeth, fill=colour)]
    style = {"fill": "none", "stroke": FRONT, "stroke_width": 2.2}
    return [*parts, tag("path", d=path_of(points), stroke_dasharray=dash, **style)]


def _is_ring(line: list[list[float]]) -> bool:
    """Whether a line of a front closes around a pocket."""
    return line[0] == line[-1]


def _courses(frame: Frame, row: Json) -> list[list[Xy]]:
    """Return the lines of a front on the picture; a short one grows over land so as to be seen."""
    return [_course(frame, line, grows) for line, grows in zip(row["lines"], row["grows"], strict=True)]


def _course(frame: Frame, line: list[list[float]], grows: list[bool]) -> list[Xy]:
    points = [frame.view.at(point) for point in line]
    length, ends = length_of(points), sum(grows)
    if _is_ring(line) and length < 2 * math.pi * POCKET_PX:
        return _circle(points)
    if _is_ring(line) or length >= SHORTEST_PX or not length or not ends:
        return points
    more = (SHORTEST_PX - length) / ends / length
    (x, y), (to_x, to_y) = points[0], points[-1]
    dx, dy = (to_x - x) * more, (to_y - y) * more
    first = [(x - dx, y - dy)] if grows[0] else []
    return [*first, *points, *([(to_x + dx, to_y + dy)] if grows[1] else [])]


def _circle(points: list[Xy]) -> list[Xy]:
    """Return a circle about the middle of a ring that runs as the ring does."""
    x, y = (sum(values) / len(points) for values in zip(*points, strict=True))
    area = sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise(points))
    turns = (math.copysign(math.tau * k / 32, area) for k in range(33))
    return [(x + POCKET_PX * math.cos(turn), y + POCKET_PX * math.sin(turn)) for turn in turns]


def _middle(frame: Frame, rows: list[Json]) -> Xy | None:
    """Return the point half way along the longest line of a front that is no ring."""
    runs = [
        points
        for row in rows
        for points, line in zip(_courses(frame, row), row["lines"], strict=True)
        if not _is_ring(line)
    ]
    if not runs:
        return None
    longest = max(runs, key=length_of)
    middle = walk(longest, math.inf, length_of(longest) / 2)
    return middle[0][0] if middle else None
