"""Fronts of a war along a road: dated intervals on the axis, with a band and a short line across the road."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd
import shapely
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from mapper.events.axis import Axis, Interval, bypassed, intervals, segments
from mapper.events.scene import Scene, Standing, compass, front_row, standings

# A line is drawn this far to each side of the road, and a band and a pocket so wide.
ACROSS_KM = 15.0
BAND_KM = 8.0
POCKET_KM = 10.0
# No line is drawn in a gap wider than this of which nothing is told.
WIDEST_GAP_KM = 160.0
# A place counts so much less once the front has passed it.
BYPASSED = 0.25
# Less than this is no movement.
STILL_KM = 0.1


@dataclass(frozen=True, slots=True)
class _Front:
    """Where a front crosses the axis on a day, and how it got there."""

    meeting: Interval
    low_km: float
    high_km: float
    at: Point
    moved_km: float = math.nan
    moved_toward: str = ""

    @property
    def sides(self) -> tuple[str, str]:
        first, second = sorted((self.meeting.before, self.meeting.after))
        return first, second


def road_fronts(scene: Scene, axis: Axis, days: Sequence[pd.Timestamp]) -> list[dict[str, object]]:
    """Return the rows of the front line table, day by day."""
    rows: list[dict[str, object]] = []
    before: list[_Front] = []
    for day in days:
        along = along_axis(axis, standings(scene, day))
        holders = [None if s is None else s.holder for s in along]
        stretches = segments(holders, [0.0 if s is None else s.weight for s in along])
        if not stretches:  # Nobody is known to hold anything that day.
            continue
        fronts = []
        for meeting in intervals(holders, stretches):
            front = _place(axis, meeting, along)
            if front is not None:
                fronts.append(front)
        before = _moved(fronts, before)
        rows += [_row(scene, axis, front, along, day) for front in before]
        rows += _pockets(scene, axis, along, stretches, day)
    return rows


def along_axis(axis: Axis, found: Sequence[Standing]) -> list[Standing | None]:
    """Return how each place on the axis stands, None where nothing is known, bypassed ones counting less."""
    by_row = {s.row: s for s in found}
    along = [by_row.get(row) for row in axis.rows]
    holders = [None if s is None else s.holder for s in along]
    confirmed = [s.confirmed if s is not None and s.dated else None for s in along]
    passed = bypassed(holders, confirmed)
    return [
        replace(s, weight=s.weight * BYPASSED) if s and is_passed else s
        for s, is_passed in zip(along, passed, strict=True)
    ]


def _place(axis: Axis, meeting: Interval, along: Sequence[Standing | None]) -> _Front | None:
    """Return where a front is drawn: by the newest fighting in the interval, else in its middle.

    None in a wide gap of which nothing is told.
    """
    low_km, high_km = axis.km[meeting.low], axis.km[meeting.high]
    fought = [(s.confirmed, i) for i in range(meeting.low + 1, meeting.high)
              if (s := along[i]) is not None and s.holder is None]  # fmt: skip
    if fought:
        newest = max(day for day, _ in fought)
        places = [i for day, i in fought if day == newest]
        km = (axis.km[places[0]] + axis.km[places[-1]]) / 2
    elif high_km - low_km > WIDEST_GAP_KM:
        return None
    else:
        km = (low_km + high_km) / 2
    return _Front(meeting, low_km, high_km, axis.at(km))


def _moved(fronts: Sequence[_Front], before: Sequence[_Front]) -> list[_Front]:
    """Return the fronts of a day with their movement since the nearest ones of the day before.

    A front that stands keeps the movement that brought it there; a new one has none.
    """
    pairs = sorted(
        (front.at.distance(last.at), i, j)
        for i, front in enumerate(fronts)
        for j, last in enumerate(before)
        if front.sides == last.sides
    )
    told = dict(enumerate(fronts))
    taken: set[int] = set()
    open_fronts = set(told)
    for distance, i, j in pairs:
        if i not in open_fronts or j in taken:
            continue
        open_fronts.remove(i)
        taken.add(j)
        last, front = before[j], fronts[i]
        if distance < STILL_KM:
            told[i] = replace(front, moved_km=last.moved_km, moved_toward=last.moved_toward)
        else:
            toward = compass(front.at.x - last.at.x, front.at.y - last.at.y)
            told[i] = replace(front, moved_km=round(distance, 1), moved_toward=toward)
    return [told[i] for i in sorted(told)]


def _row(
    scene: Scene, axis: Axis, front: _Front, along: Sequence[Standing | None], day: pd.Timestamp
) -> dict[str, object]:
    meeting, line = front.meeting, axis.line
    between = substring(line, axis.along[meeting.low], axis.along[meeting.high])
    (ax, ay), (bx, by) = axis.xy[meeting.low], axis.xy[meeting.high]
    length = math.hypot(bx - ax, by - ay)
    # Two names of one point have no direction: the line then runs north.
    ux, uy = ((bx - ax) / length, (by - ay) / length) if length else (1.0, 0.0)
    # Left of the direction (-uy, ux) is (-ux, -uy): back along the axis, where the side before lies.
    dx, dy = (-uy, ux) if front.sides[0] == meeting.before else (uy, -ux)
    reach = [(front.at.x + k * ACROSS_KM * dx, front.at.y + k * ACROSS_KM * dy) for k in (-1, 1)]
    band = between.buffer(BAND_KM, cap_style="flat") if between.length else front.at.buffer(BAND_KM)
    flanks = [s for i in (meeting.low, meeting.high) if (s := along[i]) is not None]
    half_gap_m = round((front.high_km - front.low_km) * 500)
    row = front_row(
        scene,
        day,
        front.sides,
        _on_land(scene, LineString(reach), front.at),
        flanks,
        uncertainty_m=half_gap_m,
    )
    return row | {
        "band": scene.to_lonlat(scene.on_land(band)),
        "axis_km_low": front.low_km,
        "axis_km_high": front.high_km,
        "moved_km": front.moved_km,
        "moved_toward": front.moved_toward,
    }


def _on_land(scene: Scene, line: LineString, at: Point) -> LineString:
    """Return the part of a line on land that lies nearest to a point, in the line's direction.

    All of it where nothing is left: on a coarse coast a harbour lies at sea.
    """
    parts = [p for p in shapely.get_parts(scene.on_land(line)) if isinstance(p, LineString) and p.length > 0]
    if not parts:
        return line
    part: LineString = min(parts, key=lambda p: p.distance(at))
    first, last = (line.project(Point(part.coords[i])) for i in (0, -1))
    return part if first <= last else part.reverse()


def _pockets(
    scene: Scene, axis: Axis, along: Sequence[Standing | None], stretches: Sequence[str], day: pd.Timestamp
) -> list[dict[str, object]]:
    """Return rings around the places that one side holds on the other's stretch, joined where they touch.

    A place that the news has passed by is no pocket: nobody says that it holds out.
    """
    confirmed = [s.confirmed if s is not None and s.dated else None for s in along]
    holders = [None if s is None else s.holder for s in along]
    found: dict[tuple[str, str], list[tuple[BaseGeometry, Standing]]] = {}
    passed = bypassed(holders, confirmed)
    for i, (stand, stretch) in enumerate(zip(along, stretches, strict=True)):
        if stand is None or stand.holder in (None, stretch) or passed[i]:
            continue
        disc = scene.on_land(Point(axis.xy[i]).buffer(POCKET_KM))
        found.setdefault((str(stand.holder), stretch), []).append((disc, stand))
    rows = []
    for sides, discs in sorted(found.items()):
        for area in shapely.get_parts(shapely.union_all([disc for disc, _ in discs])):
            inside = [stand for disc, stand in discs if disc.intersects(area)]
            ring = LineString(shapely.orient_polygons(area).exterior)
            rows.append(front_row(scene, day, sides, ring, inside, uncertainty_m=POCKET_KM * 1000))
    return rows
