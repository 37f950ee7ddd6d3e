"""Readings of single reports on disk, by content and program: what was read once is not read again.

The store is a folder of Parquet files with the columns `key` and `reading`. Each is written whole
and never changed, so a build that is killed loses its last seconds, and two builds at once only
add files. Many small files are joined when the store is opened; whoever joins writes first and removes
then, so nothing is lost if that is cut off too.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mapper import codec
from mapper.atomic import replacing
from mapper.errors import MapperError, WriteError
from mapper.model import Extraction, Report

# A killed build loses what was read in this time, or so many readings, whichever is less.
_SECONDS_KEPT_BACK = 5.0
_MOST_KEPT_BACK = 512
# Files of fewer readings than this are small; that many small files are joined.
_SMALL = 4_096
_MANY = 64
# Readings a group: what is decompressed at once to give one of them, when they are asked for in any order.
_GROUP = 16
_OPEN_GROUPS, _OPEN_FILES = 64, 64
_SCHEMA = pa.schema([("key", pa.binary(16)), ("reading", pa.string())])
_DAMAGED = (pa.ArrowException, OSError, KeyError)


class Store:
    """
    Readings of reports as JSON (see `mapper.codec`), kept in a folder.

    Parameters
    ----------
    folder
        Where the files are; made when the first reading is kept.
    options
        Whatever else than report and program decides the reading (gear, tables, sides), as text:
        readings made with other options are not found.

    Examples
    --------
    >>> import tempfile
    >>> folder, report = Path(tempfile.mkdtemp()), Report("r", "Tanks left Zintan.")
    >>> with Store(folder) as store:
    ...     store.put(store.key(report), codec.dumps(Extraction(report)))
    >>> again = Store(folder)
    >>> again.get(again.key(report)) == Extraction(report)
    True
    >>> again.key(Report("r", "Tanks left Zintan again.")) in again
    False
    """

    def __init__(self, folder: Path | str, *, options: str = "") -> None:
        self._folder = Path(folder)
        self._salt = blake2b(f"{program_version()}\0{options}".encode()).digest()
        self._where: dict[bytes, tuple[Path, int, int]] = {}
        self._files: dict[Path, pq.ParquetFile] = {}
        self._groups: dict[tuple[Path, int], pa.ChunkedArray] = {}
        self._new: dict[bytes, str] = {}
        self._written = time.monotonic()
        self._open()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.flush()

    def __len__(self) -> int:
        return len(self._where) + len(self._new)

    def __contains__(self, key: bytes) -> bool:
        return self._json(key) is not None

    def key(self, report: Report) -> bytes:
        """Return what the reading of `report` by this very program and options is kept under."""
        published = report.published.isoformat() if report.published else ""
        fields = (report.id, published, report.source, report.url, report.title, report.text)
        content = "\0".join(fields).encode("utf-8", "surrogatepass")
        return blake2b(content, key=self._salt, digest_size=16).digest()

    def get(self, key: bytes) -> Extraction | None:
        """Return the reading kept under `key`, None where there is none or it is damaged."""
        reading = self._json(key)
        try:
            return None if reading is None else codec.loads(reading)
        except ValueError:
            return None

    def put(self, key: bytes, reading: str) -> None:
        """
        Keep a reading; it is on the disk after a few seconds, or after `flush`.

        Raises
        ------
        WriteError
            If the folder cannot be written.
        """
        self._new[key] = reading
        if len(self._new) >= _MOST_KEPT_BACK or time.monotonic() - self._written > _SECONDS_KEPT_BACK:
            self.flush()

    def flush(self) -> None:
        """Write what was put since the last time."""
        if self._new:
            columns = {"key": list(self._new), "reading": list(self._new.values())}
            path = self._folder / f"{secrets.token_hex(8)}.parquet"
            with replacing(path) as new, _writer(new) as writer:
                writer.write_table(pa.table(columns, _SCHEMA), _GROUP)
            self._where |= _places(path)
            self._new = {}
        self._written = time.monotonic()

    def _open(self) -> None:
        """Learn where each reading is, and join small files where there are many."""
        small: list[Path] = []
        for path in sorted(self._folder.glob("*.parquet")):
            try:
                places = _places(path)
            except _DAMAGED:
                continue
            self._where |= places
            if len(places) < _SMALL:
                small.append(path)
        if len(small) >= _MANY:
            self._join(small)

    def _join(self, paths: list[Path]) -> None:
        """Write the readings of small files into one, then remove them."""
        target = self._folder / f"{secrets.token_hex(8)}.parquet"
        read: list[Path] = []
        try:
            with replacing(target) as new, _writer(new) as writer:
                for path in paths:
                    try:
                        writer.write_table(pq.read_table(path, schema=_SCHEMA), _GROUP)
                        read.append(path)
                    except _DAMAGED:
                        continue
        except WriteError:
            return  # a folder that may only be read serves as it is
        self._where |= _places(target)
        for path in read:
            path.unlink(missing_ok=True)

    def _json(self, key: bytes) -> str | None:
        """Return a reading as it is kept, None where there is none or its file is damaged or gone."""
        if key in self._new:
            return self._new[key]
        if key not in self._where:
            return None
        path, group, row = self._where[key]
        try:
            return str(self._group(path, group)[row].as_py())
        except _DAMAGED:
            del self._where[key]
            if path.exists():
                return None  # the disk is bad
        self._open()  # another build has joined this file into one
        return self._json(key)

    def _group(self, path: Path, group: int) -> pa.ChunkedArray:
        """Return a group of readings; the last few stay in memory, for reports come in the order kept."""
        if (path, group) not in self._groups:
            if path not in self._files:
                _forget(self._files, _OPEN_FILES)
                self._files[path] = pq.ParquetFile(path, page_checksum_verification=True)
            _forget(self._groups, _OPEN_GROUPS)
            column = self._files[path].read_row_group(group, columns=["reading"])["reading"]
            self._groups[path, group] = column
        return self._groups[path, group]


def kept_readings(store: Store, keys: Mapping[str, bytes]) -> Iterator[Extraction]:
    """
    Give the readings of reports, by their ids, each made when its turn comes.

    Raises
    ------
    MapperError
        If a file of the store was taken away or damaged since its key was seen there.
    """
    for report_id, key in sorted(keys.items()):
        reading = store.get(key)
        if reading is None:
            raise MapperError(f"The reading of {report_id!r} has gone from the store; build again.")
        yield reading


def _writer(path: Path) -> pq.ParquetWriter:
    return pq.ParquetWriter(
        path, _SCHEMA, compression="zstd", write_page_checksum=True, use_dictionary=False,
        write_statistics=False,
    )  # fmt: skip


def _forget(cached: dict[Any, Any], most: int) -> None:
    """Make room for one more by forgetting the oldest."""
    while len(cached) >= most:
        del cached[next(iter(cached))]


def _places(path: Path) -> dict[bytes, tuple[Path, int, int]]:
    """Return, for each key in a file, its file, group and row."""
    with pq.ParquetFile(path) as file:
        keys = iter(file.read(columns=["key"])["key"].to_pylist())
        sizes = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
    return {next(keys): (path, group, row) for group, size in enumerate(sizes) for row in range(size)}


@cache
def program_version() -> str:
    """Return a digest of the program: its code and its tables."""
    root = Path(__file__).parent
    digest = blake2b(digest_size=8)
    for path in sorted(path for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc"):
        size = path.stat().st_size
        content = path.read_bytes() if path.suffix in (".py", ".tsv", ".txt") else str(size).encode()
        digest.update(f"{path.relative_to(root)}\0{size}\0".encode() + content)
    return digest.hexdigest()
