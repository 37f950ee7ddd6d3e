"""Fuzz what takes in bytes of strangers: the readers of files, and the reading of texts.

    python tests/fuzz/fuzz.py readers [seconds]     no bytes may raise anything but a `ReportError`
    python tests/fuzz/fuzz.py texts [seconds]       spans and quotes are the text's own, whatever it says

Neither may take long. With atheris (Linux; `pip install atheris`) inputs are led by what they reach in the
code, without it they are mutations at random. The inputs to begin with lie in `corpus` and `texts`; of
one for the readers, the first byte chooses the format and the rest is the file.
"""

from __future__ import annotations

import contextlib
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

try:
    import atheris
except ImportError:
    atheris = None

HERE = Path(__file__).parent
with atheris.instrument_imports(include=["mapper"]) if atheris else contextlib.nullcontext():
    from mapper import codec
    from mapper.bounds import bounded
    from mapper.errors import ReportError
    from mapper.model import Report
    from mapper.pipeline import extract
    from mapper.reading import Reading
    from mapper.text.archives import READERS
    from mapper.text.formats import Limits
    from mapper.text.language import language_of

NAMES = sorted(READERS)
LIMITS = Limits(file_bytes=200_000, page_bytes=200_000, expanded_bytes=2_000_000)
SECONDS = 10.0  # more than this for an input is a fault
MOST_BYTES = {"readers": 200_000, "texts": 4_000}


def read_file(data: bytes) -> None:
    """Read bytes as the format that the first of them names."""
    if not data:
        return
    reader = READERS[NAMES[data[0] % len(NAMES)]]
    with bounded(SECONDS), contextlib.suppress(ReportError):
        for _, fields in reader(BytesIO(data[1:]), LIMITS):
            if isinstance(fields, dict) and isinstance(fields.get("text"), str):
                language_of(str(fields["text"]))


def read_text(data: bytes) -> None:
    """Read bytes as the text of a report, and keep and find again what it says."""
    text = data[: MOST_BYTES["texts"]].decode("utf-8", "replace")
    tools = Reading("fast")
    with bounded(SECONDS):
        reading = extract(
            Report("r", text, datetime(2011, 3, 10, tzinfo=UTC)),
            recognize=tools.recognize(),
            gazetteer=tools.gazetteer(),
        )
    for toponym in (resolution.toponym for resolution in reading.resolutions):
        assert text[toponym.start : toponym.end] == toponym.text
    for check in reading.checks:
        assert text[check.locative.start : check.locative.end] == check.locative.text
    for action in (event.action for event in reading.events):
        assert 0 <= action.sentence_start <= action.start <= action.end <= action.sentence_end <= len(text)
    kept = codec.dumps(reading)
    assert codec.dumps(codec.loads(kept)) == kept


TARGETS: dict[str, Callable[[bytes], None]] = {"readers": read_file, "texts": read_text}


def seeds(target: str) -> list[bytes]:
    """Return the inputs to begin with."""
    if target == "texts":
        return [path.read_bytes() for path in sorted((HERE / "texts").iterdir())]
    files = sorted(path for path in (HERE / "corpus").iterdir() if path.suffix in READERS)
    return [bytes([NAMES.index(path.suffix)]) + path.read_bytes() for path in files]


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
    return bytes(changed)


def fuzz_at_random(target: str, seconds: float, seed: int = 0) -> int:
    """Try mutations of the inputs to begin with for some seconds and return how many were tried."""
    draw, end, count, corpus = random.Random(seed), time.monotonic() + seconds, 0, seeds(target)
    while time.monotonic() < end:
        TARGETS[target](mutated(draw.choice(corpus), draw)[: MOST_BYTES[target]])
        count += 1
    return count


def main() -> None:
    target = sys.argv[1] if len(sys.argv) > 1 else "readers"
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 10.0
    for data in seeds(target):
        TARGETS[target](data)
    if atheris is None:
        print(f"{target}: {fuzz_at_random(target, seconds):,} inputs without a fault (no atheris: at random)")
        return
    import tempfile

    begun = Path(tempfile.mkdtemp(prefix="fuzz-"))
    for number, data in enumerate(seeds(target)):
        (begun / str(number)).write_bytes(data)
    limits = [f"-max_total_time={seconds:.0f}", f"-max_len={MOST_BYTES[target]}", "-rss_limit_mb=4096"]
    atheris.Setup([sys.argv[0], str(begun), *limits, "-seed=1"], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
