"""Whole files through the pipeline: what each command does, streaming and on several processes."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal, TypeVar

from shapely.geometry import Point

from mapper.atomic import replacing
from mapper.engine import Engine, dask, local, time_limit
from mapper.errors import ReportError
from mapper.events.control import control_states
from mapper.events.timeline import order_events
from mapper.model import DistanceCheck, Extraction, Rejected, Report, Resolution, Toponym
from mapper.pipeline import default_gazetteer, extract, geoparse, situate
from mapper.places.gazetteer import TableGazetteer, open_gazetteer
from mapper.places.geocoder import ServiceGazetteer, WithService
from mapper.places.install import install, installed
from mapper.places.user_tables import cache_dir, user_table
from mapper.render import check_output, write
from mapper.render.evidence import evidence_record, toponym_record
from mapper.space.check import check_distances
from mapper.space.distance import geodesic
from mapper.store import Store
from mapper.text.coded import read_coded
from mapper.text.fetch import fetch as fetch
from mapper.text.locatives import find_locatives
from mapper.text.reports import parse_time, read_reports
from mapper.text.toponyms import Recognizer, recognizer
from mapper.theatre import Theatre, read_theatre

Item = TypeVar("Item")
Progress = Callable[..., Iterable[Any]]

# A report of a thousand words takes a tenth of a second; one that takes this long is no report.
SECONDS_A_REPORT = 60.0


def quiet(items: Iterable[Item], **_: object) -> Iterable[Item]:
    """Show no progress."""
    return items


@dataclass(frozen=True, slots=True)
class Reading:
    """How texts are read; hashable, so that each process opens its tools once."""

    gear: Literal["full", "fast"] = "full"
    tables: tuple[Path, ...] = ()
    demonyms: bool = False
    nested: bool = False
    geocoder: str = ""
    user_agent: str = ""

    def gazetteer(self) -> TableGazetteer | WithService:
        """Return the gazetteer, opened once a process."""
        return _gazetteer(self.tables, self.geocoder, self.user_agent)

    def recognize(self) -> Recognizer:
        """Return the recogniser, loaded once a process."""
        return _recognizer(self)


@lru_cache(maxsize=2)
def _gazetteer(tables: tuple[Path, ...], geocoder: str, user_agent: str) -> TableGazetteer | WithService:
    beside = [*(user_table(path) for path in tables), *installed()]
    local_tables = open_gazetteer(*beside) if beside else default_gazetteer()
    if not geocoder:
        return local_tables
    service = ServiceGazetteer(geocoder, cache=cache_dir() / "answers.sqlite", user_agent=user_agent)
    return WithService(local_tables, service)


@lru_cache(maxsize=2)
def _recognizer(reading: Reading) -> Recognizer:
    return recognizer(
        reading.gear,
        find_names=reading.gazetteer().find_names,
        demonyms=reading.demonyms,
        nested=reading.nested,
    )


def geoparse_text(text: str, reading: Reading) -> list[Resolution]:
    """Find the place names of one text and the places they mean."""
    return geoparse(text, recognize=reading.recognize(), gazetteer=reading.gazetteer())


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
        Lines that are no such record, with file and line number.
    """
    rejected: list[Rejected] = []
    records = _read_jsonl(source, ("doc_id", "text"), rejected)
    work = partial(_geoparse_batch, reading=reading, spans=spans)
    with local(workers) as engine:
        _write_jsonl(target, progress(engine(work, records), unit="text"))
    return rejected


def _geoparse_batch(records: list[dict[str, Any]], *, reading: Reading, spans: bool) -> list[dict[str, Any]]:
    gazetteer, recognize = reading.gazetteer(), None if spans else reading.recognize()
    results = []
    for record in records:
        toponyms = _given_toponyms(record) if spans else None
        found = geoparse(record["text"], recognize=recognize, gazetteer=gazetteer, toponyms=toponyms)
        results.append({"doc_id": record["doc_id"], "toponyms": [toponym_record(r) for r in found]})
    return results


def _given_toponyms(record: dict[str, Any]) -> list[Toponym]:
    text = record["text"]
    return [Toponym(t["start"], t["end"], text[t["start"] : t["end"]]) for t in record.get("toponyms", [])]


