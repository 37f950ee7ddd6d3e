"""What a still shows on its ground: who holds what, what happened where, and the claims of distance."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from mapper.render.columns import Json
from mapper.render.density import UNITS_PER_DEGREE
from mapper.render.svg import EDGE, INK, PAPER, SIDES, Xy, shape, tag, write_text
from mapper.render.view import HEIGHT, Frame, side_of

CHECK = "#8a1f63"
# As on the page: a long campaign shows the events of two weeks, a short one all.
LONG_DAYS, WINDOW_DAYS = 31, 14
NEAR_PX = (46.0, 24.0)
HALO_PX, GAP_PX, MARK_GAP_PX = 13.0, 16.0, 4.0
CELL_PX = 9.0  # the least edge of a cell of density
CELL_EDGE_M = 183_000.0  # of the cells of resolution 2


@dataclass(frozen=True, slots=True)
class Pile:
    """The marks of the events at one place in a row: side, radius and events, newest first, of each."""

    at: Xy
    marks: tuple[tuple[int, float, tuple[int, ...]], ...]
    name: str

    @property
    def half_width(self) -> float:
        """Half of the width of the row."""
        marks = [2 * half_width(side, r) for side, r, _ in self.marks]
        return (sum(marks) + MARK_GAP_PX * (len(marks) - 1)) / 2

    @property
    def half_height(self) -> float:
        """Half of the height of its highest mark."""
        return max(1.2 * r if side == 2 else r for side, r, _ in self.marks)


def half_width(side: int, r: float) -> float:
    """Return half of the width of a side's shape."""
    return r * (1.0, 0.9, 1.2)[side]


def held_places(frame: Frame) -> list[tuple[Xy, str, str]]:
    """Return position, name and drawing of each place that is held; of near ones that which is named most."""
    control = frame.data["control"]
    parts: list[tuple[Xy, str, str]] = []
    mentions = {p["id"]: sum(many for _, many in p["names"]) for p in frame.data["places"]}
    known = [i for i in control_at(control, frame.day) if control["lon"][i] is not None]
    for i in sorted(known, key=lambda i: (-mentions.get(control["id"][i], 0), i)):
        x, y = frame.view.at((control["lon"][i], control["lat"][i]))
        if any(math.dist((x, y), at) < 0.6 * HALO_PX for at, _, _ in parts):
            continue
        is_held = control["status"][i] == "held"
        colour = frame.colour(control["holder"][i])
        halo = tag(
            "circle", cx=x, cy=y, r=HALO_PX, fill=colour, fill_opacity=0.26 if is_held else 0.1,
            stroke=colour, stroke_width=1.6, stroke_dasharray=None if is_held else "4 3",
        )  # fmt: skip
        name = frame.data["labels"][control["place"][i]] if control["place"][i] >= 0 else ""
        parts.append(((x, y), name, halo + tag("circle", cx=x, cy=y, r=2.2, fill=INK)))
        frame.labels.block(x, y, 10)
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


def piles(frame: Frame, held: list[Xy], front: list[Xy]) -> list[Pile]:
    """Return the visible events in piles; that of a held place stands beside its dot, off the front."""
    taken = [(x, y, 4.0, 4.0) for x, y in (*held, *front)]
    found = []
    for (x, y), sides in _groups(frame):
        marks = []
        for side in sorted(sides):
            r = min(5.4 + 1.1 * math.log2(len(sides[side])), 10.5)
            marks.append((side, max(r, 8.0) if len(sides[side]) > 1 else r, tuple(sides[side])))
        place = frame.data["events"]["place"][sides[min(sides)][0]]
        name = frame.data["labels"][place] if place >= 0 else ""
        pile = Pile((x, y), tuple(marks), name)
        town = next((at for at in held if math.dist(at, (x, y)) < HALO_PX), None)
        if town:
            pile = Pile(_beside(town, pile, taken), pile.marks, "")
        taken.append((*pile.at, pile.half_width + 5, pile.half_height + 3))
        found.append(pile)
    return found


