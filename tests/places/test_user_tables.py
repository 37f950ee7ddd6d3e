"""A user's own table of places."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mapper.errors import GazetteerError
from mapper.places.gazetteer import TableGazetteer, open_gazetteer
from mapper.places.user_tables import user_table

ROWS = [
    {
        "id": "7",
        "name": "Hill 104",
        "lat": 30.5,
        "lon": 20.25,
        "names": "Jabal Sin|Sin Hill",
        "country": "ly",
    },
    {"id": "cp", "name": "Checkpoint Gate", "lat": -0.5, "lon": -20.25, "names": "", "country": ""},
]


def as_csv(folder: Path, text: str) -> Path:
    """Write a CSV table."""
    path = folder / "mine.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(params=["csv", "parquet", "geojson"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return the same table in each format."""
    path = tmp_path / f"mine.{request.param}"
    if request.param == "csv":
        lines = [",".join(ROWS[0]), *(",".join(map(str, row.values())) for row in ROWS)]
        path.write_text("\n".join(lines), encoding="utf-8")
    elif request.param == "parquet":
        pq.write_table(pa.Table.from_pylist(ROWS), path)
    else:
        features = [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
                "properties": {key: value for key, value in row.items() if key not in ("lat", "lon")},
            }
            for row in ROWS
        ]
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_every_format_gives_the_same_places(table: Path, tmp_path: Path) -> None:
    gazetteer = TableGazetteer(user_table(table, cache=tmp_path))
    hill = gazetteer.candidates("Jabal Sin")[0]
    assert (hill.id, hill.name, hill.country) == ("mine:7", "Hill 104", "LY")
    assert (hill.geometry.x, hill.geometry.y) == pytest.approx((20.25, 30.5))
    assert gazetteer.candidates("Checkpoint Gate")[0].geometry.y == pytest.approx(-0.5)


def test_a_place_of_the_user_comes_before_a_namesake_of_the_shipped_table(tmp_path: Path) -> None:
    mine = as_csv(tmp_path, "id,name,lat,lon\n1,Springfield,30.1,20.1\n")
    assert open_gazetteer(user_table(mine, cache=tmp_path)).candidates("Springfield")[0].id == "mine:1"


def test_an_area_stands_at_a_point_inside_it_with_its_box(tmp_path: Path) -> None:
    ring = [[20, 30], [22, 30], [22, 32], [20, 32], [20, 30]]
    feature = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"id": 1, "name": "Zone"},
    }
    path = tmp_path / "zones.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    zone = TableGazetteer(user_table(path, cache=tmp_path)).candidates("Zone")[0]
    assert zone.box == (20, 30, 22, 32)
    assert 20 < zone.geometry.x < 22


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,name,lat\n1,A,2\n", "lacks the columns"),
        ("", "lacks the columns"),
        ("id,name,lat,lon\n1,Alpha,91,0\n", "line 2"),
        ("id,name,lat,lon\n1,Alpha,1,0\n2,Beta,0,-180.5\n", "line 3"),
        ("id,name,lat,lon\n1,Alpha,nan,0\n", "no place on Earth"),
        ("id,name,lat,lon\n1,Alpha,north,0\n", "'north'"),
        ("id,name,lat,lon\n1,,1,0\n", "must be given"),
        ("id,name,lat,lon\n1,Alpha,1,0\n1,Beta,1,0\n", "line 2 too"),
        ("id,name,lat,lon,feature_class\n1,Alpha,1,0,x\n", "feature_class"),
        ("id,name,lat,lon,population\n1,Alpha,1,0,many\n", "population"),
    ],
)
def test_what_is_wrong_with_a_table_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(GazetteerError, match=told):
        user_table(as_csv(tmp_path, text), cache=tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*")) if (tmp_path / "cache").exists() else True


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"id,name,lat,lon\n1,\xff\xfe,1,1\n"),
        ("a.parquet", b"no parquet"),
        ("a.geojson", b"{"),
        ("a.geojson", b'{"features": [{"geometry": null}]}'),
        (
            "a.geojson",
            b'{"features": [{"geometry": {"type": "Point", "coordinates": []}, "properties": {}}]}',
        ),
    ],
)
def test_files_that_are_not_what_they_seem_are_told(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(GazetteerError, match=name):
        user_table(tmp_path / name, cache=tmp_path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(GazetteerError, match=r"none\.csv"):
        user_table(tmp_path / "none.csv")


def test_a_table_is_made_once_for_each_content(tmp_path: Path) -> None:
    first = user_table(as_csv(tmp_path, "id,name,lat,lon\n1,Alpha,1,0\n"), cache=tmp_path)
    assert user_table(as_csv(tmp_path, "id,name,lat,lon\n1,Alpha,1,0\n"), cache=tmp_path) == first
    assert user_table(as_csv(tmp_path, "id,name,lat,lon\n1,Alpha,2,0\n"), cache=tmp_path) != first
    assert user_table(first) == first
