"""The store gives back what was kept, whatever happened in between."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point

from mapper import codec, store
from mapper.errors import MapperError, WriteError
from mapper.model import (
    Action,
    DistanceCheck,
    Event,
    Extraction,
    Location,
    Locative,
    Place,
    Report,
    Resolution,
    Toponym,
)
from mapper.store import Store, kept_readings

text = st.text(st.characters(exclude_categories=[]), max_size=12)
moments = st.none() | st.datetimes(datetime(1700, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))
figures = st.none() | st.floats(allow_nan=False)
points = st.builds(Point, st.floats(-180, 180), st.floats(-90, 90))
toponyms = st.builds(Toponym, st.integers(0, 99), st.integers(0, 99), text, score=st.floats(0, 1), name=text)
places = st.builds(Place, text, text, points, population=st.integers(0, 10**7))
locatives = st.builds(
    Locative, st.integers(0, 9), st.integers(0, 9), text, st.just("offset"), st.tuples(toponyms),
    subject=st.none() | toponyms, distance_m=figures,
)  # fmt: skip
resolutions = st.builds(Resolution, toponyms, st.none() | places, st.floats(0, 1), why=st.tuples(text, text))
locations = st.builds(
    Location, text, points | st.just(LineString([(0, 0), (1, 2)])), st.floats(0, 1e6),
    st.none() | resolutions, st.none() | locatives,
)  # fmt: skip
actions = st.builds(
    Action, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), text, text, text,
    st.just("claimed"), where=st.none() | toponyms | locatives,
)  # fmt: skip
checks = st.builds(
    DistanceCheck, locatives, st.none() | places, st.none() | places, figures, figures, figures, figures,
    st.just("consistent"),
)  # fmt: skip
events = st.builds(Event, text, text, text, text, actions, st.none() | locations, moments, moments)
reports = st.builds(Report, text, text, moments, text, text, text)
extractions = st.builds(
    Extraction, reports,
    st.lists(resolutions, max_size=2).map(tuple), st.lists(locations, max_size=2).map(tuple),
    st.lists(checks, max_size=1).map(tuple), st.lists(events, max_size=2).map(tuple),
)  # fmt: skip


def report(number: int) -> Report:
    return Report(f"r{number}", f"Tanks left Zintan on day {number}.", datetime(2011, 6, 2, tzinfo=UTC))


def reading(number: int) -> Extraction:
    toponym = Toponym(11, 17, "Zintan")
    return Extraction(report(number), (Resolution(toponym, Place("x:1", "Zintan", Point(12.25, 31.93))),))


def put(kept: Store, extraction: Extraction) -> None:
    kept.put(kept.key(extraction.report), codec.dumps(extraction))


def find(kept: Store, of: Report) -> Extraction | None:
    return kept.get(kept.key(of))


@given(extractions)
def test_a_reading_comes_back_equal_from_its_json(extraction: Extraction) -> None:
    assert codec.loads(codec.dumps(extraction)) == extraction


def test_a_region_is_not_kept() -> None:
    location = Location("Zintan", Point(12.25, 31.93), 1000.0, region=Point(12.25, 31.93).buffer(0.01))
    again = codec.loads(codec.dumps(Extraction(report(1), (), (location,))))
    assert again.locations == (replace(location, region=None),)


def test_what_is_shared_stays_shared() -> None:
    place = Place("x:1", "Zintan", Point(12.25, 31.93))
    resolution = Resolution(Toponym(0, 6, "Zintan"), place)
    location = Location("Zintan", place.geometry, 1000.0, resolution, None, (place,))
    again = codec.loads(codec.dumps(Extraction(report(1), (resolution,), (location,))))
    assert again.locations[0].resolution is again.resolutions[0]
    assert again.locations[0].places[0] is again.resolutions[0].place


@pytest.mark.parametrize(
    "damaged",
    ["", "{}", "[]", "[[0]]", "[[99, 1]]", '[[0,"r","t","yesterday","","",""]]', "[" * 5000, "[[12,7]]"],
)
def test_what_is_no_reading_is_refused(damaged: str) -> None:
    with pytest.raises(ValueError, match="It is no "):
        codec.loads(damaged)


def test_another_report_program_or_option_finds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(tmp_path, options="full") as kept:
        put(kept, reading(1))
    assert find(Store(tmp_path, options="full"), report(1)) == reading(1)
    assert find(Store(tmp_path, options="fast"), report(1)) is None
    assert find(Store(tmp_path, options="full"), report(2)) is None
    monkeypatch.setattr(store, "program_version", lambda: "another")
    assert find(Store(tmp_path, options="full"), report(1)) is None


def test_many_small_files_become_one_and_nothing_is_lost(tmp_path: Path) -> None:
    for number in range(store._MANY):
        with Store(tmp_path) as kept:
            put(kept, reading(number))
    joined = Store(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    assert len(joined) == store._MANY
    assert all(find(joined, report(number)) == reading(number) for number in range(store._MANY))


def test_a_build_goes_on_while_another_joins_its_files(tmp_path: Path) -> None:
    for number in range(store._MANY):
        with Store(tmp_path) as kept:
            put(kept, reading(number))
            other = kept
    Store(tmp_path)
    assert find(other, report(0)) in (None, reading(0))
    put(other, reading(999))
    other.flush()
    assert find(Store(tmp_path), report(999)) == reading(999)


def test_readings_are_found_again_after_another_build_has_joined_their_files(tmp_path: Path) -> None:
    with Store(tmp_path) as kept:
        keys = {}
        for number in range(store._MANY):
            put(kept, reading(number))
            kept.flush()
            keys[report(number).id] = kept.key(report(number))
    Store(tmp_path)
    told = sorted((reading(number) for number in range(store._MANY)), key=lambda r: r.report.id)
    assert list(kept_readings(kept, keys)) == told
    for path in tmp_path.iterdir():
        path.unlink()
    with pytest.raises(MapperError, match="has gone from the store"):
        list(kept_readings(Store(tmp_path), keys))


def test_a_damaged_file_costs_its_readings_only(tmp_path: Path) -> None:
    for number in range(3):
        with Store(tmp_path) as kept:
            put(kept, reading(number))
    first = sorted(tmp_path.iterdir())[0]
    first.write_bytes(first.read_bytes()[:100])
    again = Store(tmp_path)
    found = [find(again, report(number)) for number in range(3)]
    assert sorted(reading is None for reading in found) == [False, False, True]


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = Store(tmp_path / "file" / "store")
    put(kept, reading(1))
    with pytest.raises(WriteError, match="Cannot write"):
        kept.flush()


_KEEP = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from mapper import codec, store
from mapper.model import Extraction, Report
store._MOST_KEPT_BACK = 5
store.program_version = lambda: "one"
kept = store.Store(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(100_000):
    extraction = Extraction(Report(f"r{number}", "Tanks left.", datetime(2011, 6, 2, tzinfo=UTC)))
    kept.put(kept.key(extraction.report), codec.dumps(extraction))
    print(number, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="no kill -9")
def test_builds_killed_at_any_moment_lose_only_what_was_not_yet_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "program_version", lambda: "one")
    kept_so_far = 0
    for attempt in range(4):
        builds = [
            subprocess.Popen([sys.executable, "-c", _KEEP, str(tmp_path)], stdout=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        for build in builds:
            assert build.stdout is not None
            assert build.stdout.readline() == "ready\n"
        time.sleep(0.03 * (attempt + 1))
        for build in builds:
            build.send_signal(signal.SIGKILL)
        count = max(len(build.communicate()[0].split()) for build in builds)
        kept = Store(tmp_path)
        assert len(kept) >= kept_so_far
        assert len(kept) >= count - 5
        found = [
            find(kept, Report(f"r{n}", "Tanks left.", datetime(2011, 6, 2, tzinfo=UTC)))
            for n in range(count - 5)
        ]
        assert all(found)
        kept_so_far = len(kept)
