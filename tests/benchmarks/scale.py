"""How time and memory grow with the number of reports and of events, and what engines and a store gain.

    python tests/benchmarks/scale.py --reports 1000 10000 --kill [--workers 2] [--wars 8] [--gear fast]
    python tests/benchmarks/scale.py --events 1000 10000 100000 1000000
    python tests/benchmarks/scale.py --engines 500

Makes reports of about 200 words from templates and names of the shipped gazetteer, or a table of coded
events, the same ones each time, builds all outputs of a folder from them and prints tables for README.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from hashlib import blake2b
from multiprocessing import active_children
from pathlib import Path
from threading import Event, Thread

from shapely import Point

from mapper.engine import Engine, dask, local
from mapper.jobs import _read_batch
from mapper.places.gazetteer import open_gazetteer
from mapper.reading import Reading
from mapper.text.reports import read_reports

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


def write_reports(path: Path, count: int, wars: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            file.write(json.dumps(report(number, wars), ensure_ascii=False) + "\n")


def write_events(path: Path, count: int) -> None:
    """Write a table of coded events in the form of UCDP GED: places, sides and days in disorder."""
    wars = [[(lon + n % 10 / 5, lat + n // 10 / 5) for n in range(NAMES_A_WAR)] for lon, lat in CENTRES]
    draw = random.Random(0)
    with path.open("w", encoding="utf-8") as file:
        file.write(
            "id,type_of_violence,side_a,side_b,where_coordinates,where_prec,longitude,latitude,date_start,"
            "date_end,date_prec,source_headline\n"
        )
        for number in range(count):
            war, place = draw.randrange(len(wars)), draw.randrange(NAMES_A_WAR)
            lon, lat = wars[war][place]
            day = FIRST_DAY + timedelta(draw.randrange(DAYS))
            kind = draw.choice("1113")
            file.write(
                f"{number},{kind},Government of {war},Rebels of {war},Town {war}-{place},1,{lon:.4f},"
                f"{lat:.4f},{day},{day},1,Fight at {war}-{place} left {number % 99} dead on day {day.day}\n"
            )


@dataclass
class Run:
    """What one build cost: seconds of the clock, seconds of computing, the most memory of all processes."""

    wall: float
    cpu: float
    megabytes: float


def build(arguments: list[str], *, kill_after: float | None = None) -> Run:
    """Run `mapper build` and return what it cost."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "mapper", "build", *arguments], start_new_session=True)
    over, most = Event(), [0.0]

    def watch() -> None:
        while not over.wait(0.2):
            most[0] = max(most[0], memory_of_group(process.pid))

    watcher = Thread(target=watch)
    watcher.start()
    if kill_after is not None:
        time.sleep(kill_after)
        os.killpg(process.pid, signal.SIGKILL)
    _, status, usage = os.wait4(process.pid, 0)
    over.set()
    watcher.join()
    if kill_after is None and os.waitstatus_to_exitcode(status) not in (0, 3):
        sys.exit(f"mapper build {' '.join(arguments)} failed.")
    return Run(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, most[0])


def memory_of_group(group: int) -> float:
    """Return the megabytes that the processes of a group hold; pages that several share are divided (PSS)."""
    kilobytes = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if int((process / "stat").read_text().rpartition(")")[2].split()[2]) == group:
                kilobytes += int((process / "smaps_rollup").read_text().partition("Pss:")[2].split()[0])
        except (OSError, IndexError):
            continue  # it has ended
    return kilobytes / 1024


def megabytes(paths: Iterable[Path]) -> float:
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6


def grow_in_reports(counts: list[int], args: argparse.Namespace, folder: Path) -> None:
    """Print a row for each number of reports: a build, ten reports more and, if asked, one after a kill."""
    titles = (
        "reports", "events", "documents/s", "s", "s of computing", "all processes, MB", "page, MB",
        "tables, MB", "store, MB", "ten more, s", "after a kill, s",
    )  # fmt: skip
    print(row(titles), row("---" for _ in titles), sep="\n")
    wars = names_of_wars(args.wars)
    for count in counts:
        source, output, store = (folder / f"{name}-{count}" for name in ("reports", "output", "store"))
        source = source.with_suffix(".jsonl")
        write_reports(source, count, wars)
        options = ["--workers", str(args.workers), "--gear", args.gear]
        first = build([str(source), "-o", f"{output}/", "--store", str(store), *options])
        events = (output / "timeline.csv").read_bytes().count(b"\n") - 1
        sizes = (
            megabytes([output / "map.html"]),
            megabytes(path for path in output.iterdir() if path.name != "map.html"),
            megabytes(store.iterdir()),
        )
        rest = "-"
        if args.kill:
            killed = [str(source), "-o", f"{folder}/killed-{count}/", "--store", f"{store}-killed", *options]
            build(killed, kill_after=first.wall / 2)
            rest = f"{build(killed).wall:.0f}"
            for path in output.iterdir():
                if (
                    path.is_file()
                    and path.read_bytes() != (folder / f"killed-{count}" / path.name).read_bytes()
                ):
                    sys.exit(f"{path.name} is another after a kill.")
        write_reports(source, count + 10, wars)
        more = build([str(source), "-o", f"{output}/", "--store", str(store), *options])
        figures = (count / first.wall, first.wall, first.cpu, first.megabytes, *sizes, more.wall)
        print(row((f"{count:,}", f"{events:,}", *(f"{figure:.1f}" for figure in figures), rest)), flush=True)


