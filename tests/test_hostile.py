"""Texts made to do harm: each is read in bounded time, gives valid spans, and stays data in every output."""

import csv
import json
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mapper
from mapper.bounds import bounded
from mapper.model import Report

LENGTH = 3_000  # characters; a pattern that goes wrong takes minutes for this many
SECONDS = 40.0
PAYLOADS = (
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "`${alert(1)}`",
    '=HYPERLINK("http://evil.example")',
    "{{ 7*7 }}{% raw %}",
    "\u202egnirts desrever\u202c",
    "]]><x/>",
)
TOLD = (
    "Rebels captured Brega on Thursday after government troops had shelled Ajdabiya, "
    "75 km north-east of Brega."
)


def repeated(piece: str) -> str:
    return piece * (LENGTH // len(piece))


@pytest.mark.parametrize(
    "text",
    [
        repeated("Tripoli "),
        repeated("Ras Lanuf, "),
        repeated("New York City Of "),
        repeated("100 km east of "),
        repeated("between Sirte and "),
        repeated("north "),
        repeated("on Thursday "),
        repeated("the rebels captured "),
        repeated("said that "),
        repeated("("),
        repeated('"'),
        repeated("'"),
        repeated("-"),
        repeated("1"),
        repeated("1,"),
        repeated("a"),
        repeated("A"),
        repeated("A."),
        repeated(". "),
        repeated("\n"),
        repeated(" ") + "x",
        repeated("e\u0301"),
        repeated("\u200b"),
        repeated("\u202e"),
        repeated("🛢️"),
        repeated("\ufffd"),
        repeated("Тriрoli "),  # Cyrillic letters among Latin ones
        repeated("Tri\u200bpoli "),
        repeated("<p>"),
        repeated("\\"),
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_a_text_made_to_be_slow_is_read_in_time(text: str) -> None:
    report = Report("r", text, datetime(2011, 3, 10, tzinfo=UTC))
    with bounded(SECONDS):
        reading = mapper.extract(report)
    for resolution in reading.resolutions:
        toponym = resolution.toponym
        assert text[toponym.start : toponym.end] == toponym.text


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["Tripoli", "Ras Lanuf", "100 km", "east of", "captured", "rebels", "on Friday", *PAYLOADS]
        )
        | st.text(max_size=6),
        max_size=30,
    ).map(" ".join)
)
def test_whatever_the_text_spans_and_quotes_are_its_own(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    reading = mapper.extract(Report("r", text, datetime(2011, 3, 10, tzinfo=UTC)))
    for resolution in reading.resolutions:
        toponym = resolution.toponym
        assert text[toponym.start : toponym.end] == toponym.text
    for check in reading.checks:
        assert text[check.locative.start : check.locative.end] == check.locative.text
    for event in reading.events:
        action = event.action
        assert 0 <= action.sentence_start <= action.start < action.end <= action.sentence_end <= len(text)


def test_nothing_of_a_report_becomes_markup_or_formula_or_path(tmp_path: Path) -> None:
    reports = [
        {"id": f"../{payload}", "title": payload, "source": payload, "url": payload,
         "published": "2011-03-10", "text": f"{payload} {TOLD} {payload}"}
        for payload in PAYLOADS
    ]  # fmt: skip
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "r.jsonl").write_text(
        "\n".join(map(json.dumps, [*reports, {"text": PAYLOADS[0] * 20_000}]))
    )
    situation = mapper.build(tmp_path / "in")
    assert len(situation.reports) == len(PAYLOADS)
    mapper.write(situation, f"{tmp_path}/out/")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]
    page = (tmp_path / "out" / "map.html").read_text(encoding="utf-8")
    for running in ("<script>alert", "<img src=x", 'href="javascript:'):
        assert running not in page
    assert "{{ 7*7 }}{% raw %}" in page  # no template has worked on it
    assert "Content-Security-Policy" in page
    for path in (tmp_path / "out").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                assert not any(cell[:1] in "=+@\t\r" for cell in row if cell)


@pytest.mark.parametrize("moment_s", [0.3, 2.0, 6.0])
def test_an_interrupted_build_ends_with_130_and_leaves_nothing_half_written(
    tmp_path: Path, moment_s: float
) -> None:
    (tmp_path / "in").mkdir()
    for number in range(200):
        (tmp_path / "in" / f"{number}.txt").write_text(f"published: 2011-03-10\n\n{TOLD} ({number})")
    command = [sys.executable, "-m", "mapper", "build", str(tmp_path / "in"), "-o", f"{tmp_path}/out/"]
    build = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(moment_s)
    build.send_signal(signal.SIGINT)
    _, said = build.communicate(timeout=120)
    assert build.returncode in (0, 130), said
    assert "Traceback" not in said
    assert not list(tmp_path.glob("out/.*.csv.*"))
    # What is there is whole: tables are put in place one by one.
    assert all(path.read_bytes().endswith(b"\n") for path in tmp_path.glob("out/*.csv"))
