"""How texts are read: with which tools, opened once a process, and each text within its bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal, TypeVar

from mapper.bounds import bounded
from mapper.model import Rejected
from mapper.pipeline import default_gazetteer, default_judge
from mapper.places.among import lying_among
from mapper.places.gazetteer import TableGazetteer, open_gazetteer
from mapper.places.geocoder import ServiceGazetteer, WithService
from mapper.places.install import installed
from mapper.places.user_tables import cache_dir, user_table
from mapper.text.telling import Judge
from mapper.text.toponyms import Recognizer, recognizer

Item = TypeVar("Item")
Result = TypeVar("Result")


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

    def judge(self) -> Judge:
        """Return what weighs events, loaded once a process."""
        return default_judge(self.gear)


def read_each(
    read: Callable[[Item], Result], items: Iterable[Item], id_of: Callable[[Item], str]
) -> list[Result | Rejected]:
    """
    Return what `read` gives for each item, and for one that exceeds the bounds why it is set aside.

    Examples
    --------
    >>> good, bad = read_each(lambda number: len(bytearray(10**number)), [3, 15], str)
    >>> good, bad.reason
    (1000, "Report '15' is set aside: It needs too much memory.")
    """
    results: list[Result | Rejected] = []
    for item in items:
        try:
            with bounded():
                results.append(read(item))
        except TimeoutError as error:
            results.append(set_aside(id_of(item), str(error)))
        except MemoryError:
            results.append(set_aside(id_of(item), "It needs too much memory."))
    return results


def set_aside(id: str, reason: str = "Reading it ended the process.") -> Rejected:
    """Return a report as an input that could not be used."""
    return Rejected(id, "", f"Report {id!r} is set aside: {reason}")


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
    gazetteer = reading.gazetteer()
    return recognizer(
        reading.gear,
        find_names=gazetteer.find_names,
        lying_among=partial(lying_among, gazetteer),
        demonyms=reading.demonyms,
        nested=reading.nested,
    )
