"""File formats: bytes of a file -> the fields of the reports in it.

A reader takes an open binary file and the limits, and gives pairs: where the record stands in the
file ("line 12", "" for the whole file), and its fields or, as a string, the sentence that says
why it cannot be used. It raises `ReportError` where nothing more of the file can be read.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from mapper.errors import ReportError

HEADER_KEYS = ("id", "title", "published", "source", "url")
FIELDS = (*HEADER_KEYS, "text")

# A file in an old 8-bit encoding has few letters beyond ASCII when it is English; then it is
# Windows-1252, as the WHATWG Encoding Standard takes for granted. Beyond this share the letters decide.
_FEW_HIGH_BYTES = 0.1
# Text has no control characters but white space; a page of a scanner or a picture has one in ten.
_MOST_CONTROLS = 0.01
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of an input is read at most; what is larger is set aside and named.

    `file_bytes` bounds a file read whole (text, PDF, feed), `page_bytes` a web page, `record_bytes` a
    line of JSON or a field of CSV, `text_chars` the text of one report (about 80,000 words).
    `expanded_bytes` and `expansion` bound what a compressed file may give, in bytes and as a multiple
    of its size; `members` bounds the files in an archive, `depth` archives within archives.
    """

    file_bytes: int = 20_000_000
    page_bytes: int = 5_000_000
    record_bytes: int = 4_000_000
    text_chars: int = 500_000
    expanded_bytes: int = 20_000_000_000
    expansion: int = 200
    members: int = 1_000_000
    depth: int = 2


Fields = dict[str, object]
Reader = Callable[[BinaryIO, Limits], Iterator[tuple[str, Fields | str]]]


def read_text(file: BinaryIO, limits: Limits) -> Iterator[tuple[str, Fields | str]]:
    """Give the one report of a text file; see `split_header` for what may stand above the text."""
    yield "", split_header(decode(read_whole(file, limits)))


def read_jsonl(file: BinaryIO, limits: Limits) -> Iterator[tuple[str, Fields | str]]:
    """Give a report a line, each an object with `text` and, if known, `id published source url title`."""
    number = 0
    while line := file.readline(limits.record_bytes + 1):
        number += 1
        where = f"line {number}"
        if len(line) > limits.record_bytes:
            while line and not line.endswith(b"\n"):
                line = file.readline(1 << 20)
            yield where, f"The line is longer than {limits.record_bytes:,} bytes; split it into reports."
        elif line.strip():
            yield where, _json_object(line)


def read_json(file: BinaryIO, limits: Limits) -> Iterator[tuple[str, Fields | str]]:
    """Give the report that a JSON file holds, or the reports of its list."""
    try:
        value = json.loads(decode(read_whole(file, limits)))
    except (ValueError, RecursionError) as error:
        raise ReportError(f"It is not JSON: {_reason(error)}.") from error
    for number, item in enumerate(value if isinstance(value, list) else [value], start=1):
        yield (
            f"item {number}" if isinstance(value, list) else "",
            item if isinstance(item, dict) else "It is not an object with the key 'text'.",
        )


def read_csv(file: BinaryIO, limits: Limits) -> Iterator[tuple[str, Fields | str]]:
    """Give a report a row; a comma, semicolon or tab separates, the first row names the columns."""
    csv.field_size_limit(limits.record_bytes)
    buffered = io.BufferedReader(file, 1 << 16)  # type: ignore[type-var]  # all that is asked of a raw file it has
    lines = io.TextIOWrapper(buffered, _encoding(buffered.peek()), errors="replace", newline="")
    first = lines.readline(1 << 16).removeprefix("\ufeff")
    separator = max(",;\t", key=first.count)
    columns = [name.strip().lower() for name in next(csv.reader([first], delimiter=separator), [])]
    if "text" not in columns:
        has = ", ".join(map(repr, columns)) or "none"
        raise ReportError(f"The table lacks the column 'text'; it has {has:.500}.")
    rows = csv.reader(lines, delimiter=separator)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield f"line {rows.line_num + 1}", f"The row cannot be read: {error}."
            continue
        where = f"line {rows.line_num + 1}"
        if len(row) > len(columns):
            yield where, f"The row has {len(row)} fields for {len(columns)} columns; quote the text."
        elif any(row):
            yield where, dict(zip(columns, row, strict=False))


