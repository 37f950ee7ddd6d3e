"""Pictures without a browser."""

from __future__ import annotations

import dataclasses
import re
import struct
import sys
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from mapper.render import density
from mapper.render.chart import chart, write_chart
from mapper.render.scene import scene
from mapper.render.still import still, write_gif, write_png, write_svg

sys.path.insert(0, str(Path(__file__).parent))
import wars
from test_html import NASTY, hostile

TEXT = "{http://www.w3.org/2000/svg}text"


def words(svg: str) -> list[str]:
    """The texts of a picture."""
    return [node.text or "" for node in ET.fromstring(svg).iter(TEXT)]


def test_a_still_names_its_moment_and_the_front() -> None:
    shown = words(still(wars.month_of_war(), at=datetime(2011, 3, 12, tzinfo=UTC)))
    assert "12 March 2011" in shown
    assert "Front: evidence 2 days old" in shown
    assert "Ras Lanuf" in shown and "Tripoli" in shown


def test_a_still_without_a_moment_shows_the_last_day() -> None:
    assert "7 April 2011" in words(still(wars.month_of_war()))


def test_a_moment_outside_the_days_known_shows_the_nearest() -> None:
    assert "26 February 2011" in words(still(wars.month_of_war(), at=datetime(1999, 1, 1, tzinfo=UTC)))


def test_a_claimed_front_is_dashed() -> None:
    picture = still(wars.one_report())
    assert "Front, claimed by one side: evidence of the day" in words(picture)
    assert picture.count('stroke-dasharray="9 6"') == 3


@pytest.mark.parametrize("text", NASTY)
def test_no_text_of_a_report_becomes_markup(text: str) -> None:
    plain = [node.tag for node in ET.fromstring(still(hostile("word"))).iter() if node.tag != TEXT]
    attacked = [node.tag for node in ET.fromstring(still(hostile(text))).iter() if node.tag != TEXT]
    assert attacked == plain
    ET.fromstring(chart(scene(hostile(text))))


def test_labels_do_not_lie_on_each_other() -> None:
    boxes = []
    for node in ET.fromstring(still(wars.month_of_war())).iter(TEXT):
        if node.get("paint-order"):
            x, y, size = (float(node.get(key) or 0) for key in ("x", "y", "font-size"))
            boxes.append((x, y - 0.8 * size, x + 0.5 * size * len(node.text or ""), y + 0.1 * size))
    assert len(boxes) > 12
    for k, (left, top, right, bottom) in enumerate(boxes):
        assert not any(left < r and le < right and top < b and t < bottom for le, t, r, b in boxes[k + 1 :])


def test_png_and_svg_are_written(tmp_path: Path) -> None:
    write_png(wars.one_report(), tmp_path / "map.png")
    write_svg(wars.one_report(), tmp_path / "map.svg")
    write_chart(scene(wars.month_of_war()), tmp_path / "chart.svg")
    head = (tmp_path / "map.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", head[16:]) == (2400, 1720)
    assert (tmp_path / "map.svg").read_text(encoding="utf-8") == still(wars.one_report())


def test_the_chart_names_towns_and_dates() -> None:
    shown = words(chart(scene(wars.month_of_war())))
    assert {"Tripoli", "Benghazi", "Sirte", "26 February 2011"} <= set(shown)


def test_without_an_axis_the_chart_says_so() -> None:
    assert "No front with a place along a road is known." in words(chart(scene(wars.situation([]))))


def test_an_animation_has_a_picture_for_each_day_of_change(tmp_path: Path) -> None:
    write_gif(wars.month_of_war(), tmp_path / "map.gif", at=datetime(2011, 3, 6, tzinfo=UTC))
    told = wars.month_of_war().timeline["since"].dt.strftime("%Y-%m-%d")
    fronts = wars.month_of_war().front_lines["date"].dt.strftime("%Y-%m-%d")
    days = {day for day in [*told, *fronts] if day <= "2011-03-06"} | {"2011-03-06"}
    with Image.open(tmp_path / "map.gif") as picture:
        assert (picture.n_frames, picture.size) == (len(days), (1200, 860))


def test_a_still_of_very_many_events_shades_cells_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(density, "MOST_EVENTS", 300)
    monkeypatch.setattr(density, "STRONGEST_EVENTS", 20)
    picture = still(wars.many_events(400))
    assert any(
        text.endswith("events: shading counts all, marks show the strongest") for text in words(picture)
    )
    assert re.search(r'<path d="M[^"]*Z" fill="#5a6067" fill-opacity', picture)


def test_a_place_has_the_name_that_the_reports_use(monkeypatch: pytest.MonkeyPatch) -> None:
    war = wars.one_report()
    renamed = {"Ras Lanuf": "Ra's Lanuf", "Sidra": "As Sidr"}
    places = war.places.assign(place=war.places["place"].replace(renamed))
    control = war.control.assign(place=war.control["place"].replace(renamed))
    shown = words(still(dataclasses.replace(war, places=places, control=control)))
    assert {"Ras Lanuf", "Sidra"} <= set(shown) and not set(renamed.values()) & set(shown)


def test_the_chart_is_empty_where_no_front_is_known() -> None:
    war = wars.month_of_war()
    early = war.front_lines.iloc[:1].assign(until=pd.Timestamp("2011-03-01", tz="UTC"))
    late = war.front_lines.iloc[-1:].assign(until=pd.NaT)
    picture = chart(scene(dataclasses.replace(war, front_lines=pd.concat([early, late]))))
    grey = [node for node in ET.fromstring(picture).iter() if node.get("fill-opacity") == "0.45"]
    bands = [node for node in grey if node.get("y") != "45"]  # the first one is the key
    starts = [float(band.get("x") or 0) for band in bands]
    ends = [start + float(band.get("width") or 0) for start, band in zip(starts, bands, strict=True)]
    assert len(ends) == 2 and ends[0] < 300 < starts[1] and ends[1] == 970
