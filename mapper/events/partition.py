"""Points held by sides -> areas, in a local plane of kilometres.

Each side gets a smooth surface from Gaussian process classification: high where it holds places, low where
others do. A place belongs to the side whose surface is highest; the front is where two meet. How
smooth the surfaces are is learnt from the points themselves, by the marginal likelihood.

References
----------
Rasmussen and Williams (2006), Gaussian processes for machine learning, sections 3.4 (Laplace
approximation) and 4.2.1 (Matern covariance); gaussianprocess.org/gpml. Lorensen and Cline (1987),
doi:10.1145/37402.37422, for the contours (in two dimensions: marching squares).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Array = NDArray[np.float64]

# Length scales tried, as multiples of the median distance to the nearest point of another side: a front is
# straight over several times that distance, or it is a row of unrelated pockets. Variances: 10
# lets a few rivals overrule a lone point, 3000 follows the points closely.
LENGTHS = (1.0, 2.0, 4.0)
VARIANCES = (10.0, 100.0, 1000.0, 3000.0)
# The fit takes time with the cube of the points. Points far behind a front say nothing about it.
MOST_POINTS = 700
MOST_POINTS_TO_LEARN = 300
MOST_CELLS = 60_000
_NEWTON_STEPS = 30
_JITTER = 1e-6


@dataclass(frozen=True, slots=True)
class _Surface:
    """The latent function of one side: a sum of Matern kernels about the points."""

    points: Array
    coefficients: Array
    length: float

    def at(self, where: Array) -> Array:
        values = np.empty(len(where))
        for start in range(0, len(where), 4096):  # in chunks, to bound the memory
            part = where[start : start + 4096]
            values[start : start + 4096] = (
                _matern(_distances(part, self.points), self.length) @ self.coefficients
            )
        return values


@dataclass(frozen=True, slots=True)
class Smoothness:
    """How stiff the surfaces are: the length scale in kilometres and the variance of the kernel."""

    length: float
    variance: float


def learn_smoothness(points: Array, holders: Sequence[str], weights: Array) -> Smoothness | None:
    """Return the smoothness that makes the points most likely; None with fewer than two sides."""
    sides = sorted(set(holders))
    if len(sides) < 2:
        return None
    labels = np.array([sides.index(h) for h in holders])
    kept = _near_rivals(points, labels, MOST_POINTS_TO_LEARN)
    points, labels, weights = points[kept], labels[kept], weights[kept]
    scale = max(float(np.median(nearest_rivals(points, labels.tolist()))), 1.0)
    distance = _distances(points, points)
    # With two sides one surface is the other upside down.
    signs = [np.where(labels == side, 1.0, -1.0) for side in range(len(sides) if len(sides) > 2 else 1)]

    def evidence(smoothness: Smoothness) -> float:
        covariance = smoothness.variance * _matern(distance, smoothness.length)
        return sum(_laplace(covariance, sign, weights)[1] for sign in signs)

    # One after the other, not all pairs: the best length hardly depends on the variance.
    best = max((Smoothness(scale * factor, VARIANCES[1]) for factor in LENGTHS), key=evidence)
    return max((Smoothness(best.length, variance) for variance in VARIANCES), key=evidence)


def partition(
    points: Array,
    holders: Sequence[str],
    weights: Array,
    region: BaseGeometry,
    *,
    smoothness: Smoothness | None = None,
) -> dict[str, BaseGeometry]:
    """
    Divide a region among the sides that hold points.

    Parameters
    ----------
    points
        n rows of x, y in kilometres.
    holders
        The side that holds each point.
    weights
        How much each point counts, from 0 to 1.
    region
        What to divide, in the same plane.
    smoothness
        As from `learn_smoothness`; learnt from these points where it is None.

    Returns
    -------
    areas
        The area of each side; they touch and do not overlap, and together they are the region. A
        side without area is left out. No points give no areas.
    """
    sides = sorted(set(holders))
    if len(sides) < 2 or region.is_empty:
        return dict.fromkeys(sides, region) if not region.is_empty else {}
    labels = np.array([sides.index(h) for h in holders])
    kept = _near_rivals(points, labels, MOST_POINTS)
    smoothness = smoothness or learn_smoothness(points, holders, weights)
    assert smoothness is not None  # there are two sides
    surfaces = _fit(points[kept], labels[kept], weights[kept], len(sides), smoothness)
    xs, ys = _grid(region, points)
    values = _on_grid(surfaces, xs, ys, region)
    lines: list[BaseGeometry] = []
    for side in range(len(sides) if len(sides) > 2 else 1):
        rivals = np.delete(values, side, axis=0).max(axis=0)
        lines += _zero_contours(values[side] - rivals, xs, ys)
    faces = shapely.polygonize([shapely.union_all([*lines, region.boundary])])
    owned: dict[str, list[BaseGeometry]] = {side: [] for side in sides}
    inside = [face for face in faces.geoms if region.contains(face.representative_point())]
    if not inside:
        inside = [region]
    centres = np.array([(p.x, p.y) for p in (face.representative_point() for face in inside)])
    winners = np.argmax([surface.at(centres) for surface in surfaces], axis=0)
    for face, winner in zip(inside, winners, strict=True):
        owned[sides[winner]].append(face)
    return {side: shapely.union_all(parts) for side, parts in owned.items() if parts}


def nearest_rivals(points: Array, labels: Sequence[object]) -> Array:
    """Return for each point the distance to the nearest one with another label, infinite if there is none."""
    codes = np.unique(np.asarray(labels, dtype=str), return_inverse=True)[1]
    result = np.full(len(points), np.inf)
    for start in range(0, len(points), 1024):
        stop = start + 1024
        d = _distances(points[start:stop], points)
        d[codes[start:stop, None] == codes[None, :]] = np.inf
        result[start:stop] = d.min(axis=1)
    return result


def _near_rivals(points: Array, labels: NDArray[np.int_], most: int) -> NDArray[np.int_]:
    """Return the rows of the points that are nearest to another side's, `most` at most."""
    order = np.argsort(nearest_rivals(points, labels.tolist()), kind="stable")
    return np.sort(order[:most])


