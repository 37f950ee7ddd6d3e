"""What a temporal phrase means: a function for each kind of phrase, which reads its match.

A reading depends on the discourse: on the day of writing ("yesterday"), on the day named last ("two days
later"), on the month named last ("on the 9th"), and on whether the clause looks ahead ("by Thursday").
"""

# Tables and examples stand one to a line, however long.
# ruff: noqa: E501

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from mapper.model import Precision
from mapper.text.date_discourse import Discourse, Reading, days_from, run_of_days

# What a vague count means. "A few days" and "some days" are read as three, as most readers say when asked
# (and as precision `few_days` allows: three days either way).
VAGUE_COUNT = 3
# A bare number farther than this from the year of writing is no year.
YEARS_OF_A_WAR = 60
# A day of the month that lies so far before the day named last is that of the month after.
BACKWARDS = timedelta(5)
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
COUNTS = {
    word: n
    for n, words in enumerate(
        ("", "a an one another", "two couple", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
         "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty")
    )
    for word in words.split()
} | dict.fromkeys(("few", "some", "several", "many"), VAGUE_COUNT)  # fmt: skip
ORDINALS = {
    word: n
    for n, word in enumerate(
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth"], start=1
    )
} | {"thirtieth": 30, "thirty-first": 31} | {
    f"twenty-{word}": 20 + n
    for n, word in enumerate(["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"], start=1)
}  # fmt: skip


def _number(words: str) -> int:
    """Return the number that `words` ("7", "a few", "twenty-first", "3rd") says."""
    digits = re.match(r"\d{1,4}", words)
    if digits:
        return int(digits.group())
    last = words.lower().split()[-1]
    return COUNTS.get(last) or ORDINALS.get(last, VAGUE_COUNT)


def _month_number(name: str) -> int:
    return next(
        n for n, month in enumerate(_MONTHS, start=1) if month.startswith(name.lower().rstrip(".")[:3])
    )


def _weekday_number(name: str) -> int:
    return next(n for n, day in enumerate(_WEEKDAYS) if day.startswith(name.lower()[:3]))


