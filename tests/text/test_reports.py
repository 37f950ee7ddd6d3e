"""Reading of reports: what each file gives, and what is set aside with which reason."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapper.errors import ReportError
from mapper.model import Rejected, Report
from mapper.text.formats import Limits
from mapper.text.reports import parse_time, read_reports


def read(*paths: Path, limits: Limits | None = None) -> tuple[list[Report], list[Rejected]]:
    rejected: list[Rejected] = []
    return list(read_reports(*paths, rejected=rejected, language="any", limits=limits)), rejected


def test_a_text_file_keeps_its_text_to_the_character_and_is_named_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "north").mkdir()
    (tmp_path / "north" / "day one.txt").write_bytes(
        "Tanks left Zintan.\r\n\r\nNobody “knows” why.\n".encode()
    )
    [report], rejected = read(tmp_path)
    assert report == Report("north/day one", "Tanks left Zintan.\r\n\r\nNobody “knows” why.\n")
    assert not rejected


def test_a_header_gives_the_fields_and_is_not_part_of_the_text(tmp_path: Path) -> None:
    header = "Title: Zintan\nid: z1\npublished: 2011-06-02T10:00+02:00\nsource: Wire\nurl: https://example.org/z\n\n"
    (tmp_path / "a.txt").write_text(header + "Tanks left.\n")
    [report], _ = read(tmp_path)
    published = datetime(2011, 6, 2, 8, tzinfo=UTC)
    assert report == Report("z1", "Tanks left.\n", published, "Wire", "https://example.org/z", "Zintan")


@pytest.mark.parametrize(
    "text",
    [
        "Source: a general. He spoke in Zintan.\nMore followed.\n",  # no empty line ends it
        "title: one\ncolour: red\n\nText.",  # an unknown key
        "title: one\ntitle: two\n\nText.",  # a key twice
        "title: only this line",
        "\ntitle: after an empty line\n\nText.",
    ],
)
def test_what_is_no_header_is_text(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_text(text)
    [report], _ = read(tmp_path)
    assert report.text == text


def test_a_wrong_date_sets_the_report_aside_and_says_what_is_right(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("published: 31 Feb 2011\n\nTanks left.")
    (tmp_path / "b.txt").write_text("Tanks came.")
    reports, [rejected] = read(tmp_path)
    assert [report.id for report in reports] == ["b"]
    assert rejected.reason == "published is '31 Feb 2011'; give a date as YYYY-MM-DD."
    assert rejected.path.endswith("a.txt")


def test_a_line_of_json_lines_that_is_wrong_costs_that_line_only(tmp_path: Path) -> None:
    lines = [
        '{"id": "one", "text": "Tanks left.", "published": "2011-06-02", "title": "T"}',
        "",
        "{broken",
        "[1, 2]",
        '{"id": "two"}',
        '{"id": "three", "text": 3}',
        '{"id": "four", "text": "  "}',
        '{"id": "one", "text": "Tanks came."}',
        '{"id": "one", "text": "Tanks left."}',
        "[" * 100_000,
        '{"text": "x", "published": 20110602}',
        '{"text": "x", "published": "9999-12-31"}',
        '{"id": "last", "text": "Tanks stayed."}',
    ]
    (tmp_path / "r.jsonl").write_text("\n".join(lines))
    reports, rejected = read(tmp_path)
    assert [report.id for report in reports] == ["one", "last"]
    assert [r.record for r in rejected] == [f"line {n}" for n in (3, 4, 5, 6, 7, 8, 9, 10, 11, 12)]
    assert "with another text" in rejected[5].reason
    assert "with the same text" in rejected[6].reason
    assert all(r.reason.endswith(".") and "\n" not in r.reason for r in rejected)


def test_without_a_list_for_the_rejected_the_first_bad_record_raises(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text('{"text": "Tanks left."}\n{"text": null}\n')
    with pytest.raises(ReportError, match=r"r\.jsonl line 2: The key 'text' is missing\."):
        list(read_reports(path))


def test_records_without_an_id_are_named_by_file_and_place(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text('{"text": "a"}\n{"text": "b"}\n')
    (tmp_path / "r-1.txt").write_text("c")
    reports, _ = read(tmp_path)
    assert [(report.id, report.text) for report in reports] == [("r-1", "c"), ("r-1-2", "a"), ("r-2", "b")]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_is_read_whatever_separates_its_columns(tmp_path: Path, separator: str) -> None:
    rows = [["ID", "Text", "published", "note"], ["a", '"Tanks, ""left""; all\nof them"', "2011-06-02", ""]]
    (tmp_path / "r.csv").write_text(
        "\ufeff" + "\n".join(separator.join(row) for row in rows), encoding="utf-8"
    )
    [report], rejected = read(tmp_path)
    assert report == Report("a", 'Tanks, "left"; all\nof them', datetime(2011, 6, 2, tzinfo=UTC))
    assert not rejected


def test_a_table_without_text_and_rows_that_do_not_fit_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,body\n1,Tanks left\n")
    (tmp_path / "b.csv").write_text("id,text\n1,Tanks left, all of them\n2,Tanks came\n")
    reports, rejected = read(tmp_path)
    assert [report.text for report in reports] == ["Tanks came"]
    assert rejected[0].reason == "The table lacks the column 'text'; it has 'id', 'body'."
    assert (rejected[1].record, rejected[1].reason) == (
        "line 2",
        "The row has 3 fields for 2 columns; quote the text.",
    )


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Adjdabiya’s gate".encode("utf-8-sig"), "Adjdabiya’s gate"),
        ("Adjdabiya’s gate".encode("utf-16"), "Adjdabiya’s gate"),
        ("Adjdabiya’s gate".encode("utf-16-le"), "Adjdabiya’s gate"),
        ("Adjdabiya’s gate".encode("utf-16-be"), "Adjdabiya’s gate"),
        ("Adjdabiya’s gate".encode("cp1252"), "Adjdabiya’s gate"),
        ("Adjdabiya’s gate, José’s caf".encode() + b"\xe9", "Adjdabiya’s gate, José’s caf\ufffd"),
        ("Танки вышли из города Бахмут. Их было много, и шли они долго.".encode("cp1251"),
         "Танки вышли из города Бахмут. Их было много, и шли они долго."),
    ],
)  # fmt: skip
def test_the_encoding_is_found_from_the_bytes(tmp_path: Path, data: bytes, text: str) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    [report], _ = read(tmp_path)
    assert report.text == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "The file is empty."),
        (b" \n", "The text is empty."),
        (b"\x7fELF\x02\x01\x01\x00\x00\x00" * 9, "It is not text: it holds nul bytes"),
        (bytes(range(1, 256)) * 20, "It is not text: it holds nul bytes or other control"),
        (b"Tanks\x00left", "It is not text: it holds nul bytes"),
    ],
)
def test_a_file_that_is_no_text_is_set_aside(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    reports, [rejected] = read(tmp_path)
    assert not reports
    assert rejected.reason.startswith(reason)


def test_what_no_encoding_can_write_is_replaced_sign_by_sign(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text('{"text": "Ta\\ud800nks \\u0000left", "title": "a\\udfffb"}')
    [report], _ = read(tmp_path)
    assert (report.text, report.title) == ("Ta\ufffdnks \ufffdleft", "a\ufffdb")


def test_what_is_larger_than_the_limits_is_set_aside(tmp_path: Path) -> None:
    limits = Limits(file_bytes=100, record_bytes=200, text_chars=50)
    (tmp_path / "a.txt").write_text("x" * 101)
    (tmp_path / "b.txt").write_text("x" * 51)
    (tmp_path / "c.jsonl").write_text(json.dumps({"text": "x" * 300}) + '\n{"text": "y"}\n')
    (tmp_path / "d.csv").write_text("text\n" + "x" * 300 + "\nz\n")
    reports, rejected = read(tmp_path, limits=limits)
    assert [report.text for report in reports] == ["y", "z"]
    assert [Path(r.path).name for r in rejected] == ["a.txt", "b.txt", "c.jsonl", "d.csv"]


def test_a_path_that_does_not_exist_raises_even_when_rejected_are_collected(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="does not exist"):
        read(tmp_path / "none")


def test_hidden_files_are_left_out_and_unknown_endings_named(tmp_path: Path) -> None:
    (tmp_path / ".hidden").mkdir()
    for name in (".hidden/a.txt", ".b.txt", "theatre.toml", "c.docx", "d.txt"):
        (tmp_path / name).write_text("Tanks left.")
    reports, [rejected] = read(tmp_path)
    assert [report.id for report in reports] == ["d"]
    assert "'.docx' is not known" in rejected.reason


def test_a_text_in_another_language_is_set_aside_unless_any_is_asked_for(tmp_path: Path) -> None:
    french = "Les rebelles ont quitté la ville et les habitants sont restés dans le centre avec des vivres."
    (tmp_path / "a.txt").write_text(french)
    (tmp_path / "b.txt").write_text("The rebels left the town for Zintan.")
    (tmp_path / "c.txt").write_text("Ras Lanuf, Zintan, Misrata")
    rejected: list[Rejected] = []
    assert [report.id for report in read_reports(tmp_path, rejected=rejected)] == ["b", "c"]
    assert rejected[0].reason.startswith("The text is in another language ('fr')")
    assert len(read(tmp_path)[0]) == 3


def test_the_day_in_the_name_of_a_file_is_its_date_when_it_states_none(tmp_path: Path) -> None:
    for name in ("2011-06-02 zintan.txt", "2011-06-02-b.txt", "2011-99-99.txt", "20110602.txt"):
        (tmp_path / name).write_text("Tanks left.")
    (tmp_path / "2011-06-02-b.txt").write_text("published: 2011-06-05\n\nTanks left.")
    published = {report.id: report.published for report in read(tmp_path)[0]}
    assert published["2011-06-02 zintan"] == datetime(2011, 6, 2, tzinfo=UTC)
    assert published["2011-06-02-b"] == datetime(2011, 6, 5, tzinfo=UTC)
    assert published["2011-99-99"] is None
    assert published["20110602"] is None


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Tanks left.")
    reports, rejected = read(tmp_path, tmp_path / "a.txt")
    assert len(reports) == 1
    assert not rejected


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Tanks left.")
    (tmp_path / "a.txt").chmod(0)
    _, [rejected] = read(tmp_path)
    assert rejected.reason == "It cannot be read: Permission denied."


@pytest.mark.parametrize(
    "value", ["", "soon", "2011-02-31", "0001-01-01T00:00+14:00", "9999-12-31", "1066-10-14"]
)
def test_a_time_that_is_none_or_out_of_range_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="is "):
        parse_time(value)


def test_a_time_of_a_feed_is_read() -> None:
    assert parse_time("Thu, 10 Mar 2011 08:00:00 +0200") == datetime(2011, 3, 10, 6, tzinfo=UTC)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=400), ending=st.sampled_from([".txt", ".jsonl", ".json", ".csv", ".md"]))
def test_no_bytes_make_a_reader_fail(tmp_path: Path, data: bytes, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes(data)
    reports, rejected = read(path)
    for report in reports:
        report.text.encode()
    assert all(item.reason for item in rejected)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(texts=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), max_size=5))
def test_json_lines_give_back_the_texts_written(tmp_path: Path, texts: list[str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps({"id": n, "text": f"x{t}"}) for n, t in enumerate(texts)))
    reports, rejected = read(path)
    assert [report.text for report in reports] == [f"x{text}" for text in texts]
    assert not rejected
