"""GeoJSON, KML, GeoPackage and JSON Lines hold every row, as data."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import shapely
from situations import HOSTILE, empty, situation

from mapper.render import write

KML = {"k": "http://www.opengis.net/kml/2.2"}


def test_geojson_holds_every_layer_in_lon_lat(tmp_path: Path) -> None:
    write(situation(), tmp_path / "a.geojson")
    collection = json.loads((tmp_path / "a.geojson").read_text())
    layers = [feature["properties"]["layer"] for feature in collection["features"]]
    assert layers == ["events", "events", "control", "control", "front_lines", "distance_checks"]
    event, nowhere = collection["features"][:2]
    assert event["geometry"] == {"type": "Point", "coordinates": [18.55, 30.5]}
    assert event["properties"]["since"] == "2011-03-10T00:00:00Z"
    assert event["properties"]["flags"] == ["early", "approximate"]
    assert nowhere["geometry"] is None
    assert collection["attributions"] == ["Nobody"]


def test_json_lines_hold_an_event_a_line_with_its_quote(tmp_path: Path) -> None:
    write(situation(HOSTILE), tmp_path / "a.jsonl")
    events = [
        json.loads(line) for line in (tmp_path / "a.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    ]
    assert [event["quote"] for event in events] == [*HOSTILE, None]
    assert (events[0]["lon"], events[0]["lat"]) == (18.55, 30.5)


def test_kml_is_well_formed_and_no_text_becomes_markup(tmp_path: Path) -> None:
    write(situation(HOSTILE), tmp_path / "a.kml")
    root = ET.parse(tmp_path / "a.kml").getroot()
    assert [f.findtext("k:name", namespaces=KML) for f in root.iterfind(".//k:Folder", KML)] == [
        "events", "control", "front_lines", "distance_checks",
    ]  # fmt: skip
    descriptions = [d.text or "" for d in root.iterfind(".//k:description", KML)]
    assert len(descriptions) == len(HOSTILE)
    assert not any("<" in text for text in descriptions)
    [name] = {e.tag.split("}")[1] for e in root.iter()} & {"script"} or {"none"}
    assert name == "none"


def test_kml_holds_times_and_shapes(tmp_path: Path) -> None:
    write(situation(), tmp_path / "a.kml")
    root = ET.parse(tmp_path / "a.kml").getroot()
    first = root.find(".//k:Placemark", KML)
    assert first is not None
    assert first.findtext("k:TimeSpan/k:begin", namespaces=KML) == "2011-03-10T00:00:00Z"
    assert first.findtext("k:Point/k:coordinates", namespaces=KML) == "18.550000,30.500000"
    lines = [line.text for line in root.iterfind(".//k:LineString/k:coordinates", KML)]
    assert lines[0] == "18.600000,30.600000 18.700000,30.200000"


def test_a_geopackage_is_one_as_the_standard_says(tmp_path: Path) -> None:
    write(situation(HOSTILE), tmp_path / "a.gpkg")
    with closing(sqlite3.connect(tmp_path / "a.gpkg")) as database:
        assert database.execute("PRAGMA application_id").fetchone() == (int.from_bytes(b"GPKG"),)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        names = {row[0] for row in database.execute("SELECT table_name FROM gpkg_contents")}
        assert names == {"events", "control", "front_lines", "distance_checks"}
        rows = database.execute(
            "SELECT geom, quote, uncertainty_m, since FROM events ORDER BY fid"
        ).fetchall()
    assert [row[1] for row in rows] == [*HOSTILE, None]
    assert rows[0][0][:8] == b"GP\x00\x01\xe6\x10\x00\x00"
    assert shapely.from_wkb(rows[0][0][8:]) == shapely.Point(18.55, 30.5)
    assert rows[0][2:] == (2500, "2011-03-10T00:00:00Z")
    assert rows[-1][0] is None


@pytest.mark.parametrize("ending", [".geojson", ".kml", ".gpkg", ".jsonl"])
def test_a_situation_without_events_is_written(tmp_path: Path, ending: str) -> None:
    write(empty(), tmp_path / f"a{ending}")
    assert (tmp_path / f"a{ending}").exists()
