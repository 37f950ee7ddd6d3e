"""From what the words say to events: place, time, sides, outcome and order of every action of a report."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from mapper.events.context import infer_sides
from mapper.events.dating import Calendar
from mapper.events.draft import GAINS, LOSSES, ONE_IN_A_SENTENCE, Draft
from mapper.events.partisan import speaks_for_a_side
from mapper.events.side_words import country_codes
from mapper.events.sides import Sides, find_sides
from mapper.model import (
    Action,
    DateSpan,
    Event,
    Location,
    Locative,
    Report,
    Resolution,
    Toponym,
)
from mapper.space.locate import locate_place


def assemble(
    report: Report,
    resolutions: Sequence[Resolution],
    locations: Sequence[Location],
    actions: Sequence[Action],
    dates: Sequence[DateSpan],
    *,
    given_sides: Mapping[str, Sequence[str]] | None = None,
) -> list[Event]:
    """
    Return the events of one report, in the order of their times.

    Parameters
    ----------
    report
        Its id, source, text and time of publication are used.
    resolutions, locations
        The places of its toponyms and locatives; an action whose place has none is left without location.
    actions, dates
        What the text says was done, and the times it names.
    given_sides
        Names of sides with their aliases, from the user.

    Returns
    -------
    events
        Statements of who holds a place (`holds`) are among them. No actions give an empty list.

    Examples
    --------
    >>> assemble(Report("r1", ""), [], [], [], [])
    []
    """
    places = _places(resolutions, locations)
    partisan = speaks_for_a_side(report.text)
    named = [r.toponym.text for r in resolutions if r.toponym.role == "literal"]
    home = _home(resolutions)
    sides = find_sides(actions, text=report.text, places=named, home=home, given=given_sides)
    calendar = Calendar(report, dates, actions)
    drafts: list[Draft] = []
    previous: Draft | None = None
    for action in sorted(actions, key=lambda a: (a.sentence_start, a.start)):
        if isinstance(action.where, Toponym | Locative) and action.where not in places:
            continue
        when = calendar.date(action, previous.time if previous else None)
        location = places[action.where] if action.where is not None else None
        draft = Draft(action, location, when, certainty=action.certainty, hour=calendar.hour(action))
        _fill_sides(draft, sides)
        if partisan and draft.certainty == "reported" and not action.source:
            draft.certainty = "claimed"
        drafts.append(draft)
        previous = draft
    _date_by_other_telling(drafts)
    infer_sides(drafts, sides, named, report.text)
    for draft in drafts:
        _weigh_source(draft, sides)
    drafts = _merge(
        [d for d in _without_goals(drafts) if d.side or d.action.actor or d.action.kind != "holds"]
    )
    return _finish(report, drafts, sides)


# Countries and continents: too wide to be where something happened.
_WIDE = ("PCL", "CONT")


def _home(resolutions: Sequence[Resolution]) -> str:
    """Return the country that most of a report's places lie in, "" where none does."""
    counts = Counter(r.place.country for r in resolutions if r.place is not None and r.place.country)
    code = max(sorted(counts), key=lambda c: counts[c], default="")
    return next((name for name, iso in country_codes().items() if iso and iso == code), "")


def _places(
    resolutions: Sequence[Resolution], locations: Sequence[Location]
) -> dict[Toponym | Locative, Location]:
    """Return the location of every toponym and locative that has one; countries are no place of an event."""
    places: dict[Toponym | Locative, Location] = {}
    for resolution in resolutions:
        place = resolution.place
        if place is not None and not place.feature_code.startswith(_WIDE):
            places[resolution.toponym] = locate_place(resolution)
    for location in locations:
        if location.locative is not None:
            places.setdefault(location.locative, location)
    return places


