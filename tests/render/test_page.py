"""The page in a real browser: every control by mouse and by keyboard, and what the map shows."""

from __future__ import annotations

import base64
import html
import json
import math
import os
import re
import shutil
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mapper.model import Situation
from mapper.render import density
from mapper.render.html import write_html
from mapper.render.scene import scene
from mapper.theatre import Theatre, Tiles

sys.path.insert(0, str(Path(__file__).parent))
import wars
from test_html import NASTY, hostile

playwright = pytest.importorskip("playwright.sync_api")

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP, PHONE = (1280, 800), (390, 844)
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium; a machine without one skips these tests, continuous integration does not."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        assert not os.environ.get("CI"), "No Chromium on PATH; install it, the tests of the page need it."
        pytest.skip("no Chromium on PATH")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pages of a report and of a month of war."""
    folder = tmp_path_factory.mktemp("pages")
    write_html(wars.one_report(), folder / "report.html")
    write_html(wars.month_of_war(), folder / "month.html")
    return folder


@pytest.fixture
def open_page(browser: Any, files: Path, tmp_path: Path) -> Iterator[Open]:
    """Open a page; anything on its console, any error and any request fails the test at its end."""
    faults: list[str] = []
    contexts = []

    def opened(
        what: str | Situation = "month",
        *,
        hash_: str = "",
        size: tuple[int, int] = DESKTOP,
        dark: bool = False,
        **more: Any,
    ) -> Any:
        path = files / f"{what}.html"
        if isinstance(what, Situation):
            path = tmp_path / "page.html"
            write_html(what, path)
        phone = size[0] < 600
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, is_mobile=phone, has_touch=phone,
            color_scheme="dark" if dark else "light", **more,
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: faults.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: is_local(request.url) or faults.append(f"request: {request.url}"))
        page.goto(path.as_uri() + hash_)
        if more.get("java_script_enabled", True):
            wait_until(page, "window.__mapReady === true")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def is_local(url: str) -> bool:
    """Whether an address is the file itself or a picture made in it."""
    return url.startswith(("file:", "data:", "blob:"))


def text(page: Any, selector: str) -> str:
    """The text of an element, as a reader sees it."""
    return str(page.locator(selector).inner_text()).strip()


def rows(page: Any) -> Any:
    """The rows of the list shown."""
    return page.locator("[role=tabpanel]:not([hidden]) .row-button")


def wait_until(page: Any, expression: str) -> None:
    """Wait until an expression is true; the page's policy forbids the browser to poll a text as script."""
    for _ in range(400):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {expression}")


def shown_day(page: Any) -> str:
    """The date shown, when what was asked for is painted."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return str(page.locator("#moment").get_attribute("datetime"))


def tip_at(page: Any, lon: float, lat: float, *, below: float = 0) -> str:
    """The tooltip over a position of the map, or some pixels below; the address tells centre and zoom."""
    found = re.search(r"m=([\d.]+)/(-?[\d.]+)/(-?[\d.]+)", page.url)
    assert found
    zoom, lat_0, lon_0 = map(float, found.groups())
    scale = 256 * 2**zoom

    def mercator(lat: float) -> float:
        return 0.5 - math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / (2 * math.pi)

    box = page.locator("#map").bounding_box()
    page.mouse.move(
        box["x"] + box["width"] / 2 + (lon - lon_0) / 360 * scale,
        box["y"] + box["height"] / 2 + (mercator(lat) - mercator(lat_0)) * scale + below,
        steps=2,
    )
    tip = page.locator("#tip")
    return str(tip.inner_text()) if tip.is_visible() else ""


# --- what the map shows ---------------------------------------------------------------------------


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


# --- controls -------------------------------------------------------------------------------------


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


def test_claims_of_one_distance_stand_together(open_page: Open) -> None:
    there = wars.distance_check()
    back = there | {"subject": "Tripoli", "landmark": "Ras Lanuf", "stated": "570 km west of Ras Lanuf"}
    back |= {"stated_m": 570_000.0, "stated_bearing": "west", "error_m": -3_100.0, "report_id": "r2"}
    page = open_page(wars.situation([], checks=[back, there], reports=REPORTS))
    page.click("#tab-distances")
    assert rows(page).count() == 1
    assert "2 claims" in text(page, "#pane-distances")
    assert "claimed 570 km W of Ras Lanuf; 300 mi E, measured 356 mi ESE" in text(page, "#pane-distances")
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


# --- links, pictures, frames ------------------------------------------------------------------------


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
    assert "Ras Lanuf" in text(page, "table.plain")
    assert page.locator("main").is_hidden()


def test_the_whole_list_is_printed(open_page: Open) -> None:
    page = open_page(hash_="#w=0")
    assert rows(page).count() < len(wars.month_of_war().timeline)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert rows(page).count() == len(wars.month_of_war().timeline)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert rows(page).count() < 40


# --- any reader, any text ---------------------------------------------------------------------------


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
