"""What each command does with whole files: streaming, on several processes, keeping what was read."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from shapely.geometry import Point

from mapper import codec
from mapper.columns import share_heap
from mapper.engine import Engine, dask, local
from mapper.lines import Progress, quiet
from mapper.lines import extract_file as extract_file
from mapper.lines import geoparse_file as geoparse_file
from mapper.model import DistanceCheck, Rejected, Report, Resolution
from mapper.pipeline import default_gazetteer, extract, geoparse, placed, situate
from mapper.places.gazetteer import open_gazetteer
from mapper.places.install import install, installed
from mapper.reading import Reading, read_each, set_aside
from mapper.render import check_output, write
from mapper.space.check import check_distances
from mapper.space.distance import geodesic
from mapper.store import Store, kept_readings
from mapper.text.coded import read_coded
from mapper.text.fetch import fetch as fetch
from mapper.text.reports import read_reports
from mapper.theatre import Theatre, read_theatre


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
        Tables of events by ACLED, UCDP GED or GDELT, which join the timeline as they are, none held.
    store_folder
        Where readings are kept for the next build; None: `.mapper-build` in the first output folder, if any.
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
    ReportError, WriteError
        If a source does not exist; if an output has an unknown ending or cannot be written.
    """
    share_heap()
    for output in outputs:
        check_output(output)
    theatre = _theatre(sources, theatre_file)
    rejected: list[Rejected] = []
    bad = None if strict else rejected
    reports = read_reports(*sources, rejected=bad, language=language)
    if published is not None:
        reports = (r if r.published else replace(r, published=published) for r in reports)
    known = partial(_was_known, day=as_known_on)
    with _store(store_folder, outputs, f"{reading!r} {theatre!r}") as store:
        with dask(scheduler) if scheduler else local(workers) as engine:
            work = partial(_read_batch, reading=reading, theatre=theatre)
            keys = _kept(progress(_read_all(engine, work, filter(known, reports), store)), rejected)
        told = (e for table in coded for e in read_coded(table, rejected=bad) if known(e.report))
        situation = situate(chain(kept_readings(store, keys), told), theatre=theatre, rejected=rejected)
    for output in outputs:
        write(situation, output, theatre=theatre, at=at)
    return rejected


def _was_known(report: Report, day: datetime | None) -> bool:
    """Return whether a report was there to be read on a day."""
    return day is None or (report.published is not None and report.published <= day)


def _kept(results: Iterable[tuple[str, bytes] | Rejected], rejected: list[Rejected]) -> dict[str, bytes]:
    """Return under which key the reading of each report is kept; add those that have none to `rejected`."""
    keys: dict[str, bytes] = {}
    for result in results:
        if isinstance(result, Rejected):
            rejected.append(result)
        else:
            keys[result[0]] = result[1]
    return keys


def _theatre(sources: Sequence[Path], given: Path | None) -> Theatre | None:
    """Read the theatre.toml that is named, or that lies in the first folder of reports that has one."""
    beside = (source / "theatre.toml" for source in sources if source.is_dir())
    path = given or next((path for path in beside if path.is_file()), None)
    return read_theatre(path) if path else None


@contextmanager
def _store(given: Path | None, outputs: Sequence[str], options: str) -> Iterator[Store]:
    """Open the store that is named, else that of the first output folder, else one for this build alone."""
    folders = (Path(output) for output in outputs if output.endswith("/") or Path(output).is_dir())
    folder = given or next((folder / ".mapper-build" for folder in folders), None)
    place = nullcontext(folder) if folder else tempfile.TemporaryDirectory(prefix="mapper-")
    with place as path, Store(path, options=options) as store:
        yield store


def _read_all(
    engine: Engine,
    work: Callable[[list[Report]], list[str | Rejected]],
    reports: Iterable[Report],
    store: Store,
) -> Iterator[tuple[str, bytes] | Rejected]:
    """Have every report read that the store does not know, and yield under which key each is kept."""
    known: deque[tuple[str, bytes]] = deque()
    under_way: deque[tuple[str, bytes]] = deque()

    def unread() -> Iterator[Report]:
        for report in reports:
            key = store.key(report)
            if key in store:
                known.append((report.id, key))
            else:
                under_way.append((report.id, key))
                yield report

    for result in engine(work, unread(), lost=lambda report: set_aside(report.id)):
        id, key = under_way.popleft()
        if isinstance(result, str):
            store.put(key, result)
            yield id, key
        else:
            yield result
        while known:
            yield known.popleft()
    yield from known


def _read_batch(reports: list[Report], *, reading: Reading, theatre: Theatre | None) -> list[str | Rejected]:
    """Return the readings of reports as the store keeps them, which also is the cheapest way to send them."""
    recognize, judge, gazetteer = reading.recognize(), reading.judge(), reading.gazetteer()

    def read(report: Report) -> str:
        return codec.dumps(
            extract(report, recognize=recognize, judge=judge, gazetteer=gazetteer, theatre=theatre)
        )

    return read_each(read, reports, lambda report: report.id)


def geoparse_text(text: str, reading: Reading) -> list[Resolution]:
    """Find the place names of one text and the places they mean."""
    return geoparse(text, recognize=reading.recognize(), gazetteer=reading.gazetteer())


def check_sentence(sentence: str, reading: Reading) -> list[DistanceCheck]:
    """Measure the distances and directions that a sentence states between named places."""
    resolutions, locatives = placed(sentence, reading.recognize()(sentence), reading.gazetteer())
    return check_distances(locatives, resolutions)


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