def _distances(a: Array, b: Array) -> Array:
    squares: Array = (a**2).sum(1)[:, None] + (b**2).sum(1)[None, :] - 2 * a @ b.T
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)))


def _matern(distance: Array, length: float) -> Array:
    """Matern covariance with nu = 3/2: once differentiable, as a front that bends but does not shake."""
    scaled = np.sqrt(3.0) * distance / length
    return np.asarray((1.0 + scaled) * np.exp(-scaled))


def _fit(
    points: Array, labels: NDArray[np.int_], weights: Array, count: int, smoothness: Smoothness
) -> list[_Surface]:
    """Return the surface of each side."""
    covariance = smoothness.variance * _matern(_distances(points, points), smoothness.length)
    surfaces = []
    for side in range(count if count > 2 else 1):
        coefficients, _ = _laplace(covariance, np.where(labels == side, 1.0, -1.0), weights)
        surfaces.append(_Surface(points, smoothness.variance * coefficients, smoothness.length))
    if count == 2:
        first = surfaces[0]
        surfaces.append(_Surface(points, -first.coefficients, first.length))
    return surfaces


def _laplace(covariance: Array, signs: Array, weights: Array) -> tuple[Array, float]:
    """Return the coefficients of the mode and the log marginal likelihood (algorithm 3.1 of the book).

    The log likelihood of each point is multiplied by its weight.
    """
    n = len(signs)
    targets = (signs + 1) / 2
    latent = np.zeros(n)
    covariance = covariance + _JITTER * np.eye(n)
    for _ in range(_NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(latent, -500, 500)))
        curvature = np.maximum(weights * chance * (1 - chance), 1e-12)
        root = np.sqrt(curvature)
        inner = np.eye(n) + root[:, None] * covariance * root[None, :]
        ahead = curvature * latent + weights * (targets - chance)
        coefficients = ahead - root * np.linalg.solve(inner, root * (covariance @ ahead))
        following = covariance @ coefficients
        moved = float(np.abs(following - latent).max())
        latent = following
        if moved < 1e-3:
            break
    _, log_determinant = np.linalg.slogdet(inner)
    likelihood = -0.5 * coefficients @ latent - (weights * np.logaddexp(0, -signs * latent)).sum()
    return coefficients, float(likelihood - 0.5 * log_determinant)


