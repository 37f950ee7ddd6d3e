"""Names to places, on small tables written by hand and on the shipped one."""

from __future__ import annotations

import math
import pickle
import sqlite3
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from mapper.errors import GazetteerError
from mapper.places.gazetteer import TableGazetteer, open_gazetteer
from mapper.places.table import ABBREVIATION, ALTERNATE, DEMONYM, Entry, Source, write_table

OURS = Source("ours", "CC0-1.0", "")
THEIRS = Source("theirs", "ODbL-1.0", "© them")


def entries() -> list[Entry]:
    """Return a small country."""
    return [
        Entry("ours", 1, "Qardania", 20.0, 30.0, "A", "PCLI", 5_000_000, country="QD",
              names=(("Qardanian", "", DEMONYM), ("QD", "", ABBREVIATION), ("Q.R.", "", ABBREVIATION))),
        Entry("ours", 2, "Marsa al Burayda", 20.5, 30.5, "P", "PPL", 40_000, country="QD",
              admin1=("QD.01", "Northern"), names=(("Бурайда", "ru", ALTERNATE), ("بريدة", "ar", ALTERNATE),
                                                   ("Mersa Bureida", "", ALTERNATE))),
        Entry("ours", 3, "Zelten", 21.0, 30.0, "P", "PPLC", 900_000, country="QD"),
        Entry("ours", 4, "Zelten", 60.0, 10.0, "P", "PPL", 300, country="XX"),
        Entry("ours", 5, "Halvar Province", 22.0, 31.0, "A", "ADM1", 70_000, country="QD",
              box=(21, 30, 23, 32)),
        Entry("ours", 6, "Tirana Vale", 20.2, 30.1, "P", "PPL", 10_000, country="QD"),
    ]  # fmt: skip


@pytest.fixture
def small(tmp_path: Path) -> TableGazetteer:
    """Return a gazetteer of one table."""
    write_table(
        tmp_path / "small.sqlite", entries(), [OURS], {"date": "2020-01-01"}, transcribed=frozenset({"QD"})
    )
    return TableGazetteer(tmp_path / "small.sqlite")


@pytest.fixture(scope="module")
def shipped() -> TableGazetteer:
    """Return the gazetteer of the package."""
    return open_gazetteer()


def test_equal_entries_give_equal_bytes_in_any_order(tmp_path: Path) -> None:
    for name, rows in (("a", entries()), ("b", entries()[::-1])):
        write_table(tmp_path / name, rows, [OURS], {}, transcribed=frozenset({"QD"}))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_place_comes_back_as_it_was_written(small: TableGazetteer) -> None:
    place = small.candidates("Marsa al Burayda")[0]
    assert (place.id, place.country, place.admin1, place.admin1_code) == ("ours:2", "QD", "Northern", "QD.01")
    assert (place.geometry.x, place.geometry.y) == pytest.approx((20.5, 30.5))
    assert (place.population, place.licence, place.match, place.matched) == (40_000, "CC0-1.0", 1.0, "name")
    assert small.candidates("Halvar Province")[0].box == (21, 30, 23, 32)


@pytest.mark.parametrize(
    ("asked", "matched"),
    [
        ("MARSA AL-BURAYDA", "name"),
        ("Mersa Bureida", "alternate"),
        ("Бурайда", "alternate"),
        ("بريده", "alternate"),
        ("Burayda", "bare"),
        ("El Burayda", "looser"),
        ("Marsa al Buraida", "misspelt"),
        ("Marsa al Buradya", "misspelt"),
        ("Barayda", "misspelt"),
        ("Burayda airfield road", "inner"),
    ],
)
def test_each_way_of_writing_a_name_finds_it_and_says_how(
    small: TableGazetteer, asked: str, matched: str
) -> None:
    best = small.candidates(asked)[0]
    assert (best.id, best.matched) == ("ours:2", matched)
    assert best.match < 1.0


def test_the_match_falls_with_the_distance_from_the_name(small: TableGazetteer) -> None:
    asked = ["Marsa al Burayda", "Mersa Bureida", "Burayda", "Burayda airfield road"]
    scores = [small.candidates(name)[0].match for name in asked]
    assert scores == sorted(scores, reverse=True)