def extract_file(
    source: Path, target: Path, reading: Reading, *, workers: int = 1, progress: Progress = quiet
) -> list[Rejected]:
    """
    Read a JSON Lines file of `{"id", "text", "published"}` and write what each report says.

    Returns
    -------
    rejected
        Lines that are no such record, with file and line number.
    """
    rejected: list[Rejected] = []
    records = _read_jsonl(source, ("id", "text"), rejected)
    work = partial(_extract_batch, reading=reading)
    with local(workers) as engine:
        _write_jsonl(target, progress(engine(work, records)))
    return rejected


def _extract_batch(records: list[dict[str, Any]], *, reading: Reading) -> list[dict[str, object]]:
    results = []
    for record in records:
        report = Report(
            id=str(record["id"]),
            text=record["text"],
            published=parse_time(record["published"]) if record.get("published") else None,
            source=str(record.get("source") or ""),
            url=str(record.get("url") or ""),
            title=str(record.get("title") or ""),
        )
        extraction = extract(report, recognize=reading.recognize(), gazetteer=reading.gazetteer())
        control = control_states(order_events([extraction]))
        results.append(evidence_record(extraction, control))
    return results


def build_files(
    sources: Sequence[Path],
    outputs: Sequence[str],
    reading: Reading,
    *,
    coded: Sequence[Path] = (),
    theatre_file: Path | None = None,
    store_folder: Path | None = None,
    language: Literal["en", "any"] = "en",
    published: datetime | None = None,
    as_known_on: datetime | None = None,
    at: datetime | None = None,
    strict: bool = False,
    workers: int = 1,
    scheduler: str = "",
    progress: Progress = quiet,
) -> list[Rejected]:
    """
    Build a situation from files and folders and write it to every output.

    Parameters
    ----------
    coded
        Tables of events by ACLED, UCDP GED or GDELT, which join the timeline as they are.
    store_folder
        Where the reading of each report is kept, so that the next build reads only what is new. None
        keeps it in `.mapper-build` inside the first output folder, and nowhere if there is none.
    published
        Time of publication of the reports that state none.
    scheduler
        Address of a Dask scheduler whose workers read the reports, instead of `workers` processes here.

    Returns
    -------
    rejected
        What could not be used, with its reason; with `strict` the first such input raises instead.

    Raises
    ------
    ReportError
        If a source does not exist.
    WriteError
        If an output has an unknown ending or cannot be written; endings are looked at before the work.
    """
    for output in outputs:
        check_output(output)
    theatre = _theatre(sources, theatre_file)
    rejected: list[Rejected] = []
    set_aside = None if strict else rejected
    reports = read_reports(*sources, rejected=set_aside, language=language)
    if published is not None:
        reports = (r if r.published else replace(r, published=published) for r in reports)
    work = partial(_read_batch, reading=reading, theatre=theatre)
    folder = store_folder or next(
        (
            Path(output) / ".mapper-build"
            for output in outputs
            if output.endswith("/") or Path(output).is_dir()
        ),
        None,
    )
    engine_of = dask(scheduler) if scheduler else local(workers)
    options = f"{reading!r} {theatre!r}"
    with engine_of as engine, _opened(folder, options) as store:
        readings = list(progress(_readings(engine, work, reports, store)))
    extractions = [r for r in readings if isinstance(r, Extraction)]
    rejected += [r for r in readings if isinstance(r, Rejected)]
    for table in coded:
        extractions += read_coded(table, rejected=set_aside)
    situation = situate(extractions, theatre=theatre, rejected=rejected, as_known_on=as_known_on)
    for output in outputs:
        write(situation, output, theatre=theatre, at=at)
    return rejected


def _theatre(sources: Sequence[Path], given: Path | None) -> Theatre | None:
    """Read the theatre.toml that is named, or that lies in the first folder of reports that has one."""
    beside = (source / "theatre.toml" for source in sources if source.is_dir())
    path = given or next((path for path in beside if path.is_file()), None)
    return read_theatre(path) if path else None


def _opened(folder: Path | None, options: str) -> AbstractContextManager[Store | None]:
    return Store(folder, options=options) if folder else nullcontext()


