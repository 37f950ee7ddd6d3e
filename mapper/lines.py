"""JSON Lines through the pipeline: a record of texts in, a record of what was found out, in order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from mapper.atomic import replacing
from mapper.engine import local
from mapper.errors import ReportError
from mapper.events.control import control_states
from mapper.events.timeline import order_events
from mapper.model import Rejected, Report, Toponym
from mapper.pipeline import extract, geoparse
from mapper.reading import Reading, read_each, set_aside
from mapper.render.evidence import evidence_record, toponym_record
from mapper.text.formats import Limits, read_jsonl
from mapper.text.reports import parse_time

Record = dict[str, Any]
Progress = Callable[..., Iterable[Any]]


def quiet(items: Iterable[Any], **_: object) -> Iterable[Any]:
    """Show no progress."""
    return items


def geoparse_file(
    source: Path,
    target: Path,
    reading: Reading,
    *,
    spans: bool = False,
    workers: int = 1,
    progress: Progress = quiet,
) -> list[Rejected]:
    """
    Geoparse a JSON Lines file of `{"doc_id", "text"}` into one of `{"doc_id", "toponyms"}`.

    Memory does not grow with the file: records are read, worked on and written in batches, in order.
    With `spans` each record gives `toponyms` with `start` and `end`, and exactly these are resolved.

    Returns
    -------
    rejected
        Lines that are no such record, with file and line number, and texts that exceed the bounds.
    """
    work = partial(_geoparse_batch, reading=reading, spans=spans)
    return _each_line(source, target, work, "doc_id", workers, partial(progress, unit="text"))


def extract_file(
    source: Path, target: Path, reading: Reading, *, workers: int = 1, progress: Progress = quiet
) -> list[Rejected]:
    """
    Read a JSON Lines file of `{"id", "text", "published"}` and write what each report says.

    Returns
    -------
    rejected
        Lines that are no such record, with file and line number, and texts that exceed the bounds.
    """
    return _each_line(source, target, partial(_extract_batch, reading=reading), "id", workers, progress)


def _each_line(
    source: Path,
    target: Path,
    work: Callable[[list[Record]], list[Record | Rejected]],
    key: str,
    workers: int,
    progress: Progress,
) -> list[Rejected]:
    rejected: list[Rejected] = []

    def made(results: Iterable[Record | Rejected]) -> Iterator[Record]:
        for result in results:
            if isinstance(result, Rejected):
                rejected.append(result)
            else:
                yield result

    with local(workers) as engine:
        records = _read_records(source, key, rejected)
        results = engine(work, records, lost=lambda record: set_aside(str(record[key])))
        _write_jsonl(target, made(progress(results)))
    return rejected


def _geoparse_batch(records: list[Record], *, reading: Reading, spans: bool) -> list[Record | Rejected]:
    gazetteer, recognize = reading.gazetteer(), None if spans else reading.recognize()

    def read(record: Record) -> Record:
        toponyms = _given_toponyms(record) if spans else None
        found = geoparse(record["text"], recognize=recognize, gazetteer=gazetteer, toponyms=toponyms)
        return {"doc_id": record["doc_id"], "toponyms": [toponym_record(r) for r in found]}

    return read_each(read, records, lambda record: str(record["doc_id"]))


def _given_toponyms(record: Record) -> list[Toponym]:
    text = record["text"]
    return [Toponym(t["start"], t["end"], text[t["start"] : t["end"]]) for t in record.get("toponyms") or []]


def _extract_batch(records: list[Record], *, reading: Reading) -> list[Record | Rejected]:
    recognize, judge, gazetteer = reading.recognize(), reading.judge(), reading.gazetteer()

    def read(record: Record) -> Record:
        extraction = extract(_report(record), recognize=recognize, judge=judge, gazetteer=gazetteer)
        return evidence_record(extraction, control_states(order_events([extraction])))

    return read_each(read, records, lambda record: str(record["id"]))


def _report(record: Record) -> Report:
    return Report(
        id=str(record["id"]),
        text=record["text"],
        published=parse_time(str(record["published"])) if record.get("published") else None,
        source=str(record.get("source") or ""),
        url=str(record.get("url") or ""),
        title=str(record.get("title") or ""),
    )


def _read_records(source: Path, key: str, rejected: list[Rejected]) -> Iterator[Record]:
    """Give the lines that are records of a text."""
    try:
        file = source.open("rb")
    except OSError as error:
        raise ReportError(f"Cannot read {str(source)!r}: {error.strerror}.") from error
    limits = Limits()
    with file:
        for where, record in read_jsonl(file, limits):
            reason = record if isinstance(record, str) else _fault(record, key, limits)
            if reason:
                rejected.append(Rejected(str(source), where, reason))
            elif isinstance(record, dict):
                yield record


def _fault(record: Record, key: str, limits: Limits) -> str:
    """Return why a record cannot be read, "" where it can."""
    text = record.get("text")
    if key not in record or "text" not in record:
        return f"A record needs the keys {key!r} and 'text'."
    if not isinstance(text, str):
        return f"'text' is {type(text).__name__}; it must be a string."
    if len(text) > limits.text_chars:
        return f"The text has {len(text):,} characters; at most {limits.text_chars:,} are read."
    try:
        if record.get("published"):
            parse_time(str(record["published"]))
    except ValueError as error:
        return f"published {error}."
    toponyms = record.get("toponyms") or []
    if not isinstance(toponyms, list) or not all(_is_span(toponym, len(text)) for toponym in toponyms):
        return f"'toponyms' must be a list of spans with 0 <= start <= end <= {len(text)}."
    return ""


def _is_span(toponym: object, length: int) -> bool:
    if not isinstance(toponym, dict):
        return False
    start, end = toponym.get("start"), toponym.get("end")
    return isinstance(start, int) and isinstance(end, int) and 0 <= start <= end <= length


def _write_jsonl(target: Path, records: Iterable[Record]) -> None:
    """Write records one a line; the file appears only when it is whole."""
    with replacing(target) as new, new.open("w", encoding="utf-8", newline="\n") as handle:
        for record in records:
            line = json.dumps(record, ensure_ascii=False)
            # a lone surrogate has no UTF-8; JSON's escape keeps it
            handle.write((line if _encodable(line) else json.dumps(record)) + "\n")


def _encodable(line: str) -> bool:
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True