def _grid(region: BaseGeometry, points: Array) -> tuple[Array, Array]:
    """Return the lines of a grid over the region: a quarter of the usual distance of points, or coarser."""
    west, south, east, north = region.bounds
    gaps = _distances(points[:1024], points[:1024])
    np.fill_diagonal(gaps, np.inf)
    step = max(float(np.median(gaps.min(axis=1))) / 4, np.sqrt(region.area / MOST_CELLS), 0.05)
    # Shifted by an odd fraction, so that grid lines do not run along the edges of the region.
    return np.arange(west - 1.37 * step, east + 2 * step, step), np.arange(
        south - 1.37 * step, north + 2 * step, step
    )


def _on_grid(surfaces: Sequence[_Surface], xs: Array, ys: Array, region: BaseGeometry) -> Array:
    """Return the values of the surfaces on the grid, NaN outside of the region and its surroundings."""
    step = xs[1] - xs[0]
    around = region.buffer(2 * step, quad_segs=2)
    shapely.prepare(around)
    x, y = np.meshgrid(xs, ys)
    inside = shapely.contains_xy(around, x.ravel(), y.ravel()).reshape(x.shape)
    where = np.column_stack([x[inside], y[inside]])
    values = np.full((len(surfaces), *x.shape), np.nan)
    for layer, surface in zip(values, surfaces, strict=True):
        layer[inside] = surface.at(where)
    return values


def _zero_contours(values: Array, xs: Array, ys: Array) -> list[BaseGeometry]:
    """Return the lines along which a function on a grid is zero, by marching squares."""
    corners = np.stack([values[:-1, :-1], values[:-1, 1:], values[1:, 1:], values[1:, :-1]])
    known = np.isfinite(corners).all(axis=0)
    positive = np.where(known, corners > 0, False)
    crossed = known & positive.any(axis=0) & ~positive.all(axis=0)
    segments = []
    for row, column in zip(*np.nonzero(crossed), strict=True):
        around = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)]
        cuts = [
            _crossing(values, xs, ys, *sorted((around[edge], around[(edge + 1) % 4])))
            for edge in range(4)
            if positive[edge, row, column] != positive[(edge + 1) % 4, row, column]
        ]
        corner = corners[:, row, column]
        if len(cuts) == 4 and (corner.mean() > 0) != (corner[0] > 0):
            cuts = [cuts[3], *cuts[:3]]  # A saddle: the middle decides which corners hang together.
        segments += [pair for pair in zip(cuts[::2], cuts[1::2], strict=True) if pair[0] != pair[1]]
    if not segments:
        return []
    merged = shapely.line_merge(shapely.multilinestrings([shapely.linestrings(s) for s in segments]))
    return list(getattr(merged, "geoms", [merged]))


def _crossing(
    values: Array, xs: Array, ys: Array, low: tuple[int, int], high: tuple[int, int]
) -> tuple[float, float]:
    """Return where the function is zero on the edge between two grid points, (column, row) each.

    Both cells at an edge must ask in the same order, so that they get the same bits and lines join.
    """
    (i, j), (k, m) = low, high
    share = values[j, i] / (values[j, i] - values[m, k])
    return float(xs[i] + share * (xs[k] - xs[i])), float(ys[j] + share * (ys[m] - ys[j]))
