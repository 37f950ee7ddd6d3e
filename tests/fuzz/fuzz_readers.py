"""Fuzz the readers: no bytes may raise anything but a `ReportError`, nor take long.

    python tests/fuzz/fuzz_readers.py tests/fuzz/corpus -max_total_time=60    with atheris
    python tests/fuzz/fuzz_readers.py tests/fuzz/corpus                       without: mutations, 10 s

The first byte chooses the format, the rest is the file.
"""

from __future__ import annotations

import random
import sys
import time
from io import BytesIO
from pathlib import Path

from mapper.errors import ReportError
from mapper.text.archives import READERS
from mapper.text.formats import Limits
from mapper.text.language import language_of

NAMES = sorted(READERS)
LIMITS = Limits(file_bytes=200_000, page_bytes=200_000, expanded_bytes=2_000_000)
SECONDS = 5.0  # more than this for 200 kB is a fault
PLAIN = 10.0  # seconds of fuzzing without atheris


def read_one(data: bytes) -> None:
    """Read bytes as the format that the first of them names."""
    if not data:
        return
    reader = READERS[NAMES[data[0] % len(NAMES)]]
    start = time.monotonic()
    try:
        for _, fields in reader(BytesIO(data[1:]), LIMITS):
            if isinstance(fields, dict) and isinstance(fields.get("text"), str):
                language_of(str(fields["text"]))
    except ReportError:
        pass
    if time.monotonic() - start > SECONDS:
        raise TimeoutError(
            f"{NAMES[data[0] % len(NAMES)]} took longer than {SECONDS} s for {len(data):,} bytes."
        )


def mutated(data: bytes, draw: random.Random) -> bytes:
    """Return `data` with a few bytes changed, cut, doubled or put elsewhere."""
    changed = bytearray(data)
    for _ in range(draw.randrange(1, 8)):
        at = draw.randrange(len(changed) + 1)
        piece = changed[at : at + draw.randrange(1, 64)]
        match draw.randrange(4):
            case 0:
                changed[at:at] = draw.randbytes(draw.randrange(1, 8))
            case 1:
                del changed[at : at + len(piece)]
            case 2:
                changed[at:at] = piece * draw.randrange(1, 50)
            case _:
                changed[at : at + 1] = bytes([draw.randrange(256)])
    return bytes(changed[: LIMITS.file_bytes])


def fuzz_plainly(corpus: list[bytes], seconds: float = PLAIN, seed: int = 0) -> int:
    """Read mutations of a corpus for some seconds and return how many were read."""
    draw, end, count = random.Random(seed), time.monotonic() + seconds, 0
    while time.monotonic() < end:
        read_one(mutated(draw.choice(corpus), draw))
        count += 1
    return count


def seeds(folder: Path) -> list[bytes]:
    """Return the files of a corpus, each behind the byte that names its format."""
    files = sorted(path for path in folder.iterdir() if path.suffix in READERS)
    return [bytes([NAMES.index(path.suffix)]) + path.read_bytes() for path in files]


def main() -> None:
    corpus = seeds(Path(next((a for a in sys.argv[1:] if not a.startswith("-")), "tests/fuzz/corpus")))
    try:
        import atheris
    except ImportError:
        print(f"{fuzz_plainly(corpus):,} inputs read without a fault (atheris is not installed)")
        return
    for data in corpus:
        read_one(data)
    atheris.instrument_all()
    atheris.Setup([sys.argv[0], *(a for a in sys.argv[1:] if a.startswith("-"))], read_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