def test_the_larger_of_two_namesakes_comes_first(small: TableGazetteer) -> None:
    assert [place.id for place in small.candidates("Zelten")] == ["ours:3", "ours:4"]


def test_a_part_after_a_comma_prefers_the_namesake_inside_it(small: TableGazetteer) -> None:
    assert small.candidates("Zelten, Qardania")[0].id == "ours:3"


def test_a_demonym_gives_the_country_and_says_so(small: TableGazetteer) -> None:
    place = small.candidates("Qardanian")[0]
    assert (place.id, place.matched) == ("ours:1", "demonym")


@pytest.mark.parametrize(
    ("asked", "found"), [("QD", True), ("Q.R.", True), ("qd", False), ("Qd", False), ("Qd.", True)]
)
def test_abbreviations_count_in_capitals_or_with_a_stop(
    small: TableGazetteer, asked: str, found: bool
) -> None:
    assert bool(small.candidates(asked)) is found


@pytest.mark.parametrize(
    "asked", ["", " ", "--", "x" * 5_000, "\x00", "'; DROP TABLE places; --", "%", "\U0010ffff"]
)
def test_what_is_no_name_finds_nothing(small: TableGazetteer, asked: str) -> None:
    assert small.candidates(asked) == []


def test_an_abbreviation_behind_a_compass_word_counts_in_capitals_only(small: TableGazetteer) -> None:
    assert [place.id for place in small.candidates("northern QD")] == ["ours:1"]
    assert small.candidates("northern qd") == []


def test_the_limit_holds(small: TableGazetteer) -> None:
    assert len(small.candidates("Zelten", limit=1)) == 1
    assert small.candidates("Zelten", limit=0) == []


def test_a_second_table_adds_names_to_a_place_of_the_first(tmp_path: Path, small: TableGazetteer) -> None:
    added = Entry(
        "theirs", "n7", "Old Anchorage", 20.5, 30.5, names=(("Bureyda", "", ALTERNATE),), same_as="ours:2"
    )
    write_table(tmp_path / "more.sqlite", [added], [THEIRS], {}, transcribed=frozenset())
    both = TableGazetteer(*small.paths, tmp_path / "more.sqlite")
    assert [place.id for place in both.candidates("Old Anchorage")] == ["ours:2"]
    assert ("Bureyda", "") in both.names("ours:2")
    assert both.place("theirs:n7") is None
    assert both.attributions == ("© them",)


def test_one_town_in_two_tables_is_one_candidate(tmp_path: Path, small: TableGazetteer) -> None:
    twin = Entry("theirs", "n8", "Tirana Vale", 20.21, 30.11, "P", "PPL", 9_000, country="QD")
    write_table(tmp_path / "more.sqlite", [twin], [THEIRS], {}, transcribed=frozenset())
    both = TableGazetteer(*small.paths, tmp_path / "more.sqlite")
    assert [place.id for place in both.candidates("Tirana Vale")] == ["ours:6"]


def test_look_ups_by_id_prefix_and_point(small: TableGazetteer) -> None:
    assert small.place("ours:3") == small.candidates("Zelten")[0]
    assert small.place("ours:99") is None
    assert small.place("no id") is None
    assert [place.id for place in small.prefix("zel")] == ["ours:3", "ours:4"]
    assert small.prefix("!") == []
    assert [place.id for place in small.nearest(Point(20.3, 30.2), 2)] == ["ours:6", "ours:2"]
    assert small.names("ours:2")[1:] == [("Бурайда", "ru"), ("بريدة", "ar"), ("Mersa Bureida", "")]


def test_nearest_looks_over_the_date_line_and_gives_up_in_the_void(tmp_path: Path) -> None:
    east = Entry("ours", 1, "Taveu", 179.95, -16.8)
    write_table(tmp_path / "t.sqlite", [east], [OURS], {}, transcribed=frozenset())
    gazetteer = TableGazetteer(tmp_path / "t.sqlite")
    assert [place.name for place in gazetteer.nearest(Point(-179.95, -16.8))] == ["Taveu"]
    assert gazetteer.nearest(Point(0, 80)) == []