def _groups(frame: Frame) -> list[tuple[Xy, dict[int, list[int]]]]:
    """Return the visible events by place, near ones joined, and in each by side, newest first."""
    events = frame.data["events"]
    groups: list[tuple[Xy, dict[int, list[int]]]] = []
    holds = frame.data["kinds"].index("holds") if "holds" in frame.data["kinds"] else -1
    earliest = frame.day - WINDOW_DAYS if frame.data["days"] > LONG_DAYS else -1
    withdrawn = {k for k, word in enumerate(events["flagWords"]) if "superseded" in word}
    for i in reversed(range(len(events["id"]))):
        day = events["day"][i]
        dated = day is None or (day <= frame.day and (events["end"][i] or day) > earliest)
        is_event = (
            events["kind"][i] != holds and events["same"][i] < 0 and events["flags"][i] not in withdrawn
        )
        if not dated or not is_event or events["lon"][i] is None:
            continue
        x, y = frame.view.at((events["lon"][i], events["lat"][i]))
        near = next(
            (g for g in groups if abs(g[0][0] - x) < NEAR_PX[0] and abs(g[0][1] - y) < NEAR_PX[1]), None
        )
        if near is None:
            near = ((x, y), defaultdict(list))
            groups.append(near)
        near[1][side_of(events["actor"][i])].append(i)
    return groups


def _beside(town: Xy, pile: Pile, taken: list[tuple[float, float, float, float]]) -> Xy:
    """Return the middle of a pile below, above or at a side of a town, where it covers least."""
    (x, y), off = town, 0.8 * HALO_PX
    wide, high = pile.half_width + 5, pile.half_height + 3
    spots = [(x, y + off + high), (x, y - off - high), (x + off + wide, y), (x - off - wide, y)]

    def covered(spot: Xy) -> int:
        return sum(abs(a - spot[0]) < w + wide and abs(b - spot[1]) < h + high for a, b, w, h in taken)

    return min(spots, key=covered)


def draw_pile(frame: Frame, pile: Pile) -> list[str]:
    """Return the marks of a pile, on a plate where there are several; their place is kept free of labels."""
    (x, y), wide, high = pile.at, pile.half_width, pile.half_height
    parts = [_ring(frame, side, found[0]) for side, _, found in pile.marks]
    if len(pile.marks) > 1:
        box: dict[str, Any] = {"x": x - wide - 5, "y": y - high - 3, "width": 2 * wide + 10}
        parts.append(tag("rect", **box, height=2 * high + 6, rx=high + 3, fill=PAPER, stroke=EDGE))
    left = x - wide
    for side, r, found in pile.marks:
        half = half_width(side, r)
        parts += _mark(frame, left + half, y, r, side, found)
        frame.labels.block(left + half, y, r + 2)
        left += 2 * half + MARK_GAP_PX
    return parts


def _ring(frame: Frame, side: int, i: int) -> str:
    """Return the circle of the error of an event's position, "" where it is too small or too large."""
    events, colour = frame.data["events"], frame.colours[side]
    ring = frame.view.pixels((events["error"][i] or 0) * 1000, events["lat"][i])
    if not HALO_PX + 3 < ring < HEIGHT / 3:
        return ""
    x, y = frame.view.at((events["lon"][i], events["lat"][i]))
    faint: dict[str, Any] = {"fill_opacity": 0.06, "stroke_opacity": 0.55, "stroke_dasharray": "4 4"}
    return tag("circle", cx=x, cy=y, r=ring, fill=colour, stroke=colour, **faint)


def _mark(frame: Frame, x: float, y: float, r: float, side: int, found: tuple[int, ...]) -> list[str]:
    events, colour = frame.data["events"], frame.colours[side]
    i = found[0]
    certainty = events["certaintyWords"][events["certainty"][i]]
    vague = (events["error"][i] or 0) >= 10
    fill = PAPER if vague or certainty in ("denied", "planned") else colour
    opacity = 0.45 if certainty == "claimed" and not vague else 1
    outline = shape(side, x, y, r)
    line: dict[str, Any] = {"stroke": colour, "stroke_width": 2.4 if vague else 1.6}
    parts = [
        tag("path", d=outline, fill=PAPER, stroke=PAPER, stroke_width=3.5),
        tag("path", d=outline, fill=fill, fill_opacity=opacity, **line),
    ]
    if len(found) > 1:
        ink = PAPER if fill == colour and opacity == 1 else INK
        style: dict[str, Any] = {"size": 10.5, "bold": True, "anchor": "middle"}
        parts.append(write_text(str(len(found)), x, y + 3.8, colour=ink, **style))
    return parts


