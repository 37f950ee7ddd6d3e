"""The front lines by date and the axis along which they move, as lists of coordinates."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from mapper.render import basemap
from mapper.render.columns import Json, Words, days, lonlat, number, text
from mapper.render.spelling import Spelling

# A coast road may leave the land of a 1:10m map by so much, in degrees.
SHORE_DEG = 0.03
# Lines shorter than the first may be drawn longer where the map is small, by about the second.
LARGE_DEG, GROWTH_DEG = 2.0, 0.08


def axis_places(axis: pd.DataFrame | None, spelling: Spelling) -> list[Json]:
    """Return the places of the axis in order; `land`: the way to the next can be drawn straight."""
    if axis is None or len(axis) < 2:
        return []
    ordered = axis.sort_values("axis_km", kind="stable").to_dict("records")
    points = [lonlat(record["geometry"]) for record in ordered]
    ways = [LineString(pair) for pair in pairwise(points)]
    extent = basemap.padded(shapely.total_bounds(ways), share=0.1, least=0.1)
    ground = shapely.union_all(basemap.clip("land", extent).shapes).buffer(SHORE_DEG)
    return [
        {
            "id": str(record["place_id"]),
            "name": spelling.of(record["place"], record["place_id"]),
            "km": round(float(record["axis_km"]), 1),
            "at": point,
            "land": way is not None and way.difference(ground).is_empty,
        }
        for record, point, way in zip(ordered, points, [*ways, None], strict=True)
    ]


def fronts(
    table: pd.DataFrame,
    first: pd.Timestamp | None,
    parties: Words,
    axis: list[Json],
    control: Json,
) -> list[Json]:
    """Return the front lines by date, with the side that holds the low end of the axis."""
    dated, evidence = days(table["date"], first), days(table["evidence_since"], first)
    ends = days(table["until"], first)
    rows = []
    for record, day, end, told in zip(table.to_dict("records"), dated, ends, evidence, strict=True):
        low = number(record["axis_km_low"])
        lines = _lines(record["geometry"])
        a, b = parties.number(record["side_a"]), parties.number(record["side_b"])
        rows.append(
            {
                "day": day,
                "until": end,
                "a": a,
                "b": b,
                "status": record["status"],
                "lines": lines,
                "grows": [_grows(line) for line in lines],
                "band": _rings(record["band"]),
                "low": low,
                "high": number(record["axis_km_high"]),
                "lowSide": _low_side((a, b), low, day, axis, control),
                "moved": number(record["moved_km"], 0),
                "toward": text(record["moved_toward"]),
                "error": number(record["uncertainty_m"], 0),
                "told": told,
            }
        )
    return sorted(rows, key=lambda row: -1 if row["day"] is None else row["day"])


def _grows(line: list[list[float]]) -> list[bool]:
    """Say of both ends of a line whether straight on is land, where a small map may lengthen it."""
    (x, y), (to_x, to_y) = line[0], line[-1]
    length = math.hypot(to_x - x, to_y - y)
    if not 0 < length < LARGE_DEG:
        return [False, False]
    dx, dy = (to_x - x) / length * GROWTH_DEG, (to_y - y) / length * GROWTH_DEG
    beyond = (Point(x - dx, y - dy), Point(to_x + dx, to_y + dy))
    return [basemap.is_land(point) for point in beyond]


def _low_side(
    sides: tuple[int, int], low: float | None, day: int | None, axis: list[Json], control: Json
) -> int:
    """Return which of two sides holds most places of the axis up to `low` on a day; -1 when none does."""
    if low is None or day is None:
        return -1
    behind = {place["id"] for place in axis if place["km"] <= low + 0.1}
    held = Counter(
        holder
        for key, holder, since, until in zip(
            control["id"], control["holder"], control["since"], control["until"], strict=True
        )
        if key in behind
        and holder in sides
        and (since is None or since <= day)
        and (until is None or day < until)
    )
    return max(sides, key=lambda side: held[side]) if held else -1


def _lines(shape: BaseGeometry | None) -> list[list[list[float]]]:
    """Return the runs of a line or of several as lists of (lon, lat)."""
    if shape is None or shape.is_empty:
        return []
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in ("LineString", "LinearRing")]
    return [np.round(shapely.get_coordinates(part), 4).tolist() for part in parts]


def _rings(shape: BaseGeometry | None) -> list[list[list[float]]]:
    """Return the rings of an area, to be filled together by the even-odd rule."""
    if shape is None or shape.is_empty or not isinstance(shape, BaseGeometry):
        return []
    areas = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return (
        [np.round(shapely.get_coordinates(ring), 4).tolist() for ring in shapely.get_rings(areas)]
        if areas
        else []
    )
