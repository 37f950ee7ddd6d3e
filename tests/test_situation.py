"""The tables of what reports say of places and distances."""

import pandas as pd
import pyarrow as pa
from shapely.geometry import Point

from mapper.columns import share_heap
from mapper.model import Extraction, Locative, Place, Report, Resolution, Toponym
from mapper.situation import report_tables
from mapper.space.check import check_distances

HERE = Place("1", "Zalin", Point(35.0, 48.0))
THERE = Place("2", "Marto", Point(36.0, 48.0))


def _extraction(name, *told):
    """Return a report that tells how far Zalin and Marto are apart, from either of them."""
    zalin, marto = Toponym(0, 5, "Zalin"), Toponym(10, 15, "Marto")
    locatives = [
        Locative(
            0, 15, "", "offset", (landmark,), subject, value=value, unit="km", distance_m=value * 1_000,
        )
        for value, subject, landmark in (
            (value, *((zalin, marto) if turned else (marto, zalin))) for value, turned in told
        )
    ]  # fmt: skip
    places = [Resolution(zalin, HERE), Resolution(marto, THERE)]
    report = Report(name, f"{name} Zalin, Marto: " + " ".join(str(value) for value, _ in told))
    return Extraction(report, tuple(places), (), tuple(check_distances(locatives, places)))


def test_what_reports_state_of_one_pair_stands_together():
    lone = Extraction(
        Report("b", "A camp 9 km from Zalin."),
        checks=tuple(
            check_distances(
                [
                    Locative(
                        0, 9, "", "offset", (Toponym(17, 22, "Zalin"),), value=9, unit="km", distance_m=9e3
                    )
                ],
                [],
            )
        ),
    )
    read = [_extraction("a", (75, False)), lone, _extraction("c", (75, True), (300, False))]
    _, checks, _ = report_tables(read)
    assert checks["report_id"].tolist() == ["a", "c", "c", "b"]
    assert checks["pair_reports"].tolist() == [2, 2, 2, 1]
    assert checks["pair_figures"].tolist() == ["75 km (x2); 300 km"] * 3 + ["9 km"]
    assert checks["verdict"].tolist() == ["consistent", "consistent", "inconsistent", "unverifiable"]


def test_a_report_told_again_does_not_count_twice():
    story = (
        "Zalin fell on Monday, seventy-five kilometres from Marto, said the people who fled from it at night."
    )
    first, again = _extraction("a", (75, False)), _extraction("b", (75, False))
    same = [
        Extraction(Report(name, story), e.resolutions, (), e.checks)
        for name, e in (("a", first), ("b", again))
    ]
    _, checks, reports = report_tables(same)
    assert reports["same_as"].tolist() == ["", "a"]
    assert checks["pair_reports"].tolist() == [1, 1]


def test_no_reports_give_empty_tables():
    assert [len(table) for table in report_tables([])] == [0, 0, 0]


def test_the_texts_of_tables_lie_in_the_heap_that_gives_memory_back():
    before = pa.default_memory_pool()
    try:
        share_heap()
        heap = pa.default_memory_pool()
        texts = pd.Series(["Tanks left Zalin."] * 1_000, dtype="str")
        assert heap.backend_name == "system"
        assert heap.bytes_allocated() >= sum(map(len, texts))
    finally:
        pa.set_memory_pool(before)
