"""The page as a file: what is in it, and what no text of a report can do to it."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely.geometry import Polygon

from mapper.model import PLACES_COLUMNS, Situation
from mapper.render import claims, density
from mapper.render.html import page, write_html
from mapper.render.scene import scene
from mapper.render.spelling import Spelling
from mapper.theatre import Side, Theatre, Tiles

sys.path.insert(0, str(Path(__file__).parent))
import wars

NASTY = [
    "</script><script>window.__owned = 1</script>",
    "</noscript><img src=x onerror='window.__owned = 1'>",
    "`${window.__owned = 1}`",
    "{{ 7 * 7 }} {% for x in y %} {# comment",
    "<!-- <script> <![CDATA[ ]]>",
    "\"'>\\ \u2028\u2029 \x00\x0b",
    "مدينة رأس لانوف \u202egnp.exe",
    "🔥💥 ‍☠",
]


def data_of(text: str) -> dict[str, Any]:
    """The scene that a page carries."""
    found = re.search(r'<script type="application/json" id="mapper-data">(.*?)</script>', text, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


class Markup(HTMLParser):
    """Collects elements and the texts of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[str] = []
        self.inline: dict[str, list[str]] = {"script": [], "style": []}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in self.inline:
            self.inline[tag].append("")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem in self.inline:
            self.inline[self.cdata_elem][-1] += data


def hostile(text: str) -> Situation:
    """A situation with the text in every field that comes from a report."""
    event = wars.event(
        1, "shelling", "Ras Lanuf", wars.when(3, 10), quote=f"He said {text} twice", trigger=text
    )
    fields = (
        "actor",
        "opponent",
        "holder",
        "place",
        "place_id",
        "flags",
        "source",
        "order_reason",
        "event_id",
    )
    event |= dict.fromkeys(fields, text)
    place = wars.place_rows(["Ras Lanuf"])[0] | {
        "toponym": text,
        "place": text,
        "place_id": text,
        "country": text,
    }
    told = ("subject", "landmark", "stated", "sentence", "quote")
    check = wars.distance_check() | dict.fromkeys(told, text)
    front = wars.front(wars.when(3, 10), "Sidra", "Ras Lanuf") | {"side_a": text, "moved_toward": text}
    report = {"report_id": "r1", "title": text, "published": None, "source": text, "url": text, "events": 1}
    return wars.situation(
        [event],
        places=[place, place | {"place_id": "", "geometry": None}],
        controls=[wars.control("Ras Lanuf", text, wars.when(3, 1), None) | {"place": text, "place_id": text}],
        fronts=[front],
        checks=[check],
        reports=[report],
        title=text,
    )


@pytest.mark.parametrize("text", NASTY)
def test_text_of_reports_is_never_markup(text: str) -> None:
    plain, attacked = Markup(page(hostile("word"))), Markup(page(hostile(text)))
    assert [tag for tag, _ in attacked.tags] == [tag for tag, _ in plain.tags]
    assert data_of(page(hostile(text)))["events"]["quote"] == [f"He said {text} twice"]
    assert "49" not in data_of(page(hostile(text)))["title"]


