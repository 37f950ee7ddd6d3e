"""Every control of the page by mouse and by keyboard, its links, pictures and frames."""

from __future__ import annotations

import base64
import html
import json
import re
import struct
import sys
from pathlib import Path
from typing import Any

import pytest

from mapper.render.html import write_html
from mapper.theatre import Theatre, Tiles

sys.path.insert(0, str(Path(__file__).parent))
import wars
from pages import Open, is_local, rows, shown_day, text, tip_at, wait_until


def test_time_is_moved_by_mouse(open_page: Open) -> None:
    page = open_page(hash_="#t=2011-03-07")
    page.click("#next")
    assert shown_day(page) == "2011-03-08"
    page.click("#previous")
    page.click("#previous")
    assert shown_day(page) < "2011-03-07"
    for surface in ("#histogram", "#chart"):
        box = page.locator(surface).bounding_box()
        page.mouse.click(box["x"] + box["width"] - 12, box["y"] + 20)
        assert shown_day(page) == "2011-04-07"
        page.mouse.click(box["x"] + 94, box["y"] + 20)
        assert shown_day(page) == "2011-02-26"


def test_time_is_moved_by_keyboard(open_page: Open) -> None:
    page = open_page(hash_="#t=2011-03-07")
    for key, day in (("ArrowRight", "2011-03-08"), ("p", "2011-03-07"), ("n", "2011-03-08")):
        page.keyboard.press(key)
        assert shown_day(page) == day
    page.focus("#day")
    page.keyboard.press("ArrowRight")
    assert shown_day(page) == "2011-03-09"
    assert page.locator("#day").get_attribute("aria-valuetext") == "9 March 2011"
    page.keyboard.press("Home")
    assert shown_day(page) == "2011-02-26"


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_the_war_is_played_to_its_end(open_page: Open, by: str) -> None:
    page = open_page()
    page.select_option("#speed", "30")
    if by == "mouse":
        page.click("#play")
    else:
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press(" ")
    wait_until(page, "document.getElementById('moment').textContent !== '7 April 2011'")
    wait_until(page, "document.getElementById('play').getAttribute('aria-pressed') === 'false'")
    assert shown_day(page) == "2011-04-07"


def test_the_window_leaves_old_events_out(open_page: Open) -> None:
    page = open_page()
    page.select_option("#window", "0")
    shown_day(page)
    assert (
        text(page, "#count")
        == f"{len(wars.month_of_war().timeline)} of {len(wars.month_of_war().timeline)} events"
    )
    page.select_option("#window", "3")
    shown_day(page)
    assert int(text(page, "#count").split()[0]) < 12


def test_filters_choose_side_kind_certainty_and_source(open_page: Open) -> None:
    page = open_page(hash_="#w=0")
    everything = int(text(page, "#count").split()[0])
    page.click("#filter-button")
    for name in ("Gaddafi forces", "Capture", "Claimed by one side", "Coast Radio"):
        page.get_by_label(re.compile(f"^{name}")).uncheck()
        shown_day(page)
        fewer = int(text(page, "#count").split()[0])
        assert fewer < everything
        page.get_by_role("button", name="Show all").click()
        shown_day(page)
        assert int(text(page, "#count").split()[0]) == everything
    page.keyboard.press("Escape")
    assert page.locator("#filters").is_hidden()
    assert page.evaluate("document.activeElement.id") == "filter-button"


def test_search_finds_words_of_quotes(open_page: Open) -> None:
    page = open_page(hash_="#w=0")
    page.keyboard.press("/")
    page.keyboard.type("misrata SIEGE")
    shown_day(page)
    titles = {row.split("\n")[1] for row in rows(page).all_inner_texts()}
    assert titles == {"Siege, Misrata"}
    page.keyboard.press("Escape")
    shown_day(page)
    assert page.input_value("#search") == ""


def test_tabs_lists_and_card_work_by_keyboard_alone(open_page: Open) -> None:
    page = open_page()
    page.focus("#tab-events")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-places"
    shown_day(page)
    assert page.locator("#pane-places").is_visible() and page.locator("#pane-events").is_hidden()
    page.keyboard.press("ArrowLeft")
    shown_day(page)
    rows(page).first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "card"
    assert page.locator("#card blockquote").is_visible()
    page.keyboard.press("Escape")
    shown_day(page)
    assert page.locator("#card").is_hidden()
    assert page.evaluate("document.activeElement.closest('[data-row]').dataset.row") == "1"