def _date_by_other_telling(drafts: Sequence[Draft]) -> None:
    """Date what is denied or looked back on without a time by the same thing told with one."""
    dated = [d for d in drafts if d.time.told and d.time.since and d.location and d.certainty != "planned"]
    for draft in drafts:
        action, place = draft.action, draft.location
        if draft.time.told or place is None:
            continue
        if draft.certainty == "denied" or (action.tense == "before_past" and draft.certainty != "planned"):
            same = [d for d in dated if d.location and d.location.name == place.name]
            same = [d for d in same if d.action.kind == action.kind]
            if same:
                draft.time = min(same, key=lambda d: abs(d.action.start - action.start)).time


def _fill_sides(draft: Draft, sides: Sides) -> None:
    draft.side = sides.of.get(draft.action.actor, "")
    draft.opposing = sides.of.get(draft.action.opponent, "")
    if draft.side and draft.side == draft.opposing:
        draft.opposing = ""


def _weigh_source(draft: Draft, sides: Sides) -> None:
    """A loser who admits a loss makes it reported; so does a third party or an official of no side."""
    action = draft.action
    if draft.certainty != "claimed" or not action.source:
        return
    source = sides.of.get(action.source, "")
    loser = draft.side if action.kind in LOSSES else draft.opposing
    if source and source == loser and action.kind in (*GAINS, *LOSSES):
        draft.certainty = "reported"


def _without_goals(drafts: Sequence[Draft]) -> list[Draft]:
    """Drop a withdrawal that no word places where the same sentence lets the same men arrive."""
    goals = {
        (d.action.sentence_start, d.side, d.location.name)
        for d in drafts
        if d.action.kind == "redeploy" and d.location is not None
    }
    return [
        d
        for d in drafts
        if d.action.kind != "withdraw"
        or d.action.place_word != "-"
        or d.location is None
        or (d.action.sentence_start, d.side, d.location.name) not in goals
    ]


def _merge(drafts: Sequence[Draft]) -> list[Draft]:
    """Drop a second telling of one event, and the attack that the same sentence says was repulsed."""
    repulsed = {
        (d.action.sentence_start, d.location.name)
        for d in drafts
        if d.action.kind == "repulse" and d.location is not None
    }
    kept: list[Draft] = []
    for draft in drafts:
        failed = draft.location is not None and (draft.action.sentence_start, draft.location.name) in repulsed
        if (draft.action.kind == "assault" and failed) or any(_same(draft, other) for other in kept):
            continue
        kept.append(draft)
    return kept


def _same(one: Draft, other: Draft) -> bool:
    """Return whether two drafts tell of one event: certainty, place and day are the same, kind and doer too.

    One sentence tells of a place once: of its fire, or its fighting, in more words than one.
    """
    a, b = one.action, other.action
    if one.certainty != other.certainty or one.location is None or other.location is None:
        return False
    if one.location.name != other.location.name:
        return False
    if a.sentence_start == b.sentence_start and one.time.since == other.time.since:
        return a.kind == b.kind or any({a.kind, b.kind} <= alike for alike in ONE_IN_A_SENTENCE)
    if a.kind != b.kind or one.side != other.side:
        return False
    if one.time.since is None or other.time.since is None:
        return one.time.since == other.time.since
    return abs((one.time.since - other.time.since).days) <= (
        1 if "few_days" in (one.time.precision, other.time.precision) else 0
    )


# Words before a place that say that something was beside it: "near", "between Ras and".
_BESIDE = re.compile(
    r"(?:\b(?:near|outside|between|towards?|beyond|beside|close to|(?:outskirts|edges?|vicinity) of)"
    r"|(?<!the )(?<![\w-])(?:(?:north|south)[- ]?)?(?:north|south|east|west) of)"
    r"\s+(?:the\s+)?(?:(?:town|city|village|port|hamlet)\s+of\s+)?"
    r"(?:[A-Z][\w'\u2019-]{1,30}(?:\s+[A-Z][\w'\u2019-]{1,30}){0,2},?\s+(?:and|or)\s+)?$"
)
_BESIDE_CHARACTERS = 60


