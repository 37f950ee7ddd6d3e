"""Times that a report names, as intervals: text, time of publication -> DateSpan.

The matches of all rules (`date_rules.py`) are laid over the text; of those that overlap the earliest and
then the longest wins. They are read (`date_readings.py`) from left to right with a memory of the discourse:
the day the report was written (its dateline if it has one, else its publication), the day and the month
named last.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from mapper.model import DateSpan
from mapper.text.date_discourse import Discourse, Reading, run_of_days
from mapper.text.date_readings import (
    Read,
    read_across_months,
    read_clause,
    read_deictic,
    read_entry,
    read_full,
    read_group,
    read_iso,
    read_month,
    read_night,
    read_nth,
    read_same,
    read_weekday,
)
from mapper.text.date_rules import RULES

# How far into the text a dateline may stand, and how old it may be beside the publication: newspapers
# printed letters from the field two weeks late, weeklies a month.
DATELINE_CHARACTERS = 400
DATELINE_AGE_DAYS = 31
# Years of publication that leave room to count from: a file may say 9999.
CALENDAR_YEARS = range(1000, 9000)
# A first date this long before the publication tells a story of the past. Its dates without a year lie
# within half a year of the one told last, its weekdays in the week that follows it.
BYGONE_DAYS = 300
STORY_AHEAD = timedelta(182)
STORY_WEEK = timedelta(6)
# "Since March 2" said months later is background: the next day told of does not count from it.
RECENT_DAYS = 14
# A clause is searched for its tense this many characters to each side of the date.
CLAUSE_CHARACTERS = 120


def _matches(text: str) -> Iterator[tuple[re.Match[str], Read]]:
    """Yield the matches of all rules from left to right; of overlapping ones the earliest, then longest."""
    found = [
        (m.start(), -m.end(), n, m) for n, (pattern, _) in enumerate(RULES) for m in pattern.finditer(text)
    ]
    end = 0
    for start, minus_end, n, m in sorted(found, key=lambda f: f[:3]):
        if start >= end and minus_end < -start:
            yield m, RULES[n][1]
            end = -minus_end


# What tells the tense of a clause: words of the future, past verbs, and the ends of clauses.
_TENSE = re.compile(
    r"(?P<future>\b(?:will|shall|won't|may|might|could(?!n't|\s{1,3}not\b)|would|must|due|expected|scheduled|planned|plans?|intends?|intention|intent|"
    r"promise[sd]?|vow(?:s|ed)|threaten(?:s|ed)|ahead|upcoming|looms?|(?:is|are|was|were|set|going)\s{1,3}to)\b|"
    r"['\u2019]ll\b)|"
    r"(?P<past>\b(?:said|told|was|were|had|has|have|did|fell|took|held|went|came|left|struck|hit|shot|drove|got|began|"
    r"broke|sent|lost|won|met|made|gave|saw|spoke|ran|fought|rose|swept|wrote|"
    r"(?<!be )(?:(?:re)?taken|fallen|driven|beaten|broken|given|thrown|blown|overrun|begun|seized)|"
    r"(?<!be )[a-z]{3,20}ed)\b)|"
    r"(?P<end>[.;:!?\n\u201c\u201d\"](?=\s|$)|\u2014| - )",
    re.IGNORECASE,
)


class _Tenses:
    """The tense of every clause of a text, found in one pass."""

    def __init__(self, text: str) -> None:
        found = list(_TENSE.finditer(text))
        self._starts, self._ends = [m.start() for m in found], [m.end() for m in found]
        self._kinds = [m.lastgroup for m in found]

    def ahead(self, start: int, end: int) -> bool:
        """Tell whether the clause around a date speaks of the future.

        The word nearest before the date decides ("said on Tuesday that it would be stormed" is past);
        where the date opens its clause, the first word after it.
        """
        before = bisect_right(self._ends, start) - 1
        if before >= 0 and start - self._ends[before] <= CLAUSE_CHARACTERS and self._kinds[before] != "end":
            return bool(self._kinds[before] == "future")
        after = bisect_left(self._starts, end)
        near = after < len(self._starts) and self._starts[after] - end <= CLAUSE_CHARACTERS
        return near and self._kinds[after] == "future"


# What opens a clause told by the way, up to a date in it with no other clause between, and what closes it.
_ASIDE = re.compile(
    r"(?:(?<=[,\u2013\u2014-])\s{1,2}|\s)(?:(?:in|of|to|from|at|by|for|after|before|since)\s)?"
    r"(?:which|who|whom|whose|that\s(?:had|has|have|was|were))\b[^,.;:!?()\n\u2013\u2014]{0,120}$"
)
_ASIDE_END = re.compile(r"[,.;:!?()\n\u2013\u2014]")


def _aside(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the bounds of the relative clause that a date stands in, None where it stands in none."""
    opened = _ASIDE.search(text, max(0, start - 140), start)
    if opened is None:
        return None
    closed = _ASIDE_END.search(text, end, end + 140)
    return opened.start(), closed.start() if closed else min(len(text), end + 140)