def row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def grow_in_events(counts: list[int], folder: Path) -> None:
    """Print a row for each number of coded events."""
    titles = ("coded events", "s", "s of computing", "all processes, MB", "page, MB", "tables, MB")
    print(row(titles), row("---" for _ in titles), sep="\n")
    for count in counts:
        source, output = folder / f"events-{count}.csv", folder / f"events-{count}"
        write_events(source, count)
        run = build(["--events", str(source), "-o", f"{output}/"])
        page = megabytes([output / "map.html"])
        tables = megabytes(path for path in output.iterdir() if path.name != "map.html")
        figures = (run.wall, run.cpu, run.megabytes, page, tables)
        print(row((f"{count:,}", *(f"{figure:.1f}" for figure in figures))), flush=True)


def computed(processes: Iterable[int]) -> dict[int, float]:
    """Return the seconds that each process has computed so far."""
    ticks = os.sysconf("SC_CLK_TCK")
    stats = {pid: Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in processes}
    return {pid: (int(stat[11]) + int(stat[12])) / ticks for pid, stat in stats.items()}


def compare_engines(count: int, gear: str, folder: Path) -> None:
    """
    Print how fast each engine reads, and the digest of what it read; only reading is timed, tools open.

    On a machine that others use too, the clock says little: then the seconds that the busiest process
    has computed say how long reading would take if each had a core of its own.
    """
    from distributed import LocalCluster

    source = folder / "engines.jsonl"
    write_reports(source, count, names_of_wars())
    reports = list(read_reports(source))
    work = partial(_read_batch, reading=Reading(gear), theatre=None)  # type: ignore[arg-type]  # as the command line takes it
    rates: dict[tuple[str, int], tuple[float, float]] = {}

    def measure(kind: str, workers: int, engine: Engine, processes: Callable[[], list[int]]) -> None:
        warm, digest, results = 16 * 4 * workers, blake2b(digest_size=8), engine(work, reports)
        for _ in range(warm):
            digest.update(next(results).encode())
        start, before = time.perf_counter(), computed(processes())
        for result in results:
            digest.update(result.encode())
        wall, after = time.perf_counter() - start, computed(before)
        busiest = max(after[pid] - before[pid] for pid in before)
        rates[kind, workers] = ((count - warm) / wall, (count - warm) / busiest)
        speeds = " ".join(f"{rate:8.2f}" for rate in rates[kind, workers])
        print(f"{kind}, {workers} workers: {speeds} documents/s (clock, busiest process)", end="")
        print(f", bytes {digest.hexdigest()}", flush=True)

    for workers in (1, 2):
        with local(workers) as engine:
            measure(
                "local", workers, engine, lambda: [p.pid or 0 for p in active_children()] or [os.getpid()]
            )
    for workers in (1, 2):
        cluster = LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
        )
        with cluster, dask(cluster.scheduler_address) as engine:
            measure("Dask", workers, engine, lambda: [w.pid for w in cluster.workers.values()])  # noqa: B023
    for kind in ("local", "Dask"):
        ratios = (two / one for one, two in zip(rates[kind, 1], rates[kind, 2], strict=True))
        print(f"{kind}: two workers over one", " ".join(f"{ratio:.2f}" for ratio in ratios))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reports", type=int, nargs="+", default=[])
    parser.add_argument("--events", type=int, nargs="+", default=[])
    parser.add_argument("--engines", type=int, default=0, metavar="REPORTS")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--wars", type=int, default=1, choices=range(1, len(CENTRES) + 1), help="far from another"
    )
    parser.add_argument("--gear", default="fast")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--kill", action="store_true", help="kill a first build halfway, then go on")
    args = parser.parse_args()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="scale-"))
    folder.mkdir(parents=True, exist_ok=True)
    if args.reports:
        grow_in_reports(args.reports, args, folder)
    if args.events:
        grow_in_events(args.events, folder)
    if args.engines:
        compare_engines(args.engines, args.gear, folder)


if __name__ == "__main__":
    main()