def _readings(
    engine: Engine,
    work: Callable[[list[Report]], list[Extraction | Rejected]],
    reports: Iterable[Report],
    store: Store | None,
) -> Iterator[Extraction | Rejected]:
    """Yield what each report says, from the store where it was read before."""
    known: deque[Extraction] = deque()

    def unread() -> Iterator[Report]:
        for report in reports:
            found = store.get(report) if store is not None else None
            if found is None:
                yield report
            else:
                known.append(found)

    for result in engine(work, unread(), lost=_lost):
        if store is not None and isinstance(result, Extraction):
            store.put(result)
        yield result
        while known:
            yield known.popleft()
    yield from known


def _read_batch(
    reports: list[Report], *, reading: Reading, theatre: Theatre | None
) -> list[Extraction | Rejected]:
    recognize, gazetteer = reading.recognize(), reading.gazetteer()
    results: list[Extraction | Rejected] = []
    for report in reports:
        try:
            with time_limit(SECONDS_A_REPORT):
                results.append(extract(report, recognize=recognize, gazetteer=gazetteer, theatre=theatre))
        except TimeoutError as error:
            results.append(Rejected(report.id, "", f"Report {report.id!r} is set aside: {error}"))
    return results


def _lost(report: Report) -> Rejected:
    return Rejected(report.id, "", f"Report {report.id!r} is set aside: reading it ended the process.")


def check_sentence(sentence: str, reading: Reading) -> list[DistanceCheck]:
    """Measure the distances and directions that a sentence states between named places."""
    resolutions = geoparse_text(sentence, reading)
    return check_distances(find_locatives(sentence, [r.toponym for r in resolutions]), resolutions)


def lookup(
    name: str, reading: Reading, *, near: tuple[float, float] | None = None, limit: int = 10
) -> list[dict[str, Any]]:
    """Return the places that `name` can mean as plain records, best first, or nearest to (lat, lon)."""
    places = list(reading.gazetteer().candidates(name))
    if near is not None:
        centre = Point(near[1], near[0])
        places.sort(key=lambda p: (geodesic(centre, p.geometry.centroid)[0], p.id))
    return [
        {
            "id": p.id,
            "name": p.name,
            "lat": round(p.geometry.centroid.y, 6),
            "lon": round(p.geometry.centroid.x, 6),
            "country": p.country,
            "feature_class": p.feature_class,
            "score": round(p.match, 4),
        }
        for p in places[:limit]
    ]


def install_tables(
    countries: Sequence[str], *, progress: Callable[[str, int, int], None] | None = None
) -> list[Path]:
    """
    Fetch GeoNames' tables of countries (ISO alpha-2; of all countries when none is given).

    `progress` is told the name of the file, the bytes that are there and the bytes expected.
    """
    return install(countries or default_gazetteer().countries(), progress=progress)


def gazetteer_info() -> list[dict[str, str]]:
    """Return what is known of each table in use: path, bytes, numbers of places and names, date, licences."""
    return open_gazetteer(*installed()).info()


def _read_jsonl(source: Path, keys: tuple[str, ...], rejected: list[Rejected]) -> Iterator[dict[str, Any]]:
    try:
        handle = source.open(encoding="utf-8", errors="replace", newline="\n")
    except OSError as error:
        raise ReportError(f"Cannot read {str(source)!r}: {error.strerror}.") from error
    with handle:
        for number, line in enumerate(handle, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except (json.JSONDecodeError, RecursionError) as error:
                rejected.append(
                    Rejected(
                        str(source), str(number), f"{source} line {number}: not a JSON record ({error})."
                    )
                )
                continue
            if not isinstance(record, dict) or not all(key in record for key in keys):
                wanted = ", ".join(repr(key) for key in keys)
                reason = f"{source} line {number}: a record needs the keys {wanted}."
            elif not isinstance(record["text"], str):
                reason = (
                    f"{source} line {number}: 'text' is {type(record['text']).__name__}; it must be a string."
                )
            else:
                yield record
                continue
            rejected.append(Rejected(str(source), str(number), reason))


def _write_jsonl(target: Path, records: Iterable[dict[str, Any]]) -> None:
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
