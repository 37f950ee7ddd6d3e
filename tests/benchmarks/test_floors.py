"""Floors under what the package understands of annotated reports, its own and those beside the project.

    pytest tests/benchmarks/test_floors.py

The scorers are kept there; without it these are skipped. Lowering a floor takes a deliberate act.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BENCH = ROOT.parent / "shared" / "bench"
OWN = ROOT / "tests" / "reports"
MAPPER = f"{sys.executable} -m mapper"

pytestmark = pytest.mark.skipif(not BENCH.exists(), reason="the bench is kept beside the project")

# The least F1 of each part that a change may leave, and the most false facts.
EVENT_FLOORS = {
    BENCH / "frontline": ({"toponyms": 0.98, "distances": 0.97, "events": 0.81}, 0),
    BENCH / "frontline-more": ({"toponyms": 0.98, "distances": 0.99, "events": 0.74}, 1),
    BENCH / "frontline-exam": ({"toponyms": 0.96, "distances": 0.98, "events": 0.65}, 0),
    OWN / "read": ({"toponyms": 0.94, "distances": 0.98, "events": 0.66}, 1),
    # Nobody has looked at what is missed of these: they show how well unread reports are understood.
    OWN / "unread": ({"toponyms": 0.95, "distances": 0.98, "events": 0.54}, 0),
}


@pytest.mark.parametrize("folder", EVENT_FLOORS, ids=lambda folder: folder.name)
def test_reports_are_understood_no_worse_than_the_floor(folder: Path, tmp_path: Path) -> None:
    result = tmp_path / "scores.json"
    command = [sys.executable, str(BENCH / "run_events.py"), str(folder), "--mapper", MAPPER]
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
