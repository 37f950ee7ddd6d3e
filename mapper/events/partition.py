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
# Cells of the grid are looked at in blocks of so many by so many.
_BLOCK = 4
_NEWTON_STEPS = 30
_JITTER = 1e-6


@dataclass(frozen=True, slots=True)
class _Surfaces:
    """The latent functions of all sides, each a sum of Matern kernels about the points."""

    points: Array
    coefficients: Array
    length: float

    def at(self, where: Array) -> Array:
        """Return one row a side with the values at some places."""
        values = np.empty((self.coefficients.shape[1], len(where)))
        for start in range(0, len(where), 4096):  # in chunks, to bound the memory
            part = slice(start, start + 4096)
            kernel = _matern(_distances(where[part], self.points), self.length)
            values[:, part] = (kernel @ self.coefficients).T
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
        return sum(_log_evidence(covariance, sign, weights) for sign in signs)

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
    values = _on_grid(surfaces, xs, ys, region, points, labels)
    lines: list[BaseGeometry] = []
    for side in range(len(sides) if len(sides) > 2 else 1):
        rivals = np.delete(values, side, axis=0).max(axis=0)
        lines += _zero_contours(values[side] - rivals, xs, ys)
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all([*lines, region.boundary])]))
    centres = shapely.point_on_surface(faces)
    shapely.prepare(region)
    inside = shapely.contains(region, centres)
    if not inside.any():
        faces, centres, inside = np.array([region]), shapely.point_on_surface([region]), np.array([True])
    faces, centres = faces[inside], shapely.get_coordinates(centres[inside])
    winners = np.argmax(surfaces.at(centres), axis=0)
    return {sides[k]: shapely.union_all(faces[winners == k]) for k in np.unique(winners)}


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
) -> _Surfaces:
    """Return the surfaces of the sides; of two sides one is the other upside down."""
    covariance = smoothness.variance * _matern(_distances(points, points), smoothness.length)
    modes = [
        _laplace(covariance, np.where(labels == side, 1.0, -1.0), weights)[0]
        for side in range(count if count > 2 else 1)
    ]
    coefficients = np.column_stack(modes if count > 2 else [modes[0], -modes[0]])
    return _Surfaces(points, smoothness.variance * coefficients, smoothness.length)


def _laplace(covariance: Array, signs: Array, weights: Array) -> tuple[Array, Array, Array]:
    """Return the coefficients of the mode, its values at the points and B (algorithm 3.1 of the book).

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
    return coefficients, latent, inner


def _log_evidence(covariance: Array, signs: Array, weights: Array) -> float:
    """Return the log marginal likelihood of one side's surface (equation 3.32 of the book)."""
    coefficients, latent, inner = _laplace(covariance, signs, weights)
    likelihood = -0.5 * coefficients @ latent - (weights * np.logaddexp(0, -signs * latent)).sum()
    return float(likelihood - 0.5 * np.linalg.slogdet(inner)[1])


def _grid(region: BaseGeometry, points: Array) -> tuple[Array, Array]:
    """Return the lines of a grid over the region: half the usual distance of points, or coarser.

    Whole blocks of cells, with two cells to spare on each side.
    """
    west, south, east, north = region.bounds
    gaps = _distances(points[:1024], points[:1024])
    np.fill_diagonal(gaps, np.inf)
    step = max(float(np.median(gaps.min(axis=1))) / 2, np.sqrt(region.area / MOST_CELLS), 0.05)

    def over(low: float, high: float) -> Array:
        blocks = int(np.ceil(((high - low) / step + 3.37) / _BLOCK))
        # Shifted by an odd fraction, so that grid lines do not run along the edges of the region.
        return np.asarray(low + step * (np.arange(blocks * _BLOCK + 1) - 1.37))

    return over(west, east), over(south, north)