def test_the_policy_allows_the_inline_parts_by_digest_and_nothing_else() -> None:
    markup = Markup(page(wars.one_report()))
    policy = next(a["content"] for tag, a in markup.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    scripts = [text for text in markup.inline["script"] if not text.startswith("{")]
    for text in (*scripts, *markup.inline["style"]):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_the_policy_lets_pictures_of_an_online_map_in_and_nothing_else_of_it() -> None:
    tiles = Tiles("https://{s}.tile.example.org/{z}/{x}/{y}.png", "© somebody")
    markup = Markup(page(wars.one_report(), theatre=Theatre(tiles=tiles)))
    policy = next(a["content"] for tag, a in markup.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy and policy.count("https://") == 1
    assert "img-src data: blob: https://*.tile.example.org;" in policy


def test_nothing_is_loaded_from_anywhere() -> None:
    markup = Markup(page(wars.one_report()))
    assert not [tag for tag, a in markup.tags if a.get("src") or a.get("href") or a.get("srcset")]
    styles = "".join(markup.inline["style"])
    assert not re.search(r"url\((?!#)", styles) and "@import" not in styles


def test_an_address_that_would_run_is_dropped() -> None:
    situation = wars.one_report()
    for url in (
        "javascript:alert(1)",
        "data:text/html,x",
        "//example.org/x",
        "https://a b",
        "ftp://example.org",
    ):
        reports = situation.reports.assign(url=url)
        assert scene(dataclasses.replace(situation, reports=reports))["reports"][0]["url"] == ""
    assert scene(situation)["reports"][0]["url"] == "https://example.org/rebels-pull-back"


def test_the_same_situation_gives_the_same_bytes_in_any_process() -> None:
    code = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1]); import wars; "
        "from mapper.render.html import page; "
        "print(hashlib.sha256(page(wars.month_of_war()).encode()).hexdigest())"
    )
    environment = os.environ | {"PYTHONHASHSEED": "2", "TZ": "Asia/Kathmandu", "LC_ALL": "C"}
    command = [sys.executable, "-c", code, str(Path(__file__).parent)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == hashlib.sha256(page(wars.month_of_war()).encode()).hexdigest()


def test_pages_stay_small() -> None:
    assert len(page(wars.one_report()).encode()) < 600_000
    assert len(page(wars.month_of_war()).encode()) < 800_000
    assert len(page(wars.many_events(10_000)).encode()) < 4_000_000


def test_readers_without_script_get_every_event() -> None:
    text = page(wars.month_of_war())
    table = text[text.index("<noscript>") : text.index("</noscript>")]
    assert table.count("<tr><td>") == len(wars.month_of_war().timeline)
    assert "2011-03-03" in table and "Bin Jawad" in table


def test_a_situation_without_anything_gives_a_page_that_says_so() -> None:
    text = page(wars.situation([]))
    data = data_of(text)
    assert len(text) < 900_000  # a view of the whole world
    assert data["first"] is None and data["events"]["id"] == [] and data["fronts"] == {}


def test_undated_events_are_kept() -> None:
    data = data_of(page(wars.situation([wars.event(1, "clash", "Brega", None)])))
    assert data["events"]["day"] == [None] and data["first"] is None


def test_the_file_is_the_page(tmp_path: Path) -> None:
    write_html(wars.one_report(), tmp_path / "map.html")
    assert (tmp_path / "map.html").read_text(encoding="utf-8") == page(wars.one_report())


def test_the_colours_of_the_theatre_reach_the_sides() -> None:
    theatre = Theatre(sides=(Side(wars.GOVERNMENT, color="#336600"),))
    assert scene(wars.one_report(), theatre=theatre)["colours"] == [None, "#336600"]


def test_the_side_at_the_low_end_of_the_axis_is_the_one_that_holds_its_places() -> None:
    rows = scene(wars.month_of_war())["fronts"]
    assert {row["lowSide"] for row in rows} == {1}  # the government, which holds Tripoli


def test_a_claim_stands_beside_its_measurement_in_the_unit_of_the_claim() -> None:
    check = scene(wars.one_report())["checks"][0]
    assert check["label"] == "claimed 300 mi E, measured 356 mi ESE: approximate"
    lon, lat = check["arc"][len(check["arc"]) // 2]  # straight east of Tripoli
    assert lon == pytest.approx(18.33, abs=0.05) and lat == pytest.approx(32.75, abs=0.05)


def test_a_claim_without_direction_is_a_whole_circle() -> None:
    row = wars.distance_check() | {"stated": "480 km from Tripoli", "stated_bearing": "", "claimed": None}
    check = scene(wars.situation([], checks=[row]))["checks"][0]
    assert check["label"] == "claimed 483 km, measured 573 km ESE: approximate"
    assert check["arc"][0] == pytest.approx(check["arc"][-1], abs=1e-3)


def test_very_many_events_become_density_and_the_strongest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(density, "MOST_EVENTS", 300)
    monkeypatch.setattr(density, "STRONGEST_EVENTS", 50)
    situation = wars.many_events(400)
    data = scene(situation)
    assert (
        len(data["events"]["id"]) == 50
        and data["total"] == 400 - (situation.timeline["kind"] == "holds").sum()
    )
    assert sum(data["density"]["count"]) == data["total"]
    assert {data["events"]["certaintyWords"][c] for c in data["events"]["certainty"]} == {"reported"}


def test_the_strongest_events_come_from_every_week(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(density, "STRONGEST_EVENTS", 300)
    shown = density.strongest(wars.scattered(3_000, years=1).timeline)
    weeks = shown["since"].dt.day_of_year // 7
    assert set(weeks) == set(range(53)) and (shown["certainty"] == "reported").all()


def test_cells_nest_and_count_every_event_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(density, "MOST_EVENTS", 300)
    data = scene(wars.scattered(2_000))["density"]
    assert sum(data["count"]) == 2_000 and data["week"] == sorted(data["week"])
    for coarse, fine in pairwise(data["levels"]):
        assert fine["resolution"] == coarse["resolution"] + 1
        for ring, parent in zip(fine["rings"], fine["parent"], strict=True):
            inside, around = cell_of(ring), cell_of(coarse["rings"][parent])
            assert around.buffer(0.3 * around.length / 6).contains(inside.centroid)


def cell_of(ring: list[int]) -> Polygon:
    """The outline that a run of steps stands for."""
    return Polygon(np.cumsum(np.reshape(ring, (-1, 2)), axis=0) / density.UNITS_PER_DEGREE)


def test_claims_about_one_pair_of_places_share_a_number() -> None:
    there = wars.distance_check()
    back = there | {"subject": "Tripoli", "landmark": "Ras Lanuf", "stated": "570 km west of Ras Lanuf"}
    other = there | {"subject": "Sidra"}
    checks = scene(wars.situation([], checks=[there, other, back]))["checks"]
    assert [check["pair"] for check in checks] == [0, 1, 0]


def test_of_very_many_claims_the_page_holds_those_about_the_places_told_of_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(claims, "MOST_CLAIMS", 2)
    rows = [
        wars.distance_check() | {"stated": f"{n} km east of Tripoli", "pair_reports": n} for n in (5, 1, 9)
    ]
    data = scene(wars.situation([], checks=rows))
    assert [check["stated"][0] for check in data["checks"]] == ["5", "9"] and data["claims"] == 3


def test_what_comes_again_is_in_the_page_once() -> None:
    day = wars.when(3, 10)
    told = [
        wars.event(n, "clash", "Sidra", day) | {"quote": "It went on.", "trigger": t}
        for n, t in enumerate(["went", "It went on.", ""])
    ]
    events = data_of(page(wars.situation(told)))["events"]
    assert events["quote"] == ["It went on.", 0, 0] and events["trigger"] == ["went", None, ""]
    assert events["spot"] == [0, 0, 0] and len(events["spots"]) == 2


def test_tables_with_words_as_categories_give_the_same_page() -> None:
    war = wars.month_of_war()
    words = ["toponym", "place_id", "place", "matched", "role", "report_id"]
    places = war.places.astype(dict.fromkeys(words, "category"))
    told = ["kind", "actor", "place_id", "place", "same_as", "source", "certainty", "flags"]
    timeline = war.timeline.astype(dict.fromkeys(told, "category"))
    assert page(dataclasses.replace(war, places=places, timeline=timeline)) == page(war)


def test_withdrawn_events_and_second_tellings_are_no_events() -> None:
    day = wars.when(3, 10)
    told = [wars.event(1, "capture", "Sidra", day), wars.event(2, "capture", "Sidra", day, same_as="e00001")]
    withdrawn = wars.event(3, "capture", "Brega", day, flags=("superseded",))
    assert scene(wars.situation([*told, withdrawn]))["total"] == 1


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ({"Brega": 3, "Al Burayqah": 1}, "Brega"),
        ({"Brega": 1, "Al Burayqah": 1}, "Al Burayqah"),
        ({"BREGA": 2, "Marsa Brega": 1}, "Brega"),
        ({"AL BURAYQAH": 2}, "Al Burayqah"),
        ({}, "Al Burayqah"),
    ],
)
def test_the_map_spells_places_as_most_reports_do(told: dict[str, int], shown: str) -> None:
    [row] = wars.place_rows(["Brega"])
    row |= {"place": "Al Burayqah"}
    rows = [row | {"toponym": name} for name, many in told.items() for _ in range(many)]
    slip = [row | {"toponym": "Breqa", "matched": "misspelt"}] * 9
    places = wars.table([*rows, *slip], PLACES_COLUMNS)
    assert Spelling(places).of("Al Burayqah", "ly:Brega") == shown


def test_the_way_of_the_axis_over_water_is_not_drawn_as_road() -> None:
    ways = {place["name"]: place["land"] for place in scene(wars.month_of_war())["axis"]}
    assert ways["Ajdabiya"] and not ways["Misrata"]  # from Misrata a straight line crosses the gulf
