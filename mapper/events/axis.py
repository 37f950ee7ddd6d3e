"""The road of a war: places in order along it, and where on it the sides meet.

In a war along a road, a front is the interval between the last place of one side and the first of the other;
what is not reported between them is not known, so the interval is drawn as a band.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely.geometry import LineString, Point

from mapper.events.timeline import fold
from mapper.model import AXIS_COLUMNS
from mapper.space.distance import GEOD

Array = NDArray[np.float64]

# A place this near to the road is on it.
CORRIDOR_KM = 35.0
# A war is one along a road where the longest path through its places is so much of the shortest tree that
# joins them (a road: nearly all of it, a populated plain: a fifth), and where one cut of the path tells so
# much of the evidence apart. A path that runs along a front has the sides mixed on it.
SHARE_ON_PATH = 0.5
SHARE_IN_ORDER = 0.75
# So many places lie along no road. The tree takes time with the square of the places.
MOST_ON_A_ROAD = 2_000
# What a change of side along the road costs beside a place that is on the wrong side of it (its weight, at
# most 1). One lone place behind the other's lines is a pocket, two are a stretch of road.
COST_OF_CHANGE = 0.5


@dataclass(frozen=True, slots=True)
class Axis:
    """Places in order along a road.

    `rows` are their rows in the scene, `xy` is in its plane. `km` counts from the first place over the
    globe, `along` in the plane.
    """

    rows: tuple[int, ...]
    ids: tuple[str, ...]
    names: tuple[str, ...]
    points: tuple[Point, ...]
    xy: tuple[tuple[float, float], ...]
    km: tuple[float, ...]
    along: tuple[float, ...]

    @property
    def line(self) -> LineString:
        return LineString(self.xy)

    def at(self, km: float) -> Point:
        """Return the point of the plane at so many km along the axis."""
        return self.line.interpolate(float(np.interp(km, self.km, self.along)))

    def table(self) -> pd.DataFrame:
        """Return the places as a table with `AXIS_COLUMNS`; `geometry` is (lon, lat)."""
        rows = zip(self.ids, self.names, self.km, self.points, strict=True)
        return pd.DataFrame(list(rows), columns=list(AXIS_COLUMNS))


@dataclass(frozen=True, slots=True)
class Interval:
    """Where two sides meet on an axis: `before` holds up to place `low`, `after` from place `high` on."""

    before: str
    after: str
    low: int
    high: int


def named_axis(names: Sequence[str], places: pd.DataFrame, xy: Array) -> Axis | None:
    """Return the axis that runs through the places of these names; None where fewer than two are known."""
    rows = {fold(name): row for row, name in reversed(list(enumerate(places["place"])))}
    order = [rows[fold(name)] for name in names if fold(name) in rows]
    order = list(dict.fromkeys(order))
    return _axis(order, places, xy) if len(order) > 1 else None


def principal_axis(places: pd.DataFrame, xy: Array) -> Axis | None:
    """
    Return the longest path through the shortest tree that joins all places.

    None where the path is less than `SHARE_ON_PATH` of the tree, or all places are one point, or there are
    more than `MOST_ON_A_ROAD`. Places within `CORRIDOR_KM` of the path are on it.
    """
    if not 2 <= len(places) <= MOST_ON_A_ROAD:
        return None
    order, tree_length = _longest_path(xy)
    if tree_length == 0:
        return None
    line = LineString(xy[order])
    if line.length < SHARE_ON_PATH * tree_length:
        return None
    near = [i for i in range(len(places)) if line.distance(Point(xy[i])) <= CORRIDOR_KM]
    along = sorted(near, key=lambda i: (line.project(Point(xy[i])), places["place_id"].iloc[i]))
    # The same end first, however the path was found: the western one, as a reader reads.
    if (xy[along[0]][0], xy[along[0]][1]) > (xy[along[-1]][0], xy[along[-1]][1]):
        along.reverse()
    return _axis(along, places, xy)


def _axis(order: Sequence[int], places: pd.DataFrame, xy: Array) -> Axis:
    points = [places["geometry"].iloc[i].centroid for i in order]
    steps = [0.0]
    for a, b in pairwise(points):
        _, _, metres = GEOD.inv(a.x, a.y, b.x, b.y)
        steps.append(metres / 1000)
    return Axis(
        tuple(order),
        tuple(places["place_id"].iloc[i] for i in order),
        tuple(places["place"].iloc[i] for i in order),
        tuple(points),
        tuple((float(xy[i][0]), float(xy[i][1])) for i in order),
        tuple(round(float(k), 3) for k in np.cumsum(steps)),
        (0.0, *(float(d) for d in np.cumsum(np.hypot(*np.diff(xy[list(order)], axis=0).T)))),
    )


def _longest_path(xy: Array) -> tuple[list[int], float]:
    """Return the rows along the longest path of the shortest tree (Prim 1957), and the tree's length."""
    n = len(xy)
    neighbours: list[list[tuple[int, float]]] = [[] for _ in range(n)]
    outside = np.ones(n, dtype=bool)
    outside[0] = False
    nearest = np.hypot(*(xy - xy[0]).T)
    parent = np.zeros(n, dtype=int)
    total = 0.0
    for _ in range(n - 1):
        new = int(np.argmin(np.where(outside, nearest, np.inf)))
        neighbours[new].append((int(parent[new]), float(nearest[new])))
        neighbours[int(parent[new])].append((new, float(nearest[new])))
        outside[new] = False
        total += float(nearest[new])
        distance = np.hypot(*(xy - xy[new]).T)
        closer = outside & (distance < nearest)
        nearest[closer], parent[closer] = distance[closer], new
    return _farthest(_farthest(0, neighbours)[-1], neighbours), total