def test_a_click_on_a_mark_opens_its_card(open_page: Open) -> None:
    page = open_page(hash_="#t=2011-03-06&m=9/30.5/18.5&w=30")
    shown_day(page)
    assert "Sirte" not in tip_at(page, *wars.ROAD["Nofaliya"][1:])
    page.evaluate("location.hash = '#t=2011-03-30&m=10/32.375/15.092&w=0'")
    shown_day(page)
    assert tip_at(page, *wars.ROAD["Misrata"][1:]).startswith("Misrata: Anti-Gaddafi forces")
    # The marks of a town whose holder is drawn stand below its dot.
    assert tip_at(page, *wars.ROAD["Misrata"][1:], below=24).startswith("Siege, Misrata")
    page.mouse.down()
    page.mouse.up()
    assert "Siege, Misrata" in text(page, "#card h2")
    assert re.search(r"1 of \d+ here", text(page, "#card .bar"))
    page.get_by_role("button", name="Older").click()
    assert re.search(r"2 of \d+ here", text(page, "#card .bar"))


def test_the_card_gives_quote_reasons_and_source(open_page: Open) -> None:
    page = open_page("report")
    page.get_by_role("button", name=re.compile("Capture, Sidra")).click()
    card = text(page, "#card")
    for part in (
        "Claimed by one side",
        "against Anti-Gaddafi forces",
        "10 March 2011",
        "±3 km",
        "Libya · GeoNames (CC BY 4.0)",
        "[pins]",
    ):
        assert part in card
    assert page.locator("#card mark").inner_text() == "capture"
    link = page.locator("#card a")
    assert link.get_attribute("href") == "https://example.org/rebels-pull-back"
    assert link.get_attribute("rel") == "noopener noreferrer"


def test_other_reports_of_an_event_stand_on_its_card(open_page: Open) -> None:
    day = wars.when(3, 10)
    second = wars.event(
        2, "capture", "Sidra", day, same_as="e00001", source="Coast Radio", quote="Sidra has fallen."
    )
    page = open_page(wars.situation([wars.event(1, "capture", "Sidra", day), second]))
    assert text(page, "#count") == "1 of 1 event" or text(page, "#count").startswith("1 of ")
    rows(page).first.click()
    assert "Coast Radio: Sidra has fallen." in text(page, "#card .others")


@pytest.mark.parametrize(
    ("control", "key", "proof"),
    [
        ("#chart-button", "Enter", "document.getElementById('chart').hidden"),
        ("#legend summary", "Enter", "document.getElementById('legend').open !== wasOpen"),
        (
            "#link-button",
            "Enter",
            "/Copied|See address/.test(document.getElementById('link-button').textContent)",
        ),
        ("#filter-button", "Enter", "!document.getElementById('filters').hidden"),
        ("#help-button", "Space", "document.getElementById('help').open"),
        ("#next", "Enter", "document.getElementById('moment').textContent === '12 March 2011'"),
        ("#previous", "Space", "document.getElementById('moment').textContent === '10 March 2011'"),
        ("#window", "ArrowDown", "/w=30/.test(location.hash)"),
        ("#speed", "ArrowDown", "document.getElementById('speed').value === '5'"),
        (".leaflet-control-zoom-in", "Enter", "/m=8\\//.test(location.hash)"),
        ("#front-button", "Enter", "!/m=7\\//.test(location.hash)"),
        ("#map", "+", "/m=8\\//.test(location.hash)"),
    ],
)
@pytest.mark.parametrize("by", ["keyboard", "mouse"])
def test_every_control_does_its_work(open_page: Open, control: str, key: str, proof: str, by: str) -> None:
    page = open_page(hash_="#t=2011-03-11&m=7/30.5/18", reduced_motion="reduce")
    page.evaluate("wasOpen = document.getElementById('legend').open")
    if by == "keyboard" or control == "#map":
        page.focus(control)
        page.keyboard.press(key)
    elif control in ("#window", "#speed"):
        page.select_option(control, {"#window": "30", "#speed": "5"}[control])
    else:
        page.click(control)
    wait_until(page, proof)


def test_filters_are_set_by_keyboard(open_page: Open) -> None:
    page = open_page(hash_="#w=0")
    everything = text(page, "#count")
    page.focus("#filter-button")
    page.keyboard.press("Enter")
    page.keyboard.press("Space")  # the first box has the focus
    shown_day(page)
    assert text(page, "#count") != everything and text(page, "#filter-button") == "Filters (1 off)"
    again = open_page(hash_="#" + page.url.partition("#")[2])
    assert text(again, "#count") == text(page, "#count")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "filter-button"


