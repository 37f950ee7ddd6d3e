"""What the page shows in a real browser, to any reader and of any text."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from mapper.render import density
from mapper.render.scene import scene

sys.path.insert(0, str(Path(__file__).parent))
import wars
from pages import AXE, DESKTOP, PHONE, Open, rows, shown_day, text, tip_at, wait_until
from test_html import NASTY, hostile


@pytest.mark.parametrize(
    ("day", "front", "held"),
    [
        ("2011-02-26", "between Sirte and Nofaliya, evidence of the day", {"Bin Jawad": "Anti-Gaddafi"}),
        ("2011-03-07", "between Bin Jawad and Sidra, evidence of the day", {"Bin Jawad": "Gaddafi"}),
        ("2011-03-12", "between Sidra and Ras Lanuf, evidence 2 days old", {"Uqayla": "Anti-Gaddafi"}),
        ("2011-03-21", "between Ajdabiya and Benghazi, evidence 1 day old", {"Brega": "Gaddafi"}),
        ("2011-04-01", "between Nofaliya and Bin Jawad", {"Brega": "Anti-Gaddafi", "Sirte": "Gaddafi"}),
    ],
)
def test_five_moments_show_their_front_and_sides(
    open_page: Open, day: str, front: str, held: dict[str, str]
) -> None:
    page = open_page(hash_=f"#t={day}&w=0")
    assert shown_day(page) == day
    assert front in text(page, "#age")
    dates = wars.month_of_war().timeline["since"].dt.strftime("%Y-%m-%d")
    assert text(page, "#count").startswith(f"{(dates <= day).sum()} of {len(dates)} ")
    for place, side in held.items():
        _, lon, lat = wars.ROAD[place]
        nobody = "&hide=side:0&hide=side:1&hide=side:2"  # no event lies over the halo of the town
        page.evaluate(f"location.hash = '#t={day}&m=9/{lat}/{lon}{nobody}'")
        shown_day(page)
        assert tip_at(page, lon, lat).startswith(f"{place}: {side}")


def test_the_teeth_of_a_side_stand_on_its_ground(open_page: Open) -> None:
    page = open_page(hash_="#t=2011-03-21&m=9/31.4/20.1&w=1")
    shown_day(page)
    # The mean row of the pixels in the colour of each side; Benghazi, which the opposition holds, is north.
    rows_of_sides = page.evaluate(
        """() => {
          const canvas = document.querySelector(".leaflet-marks-pane canvas");
          const { data, width } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return [[0, 114, 178], [213, 94, 0]].map((colour) => {
            let [sum, many] = [0, 0];
            for (let k = 0; k < data.length; k += 4)
              if (colour.every((value, c) => data[k + c] === value)) {
                sum += Math.floor(k / 4 / width);
                many += 1;
              }
            return sum / many;
          });
        }"""
    )
    assert rows_of_sides[0] < rows_of_sides[1]


def test_a_claim_of_distance_is_drawn_with_both_figures(open_page: Open) -> None:
    page = open_page("report")
    page.click("#tab-distances")
    assert "claimed 300 mi E, measured 356 mi ESE: approximate" in text(page, "#pane-distances")
    rows(page).first.click()
    card = text(page, "#card")
    assert "Roughly fits" in card and "483 km" in card and "573 km" in card and "26° off" in card
    assert page.locator("#card mark").inner_text() == "300 miles east of Tripoli"


def test_statements_of_who_holds_a_place_are_no_events(open_page: Open) -> None:
    page = open_page("report")
    assert text(page, "#count") == "6 of 6 events"
    assert "Brega: held by Anti-Gaddafi forces" in text(page, "#pane-events")


def test_undated_events_are_shown_as_such(open_page: Open) -> None:
    page = open_page(wars.situation([wars.event(1, "clash", "Brega", None)]))
    assert text(page, "#moment") == "No dates"
    assert "undated" in text(page, "#pane-events")
    assert page.locator(".time").is_hidden()  # there is no time to go through


def test_a_situation_without_anything_opens(open_page: Open) -> None:
    page = open_page(wars.situation([]))
    assert "No events" in text(page, "#pane-events") and text(page, "#age") == "No front known"


@pytest.mark.parametrize("nasty", [NASTY[0], " ".join(NASTY)])
def test_text_of_reports_is_shown_and_never_run(open_page: Open, nasty: str) -> None:
    page = open_page(hostile(nasty))
    quote = f"He said {nasty} twice"
    for tab in ("events", "places", "distances", "sources"):
        page.click(f"#tab-{tab}")
        shown_day(page)
        rows(page).first.click()
        assert page.evaluate("window.__owned") is None
        if tab == "events":
            assert page.locator("#card blockquote").text_content() == quote
        page.keyboard.press("Escape")
    assert page.locator("h1").text_content().strip() == nasty.replace("\x00", "").strip()
    assert not page.locator("img, iframe, object").count()


def test_names_are_set_in_their_own_direction(open_page: Open) -> None:
    page = open_page(hostile("راس لانوف"))
    direction = "(selector) => getComputedStyle(document.querySelector(selector)).direction"
    assert page.evaluate(direction, "h1") == "rtl"
    page.click("#tab-places")
    shown_day(page)
    assert page.evaluate(direction, "#pane-places .row-button .main") == "rtl"
    assert page.evaluate(direction, "#pane-places .row-button .more") == "ltr"


@pytest.mark.parametrize("size", [DESKTOP, (900, 700), PHONE])
def test_nothing_is_wider_than_the_window(open_page: Open, size: tuple[int, int]) -> None:
    page = open_page(size=size)
    wide = page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
    assert wide <= 0
    outside = page.evaluate(
        """() => [...document.querySelectorAll("header *, .controls *, .tabs *")].filter((e) => {
          const box = e.getBoundingClientRect();
          return box.width && (box.right > innerWidth + 1 || box.left < -1); }).length"""
    )
    assert outside == 0


def test_the_phone_has_large_targets_and_a_closed_legend(open_page: Open) -> None:
    page = open_page(size=PHONE)
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, select, input, summary")].filter((e) => {
          const box = e.getBoundingClientRect(); return box.width && (box.height < 44 || box.width < 24); })
          .map((e) => e.id || e.textContent)"""
    )
    assert small == []
    assert not page.evaluate("document.getElementById('legend').open")
    assert page.locator("#map").bounding_box()["height"] > 300