def _calendar(year: int, month: int, day: int) -> date | None:
    """Return the date, or None where the calendar has no such day ("31 February")."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _add_months(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    if not 1 <= index // 12 <= 9998:
        return first
    return date(index // 12, index % 12 + 1, 1)


def _nearest_year(month: int, day: int, now: Discourse) -> date | None:
    """Return the day in the year that the report means: the nearest past, or future if it looks ahead."""
    if now.base is None:
        return _calendar(now.month.year, month, day) if now.month else None
    # Years -5 to +5 hold a 29 February.
    found = [d for year in range(now.base.year - 5, now.base.year + 6) if (d := _calendar(year, month, day))]
    if now.ahead:
        return next((d for d in found if d >= now.base), None)
    # One day of grace: a report filed before midnight can be dated by the time zone of the desk.
    return max((d for d in found if d <= now.base + timedelta(1)), default=None)


def _weekday(name: str, now: Discourse, *, strictly: bool = False) -> date | None:
    """Return the weekday that the report means: its own day or the last one before it."""
    if now.base is None:
        return None
    back = (now.base.weekday() - _weekday_number(name)) % 7
    if now.ahead:
        return now.base + timedelta((-back) % 7)
    return now.base - timedelta(back or 7 if strictly else back)


# --- readings, one for each rule ---------------------------------------------------------------------------


def _year(words: str | None, now: Discourse) -> int | None:
    """Return the year that '2011', 'this year', 'last year' name, None for none."""
    if words is None or words[0].isdigit():
        return int(words) if words else None
    return now.base.year - words.lower().startswith("last") if now.base else None


def read_full(m: re.Match[str], now: Discourse) -> Reading | None:
    """'7 March', 'March 7, 2011', 'Thursday, the 13th of May', 'March 5-8', 'the night of 26 to 27 January'."""
    month = _month_number(m["month"])
    first, last = _number(m["day"]), _number(m["day2"]) if m["day2"] else None
    year = _year(m["year"], now)
    since = _calendar(year, month, first) if year else _nearest_year(month, first, now)
    if since is None:
        return None
    if last is None:
        return days_from(since)
    until = _calendar(since.year, month, last)
    if until is None or until < since:
        return days_from(since)
    return run_of_days(since, until)


def read_across_months(m: re.Match[str], now: Discourse) -> Reading | None:
    """'from March 28 to April 2', '28 March - 2 April 2011'."""
    month2, day2 = _month_number(m["month2"]), _number(m["day2"])
    last = _calendar(int(m["year"]), month2, day2) if m["year"] else _nearest_year(month2, day2, now)
    if last is None:
        return None
    month = _month_number(m["month"])
    since = _calendar(last.year - (month > month2), month, _number(m["day"]))
    return run_of_days(since, last) if since else days_from(last)


def read_iso(m: re.Match[str], now: Discourse) -> Reading | None:
    """'2011-03-07'."""
    day = _calendar(int(m["year"]), int(m["m"]), int(m["d"]))
    return days_from(day) if day else None


def read_numbers(m: re.Match[str], now: Discourse) -> Reading | None:
    """'7.3.2011', '7/3/2011': day first, unless only the month can stand first or the other order is nearer."""
    year, a, b = int(m["year"]), int(m["a"]), int(m["b"])
    day_first, month_first = _calendar(year, b, a), _calendar(year, a, b)
    base = now.base
    if day_first and month_first and base and m["sep"] == "/":
        # Only with slashes do Americans put the month first. A report tells of what is just past.
        return days_from(min(day_first, month_first, key=lambda d: (d > base, abs((d - base).days))))
    day = day_first or month_first
    return days_from(day) if day else None


def read_entry(m: re.Match[str], now: Discourse) -> Reading | None:
    """'04/09 Gulak', '[31/10] Bara': day and month, or month and day, at the head of an entry: the nearest past."""
    a, b = int(m["a"]), int(m["b"])
    found = [
        d
        for month, day in ((b, a), (a, b))
        if month in range(1, 13) and (d := _nearest_year(month, day, now))
    ]
    return days_from(max(found)) if found else None


def read_group(m: re.Match[str], now: Discourse) -> Reading | None:
    """'131800B OCT 95', '121100B': the date-time group of military messages."""
    day = int(m["day"])
    if m["month"]:
        year = int(m["year"]) if m["year"] else None
        if year is not None and year < 100:
            century = (now.base.year if now.base else 2000) // 100 * 100
            year += century if now.base is None or century + year <= now.base.year + 1 else century - 100
        month = _month_number(m["month"])
        found = _calendar(year, month, day) if year else _nearest_year(month, day, now)
    else:
        found = _day_of_month(day, replace(now, month=None))
    return days_from(found) if found else None


def _day_of_month(day: int, now: Discourse) -> date | None:
    """Return 'the 9th': the first after the date named last, of the month named last, else the nearest past."""
    if now.month is not None:
        for later in range(2):
            first = _add_months(now.month, later)
            found = _calendar(first.year, first.month, day)
            if (
                found
                and (now.base is None or now.ahead or found <= now.base)
                and now.month - found < BACKWARDS
            ):
                return found
        found = _calendar(now.month.year, now.month.month, day)
        if found and (now.base is None or now.ahead or found <= now.base):
            return found
    if now.base is None:
        return None
    for back in range(4):
        first = _add_months(now.base, 1 - back if now.ahead else -back)
        found = _calendar(first.year, first.month, day)
        if found and (found > now.base if now.ahead else found <= now.base):
            return found
    return None


def read_nth(m: re.Match[str], now: Discourse) -> Reading | None:
    """'on the 9th', 'the 27th ult.', 'the 9th inst.', 'the first of the month'."""
    day, whose = _number(m["day"]), (m["whose"] or "").lower()
    if whose and now.base:
        first = _add_months(now.base, -1 if whose.startswith("ult") or "last" in whose else 0)
        found = _calendar(first.year, first.month, day)
    else:
        found = _day_of_month(day, now)
    return days_from(found) if found else None


def read_weekday(m: re.Match[str], now: Discourse) -> Reading | None:
    """'on Thursday', 'last Thursday', 'Wednesday last, the 13th', 'Monday of last week', 'Sunday the third'."""
    which = (m["which"] or m["after"] or "").lower()
    if m["week"]:
        if now.base is None:
            return None
        weeks = {"last": -1, "next": 1}.get(m["week"].lower(), 0)
        monday = now.base - timedelta(now.base.weekday())
        return days_from(monday + timedelta(7 * weeks + _weekday_number(m["weekday"])))
    if "next" in which or "coming" in which:
        now = replace(now, ahead=True, base=now.base + timedelta(1) if now.base else None)
    if which.startswith(("that", "on")) and now.last:  # "that Tuesday": the one nearest to the day told last
        return days_from(
            now.last + timedelta((_weekday_number(m["weekday"]) - now.last.weekday() + 3) % 7 - 3)
        )
    found = _weekday(m["weekday"], now, strictly=which in ("last", "past", "previous"))
    if m["day"]:  # "Sunday the third": the number decides, the weekday only confirms.
        found = _day_of_month(_number(m["day"]), now) or found
    return days_from(found, moves=not now.ahead) if found else None


def read_weekdays(m: re.Match[str], now: Discourse) -> Reading | None:
    """'from Monday to Wednesday', 'between Thursday and Saturday'."""
    last = _weekday(m["last"], now)
    if last is None:
        return None
    return run_of_days(last - timedelta((last.weekday() - _weekday_number(m["first"])) % 7), last)


def read_deictic(m: re.Match[str], now: Discourse) -> Reading | None:
    """'today', 'yesterday', 'this morning', 'last night', 'tomorrow', 'tonight'."""
    if now.base is None:
        return None
    words = m.group().lower()
    if words.startswith(("yesterday", "last")):
        return days_from(now.base - timedelta(1))
    if words.startswith("the day before yesterday"):
        return days_from(now.base - timedelta(2))
    if re.match(r"to-?morrow", words):
        return days_from(now.base + timedelta(1), moves=False)
    if words.startswith("the day after"):
        return days_from(now.base + timedelta(2), moves=False)
    return days_from(now.base)


def read_night(m: re.Match[str], now: Discourse) -> Reading | None:
    """'overnight', 'during the night': the night that ended on the day of writing, or that of the day told."""
    if now.base is None and now.last is None:
        return None
    # "During the night the garrison left" opens the next step of a story told day by day; the night
    # at the end of a sentence of news ("shelled the port overnight") is the one just past.
    if m.group()[0].isupper() and now.last and now.base and now.last < now.base - timedelta(1):
        return Reading(now.last, now.last + timedelta(2), "day", relative=True)
    return days_from(now.base or now.last or date.min)


def read_same(m: re.Match[str], now: Discourse) -> Reading | None:
    """'the same day', 'that night', 'by evening', 'hours later', 'within the hour': the day named last."""
    day = now.last or now.base
    return Reading(day, day + timedelta(1), relative=True) if day else Reading(None, None, relative=True)


def _step(now: Discourse, offset: int, precision: Precision = "day") -> Reading:
    """Return the reading that lies `offset` days from the day named last."""
    day = now.last or now.base
    if day is None or not -36_500 < offset < 36_500:
        return Reading(None, None, precision, relative=True, offset_days=offset)
    since = day + timedelta(offset)
    return Reading(since, since + timedelta(1), precision, relative=True, offset_days=offset)


def read_next_day(m: re.Match[str], now: Discourse) -> Reading | None:
    """'the following day', 'the next night', 'the day after', 'the day before', 'the previous evening'."""
    words = m.group().lower()
    return _step(now, -1 if re.search(r"before|previous|preceding|earlier|eve of", words) else 1)


_UNIT_DAYS = {"day": 1, "night": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}
_UNIT_PRECISION: dict[str, Precision] = {"day": "day", "night": "day", "month": "month", "year": "unknown"}
_VAGUER: dict[Precision, Precision] = {"day": "few_days", "few_days": "week"}


def _span_of(count: str | None, unit: str) -> tuple[int, Precision]:
    """Return days and precision of 'two days', 'a week', 'months'."""
    singular = unit.lower().rstrip("s")
    words = (count or "").lower().replace(" of ", " ").split()
    number = _number(words[-1]) if words else VAGUE_COUNT
    vague = not words or words[-1] in ("few", "some", "several", "many", "couple")
    days = number * _UNIT_DAYS[singular]
    precision = _UNIT_PRECISION.get(singular, "few_days")
    return days, _VAGUER.get(precision, precision) if vague else precision


def read_later(m: re.Match[str], now: Discourse) -> Reading | None:
    """'two days later', 'a week earlier', 'days afterwards', 'one day longer', 'to the day a month later'."""
    days, precision = _span_of(m["count"], m["unit"])
    if m["exact"]:
        precision = "day"
    sign = -1 if re.match(r"(?i)earlier|before|previously", m["way"]) else 1
    if days >= 30 and now.last is not None:
        months = sign * days // 30 if days % 365 else sign * days // 365 * 12
        first = _add_months(now.last, months)
        day = _calendar(first.year, first.month, now.last.day) or first
        return Reading(day, day + timedelta(1), precision, relative=True, offset_days=(day - now.last).days)
    return _step(now, sign * days, precision)


def read_clause(m: re.Match[str], now: Discourse) -> Reading | None:
    """'two days after' and 'a week before' with a clause: when that was, counted from what the sentence tells."""
    days, precision = _span_of(m["count"], m["unit"])
    day = now.last or now.base
    if day is None or days > 36_500:
        return Reading(None, None, "unknown", moves=False)
    return days_from(
        day + timedelta(days if m["way"].lower() == "before" else -days), 1, precision, moves=False
    )


def read_ago(m: re.Match[str], now: Discourse) -> Reading | None:
    """'two days ago', 'some weeks ago', 'a month ago', 'years ago'."""
    if now.base is None or (not m["count"] and m["unit"].lower() == "years"):
        return Reading(None, None, "unknown", moves=False)
    if m["unit"].lower().startswith(("hour", "minute")):
        return days_from(now.base)
    days, precision = _span_of(m["count"], m["unit"])
    since = now.base - timedelta(min(days, 36_500))
    return Reading(since, since + timedelta(1), precision, moves=days <= 7)


def read_for_days(m: re.Match[str], now: Discourse) -> Reading | None:
    """'for days', 'in the last few days', 'over the past week', 'for the third day': up to the day of writing."""
    if now.base is None:
        return None
    days, precision = _span_of(m["count"], m["unit"])
    if now.last and now.base - now.last > timedelta(days):  # "taken on the 9th, though fought over for days"
        return Reading(now.last, now.last + timedelta(days), "week", relative=True)
    since = now.base - timedelta(min(days, 36_500) - 1)
    if precision == "day":
        precision = run_of_days(since, now.base).precision
    return Reading(since, now.base + timedelta(1), precision, moves=False)


_PERFECT = re.compile(r"(?i)\b(?:has|have)\b[^.;:!?\n]{0,80}$")


def read_lasting(m: re.Match[str], now: Discourse) -> Reading | None:
    """'has been ringed for five weeks': up to the day of writing; "held out for five weeks" has no date."""
    if now.base is None or not _PERFECT.search(m.string, max(0, m.start() - 90), m.start()):
        return None
    days, precision = _span_of(m["count"], m["unit"])
    since = now.base - timedelta(min(days, 36_500))
    longer = run_of_days(since, now.base).precision if precision == "day" else precision
    return Reading(since, now.base + timedelta(1), longer, moves=False)


def read_coming(m: re.Match[str], now: Discourse) -> Reading | None:
    """'within days', 'in the coming days', 'in two weeks', 'in some hours'."""
    if now.base is None:
        return None
    if m["unit"].lower().startswith(("hour", "minute")):
        return days_from(now.base, moves=False)
    days, precision = _span_of(m["count"], m["unit"])
    if not now.ahead:  # "held it again within a month", but "300,000 left in three days" is a duration
        if now.last is None or not m.group().lower().startswith("within"):
            return None
        return Reading(
            now.last,
            now.last + timedelta(min(days, 36_500) + 1),
            run_of_days(now.last, now.last + timedelta(min(days, 36_500))).precision,
            relative=True,
        )
    return days_from(
        now.base + timedelta(min(days, 36_500)),
        1,
        "few_days" if precision == "day" else precision,
        moves=False,
    )


def read_period(m: re.Match[str], now: Discourse) -> Reading | None:
    """'last week', 'this month', 'next year', 'earlier this week', 'late last month', 'by the week's end'."""
    if now.base is None:
        return None
    words, unit = m.group().lower(), m["unit"].lower()
    precision: Precision
    step = 1 if re.search(r"next|coming", words) else -1 if re.search(r"last|past|previous", words) else 0
    if unit == "weekend":
        saturday = now.base - timedelta((now.base.weekday() - 5) % 7)
        if step > 0 or now.ahead:
            saturday += timedelta(7)
        return days_from(saturday, 2, "few_days", moves=step <= 0)
    if unit == "week":
        since = now.base - timedelta(now.base.weekday() - 7 * step)
        until, precision = since + timedelta(7), "week"
    elif unit == "month":
        since = _add_months(now.base, step)
        until, precision = _add_months(since, 1), "month"
    else:
        since = date(now.base.year + step, 1, 1)
        until, precision = date(since.year + 1, 1, 1), "unknown"
    since, until = _part_of(since, until, words)
    if step == 0 and not now.ahead and "end of" not in words:
        until = max(min(until, now.base + timedelta(1)), since + timedelta(1))
    shorter: Precision = "few_days" if unit == "week" else "week" if unit == "month" else "month"
    parted = re.search(r"early|earlier|late|later|mid|end of|beginning|start", words)
    return Reading(since, until, shorter if parted else precision, moves=False)


