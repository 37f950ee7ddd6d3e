"""Readings of single reports on disk, by content and program: what was read once is not read again.

The store is a folder of Parquet files with the columns `key` and `reading`. Each is written whole
and never changed, so a build that is killed loses its last seconds, and two builds at once only
add files. Many small files are joined when the store is opened; whoever joins writes first and removes
then, so nothing is lost if that is cut off too.
"""

from __future__ import annotations

import secrets
import time
from functools import cache
from hashlib import blake2b
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from mapper import codec
from mapper.atomic import replacing
from mapper.errors import WriteError
from mapper.model import Extraction, Report

# A killed build loses what was read in this time, or so many readings, whichever is less.
_SECONDS_KEPT_BACK = 5.0
_MOST_KEPT_BACK = 512
# Files of fewer readings than this are small; that many small files are joined.
_SMALL = 4_096
_MANY = 64
# Readings a group: what is decompressed at once to give one of them.
_GROUP = 256
_OPEN_GROUPS = 4
_SCHEMA = pa.schema([("key", pa.binary(16)), ("reading", pa.string())])
_DAMAGED = (pa.ArrowException, OSError, KeyError)


class Store:
    """
    Readings of reports, kept in a folder.

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
    ...     store.put(Extraction(report))
    >>> Store(folder).get(report) == Extraction(report)
    True
    >>> Store(folder).get(Report("r", "Tanks left Zintan again.")) is None
    True
    """

    def __init__(self, folder: Path | str, *, options: str = "") -> None:
        self._folder = Path(folder)
        self._salt = f"{program_version()}\0{options}".encode()
        self._where: dict[bytes, tuple[Path, int, int]] = {}
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

    def get(self, report: Report) -> Extraction | None:
        """Return the reading of `report` by this very program, None where it is not kept or is damaged."""
        key = self._key(report)
        if key in self._new:
            return codec.loads(self._new[key])
        if key not in self._where:
            return None
        path, group, row = self._where[key]
        try:
            return codec.loads(self._group(path, group)[row].as_py())
        except (*_DAMAGED, ValueError):  # another build has joined this file into one, or the disk is bad
            del self._where[key]
            return None

    def put(self, extraction: Extraction) -> None:
        """
        Keep a reading; it is on the disk after a few seconds, or after `flush`.

        Raises
        ------
        WriteError
            If the folder cannot be written.
        """
        self._new[self._key(extraction.report)] = codec.dumps(extraction)
        if len(self._new) >= _MOST_KEPT_BACK or time.monotonic() - self._written > _SECONDS_KEPT_BACK:
            self.flush()

    def flush(self) -> None:
        """Write what was put since the last time."""
        if self._new:
            columns = {"key": list(self._new), "reading": list(self._new.values())}
            path = self._folder / f"{secrets.token_hex(8)}.parquet"
            with replacing(path) as new:
                pq.write_table(pa.table(columns, _SCHEMA), new, compression="zstd", row_group_size=_GROUP)
            self._where |= _places(path)
            self._new = {}
        self._written = time.monotonic()

    def _key(self, report: Report) -> bytes:
        published = report.published.isoformat() if report.published else ""
        fields = (report.id, published, report.source, report.url, report.title, report.text)
        return blake2b(
            "\0".join(fields).encode("utf-8", "surrogatepass"),
            key=blake2b(self._salt).digest(),
            digest_size=16,
        ).digest()

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
            with replacing(target) as new, pq.ParquetWriter(new, _SCHEMA, compression="zstd") as writer:
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

    def _group(self, path: Path, group: int) -> pa.ChunkedArray:
        """Return a group of readings; the last few stay in memory, for reports come in the order kept."""
        if (path, group) not in self._groups:
            if len(self._groups) >= _OPEN_GROUPS:
                del self._groups[next(iter(self._groups))]
            column = pq.ParquetFile(path).read_row_group(group, columns=["reading"])["reading"]
            self._groups[path, group] = column
        return self._groups[path, group]


def _places(path: Path) -> dict[bytes, tuple[Path, int, int]]:
    """Return, for each key in a file, its file, group and row."""
    with pq.ParquetFile(path) as file:
        return {
            key: (path, group, row)
            for group in range(file.num_row_groups)
            for row, key in enumerate(file.read_row_group(group, columns=["key"])["key"].to_pylist())
        }


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