def name_held(frame: Frame, held: list[tuple[Xy, str, str]]) -> list[str]:
    """Return the names of the places held."""
    style: dict[str, Any] = {"size": 13, "bold": True}
    parts = []
    for at, name, _ in held:
        beside = frame.labels.place(name, *at, gap=GAP_PX, **style)
        # A line of the front may pass by a town; its name then stands beyond.
        parts.append(beside or frame.labels.place(name, *at, gap=GAP_PX + 11, **style))
    return parts


def name_piles(frame: Frame, found: list[Pile], written: set[str]) -> list[str]:
    """Return the names of the places of events that are not `written` yet."""
    parts = []
    for pile in found:
        if pile.name and pile.name not in written:
            written.add(pile.name)
            gaps: dict[str, Any] = {"gap": pile.half_height + 5, "across": pile.half_width + 7}
            parts.append(frame.labels.place(pile.name, *pile.at, size=13, **gaps))
    return parts


def draw_checks(frame: Frame) -> list[str]:
    """Return the geodesics of the claims of distance, their arcs, and where a claim alone would lead."""
    parts = []
    for check in _checks_shown(frame):
        dots: dict[str, Any] = {"stroke_width": 2, "stroke_linecap": "round", "stroke_dasharray": "0.1 6"}
        parts.append(tag("path", d=frame.path(check["line"]), fill="none", stroke=CHECK, **dots))
        if check["arc"]:
            dashes: dict[str, Any] = {"stroke_width": 1.3, "stroke_dasharray": "7 5"}
            parts.append(tag("path", d=frame.path(check["arc"]), fill="none", stroke=CHECK, **dashes))
        if check["claimed"]:
            x, y = frame.view.at(check["claimed"])
            cross = f"M{x - 5:.1f} {y - 5:.1f}l10 10M{x + 5:.1f} {y - 5:.1f}l-10 10"
            parts.append(tag("path", d=cross, stroke=CHECK, stroke_width=1.8))
    return parts


def name_checks(frame: Frame) -> list[str]:
    """Return what the claims say and what was measured, each at the middle of its geodesic."""
    style: dict[str, Any] = {"bold": True, "colour": CHECK}
    shown = _checks_shown(frame)
    middles = [frame.view.at(check["line"][len(check["line"]) // 2]) for check in shown]
    return [
        frame.labels.place(check["label"], *at, **style) for check, at in zip(shown, middles, strict=True)
    ]


def _checks_shown(frame: Frame) -> list[Json]:
    drawn = [check for check in frame.data["checks"] if check["line"]]
    return drawn if len(drawn) <= 3 else []


def draw_density(frame: Frame) -> list[str]:
    """Return the cells of a situation too large to show event by event, darker where there was more."""
    density = frame.data["density"]
    if not density:
        return []
    earliest = frame.day - WINDOW_DAYS if frame.data["days"] > LONG_DAYS else -1
    week, cells, counts = (np.array(density[key]) for key in ("week", "cell", "count"))
    shown = (week * 7 <= frame.day) & (week * 7 + 6 > earliest)
    levels = density["levels"]
    sums = np.bincount(cells[shown], counts[shown], minlength=len(levels[-1]["rings"]))
    lat = (frame.data["view"][1] + frame.data["view"][3]) / 2
    level = len(levels) - 1
    while (
        level and frame.view.pixels(CELL_EDGE_M / 7 ** ((levels[level]["resolution"] - 2) / 2), lat) < CELL_PX
    ):
        sums = np.bincount(levels[level]["parent"], sums, minlength=len(levels[level - 1]["rings"]))
        level -= 1
    most = math.log1p(max(sums.max(initial=0), 1))
    paths: dict[int, str] = defaultdict(str)
    for cell in np.flatnonzero(sums).tolist():
        shade = round(10 * math.log1p(sums[cell]) / most)
        ring = np.cumsum(np.array(levels[level]["rings"][cell]).reshape(-1, 2), axis=0) / UNITS_PER_DEGREE
        paths[shade] += frame.path(ring.tolist(), close=True)
    return [
        tag("path", d=paths[shade], fill=SIDES[2], fill_opacity=f"{0.08 + 0.055 * shade:.3f}")
        for shade in sorted(paths)
    ]