_HEADER_VERB = re.compile(r"(?i)\b(?:was|were|is|are|has|have|had|said|fell|took|hit|struck|[a-z]{3,20}ed)\b")
_ITEM = re.compile(r"[ \t]{0,8}[*\u2022-] ")
_NEWS_DASH = re.compile(r"\s?(?:\([^)\n]{1,40}\)\s?)?(?:--?|\u2013|\u2014)\s")


def _dateline(text: str, published: date | None) -> date | None:
    """Return the day of writing that the head of a report states, None where it states none.

    A dateline is a date before the dash that opens the story ("TOBRUK, Libya, March 7 - ") or on
    a line of the head without a verb ("TOURS, Nov. 11."). It counts only within a month before the
    publication: letters from the field travelled for weeks.
    """
    head = text[:DATELINE_CHARACTERS]
    now = Discourse(published)
    for m, read in _matches(head):
        if read not in (read_full, read_iso, read_weekday, read_group):
            continue
        line_start = head.rfind("\n", 0, m.start()) + 1
        line_end = head.find("\n", m.end())
        line = head[line_start : line_end if line_end >= 0 else len(head)]
        dashed = m.start() - line_start <= 60 and _NEWS_DASH.match(head, m.end()) is not None
        if not dashed and (len(line) > 100 or line_end < 0 or _HEADER_VERB.search(line) or _ITEM.match(line)):
            continue
        reading = read(m, now)
        if reading is None or reading.since is None or reading.until is None:
            continue
        day = reading.until - timedelta(1)
        if published is None or timedelta(-1) <= published - day <= timedelta(DATELINE_AGE_DAYS):
            return day
    return None


def _bygone(matches: list[tuple[re.Match[str], Read]], published: date | None) -> date | None:
    """Return the first day of a story of the past, None for news.

    The first date of the text carries a year long before the publication ("On 27 June 1944").
    """
    first = next(((m, read) for m, read in matches if read in _OPENING), None)
    if first is None or published is None or not (first[0].groupdict().get("year") or "").isdigit():
        return None
    reading = first[1](first[0], Discourse(published))
    if reading is None or reading.since is None or published - reading.since < timedelta(BYGONE_DAYS):
        return None
    return reading.since


# Dates that say of themselves which day they mean.
_DATED = (read_full, read_iso, read_group, read_entry)
# Dates that count from the day of writing wherever they stand.
_CALENDAR = (*_DATED, read_month, read_nth)
# Dates of which the first tells whether a text is news.
_OPENING = (read_full, read_across_months, read_iso, read_month, read_weekday, read_deictic)
_ENTRY_PLACE = re.compile(r"\s{0,3}(?:\[?\d\d/\d\d|[\w. ]{3,20}\])")
_ENTRY = re.compile(r"[ \t]{0,3}(?:[.:|\n\u2013\u2014-]|$)")


def _is_head(text: str, start: int, end: int) -> bool:
    """Return whether a date with a figure opens an entry: "21 December." at the start of a line.

    An item of a list has its date for itself: what follows the list is not of the day of its last item.
    """
    line = text.rfind("\n", max(0, start - 40), start)
    return (
        (line >= 0 or start < 40)
        and text[line + 1 : start].strip(" \t#>") in ("", "**", "[")
        and any(c.isdigit() for c in text[start:end])
        and (_ENTRY.match(text, end) is not None or _ENTRY_PLACE.match(text, start) is not None)
    )


def _joined(text: str, part: re.Match[str], *following: tuple[re.Match[str], Read]) -> bool:
    """Return whether a part of a day belongs to the date that stands next: "at dawn on Saturday"."""
    return any(
        read in (read_full, read_iso, read_nth, read_weekday)
        and text[part.end() : match.start()].strip(" ,").lower() in ("", "on", "of")
        for match, read in following
    )


_SENTENCE_END = re.compile(r"[.!?]\s|\n")
_SINCE = re.compile(r"(?i)(?<!\w)(?:ever )?since(?: (?:about|around|early|late|early on|late on))?\s{1,3}$")


