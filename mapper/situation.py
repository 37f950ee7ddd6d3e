"""Extractions to the tables that need no judgement: toponyms, distance checks, reports, rejected inputs."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from mapper.columns import Texts, Words, shared_values, taken
from mapper.model import (
    DISTANCE_CHECKS_COLUMNS,
    PLACES_COLUMNS,
    REJECTED_COLUMNS,
    REPORTS_COLUMNS,
    DistanceCheck,
    Extraction,
    Place,
    Rejected,
    Report,
    Resolution,
    Toponym,
)
from mapper.space.check import stated_in_words
from mapper.text.duplicates import find_duplicates

_FIGURES = {"score": "d", "start": "q", "end": "q"}
_CHECK_WORDS = (
    "subject", "landmark", "stated", "stated_bearing", "verdict", "pair_figures", "report_id",
)  # fmt: skip
_CHECK_FIGURES = ("stated_m", "measured_m", "measured_bearing_deg", "error_m", "bearing_off_deg")
_MOST_FIGURES = 8  # of one pair of places, the commonest first


def report_tables(extractions: Iterable[Extraction]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """
    Return what the reports say of places and distances, and what reports there are, in one pass.

    Returns
    -------
    places
        Every toponym of every report with the place it was resolved to, in the order of the text. A
        toponym without a place keeps its row: place columns are empty, so that nothing read is lost.
    distance_checks
        Every stated distance or direction beside the measured one, with the geodesic as geometry. What is
        stated of one pair of places stands together, in the order in which the pairs are first told.
    reports
        One row a report, in the order of publication, undated ones last. `same_as` is the id of the
        report that this one repeats, "" for one of its own.
    """
    places, checks = _PlaceRows(), _CheckRows()
    reports: list[tuple[object, ...]] = []

    def told() -> Iterator[Report]:
        for extraction in extractions:
            places.add(extraction)
            checks.add(extraction)
            reports.append(_report_row(extraction))
            # What others coded of two days in the same words is two events.
            if not any("coded" in event.flags for event in extraction.events):
                yield extraction.report

    repeats = find_duplicates(told())
    table = pd.DataFrame(reports, columns=list(REPORTS_COLUMNS))
    table["published"] = pd.to_datetime(table["published"], utc=True).astype("datetime64[us, UTC]")
    table["same_as"] = [repeats.get(id, "") for id in table["report_id"]]
    by_day = table.sort_values(
        ["published", "report_id"], kind="stable", na_position="last", ignore_index=True
    )
    return places.table(), checks.table(repeats), by_day


class _PlaceRows:
    """The rows of the places table as columns; rows of one place share its geometry."""

    def __init__(self) -> None:
        self._words = {name: Words() for name in PLACES_COLUMNS if name not in (*_FIGURES, "geometry")}
        self._figures: dict[str, array[Any]] = {name: array(kind) for name, kind in _FIGURES.items()}
        self._shapes: list[BaseGeometry | None] = []
        self._points: dict[str, BaseGeometry] = {}

    def add(self, extraction: Extraction) -> None:
        rows = [_place_row(extraction.report.id, r, self._points) for r in extraction.resolutions]
        for name, cells in zip(PLACES_COLUMNS, zip(*rows, strict=True), strict=bool(rows)):
            if name == "geometry":
                self._shapes.extend(cells)
            elif name in _FIGURES:
                self._figures[name].extend(cells)
            else:
                self._words[name].extend(cells)

    def table(self) -> pd.DataFrame:
        columns = dict(chain(taken(self._words), taken(self._figures)))
        columns["geometry"] = pd.Series(self._shapes, dtype="object")
        self._shapes = []
        return pd.DataFrame(columns, columns=list(PLACES_COLUMNS))


def _place_row(report_id: str, resolution: Resolution, points: dict[str, BaseGeometry]) -> tuple[Any, ...]:
    """Return a row of the places table; rows of one place share its geometry in `points`."""
    toponym, place = resolution.toponym, resolution.place
    if place is None:
        where: tuple[Any, ...] = ("", "", None, "", "")
    else:
        geometry = points.setdefault(place.id, place.geometry)
        where = (place.id, place.name, geometry, place.country, place.feature_class)
    origin = (_matched(toponym, place), place.source, place.licence) if place else ("", "", "")
    return (
        toponym.text, *where, resolution.score, toponym.role, *origin, report_id, toponym.start, toponym.end,
    )  # fmt: skip


def _matched(toponym: Toponym, place: Place) -> str:
    """Return how the spelling matched the place: one that was corrected before the look-up is misspelt."""
    is_corrected = toponym.name and toponym.name.split() != toponym.text.split()
    return "misspelt" if is_corrected else place.matched


def _report_row(extraction: Extraction) -> tuple[object, ...]:
    report = extraction.report
    events = sum(event.action.kind != "holds" for event in extraction.events)
    return (report.id, report.title, report.published, report.source, report.url, events, "")


class _CheckRows:
    """The rows of the table of distance checks as columns; rows of one pair of places share its geodesic."""

    def __init__(self) -> None:
        self._words = {name: Words() for name in _CHECK_WORDS}
        self._figures = {name: array("d") for name in _CHECK_FIGURES}
        self._texts = {"quote": Texts(), "sentence": Texts()}
        self._claimed: list[BaseGeometry | None] = []
        self._pairs = array("q")
        self._numbers: dict[tuple[str, ...], int] = {}
        self._lines: dict[tuple[str, str], BaseGeometry] = {}
        self._geodesics: list[BaseGeometry | None] = []

    def add(self, extraction: Extraction) -> None:
        for check in extraction.checks:
            pair = _pair(check) or (extraction.report.id, str(len(self._pairs)))
            self._pairs.append(self._numbers.setdefault(pair, len(self._numbers)))
            words, figures = _check_row(extraction, check)
            for name, word in zip(_CHECK_WORDS, words, strict=True):
                self._words[name].append(word)
            for name, figure in zip(_CHECK_FIGURES, figures, strict=True):
                self._figures[name].append(math.nan if figure is None else figure)
            self._texts["quote"].append(
                _quote(extraction.report.text, check.locative.start, check.locative.end)
            )
            self._texts["sentence"].append(check.sentence)
            self._claimed.append(check.claimed)
            self._geodesics.append(self._geodesic(check.landmark, check.subject))

    def _geodesic(self, landmark: Place | None, subject: Place | None) -> BaseGeometry | None:
        if landmark is None or subject is None:
            return None
        ends = landmark.id, subject.id
        if ends not in self._lines:
            a, b = landmark.geometry.centroid, subject.geometry.centroid
            self._lines[ends] = LineString([(a.x, a.y), (b.x, b.y)])
        return self._lines[ends]

    def table(self, repeats: Mapping[str, str]) -> pd.DataFrame:
        """Return the rows with those of one pair of places together, and what the pair's reports state."""
        columns = dict(chain(taken(self._words), taken(self._figures), taken(self._texts)))
        columns["geometry"] = pd.Series(self._geodesics, dtype="object")
        columns["claimed"] = pd.Series(self._claimed, dtype="object")
        pairs = np.array(self._pairs)
        reports, stated = _of_pairs(pairs, columns["report_id"], columns["pair_figures"], repeats)
        columns["pair_reports"] = pd.Series(reports)
        columns["pair_figures"] = stated.table_column()
        together = np.argsort(pairs, kind="stable")
        return pd.DataFrame({name: columns[name].array[together] for name in DISTANCE_CHECKS_COLUMNS})


