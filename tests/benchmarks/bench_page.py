"""Size, speed and faults of the page, beside folium's TimestampedGeoJson with the same events.

    python tests/benchmarks/bench_page.py [--events 10000 100000 1000000] [--page FILE ...] [--folder DIR]

A row for the example, the Libya reports, each FILE and each number of scattered events: CPU seconds to build,
megabytes, milliseconds until the page can be used (median of five openings), of a scrub through the days
(50 steps of the slider) median and 95th percentile, requests that left the file, faults on the console, and
violations that axe-core finds in light and dark at 1280x800 and 390x844. The row below a page of many events
is the plugin's. Needs Chromium; axe-core after `npm install`; the plugin runs here without a network after
`npm install --no-save leaflet@1.9.4 jquery leaflet-timedimension iso8601-js-period moment`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import folium
from folium.plugins import TimestampedGeoJson

from mapper import build, read_reports
from mapper.model import Situation
from mapper.render.html import write_html
from mapper.theatre import Theatre, read_theatre

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "render"))
import wars  # noqa: E402 - beside the tests of the page

MODULES = ROOT / "node_modules"
AXE = MODULES / "axe-core" / "axe.min.js"
SCREENS = [(size, dark) for size in ((1280, 800), (390, 844)) for dark in (False, True)]
OPENINGS = 5
MOST_FOR_PLUGIN = 100_000
# Where the scripts of the plugin lie, by the end of their address.
SCRIPTS = {
    "leaflet.js": "leaflet/dist/leaflet.js",
    "jquery.min.js": "jquery/dist/jquery.min.js",
    "jquery-3.7.1.min.js": "jquery/dist/jquery.min.js",
    "iso8601.min.js": "iso8601-js-period/iso8601.js",
    "moment.min.js": "moment/min/moment.min.js",
    "leaflet.timedimension.min.js": "leaflet-timedimension/dist/leaflet.timedimension.min.js",
}
TIMED = """
async (show) => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const times = [];
  for (let step = 0; step < 50; step++) {
    const start = performance.now();
    show(step / 49);
    await frame();
    await new Promise((done) => setTimeout(done));
    times.push(performance.now() - start);
  }
  return times;
}
"""
SCRUB = f"""
() => {{
  const slider = document.getElementById("day");
  return ({TIMED})((share) => {{
    slider.value = Math.round(Number(slider.max) * share);
    slider.dispatchEvent(new Event("input", {{ bubbles: true }}));
  }});
}}
"""
PLUGIN_SCRUB = f"""
() => {{
  const time = Object.values(window).find((value) => value instanceof L.Map).timeDimension;
  const last = time.getAvailableTimes().length - 1;
  return ({TIMED})((share) => time.setCurrentTimeIndex(Math.round(last * share)));
}}
"""
READY = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
HEAD = (
    "| page | build, CPU s | MB | usable, ms | scrub median, ms | p95, ms | requests | faults | axe |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def write_plugin(situation: Situation, path: Path) -> None:
    """Write the same events with folium's plugin."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [event.geometry.x, event.geometry.y]},
            "properties": {"time": event.since.isoformat(), "popup": event.quote, "icon": "circle"},
        }
        for event in situation.timeline.itertuples()
    ]
    chart = folium.Map(location=[31, 17], zoom_start=6, tiles=None)
    TimestampedGeoJson({"type": "FeatureCollection", "features": features}, period="P1D").add_to(chart)
    chart.save(str(path))


def built(write: Callable[[], None], path: Path) -> str:
    """Return CPU seconds and megabytes of a page."""
    start = time.process_time()
    write()
    return f"{time.process_time() - start:.2f} | {path.stat().st_size / 1e6:.2f}"


def figures(openings: Iterable[float], times: list[float]) -> str:
    """Return when a page can be used, and median and 95th percentile of a scrub through its days."""
    worst = sorted(times)[int(0.95 * len(times))]
    return f"{statistics.median(openings):.0f} | {statistics.median(times):.0f} | {worst:.0f}"


