"""Marked reports -> records. The form is described in `data/marked-reports/README.md`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).parent / "marked-reports"
_MARK = re.compile(r"\{([^{}|]+)\|([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing told of a place; `start`, `end` are the words that stand for it in the text without marks."""

    start: int
    end: int
    place: str
    kind: str
    actor: str = ""
    certainty: str = "reported"
    date: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class MarkedReport:
    """A report without its marks, and the marks; `group` is the hand that wrote it."""

    id: str
    group: str
    published: datetime
    sides: dict[str, list[str]]
    text: str
    marks: list[Mark]


def read_marked(folder: Path = FOLDER) -> Iterator[MarkedReport]:
    """Yield the reports of a folder by file name and order."""
    for path in sorted(folder.glob("*.txt")):
        for number, block in enumerate(path.read_text(encoding="utf-8").split("\n===\n"), 1):
            head, _, body = block.strip().partition("\n---\n")
            first, *rest = head.splitlines()
            facts = dict(part.strip().split(": ", 1) for part in first.split(" | "))
            sides = {key: words.split(",") for key, _, words in (line.partition(":") for line in rest)}
            text, marks = _unmarked(body)
            yield MarkedReport(
                id=f"{path.stem}-{number}",
                group=path.stem[0],
                published=datetime.fromisoformat(facts["published"]).replace(tzinfo=UTC),
                sides={key.strip(): [w.strip() for w in words] for key, words in sides.items()},
                text=text,
                marks=marks,
            )


def _unmarked(body: str) -> tuple[str, list[Mark]]:
    """Return the text without marks, and the marks."""
    text, at = "", 0
    marks: list[Mark] = []
    for match in _MARK.finditer(body):
        words, _, place = match[1].partition("=")
        text += body[at : match.start()]
        start = len(text)
        text += words
        at = match.end()
        for told in match[2].split(";"):
            kind, *facts = told.split()
            fields = [fact if fact not in ("?", "-") else "" for fact in facts]
            if kind == "state":
                fields = [fields[0], "reported", "", fields[0]]
            marks.append(Mark(start, len(text), place or words, kind, *fields))
    return text + body[at:], marks
