"""Size and speed of the page, beside folium's TimestampedGeoJson with the same events.

    python tests/benchmarks/bench_page.py [--events 10000 100000] [--folder DIR]

Prints, for the page and for the plugin: CPU seconds to build, megabytes, milliseconds until the page can
be used, and of a scrub through the days (50 steps of the slider) median and 95th percentile in ms.
Needs Chromium; the plugin's own scripts come from the network, so only its build and size are compared
where there is none.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import folium
from folium.plugins import TimestampedGeoJson

from mapper.model import Situation
from mapper.render.html import write_html

sys.path.insert(0, str(Path(__file__).parents[1] / "render"))
import wars

SCRUB = """
async () => {
  const slider = document.getElementById("day");
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const times = [];
  for (let step = 0; step < 50; step++) {
    const start = performance.now();
    slider.value = Math.round((Number(slider.max) * step) / 49);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await frame();
    await new Promise((done) => setTimeout(done));
    times.push(performance.now() - start);
  }
  return times;
}
"""


def write_plugin(situation: Situation, path: Path) -> None:
    """Write the same events with folium's plugin."""
    events = situation.timeline
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [event.geometry.x, event.geometry.y]},
            "properties": {"time": event.since.isoformat(), "popup": event.quote, "icon": "circle"},
        }
        for event in events.itertuples()
    ]
    chart = folium.Map(location=[31, 17], zoom_start=6, tiles=None)
    TimestampedGeoJson({"type": "FeatureCollection", "features": features}, period="P1D").add_to(chart)
    chart.save(str(path))


def timed(write: Callable[[Situation, Path], None], situation: Situation, path: Path) -> str:
    """Return CPU seconds and megabytes of a page."""
    start = time.process_time()
    write(situation, path)
    return f"build {time.process_time() - start:6.2f} CPU s  {path.stat().st_size / 1e6:6.2f} MB"


def opened(chromium: Any, path: Path) -> str:
    """Return when a page can be used and how a scrub through its days goes."""
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    page.goto(path.as_uri() + "#w=14")
    ready = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    times = sorted(page.evaluate(SCRUB))
    page.close()
    worst = times[int(0.95 * len(times))]
    return f"usable {ready:6.0f} ms  scrub median {statistics.median(times):5.1f} ms  p95 {worst:5.1f} ms"


def main() -> None:
    """Build, open and scrub."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--events", type=int, nargs="+", default=[10_000])
    arguments.add_argument("--folder", type=Path, default=Path(tempfile.mkdtemp()))
    given = arguments.parse_args()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, situation in [
            ("one report", wars.one_report()),
            ("month of war", wars.month_of_war()),
            *((f"{count} events", wars.many_events(count)) for count in given.events),
        ]:
            path = given.folder / "page.html"
            print(f"{name:14}", timed(write_html, situation, path), opened(chromium, path), flush=True)
            if len(situation.timeline) >= 10_000:
                print(
                    f"{'  the plugin':14}",
                    timed(write_plugin, situation, given.folder / "plugin.html"),
                    flush=True,
                )
        chromium.close()


if __name__ == "__main__":
    main()
