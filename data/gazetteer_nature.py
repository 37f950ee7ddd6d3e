"""The layers of the gazetteer without inhabitants: seas, rivers, mountains, islands, airfields, terminals."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

import airportsdata
from gazetteer_sources import Nearby, extent_of, features, metres, natural_earth_names, slug, spellings, table
from shapely import STRtree, contains_xy
from shapely.geometry import LineString, MultiLineString, Point, shape
from shapely.geometry.base import BaseGeometry

from mapper.places.names import fold
from mapper.places.table import ALTERNATE, Entry, cell_of

_LAND = {
    "Island": ("T", "ISL"), "Island group": ("T", "ISLS"), "island": ("T", "ISL"),
    "island group": ("T", "ISLS"), "Range/mtn": ("T", "MTS"), "Foothills": ("T", "MTS"),
    "Plateau": ("T", "PLAT"), "plateau": ("T", "PLAT"), "Desert": ("T", "DSRT"),
    "Pen/cape": ("T", "PEN"), "Peninsula": ("T", "PEN"), "cape": ("T", "CAPE"), "Coast": ("L", "CST"),
    "Plain": ("T", "PLN"), "plain": ("T", "PLN"), "Lowland": ("T", "PLN"), "Delta": ("T", "DLTA"),
    "Basin": ("T", "BSN"), "Valley": ("T", "VAL"), "Gorge": ("T", "VAL"), "Wetlands": ("H", "WTLD"),
    "Isthmus": ("T", "ISTH"), "Geoarea": ("L", "RGN"), "Tundra": ("T", "PLN"),
    "Depression": ("T", "DPR"), "depression": ("T", "DPR"), "mountain": ("T", "MT"),
    "pass": ("T", "PASS"), "waterfall": ("H", "FLLS"), "Lake": ("H", "LK"), "Reservoir": ("H", "RSV"),
    "Alkaline Lake": ("H", "LKN"), "Playa": ("H", "LK"), "sea": ("H", "SEA"), "gulf": ("H", "GULF"),
    "bay": ("H", "BAY"), "strait": ("H", "STRT"), "sound": ("H", "SD"), "channel": ("H", "CHN"),
    "lagoon": ("H", "LGN"), "fjord": ("H", "FJD"), "ocean": ("H", "OCN"), "inlet": ("H", "INLT"),
    "reef": ("H", "RF"), "generic": ("H", "SEA"), "river": ("H", "STM"),
}  # fmt: skip


_NE_PROMINENCE = {"OCN": 8.0, "SEA": 7.0, "GULF": 6.5, "DSRT": 6.0, "MTS": 5.5, "STM": 5.0, "MT": 4.0}


# How Natural Earth shortens words on its maps.
_SHORTENED = {
    "mts.": "Mountains", "mt.": "Mount", "mtn.": "Mountain", "is.": "Islands", "i.": "Island",
    "pen.": "Peninsula", "pk.": "Peak", "plat.": "Plateau", "ra.": "Range", "arch.": "Archipelago",
    "pt.": "Point", "cord.": "Cordillera",
}  # fmt: skip


_LONG = ("MTS", "RF", "CST")  # what is long enough to be met with far from its middle
_SECTION_M = 160_000.0
_CRUMB_M = 3_000.0


_LAYERS = (
    "geography_marine_polys",
    "lakes",
    "playas",
    "geography_regions_polys",
    "geography_regions_points",
    "geography_regions_elevation_points",
)


def landscape() -> list[Entry]:
    """Return seas, lakes, ranges, deserts, islands, peaks (Natural Earth)."""
    found = []
    for layer in _LAYERS:
        for number, feature in enumerate(features(layer)):
            properties = feature["properties"]
            short = str(properties.get("label") or properties.get("name") or "").strip()
            kind = _LAND.get(str(properties.get("featurecla")))
            if not short or not kind:
                continue
            name = " ".join(_SHORTENED.get(word.lower(), word) for word in short.split())
            english = str(properties.get("name_en") or "")
            name = english if english and name.isupper() else name.title() if short.isupper() else name
            geometry = _mended(shape(feature["geometry"]), kind[1])
            if not geometry:
                continue
            point = geometry.representative_point()
            box = tuple(geometry.bounds) if geometry.area else None
            rank = float(properties.get("scalerank") or 8)
            others = {n[0]: n for n in natural_earth_names(properties)}
            # "Uluru/Ayers Rock", "Dome A (Argus)": two names of one place.
            others |= {part: (part, "", ALTERNATE) for part in _parts(name)}
            others.pop(name, None)
            entry = Entry(
                "naturalearth",
                f"{layer.removeprefix('geography_')}-{number}",
                name,
                point.x,
                point.y,
                *kind,
                extent_m=extent_of(box) if box else 0.0,
                box=box,
                names=tuple(others.values()),
                prominence=max(1.0, _NE_PROMINENCE.get(kind[1], 5.0) - 0.35 * rank),
            )
            found.append(entry)
            if kind[1] in _LONG:
                found += sections(entry, _inside(geometry))
    return found + _whole_oceans(found)


def _mended(geometry: BaseGeometry, code: str) -> BaseGeometry | None:
    """Return the outline of a range of which the source kept slivers, None where it kept one crumb."""
    if code != "MTS" or not geometry.area:
        return geometry
    hull = geometry.convex_hull
    if extent_of(hull.bounds) < _CRUMB_M:
        return None
    return hull if geometry.area < 0.2 * hull.area else geometry


def _parts(name: str) -> list[str]:
    parts = [part.strip() for part in re.split(r"[/()]", name)]
    return [part for part in parts if len(part) > 3] if len(parts) > 1 else []


def _inside(area: BaseGeometry) -> list[tuple[float, float]]:
    """Return the points of a half-degree grid that lie in an area."""
    west, south, east, north = (math.floor(2 * side) for side in area.bounds)
    grid = [(x / 2, y / 2) for x in range(west, east + 2) for y in range(south, north + 2)]
    kept = contains_xy(area, [x for x, _ in grid], [y for _, y in grid])
    return [spot for spot, inside in zip(grid, kept, strict=True) if inside]


def sections(entry: Entry, spots: list[tuple[float, float]]) -> list[Entry]:
    """
    Return sections of a long river or range, so that each of `spots` has one or the entry itself near by.

    "On the Dnieper near Kherson" and "near Kyiv" are 500 km apart: which section is meant is for the report
    to say. The spot farthest from those taken is the next one.
    """
    found: list[Entry] = []
    away = {spot: metres(*spot, entry.lon, entry.lat) for spot in spots}
    while away and (farthest := max(away, key=lambda spot: (round(away[spot]), spot))):
        if away[farthest] <= _SECTION_M:
            break
        found.append(
            replace(
                entry,
                ref=f"{entry.ref}-{len(found) + 1}",
                lon=farthest[0],
                lat=farthest[1],
                feature_code=f"{entry.feature_code}X",
                extent_m=_SECTION_M,
                box=None,
                names=tuple(name for name in entry.names if name[1] in ("", "en")),
                prominence=max(0.5, entry.rank - 1.0),
            )
        )
        away = {spot: min(old, metres(*spot, *farthest)) for spot, old in away.items()}
    return found


def _whole_oceans(parts: list[Entry]) -> list[Entry]:
    """Return the Atlantic and the Pacific, of which Natural Earth has the two halves only."""
    found = []
    for half in parts:
        if half.feature_code == "OCN" and half.name.startswith("North "):
            name = half.name.removeprefix("North ")
            other = next(part for part in parts if part.name == f"South {name}")
            lon, lat = (half.lon + other.lon) / 2, (half.lat + other.lat) / 2
            for part in (half, other):  # which of them "the Pacific" is, the report tells
                part.names = (*part.names, (name, "", ALTERNATE))
            found.append(
                Entry("mapper", slug(name), name, lon, lat, "H", "OCN", extent_m=7e6, prominence=8.0)
            )
    return found


def rivers() -> list[Entry]:
    """
    Return rivers (Natural Earth), the parts of one river joined.

    A river stands where it ends, as in GeoNames; half way along its longest part where that cannot be told.
    """
    parts: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for layer in ("rivers_lake_centerlines", "rivers_europe"):
        for feature in features(layer):
            name = feature["properties"].get("name")
            if name and feature["geometry"]["coordinates"]:
                # Two rivers of one name are told apart by the thirty-degree strip they lie in.
                middle = shape(feature["geometry"]).centroid
                parts[name, cell_of(middle.x, middle.y) % 360 // 30].append(feature)
    lines = {key: [line for piece in own for line in _lines(piece)] for key, own in sorted(parts.items())}
    mouths = _Mouths([line for own in lines.values() for line in own])
    found = []
    for (name, strip), own in lines.items():
        pieces = parts[name, strip]
        at = mouths.of(own) or max(own, key=lambda line: line.length).interpolate(0.5, normalized=True)
        properties = pieces[0]["properties"]
        others = (other for piece in pieces for other in natural_earth_names(piece["properties"]))
        alternates = {other[0]: other for other in others if other[0] != name}
        rank = min(float(piece["properties"].get("scalerank") or 9) for piece in pieces)
        box = MultiLineString(own).bounds
        river = Entry(
            "naturalearth",
            f"river-{slug(name) or properties.get('rivernum')}-{strip}",
            name,
            at.x,
            at.y,
            "H",
            "STM",
            extent_m=extent_of(box),
            box=box,
            names=(*alternates.values(), (f"{name} River", "", ALTERNATE)),
            prominence=max(1.0, 5.0 - 0.35 * rank),
        )
        bends = {(round(x, 2), round(y, 2)) for line in own for x, y in line.segmentize(0.2).coords}
        found += [river, *sections(river, sorted(bends))]
    return found


def ports(known: Nearby) -> list[Entry]:
    """Return sea ports (Natural Earth); one bears a bare name only where no town near by does."""
    found = []
    for number, feature in enumerate(features("ports")):
        name = str(feature["properties"].get("name") or "").strip()
        if not name:
            continue
        lon, lat = shape(feature["geometry"]).coords[0]
        town = known.same(Entry("naturalearth", "", name, lon, lat), 25_000.0)
        full = f"Port of {name}"
        others = [f"{name} port", f"{name} Harbor", f"{name} Harbour", *([] if town else [name])]
        found.append(
            Entry(
                "naturalearth",
                f"port-{number}",
                full,
                lon,
                lat,
                "S",
                "PRT",
                country=town.country if town else "",
                extent_m=2_000.0,
                names=tuple((text, "", ALTERNATE) for text in others),
                prominence=2.0,
            )
        )
    return found


def _lines(feature: dict[str, Any]) -> list[LineString]:
    geometry = shape(feature["geometry"])
    return [line for line in getattr(geometry, "geoms", [geometry]) if line.length > 0]


class _Mouths:
    """Where rivers end: Natural Earth's lines run with the flow or against it, so they do not tell."""

    _COAST_DEG = 1.5  # lines stop short of the sea, at a delta's head or a river that has one more name

    def __init__(self, lines: list[LineString]) -> None:
        self._seas = STRtree([shape(feature["geometry"]) for feature in features("geography_marine_polys")])
        self._meeting = Counter(_node(end) for line in lines for end in (line.coords[0], line.coords[-1]))

    def of(self, own: list[LineString]) -> Point | None:
        """Return the free end at a sea, else at a confluence; of two such the one nearer to a sea."""
        ends = Counter(_node(end) for line in own for end in (line.coords[0], line.coords[-1]))
        best: tuple[bool, float, tuple[float, float]] | None = None
        for end in sorted(node for node, count in ends.items() if count == 1):
            point = Point(end)
            away = float(self._seas.geometries[self._seas.nearest(point)].distance(point))
            inland = away > self._COAST_DEG
            # Where only two lines meet, one river goes on under another name (Tigris and Dicle).
            if (not inland or self._meeting[end] >= 3) and (best is None or (inland, away, end) < best):
                best = (inland, away, end)
        return Point(best[2]) if best else None


def _node(end: tuple[float, ...]) -> tuple[float, float]:
    return round(end[0], 2), round(end[1], 2)


_AIRPORT = re.compile(
    r"\b(?:(?:inter)?national|regional|municipal|county)?\s*"
    r"(?:airport|airfield|air (?:force )?base|air station|aerodrome)\b.*",
    re.I,
)


def airfields() -> list[Entry]:
    """Return airports and airbases: with a passenger code, or outside countries full of private strips."""
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
            )
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
                )
            )
    return found