def test_help_opens_and_closes_by_key(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#help").is_hidden()


def test_the_map_is_moved_by_arrows_only_when_it_has_the_focus(open_page: Open) -> None:
    page = open_page(hash_="#t=2011-03-10")
    before = page.url
    page.focus("#map")
    page.keyboard.press("ArrowRight")
    wait_until(page, f"location.href !== {json.dumps(before)}")
    assert shown_day(page) == "2011-03-10"
    page.click(".leaflet-control-zoom-in")
    page.wait_for_timeout(400)
    assert "t=2011-03-10" in page.url


def test_a_link_shows_the_same_moment_again(open_page: Open) -> None:
    page = open_page()
    page.select_option("#window", "30")
    page.focus("#day")
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    page.fill("#search", "misrata")
    shown_day(page)
    rows(page).first.click()
    shown_day(page)
    first = (text(page, "#moment"), text(page, "#count"), text(page, "#card"), page.url)
    again = open_page(hash_="#" + page.url.partition("#")[2])
    shown_day(again)
    assert (text(again, "#moment"), text(again, "#count"), text(again, "#card"), again.url) == first
    assert again.input_value("#search") == "misrata" and again.input_value("#window") == "30"


@pytest.mark.parametrize(
    "hash_", ["#t=yesterday&m=a/b/c&w=x&tab=no&e=none", "#%E0%A4%A", "#hide=toString:1&d=-1&p="]
)
def test_a_broken_link_opens_the_page_as_it_is(open_page: Open, hash_: str) -> None:
    assert shown_day(open_page(hash_=hash_)) == "2011-04-07"


def test_the_map_is_saved_as_a_picture(open_page: Open, tmp_path: Path) -> None:
    page = open_page(hash_="#t=2011-03-16")
    with page.expect_download() as download:
        page.click("#save-button")
    assert download.value.suggested_filename == "map-2011-03-16.png"
    download.value.save_as(tmp_path / "map.png")
    head = (tmp_path / "map.png").read_bytes()[:24]
    size = page.locator("#map").bounding_box()
    assert struct.unpack(">II", head[16:])[0] == 2 * size["width"]


def test_the_buttons_of_the_map_go_to_the_front_and_back(open_page: Open) -> None:
    page = open_page(hash_="#t=2011-03-21", reduced_motion="reduce")
    shown_day(page)
    zoom = "Number(/m=([0-9.]+)/.exec(location.hash)[1])"
    whole = page.evaluate(zoom)
    page.click("#front-button")
    wait_until(page, f"{zoom} > {whole} + 0.5")
    page.click("#all-button")
    wait_until(page, f"{zoom} === {whole}")


def test_an_online_map_is_asked_for_only_when_a_reader_says_so(
    open_page: Open, browser: Any, tmp_path: Path
) -> None:
    tiles = Tiles("https://tile.example.org/{z}/{x}/{y}.png", "© <b>somebody</b>")
    write_html(wars.one_report(), tmp_path / "tiles.html", theatre=Theatre(tiles=tiles))
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    picture = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
    page.route("https://**/*", lambda route: route.fulfill(body=picture, content_type="image/gif"))
    page.goto((tmp_path / "tiles.html").as_uri())
    wait_until(page, "window.__mapReady === true")
    button = page.get_by_role("button", name="Online map")
    assert "tile.example.org" in button.get_attribute("title")
    assert [url for url in asked if not is_local(url)] == []
    button.press("Enter")
    wait_until(page, "document.querySelectorAll('.leaflet-tile-loaded').length > 3")
    assert {url.split("/")[2] for url in asked if not is_local(url)} == {"tile.example.org"}
    assert "Online map: © <b>somebody</b>" in text(page, ".credits")
    button.press("Enter")
    assert page.locator(".leaflet-tile").count() == 0 and "Online map" not in text(page, ".credits")
    page.close()
    assert open_page("report").locator("#tiles-button").is_hidden()


def test_the_page_leaves_nothing_global_but_its_signal(open_page: Open) -> None:
    page = open_page()
    added = page.evaluate(
        """() => { const frame = document.createElement("iframe"); document.body.append(frame);
          const plain = new Set(Object.getOwnPropertyNames(frame.contentWindow)); frame.remove();
          return Object.getOwnPropertyNames(window).filter(
            (name) => !plain.has(name) && window[name] !== undefined && !/^\\d+$/.test(name)); }"""
    )
    # Leaflet keeps its listeners of the window there.
    ours = [name for name in added if not name.startswith(("__playwright", "_leaflet_events"))]
    assert ours == ["__mapReady"]


def test_the_page_works_in_a_frame(open_page: Open, browser: Any, files: Path, tmp_path: Path) -> None:
    source = (files / "month.html").read_text(encoding="utf-8")
    (tmp_path / "frame.html").write_text(
        f'<iframe srcdoc="{html.escape(source)}" width=700 height=600></iframe>'
    )
    page = browser.new_page()
    page.goto((tmp_path / "frame.html").as_uri())
    frame = page.frame_locator("iframe")
    frame.locator("#next").wait_for()
    frame.locator("#previous").click()
    assert frame.locator("#moment").inner_text() != "7 April 2011"
    assert page.url.endswith("frame.html")
    page.close()


def test_without_script_there_is_a_table(open_page: Open) -> None:
    page = open_page("report", java_script_enabled=False)
    assert page.locator("table.plain tr").count() == 8
    assert "Ras Lanuf" in page.locator("table.plain").inner_text()
    assert page.locator("main").is_hidden()


def test_the_whole_list_is_printed(open_page: Open) -> None:
    page = open_page(hash_="#w=0")
    assert rows(page).count() < len(wars.month_of_war().timeline)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert rows(page).count() == len(wars.month_of_war().timeline)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert rows(page).count() < 40
