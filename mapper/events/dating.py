"""When an action was: by the date of its clause, sentence, paragraph or entry, or by the publication."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import accumulate

from mapper.model import Action, DateSpan, Precision, Report

_FIRST_WORD = re.compile(r"[ \t]{0,8}(\S{0,40})")
_SENTENCE_ENDS = (".", "!", "?", '"', "\u201d", ":", ")")
# A shorter line that ends no sentence is a heading.
_HEADING_WIDTH = 40


def _paragraphs(text: str) -> list[int]:
    """Return where the paragraphs of a text start.

    A line is a paragraph's last if a blank one follows, or if it ends a sentence; in a text with wrapped
    lines only if it had room for the first word of the next.
    """
    ends = accumulate(len(line) + 1 for line in text.split("\n"))
    lines = list(zip(map(str.rstrip, text.split("\n")[:-1]), ends, strict=False))
    width = max((len(line) for line, _ in lines), default=0)
    wrapped = any(len(line) > _HEADING_WIDTH and not line.endswith(_SENTENCE_ENDS) for line, _ in lines)
    starts = [0]
    for line, end in lines:
        word = _FIRST_WORD.match(text, end)
        room = not wrapped or (word is not None and len(line) + 1 + len(word[1]) <= width)
        if not line or (room and line.endswith(_SENTENCE_ENDS)):
            starts.append(end)
    return starts


@dataclass(frozen=True, slots=True)
class When:
    """A time, `told` where the sentence says it; both ends None where the text gives no calendar."""

    since: datetime | None
    until: datetime | None
    precision: Precision
    told: bool = True


# What a relative clause dates further back is told as the past of a place: it dates nothing else.
NEWS = timedelta(14)
# A text without a later date than so long before its publication tells a story of the past.
BYGONE = timedelta(300)
NEVER = When(None, None, "unknown")

# "Two days after" dates the clause that it opens.
_LEADS = re.compile(r"\b(?:after|before|since)$")
# The hour of words for a part of the day; what is told without one is of no hour, and stands at noon.
NOON = 12
_HOUR_WORDS = (
    (2, r"overnight|(?:during|in|through) the (?:small hours|night)|small hours"),
    (4, r"before (?:dawn|day-?break|first light|sunrise|breakfast)|pre-?dawn"),
    (6, r"dawn|day-?break|first light|sunrise"),
    (8, r"mornings?|breakfast"),
    (12, r"noon|mid-?day|lunch(?:-?time)?"),
    (15, r"afternoon"),
    (19, r"evening|dusk|sunset|nightfall|dark"),
    (22, r"night|to-?night|midnight"),
)
_HOUR = re.compile(
    "|".join(rf"(?P<h{hour}>\b(?:{words})\b)" for hour, words in _HOUR_WORDS)
    + r"|\b(?P<half>[01]?\d|2[0-3])(?:[:.][0-5]\d)?\s?(?P<sun>[ap])\.?m\b"
    + r"|\b(?P<clock>[01]?\d|2[0-3]):[0-5]\d\b",
    re.IGNORECASE,
)


def _hour(text: str) -> int | None:
    """Return the hour that the last word for a time of day in a text says."""
    found = list(_HOUR.finditer(text))
    if not found:
        return None
    last = found[-1]
    if last["half"]:
        return int(last["half"]) % 12 + 12 * (last["sun"].lower() == "p")
    return int(last["clock"] or (last.lastgroup or "")[1:])


class Calendar:
    """
    The dates of one report, and what follows from where they stand.

    Parameters
    ----------
    report
        Its text and time of publication are used.
    dates
        The times that it names, in the order of the text.
    actions
        What it tells of, for lists of places with a list of days ("respectively").
    """

    def __init__(self, report: Report, dates: Sequence[DateSpan], actions: Sequence[Action] = ()) -> None:
        published = report.published
        self._text = report.text
        self._today = datetime.combine(published.date(), time(), tzinfo=UTC) if published else None
        self._dates = dates
        self._starts = [d.start for d in dates]
        self._paragraphs = _paragraphs(report.text)
        # Days that what follows may be told of: not those ahead, not beginnings ("since Monday").
        self._days = [
            d
            for d in dates
            if d.precision == "day"
            and d.since is not None
            and not d.text.lower().startswith("since")
            and d.aside is None
        ]
        self._days = [d for d in self._days if published is None or d.since is None or d.since <= published]
        self._heads = [d for d in self._days if d.head]
        self._steps = [
            d for d in dates if d.since is not None and d.precision != "unknown" and d.aside is None
        ]
        self._is_story = bool(self._steps) and all(
            self._today is not None and d.since is not None and self._today - d.since > BYGONE
            for d in self._steps
        )
        self._places: dict[int, list[int]] = {}
        for where, start in sorted({(a.where.start, a.start) for a in actions if a.where is not None}):
            self._places.setdefault(start, []).append(where)

    def date(self, action: Action, previous: When | None) -> When:
        """Return when an action was; `previous` is when the one told before it was."""
        respective = self._respective(action)
        if respective is not None:
            return When(respective, respective + timedelta(1), "day")
        span = self._nearest(action)
        if span is not None:
            if span.since is None and span.relative_to_previous and previous and previous.since:
                since = previous.since + timedelta(span.offset_days)
                return When(since, since + timedelta(1), span.precision)
            return When(span.since, span.until, span.precision)
        if action.certainty == "planned":
            return NEVER
        day = self._head(action) if action.tense == "present" else self._told_before(action)
        if day is not None:
            return When(day.since, day.until, "day", told=False)
        if self._today is None:
            return NEVER
        if self._is_story:  # "today" is no day of it
            return self._step_before(action) or NEVER
        precision: Precision = "day" if action.tense == "present" else "few_days"
        return When(self._today, self._today + timedelta(1), precision, told=False)

    def hour(self, action: Action) -> int:
        """Return the hour that the clause of an action tells, else its sentence, else noon."""
        clause = self._text[max(action.clause_start, 0) : max(action.clause_end, 0)]
        hour = _hour(clause)
        if hour is None:
            hour = _hour(self._text[action.sentence_start : action.sentence_end])
        return NOON if hour is None else hour

    def _within(self, action: Action) -> list[DateSpan]:
        """Return the dates of the sentence of an action."""
        first = bisect_right(self._starts, action.sentence_start - 1)
        last = bisect_right(self._starts, action.sentence_end)
        within = [d for d in self._dates[first:last] if d.end <= action.sentence_end]
        beside = [d for d in within if not _is_aside(d, action)]
        return beside or [d for d in within if self._is_news(d)]

    def _is_news(self, day: DateSpan) -> bool:
        return day.since is None or self._today is None or self._today - day.since <= NEWS

    def _respective(self, action: Action) -> datetime | None:
        """Return the day of "Jalu, Zuara and Brega fell on the 2nd, 3rd and 5th respectively"."""
        places = self._places.get(action.start, [])
        sentence = self._text[action.sentence_start : action.sentence_end]
        if action.where is None or len(places) < 2 or "respectively" not in sentence:
            return None
        days: list[datetime] = []
        for d in self._within(action):
            if d.since is not None and d.until is not None and d.precision == "day":
                days += [d.since + timedelta(n) for n in range((d.until - d.since).days)]
        return days[places.index(action.where.start)] if len(days) == len(places) else None

    def _nearest(self, action: Action) -> DateSpan | None:
        """Return the date nearest to the trigger in its clause, else the last before it, else any."""
        within = self._within(action)
        after = [d for d in within if not d.relative_to_previous and _LEADS.search(d.text)]
        within = [d for d in within if d not in after]
        led = [d for d in after if d.end <= action.start and self._leads(d, action)]
        if led:
            return led[-1]
        end = action.where.end if action.where is not None else action.end
        beside = [d for d in within if 0 < d.start - end <= 2]
        if beside and action.where is not None:
            return beside[0]  # "A (3 June) and B (2 June) were lost"
        clause = [d for d in within if action.clause_start <= d.start and d.end <= action.clause_end]
        if clause:
            return min(clause, key=lambda d: (max(d.start - action.end, action.start - d.end, 0), d.start))
        before = [d for d in within if d.end <= action.start]
        if before:
            return before[-1]
        return within[0] if within else None

    def _leads(self, day: DateSpan, action: Action) -> bool:
        """Return whether an action stands in the clause that "two days after" opens."""
        return "," not in self._text[day.end : action.start]

    def _told_before(self, action: Action) -> DateSpan | None:
        """Return the last day that the paragraph names before the sentence, else the head of the entry."""
        paragraph = self._paragraphs[bisect_right(self._paragraphs, action.sentence_start) - 1]
        told = _last_before(self._days, action.sentence_start)
        return told if told is not None and told.start >= paragraph else self._head(action)

    def _step_before(self, action: Action) -> When | None:
        """Return when the step of a story of the past was that was told last, whatever its precision."""
        told = _last_before(self._steps, action.sentence_start)
        return When(told.since, told.until, told.precision, told=False) if told else None

    def _head(self, action: Action) -> DateSpan | None:
        """Return the date that heads the entry of a diary or log that an action stands in."""
        return _last_before(self._heads, action.sentence_start)


def _is_aside(span: DateSpan, action: Action) -> bool:
    """Return whether a date stands in a relative clause that the action is outside of."""
    return span.aside is not None and not span.aside[0] <= action.start < span.aside[1]


def _last_before(spans: Sequence[DateSpan], position: int) -> DateSpan | None:
    index = bisect_right(spans, position, key=lambda d: d.end) - 1
    return spans[index] if index >= 0 else None
