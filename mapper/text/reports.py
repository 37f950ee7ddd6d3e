"""Reports: files, folders and tables of reports -> `Report`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from email.utils import parsedate_to_datetime
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import Literal

from mapper.errors import ReportError
from mapper.model import Rejected, Report
from mapper.text.archives import READERS, reader_of
from mapper.text.formats import Fields, Limits
from mapper.text.language import language_of

# Outside of these years a date is a slip, and the tables' nanoseconds end in 1677 and 2262.
FIRST_YEAR, LAST_YEAR = 1700, 2200
_ID_CHARS = 300
_META_CHARS = 2_000
# A lone half of a surrogate pair, from a careless JSON escape, can be written in no encoding, and nul ends
# strings elsewhere. One sign for one sign: the offsets stay.
_PLACE = re.compile(r"(?P<member>.*?) ?(?:(?:line|item|row|record|entry) (?P<number>\d+))?", re.DOTALL)
_NAMED_DAY = re.compile(r"(?:^|.*/)(\d{4}-\d\d-\d\d)(?!\d)[^/]*", re.DOTALL)
_UNWRITABLE = re.compile("[\ud800-\udfff\0]")


def read_reports(
    *paths: Path | str,
    rejected: list[Rejected] | None = None,
    language: Literal["en", "any"] = "en",
    limits: Limits | None = None,
) -> Iterator[Report]:
    """
    Read the reports of files and folders, in the order of the paths, folders by name.

    Parameters
    ----------
    paths
        Files and folders. The ending says how a file is read: `.txt` and `.md` hold one report and
        may begin with a header (see `split_header`); `.jsonl`, `.json`, `.csv` and `.parquet` carry
        `id, text, published, source, url, title`, of which only `text` must be there; `.html`, `.pdf`,
        feeds (`.rss`, `.atom`, `.xml`) and web archives (`.warc`) give their articles, `.zip` and `.gz`
        what is in them.
    rejected
        List to which what cannot be used is appended, with its reason; the others go on. Without
        it the first such input raises.
    language
        `en` sets aside what is in another language, for only English events are understood; `any`
        reads it all.
    limits
        How much is read at most; None for the usual limits.

    Yields
    ------
    report
        With the id that it states, else its path within the folder without the ending. `published`
        is in UTC, midnight where only the day is stated; else the day that the name of its file
        begins with ("2011-03-10 coast.pdf"), else None. The text of a text file is as in the file, to
        the character. A report told twice under one id is given once.

    Raises
    ------
    ReportError
        If a path does not exist, or an input cannot be used and `rejected` is None.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.txt").write_text("published: 2011-03-10\\n\\nShells fell on Ras Lanuf.")
    >>> _ = (folder / "b.jsonl").write_text('{"id": 7, "text": "Brega fell."}\\n{"id": 8}\\n')
    >>> rejected = []
    >>> [(report.id, report.text) for report in read_reports(folder, rejected=rejected)]
    [('a', 'Shells fell on Ras Lanuf.'), ('7', 'Brega fell.')]
    >>> [(set_aside.record, set_aside.reason) for set_aside in rejected]
    [('line 2', "The key 'text' is missing.")]
    """
    limits = limits or Limits()
    digests: dict[str, bytes] = {}
    for path, stem in _files(paths):
        for found in _read_file(path, limits):
            report = found if isinstance(found, Rejected) else _report(found, path, stem, digests, limits)
            if isinstance(report, Report) and language == "en":
                report = _in_english(report, path)
            if isinstance(report, Report):
                yield report
            elif rejected is None:
                where = f"{report.path} {report.record}".strip()
                raise ReportError(f"{where}: {report.reason}")
            else:
                rejected.append(report)


def parse_time(value: str) -> datetime:
    """
    Return a stated time as UTC; a day alone is its midnight, a time without zone is taken as UTC.

    Raises
    ------
    ValueError
        If `value` is no ISO 8601 (or RFC 2822, as in feeds) time, or lies outside of 1700 to 2200.

    Examples
    --------
    >>> parse_time("2011-03-10T01:30+02:00").isoformat()
    '2011-03-09T23:30:00+00:00'
    >>> parse_time("31 Feb 2011")
    Traceback (most recent call last):
        ...
    ValueError: is '31 Feb 2011'; give a date as YYYY-MM-DD
    """
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except (ValueError, TypeError, IndexError, OverflowError):
            raise ValueError(f"is {value[:60]!r}; give a date as YYYY-MM-DD") from None
    if not FIRST_YEAR <= moment.year < LAST_YEAR:
        raise ValueError(f"is {value[:60]!r}, which is not between {FIRST_YEAR} and {LAST_YEAR}")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _files(paths: tuple[Path | str, ...]) -> Iterator[tuple[Path, str]]:
    """Give each file to read once, with its id should it state none."""
    done: set[Path] = set()
    for root in map(Path, paths):
        if root.is_dir():
            files = [
                Path(folder, name)
                for folder, folders, names in os.walk(root)
                if not _hidden(folder, root)
                for name in names
                if not name.startswith(".") and name != "theatre.toml"
            ]
        elif root.exists():
            files = [root]
        else:
            raise ReportError(f"{str(root)!r} does not exist; give a file or folder of reports.")
        for file in sorted(files, key=lambda file: file.as_posix()):
            resolved = file.resolve()
            if resolved not in done:
                done.add(resolved)
                yield file, _bare((file.relative_to(root) if file != root else Path(file.name)).as_posix())


def _hidden(folder: str, root: Path) -> bool:
    return any(part.startswith(".") for part in Path(folder).relative_to(root).parts)


def _read_file(path: Path, limits: Limits) -> Iterator[tuple[str, Fields] | Rejected]:
    """Give each record of a file with its place in it, or the reason why it cannot be read."""
    reader = reader_of(path.name)
    if reader is None:
        known = ", ".join(READERS)
        yield Rejected(str(path), "", f"The ending {path.suffix!r} is not known; known are {known}.")
        return
    try:
        with path.open("rb") as file:
            for where, fields in reader(file, limits):
                yield Rejected(str(path), where, fields) if isinstance(fields, str) else (where, fields)
    except ReportError as error:
        yield Rejected(str(path), "", str(error))
    except OSError as error:
        yield Rejected(str(path), "", f"It cannot be read: {error.strerror or error}.")


def _report(
    found: tuple[str, Fields], path: Path, stem: str, digests: dict[str, bytes], limits: Limits
) -> Report | Rejected:
    """Make a report of the fields of a record; `digests` holds the texts of the ids given so far."""
    where, fields = found
    try:
        text = _text(fields, limits)
        published = _published(fields, _implied_id(stem, where))
        meta = {key: _meta(fields, key) for key in ("source", "url", "title")}
        stated_id = _meta(fields, "id")
    except ValueError as error:
        return Rejected(str(path), where, f"{str(error).rstrip('.')}.")
    id = stated_id or _implied_id(stem, where)
    digest = blake2b(text.encode(), digest_size=8).digest()
    if not stated_id:
        id = _unused(id, digests)
    elif len(id) > _ID_CHARS:
        return Rejected(str(path), where, f"The id {id[:40]!r}... has more than {_ID_CHARS} characters.")
    elif id in digests:
        same = "the same text" if digests[id] == digest else "another text; give it an id of its own"
        return Rejected(str(path), where, f"The id {id!r} has been read before with {same}.")
    digests[id] = digest
    return Report(id, text, published, **meta)


def _in_english(report: Report, path: Path) -> Report | Rejected:
    language = language_of(report.text)
    if language in ("en", ""):
        return report
    reason = f"The text is in another language ({language!r}); --language any reads its place names."
    return Rejected(str(path), report.id, reason)


def _text(fields: Fields, limits: Limits) -> str:
    text = fields.get("text")
    if not isinstance(text, str):
        raise ValueError("The key 'text' is missing" if text is None else "The key 'text' holds no string")
    if not text.strip():
        raise ValueError("The text is empty")
    if len(text) > limits.text_chars:
        raise ValueError(f"The text has {len(text):,} characters; at most {limits.text_chars:,} are read")
    return _UNWRITABLE.sub("\ufffd", text)


def _published(fields: Fields, name: str) -> datetime | None:
    """Return the time that the fields state, else the day that the file's name begins with."""
    value = fields.get("published")
    if value is None or value == "":
        day = _NAMED_DAY.fullmatch(name)
        try:
            return parse_time(day[1]) if day else None
        except ValueError:
            return None  # "2011-99-99" is a number of something else
    if isinstance(value, datetime):
        value = value.isoformat()
    elif isinstance(value, date):
        value = datetime.combine(value, time()).isoformat()
    if not isinstance(value, str):
        raise ValueError(f"published is {value!r:.60}; give a date as YYYY-MM-DD")
    try:
        return parse_time(value)
    except ValueError as error:
        raise ValueError(f"published {error}") from None


