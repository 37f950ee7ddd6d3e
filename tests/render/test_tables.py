"""CSV and Parquet: what is written is what comes back, and no cell is a formula."""

import csv
import errno
import json
import os
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from situations import HOSTILE, day, empty, frame, situation

from mapper import atomic
from mapper.errors import WriteError
from mapper.model import CONTROL_COLUMNS, TIMELINE_COLUMNS, Situation
from mapper.render import ENDINGS, TABLES, check_output, tables, write
from mapper.render.tables import unguard, write_csv, write_parquet


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_points_become_lon_and_lat_and_times_utc(tmp_path: Path) -> None:
    write_csv(situation().control, tmp_path / "control.csv")
    first, last = rows(tmp_path / "control.csv")
    assert list(first)[:4] == ["place_id", "place", "lon", "lat"]
    assert (first["lon"], first["lat"], first["since"], first["until"]) == (
        "18.55", "30.5", "2011-03-04T00:00:00Z", "2011-03-10T00:00:00Z",
    )  # fmt: skip
    assert (last["holder"], last["until"], last["last_confirmed"]) == ("government", "", "")


def test_other_geometry_becomes_wkt(tmp_path: Path) -> None:
    write_csv(situation().distance_checks, tmp_path / "a.csv")
    [row] = rows(tmp_path / "a.csv")
    assert row["geometry"] == "LINESTRING (13.19 32.89, 18.55 30.5)"
    assert row["claimed"] == "POINT (18.3 32.8)"


def test_an_empty_table_has_its_header(tmp_path: Path) -> None:
    write_csv(empty().control, tmp_path / "a.csv")
    expected = [*CONTROL_COLUMNS[:2], "lon", "lat", *CONTROL_COLUMNS[3:]]
    assert (tmp_path / "a.csv").read_text() == ",".join(expected) + "\n"


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_begins_as_a_formula_and_the_text_comes_back(tmp_path: Path, text: str) -> None:
    write_csv(frame(["quote"], [{"quote": text}]), tmp_path / "a.csv")
    [row] = rows(tmp_path / "a.csv")
    assert row["quote"][0] not in "=+-@\t\r\n"
    assert unguard(row["quote"]) == text


def test_a_negative_figure_is_no_formula(tmp_path: Path) -> None:
    write_csv(frame(["moved_km"], [{"moved_km": -24.5}, {"moved_km": 0.1 + 0.2}]), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == "moved_km\n-24.5\n0.3\n"


texts = st.text(st.characters(codec="utf-8"), max_size=20)
days = st.dates(date(1800, 1, 1), date(2150, 1, 1)).map(str)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(st.tuples(texts, st.floats(-180, 180), st.one_of(st.none(), days)), max_size=6))
def test_csv_and_parquet_give_back_the_rows_written(
    tmp_path: Path, records: list[tuple[str, float, str | None]]
) -> None:
    columns = ["quote", "geometry", "since"]
    written = [{"quote": t, "geometry": shapely.Point(x, -x / 2), "since": day(d)} for t, x, d in records]
    table = frame(columns, written)
    table["since"] = pd.to_datetime(table["since"], utc=True)
    write_csv(table, tmp_path / "a.csv")
    write_parquet(table, tmp_path / "a.parquet")
    from_csv = [
        (unguard(r["quote"]), float(r["lon"]), r["since"][:10] or None) for r in rows(tmp_path / "a.csv")
    ]
    assert from_csv == [(t, pytest.approx(x, abs=1e-6), d) for t, x, d in records]
    content = pq.read_table(tmp_path / "a.parquet").to_pylist()
    assert [(r["quote"], shapely.from_wkb(r["geometry"]), r["since"]) for r in content] == [
        (w["quote"], w["geometry"], None if w["since"] is pd.NaT else w["since"]) for w in written
    ]


def test_parquet_says_where_its_geometry_is(tmp_path: Path) -> None:
    write(situation(), tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    geo = json.loads(table.schema.metadata[b"geo"])
    assert (geo["version"], geo["primary_column"]) == ("1.1.0", "geometry")
    assert table.column_names == list(TIMELINE_COLUMNS)
    assert table["flags"].to_pylist() == [["early", "approximate"], None]
    assert shapely.from_wkb(table["geometry"][0].as_py()) == shapely.Point(18.55, 30.5)


def test_a_folder_with_the_ending_of_parquet_gets_every_table(tmp_path: Path) -> None:
    write(empty(), f"{tmp_path}/all.parquet/")
    names = sorted(path.name for path in (tmp_path / "all.parquet").iterdir())
    assert names == sorted(f"{name}.parquet" for name in TABLES)


@pytest.mark.parametrize("ending", [e for e in ENDINGS if e not in (".html", ".svg", ".png")])
def test_the_same_situation_gives_the_same_bytes(tmp_path: Path, ending: str) -> None:
    for name in ("a", "b"):
        write(situation(HOSTILE), tmp_path / f"{name}{ending}")
    assert (tmp_path / f"a{ending}").read_bytes() == (tmp_path / f"b{ending}").read_bytes()


@pytest.mark.parametrize("path", ["map", "map.shp", "map.html.exe"])
def test_an_unknown_ending_is_refused_with_those_known(path: str) -> None:
    with pytest.raises(WriteError, match=r"the endings known are \.csv, \.geojson"):
        write(empty(), path)
    with pytest.raises(WriteError, match=r"the endings known are \.csv, \.geojson"):
        check_output(path)


@pytest.mark.parametrize("ending", [e for e in ENDINGS if e not in (".html", ".svg", ".png")])
def test_a_full_disk_leaves_the_old_file_and_nothing_half_written(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"a{ending}"
    path.write_text("as it was")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(WriteError, match="No space left on device"):
        write(situation(), path)
    assert path.read_text() == "as it was"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupt_while_writing_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("as it was")

    def interrupted(value: object) -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), atomic.replacing(path) as new, new.open("w") as file:
        file.write("half")
        interrupted(file)
    assert path.read_text() == "as it was"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match=r"Cannot write .*file/a\.csv"):
        write_csv(empty().control, tmp_path / "file" / "a.csv")


def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(Path, "open", refused)  # root, who runs many a test, may write everywhere
    with pytest.raises(WriteError, match="Permission denied"):
        write_csv(empty().control, tmp_path / "a.csv")


def test_cells_of_numpy_are_figures() -> None:
    table = pd.DataFrame({"n": [1, 2], "yes": [True, False]})
    assert [tables.cell(v) for v in table["n"].to_numpy()] == ["1", "2"]
    assert [tables.cell(v) for v in table["yes"].to_numpy()] == ["true", "false"]


def test_a_table_written_in_pieces_is_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, example: Situation
) -> None:
    for name in ("timeline.csv", "timeline.geojson", "timeline.jsonl"):
        write(example, tmp_path / name)
    monkeypatch.setattr(tables, "_ROWS_A_PIECE", 2)
    for name in ("timeline.csv", "timeline.geojson", "timeline.jsonl"):
        write(example, tmp_path / f"again-{name}")
        assert (tmp_path / f"again-{name}").read_bytes() == (tmp_path / name).read_bytes()
