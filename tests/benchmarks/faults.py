"""Faults tried on whole builds: kill -9 and Ctrl-C at random moments, a full disk, a read-only place.

    python tests/benchmarks/faults.py [--reports 60] [--kills 20] [--seed 0]

Each fault is followed by a build that is left alone; its tables must hold the same bytes as those of a build
that was never disturbed. Prints a table: fault, tried, survived, rows lost.
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from scale import names_of_wars, write_reports

FULL_DISK_BYTES = 20_000  # no file may grow beyond this: what a full disk does, without one


def command(source: Path, output: Path, store: Path) -> list[str]:
    return [
        sys.executable,
        "-m",
        "mapper",
        "build",
        str(source),
        "--gear",
        "fast",
        "-o",
        f"{output}/",
        "--store",
        str(store),
    ]


def tables(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}


def rows(content: dict[str, bytes]) -> int:
    return sum(data.count(b"\n") for data in content.values())


def limit_files() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_DISK_BYTES, FULL_DISK_BYTES))


def try_fault(name: str, times: int, disturb: Callable[[int], bool], after: Callable[[int], dict[str, bytes]],
              expected: dict[str, bytes]) -> None:  # fmt: skip
    """Print how often a fault was survived: the builds during and after it said and left what they should."""
    survived, lost = 0, 0
    for number in range(times):
        well = disturb(number)
        found = after(number)
        survived += well and found == expected
        lost = max(lost, rows(expected) - rows(found))
    print(f"| {name} | {times} | {survived} | {lost} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reports", type=int, default=60)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    draw = random.Random(args.seed)
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    source, output, store = folder / "reports.jsonl", folder / "output", folder / "store"
    write_reports(source, args.reports, names_of_wars())
    start = time.perf_counter()
    subprocess.run(command(source, folder / "undisturbed", folder / "store-0"), check=True)
    seconds = time.perf_counter() - start
    expected = tables(folder / "undisturbed")

    def stopped(sent: signal.Signals, codes: tuple[int, ...]) -> Callable[[int], bool]:
        def disturb(number: int) -> bool:
            shutil.rmtree(store, ignore_errors=True)
            shutil.rmtree(output, ignore_errors=True)
            build = subprocess.Popen(command(source, output, store), stderr=subprocess.DEVNULL)
            time.sleep(draw.uniform(0, seconds))
            build.send_signal(sent)
            code = build.wait()
            whole = tables(output) if output.exists() else {}
            return code in codes and all(expected[name] == data for name, data in whole.items())

        return disturb

    def rebuilt(number: int) -> dict[str, bytes]:
        subprocess.run(command(source, output, store), check=True)
        return tables(output)

    def full(number: int) -> bool:
        build = subprocess.run(
            command(source, output, store), preexec_fn=limit_files, capture_output=True, text=True
        )
        return build.returncode == 1 and "Cannot write" in build.stderr and "Traceback" not in build.stderr

    def blocked(number: int) -> bool:
        (folder / "file").write_text("")
        build = subprocess.run(command(source, folder / "file" / "x", store), capture_output=True, text=True)
        return build.returncode == 1 and "Cannot write" in build.stderr and "Traceback" not in build.stderr

    print(f"{args.reports} reports, {seconds:.1f} s undisturbed")
    print("| fault | tried | survived | rows lost |\n|---|---|---|---|")
    try_fault("kill -9", args.kills, stopped(signal.SIGKILL, (-9, 0)), rebuilt, expected)
    try_fault("Ctrl-C", 5, stopped(signal.SIGINT, (130, 0)), rebuilt, expected)
    try_fault("full disk", 1, full, lambda _: expected, expected)
    try_fault("folder that cannot be written", 1, blocked, lambda _: expected, expected)


if __name__ == "__main__":
    main()