def _on_grid(
    surfaces: _Surfaces,
    xs: Array,
    ys: Array,
    region: BaseGeometry,
    points: Array,
    labels: NDArray[np.int_],
) -> Array:
    """
    Return the values of the surfaces on the grid about the lines where sides meet, NaN elsewhere.

    Corners of blocks are looked at first. A block is filled where its known nodes, or a point in it, are of
    different sides, with its neighbours, and so on along the line.
    """
    values = np.full((surfaces.coefficients.shape[1], len(ys), len(xs)), np.nan)
    winners = np.full((len(ys), len(xs)), -1)

    def fill(nodes: NDArray[np.bool_]) -> None:
        row, column = np.nonzero(nodes & (winners < 0))
        values[:, row, column] = surfaces.at(np.column_stack([xs[column], ys[row]]))
        winners[row, column] = values[:, row, column].argmax(axis=0)

    step = xs[1] - xs[0]
    around = region.buffer(1.5 * _BLOCK * step, quad_segs=2)
    shapely.prepare(around)
    nodes = np.zeros(winners.shape, dtype=bool)
    x, y = np.meshgrid(xs[::_BLOCK], ys[::_BLOCK])
    nodes[::_BLOCK, ::_BLOCK] = shapely.contains_xy(around, x, y)
    fill(nodes)
    column = np.floor((points[:, 0] - xs[0]) / (_BLOCK * step)).astype(int)
    row = np.floor((points[:, 1] - ys[0]) / (_BLOCK * step)).astype(int)
    shape = ((len(ys) - 1) // _BLOCK, (len(xs) - 1) // _BLOCK)
    on_grid = (row >= 0) & (row < shape[0]) & (column >= 0) & (column < shape[1])
    row, column, labels = row[on_grid], column[on_grid], labels[on_grid]
    odd = np.zeros(shape, dtype=bool)
    odd[row, column] = winners[row * _BLOCK, column * _BLOCK] != labels
    full = np.zeros(shape, dtype=bool)
    while (new := (odd | _is_mixed(winners, shape)) & ~full).any():
        new = _with_neighbours(new) & ~full
        full |= new
        nodes = np.zeros(winners.shape, dtype=bool)
        for block_row, block_column in zip(*np.nonzero(new), strict=True):
            nodes[
                block_row * _BLOCK : (block_row + 1) * _BLOCK + 1,
                block_column * _BLOCK : (block_column + 1) * _BLOCK + 1,
            ] = True
        fill(nodes)
    # Only whole blocks are drawn in: single corners carry no line.
    kept = np.zeros(winners.shape, dtype=bool)
    kept[:-1, :-1] = np.kron(full, np.ones((_BLOCK, _BLOCK), dtype=bool))
    kept[1:] |= kept[:-1]
    kept[:, 1:] |= kept[:, :-1]
    values[:, ~kept] = np.nan
    return values


def _is_mixed(winners: NDArray[np.int_], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Tell of each block of the grid whether the nodes that are known in it belong to several sides."""
    low, high = np.full(shape, np.iinfo(np.int64).max), np.full(shape, -1)
    for row in range(_BLOCK + 1):
        for column in range(_BLOCK + 1):
            layer = winners[
                row : row + shape[0] * _BLOCK : _BLOCK, column : column + shape[1] * _BLOCK : _BLOCK
            ]
            high = np.maximum(high, layer)
            low = np.where(layer >= 0, np.minimum(low, layer), low)
    return np.asarray((high >= 0) & (low < high))


def _with_neighbours(blocks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    wide = np.pad(blocks, 1)
    tall = wide[:, :-2] | wide[:, 1:-1] | wide[:, 2:]
    return np.asarray(tall[:-2] | tall[1:-1] | tall[2:])


def _zero_contours(values: Array, xs: Array, ys: Array) -> list[BaseGeometry]:
    """Return the lines along which a function on a grid is zero, by marching squares."""
    corners = np.stack([values[:-1, :-1], values[:-1, 1:], values[1:, 1:], values[1:, :-1]])
    positive = corners > 0
    crossed = np.isfinite(corners).all(axis=0) & positive.any(axis=0) & ~positive.all(axis=0)
    row, column = np.nonzero(crossed)
    corners, positive = corners[:, row, column], positive[:, row, column]
    # Corners run south-west, south-east, north-east, north-west; edges south, east, north, west. Both cells
    # at an edge ask from its lower or left end, so that they get the same bits and lines join.
    cut = positive != np.roll(positive, -1, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.stack([corners[low] / (corners[low] - corners[high])
                          for low, high in ((0, 1), (1, 2), (3, 2), (0, 3))])  # fmt: skip
    x, y = np.stack([xs[column], xs[column + 1]] * 2), np.stack([ys[row], ys[row], ys[row + 1], ys[row]])
    x[2], x[3] = xs[column], xs[column]
    x[::2] += share[::2] * (xs[column + 1] - xs[column])
    y[1::2] += share[1::2] * (ys[row + 1] - ys[row])
    cuts = np.stack([x, y], axis=-1)
    each = np.arange(len(row))
    saddle = cut.all(axis=0)
    # A saddle: the middle decides which corners hang together.
    turned = saddle & ((corners.mean(axis=0) > 0) != positive[0])
    first, last = np.where(turned, 3, cut.argmax(axis=0)), 3 - cut[::-1].argmax(axis=0)
    last = np.where(turned, 0, np.where(saddle, 1, last))
    segments = [np.stack([cuts[first, each], cuts[last, each]], axis=1)]
    for one, other, where in ((1, 2, turned), (2, 3, saddle & ~turned)):
        segments.append(np.stack([cuts[one, where], cuts[other, where]], axis=1))
    all_segments = np.concatenate(segments)
    all_segments = all_segments[(all_segments[:, 0] != all_segments[:, 1]).any(axis=1)]
    if not len(all_segments):
        return []
    merged = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(all_segments)))
    return list(shapely.get_parts(merged))
