"""What the gazetteer covers and how fast it is: python tests/benchmarks/bench_gazetteer.py [--misses FILE]

Coverage: the share of gold toponyms with a candidate within 161 km (front-line sets: 25 km) for their
spelling in the text. Skips the corpora where ../shared is absent. Speeds are of this process, one thread.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
import resource
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pyproj import Geod

from mapper.places.gazetteer import TableGazetteer, open_gazetteer

SHARED = Path(__file__).parents[3] / "shared" / "bench"
CORPORA = {"lgl-dev": 0.96, "tr-news-dev": 0.97, "gwn-dev": 0.89, "geovirus-dev": 0.85, "tud-loc-dev": 0.85}
FRONTS = {"frontline": 0.98, "frontline-more": 0.90, "frontline-exam": 0.90}
GEOD = Geod(ellps="WGS84")

Gold = tuple[str, float, float, str]


def corpus(name: str) -> Iterator[Gold]:
    """Yield (text, lon, lat, kind) of the gold toponyms with coordinates."""
    with gzip.open(SHARED / "corpora" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            for toponym in json.loads(line)["toponyms"]:
                if toponym["lat"] is not None:
                    yield toponym["text"], toponym["lon"], toponym["lat"], str(toponym["kind"])


def front(name: str) -> Iterator[Gold]:
    """Yield the gold toponyms of a front-line set; areal ones have no point to hit."""
    for path in sorted((SHARED / name).glob("*.gold.json")):
        for toponym in json.loads(path.read_text(encoding="utf-8"))["toponyms"]:
            if not toponym.get("areal") and toponym.get("lat") is not None:
                yield toponym["text"], toponym["lon"], toponym["lat"], path.stem


def coverage(
    gazetteer: TableGazetteer, gold: list[Gold], within_km: float, misses: Counter[tuple[str, str]]
) -> float:
    """Return the share of gold with a candidate near enough; count the rest in `misses`."""
    hit = 0
    for text, lon, lat, kind in gold:
        places = gazetteer.candidates(text)
        lons, lats = [p.geometry.x for p in places], [p.geometry.y for p in places]
        near = (
            min(GEOD.inv(lons, lats, [lon] * len(places), [lat] * len(places))[2], default=1e9)
            if places
            else 1e9
        )
        if near <= within_km * 1_000:
            hit += 1
        else:
            misses[
                text, "no candidate" if not places else f"{places[0].matched} only elsewhere ({kind})"
            ] += 1
    return hit / len(gold)


def typo(name: str, chance: random.Random) -> str:
    """Return a name with one letter left out, put in, exchanged or swapped; the first one stays."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    at = chance.randrange(1, len(name))
    return chance.choice(
        [
            name[:at] + name[at + 1 :],
            name[:at] + chance.choice(letters) + name[at:],
            name[:at] + chance.choice(letters) + name[at + 1 :],
            name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :],
        ]
    )


def microseconds(gazetteer: TableGazetteer, names: list[str]) -> list[float]:
    """Return the processor time of each look-up, sorted."""
    times = []
    for name in names:
        begun = time.process_time()
        gazetteer.candidates(name, limit=10)
        times.append((time.process_time() - begun) * 1e6)
    return sorted(times)


COLD = """
import time; begun = time.process_time()
from mapper.places.gazetteer import open_gazetteer
loaded = time.process_time(); open_gazetteer().candidates("Tripoli"); done = time.process_time()
# The peak of this program alone: getrusage counts the process that started it too.
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
rss = int(status["VmHWM"].split()[0]) / 1024
print((done - loaded) * 1000, (loaded - begun) * 1000, rss)
"""


def main() -> None:
    """Print coverage, typos, speed and memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", type=Path, help="write what was missed (never of frontline-exam) as TSV")
    options = parser.parse_args()
    gazetteer = open_gazetteer()
    misses: Counter[tuple[str, str]] = Counter()
    rows: list[tuple[str, str, str, int]] = []
    for name, floor in {**CORPORA, **FRONTS}.items():
        if not SHARED.exists():
            print("../shared/bench is absent: no coverage")
            break
        misses = Counter()
        gold = list(front(name) if name in FRONTS else corpus(name))
        share = coverage(gazetteer, gold, 25 if name in FRONTS else 161, misses)
        print(f"{name:16} {share:.4f} of {len(gold)} (aim {floor})")
        if name != "frontline-exam":
            rows += [(name, text, kind, count) for (text, kind), count in misses.most_common()]
    control = SHARED / "frontline" / "libya_control_march2011.csv"
    if control.exists():
        with control.open(encoding="utf-8") as file:
            towns = {
                (row["place"], float(row["lon"]), float(row["lat"]), "town") for row in csv.DictReader(file)
            }
        misses = Counter()
        print(
            f"libya towns      {coverage(gazetteer, sorted(towns), 10, misses):.4f} of {len(towns)}, 10 km",
            *misses,
        )
    if options.misses:
        options.misses.write_text("".join("\t".join(map(str, row)) + "\n" for row in rows), encoding="utf-8")

    chance = random.Random(7)
    table = gazetteer._tables[0].db
    towns = "SELECT name FROM places WHERE class='P' AND population>=5000 AND length(name)>4 ORDER BY id"
    common = [name for (name,) in table.execute(towns)]
    sample = chance.sample(common, 200)
    slips = [(name, typo(name, chance)) for name in sample]
    right = sum(name in [place.name for place in gazetteer.candidates(slip)[:5]] for name, slip in slips)
    print(f"one-edit typos   {right / len(slips):.3f} among the first five (aim 0.90)")
    # Names not asked for so far: answers are remembered.
    exact = microseconds(gazetteer, chance.sample([name for name in common if name not in sample], 400))
    fuzzy = microseconds(open_gazetteer(), [slip for _, slip in slips])
    print(f"exact            median {statistics.median(exact):.0f} us")
    print(
        f"fuzzy            median {statistics.median(fuzzy):.0f} us, "
        f"p95 {fuzzy[int(0.95 * len(fuzzy))]:.0f} us"
    )
    cold, imports, rss = map(float, subprocess.check_output([sys.executable, "-c", COLD], text=True).split())
    print(f"cold             first query {cold:.0f} ms (imports {imports:.0f} ms), RSS {rss:.0f} MiB")
    text = (
        " ".join(
            f"Forces near {name} said on Monday that the road to {other} was open."
            for name, other in zip(sample, common, strict=False)
        )
        * 20
    )
    begun = time.process_time()
    hits = len(gazetteer.find_names(text))
    print(f"find_names       {len(text) / 1e6 / (time.process_time() - begun):.2f} MB/s ({hits} names)")
    print(f"this process     {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB at most")


if __name__ == "__main__":
    main()
