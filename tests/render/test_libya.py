"""The Libya reports of data/, read and drawn: what a reader sees at five named moments of the war."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import mapper
from mapper.render.html import write_html
from mapper.theatre import read_theatre

sys.path.insert(0, str(Path(__file__).parent))
from pages import shown_day, text, wait_until

DATA = Path(__file__).parents[2] / "data"
COAST = (
    "Sirte",
    "Nofaliya",
    "Bin Jawad",
    "Sidra",
    "Ras Lanuf",
    "Uqayla",
    "Brega",
    "Ajdabiya",
    "Zuwaytina",
    "Benghazi",
)


@pytest.fixture(scope="module")
def page(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The page of the seven reports."""
    theatre = read_theatre(DATA / "reports-libya-2011" / "theatre.toml")
    reports = mapper.read_reports(DATA / "reports", DATA / "reports-libya-2011")
    path = tmp_path_factory.mktemp("libya") / "map.html"
    write_html(mapper.build(reports, theatre=theatre), path, theatre=theatre)
    opened = browser.new_page(viewport={"width": 1280, "height": 800})
    opened.goto(path.as_uri())
    wait_until(opened, "window.__mapReady === true")
    yield opened
    opened.close()


def holders(page: Any) -> dict[str, str]:
    """Who holds each place of the list, as its row says."""
    rows = page.locator("#pane-places .row-button").all_inner_texts()
    return {row.split("\n")[1]: row.split("\n")[0].split(" · ")[0] for row in rows}


@pytest.mark.parametrize(
    ("moment", "day", "between", "rebels", "government"),
    [
        ("the ambush", "2011-03-07", ("Bin Jawad", "Ras Lanuf"), ["Ras Lanuf"], ["Bin Jawad"]),
        ("Ras Lanuf falls", "2011-03-10", ("Ras Lanuf", "Ajdabiya"), ["Brega"], ["Bin Jawad", "Ras Lanuf"]),
        ("tanks at Benghazi", "2011-03-20", ("Brega", "Benghazi"), ["Benghazi"], ["Ras Lanuf", "Brega"]),
        ("the road west", "2011-03-28", ("Sirte", "Bin Jawad"), ["Bin Jawad", "Brega"], ["Sirte"]),
        ("the retreat", "2011-03-31", ("Ras Lanuf", "Benghazi"), ["Benghazi"], ["Bin Jawad", "Ras Lanuf"]),
    ],
)
def test_a_moment_shows_its_front_and_who_holds_the_towns(
    page: Any, moment: str, day: str, between: tuple[str, str], rebels: list[str], government: list[str]
) -> None:
    page.evaluate(f"location.hash = '#t={day}&w=0&tab=places'")
    assert shown_day(page) == day, moment
    words = text(page, "#age").partition(", evidence")[0]
    towns = [COAST.index(town) for town in re.split(r"Front between | and |Front near ", words)[1:]]
    # A better reading may narrow the gap, never shift it.
    west, east = map(COAST.index, between)
    assert towns and west <= min(towns) <= max(towns) <= east, words
    held = holders(page)
    assert all(held[town].startswith("Rebels") for town in rebels), held
    assert all(held[town].startswith("Government forces") for town in government), held


def test_the_war_goes_on_from_moment_to_moment(page: Any) -> None:
    counts = []
    for day in ("2011-03-07", "2011-03-10", "2011-03-20", "2011-03-28", "2011-03-31"):
        page.evaluate(f"location.hash = '#t={day}&w=0'")
        shown_day(page)
        shown, _, total = text(page, "#count").removesuffix(" events").partition(" of ")
        counts.append(int(shown))
    assert counts == sorted(counts) and counts[0] > 3 and counts[-1] == int(total) > 40
