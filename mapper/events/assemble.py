"""From what the words say to events: place, time, sides, outcome and order of every action of a report."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mapper.events.dating import Calendar, When
from mapper.events.side_words import country_codes
from mapper.events.sides import Sides, find_sides
from mapper.model import (
    Action,
    Certainty,
    DateSpan,
    Event,
    Location,
    Locative,
    Report,
    Resolution,
    Toponym,
)
from mapper.space.locate import locate_place

GAINS = ("capture", "handover")
LOSSES = ("withdraw", "surrender")
_CONTESTED = ("clash", "assault")


@dataclass(slots=True)
class _Draft:
    """An event in the making."""

    action: Action
    location: Location | None
    time: When
    side: str = ""
    opposing: str = ""
    certainty: Certainty = "reported"
    guessed: bool = False  # nothing but the run of the report says who did it


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
    whole = _is_one_sided(report.text)
    named = [r.toponym.text for r in resolutions if r.toponym.role == "literal"]
    home = _home(resolutions)
    sides = find_sides(actions, text=report.text, places=named, home=home, given=given_sides)
    calendar = Calendar(report, dates)
    drafts: list[_Draft] = []
    previous: _Draft | None = None
    for action in sorted(actions, key=lambda a: (a.sentence_start, a.start)):
        if isinstance(action.where, Toponym | Locative) and action.where not in places:
            continue
        when = calendar.date(action, previous.time if previous else None)
        location = places[action.where] if action.where is not None else None
        draft = _Draft(action, location, when, certainty=action.certainty)
        _fill_sides(draft, sides)
        if whole and draft.certainty == "reported":
            draft.certainty = "claimed"
        drafts.append(draft)
        previous = draft
    _infer_sides(drafts, sides)
    for draft in drafts:
        _weigh_source(draft, sides)
    drafts = _merge(drafts)
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


_OUR_SIDE = re.compile(
    r"\b(?:our|the enemy's?|enemy)\s+(?:\w+\s+){0,2}?"
    r"(?:forces?|units?|troops|army|aircraft|aviation|air force|"
    r"positions|soldiers|fighters|heroic|columns?|infantry|artillery)\b|\bthe enemy\b",
    re.IGNORECASE,
)


def _is_one_sided(text: str) -> bool:
    """Return whether a report is one side's communique: "our units", "the enemy", outside quotations."""
    plain = re.sub(r"[\"\u201c][^\"\u201d\n]{0,400}[\"\u201d]", " ", text)
    if re.search(r"\b(?:I|me|my)\b", plain):
        return False  # a letter or a diary, whose writer tells what he saw
    found = len(_OUR_SIDE.findall(plain))
    return found >= 2 and found * 250 >= len(plain.split())


def _fill_sides(draft: _Draft, sides: Sides) -> None:
    draft.side = sides.of.get(draft.action.actor, "")
    draft.opposing = sides.of.get(draft.action.opponent, "")
    if draft.side and draft.side == draft.opposing:
        draft.opposing = ""


def _infer_sides(drafts: Sequence[_Draft], sides: Sides) -> None:
    """Fill in who did it where the clause does not tell: an enemy of the other, the speaker, who advances."""
    advancing = _advancing(drafts, sides) or next(iter(sides.enemy), "")
    holders = {
        d.location.name: d.side
        for d in reversed(drafts)
        if d.action.kind == "holds" and d.side and d.location and d.certainty in ("reported", "claimed")
    }
    for draft in drafts:
        action = draft.action
        if not draft.side and draft.opposing:
            draft.side = sides.enemy.get(draft.opposing, "")
        if action.kind == "repulse" and action.actor and not draft.side:
            continue  # "Zintan beat off an attack": the town's people, of no side that is told
        if not draft.side and action.kind in _SOMEBODYS:
            draft.side, draft.guessed = _doer_by_context(draft, sides, advancing, holders)
        if draft.side and not draft.opposing:
            draft.opposing = sides.enemy.get(draft.side, "")


_TAKES = frozenset(
    {*GAINS, "assault", "advance", "siege", "clash", "shelling", "airstrike", "missile", "naval_fire", "ied"}
)
_KEEPS = frozenset({"withdraw", "surrender", "repulse", "siege_lifted"})
_SOMEBODYS = _TAKES | _KEEPS | {"redeploy", "demolition"}
_FIRE = frozenset({"shelling", "airstrike", "missile", "naval_fire", "ied"})