def test_reduced_motion_moves_nothing_smoothly(open_page: Open) -> None:
    page = open_page(reduced_motion="reduce")
    assert not page.evaluate("document.querySelector('#map').classList.contains('leaflet-fade-anim')")


@pytest.mark.parametrize(("size", "dark"), [(DESKTOP, False), (DESKTOP, True), (PHONE, False)])
def test_axe_finds_nothing(open_page: Open, size: tuple[int, int], dark: bool) -> None:
    if not AXE.exists():
        assert not os.environ.get("CI"), "axe-core is missing; run npm install."
        pytest.skip("axe-core is not installed; run npm install")
    page = open_page(size=size, dark=dark)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for act in ("", "#tab-places", "[role=tabpanel]:not([hidden]) .row-button >> nth=0", "#help-button"):
        if act:
            page.click(act)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []


def test_a_list_of_thousands_keeps_few_rows_in_the_document(open_page: Open) -> None:
    page = open_page(wars.many_events(3_000), hash_="#w=0")
    assert rows(page).count() < 40
    page.evaluate("document.getElementById('lists').scrollTop = 100000")
    wait_until(page, "document.querySelector('[data-row=\"1350\"]') !== null")
    assert rows(page).count() < 50


def test_claims_of_one_distance_stand_together(open_page: Open) -> None:
    there = wars.distance_check()
    back = there | {"subject": "Tripoli", "landmark": "Ras Lanuf", "stated": "570 km west of Ras Lanuf"}
    back |= {"stated_m": 570_000.0, "stated_bearing": "west", "error_m": -3_100.0, "report_id": "r2"}
    page = open_page(wars.situation([], checks=[back, there], reports=REPORTS))
    page.click("#tab-distances")
    shown_day(page)
    assert rows(page).count() == 1
    assert "2 claims" in text(page, "#pane-distances")
    assert "measured 356 mi ESE, claimed 570 km W of Ras Lanuf; 300 mi E" in text(page, "#pane-distances")
    rows(page).first.click()
    assert "300 miles" in text(page, "#card")
    page.get_by_role("button", name=re.compile("^Second telling: claimed 570 km")).click()
    assert "570 km west of Ras Lanuf" in text(page, "#card")


REPORTS: list[dict[str, Any]] = [
    {"report_id": "r1", "title": "First telling", "published": wars.when(3, 10), "events": 1},
    {
        "report_id": "r2",
        "title": "Second telling",
        "published": wars.when(3, 11),
        "events": 1,
        "same_as": "r1",
    },
]


def test_a_report_that_repeats_another_says_so(open_page: Open) -> None:
    page = open_page(wars.situation([], reports=REPORTS))
    page.click("#tab-sources")
    shown_day(page)
    first, second = rows(page).all_inner_texts()
    assert "repeats another report" in second and "repeats" not in first
    rows(page).nth(1).click()
    assert re.search(r"Repeats\s+First telling", text(page, "#card"))
    page.keyboard.press("Escape")
    rows(page).first.click()
    assert re.search(r"Repeated by\s+Second telling", text(page, "#card"))


def test_what_a_correction_withdrew_is_listed_and_not_drawn(open_page: Open) -> None:
    day = wars.when(3, 10)
    wrong = wars.event(1, "capture", "Brega", day, flags=("superseded",))
    right = wars.event(2, "capture", "Brega", day, certainty="denied", flags=("correction",))
    page = open_page(wars.situation([wrong, right]), hash_="#m=9/30.407/19.579")
    assert text(page, "#count") == "1 of 1 event"
    assert "withdrawn by a correction" in text(page, "#pane-events")
    assert page.locator(".withdrawn").count() == 1
    shown_day(page)
    assert "earlier" not in tip_at(page, *wars.ROAD["Brega"][1:])
    page.locator(".withdrawn").click()
    assert "Withdrawn by a later correction" in text(page, "#card")


def test_very_many_events_are_shaded_and_counted(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(density, "MOST_EVENTS", 300)
    monkeypatch.setattr(density, "STRONGEST_EVENTS", 100)
    page = open_page(wars.scattered(2_000), hash_="#w=0&hide=side:0&m=6/30.5/17.5")
    assert "100 strongest are listed" in text(page, "#pane-events")
    shown = int(text(page, "#count").split()[0].replace(",", ""))
    everything = wars.scattered(2_000).timeline["actor"]
    assert shown == (everything != scene(wars.scattered(2_000))["parties"][0]).sum()
    page.evaluate("location.hash = '#w=0&m=5/30.5/17.5&hide=side:0&hide=side:1&hide=side:2'")
    shown_day(page)
    assert text(page, "#count").startswith("0 of 2,000")
    page.evaluate("location.hash = '#w=0&m=5/30.5/17.5'")
    shown_day(page)
    assert re.fullmatch(r"[\d,]+ events", tip_at(page, 14.6, 31.9))
    page.fill("#search", "shelling")
    shown_day(page)
    assert "with this search or filter the map shows these alone" in text(page, "#pane-events")
    assert tip_at(page, 14.6, 31.9) == ""
