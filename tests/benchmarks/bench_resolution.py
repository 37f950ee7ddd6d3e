"""Accuracy and cost of resolution with the spans given: `python tests/benchmarks/bench_resolution.py`.

Runs the shipped weights over `../shared/bench`. All corpora but TUD-Loc and frontline-exam trained those
weights: for them the honest figures are the fold table of `data/train_resolver.py`, and this shows cost.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import time
from collections.abc import Iterator
from pathlib import Path

from shapely.geometry import Point

from mapper.model import Resolution, Toponym
from mapper.places.gazetteer import open_gazetteer
from mapper.places.resolve import resolve
from mapper.space.distance import geodesic
from mapper.text.locatives import find_locatives

BENCH = Path(__file__).parents[3] / "shared" / "bench"
Judged = list[tuple[float, float]]  # score, kilometres off


def corpora(bench: Path) -> Iterator[tuple[str, str, list[dict[str, object]]]]:
    """Yield (corpus, text, gold toponyms) a document."""
    for path in sorted((bench / "corpora").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                yield path.name.split(".")[0], record["text"], record["toponyms"]
    for corpus in ("frontline", "frontline-more", "frontline-exam"):
        for path in sorted((bench / corpus).glob("*.gold.json")):
            text = path.with_name(path.name.replace(".gold.json", ".txt")).read_bytes().decode()
            gold = json.loads(path.read_text(encoding="utf-8"))["toponyms"]
            yield corpus, text, [t | {"lat": None} if t.get("areal") else t for t in gold]


def judge(gold: list[dict[str, object]], resolutions: list[Resolution]) -> Judged:
    """Return (score, kilometres off) of every toponym whose gold has a point."""
    judged = []
    for toponym, resolution in zip(gold, resolutions, strict=True):
        if toponym["lat"] is not None:
            km = math.inf
            if resolution.place is not None:
                km = (
                    geodesic(Point(toponym["lon"], toponym["lat"]), resolution.place.geometry.centroid)[0]
                    / 1000
                )
            judged.append((resolution.score, km))
    return judged


def calibration_error(judged: Judged) -> float:
    """Return the expected calibration error over ten equal bins."""
    bins: dict[int, list[float]] = {}
    for score, km in judged:
        bins.setdefault(min(9, int(score * 10)), []).append(score - (km <= 161))
    return sum(abs(sum(values)) for values in bins.values()) / len(judged)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", type=Path, default=BENCH)
    options = parser.parse_args()
    gazetteer = open_gazetteer()
    results: dict[str, Judged] = {}
    cost: dict[str, list[float]] = {}
    for corpus, text, gold in corpora(options.bench):
        gold.sort(key=lambda t: t["start"])
        toponyms = [Toponym(t["start"], t["end"], text[t["start"] : t["end"]]) for t in gold]
        locatives = find_locatives(text, toponyms)
        began = time.process_time()
        resolutions = resolve(toponyms, locatives, gazetteer, text=text)
        cost.setdefault(corpus, []).append(time.process_time() - began)
        results.setdefault(corpus, []).extend(judge(gold, resolutions))
    print("| corpus | toponyms | acc@161 | acc@25 | ECE | ms a document |\n|---|---|---|---|---|---|")
    for corpus, judged in results.items():
        near, close = (sum(km <= limit for _, km in judged) / len(judged) for limit in (161, 25))
        milliseconds = 1000 * sum(cost[corpus]) / len(cost[corpus])
        print(
            f"| {corpus} | {len(judged)} | {near:.3f} | {close:.3f} | {calibration_error(judged):.3f} | "
            f"{milliseconds:.1f} |"
        )


if __name__ == "__main__":
    main()
