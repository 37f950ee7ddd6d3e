"""Fronts of which only one side's places are known: the edge of what was taken last.

A first report often tells that a town fell and that the losers withdrew, and not where they stand
now. The front then lies beyond the town, on the side away from the winner's other places.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString, Point

from mapper.events.scene import Array, Scene, Standing, compass, front_row, last_losses, standings

# The line is drawn this far beyond the middle of the town and so far to each side; where the losers
# stand is not told, so it is uncertain by more than that.
BEYOND_KM = 6.0
ACROSS_KM = 15.0
UNCERTAINTY_M = 15_000.0


def edge_fronts(scene: Scene, days: Sequence[pd.Timestamp]) -> list[dict[str, object]]:
    """Return a front for each day on which one side holds all known places and took one from another."""
    rows = []
    for day in days:
        found = [s for s in standings(scene, day) if s.holder is not None]
        if len({s.holder for s in found}) != 1:
            continue
        lost = last_losses(scene, day, str(found[0].holder))
        taken = [(s, *lost[s.row]) for s in found if s.row in lost]
        if taken:
            newest = max(when for _, when, _ in taken)
            rows += _edge(scene, day, found, [(s, loser) for s, when, loser in taken if when == newest])
    return rows


def _edge(
    scene: Scene, day: pd.Timestamp, found: Sequence[Standing], taken: Sequence[tuple[Standing, str]]
) -> list[dict[str, object]]:
    """Return the line beyond the place taken that lies farthest from the winner's other places."""
    winner = str(found[0].holder)
    best: tuple[float, Standing, str, Array] | None = None
    for stand, loser in taken:
        others = [s.row for s in found if s.row != stand.row]
        if not others:
            continue
        away = scene.xy[stand.row] - scene.xy[others].mean(axis=0)
        distance = float(np.hypot(*away))
        if distance > 0 and (best is None or distance > best[0]):
            best = distance, stand, loser, away / distance
    if best is None:
        return []
    _, stand, loser, (ux, uy) = best
    at = Point(scene.xy[stand.row] + BEYOND_KM * np.array([ux, uy]))
    first, second = sorted((winner, loser))
    # `first` must lie on the left of the line: going along (uy, -ux) leaves the loser on the left.
    dx, dy = (uy, -ux) if first == loser else (-uy, ux)
    line = LineString([(at.x + k * ACROSS_KM * dx, at.y + k * ACROSS_KM * dy) for k in (-1, 1)])
    on_land = [p for p in shapely.get_parts(scene.on_land(line)) if isinstance(p, LineString) and p.length]
    line = min(on_land, key=lambda p: p.distance(at), default=line)
    row = front_row(scene, day, (first, second), line, [stand], uncertainty_m=UNCERTAINTY_M)
    return [row | {"moved_toward": compass(float(ux), float(uy))}]
