"""How time and memory grow with the number of reports.

    python tests/benchmarks/scale.py [--reports 1000] [--workers 2] [--wars 1] [--gear full] [--kill]

Makes reports of about 200 words from templates and names of the shipped gazetteer, the same ones each
time, and prints for a build of them: documents a second, the memory of the largest process, sizes of
the page and the tables; then the same with ten new reports and, with `--kill`, after a kill -9.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from shapely import Point

from mapper.places.gazetteer import open_gazetteer

# Centres of wars that nobody fought: (lon, lat) in degrees.
CENTRES = (
    (36.5, 48.5),
    (18.5, 30.5),
    (37.2, 36.2),
    (43.1, 36.3),
    (32.5, 13.6),
    (66.9, 34.5),
    (46.7, 39.8),
    (39.5, 13.5),
)
NAMES_A_WAR = 60
FIRST_DAY = date(2021, 1, 1)
DAYS = 700
SIDES = (("government troops", "the army"), ("rebels", "opposition fighters"))
TEMPLATES = (
    "{Side} captured {place} on {weekday} after a day of fighting with {other}.",
    "{Side} shelled {place}, about {km} km {bearing} of {place2}, and residents fled to {place3}.",
    "{Other} withdrew from {place} toward {place2} during the night.",
    "Aircraft bombed a depot near {place}; a doctor in {place2} counted {n} wounded.",
    "State television claimed that {side} had also taken {place}, which {other} denied.",
    "Clashes went on at the bridge between {place} and {place2} until {weekday} evening.",
    "{Side} advanced along the road from {place} to {place2}, witnesses said.",
    "A convoy with food reached {place} yesterday, the first in {n} days.",
    "In {place} shops stayed closed and the hospital was short of fuel and of blood.",
    "{Other} repelled an attack on {place}, a spokesman in {place2} told reporters.",
    "Artillery fire from the hills {km} km {bearing} of {place} hit the market, where {n} people were hurt.",
    "Talks on a ceasefire ended without a result, and neither side spoke to the press.",
    "The siege of {place} entered its third week, and {other} inside it asked for help.",
    "A teacher who had left {place} with her family said that the road to {place2} was open again.",
)
BEARINGS = ("north", "east", "south", "west", "north-east", "south-west")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def names_of_wars(count: int = 1) -> list[list[str]]:
    """Return, for each of the first centres, the names of the places around it."""
    gazetteer = open_gazetteer()
    wars = []
    for lon, lat in CENTRES[:count]:
        near = (place for place in gazetteer.nearest(Point(lon, lat), NAMES_A_WAR * 4))
        wars.append(sorted({place.name for place in near if place.feature_class == "P"})[:NAMES_A_WAR])
    return wars


def report(number: int, wars: list[list[str]]) -> dict[str, str]:
    """Return report `number`, always the same."""
    draw = random.Random(number)
    names = draw.choice(wars)
    front = draw.randrange(len(names))
    told = [names[(front + draw.randrange(8)) % len(names)] for _ in range(6)]
    sentences: list[str] = []
    while sum(sentence.count(" ") + 1 for sentence in sentences) < 200:
        side, other = draw.sample([draw.choice(names) for names in SIDES], 2)
        place, place2, place3 = (draw.choice(told) for _ in range(3))
        sentences.append(
            draw.choice(TEMPLATES).format(
                side=side, other=other, Side=side.capitalize(), Other=other.capitalize(), place=place,
                place2=place2, place3=place3, km=draw.randrange(3, 60), n=draw.randrange(2, 40),
                bearing=draw.choice(BEARINGS), weekday=draw.choice(WEEKDAYS),
            )
        )  # fmt: skip
    paragraphs = (" ".join(sentences[n : n + 3]) for n in range(0, len(sentences), 3))
    day = FIRST_DAY + timedelta(draw.randrange(DAYS))
    return {
        "id": f"synthetic-{number:07d}",
        "published": day.isoformat(),
        "source": f"Wire {number % 7}",
        "text": "\n\n".join(paragraphs),
    }


def build(
    source: Path, output: Path, options: list[str], *, kill_after: float | None = None
) -> tuple[float, float]:
    """Run the command and return its seconds and the largest process in MB."""
    command = [sys.executable, "-m", "mapper", "build", str(source), "-o", f"{output}/", *options]
    start = time.perf_counter()
    process = subprocess.Popen(command)
    if kill_after is not None:
        time.sleep(kill_after)
        process.send_signal(signal.SIGKILL)
    code = process.wait()
    if kill_after is None and code not in (0, 3):
        sys.exit(f"{command} failed with exit code {code}.")
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return time.perf_counter() - start, largest


def write_reports(path: Path, count: int, wars: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            file.write(json.dumps(report(number, wars), ensure_ascii=False) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reports", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--wars", type=int, default=1, choices=range(1, len(CENTRES) + 1), help="far from another"
    )
    parser.add_argument("--gear", default="full")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--kill", action="store_true", help="kill a first build halfway, then go on")
    parser.add_argument("--only-make", action="store_true", help="write the reports and stop")
    args = parser.parse_args()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="scale-"))
    folder.mkdir(parents=True, exist_ok=True)
    source, output, store = folder / "reports.jsonl", folder / "output", folder / "store"
    wars = names_of_wars(args.wars)
    write_reports(source, args.reports, wars)
    if args.only_make:
        return
    options = ["--store", str(store), "--workers", str(args.workers), "--gear", args.gear]
    seconds, largest = build(source, output, options)
    speed = args.reports / seconds
    print(f"{args.reports:,} reports, {args.workers} workers, {args.gear}: {seconds:.1f} s", flush=True)
    print(f"  {speed:.1f} documents/s, largest process {largest:.0f} MB", flush=True)
    for path in sorted(output.iterdir()):
        if path.is_file():
            print(f"  {path.name} {path.stat().st_size / 1e6:.2f} MB")
    print(f"  store {sum(path.stat().st_size for path in store.rglob('*.parquet')) / 1e6:.2f} MB", flush=True)
    write_reports(source, args.reports + 10, wars)
    again, _ = build(source, output, options)
    print(f"ten more: {again:.1f} s", flush=True)
    if args.kill:
        options[1] = str(folder / "store-killed")
        build(source, folder / "killed", options, kill_after=seconds / 2)
        rest, _ = build(source, folder / "killed", options)
        same = all(
            path.read_bytes() == (folder / "killed" / path.name).read_bytes()
            for path in output.iterdir()
            if path.is_file()
        )
        print(f"after a kill at {seconds / 2:.1f} s: {rest:.1f} s; the same bytes: {same}", flush=True)


if __name__ == "__main__":
    main()
