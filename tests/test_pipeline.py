"""The whole road, on the example report and, where it is there, on the article it retells."""

from datetime import UTC, datetime

import pandas as pd
import pytest

import mapper
from mapper.model import (
    CONTROL_COLUMNS,
    FRONT_LINES_COLUMNS,
    PLACES_COLUMNS,
    TIMELINE_COLUMNS,
    Report,
    Situation,
)
from tests.conftest import EXAMPLE, SEED

RAS_LANUF, SIDRA, BIN_JAWAD, TRIPOLI = (18.55, 30.50), (18.35, 30.63), (18.08, 30.80), (13.19, 32.89)
NOT_PLACES = ("Reuters", "AFP", "Al-Jazeera", "Gaddafi", "NATO")


def seed_situation() -> Situation:
    if not SEED.exists():
        pytest.skip("the article is kept beside the project, not in it")
    text = SEED.read_text(encoding="utf-8")
    return mapper.build([Report("seed", text, datetime(2011, 3, 10, tzinfo=UTC))])


@pytest.fixture(scope="module", params=["example", "seed"])
def situation(request: pytest.FixtureRequest) -> Situation:
    return request.getfixturevalue("example") if request.param == "example" else seed_situation()


def near(table: pd.DataFrame, lon_lat: tuple[float, float], *, degrees: float = 0.12) -> pd.DataFrame:
    points = table["geometry"].map(lambda g: None if g is None else g.centroid)
    close = points.map(
        lambda p: p is not None and abs(p.x - lon_lat[0]) < degrees and abs(p.y - lon_lat[1]) < degrees
    )
    return table[close.astype(bool)]


def test_the_tables_have_their_columns(example: Situation) -> None:
    assert tuple(example.places.columns) == PLACES_COLUMNS
    assert tuple(example.timeline.columns) == TIMELINE_COLUMNS
    assert tuple(example.control.columns) == CONTROL_COLUMNS
    assert tuple(example.front_lines.columns) == FRONT_LINES_COLUMNS


@pytest.mark.parametrize(
    ("name", "where"),
    [("Ras Lanuf", RAS_LANUF), ("Ras Lanus", RAS_LANUF), ("Bin Jawad", BIN_JAWAD), ("Sidra", SIDRA),
     ("Tripoli", TRIPOLI)],
)  # fmt: skip
def test_every_mention_of_a_place_stands_where_it_is(
    situation: Situation, name: str, where: tuple[float, float]
) -> None:
    mentions = situation.places[situation.places["toponym"] == name]
    assert len(mentions) > 0
    assert len(near(mentions, where)) == len(mentions)


def test_persons_agencies_and_alliances_are_no_places(situation: Situation) -> None:
    located = situation.places[situation.places["geometry"].notna()]["toponym"]
    assert not [t for t in located if any(name in t for name in NOT_PLACES)]


def test_the_stated_distance_is_measured(situation: Situation) -> None:
    checks = situation.distance_checks
    miles = checks[checks["stated"].str.contains("300 miles")].iloc[0]
    assert miles["stated_m"] == pytest.approx(482_803, abs=1)
    assert miles["measured_m"] == pytest.approx(573_000, rel=0.01)
    assert miles["measured_bearing_deg"] == pytest.approx(116, abs=2)
    assert miles["verdict"] == "approximate"


def test_the_capture_of_sidra_rests_on_one_sides_word(situation: Situation) -> None:
    captures = situation.timeline[situation.timeline["kind"] == "capture"]
    assert set(near(captures, SIDRA, degrees=0.05)["certainty"]) == {"claimed"}


def test_no_event_is_placed_in_france(situation: Situation) -> None:
    placed = situation.timeline[situation.timeline["geometry"].notna()]
    assert not [p for p in placed["geometry"] if -5 < p.centroid.x < 9 and 42 < p.centroid.y < 51.5]


def test_the_front_runs_near_ras_lanuf(situation: Situation) -> None:
    assert len(situation.front_lines) > 0
    last = situation.front_lines.iloc[-1]
    assert abs(last["geometry"].centroid.x - RAS_LANUF[0]) < 0.7
    assert last["side_a"] and last["side_b"] and last["side_a"] != last["side_b"]


def test_every_event_leads_back_to_its_sentence(example: Situation) -> None:
    (report,) = mapper.read_reports(EXAMPLE)
    assert len(example.timeline) > 0
    assert all(quote in report.text for quote in example.timeline["quote"])


def test_a_distance_is_quoted_in_whole_words() -> None:
    around = "Steppes stretch everywhere. " * 30
    text = f"{around}Ras Lanuf lies 300 miles east of Tripoli. {around}"
    (quote,) = mapper.build([Report("r", text)]).distance_checks["quote"]
    assert "300 miles east of Tripoli" in quote and len(quote) < 460
    assert set(quote.split()) <= set(text.split())


def test_a_report_without_a_date_is_mapped_and_its_events_are_undated() -> None:
    situation = mapper.build([Report("r", "Rebels captured Brega after heavy fighting.")])
    assert len(situation.timeline) >= 1
    assert situation.timeline["since"].isna().all()


def test_the_order_of_the_reports_changes_nothing() -> None:
    reports = [
        Report("a", "Rebels captured Brega on Monday.", datetime(2011, 3, 2, tzinfo=UTC)),
        Report("b", "Government troops retook Brega on Sunday.", datetime(2011, 3, 14, tzinfo=UTC)),
    ]
    one, other = mapper.build(reports), mapper.build(reports[::-1])
    pd.testing.assert_frame_equal(one.timeline, other.timeline)
    pd.testing.assert_frame_equal(one.control, other.control)


def test_nothing_in_gives_empty_tables_out() -> None:
    situation = mapper.build([])
    assert len(situation.timeline) == len(situation.places) == len(situation.front_lines) == 0


def test_a_report_printed_twice_is_linked_and_counts_once() -> None:
    text = "Rebels captured the town of Brega on Tuesday, and government troops fled west to Sirte in cars."
    first, again = (Report(id, text, datetime(2011, 3, 2, tzinfo=UTC)) for id in ("a", "b"))
    other = Report("c", "The rebels took Brega on Tuesday.", datetime(2011, 3, 2, tzinfo=UTC))
    both = mapper.build([first, again])
    assert dict(zip(both.reports["report_id"], both.reports["same_as"], strict=True)) == {"a": "", "b": "a"}
    brega = {name: near(s.control, (19.57, 30.41)).iloc[-1]["confidence"]
             for name, s in (("one", mapper.build([first])), ("twice", both),
                             ("two", mapper.build([first, other])))}  # fmt: skip
    assert brega["one"] == brega["twice"] < brega["two"]


def test_a_later_correction_withdraws_what_was_told() -> None:
    told = [
        "The army attacked rebels at Ajdabiya. Rebels captured Brega on Monday, residents said.",
        "The army shelled the rebels at Ajdabiya on Tuesday. CORRECTION: We wrongly reported that rebels had "
        "captured Brega on Monday. They did not.",
    ]
    reports = [Report(str(n), text, datetime(2011, 3, 7 + n, tzinfo=UTC)) for n, text in enumerate(told)]
    situation = mapper.build(reports)
    (capture,) = situation.timeline.query("kind == 'capture' and certainty == 'reported'")["flags"]
    assert capture == "superseded"
    assert "Rebels" not in set(near(situation.control, (19.57, 30.41))["holder"])
