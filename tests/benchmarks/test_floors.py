"""Floors under what the package understands of texts kept beside the project, held with the scorers there.

    pytest tests/benchmarks/test_floors.py

Lowering a floor takes a deliberate act. These are skipped only where ../shared is absent.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BENCH = ROOT.parent / "shared" / "bench"
MAPPER = f"{sys.executable} -m mapper"

pytestmark = pytest.mark.skipif(not BENCH.exists(), reason="the bench is kept beside the project")

# The least F1 of each part that a change may leave, and the most false facts.
EVENT_FLOORS = {
    "frontline": ({"toponyms": 0.98, "distances": 0.95, "events": 0.70}, 0),
    "frontline-more": ({"toponyms": 0.97, "distances": 0.97, "events": 0.62}, 1),
    "frontline-exam": ({"toponyms": 0.95, "distances": 0.97, "events": 0.50}, 2),
}


@pytest.mark.parametrize("folder", EVENT_FLOORS)
def test_reports_are_understood_no_worse_than_the_floor(folder: str, tmp_path: Path) -> None:
    result = tmp_path / "scores.json"
    command = [sys.executable, str(BENCH / "run_events.py"), str(BENCH / folder), "--mapper", MAPPER]
    subprocess.run([*command, "--json", str(result)], check=True, cwd=ROOT)
    scores = json.loads(result.read_text(encoding="utf-8"))
    total = scores.get("total", scores)
    floors, most_false_facts = EVENT_FLOORS[folder]
    for part, floor in floors.items():
        assert total[part]["f1"] >= floor, part
    assert total["events"]["false_facts"] <= most_false_facts


@pytest.mark.parametrize("spans", [[], ["--gold-spans"]])
def test_every_corpus_runs(spans: list[str]) -> None:
    command = [sys.executable, str(BENCH / "run_geoparsing.py"), "--corpora", str(BENCH / "corpora")]
    subprocess.run([*command, "--mapper", MAPPER, *spans], check=True, cwd=ROOT)
