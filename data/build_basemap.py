"""Build mapper/resources/basemap.npz from the Natural Earth tables in data/sources/naturalearth.

    python data/build_basemap.py

Each layer becomes shapely's ragged arrays: coordinates in thousandths of a degree as differences
(so that they compress to a third), offsets, and a column of facts. The same tables give the same
bytes. `mapper/render/basemap.py` reads the file.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

SOURCES = Path(__file__).parent / "sources" / "naturalearth"
TARGET = Path(__file__).parent.parent / "mapper" / "resources" / "basemap.npz"
UNITS_PER_DEGREE = 1000

# Degrees; a screen pixel at zoom 9 is 0.0027 degrees, finer detail only weighs.
TOLERANCE = {"land": 0.004, "world": 0.12, "lakes": 0.008, "rivers": 0.008, "admin1": 0.01, "urban": 0.01}

Feature = dict[str, Any]


def features(name: str) -> Iterator[Feature]:
    """Yield the features of one source table."""
    with gzip.open(SOURCES / f"{name}.geojson.gz", "rt", encoding="utf-8") as file:
        yield from json.load(file)["features"]


def border_facts(properties: Feature) -> str:
    """Return "agreed" for an international boundary and "disputed" for every other line."""
    return "agreed" if properties["featurecla"].startswith("International") else "disputed"


def rank(properties: Feature) -> str:
    """Return Natural Earth's scale rank: 0 for the largest features."""
    return str(properties.get("scalerank", 9))


def town_facts(properties: Feature) -> str:
    """Return name, rank and whether it is a capital (1) or not (0), separated by tabs."""
    capital = int(properties["featurecla"].startswith("Admin-0 capital"))
    return f"{properties['name']}\t{properties['scalerank']}\t{capital}"


def label_facts(properties: Feature) -> str:
    """Return name and rank of a sea, separated by a tab."""
    return f"{properties['name']}\t{properties['scalerank']}"


def no_facts(properties: Feature) -> str:
    """Return nothing: the outline says it all."""
    return ""


def layer(
    table: str, tolerance: float, facts: Callable[[Feature], str], *, as_point: bool = False
) -> tuple[list[Any], list[str]]:
    """Return geometries (simplified, single parts; or one named point each) and facts of one layer."""
    shapes: list[Any] = []
    notes: list[str] = []
    for feature in features(table):
        if as_point and not feature["properties"].get("name"):
            continue
        whole = shape(feature["geometry"])
        if as_point:
            whole = whole.representative_point() if whole.geom_type != "Point" else whole
        elif tolerance:
            whole = whole.simplify(tolerance)
        for part in shapely.get_parts(whole):
            if part.is_empty or (part.geom_type == "LineString" and part.length < tolerance):
                continue
            if part.geom_type == "Polygon" and part.area < tolerance**2:
                continue
            shapes.append(part)
            notes.append(facts(feature["properties"]))
    return shapes, notes


def countries() -> tuple[list[shapely.Point], list[str]]:
    """Return the label points of countries with name and the zoom from which a label fits."""
    shapes, notes = [], []
    for feature in features("ne_10m_admin_0_countries_s03"):
        facts = feature["properties"]
        shapes.append(shapely.Point(facts["label_x"], facts["label_y"]))
        notes.append(f"{facts['name']}\t{facts['min_label']}")
    return shapes, notes


def pack(name: str, shapes: list[shapely.Geometry], notes: list[str]) -> dict[str, np.ndarray]:
    """Return the arrays of one layer under keys that begin with its name."""
    _, coordinates, offsets = shapely.to_ragged_array(shapes)
    units = np.rint(coordinates[:, :2] * UNITS_PER_DEGREE).astype(np.int32)
    arrays = {
        f"{name}_xy": np.diff(units, axis=0, prepend=np.zeros((1, 2), np.int32)).T.copy(),
        f"{name}_type": np.array([{"Point": 0, "LineString": 1, "Polygon": 3}[shapes[0].geom_type]], np.int8),
        f"{name}_facts": np.frombuffer("\n".join(notes).encode("utf-8"), np.uint8),
    }
    for depth, offset in enumerate(offsets):
        arrays[f"{name}_offsets{depth}"] = np.asarray(offset, np.int32)
    return arrays


def main() -> None:
    """Write every layer into one compressed file."""
    layers = {
        "land": layer("ne_10m_land_s005", TOLERANCE["land"], no_facts),
        "world": layer("ne_10m_land_s03", TOLERANCE["world"], no_facts),
        "lakes": layer("ne_10m_lakes", TOLERANCE["lakes"], rank),
        "rivers": layer("ne_10m_rivers_lake_centerlines", TOLERANCE["rivers"], rank),
        "borders": layer("ne_10m_admin_0_boundary_lines_land", 0.004, border_facts),
        "admin1": layer("ne_10m_admin_1_lines", TOLERANCE["admin1"], no_facts),
        "urban": layer("ne_50m_urban_areas", TOLERANCE["urban"], no_facts),
        "towns": layer("ne_10m_populated_places", 0, town_facts, as_point=True),
        "seas": layer("ne_10m_geography_marine_polys", 0, label_facts, as_point=True),
        "countries": countries(),
    }
    arrays: dict[str, np.ndarray] = {}
    for name, (shapes, notes) in layers.items():
        arrays |= pack(name, shapes, notes)
    np.savez_compressed(TARGET, **arrays)


if __name__ == "__main__":
    main()
