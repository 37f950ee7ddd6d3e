"""More places when online: GeoNames' country dumps -> gazetteer files in the user's cache."""

from __future__ import annotations

import http.client
import math
import re
import shutil
import urllib.error
import urllib.request
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from io import TextIOWrapper
from pathlib import Path

from mapper.errors import GazetteerError
from mapper.places.names import is_code, word_set
from mapper.places.table import ABBREVIATION, ALTERNATE, Entry, Source, write_table
from mapper.places.user_tables import cache_dir

GEONAMES_URL = "https://download.geonames.org/export/dump"
GEONAMES = Source("geonames", "CC-BY-4.0", "Place names: GeoNames (geonames.org), CC BY 4.0")
TIMEOUT_S = 30.0
TRIES = 3
_PIECE = 1 << 20

Progress = Callable[[str, int, int], None]

# Of spots only those that reports of war name; hotels, schools and churches would drown them.
_SPOTS = word_set(
    "AIRB AIRF AIRP AIRQ BDG CTRM DAM FRT HSP INSM MFGN MILB MN NOV NVB OILF OILR PP PRN PRT PS PSTB "
    "PSTC PSTP RSTN RUIN SQR STDM TRANT UNIV"
)
_LANGUAGES = frozenset(
    ("", "en", "ar", "uk", "ru", "fr", "de", "es", "it", "tr", "fa", "pt", "he", "ku", "abbr")
)


def install(
    countries: Iterable[str],
    *,
    folder: Path | None = None,
    base_url: str = GEONAMES_URL,
    progress: Progress | None = None,
) -> list[Path]:
    """
    Fetch GeoNames' dumps of countries and build a gazetteer file of each.

    What was fetched in part is continued; a file of an earlier call stays until its successor is complete.

    Parameters
    ----------
    countries
        ISO 3166-1 alpha-2 codes.
    folder
        Where to; by default a folder in the user's cache.
    base_url
        Folder of the dumps on the server.
    progress
        Called after each megabyte with the file's name, the bytes there are and the bytes expected (0 when
        the server does not tell).

    Returns
    -------
    paths
        The files, one a country, in the order of `countries`.

    Raises
    ------
    GazetteerError
        If a code is none, the server fails, or what it sent is no sound dump; the message names the address.
    """
    folder = folder or installed_dir()
    codes = [code.upper() for code in countries]
    for code in codes:
        if not re.fullmatch("[A-Z]{2}", code):
            raise GazetteerError(f"{code!r} is no country code; give ISO 3166-1 alpha-2, such as LY.")
    downloads = folder / "downloads"
    downloads.mkdir(parents=True, exist_ok=True)
    units = {}
    for name in ("admin1CodesASCII.txt", "admin2Codes.txt") if codes else ():
        units.update(_units(_fetch(f"{base_url}/{name}", downloads / name, progress)))
    made = []
    for code in codes:
        dump = _fetch(f"{base_url}/{code}.zip", downloads / f"{code}.zip", progress)
        names = _fetch(f"{base_url}/alternatenames/{code}.zip", downloads / f"names-{code}.zip", progress)
        path = folder / f"{code}.sqlite"
        entries = list(_entries(dump, code, _alternates(names, code), units))
        if not entries:
            raise GazetteerError(f"{base_url}/{code}.zip holds no places.")
        date = _date(dump)
        write_table(
            path,
            entries,
            [GEONAMES],
            {"title": f"GeoNames {code}", "date": date},
            transcribed=frozenset({code}),
        )
        for file in (dump, names):
            file.unlink()
        made.append(path)
    shutil.rmtree(downloads, ignore_errors=True)
    return made


def installed_dir() -> Path:
    """Return the folder of installed gazetteer files."""
    return cache_dir() / "gazetteer"


def installed(folder: Path | None = None) -> list[Path]:
    """Return the installed gazetteer files by name; empty when there are none."""
    return sorted((folder or installed_dir()).glob("??.sqlite"))


