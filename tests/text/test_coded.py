"""Tables of coded events, in the column form of their publishers, become readings."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mapper.errors import ReportError
from mapper.model import Extraction, Rejected
from mapper.text.coded import read_coded

ACLED = (
    "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,assoc_actor_1,"
    "inter1,actor2,assoc_actor_2,inter2,interaction,civilian_targeting,iso,region,country,admin1,admin2,admin3,"
    "location,latitude,longitude,geo_precision,source,source_scale,notes,fatalities,tags,timestamp\n"
)
UCDP = (
    "id,relid,year,active_year,code_status,type_of_violence,conflict_new_id,conflict_name,dyad_name,side_a,side_b,"
    "number_of_sources,source_article,source_office,source_headline,where_prec,where_coordinates,adm_1,latitude,"
    "longitude,country,date_prec,date_start,date_end,best\n"
)


def read(path: Path, content: str) -> tuple[list[Extraction], list[Rejected]]:
    path.write_text(content)
    rejected: list[Rejected] = []
    return list(read_coded(path, rejected=rejected)), rejected


def acled(sub_event: str, *, date: str = "10 March 2011", lat: str = "30.5", note: str = "") -> str:
    return (
        f'LBY1,{date},2011,1,x,Battles,{sub_event},Rebels,,2,"Army, Libya",,1,12,,434,Africa,Libya,Surt,,,'
        f'Ras Lanuf,{lat},18.55,2,Wire,National,"{note}",3,,0\n'
    )


def gdelt(code: str, lat: str = "30.5") -> str:
    row = [""] * 61
    row[0], row[1], row[6], row[16], row[26] = "701", "20110310", "REBEL", "ARMY", code
    row[51:54] = "4", "Ras Lanuf, Surt, Libya", "LY"
    row[56], row[57], row[60] = lat, "18.55", "https://wire.example/a"
    return "\t".join(row) + "\n"


def test_acled_gives_an_event_with_its_note_place_and_precision(tmp_path: Path) -> None:
    note = "Rebels took Ras Lanuf."
    [reading], rejected = read(
        tmp_path / "a.csv", ACLED + acled("Non-state actor overtakes territory", note=note)
    )
    [event] = reading.events
    assert not rejected
    assert (event.id, event.action.kind, event.quote) == ("acled:LBY1", "capture", note)
    assert (event.action.actor, event.action.opponent) == ("Rebels", "Army, Libya")
    assert (event.holder, event.action.outcome) == ("Rebels", "controlled_by:Rebels")
    assert (event.since, event.until) == (
        datetime(2011, 3, 10, tzinfo=UTC),
        datetime(2011, 3, 11, tzinfo=UTC),
    )
    assert event.location is not None
    assert (event.location.geometry.x, event.location.geometry.y, event.location.uncertainty_m) == (
        18.55, 30.5, 25_000,
    )  # fmt: skip
    toponym = reading.resolutions[0].toponym
    assert reading.report.text[toponym.start : toponym.end] == "Ras Lanuf"


def test_ucdp_gives_an_event_over_its_days(tmp_path: Path) -> None:
    row = (
        '9,LIB-1,2011,1,Clear,1,1,L,d,Government,Rebels,1,"""Fights"" (Wire)",Wire,'
        "Fights on the coast,1,Brega town,Wahat,30.41,19.57,Libya,2,"
        "2011-03-13 00:00:00.000,2011-03-15 00:00:00.000,4\n"
    )
    [reading], _ = read(tmp_path / "a.csv", UCDP + row)
    [event] = reading.events
    assert (event.action.kind, event.action.actor, event.precision) == ("clash", "Government", "few_days")
    assert (event.since, event.until) == (
        datetime(2011, 3, 13, tzinfo=UTC),
        datetime(2011, 3, 16, tzinfo=UTC),
    )
    assert event.quote == "Fights on the coast"


def test_gdelt_gives_what_is_an_act_at_a_place_and_says_how_much_it_left_out(tmp_path: Path) -> None:
    rows = gdelt("194") + gdelt("042") + gdelt("1951") + gdelt("190", lat="")
    readings, [rejected] = read(tmp_path / "20110310.export.CSV", rows)
    assert [reading.events[0].action.kind for reading in readings] == ["shelling", "airstrike"]
    assert readings[0].report.text == "Rebel shelling Army Ras Lanuf."
    assert rejected.reason == "2 of 4 rows are of kinds that are no act at a place; they are left out."


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (acled("Armed clash", date="31 February 2011"), "does not match|out of range"),
        (acled("Armed clash", lat="north"), "could not convert"),
        (acled("Armed clash", lat="99"), "does not lie between -90 and 90"),
    ],
)
def test_a_row_that_is_wrong_is_set_aside_and_the_others_go_on(tmp_path: Path, row: str, said: str) -> None:
    readings, [rejected] = read(tmp_path / "a.csv", ACLED + row + acled("Armed clash"))
    assert len(readings) == 1
    assert rejected.record == "row 1"
    with pytest.raises(ReportError, match=said):
        list(read_coded(tmp_path / "a.csv"))


def test_another_table_is_refused_with_its_columns(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="is no table of ACLED, UCDP GED or GDELT; it has id, text"):
        read(tmp_path / "a.csv", "id,text\n1,x\n")