def opened(chromium: Any, path: Path) -> str:
    """Return the figures of our page in the browser, and what is wrong with it."""
    faults: list[str] = []
    requests: list[str] = []
    openings, violations = [], 0
    times: list[float] = []
    for number in range(OPENINGS):
        page = chromium.new_page(viewport={"width": 1280, "height": 800})
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(path.as_uri() + "#w=14")
        openings.append(page.evaluate(READY))
        if number == 0:
            times = page.evaluate(SCRUB)
        page.close()
    for (width, height), dark in SCREENS if AXE.exists() else []:
        scheme = "dark" if dark else "light"
        page = chromium.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        page.goto(path.as_uri())
        page.evaluate(AXE.read_text(encoding="utf-8"))
        for tab in ("events", "places", "distances", "sources"):
            page.click(f"#tab-{tab}")
            found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            violations += len(found["violations"])
        page.close()
    left = [url for url in requests if not url.startswith(("file:", "data:", "blob:"))]
    axe = str(violations) if AXE.exists() else "not installed"
    return f"{figures(openings, times)} | {len(left)} | {len(faults)} | {axe}"


def plugin_opened(chromium: Any, path: Path) -> str:
    """Return the figures of the plugin's page, its scripts served from `node_modules`."""
    if not (MODULES / "leaflet-timedimension").exists():
        return "not installed | | | | |"

    def serve(route: Any) -> None:
        local = SCRIPTS.get(route.request.url.rpartition("/")[2])
        if local:
            route.fulfill(path=MODULES / local)
        else:
            route.fulfill(body="", content_type="text/plain")

    openings = []
    times: list[float] = []
    for number in range(OPENINGS):
        page = chromium.new_page(viewport={"width": 1280, "height": 800})
        page.route("http*://**/*", serve)
        page.goto(path.as_uri())
        openings.append(page.evaluate(READY))
        if number == 0:
            page.wait_for_timeout(3_000)
            times = page.evaluate(PLUGIN_SCRUB)
        page.close()
    return f"{figures(openings, times)} | | |"


def situations(counts: Iterable[int]) -> Iterable[tuple[str, Situation, Theatre | None]]:
    """Yield what pages are made of."""
    data = ROOT / "data"
    yield "the example", build(data / "reports"), None
    theatre = read_theatre(data / "reports-libya-2011" / "theatre.toml")
    reports = read_reports(data / "reports", data / "reports-libya-2011")
    yield "Libya, March 2011", build(reports, theatre=theatre), theatre
    for count in counts:
        yield f"{count:,} events", wars.scattered(count), None


def main() -> None:
    """Build, open and scrub."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--events", type=int, nargs="*", default=[10_000, 100_000])
    arguments.add_argument("--page", type=Path, nargs="*", default=[])
    arguments.add_argument("--folder", type=Path, default=Path(tempfile.mkdtemp()))
    given = arguments.parse_args()
    from playwright.sync_api import sync_playwright

    print(f"Load of the machine at the start: {os.getloadavg()[0]:.1f}\n\n{HEAD}", flush=True)
    with sync_playwright() as driver:
        flags = ["--no-sandbox", "--disable-gpu"]
        chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        for path in given.page:
            size = f"{path.stat().st_size / 1e6:.2f}"
            print(f"| {path.name} | | {size} | {opened(chromium, path)} |", flush=True)
        for name, situation, theatre in situations(given.events):
            path = given.folder / "page.html"
            cost = built(lambda: write_html(situation, path, theatre=theatre), path)  # noqa: B023 - called at once
            print(f"| {name} | {cost} | {opened(chromium, path)} |", flush=True)
            if 10_000 <= len(situation.timeline) <= MOST_FOR_PLUGIN:
                path = given.folder / "plugin.html"
                cost = built(lambda: write_plugin(situation, path), path)  # noqa: B023
                print(f"| the plugin, same events | {cost} | {plugin_opened(chromium, path)} |", flush=True)
        chromium.close()


if __name__ == "__main__":
    main()
