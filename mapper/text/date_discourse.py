"""What a reader of dates remembers, and what one date means: days and their precision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from mapper.model import Precision


@dataclass(frozen=True, slots=True)
class Reading:
    """What one match means: days from `since` to `until` (excluded), None where no calendar is given.

    `moves` says whether later phrases ("the next day") count from here.
    """

    since: date | None
    until: date | None
    precision: Precision = "day"
    relative: bool = False
    offset_days: int = 0
    moves: bool = True


@dataclass(frozen=True, slots=True)
class Discourse:
    """What a reader remembers at one point of the text.

    `base` is the day of writing, `last` the day named last, `month` a day in the month named last.
    `ahead` says that the clause around the present match speaks of the future.
    """

    base: date | None
    last: date | None = None
    month: date | None = None
    ahead: bool = False


def days_from(since: date, count: int = 1, precision: Precision = "day", *, moves: bool = True) -> Reading:
    return Reading(since, since + timedelta(count), precision, moves=moves)


def run_of_days(since: date, last: date) -> Reading:
    """Return the days from `since` to `last`, both included, with the precision that covers them."""
    length = (last - since).days + 1
    precision: Precision = (
        "day" if length <= 2 else "few_days" if length <= 4 else "week" if length <= 14 else "month"
    )
    return Reading(since, last + timedelta(1), precision)
