"""Marked reports -> records. The form is described in `data/marked-reports/README.md`.

`read_gold` reads reports whose marks stand in a file of their own (TEXT.txt, TEXT.gold.json): they mark the
sentence that tells an event, and name its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).parent / "marked-reports"
_MARK = re.compile(r"\{([^{}|]+)\|([^{}]+)\}")
# Words that may stand for a place named before.
_STANDS_IN = re.compile(
    r"\b(?:(?:the|this|that|its|their) (?:town|city|village|port|base|airport|airfield|capital|bridge"
    r"|junction|district|fortress|refinery|island|crossing|hill|place)|there|it)\b",
    re.IGNORECASE,
)


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
    """A report without its marks, and the marks; `group` is the hand that wrote it.

    `unclear` holds sentences that tell something of a place by words that are not marked; `states` says
    whether it is marked who holds a place.
    """

    id: str
    group: str
    published: datetime
    sides: dict[str, list[str]]
    text: str
    marks: list[Mark]
    unclear: tuple[tuple[int, int], ...] = ()
    states: bool = True


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


def read_gold(folder: Path, groups: str) -> Iterator[MarkedReport]:
    """Yield the reports of a folder with gold beside them, dealt to `groups` in turn."""
    for number, path in enumerate(sorted(folder.glob("*.gold.json"))):
        gold = json.loads(path.read_text(encoding="utf-8"))
        text = path.with_name(path.name.replace(".gold.json", ".txt")).read_bytes().decode()
        marks, unclear = [], []
        for event in gold["events"]:
            first, last = event["sentence_start"], event["sentence_end"]
            named = [
                (name["start"], name["end"])
                for name in gold["toponyms"]
                if name["name"] == event["place"] and first <= name["start"] < last
            ]
            said = [(first + m.start(), first + m.end()) for m in _STANDS_IN.finditer(text[first:last])]
            if event["place"] and (named or len(said) == 1):
                start, end = (named or said)[0]
                facts = event["type"], event["actor"] or "", event["certainty"]
                marks.append(Mark(start, end, event["place"], *facts))
            else:
                unclear.append((first, last))
        yield MarkedReport(
            id=gold["id"],
            group=groups[number % len(groups)],
            published=datetime.fromisoformat(gold["published"]).replace(tzinfo=UTC),
            sides=gold["sides"],
            text=text,
            marks=marks,
            unclear=tuple(unclear),
            states=False,
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