def _farthest(start: int, neighbours: Sequence[Sequence[tuple[int, float]]]) -> list[int]:
    """Return the longest path in a tree from a node."""
    lengths = {start: 0.0}
    came: dict[int, int] = {}
    queue = [start]
    for node in queue:
        for other, length in neighbours[node]:
            if other not in lengths:
                lengths[other] = lengths[node] + length
                came[other] = node
                queue.append(other)
    path = [max(lengths, key=lambda node: (lengths[node], -node))]
    while path[-1] in came:
        path.append(came[path[-1]])
    return path[::-1]


def segments(holders: Sequence[str | None], weights: Sequence[float]) -> list[str]:
    """
    Return for each place along an axis the side on whose stretch it lies.

    The stretches cost least in all: `COST_OF_CHANGE` for each change of side, and the weight of each place
    that another side holds. A place without a holder (None: contested or unknown) costs nothing; without
    any holder the list is empty.

    Examples
    --------
    >>> segments(["a", "b", "a", "a", None, "b"], [0.8] * 6)
    ['a', 'a', 'a', 'a', 'b', 'b']
    >>> segments([None], [1.0])
    []
    """
    sides = sorted({h for h in holders if h is not None})
    if not sides:
        return []
    costs = np.zeros(len(sides))
    choices = []
    for holder, weight in zip(holders, weights, strict=True):
        stay = np.arange(len(sides))
        cheapest = int(np.argmin(costs))
        change = costs[cheapest] + COST_OF_CHANGE < costs - 1e-12
        choices.append(np.where(change, cheapest, stay))
        costs = np.where(change, costs[cheapest] + COST_OF_CHANGE, costs)
        if holder is not None:
            costs = costs + weight * (np.array(sides) != holder)
    side = int(np.argmin(costs))
    found = []
    for choice in reversed(choices):
        found.append(sides[side])
        side = int(choice[side])
    return found[::-1]


def intervals(holders: Sequence[str | None], stretches: Sequence[str]) -> list[Interval]:
    """
    Return where the sides meet: from the last place that one holds on its stretch to the first of the other.

    Examples
    --------
    >>> intervals(["a", "b", "a", None, "b"], ["a", "a", "a", "a", "b"])
    [Interval(before='a', after='b', low=2, high=4)]
    """
    found = []
    held = [i for i, (h, s) in enumerate(zip(holders, stretches, strict=True)) if h == s]
    for low, high in pairwise(held):
        if stretches[low] != stretches[high]:
            found.append(Interval(stretches[low], stretches[high], low, high))
    return found


def share_in_order(holders: Sequence[str | None], weights: Sequence[float]) -> float:
    """Return the share of the weight that the best cut of the axis puts on its side; 1 for no weight."""
    sides = sorted({h for h in holders if h is not None})
    held = {
        side: np.array([w * (h == side) for h, w in zip(holders, weights, strict=True)]) for side in sides
    }
    total = sum(float(w.sum()) for w in held.values())
    if total == 0 or len(sides) < 2:
        return 1.0
    best = 0.0
    before = {side: np.concatenate([[0.0], np.cumsum(w)]) for side, w in held.items()}
    for a in sides:
        for b in sides:
            if a != b:
                best = max(best, float((before[a] + before[b][-1] - before[b]).max()))
    return best / total


def bypassed(holders: Sequence[str | None], confirmed: Sequence[pd.Timestamp | None]) -> list[bool]:
    """
    Tell which places the news has passed by: of one rival there is newer word on both sides of them.

    What a side held before a rival went past says little of who holds it now.

    Examples
    --------
    >>> days = [pd.Timestamp(f"1999-03-0{day}") for day in (5, 1, 7)]
    >>> bypassed(["reds", "blues", "reds"], days), bypassed(["reds", "blues", "blues"], days)
    ([False, True, False], [False, False, False])
    """
    before = _newest_before(holders, confirmed)
    after = _newest_before(holders[::-1], confirmed[::-1])[::-1]
    return [
        own is not None
        and day is not None
        and any(h != own and at > day and h in later and later[h] > day for h, at in earlier.items())
        for own, day, earlier, later in zip(holders, confirmed, before, after, strict=True)
    ]


def _newest_before(
    holders: Sequence[str | None], confirmed: Sequence[pd.Timestamp | None]
) -> list[dict[str, pd.Timestamp]]:
    """Return for each place the newest word of each side from the places before it."""
    newest: dict[str, pd.Timestamp] = {}
    found = []
    for holder, day in zip(holders, confirmed, strict=True):
        found.append(newest)
        if holder is not None and day is not None and (holder not in newest or day > newest[holder]):
            newest = newest | {holder: day}
    return found