def split_header(text: str) -> Fields:
    r"""
    Split the optional header off the text of a file.

    A header is one or more lines `key: value` with the keys `id`, `title`, `published`, `source`,
    `url` from the first line on, and an empty line after them. Anything else is text, to the letter.

    Examples
    --------
    >>> split_header("published: 2011-03-10\ntitle: On the coast\n\nShells fell.\n")
    {'published': '2011-03-10', 'title': 'On the coast', 'text': 'Shells fell.\n'}
    >>> split_header("Source: nobody knows. Shells fell.")
    {'text': 'Source: nobody knows. Shells fell.'}
    """
    fields: Fields = {}
    at = 0
    while True:
        end = text.find("\n", at)
        line = text[at : end if end >= 0 else len(text)].rstrip("\r")
        if fields and not line.strip() and end >= 0:
            return fields | {"text": text[end + 1 :]}
        key, colon, value = line.partition(":")
        key = key.strip().lower()
        if not colon or key not in HEADER_KEYS or key in fields or end < 0:
            return {"text": text}
        fields[key] = value.strip()
        at = end + 1


def decode(data: bytes) -> str:
    r"""
    Return the text of `data`, line ends kept, a byte order mark removed.

    Raises
    ------
    ReportError
        If the bytes are no text in any known encoding.

    Examples
    --------
    >>> decode("Adjdabiya\r\n".encode("utf-16"))
    'Adjdabiya\r\n'
    >>> decode(b"They\x92re shelling")
    'They’re shelling'
    """
    text = data.decode(_encoding(data), errors="replace").removeprefix("\ufeff")
    controls = sum(1 for _ in _CONTROLS.finditer(text))
    if "\0" in text or controls > _MOST_CONTROLS * len(text):
        raise ReportError("It is not text: it holds nul bytes or other control characters.")
    return text


def read_whole(file: BinaryIO, limits: Limits, *, most: int | None = None) -> bytes:
    """Return all bytes of `file`; raise `ReportError` where they are none or more than `most`."""
    most = most or limits.file_bytes
    data = file.read(most + 1)
    if len(data) > most:
        raise ReportError(f"It is larger than {most:,} bytes; split it into reports.")
    if not data:
        raise ReportError("The file is empty.")
    return data


def _encoding(data: bytes) -> str:
    """Return the name of the encoding that `data` is most probably in."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    # UTF-16 without a mark: Latin letters leave every other byte empty, and only those.
    for first, second, encoding in ((0, 1, "utf-16-be"), (1, 0, "utf-16-le")):
        if 5 * data[first::2].count(0) > len(data) and 40 * data[second::2].count(0) < len(data):
            return encoding
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError as error:
        # The end of a piece may cut a character; a stray byte in a text full of good ones is damage.
        good = len(re.findall(rb"[\xc2-\xf4][\x80-\xbf]+", data))
        bad = len(re.findall(rb"[\xc0-\xff](?![\x80-\xbf])", data))
        if error.start > len(data) - 4 or good > bad:
            return "utf-8"
    high = len(data.translate(None, bytes(range(128))))
    if high <= _FEW_HIGH_BYTES * len(data):
        return "cp1252"
    from charset_normalizer import from_bytes  # slow to load and seldom needed

    best = from_bytes(data[: 1 << 16]).best()
    return best.encoding if best else "cp1252"


def _json_object(line: bytes) -> Fields | str:
    try:
        value = json.loads(line.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError) as error:
        return f"The line is not JSON: {_reason(error)}."
    if not isinstance(value, dict):
        return "The line is not an object with the key 'text'."
    return value


def _reason(error: Exception) -> str:
    return "it is nested too deep" if isinstance(error, RecursionError) else str(error).rstrip(".")