def _part_of(since: date, until: date, words: str) -> tuple[date, date]:
    """Return the early, middle or late part of an interval, or all of it."""
    third = (until - since) / 3
    if re.search(r"\bmid|middle", words):
        return since + third, until - third
    if re.search(r"\blate\b|\bend\b|\blast\s+(?:days|week|half)\s+of\b", words):
        return until - third, until
    if re.search(r"\bearly\b|\bbeginning\b|\bstart\b|\bfirst\s+(?:days|week|half)\s+of\b", words):
        return since, since + third
    return since, until


def read_month(m: re.Match[str], now: Discourse) -> Reading | None:
    """'in January', 'since mid-February', 'last June', 'the last days of June 1987', 'in May 2015'."""
    month, part, which = _month_number(m["month"]), m["part"].lower(), m["which"].lower().strip()
    year = _year(m["year"], now)
    # "March" and "May" alone are verbs at the head of a sentence.
    if not (m["lead"] or part or which or year) and m["month"].lower() in ("march", "mar", "may"):
        return None
    if year:
        since = date(year, month, 1)
    elif now.base is None:
        return None
    elif now.ahead or which == "next":
        since = date(now.base.year + (month < now.base.month), month, 1)
    else:
        back = month > now.base.month or (which == "last" and month == now.base.month)
        since = date(now.base.year - back, month, 1)
    until = _add_months(since, 1)
    if m["lead"].lower().startswith("before") and not part:
        return Reading(since - timedelta(7), since, "week", moves=False)
    if not part:
        return Reading(since, until, "month", moves=False)
    early, late = _part_of(since, until, part)
    return Reading(early, late, "week")