def find_dates(text: str, published: datetime | None) -> list[DateSpan]:
    """
    Return the times that a text names, as intervals, in the order of the text.

    Parameters
    ----------
    text
        A report; anything at all may stand in it.
    published
        When it was published; what "yesterday" counts from unless the report has an
        earlier dateline. None leaves only what carries its own year.

    Returns
    -------
    dates
        Spans that do not overlap. `since` is midnight UTC of the first day, `until` midnight
        after the last one; both None where no calendar is given. A phrase that counts from what
        was told before has `relative_to_previous`, and the interval that follows if the previous
        date in the text is meant. "Since Monday" runs to the day of writing. A year or season
        has an interval, but precision `unknown`. Text without a date gives an empty list.

    Notes
    -----
    Weekdays: the day of writing itself or the last one before it ("on Thursday" on a Thursday is
    that day, "last Thursday" is not), the next one where the clause looks ahead. Dates without a
    year: the nearest past one. A night ("overnight") is the day on whose morning it ended.

    Examples
    --------
    >>> noon = datetime(2011, 3, 10, 12, tzinfo=UTC)  # a Thursday
    >>> for span in find_dates("The port fell on Tuesday and the airfield two days later.", noon):
    ...     print(span.text, span.since.date(), span.precision, span.relative_to_previous)
    Tuesday 2011-03-08 day False
    two days later 2011-03-10 day True
    >>> find_dates("They may march.", noon)
    []
    """
    base = published.date() if published and published.year in CALENDAR_YEARS else None
    matches = list(_matches(text))
    entries = {m.start() for m, read in matches if read in _DATED and _is_head(text, m.start(), m.end())}
    dateline = _dateline(text, base) if len(entries) < 2 else None  # a diary has many
    story = None if dateline else _bygone(matches, base)
    now = Discourse(dateline or story or base)
    walk = _Walk(text, base, entries, story, now, now.base)
    tenses = _Tenses(text)
    for index, (m, read) in enumerate(matches):
        if read in (read_same, read_night) and _joined(text, m, *matches[index + 1 : index + 2]):
            continue
        walk.turn_to(m, ahead=tenses.ahead(m.start(), m.end()))
        if (reading := walk.read(m, read)) is not None:
            walk.keep(m, reading)
    return walk.spans


@dataclass(slots=True)
class _Walk:
    """A walk through the phrases of time of a text, each read by what those before it have told.

    `entries` are where the entries of a diary begin; `story` is the last date told of a story of the past,
    None in news; `today` is what weekdays and "yesterday" count from.
    """

    text: str
    base: date | None
    entries: set[int]
    story: date | None
    now: Discourse
    today: date | None
    month_end: int = 0
    spans: list[DateSpan] = field(default_factory=list)

    def turn_to(self, m: re.Match[str], *, ahead: bool) -> None:
        """Know what stands where a phrase does: whether its clause looks ahead, which month goes on."""
        self.now = replace(self.now, ahead=ahead)
        if self.story is not None:
            self.today = (self.now.last or self.story) + STORY_WEEK
            self.now = replace(self.now, base=self.story + STORY_AHEAD, ahead=False)
        elif len(self.entries) < 2 and "\n" in self.text[self.month_end : m.start()]:
            self.now = replace(self.now, month=None)  # a new paragraph of news leaves the month named last

    def read(self, m: re.Match[str], read: Read) -> Reading | None:
        """Return what a phrase says, None if it is no time."""
        now = self.now
        if (
            read is read_clause
            and self.spans
            and _SENTENCE_END.search(self.text, self.spans[-1].end, m.start())
        ):
            return read(m, replace(now, base=self.today, last=None))
        # "28 Nov" of a series of letters may be after the dateline of the first.
        writing = self.base or now.base if self.story is None and read in _DATED else now.base
        return read(m, replace(now, base=writing if read in _CALENDAR else self.today))

    def keep(self, m: re.Match[str], reading: Reading) -> None:
        """Keep the span of a phrase, and what it tells those after it."""
        now, start = self.now, m.start()
        lead = _SINCE.search(self.text, max(0, start - 24), start)
        if reading.since and now.base and (lead or m.group().lower().startswith("since")):
            start = lead.start() if lead else start
            reading = _since(reading, now.base)
        aside = _aside(self.text, start, m.end())
        entry = m.start() in self.entries
        self.spans.append(
            DateSpan(
                start, m.end(), self.text[start : m.end()],
                _midnight(reading.since), _midnight(reading.until), reading.precision,
                reading.relative, reading.offset_days, entry, aside,
            )
        )  # fmt: skip
        known = reading.since is not None and reading.precision != "unknown"
        if reading.since and reading.precision in ("day", "few_days", "week", "month"):
            self.now, self.month_end = replace(self.now, month=reading.since), m.end()
        if self.story is not None and reading.since and known and not aside:
            self.story = reading.since if reading.moves else max(self.story, reading.since)
        if known and reading.moves and not aside:
            self.now = replace(self.now, last=reading.since)
        if entry and len(self.entries) > 1 and reading.until and now.base:
            self.today = reading.until - timedelta(1)  # "this morning" of a diary is that day's


def _since(reading: Reading, base: date) -> Reading:
    """Return the run from a time to the day of writing ("since Monday")."""
    if reading.since is None or reading.since > base:
        return reading
    precision = reading.precision
    if precision == "day":
        precision = run_of_days(reading.since, base).precision
    moves = reading.precision == "day" and base - reading.since <= timedelta(RECENT_DAYS)
    return replace(reading, until=base + timedelta(1), precision=precision, moves=moves)


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None