def _doer_by_context(
    draft: _Draft, sides: Sides, advancing: str, holders: Mapping[str, str]
) -> tuple[str, bool]:
    """Return who must have done what a clause tells without a doer, and whether that is a guess."""
    action = draft.action
    source = sides.of.get(action.source, "")
    enemy = sides.enemy
    if source in enemy and action.certainty in ("claimed", "denied", "planned"):
        # "X has been taken, says A's ministry": by A. "A denied that X was lost": to A's enemy.
        own = (action.kind in _TAKES) == (action.certainty != "denied")
        if action.kind in _FIRE or action.certainty == "planned":
            own = action.kind in _KEEPS  # who is shelled complains; who expects an attack warns
            own = own or (
                action.certainty == "planned"
                and action.source_class in ("official", "force", "name")
                and action.kind in GAINS
            )
        return (source if own else enemy[source]), False
    holder = holders.get(draft.location.name, "") if draft.location else ""
    if holder in enemy:
        return (enemy[holder] if action.kind in _TAKES else holder), False
    if action.actor and action.kind in ("airstrike", "naval_fire") and sides.state:
        return sides.state, False  # warplanes of nobody in a revolt: rebels have none
    if not advancing:
        return "", False
    return (advancing if action.kind in _TAKES else enemy.get(advancing, "")), True


def _advancing(drafts: Sequence[_Draft], sides: Sides) -> str:
    """Return the side that does most of the taking and attacking in the report, "" when none is told."""
    counts: dict[str, float] = {}
    for draft in drafts:
        kind = draft.action.kind
        if draft.certainty == "denied":
            continue
        if kind in (*GAINS, "assault", "advance", "siege", "shelling") and draft.side:
            counts[draft.side] = counts.get(draft.side, 0.0) + (2.0 if kind in GAINS else 1.0)
        elif kind in _KEEPS and draft.opposing:
            counts[draft.opposing] = counts.get(draft.opposing, 0.0) + 1.0
    counts = {side: count for side, count in counts.items() if side in sides.enemy}
    return max(sorted(counts), key=lambda s: counts[s]) if counts else ""


def _weigh_source(draft: _Draft, sides: Sides) -> None:
    """A loser who admits a loss makes it reported; so does a third party or an official of no side."""
    action = draft.action
    if draft.certainty != "claimed" or not action.source:
        return
    source = sides.of.get(action.source, "")
    loser = draft.side if action.kind in LOSSES else draft.opposing
    if source and source == loser and action.kind in (*GAINS, *LOSSES):
        draft.certainty = "reported"


def _merge(drafts: Sequence[_Draft]) -> list[_Draft]:
    """Drop a second telling of one event: kind, place, doer, certainty and day are the same."""
    kept: list[_Draft] = []
    for draft in drafts:
        if any(_same(draft, other) for other in kept):
            continue
        kept.append(draft)
    return kept


def _same(one: _Draft, other: _Draft) -> bool:
    a, b = one.action, other.action
    if a.kind != b.kind or one.certainty != other.certainty or one.location is None or other.location is None:
        return False
    if one.location.name != other.location.name or one.side != other.side:
        return False
    if one.time.since is None or other.time.since is None:
        return one.time.since == other.time.since
    return abs((one.time.since - other.time.since).days) <= (
        1 if "few_days" in (one.time.precision, other.time.precision) else 0
    )


def _outcome(draft: _Draft) -> tuple[str, str]:
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
    if kind == "clash" and not draft.action.partial:
        return "contested", "contested"
    return "", "none"


def _flags(draft: _Draft) -> tuple[str, ...]:
    """Return what of an event no word of its clause tells."""
    place_inferred = draft.location is not None and draft.action.place_word == "-"
    return ("doer inferred",) * draft.guessed + ("place inferred",) * place_inferred


def _finish(report: Report, drafts: Sequence[_Draft], sides: Sides) -> list[Event]:
    """Number the events in time and turn them into records."""
    late = datetime.max.replace(tzinfo=UTC)
    ranked = sorted(
        range(len(drafts)),
        key=lambda i: (
            drafts[i].time.since or late, drafts[i].action.tense != "before_past", drafts[i].action.start, i,
        ),
    )  # fmt: skip
    events = []
    for order, index in enumerate(ranked, 1):
        draft = drafts[index]
        action = draft.action
        holder, outcome = _outcome(draft)
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
                flags=_flags(draft),
            )
        )  # fmt: skip
    return events