def test_names_in_a_text_come_with_their_span_size_and_classes(small: TableGazetteer) -> None:
    text = (
        "Qardanian troops left Zelten.\nThe QD command in al-Burayda (Halvar Province) fell; "
        "qd is no name, zelten neither."
    )
    found = [(text[hit.start : hit.end], hit.feature_classes) for hit in small.find_names(text)]
    assert found == [
        ("Qardanian", "D"), ("Zelten", "P"), ("QD", "A"), ("Burayda", "P"), ("Halvar Province", "A"),
    ]  # fmt: skip
    assert small.find_names("Zelten")[0].prominence == pytest.approx(6.0, abs=0.1)


def test_a_name_over_a_line_break_is_one_name(small: TableGazetteer) -> None:
    text = "they held Tirana\nVale"
    assert [(hit.start, hit.end) for hit in small.find_names(text)] == [(10, len(text))]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_spans_lie_in_any_text_and_names_found_are_candidates(small: TableGazetteer, text: str) -> None:
    for hit in small.find_names(text + " Zelten"):
        assert 0 <= hit.start < hit.end <= len(text) + 7
        assert small.candidates((text + " Zelten")[hit.start : hit.end])


@pytest.mark.parametrize("piece", ["A", "A.", "Al-", "of the ", "Zelten ", "é́́", "A'", "\n", "Abc of "])
def test_finding_names_takes_linear_time_on_hostile_text(small: TableGazetteer, piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        begun = time.process_time()
        small.find_names(text)
        return time.process_time() - begun

    seconds(1_000)
    assert seconds(40_000) < max(15 * seconds(8_000), 1.0)


def test_pickles_as_its_paths_and_reads_again(small: TableGazetteer) -> None:
    small.candidates("Zelten")
    packed = pickle.dumps(small)
    assert len(packed) < 500
    assert pickle.loads(packed).candidates("Zelten")[0].id == "ours:3"


def test_a_missing_broken_or_foreign_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(GazetteerError, match="does not exist"):
        TableGazetteer(tmp_path / "no.sqlite")
    (tmp_path / "broken.sqlite").write_bytes(b"no database at all, but long enough to be looked at" * 20)
    with pytest.raises(GazetteerError, match=r"broken\.sqlite"):
        TableGazetteer(tmp_path / "broken.sqlite").candidates("Zelten")
    with sqlite3.connect(tmp_path / "old.sqlite") as db:
        db.execute("CREATE TABLE info (key TEXT, value TEXT)")
        db.execute("INSERT INTO info VALUES ('schema', '0')")
    with pytest.raises(GazetteerError, match="schema '0'"):
        TableGazetteer(tmp_path / "old.sqlite").candidates("Zelten")


@pytest.mark.parametrize(
    ("asked", "country", "lon", "lat"),
    [
        ("Ras Lanuf", "LY", 18.55, 30.50),
        ("Ras Lanouf", "LY", 18.55, 30.50),
        ("Brega", "LY", 19.58, 30.41),
        ("Adschdabiya", "LY", 20.22, 30.76),
        ("Khoms", "LY", 14.26, 32.65),
        ("Homs", "SY", 36.72, 34.73),
        ("Kharkov", "UA", 36.23, 49.98),
        ("Харків", "UA", 36.23, 49.98),
        ("طرابلس", "LY", 13.19, 32.89),
        ("Tripolli", "LY", 13.19, 32.89),
        ("Łódź", "PL", 19.46, 51.77),
    ],
)
def test_the_shipped_table_knows_towns_by_many_spellings(
    shipped: TableGazetteer, asked: str, country: str, lon: float, lat: float
) -> None:
    assert any(
        place.country == country and abs(place.geometry.x - lon) < 0.2 and abs(place.geometry.y - lat) < 0.2
        for place in shipped.candidates(asked)[:5]
    )


@pytest.mark.parametrize(
    ("asked", "name", "feature_class"),
    [
        ("USA", "United States", "A"),
        ("U.S.", "United States", "A"),
        ("UAE", "United Arab Emirates", "A"),
        ("NSW", "New South Wales", "A"),
        ("Ky.", "Kentucky", "A"),
        ("Burma", "Myanmar", "A"),
        ("Ukrainian", "Ukraine", "A"),
        ("Sahel", "Sahel", "L"),
        ("Donbass", "Donbas", "L"),
        ("Black Sea", "Black Sea", "H"),
        ("Nile", "Nile", "H"),
        ("Mediterranean Sea", "Mediterranean Sea", "H"),
        ("Heathrow", "London Heathrow Airport", "S"),
    ],
)
def test_the_shipped_table_knows_more_than_towns(
    shipped: TableGazetteer, asked: str, name: str, feature_class: str
) -> None:
    assert (name, feature_class) in [
        (place.name, place.feature_class) for place in shipped.candidates(asked)[:5]
    ]


@pytest.mark.parametrize(
    ("asked", "lon", "lat"), [("Dnieper", 30.5, 50.4), ("Nile", 32.5, 15.7), ("Himalayas", 84.0, 28.5)]
)
def test_long_rivers_and_ranges_are_offered_along_their_length(
    shipped: TableGazetteer, asked: str, lon: float, lat: float
) -> None:
    assert any(
        place.feature_class in "HT"
        and math.hypot((place.geometry.x - lon) * math.cos(math.radians(lat)), place.geometry.y - lat) < 1.6
        for place in shipped.candidates(asked)
    )


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("Uluru", "Uluru/Ayers Rock"),  # two names of one place in the source
        ("Port of Odessa", "Port of Odessa"),
        ("Dailekh", "Dailekh"),  # a district of the Countries States Cities Database
    ],
)
def test_the_shipped_table_knows_ports_double_names_and_small_units(
    shipped: TableGazetteer, asked: str, name: str
) -> None:
    assert name in [place.name for place in shipped.candidates(asked)]


