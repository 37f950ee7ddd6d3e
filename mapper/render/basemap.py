"""The ground under a map: coast, borders, lakes, rivers, towns of one extent, from Natural Earth.

Natural Earth draws de facto borders; lines that it calls disputed, indefinite or lines of control
come as a layer of their own, to be drawn dashed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

UNITS_PER_DEGREE = 1000
WORLD_UNITS = 20
ATTRIBUTION = "Made with Natural Earth"

# The finest detail kept is this part of an extent's size: a map some thousand pixels wide, zoomed in a few
# times. A whole continent gets less of it, since nobody looks for the bends of a river there.
DETAIL, WIDE_DETAIL, WIDE_DEG = 1 / 8_000, 1 / 3_000, 50.0

LAND_CELL_DEG = 2.0  # the land of whole cells is kept at hand

Extent = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Layer:
    """Geometries of one kind, (lon, lat) in degrees, and one line of facts for each."""

    shapes: NDArray[np.object_]
    facts: tuple[str, ...]


@lru_cache(maxsize=1)
def _stored() -> dict[str, Layer]:
    """Return every layer of the shipped file."""
    with (files("mapper.resources") / "basemap.npz").open("rb") as file:
        arrays = dict(np.load(file, allow_pickle=False))
    return {
        key.removesuffix("_xy"): _unpack(key.removesuffix("_xy"), arrays) for key in arrays if "_xy" in key
    }


def _unpack(name: str, arrays: dict[str, NDArray[Any]]) -> Layer:
    coordinates = np.cumsum(arrays[f"{name}_xy"], axis=1).T / UNITS_PER_DEGREE
    offsets = tuple(arrays[key] for key in sorted(arrays) if key.startswith(f"{name}_offsets"))
    kind = shapely.GeometryType(int(arrays[f"{name}_type"][0]))
    shapes = shapely.from_ragged_array(kind, np.ascontiguousarray(coordinates), offsets or None)
    return Layer(np.asarray(shapes), tuple(arrays[f"{name}_facts"].tobytes().decode("utf-8").split("\n")))


def clip(name: str, extent: Extent) -> Layer:
    """
    Return the part of a layer inside an extent, simplified to what a screen can show.

    Parameters
    ----------
    name
        `land`, `world` (the coarse land of the globe), `lakes`, `rivers`, `borders`, `admin1`, `urban`,
        `towns`, `seas` or `countries`.
    extent
        West, south, east, north in degrees.

    Returns
    -------
    layer
        Single geometries in the stored order; nothing where the extent holds nothing.

    Examples
    --------
    >>> capital = clip("towns", (12.9, 32.6, 13.5, 33.1))
    >>> capital.facts[0].split("\\t")[0]
    'Tripoli'
    >>> clip("towns", (-140.0, 0.0, -139.0, 1.0)).facts
    ()
    """
    west, south, east, north = extent
    layer = _stored()[name]
    near = np.flatnonzero(shapely.intersects(layer.shapes, shapely.box(*extent)))
    if not near.size:
        return Layer(np.array([], object), ())
    if layer.shapes[near[0]].geom_type == "Point":
        return Layer(layer.shapes[near], tuple(layer.facts[i] for i in near))
    cut = shapely.clip_by_rect(layer.shapes[near], west, south, east, north)
    finest = _finest(extent)
    parts, owners = shapely.get_parts(shapely.simplify(cut, finest), return_index=True)
    is_area = layer.shapes[near[0]].geom_type == "Polygon"
    # A clip leaves a point or an edge of what only touches the extent, and a speck is no coast.
    kept = shapely.area(parts) > 4 * finest**2 if is_area else shapely.length(parts) > finest
    return Layer(parts[kept], tuple(layer.facts[i] for i in near[owners[kept]]))


def _finest(extent: Extent) -> float:
    size = max(extent[2] - extent[0], extent[3] - extent[1])
    return size * (DETAIL if size < WIDE_DEG else WIDE_DETAIL)


def padded(extent: Extent, *, share: float, least: float) -> Extent:
    """
    Return an extent grown on each side by a share of its size, by `least` degrees at any rate.

    Examples
    --------
    >>> padded((10.0, 30.0, 20.0, 34.0), share=0.5, least=1.0)
    (5.0, 28.0, 25.0, 36.0)
    >>> padded((10.0, 30.0, 10.0, 30.0), share=0.5, least=1.0)
    (9.0, 29.0, 11.0, 31.0)
    """
    west, south, east, north = extent
    wide, high = max((east - west) * share, least), max((north - south) * share, least)
    return (
        max(west - wide, -180.0),
        max(south - high, -85.0),
        min(east + wide, 180.0),
        min(north + high, 85.0),
    )


def land_around(shapes: Iterable[BaseGeometry | None]) -> BaseGeometry | None:
    """Return the land within two degrees of the shapes, in (lon, lat); None when there are no shapes."""
    known = [shape for shape in shapes if shape is not None]
    if not known:
        return None
    bounds = shapely.total_bounds(known)
    extent = padded((bounds[0], bounds[1], bounds[2], bounds[3]), share=0.0, least=2.0)
    # simplified coasts may touch themselves
    return shapely.union_all(shapely.make_valid(clip("land", extent).shapes))


def on_land(shape: BaseGeometry) -> BaseGeometry:
    """
    Return the part of a shape that is land, the shape itself where none of it is.

    Examples
    --------
    >>> coast = shapely.box(19.0, 31.0, 21.0, 34.0)  # Cyrenaica and the sea before it
    >>> 0.2 < on_land(coast).area / coast.area < 0.3
    True
    >>> at_sea = shapely.box(18.0, 34.0, 19.0, 35.0)
    >>> on_land(at_sea) == at_sea
    True
    """
    if shape.is_empty:
        return shape
    west, south, east, north = (int(edge // LAND_CELL_DEG) for edge in shape.bounds)
    land = _land_of_cells(west, south, east, north)
    if land.contains_properly(shape):
        return shape
    part = shape.intersection(land)
    # A shape that only touches the shore gives a line or a point.
    return part if not part.is_empty and part.geom_type.endswith(shape.geom_type) else shape


def is_land(point: Point) -> bool:
    """
    Whether a point in (lon, lat) lies on land.

    Examples
    --------
    >>> is_land(Point(20.07, 31.5)), is_land(Point(19.0, 32.0))  # south of Benghazi, and in the gulf
    (True, False)
    """
    west, south = int(point.x // LAND_CELL_DEG), int(point.y // LAND_CELL_DEG)
    return bool(_land_of_cells(west, south, west, south).contains(point))


@lru_cache(maxsize=64)
def _land_of_cells(west: int, south: int, east: int, north: int) -> BaseGeometry:
    """Return the land of a block of cells, prepared: reports of one war ask for the same ones."""
    cell = LAND_CELL_DEG
    extent = (west * cell, south * cell, (east + 1) * cell, (north + 1) * cell)
    land = shapely.union_all(shapely.make_valid(clip("land", extent).shapes))
    shapely.prepare(land)
    return land


def encoded(extent: Extent) -> dict[str, Any]:
    """
    Return the ground of an extent as plain lists for a page.

    Lines and rings are runs of whole numbers, x and y in turn, in thousandths of a degree: the first
    pair is a position, each later one the difference to the one before. Rings of one layer are meant to be
    filled together by the even-odd rule. `world` and `farBorders` are the coarse globe, in twentieths of a
    degree.

    Examples
    --------
    >>> ground = encoded((10.0, 28.0, 22.0, 34.0))
    >>> [name for name in ground if ground[name] == []]
    ['lakes', 'rivers', 'disputed', 'countries']
    >>> encoded((-140.0, 0.0, -139.0, 1.0))["land"]
    []
    """
    borders = clip("borders", extent)
    agreed = np.array([facts == "agreed" for facts in borders.facts], bool)
    world = _stored()["world"].shapes
    large = shapely.simplify(world[shapely.area(world) > 1.0], 0.2)
    far = _merged(_stored()["borders"].shapes)
    far = shapely.simplify(far[shapely.length(far) > 1.0], 0.2)
    return {
        "extent": [round(edge, 3) for edge in extent],
        "world": _runs(large, WORLD_UNITS),
        "land": _runs(clip("land", extent).shapes),
        "farBorders": _runs(far, WORLD_UNITS),
        "lakes": _runs(_ranked(clip("lakes", extent), extent).shapes),
        "rivers": _runs(_merged(_ranked(clip("rivers", extent), extent).shapes)),
        "borders": _runs(_merged(borders.shapes[agreed])),
        "disputed": _runs(_merged(borders.shapes[~agreed])),
        "admin1": _runs(_merged(clip("admin1", extent).shapes)) if extent[2] - extent[0] < WIDE_DEG else [],
        "towns": [
            [*_position(point), int(rank), name, int(capital)]
            for point, (name, rank, capital) in _labelled(clip("towns", extent))
        ],
        "seas": [[*_position(p), int(rank), name] for p, (name, rank) in _labelled(clip("seas", extent))],
        "countries": [
            [*_position(p), float(zoom), name] for p, (name, zoom) in _labelled(clip("countries", extent))
        ],
    }


def _labelled(layer: Layer) -> list[tuple[Any, list[str]]]:
    return [(shape, facts.split("\t")) for shape, facts in zip(layer.shapes, layer.facts, strict=True)]


def _position(point: Any) -> tuple[float, float]:
    return round(point.x, 3), round(point.y, 3)


def _ranked(layer: Layer, extent: Extent) -> Layer:
    """Leave out brooks and ponds where the extent is so large that they would only be noise."""
    width = extent[2] - extent[0]
    least = 6 if width > 25 else 8 if width > 10 else 10
    kept = [i for i, facts in enumerate(layer.facts) if int(facts) <= least]
    return Layer(layer.shapes[kept], tuple(layer.facts[i] for i in kept))


def _merged(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Join lines end to end, so that dashes run on and no bytes go into starts."""
    if not lines.size:
        return lines
    return np.asarray(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines))))


def _runs(shapes: NDArray[np.object_], units_per_degree: int = UNITS_PER_DEGREE) -> list[list[int]]:
    parts = shapely.get_rings(shapes) if shapes.size and shapes[0].geom_type == "Polygon" else shapes
    runs = []
    for part in parts:
        units = np.rint(shapely.get_coordinates(part) * units_per_degree).astype(np.int64)
        steps = np.diff(units, axis=0, prepend=np.zeros((1, 2), np.int64))
        moving = np.append(True, np.any(steps[1:] != 0, axis=1))
        if moving.sum() > 1:
            runs.append(steps[moving].ravel().tolist())
    return runs