def _fetch(url: str, path: Path, progress: Progress | None) -> Path:
    """Return the file at an address, continuing what an interrupted call has left."""
    if path.exists():
        return path
    part = path.with_name(path.name + ".part")
    cause: Exception | None = None
    for _ in range(TRIES):
        have = part.stat().st_size if part.exists() else 0
        request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                resumed = answer.status == 206
                expected = int(answer.headers.get("Content-Length") or 0) + (have if resumed else 0)
                with part.open("ab" if resumed else "wb") as file:
                    while piece := answer.read(_PIECE):
                        file.write(piece)
                        if progress:
                            progress(path.name, file.tell(), expected)
            if expected and part.stat().st_size < expected:
                raise http.client.IncompleteRead(b"", expected - part.stat().st_size)
            part.replace(path)
            _check(path, url)
            return path
        except urllib.error.HTTPError as error:
            if error.code == 416:  # the part is as long as the file, or of another edition
                part.unlink(missing_ok=True)
            elif error.code < 500:
                raise GazetteerError(f"{url} cannot be fetched: the server answered {error.code}.") from error
            cause = error
        except (OSError, http.client.HTTPException) as error:
            cause = error
    raise GazetteerError(f"{url} cannot be fetched: {cause}. Run the command again to continue.") from cause


def _check(path: Path, url: str) -> None:
    """Raise unless a fetched archive is sound; a broken one is removed, so that the next call starts anew."""
    if path.suffix != ".zip":
        return
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as error:
        broken = str(error)
    if broken:
        path.unlink()
        raise GazetteerError(
            f"{url} sent a broken archive ({broken}). Run the command again to fetch it anew."
        )


def _lines(path: Path, member: str) -> Iterator[list[str]]:
    """Yield the fields of the lines of a file in an archive."""
    with zipfile.ZipFile(path) as archive:
        if member not in archive.namelist():
            raise GazetteerError(f"{path.name} holds no {member!r}; it has {archive.namelist()[:5]}.")
        with archive.open(member) as file:
            for line in TextIOWrapper(file, encoding="utf-8", errors="replace", newline="\n"):
                yield line.rstrip("\n").split("\t")


def _date(dump: Path) -> str:
    """Return the day of the dump as the archive tells it."""
    with zipfile.ZipFile(dump) as archive:
        year, month, day = max(item.date_time for item in archive.infolist())[:3]
    return f"{year:04d}-{month:02d}-{day:02d}"


def _units(path: Path) -> dict[str, str]:
    """Return code -> name of the units of a table of GeoNames."""
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return {row[0]: row[1] for row in rows if len(row) >= 2}


def _alternates(path: Path, code: str) -> dict[int, list[tuple[str, str, int]]]:
    """Return the other names of places by id, in the languages that reports quote; no codes, no links."""
    found: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
    for row in _lines(path, f"{code}.txt"):
        if len(row) >= 4 and row[1].isdecimal() and row[2] in _LANGUAGES:
            how = ABBREVIATION if row[2] == "abbr" else ALTERNATE
            name = " ".join(row[3].replace("|", " ").replace("=", " ").split())
            if name and (how == ABBREVIATION or not is_code(name)):
                found[int(row[1])].append((name, "" if row[2] == "abbr" else row[2], how))
    return found


def _entries(
    dump: Path, code: str, alternates: dict[int, list[tuple[str, str, int]]], units: dict[str, str]
) -> Iterator[Entry]:
    """Yield the places of a dump; format: readme.txt of GeoNames' export."""
    for row in _lines(dump, f"{code}.txt"):
        if len(row) < 15 or not row[0].isdecimal() or row[6] not in tuple("APTHLRUVS"):
            continue
        if row[6] == "S" and row[7] not in _SPOTS:
            continue
        try:
            lat, lon = float(row[4]), float(row[5])
        except ValueError:
            continue  # a line cut in the dump; others stand on their own
        if not (-90 <= lat <= 90 and -180 <= lon <= 180) or not row[1]:
            continue
        population = int(row[14]) if row[14].isdecimal() else 0
        code1, code2 = f"{row[8]}.{row[10]}", f"{row[8]}.{row[10]}.{row[11]}"
        names = {row[2]: (row[2], "", ALTERNATE)} if row[2] and row[2] != row[1] else {}
        names.update((name[0], name) for name in alternates.get(int(row[0]), ()) if name[0] != row[1])
        yield Entry(
            "geonames",
            int(row[0]),
            row[1],
            lon,
            lat,
            row[6],
            row[7],
            population,
            extent_m=max(500.0, math.sqrt(population / 3_000 / math.pi) * 1_000) if row[6] == "P" else 0.0,
            country=row[8],
            admin1=(code1, units[code1]) if code1 in units else ("", ""),
            admin2=(code2, units[code2]) if code2 in units else ("", ""),
            names=tuple(names.values()),
        )
