"""Archives and the choice of a reader: the name of a file says how it is read."""

from __future__ import annotations

import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from mapper.errors import ReportError
from mapper.text import documents, formats
from mapper.text.formats import Fields, Limits, Reader

# A small archive may expand to this much whatever its ratio: a page of blanks compresses well too.
_ALWAYS_ALLOWED = 10_000_000
_SPOOL = 20_000_000
# What `zipfile` and `gzip` raise on bytes that are damaged or made to damage (figures that point nowhere
# are a ValueError of the file below), or where a password or a method of compression is missing.
_DAMAGE = (
    zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, ValueError,
    OverflowError, IndexError, RuntimeError,
)  # fmt: skip


def reader_of(name: str) -> Reader | None:
    """
    Return the reader for a file of this name, None where no ending is known.

    Examples
    --------
    >>> reader_of("a.JSONL") is formats.read_jsonl, reader_of("a.docx"), reader_of("a.docx.gz")
    (True, None, None)
    """
    path = PurePosixPath(name.lower())
    if path.suffix != ".gz" or path.name.endswith(".warc.gz"):
        return READERS.get(path.suffix.replace(".gz", ".warc"))
    inner = reader_of(path.stem)
    return partial(read_gzip, inner) if inner else None


def read_gzip(inner: Reader, file: BinaryIO, limits: Limits) -> Iterator[tuple[str, Fields | str]]:
    """Give what `inner` reads from a compressed file."""
    bounded = _Bounded(gzip.GzipFile(fileobj=file), _Budget(_size(file), limits))
    try:
        yield from inner(cast(BinaryIO, io.BufferedReader(bounded)), limits)
    except ReportError:
        raise
    except _DAMAGE as error:
        raise ReportError(f"The compressed file is damaged: {error}.") from error


def read_zip(file: BinaryIO, limits: Limits) -> Iterator[tuple[str, Fields | str]]:
    """Give the reports of the files in an archive, by name; nothing is ever unpacked to the disk by name."""
    if not limits.depth:
        raise ReportError("The archive lies deeper in other archives than is read.")
    budget = _Budget(_size(file), limits)
    within = replace(limits, depth=limits.depth - 1)
    try:
        archive = zipfile.ZipFile(file)
        members = sorted((m for m in archive.infolist() if not m.is_dir()), key=lambda m: m.filename)
    except _DAMAGE as error:
        raise ReportError(f"The archive is damaged: {error}.") from error
    if len(members) > limits.members:
        raise ReportError(f"The archive has {len(members):,} files; at most {limits.members:,} are read.")
    for member in members:
        if not _hidden(member.filename):
            yield from _read_member(archive, member, budget, within)
        if budget.left < 0:
            raise ReportError(f"The archive expands to more than {budget.allowed:,} bytes.")


def _read_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: _Budget, limits: Limits
) -> Iterator[tuple[str, Fields | str]]:
    """Give the reports of one file of an archive, or the reason why it cannot be read."""
    name = member.filename
    reader = reader_of(name)
    if reader is None:
        yield name, f"The ending {PurePosixPath(name).suffix!r} is not known."
        return
    try:
        with archive.open(member) as packed, SpooledTemporaryFile(_SPOOL) as file:
            copyfileobj(_Bounded(packed, budget), file)
            file.seek(0)
            for where, fields in reader(cast(BinaryIO, file), limits):
                yield f"{name} {where}".rstrip(), fields
    except ReportError as error:
        yield name, str(error)
    except _DAMAGE as error:
        yield name, f"The file in the archive cannot be read: {error}."


def _hidden(name: str) -> bool:
    """Tell whether an archive holds a file for a system only, as macOS puts beside each."""
    return any(part.startswith("._") or part in ("__MACOSX", ".DS_Store") for part in name.split("/"))


class _Budget:
    """How many bytes an archive may still give."""

    def __init__(self, packed_bytes: int, limits: Limits) -> None:
        self.allowed = min(limits.expanded_bytes, max(_ALWAYS_ALLOWED, limits.expansion * packed_bytes))
        self.left = self.allowed


class _Bounded(io.RawIOBase):
    """A file that gives no more bytes than its budget has."""

    def __init__(self, file: object, budget: _Budget) -> None:
        self._file, self._budget = cast(BinaryIO, file), budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # any buffer that can be written
        piece = self._file.read(len(buffer))
        self._budget.left -= len(piece)
        if self._budget.left < 0:
            raise ReportError(f"It expands to more than {self._budget.allowed:,} bytes.")
        buffer[: len(piece)] = piece
        return len(piece)


def _size(file: BinaryIO) -> int:
    """Return the bytes of an open file and leave it at its beginning."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    return size


READERS: dict[str, Reader] = {
    ".txt": formats.read_text,
    ".md": documents.read_markdown,
    ".html": documents.read_html,
    ".htm": documents.read_html,
    ".pdf": documents.read_pdf,
    ".rss": documents.read_feed,
    ".atom": documents.read_feed,
    ".xml": documents.read_feed,
    ".warc": documents.read_warc,
    ".jsonl": formats.read_jsonl,
    ".ndjson": formats.read_jsonl,
    ".json": formats.read_json,
    ".csv": formats.read_csv,
    ".tsv": formats.read_csv,
    ".parquet": documents.read_parquet,
    ".zip": read_zip,
}