def _meta(fields: Fields, key: str) -> str:
    """Return a field about the text as one line, "" where it is missing."""
    value = fields.get(key)
    if value is None or isinstance(value, list | dict):
        return ""
    return " ".join(_UNWRITABLE.sub("\ufffd", str(value)[:_META_CHARS]).split())


def _implied_id(stem: str, where: str) -> str:
    """
    Return the id of a record that states none: its file without the ending, and its number there.

    Examples
    --------
    >>> _implied_id("war", ""), _implied_id("war", "line 7"), _implied_id("war", "may/b.jsonl line 7")
    ('war', 'war-7', 'war/may/b-7')
    """
    place = _PLACE.fullmatch(where)
    member, number = place.group("member", "number") if place else (where, None)
    name = f"{stem}/{_bare(member)}" if member else stem
    return f"{name}-{number}" if number else name


def _bare(name: str) -> str:
    """Return a path without endings, and without the steps up and to the root that archives may hold."""
    path = PurePosixPath(name.removesuffix(".gz")).with_suffix("")
    return "/".join(part for part in path.parts if part.strip("./"))


def _unused(id: str, digests: dict[str, bytes]) -> str:
    number, unused = 1, id
    while unused in digests:
        number += 1
        unused = f"{id}-{number}"
    return unused
