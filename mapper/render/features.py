"""A situation -> map layers for other programs: GeoJSON, KML, GeoPackage, JSON Lines.

All four hold the same layers: `events`, `control`, `front_lines`, `distance_checks`. A value is written as
data, never as markup; signs that XML cannot hold become U+FFFD.
"""

from __future__ import annotations

import json
import re
import sqlite3
import struct
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TextIO
from xml.etree import ElementTree as ET

import pandas as pd
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from mapper.atomic import replacing
from mapper.model import Situation
from mapper.render.tables import DECIMALS, GEOMETRY_COLUMNS, Value, pieces, plain

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def layers(situation: Situation) -> dict[str, pd.DataFrame]:
    """Return the tables that are drawn on a map, by the names that files give them."""
    return {
        "events": situation.timeline,
        "control": situation.control,
        "front_lines": situation.front_lines,
        "distance_checks": situation.distance_checks,
    }


def rows(table: pd.DataFrame) -> Iterator[tuple[BaseGeometry | None, dict[str, Value]]]:
    """Give each row of a table as its geometry, None where it has none, and its other values as data."""
    names = [name for name in table.columns if name not in GEOMETRY_COLUMNS]
    for piece in pieces(table):
        columns = [list(piece[name]) for name in names]
        shapes = list(piece["geometry"]) if "geometry" in piece else [None] * len(piece)
        for shape, *values in zip(shapes, *columns, strict=True):
            known = shape if isinstance(shape, BaseGeometry) and not shape.is_empty else None
            yield known, {str(name): plain(value) for name, value in zip(names, values, strict=True)}


def write_geojson(situation: Situation, path: Path) -> None:
    """Write all layers as one GeoJSON collection (RFC 7946); each feature says its `layer`."""
    with replacing(path) as new, new.open("w", encoding="utf-8", newline="\n") as file:
        write_collection(layers(situation), file, attributions=situation.attributions)


def write_front_lines(situation: Situation, path: Path) -> None:
    """Write the front lines alone as GeoJSON."""
    with replacing(path) as new, new.open("w", encoding="utf-8", newline="\n") as file:
        write_collection({"front_lines": situation.front_lines}, file, attributions=situation.attributions)


def write_collection(
    tables: dict[str, pd.DataFrame], file: TextIO, *, attributions: tuple[str, ...] = ()
) -> None:
    """Write tables as one GeoJSON collection into an open text file, a feature a line."""
    put = file.write
    put('{"type": "FeatureCollection", "attributions": ')
    put(json.dumps(list(attributions), ensure_ascii=False) + ', "features": [')
    separator = "\n"
    for layer, table in tables.items():
        for shape, values in rows(table):
            feature = {
                "type": "Feature",
                "geometry": _geojson(shape),
                "properties": {"layer": layer, **values},
            }
            put(separator + _dumps(feature))
            separator = ",\n"
    put("\n]}\n")


def write_jsonl(situation: Situation, path: Path) -> None:
    """Write the timeline as JSON Lines: an event a line with its quote, `lon`, `lat` and `geometry`."""
    with replacing(path) as new, new.open("w", encoding="utf-8", newline="\n") as file:
        for shape, values in rows(situation.timeline):
            point = shape.representative_point() if shape else None
            values["lon"] = round(point.x, DECIMALS) if point else None
            values["lat"] = round(point.y, DECIMALS) if point else None
            file.write(_dumps({**values, "geometry": _geojson(shape)}) + "\n")


def write_kml(situation: Situation, path: Path) -> None:
    """Write all layers as KML 2.2 folders; times as `TimeSpan`, values as `ExtendedData`."""
    with replacing(path) as new, new.open("w", encoding="utf-8", newline="\n") as file:
        file.write("<?xml version='1.0' encoding='utf-8'?>\n")
        file.write('<kml xmlns="http://www.opengis.net/kml/2.2"><Document>')
        file.write(_xml(_named("name", situation.title or "Situation")))
        for layer, table in layers(situation).items():
            file.write(f"<Folder>{_xml(_named('name', layer))}")
            for shape, values in rows(table):
                file.write(_xml(_placemark(shape, values)))
            file.write("</Folder>")
        file.write("</Document></kml>")


def write_geopackage(situation: Situation, path: Path) -> None:
    """Write all layers as tables of a GeoPackage 1.3 (OGC 12-128r17), which QGIS opens."""
    with replacing(path) as new:
        try:
            with closing(sqlite3.connect(new)) as database, database:
                database.executescript(_GEOPACKAGE)
                for layer, table in layers(situation).items():
                    _write_layer(database, layer, table)
        except sqlite3.OperationalError as error:
            raise OSError(str(error)) from error


def _placemark(shape: BaseGeometry | None, values: dict[str, Value]) -> ET.Element:
    mark = ET.Element("Placemark")
    title = " ".join(str(values[key]) for key in ("kind", "holder", "place", "subject") if values.get(key))
    _child(mark, "name", title or str(values.get("date") or ""))
    if values.get("quote"):
        # Google Earth takes a description for HTML; so that no markup runs, the quote is escaped twice.
        _child(mark, "description", str(values["quote"]).replace("&", "&amp;").replace("<", "&lt;"))
    since, until = values.get("since") or values.get("date"), values.get("until")
    if since or until:
        span = _child(mark, "TimeSpan")
        for name, moment in (("begin", since), ("end", until)):
            if moment:
                _child(span, name, str(moment))
    data = _child(mark, "ExtendedData")
    for key, value in values.items():
        if value is not None:
            item = ET.SubElement(data, "Data", name=key)
            _child(item, "value", "; ".join(value) if isinstance(value, list) else str(value))
    if shape is not None:
        mark.append(_kml_geometry(shape))
    return mark