def test_airport_codes_are_no_names_of_places(shipped: TableGazetteer) -> None:
    assert not any(place.matched in ("name", "alternate") for place in shipped.candidates("TIP"))


def test_the_shipped_tables_keep_share_alike_rows_apart(shipped: TableGazetteer) -> None:
    core, osm = shipped.info()
    assert "ODbL" not in core["licences"]
    assert osm["licences"] == "ODbL-1.0"
    assert any("OpenStreetMap" in credit for credit in shipped.attributions)
    assert [("OpenStreetMap" in credit) for credit in shipped.credits(["osm", "nobody"])] == [True]
    assert any("GeoNames" in credit for credit in shipped.attributions)


def test_an_unknown_name_is_found_where_a_longer_one_begins_with_it(tmp_path: Path) -> None:
    airport = Entry("ours", 9, "Boltanga Regional Airport", 20.0, 31.0, "S", "AIRP", country="QD")
    write_table(tmp_path / "t", [*entries(), airport], [OURS], {}, transcribed=frozenset())
    found = TableGazetteer(tmp_path / "t").candidates("Boltanga")
    assert [(place.id, place.matched) for place in found] == [("ours:9", "prefix")]
    assert TableGazetteer(tmp_path / "t").candidates("Bol") == []


def test_answers_are_the_callers_own_to_change(small: TableGazetteer) -> None:
    first = small.candidates("Zelten")
    first.clear()
    assert len(small.candidates("Zelten")) == 2


def test_of_spellings_with_one_key_the_first_is_kept(tmp_path: Path) -> None:
    both = (("Būrayda", "", ALTERNATE), ("Burayda", "", ALTERNATE), ("Bureida", "", ALTERNATE))
    write_table(
        tmp_path / "t",
        [Entry("ours", 1, "Marsa", 20.0, 30.0, names=both)],
        [OURS],
        {},
        transcribed=frozenset(),
    )
    names = [name for name, _ in TableGazetteer(tmp_path / "t").names("ours:1")]
    assert names == ["Marsa", "Būrayda", "Bureida"]
