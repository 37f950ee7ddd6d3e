"""The order of the steps: from a text to places, from a report to events, from reports to a situation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal

import pandas as pd

from mapper.columns import give_back
from mapper.events.assemble import assemble
from mapper.events.control import control_states
from mapper.events.doers import settle_doers
from mapper.events.frontline import fronts_and_axis
from mapper.events.timeline import Tellings
from mapper.model import Extraction, Gazetteer, Locative, Rejected, Report, Resolution, Situation, Toponym
from mapper.places.among import lying_among
from mapper.places.claimed import found_by_claims
from mapper.places.gazetteer import TableGazetteer, open_gazetteer
from mapper.places.pins import with_pins, without_left_out
from mapper.places.resolve import resolve
from mapper.render.basemap import land_around, on_land
from mapper.situation import rejected_table, report_tables
from mapper.space.check import check_distances, settle_landmarks
from mapper.space.locate import locate, placed_by_offset
from mapper.text.actions import find_actions
from mapper.text.cues import judge_by_cues
from mapper.text.dates import find_dates
from mapper.text.event_encoder import EventEncoder
from mapper.text.locatives import find_locatives, unseen_names
from mapper.text.reports import read_reports
from mapper.text.telling import Judge
from mapper.text.toponyms import Recognizer, recognizer
from mapper.text.weighing import weigh
from mapper.theatre import Theatre

# The seam for a process pool or a cluster: a map that gives results in the order of the items.
Engine = Callable[[Callable[[Report], Extraction], Iterable[Report]], Iterable[Extraction]]


def geoparse(
    text: str,
    *,
    recognize: Recognizer | None = None,
    gazetteer: Gazetteer | None = None,
    toponyms: Sequence[Toponym] | None = None,
) -> list[Resolution]:
    """
    Find the place names of a text and the places they mean.

    Parameters
    ----------
    text
        Any text; an empty one gives an empty list.
    recognize
        What finds the names; the default is the full gear.
    gazetteer
        What knows the places; the default is the one that ships with the package.
    toponyms
        Spans to resolve, exactly these, instead of finding names.

    Returns
    -------
    resolutions
        One for each toponym, in the order of the text; `place` is None where no place fits.

    Examples
    --------
    >>> [(r.toponym.text, r.place.country) for r in geoparse("Rebels left Ras Lanuf for Benghazi.")]
    [('Ras Lanuf', 'LY'), ('Benghazi', 'LY')]
    >>> geoparse("")
    []
    """
    gazetteer = gazetteer or default_gazetteer()
    if toponyms is None:
        toponyms = (recognize or default_recognizer())(text)
    return resolve(toponyms, find_locatives(text, toponyms), gazetteer, text=text)


def extract(
    report: Report,
    *,
    recognize: Recognizer | None = None,
    judge: Judge | None = None,
    gazetteer: Gazetteer | None = None,
    theatre: Theatre | None = None,
) -> Extraction:
    """
    Read one report: its places, the distances it states, and its events.

    `recognize` finds the names and `judge` weighs the events: of the full gear, unless others are given.
    A pure function of the report and the options: nothing is remembered between reports, so reports
    can be read in any order and on any machine.
    """
    text = report.text
    gazetteer = gazetteer or default_gazetteer()
    toponyms = without_left_out((recognize or default_recognizer())(text), theatre)
    resolutions, locatives = placed(text, toponyms, gazetteer, theatre)
    locations = locate(locatives, resolutions, on_land=on_land)
    checks = check_distances(locatives, resolutions)
    resolutions = placed_by_offset(resolutions, locations)
    actions = find_actions(text, toponyms, locatives)
    actions = weigh(text, toponyms, locatives, actions, judge or default_judge())
    dates = find_dates(text, report.published) if actions else []  # a text without events asks for none
    events = assemble(report, resolutions, locations, actions, dates)
    return Extraction(report, tuple(resolutions), tuple(locations), tuple(checks), tuple(events))


def build(
    source: str | Path | Iterable[Report],
    *,
    recognize: Recognizer | None = None,
    judge: Judge | None = None,
    gazetteer: Gazetteer | None = None,
    theatre: Theatre | None = None,
    engine: Engine = map,
) -> Situation:
    """
    Make a situation out of reports: timeline, control and front lines, every row with its source.

    Parameters
    ----------
    source
        A file or folder of reports, or reports.
    theatre
        Names of sides, the axis, pins; inferred from the reports where it is silent.
    engine
        Called as `engine(function, reports)`; `map` reads them one by one.

    Raises
    ------
    ReportError
        If the path does not exist. Single bad reports are listed in `rejected` instead.
    """
    rejected: list[Rejected] = []
    reports = read_reports(source, rejected=rejected) if isinstance(source, str | Path) else source
    read = partial(extract, recognize=recognize, judge=judge, gazetteer=gazetteer, theatre=theatre)
    extractions = sorted(engine(read, reports), key=lambda extraction: extraction.report.id)
    return situate(extractions, theatre=theatre, rejected=rejected)


def situate(
    extractions: Iterable[Extraction], *, theatre: Theatre | None = None, rejected: Iterable[Rejected] = ()
) -> Situation:
    """
    Put the readings of many reports together: one timeline, who holds what, and where the front runs.

    Parameters
    ----------
    extractions
        Readings in the order of the ids of their reports; gone over once, and none is kept.
    rejected
        Inputs set aside, listed in the situation.
    """
    told = Tellings()
    places, checks, reports = report_tables(map(told.added, extractions))
    give_back()
    repeats = {id: first for id, first in zip(reports["report_id"], reports["same_as"], strict=True) if first}
    timeline = told.timeline(theatre=theatre)
    del told  # what is in the tables now
    give_back()
    timeline = settle_doers(timeline, repeats=repeats)
    give_back()
    control = control_states(timeline, repeats=repeats)
    give_back()
    fronts, axis = fronts_and_axis(control, theatre=theatre, land=land_around)
    give_back()
    return Situation(
        places=places,
        timeline=timeline,
        distance_checks=checks,
        control=control,
        front_lines=fronts,
        axis=axis,
        rejected=rejected_table(rejected),
        reports=reports,
        title=_title(theatre, reports),
        attributions=default_gazetteer().credits(places["place_source"].unique()),
    )


def placed(
    text: str, toponyms: Sequence[Toponym], gazetteer: Gazetteer, theatre: Theatre | None = None
) -> tuple[list[Resolution], list[Locative]]:
    """Return the places of the names of a text, those that a distance shows too, and its locatives."""
    locatives = find_locatives(text, toponyms)
    toponyms = with_unseen(text, toponyms, locatives)
    resolutions = with_pins(
        resolve(toponyms, locatives, gazetteer, text=text), theatre, default_gazetteer().place
    )
    locatives = settle_landmarks(locatives, resolutions)
    return found_by_claims(resolutions, locatives, gazetteer), locatives


def with_unseen(text: str, toponyms: Sequence[Toponym], locatives: Sequence[Locative]) -> list[Toponym]:
    """Return the toponyms and those that only a stated distance shows ("Xan Yor, 25 miles from Homs")."""
    unseen = [replace(t, text=text[t.start : t.end]) for t in unseen_names(locatives, toponyms)]
    return sorted([*toponyms, *unseen], key=lambda t: (t.start, t.end))


def _title(theatre: Theatre | None, reports: pd.DataFrame) -> str:
    """Return what the user calls the war, or what the only report is called."""
    if theatre and theatre.title:
        return theatre.title
    return str(reports["title"].iloc[0]) if len(reports) == 1 else ""


@lru_cache(maxsize=1)
def default_gazetteer() -> TableGazetteer:
    """Return the gazetteer that ships with the package, opened once a process."""
    return open_gazetteer()


@lru_cache(maxsize=2)
def default_judge(gear: Literal["full", "fast"] = "full") -> Judge:
    """Return what weighs the events that frames read, loaded once a process."""
    return EventEncoder() if gear == "full" else judge_by_cues


@lru_cache(maxsize=2)
def default_recognizer(gear: Literal["full", "fast"] = "full") -> Recognizer:
    """Return the recogniser that ships with the package, loaded once a process."""
    gazetteer = default_gazetteer()
    return recognizer(gear, find_names=gazetteer.find_names, lying_among=partial(lying_among, gazetteer))