def _kml_geometry(shape: BaseGeometry) -> ET.Element:
    kind = shape.geom_type
    if hasattr(shape, "geoms"):
        element = ET.Element("MultiGeometry")
        element.extend(_kml_geometry(part) for part in shape.geoms)
    elif kind == "Polygon":
        element = ET.Element("Polygon")
        _child(element, "outerBoundaryIs").append(_kml_geometry(shape.exterior))
        for ring in shape.interiors:
            _child(element, "innerBoundaryIs").append(_kml_geometry(ring))
    else:
        element = ET.Element(kind)
        _child(element, "coordinates", " ".join(f"{x:.6f},{y:.6f}" for x, y, *_ in shape.coords))
    return element


def _child(parent: ET.Element, name: str, text: str = "") -> ET.Element:
    child = _named(name, text)
    parent.append(child)
    return child


def _named(name: str, text: str) -> ET.Element:
    element = ET.Element(name)
    element.text = _NOT_XML.sub("\ufffd", text) or None
    return element


def _xml(element: ET.Element) -> str:
    return ET.tostring(element, encoding="unicode")


def _geojson(shape: BaseGeometry | None) -> object:
    return None if shape is None else mapping(shapely.transform(shape, lambda xy: xy.round(DECIMALS)))


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _write_layer(database: sqlite3.Connection, layer: str, table: pd.DataFrame) -> None:
    """Add a table with geometry to a GeoPackage; values are text but for numbers."""
    names = [str(name) for name in table.columns if name not in GEOMETRY_COLUMNS]
    kinds = [_sql_kind(map(plain, _distinct(table[name]))) for name in names]
    columns = ", ".join(f'"{name}" {kind}' for name, kind in zip(names, kinds, strict=True))
    shapes = [shape for shape, _ in rows(table[["geometry"]]) if shape is not None]
    low_x, low_y, high_x, high_y = shapely.total_bounds(shapes) if shapes else (None,) * 4
    database.execute(f'CREATE TABLE "{layer}" (fid INTEGER PRIMARY KEY, geom GEOMETRY, {columns})')
    database.execute(
        "INSERT INTO gpkg_contents VALUES (?, 'features', ?, '', ?, ?, ?, ?, ?, 4326)",
        (layer, layer, "1970-01-01T00:00:00.000Z", low_x, low_y, high_x, high_y),
    )
    database.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'GEOMETRY', 4326, 0, 0)", (layer,))
    marks = ", ".join("?" * (len(names) + 1))
    quoted = ", ".join(f'"{name}"' for name in names)
    database.executemany(
        f'INSERT INTO "{layer}" (geom, {quoted}) VALUES ({marks})',
        ([_gpkg_blob(shape), *(_sql_value(values[name]) for name in names)] for shape, values in rows(table)),
    )


def _gpkg_blob(shape: BaseGeometry | None) -> bytes | None:
    """Return a geometry as GeoPackage binary: "GP", version 0, little endian, no envelope, the CRS, WKB."""
    if shape is None:
        return None
    return struct.pack("<2sBBi", b"GP", 0, 1, 4326) + bytes(shapely.to_wkb(shape, byte_order=1))


def _distinct(column: pd.Series) -> Iterable[object]:
    """Return the values of a column; those that can be told apart cheaply once each."""
    return column if column.dtype == object else column.unique()


def _sql_kind(values: Iterable[Value]) -> str:
    """Return the type of a column that holds some values."""
    types = {type(value) for value in values if value is not None}
    if types and types <= {int, bool}:
        return "INTEGER"
    return "REAL" if types and types <= {int, bool, float} else "TEXT"


def _sql_value(value: Value) -> str | int | float | None:
    return "; ".join(value) if isinstance(value, list) else value


# The tables that the standard asks for, with the rows it asks for; the clock is not read.
_GEOPACKAGE = """
PRAGMA application_id = 1196444487;
PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (
    srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT
);
INSERT INTO gpkg_spatial_ref_sys VALUES
    ('Undefined Cartesian', -1, 'NONE', -1, 'undefined', ''),
    ('Undefined geographic', 0, 'NONE', 0, 'undefined', ''),
    ('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,
AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],
AUTHORITY["EPSG","4326"]]', '');
CREATE TABLE gpkg_contents (
    table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
    description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE,
    max_y DOUBLE, srs_id INTEGER REFERENCES gpkg_spatial_ref_sys (srs_id)
);
CREATE TABLE gpkg_geometry_columns (
    table_name TEXT NOT NULL UNIQUE REFERENCES gpkg_contents (table_name), column_name TEXT NOT NULL,
    geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL REFERENCES gpkg_spatial_ref_sys (srs_id),
    z TINYINT NOT NULL, m TINYINT NOT NULL, PRIMARY KEY (table_name, column_name)
);
"""
