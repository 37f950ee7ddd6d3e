"""Runs of points on a picture, whose y runs down: steps along them, teeth beside them, arrows."""

from __future__ import annotations

import math
from itertools import pairwise

from mapper.render.svg import SOFT, Xy, path_of, tag


def length_of(points: list[Xy]) -> float:
    """
    Return the length of a run in pixels.

    Examples
    --------
    >>> length_of([(0, 0), (3, 4), (3, 5)]), length_of([])
    (6.0, 0)
    """
    return sum(math.dist(a, b) for a, b in pairwise(points))


def walk(points: list[Xy], step: float, first: float) -> list[tuple[Xy, Xy]]:
    """
    Return points at equal steps along a run, each with the unit direction there.

    Examples
    --------
    >>> walk([(0, 0), (10, 0)], step=6, first=2)
    [((2.0, 0.0), (1.0, 0.0)), ((8.0, 0.0), (1.0, 0.0))]
    >>> walk([(0, 0), (10, 0)], step=6, first=11)
    []
    """
    found, left = [], first
    for (x0, y0), (x1, y1) in pairwise(points):
        length = math.hypot(x1 - x0, y1 - y0)
        while length and left <= length:
            dx, dy = (x1 - x0) / length, (y1 - y0) / length
            found.append(((x0 + dx * left, y0 + dy * left), (dx, dy)))
            left += step
        left -= length
    return found


def tooth(at: Xy, direction: Xy, side: int) -> str:
    """
    Return the path of a triangle on the left (1) or right (-1) of a run, which points at the run.

    Examples
    --------
    >>> tooth((0.0, 0.0), (1.0, 0.0), 1)  # left of the way to the east is north: up, where y is negative
    'M0 -3L5.5 -12L-5.5 -12Z'
    """
    (x, y), (dx, dy) = at, direction
    nx, ny = dy * side, -dx * side
    base = [(x + nx * 12 + dx * along, y + ny * 12 + dy * along) for along in (5.5, -5.5)]
    return path_of([(x + nx * 3, y + ny * 3), *base], close=True)


def beside(points: list[Xy], offset: float) -> list[Xy]:
    """
    Return a run moved to its left by `offset` pixels; a negative offset moves it to the right.

    Examples
    --------
    >>> beside([(0.0, 0.0), (10.0, 0.0)], 2.0)
    [(0.0, -2.0), (10.0, -2.0)]
    """
    moved = []
    for k, (x, y) in enumerate(points):
        (x0, y0), (x1, y1) = points[max(k - 1, 0)], points[min(k + 1, len(points) - 1)]
        length = math.hypot(x1 - x0, y1 - y0) or 1.0
        moved.append((x + offset * (y1 - y0) / length, y - offset * (x1 - x0) / length))
    return moved


def arrow(start: Xy, to: Xy) -> str:
    """Return an arrow that ends a little before `to`; "" where the two are too near for one."""
    length = math.dist(start, to)
    if length < 16:
        return ""
    dx, dy = (to[0] - start[0]) / length, (to[1] - start[1]) / length
    x, y = to[0] - dx * 8, to[1] - dy * 8
    head = [
        (x, y),
        (x - dx * 10 - dy * 5, y - dy * 10 + dx * 5),
        (x - dx * 10 + dy * 5, y - dy * 10 - dx * 5),
    ]
    stem = tag("path", d=path_of([start, (x - dx * 7, y - dy * 7)]), stroke=SOFT, stroke_width=2)
    return stem + tag("path", d=path_of(head, close=True), fill=SOFT)