_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}


def read_year(m: re.Match[str], now: Discourse) -> Reading | None:
    """'in 2014', 'in the spring of 2015', 'since spring', 'last summer'."""
    if m["season"] is None:
        since = date(int(m["year"]), 1, 1)
        if now.base is not None and abs(now.base.year - since.year) > YEARS_OF_A_WAR:
            return None  # "by 1900", "from 1500": an hour, a number
        return Reading(since, date(since.year + 1, 1, 1), "unknown", moves=False)
    if m["year"] is None and now.base is None:
        return None
    month = _SEASONS[m["season"].lower()]
    year = int(m["year"]) if m["year"] else now.base.year if now.base else 1
    since = date(year, month, 1)
    if not m["year"] and now.base and (since > now.base or ("last" in m.group().lower() and since.year == now.base.year
                                                            and _add_months(since, 3) > now.base)):  # fmt: skip
        since = date(year - 1, month, 1)
    return Reading(since, _add_months(since, 3), "unknown", moves=False)


def read_recent(m: re.Match[str], now: Discourse) -> Reading | None:
    """'recently', 'in recent days'."""
    if now.base is None:
        return None
    return days_from(now.base - timedelta(VAGUE_COUNT - 1), VAGUE_COUNT, "few_days", moves=False)


def read_undated(m: re.Match[str], now: Discourse) -> Reading | None:
    """'early on', 'before the harvest feast': a time, but no calendar."""
    return Reading(None, None, "unknown", moves=False)


Read = Callable[[re.Match[str], Discourse], Reading | None]
