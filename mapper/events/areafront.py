"""Fronts of a war over an area: the lines along which the areas of two sides touch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from mapper.events.partition import Smoothness, learn_smoothness, partition
from mapper.events.scene import Scene, Standing, compass, front_row, standings

# Areas end this far from what is known to be held. Settlements of a populated theatre are 5 to 15 km
# apart; beyond 40 km a side that holds a village says nothing.
REACH_KM = 40.0
# An open scrap of line shorter than this, at the edge of the evidence, is no front.
SHORTEST_KM = 3.0
# Less than this, on the average of a front, is no movement.
STILL_KM = 0.1


class _Movement(NamedTuple):
    """How far a front moved on its average, whereto, and the ground that `side_a` won (below zero: lost)."""

    moved_km: float = math.nan
    moved_toward: str = ""
    gained_km2: float = math.nan


def areas_of_sides(
    scene: Scene,
    found: Sequence[Standing],
    *,
    smoothness: Smoothness | None = None,
    regions: dict[tuple[int, ...], BaseGeometry] | None = None,
) -> dict[str, BaseGeometry]:
    """
    Return the area of each side in the plane: on land, and not farther than `REACH_KM` from evidence.

    `regions` keeps the region about some places: from one day to the next they hardly change.
    """
    held = [s for s in found if s.holder is not None]
    if not held:
        return {}
    rows = tuple(s.row for s in held)
    xy = scene.xy[[*rows]]
    regions = {} if regions is None else regions
    if rows not in regions:
        discs = shapely.buffer(shapely.points(xy), REACH_KM, quad_segs=6)
        regions[rows] = scene.on_land(shapely.union_all(discs))
    return partition(xy, *_labels(held), regions[rows], smoothness=smoothness)


def _labels(held: Sequence[Standing]) -> tuple[list[str], np.ndarray[tuple[int], np.dtype[np.float64]]]:
    return [str(s.holder) for s in held], np.array([s.weight for s in held])


def area_fronts(scene: Scene, days: Sequence[pd.Timestamp]) -> list[dict[str, object]]:
    """Return the rows of the front line table, day by day."""
    by_day = [(day, standings(scene, day)) for day in days]
    if not by_day:
        return []
    # How smooth a front is belongs to the war, not to a day: learnt once, from the fullest day.
    _, fullest = max(by_day, key=lambda d: (sum(s.holder is not None for s in d[1]), d[0]))
    held = [s for s in fullest if s.holder is not None]
    smoothness = learn_smoothness(scene.xy[[s.row for s in held]], *_labels(held)) if held else None
    rows: list[dict[str, object]] = []
    before: Mapping[str, BaseGeometry] = {}
    movements: dict[tuple[str, str], _Movement] = {}
    regions: dict[tuple[int, ...], BaseGeometry] = {}
    for day, found in by_day:
        areas = areas_of_sides(scene, found, smoothness=smoothness, regions=regions)
        for sides in combinations(sorted(areas), 2):
            lines = border(areas[sides[0]], areas[sides[1]])
            moved = _movement(sides, areas, before, sum(line.length for line in lines))
            movements[sides] = moved or movements.get(sides, _Movement())
            for line in lines:
                flanks, gap_km = _flanks(scene, found, sides, line)
                row = front_row(scene, day, sides, line, flanks, uncertainty_m=round(1000 * gap_km))
                rows.append(row | movements[sides]._asdict())
        before = areas
    return rows


def border(a: BaseGeometry, b: BaseGeometry) -> list[LineString]:
    """Return the lines along which two areas touch, each with `a` on its left."""
    shared = shapely.get_parts(a.boundary.intersection(b.boundary))
    pieces = [part for part in shared if isinstance(part, LineString)]
    if not pieces:
        return []
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(pieces)))
    lines = [line for line in merged if line.is_closed or line.length >= SHORTEST_KM]
    return [line if _is_left(a, line) else line.reverse() for line in lines]


def _is_left(area: BaseGeometry, line: LineString) -> bool:
    """Tell whether an area lies on the left of its border, looking at the longest straight piece of it."""
    corners = shapely.get_coordinates(line)
    lengths = np.hypot(*np.diff(corners, axis=0).T)
    longest = int(np.argmax(lengths))
    (px, py), (qx, qy) = corners[longest : longest + 2].tolist()
    step = 1e-3 * min(1.0, 1.0 / float(lengths[longest]))
    left = Point((px + qx) / 2 - (qy - py) * step, (py + qy) / 2 + (qx - px) * step)
    return bool(area.contains(left))


def _flanks(
    scene: Scene, found: Sequence[Standing], sides: tuple[str, str], line: LineString
) -> tuple[list[Standing], float]:
    """Return the place of each side that is nearest to a line, and the farther one's distance in km."""
    flanks, gaps = [], []
    for side in sides:
        held = [s for s in found if s.holder == side]
        gap = shapely.distance(shapely.points(scene.xy[[s.row for s in held]]), line)
        flanks.append(held[int(np.argmin(gap))])
        gaps.append(float(gap.min()))
    return flanks, max(gaps)


def _movement(
    sides: tuple[str, str],
    areas: Mapping[str, BaseGeometry],
    before: Mapping[str, BaseGeometry],
    length_km: float,
) -> _Movement | None:
    """Return how a front moved from one day of change to the next; None where it stands or is new."""
    a, b = sides
    if a not in before or b not in before or length_km == 0:
        return None
    won, lost = areas[a].intersection(before[b]), areas[b].intersection(before[a])
    gained_km2 = won.area - lost.area
    distance = abs(gained_km2) / length_km
    if distance < STILL_KM:
        return None
    ground, winner = (won, a) if gained_km2 > 0 else (lost, b)
    # The line went over the gain from the old ground of the winner: from its near part, if it has one.
    near = before[winner].intersection(ground.buffer(REACH_KM / 2))
    start = (before[winner] if near.is_empty else near).centroid
    toward = compass(ground.centroid.x - start.x, ground.centroid.y - start.y)
    return _Movement(round(distance, 1), toward, round(gained_km2, 1))
