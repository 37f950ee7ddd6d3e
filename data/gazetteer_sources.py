"""Reading the source tables of the gazetteer, and what all its layers share."""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mapper.places.names import MAX_NAME_CHARS, bare_key, fold, is_code
from mapper.places.table import ALTERNATE, Entry, cell_of

SOURCES = Path(__file__).parent / "sources" / "gazetteer"


NE_LANGUAGES = ("ar", "uk", "ru", "fr", "de", "es", "it", "tr", "pt", "en")


# Countries whose places are also kept in Cyrillic, in Arabic script; elsewhere only large cities are.
CYRILLIC = frozenset(
    [
        "RU",
        "UA",
        "BY",
        "BG",
        "RS",
        "MK",
        "ME",
        "BA",
        "KZ",
        "KG",
        "TJ",
        "MN",
        "MD",
        "GE",
        "AM",
        "AZ",
        "UZ",
        "TM",
        "XK",
        "EE",
        "LV",
        "LT",
    ]
)


ARABIC = frozenset(
    [
        "LY",
        "EG",
        "SD",
        "TN",
        "DZ",
        "MA",
        "MR",
        "SY",
        "LB",
        "JO",
        "IQ",
        "SA",
        "YE",
        "OM",
        "AE",
        "QA",
        "BH",
        "KW",
        "PS",
        "IL",
        "IR",
        "AF",
        "PK",
        "SO",
        "DJ",
        "TD",
        "ER",
        "EH",
        "ML",
        "NE",
        "TR",
        "SS",
        "KM",
    ]
)


LARGE = 300_000


Names = tuple[tuple[str, str, int], ...]


def table(path: str) -> list[dict[str, str]]:
    """Return the rows of a CSV table of `sources/`, packed or not."""
    full = SOURCES / path
    content = gzip.decompress(full.read_bytes()) if path.endswith(".gz") else full.read_bytes()
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def features(name: str) -> list[dict[str, Any]]:
    """Return the features of a Natural Earth layer."""
    with gzip.open(SOURCES / "naturalearth" / f"ne_10m_{name}.geojson.gz", "rt", encoding="utf-8") as file:
        found: list[dict[str, Any]] = json.load(file)["features"]
    return found


def script(text: str) -> str:
    """Return the script of the first letter: LATIN, CYRILLIC, ARABIC, ..., or ""."""
    for char in text:
        if char.isalpha():
            return unicodedata.name(char, "").partition(" ")[0]
    return ""


def spellings(texts: Iterable[str], country: str, population: int, *, language: str = "") -> Names:
    """Return alternates worth keeping: no codes, none romanised by machine, in scripts that fit."""
    kept: dict[str, tuple[str, str, int]] = {}
    for text in texts:
        text = " ".join(text.replace("|", " ").replace("=", " ").split())
        written = script(text)
        if (
            is_code(text)
            or len(text) > MAX_NAME_CHARS
            or (written == "CYRILLIC" and country not in CYRILLIC and population < LARGE)
            or (written == "ARABIC" and country not in ARABIC and population < LARGE)
            or written not in ("LATIN", "CYRILLIC", "ARABIC")
            # GeoNames holds letter-by-letter romanisations ("ajdabya" beside the Arabic name), in lower case.
            or (
                written == "LATIN"
                and text[0].islower()
                and text.isascii()
                and "-" not in text
                and "'" not in text
            )
        ):
            continue
        kept.setdefault(text, (text, language, ALTERNATE))
    return tuple(kept.values())


def natural_earth_names(properties: dict[str, Any], country: str = "", population: int = LARGE) -> Names:
    """Return the names of a Natural Earth feature with their languages."""
    found: dict[str, tuple[str, str, int]] = {}
    for key, language in [
        *((f"name_{code}", code) for code in NE_LANGUAGES),
        ("name_alt", ""),
        ("name_local", ""),
    ]:
        for text in re.split(r"[|;]", str(properties.get(key) or "")):
            for name in spellings([text.strip()], country, population, language=language):
                found.setdefault(name[0], name)
    return tuple(found.values())


def extent_of(box: tuple[float, float, float, float]) -> float:
    """Return half the diagonal of a box in metres; of a box over the date line, of its height."""
    west, south, east, north = box
    middle = math.radians((south + north) / 2)
    width = (east - west if east - west < 350 else 0) * 111_320 * math.cos(middle)
    return math.hypot(width, (north - south) * 110_574) / 2


def slug(name: str) -> str:
    """Return a name as part of an id."""
    return fold(name).replace(" ", "-")


def metres(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Return a distance on a plane, good enough to tell near from far."""
    return math.hypot(
        (lon2 - lon1) * 111_320 * math.cos(math.radians((lat1 + lat2) / 2)), (lat2 - lat1) * 110_574
    )


def town_extent(population: int) -> float:
    """Return the radius in metres of a town with 3,000 people a square kilometre; at least 500."""
    return max(500.0, math.sqrt(population / 3_000 / math.pi) * 1_000)


class Nearby:
    """Entries by key and one-degree cell, to find the same place in another source."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._found: dict[tuple[str, int], list[Entry]] = defaultdict(list)
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Make an entry known under all its names."""
        for key in {key for name in spelled(entry) for key in (fold(name), bare_key(fold(name)))}:
            cells = self._found[key, cell_of(entry.lon, entry.lat)]
            if not any(known is entry for known in cells):
                cells.append(entry)

    def same(self, entry: Entry, within_m: float, classes: str = "P") -> Entry | None:
        """Return the nearest known entry with one of the names and classes, within a distance."""
        best: tuple[float, str] | None = None
        found = None
        cells = {cell_of(entry.lon + dx, entry.lat + dy) for dx in (-0.2, 0, 0.2) for dy in (-0.2, 0, 0.2)}
        for key in sorted({key for name in spelled(entry) for key in (fold(name), bare_key(fold(name)))}):
            for cell in sorted(cells):
                for known in self._found.get((key, cell), ()):
                    distance = metres(entry.lon, entry.lat, known.lon, known.lat)
                    if (
                        known.feature_class in classes
                        and distance <= within_m
                        and (best is None or (distance, known.id) < best)
                    ):
                        best, found = (distance, known.id), known
        return found


def spelled(entry: Entry) -> list[str]:
    """Return the names and alternates of an entry."""
    return [entry.name, *(name for name, _, how in entry.names if how == ALTERNATE)]