def _is_beside(action: Action, text: str) -> bool:
    """Tell whether the words before a place say that it is near, and not there."""
    if action.where is None:
        return False
    start = max(action.sentence_start, action.where.start - _BESIDE_CHARACTERS)
    return _BESIDE.search(text[start : action.where.start]) is not None


def _outcome(draft: Draft, text: str) -> tuple[str, str]:
    """Return holder and outcome that the event leaves behind, if true."""
    kind = draft.action.kind
    if draft.certainty in ("denied", "planned"):
        return "", "none"
    if kind == "holds":
        return draft.side, f"controlled_by:{draft.side}" if draft.side else "none"
    if kind in GAINS:
        if draft.action.partial:
            return "contested", "contested"
        return draft.side, f"controlled_by:{draft.side}" if draft.side else "none"
    if kind in LOSSES:
        return draft.opposing, f"controlled_by:{draft.opposing}" if draft.opposing else "none"
    if kind == "repulse":
        return draft.side, f"controlled_by:{draft.side}" if draft.side else "none"
    if kind in ("advance", "assault") and draft.action.partial:
        return "contested", "contested"
    if kind == "clash" and not draft.action.partial and not _is_beside(draft.action, text):
        return "contested", "contested"
    return "", "none"


# Words with which a writer takes back what he told before.
_CORRECTS = re.compile(
    r"\b(?:corrections?|corrigend(?:um|a)|errat(?:um|a)|earlier (?:version|report|edition|dispatch|story)"
    r"|(?:wrongly|mistakenly|erroneously|incorrectly) (?:reported|stated|said|listed|told)"
    r"|(?:reported|stated|said|listed) (?:wrongly|in error|by mistake)|retracts?|retraction)\b",
    re.IGNORECASE,
)
# How far before a sentence the word stands that makes it a correction.
_CORRECTION_CHARACTERS = 160


def _flags(draft: Draft, text: str, sides: Sides) -> tuple[str, ...]:
    """Return what of an event no word of its clause tells, and whether the writer takes it back."""
    action = draft.action
    place_inferred = draft.location is not None and action.place_word == "-"
    before = text[max(0, action.sentence_start - _CORRECTION_CHARACTERS) : action.sentence_end]
    writer = action.source not in sides.of or action.source.lower() == "we"
    corrects = draft.certainty == "denied" and writer
    corrects = corrects and _CORRECTS.search(before.rpartition("\n\n")[2]) is not None
    return (
        ("doer inferred",) * draft.guessed + ("place inferred",) * place_inferred + ("correction",) * corrects
    )


def _rank(draft: Draft) -> tuple[datetime, bool, int, bool, int]:
    """Return what orders events: day, plans after deeds, hour, what had been done, place in the text."""
    late = datetime.max.replace(tzinfo=UTC)
    action = draft.action
    # "He said that it had fallen" only shifts the tense: it tells nothing of what was before what.
    before = action.tense == "before_past" and not action.source
    planned = draft.certainty == "planned"
    return draft.time.since or late, planned, draft.hour, not before, action.start


def _finish(report: Report, drafts: Sequence[Draft], sides: Sides) -> list[Event]:
    """Number the events in time and turn them into records."""
    ranked = sorted(drafts, key=_rank)
    events = []
    for order, draft in enumerate(ranked, 1):
        action = draft.action
        holder, outcome = _outcome(draft, report.text)
        place = draft.location.name if draft.location else ""
        parts = (report.id, str(action.start), action.kind, place, draft.certainty)
        digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
        events.append(
            Event(
                id=digest, report_id=report.id, source=report.source,
                quote=report.text[action.sentence_start : action.sentence_end],
                action=replace(action, certainty=draft.certainty, outcome=outcome), location=draft.location,
                since=draft.time.since, until=draft.time.until, precision=draft.time.precision,
                side=draft.side, opposing_side=draft.opposing, holder=holder, order=order,
                flags=_flags(draft, report.text, sides),
            )
        )  # fmt: skip
    return events
