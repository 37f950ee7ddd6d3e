"""The command line: what it writes, what it says, how it ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mapper.bounds import bounded
from mapper.cli import DONE, FAILED, SET_ASIDE, WRONG_CALL, run
from mapper.model import Toponym
from tests.conftest import EXAMPLE

TABLES = (
    "places.csv",
    "timeline.csv",
    "distance_checks.csv",
    "control.csv",
    "front_lines.geojson",
    "rejected.csv",
)


def test_a_folder_as_output_gets_the_page_and_every_table(tmp_path: Path) -> None:
    assert run(["build", str(EXAMPLE), "-o", f"{tmp_path}/out/"]) == DONE
    assert {"map.html", *TABLES} <= {p.name for p in (tmp_path / "out").iterdir()}


def test_bad_reports_are_named_and_the_good_ones_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = tmp_path / "reports.jsonl"
    reports.write_text('{"id": "1", "text": "Rebels captured Brega."}\n{"id": 2}\n', encoding="utf-8")
    assert run(["build", str(reports), "-o", f"{tmp_path}/out/"]) == SET_ASIDE
    assert "text" in capsys.readouterr().err
    assert "line 2" in (tmp_path / "out" / "rejected.csv").read_text(encoding="utf-8")


def test_a_path_that_is_not_there_is_said_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["build", str(tmp_path / "none"), "-o", f"{tmp_path}/map.html"]) == FAILED
    assert capsys.readouterr().err.count("\n") == 1


def test_an_unknown_ending_is_refused_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["build", str(EXAMPLE), "-o", str(tmp_path / "map.shp")]) == FAILED
    assert ".shp" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["build", "--no-such"], ["geoparse"], ["nonsense"]])
def test_a_wrong_call_ends_with_2(arguments: list[str]) -> None:
    assert run(arguments) == WRONG_CALL


def test_geoparse_writes_one_record_for_every_record(tmp_path: Path) -> None:
    texts = ["Shells fell on Misrata.", "", "Les rebelles ont quitté Ras Lanouf.", "No place at all."]
    given, made = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    given.write_text(
        "".join(json.dumps({"doc_id": i, "text": t}) + "\n" for i, t in enumerate(texts)), encoding="utf-8"
    )
    assert run(["geoparse", "--jsonl", str(given), "-o", str(made)]) == DONE
    records = [json.loads(line) for line in made.read_text(encoding="utf-8").splitlines()]
    assert [r["doc_id"] for r in records] == [0, 1, 2, 3]
    for record, text in zip(records, texts, strict=True):
        for t in record["toponyms"]:
            assert text[t["start"] : t["end"]] == t["text"]
            assert {"name", "lat", "lon", "place_id", "country", "score"} <= set(t)


def test_given_spans_are_resolved_exactly(tmp_path: Path) -> None:
    text = "The road from Homs to Tartus was cut."
    spans = [{"start": 14, "end": 18}, {"start": 22, "end": 28}]
    given, made = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    given.write_text(json.dumps({"doc_id": "d", "text": text, "toponyms": spans}) + "\n", encoding="utf-8")
    assert run(["geoparse", "--jsonl", str(given), "-o", str(made), "--spans"]) == DONE
    (record,) = map(json.loads, made.read_text(encoding="utf-8").splitlines())
    assert [(t["start"], t["end"], t["country"]) for t in record["toponyms"]] == [
        (14, 18, "SY"),
        (22, 28, "SY"),
    ]


def test_check_gives_the_verdict_and_the_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "Ras Lanuf is 300 miles east of Tripoli."]) == DONE
    said = capsys.readouterr().out
    assert said.startswith("approximate")
    assert "356 miles" in said and "116" in said


def test_check_finds_a_name_that_only_the_distance_gives_away(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "Fugha, 212 km north-east of Sabha, fell."]) == DONE
    said = capsys.readouterr().out
    assert said.startswith("consistent")
    assert "Al Fuqaha" in said


def test_lookup_gives_an_array_nearest_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["gazetteer", "lookup", "Tripoli", "--near", "34.4,35.8", "--json"]) == DONE
    places = json.loads(capsys.readouterr().out)
    assert places[0]["country"] == "LB"
    assert set(places[0]) == {"id", "name", "lat", "lon", "country", "feature_class", "score"}


def test_two_builds_are_the_same_bytes_whatever_the_machine_is_set_to(tmp_path: Path) -> None:
    made = []
    for number, (seed, zone, locale) in enumerate(
        [("1", "Asia/Tokyo", "C"), ("77", "America/Lima", "C.UTF-8")]
    ):
        folder = tmp_path / str(number)
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
        command = [sys.executable, "-m", "mapper", "build", str(EXAMPLE), "-o", f"{folder}/"]
        subprocess.run(command, check=True, env=environment)
        made.append({p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.is_file()})
    assert made[0] == made[1]


def test_what_was_read_once_is_kept_and_gives_the_same_tables(tmp_path: Path) -> None:
    tables = []
    for _ in range(2):
        assert run(["build", str(EXAMPLE), "-o", f"{tmp_path}/out/"]) == DONE
        assert list((tmp_path / "out" / ".mapper-build").glob("*.parquet"))
        tables.append((tmp_path / "out" / "timeline.csv").read_bytes())
    assert tables[0] == tables[1]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": 1, "doc_id": 1}', "needs the keys"),
        ('{"id": 1, "doc_id": 1, "text": 7}', "must be a string"),
        ('{"id": 1, "doc_id": 1, "text": "x", "published": "31 Feb 2011"}', "31 Feb 2011"),
        ('{"id": 1, "doc_id": 1, "text": "x", "toponyms": [{"start": 1}]}', "list of spans"),
        ("[1]", "not an object"),
        ("[" * 100_000, "nested too deep"),
    ],
)
@pytest.mark.parametrize("command", ["geoparse", "extract"])
def test_a_line_that_is_no_record_is_named_and_the_rest_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, line: str, reason: str
) -> None:
    given, made = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    given.write_text(f'{line}\n{{"id": 2, "doc_id": 2, "text": "Shells fell on Misrata."}}\n')
    assert run([command, "--jsonl", str(given), "-o", str(made), "--gear", "fast"]) == SET_ASIDE
    said = capsys.readouterr().err
    assert "line 1" in said and reason in said
    assert len(made.read_text().splitlines()) == 1


@pytest.mark.parametrize("command", ["geoparse", "extract", "build"])
def test_a_text_that_takes_too_long_is_set_aside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def read(text: str) -> list[Toponym]:
        while "endless" in text:
            pass
        return []

    monkeypatch.setattr("mapper.reading._recognizer", lambda reading: read)
    monkeypatch.setattr("mapper.reading.bounded", lambda: bounded(0.2))
    given, made = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    records = [{"id": str(n), "doc_id": str(n), "text": text} for n, text in enumerate(("A", "endless", "B"))]
    given.write_text("".join(json.dumps(record) + "\n" for record in records))
    arguments = [str(given)] if command == "build" else ["--jsonl", str(given)]
    assert run([command, *arguments, "-o", str(made)]) == SET_ASIDE
    assert "Report '1' is set aside: It took longer than 0.2 seconds." in capsys.readouterr().err
    assert command == "build" or len(made.read_text().splitlines()) == 2


def test_coded_events_alone_make_a_map(tmp_path: Path) -> None:
    table = tmp_path / "ged.csv"
    table.write_text(
        "id,type_of_violence,side_a,side_b,where_coordinates,where_prec,longitude,latitude,date_start,date_end,"
        "date_prec\n1,1,Reds,Blues,Brega,1,19.57,30.41,2011-03-02,2011-03-02,1\n"
    )
    assert run(["build", "--events", str(table), "-o", f"{tmp_path}/out/"]) == DONE
    assert len((tmp_path / "out" / "timeline.csv").read_text().splitlines()) == 2