def _check_row(
    extraction: Extraction, check: DistanceCheck
) -> tuple[tuple[str, ...], tuple[float | None, ...]]:
    """Return the words and the figures of a check, in the order of `_CHECK_WORDS` and `_CHECK_FIGURES`."""
    locative = check.locative
    words = (
        _end_name(check.subject, locative.subject.text if locative.subject else ""),
        _end_name(check.landmark, locative.landmarks[0].text if locative.landmarks else ""),
        locative.text, locative.bearing, check.verdict, stated_in_words(locative), extraction.report.id,
    )  # fmt: skip
    figures = (
        check.stated_m, check.measured_m, check.measured_bearing_deg, check.error_m, check.bearing_off_deg,
    )  # fmt: skip
    return words, figures


def _pair(check: DistanceCheck) -> tuple[str, ...] | None:
    """Return the ids of the two places, whichever is told from the other; None where an end has no place."""
    if check.subject is None or check.landmark is None:
        return None
    return tuple(sorted((check.subject.id, check.landmark.id)))


def _of_pairs(
    pairs: NDArray[np.int64], reports: pd.Series, figures: pd.Series, repeats: Mapping[str, str]
) -> tuple[NDArray[np.int64], Words]:
    """Return for each row how many reports tell of its pair of places, and what these state."""
    tellers: dict[int, dict[str, set[str]]] = {}
    for pair, report, figure in zip(
        pairs.tolist(), shared_values(reports), shared_values(figures), strict=True
    ):
        tellers.setdefault(pair, {}).setdefault(figure, set()).add(repeats.get(report, report))
    counts, stated = {}, {}
    for pair, told in tellers.items():
        counts[pair] = len(set.union(*told.values()))
        often = sorted(told.items(), key=lambda item: -len(item[1]))[:_MOST_FIGURES]
        stated[pair] = "; ".join(f"{figure} (x{len(by)})" if len(by) > 1 else figure for figure, by in often)
    in_rows = pairs.tolist()
    return np.array([counts[pair] for pair in in_rows], dtype=np.int64), Words(stated[p] for p in in_rows)


def _end_name(place: Place | None, text: str) -> str:
    return place.name if place else text


def _quote(text: str, start: int, end: int, *, most: int = 400) -> str:
    """Return the line of `text` that holds the span, cut to whole words and `most` characters about it."""
    low = max(text.rfind("\n", 0, start) + 1, start - most // 2)
    line_end = text.find("\n", end)
    high = min(line_end if line_end >= 0 else len(text), end + most // 2)
    if low > 0 and not text[low - 1].isspace():
        low = max(low, text.find(" ", low, start) + 1)
    if high < len(text) and not text[high].isspace():
        space = text.rfind(" ", end, high)
        high = space if space >= 0 else high
    return text[low:high].strip()


def rejected_table(rejected: Iterable[Rejected]) -> pd.DataFrame:
    """Return the inputs set aside, each with its reason."""
    return pd.DataFrame([(r.path, r.record, r.reason) for r in rejected], columns=list(REJECTED_COLUMNS))
