"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mapper.errors import WriteError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """
    Give a new file beside `path` to write into; it takes the place of `path` when the block ends well.

    Whatever happens before that, a full disk or a signal, `path` is as it was. Folders that lack
    are made.

    Raises
    ------
    WriteError
        If the system refuses: no space, no permission, a folder in the place of the file.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "a.csv")
    >>> with replacing(path) as new:
    ...     _ = new.write_text("place")
    >>> path.read_text(), [file.name for file in path.parent.iterdir()]
    ('place', ['a.csv'])
    """
    new = path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.open("xb").close()
        try:
            yield new
            with new.open("rb") as file:
                os.fsync(file.fileno())
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)
    except OSError as error:
        if error.filename not in (None, str(new), str(path), str(path.parent)):
            raise  # another file's trouble, met while the block worked out what to write
        raise WriteError(f"Cannot write {str(path)!r}: {error.strerror or error}.") from error
