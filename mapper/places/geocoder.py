"""geopy on both sides: the local gazetteer as a geopy geocoder, and any geopy geocoder as a gazetteer.

It owns the rate limit, the cache and the translation of geopy's errors; no step that uses a gazetteer knows
that there may be a network behind it.
"""

from __future__ import annotations

import hashlib
import json
import math
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from geopy.adapters import URLLibAdapter
from geopy.exc import (
    GeocoderParseError,
    GeocoderRateLimited,
    GeocoderServiceError,
    GeocoderTimedOut,
    GeocoderUnavailable,
    GeopyError,
)
from geopy.geocoders import get_geocoder_for_service
from geopy.geocoders.base import Geocoder
from geopy.location import Location as Answer
from geopy.point import Point as LatLon
from rapidfuzz.distance import OSA
from shapely.geometry import Point

from mapper.errors import GazetteerError
from mapper.model import NameHit, Place
from mapper.places.gazetteer import TableGazetteer, open_gazetteer
from mapper.places.names import fold

# Nominatim's usage policy: one request a second, from one machine.
PACE_S = 1.0
TIMEOUT_S = 10.0
RETRIES = 3
LIMIT = 10
_PASSING = (GeocoderTimedOut, GeocoderUnavailable, GeocoderRateLimited, GeocoderParseError)


class LocalGeocoder(Geocoder):  # type: ignore[misc]  # geopy is not typed
    """The gazetteer as a geopy geocoder: no network, no key, no limit.

    Examples
    --------
    >>> geocoder = LocalGeocoder()
    >>> geocoder.geocode("Bin Jawad").address
    'Bin Jawwād, Surt, LY'
    >>> geocoder.reverse("30.80, 18.08").raw["country"]
    'LY'
    >>> geocoder.geocode("") is None
    True
    """

    def __init__(self, gazetteer: TableGazetteer | None = None) -> None:
        super().__init__()
        self.gazetteer = gazetteer or open_gazetteer()

    def geocode(
        self,
        query: str,
        *,
        exactly_one: bool = True,
        limit: int = LIMIT,
        country_codes: str | Iterable[str] = (),
        timeout: Any = None,
    ) -> Answer | list[Answer] | None:
        """
        Return the best place for a name, or with `exactly_one` False the best `limit`; None without any.

        Parameters
        ----------
        query
            A name, or "name, unit or country".
        exactly_one
            Whether to return one answer rather than a list.
        limit
            The most answers of a list.
        country_codes
            Countries (ISO 3166-1 alpha-2) to search in; empty for the whole world.
        timeout
            Ignored; geopy's callers may pass it.
        """
        codes = {country_codes} if isinstance(country_codes, str) else set(country_codes)
        wanted = {code.upper() for code in codes if code}
        places = [p for p in self.gazetteer.candidates(query) if not wanted or p.country in wanted]
        return _answers(sorted(places, key=_trust)[:limit], exactly_one)

    def reverse(
        self,
        query: LatLon | tuple[float, float] | str,
        *,
        exactly_one: bool = True,
        limit: int = LIMIT,
        timeout: Any = None,
    ) -> Answer | list[Answer] | None:
        """
        Return the nearest place, or with `exactly_one` False the nearest `limit`; None when all are far away.

        Parameters
        ----------
        query
            A point as geopy takes it: (lat, lon), a geopy point, or "lat, lon".
        exactly_one
            Whether to return one answer rather than a list.
        limit
            The most answers of a list.
        timeout
            Ignored; geopy's callers may pass it.
        """
        at = LatLon(query)
        places = self.gazetteer.nearest(Point(at.longitude, at.latitude), 1 if exactly_one else limit)
        return _answers(places, exactly_one)


def _trust(place: Place) -> float:
    """Order candidates for a user who asks without a text: a match in full, then the size of the place."""
    size = math.log10(place.population + 1) + (3 if place.feature_code == "PCLI" else 0)
    return -(10 * place.match + size)


def _answers(places: list[Place], exactly_one: bool) -> Answer | list[Answer] | None:
    answers = [
        Answer(
            ", ".join(dict.fromkeys(part for part in (p.name, p.admin1, p.country) if part)),
            (p.geometry.y, p.geometry.x),
            {
                "id": p.id,
                "name": p.name,
                "lat": p.geometry.y,
                "lon": p.geometry.x,
                "country": p.country,
                "admin1": p.admin1,
                "admin2": p.admin2,
                "feature_class": p.feature_class,
                "feature_code": p.feature_code,
                "population": p.population,
                "match": p.match,
                "matched": p.matched,
                "source": p.source,
                "licence": p.licence,
            },
        )
        for p in places
    ]
    if exactly_one:
        return answers[0] if answers else None
    return answers or None


class _Pace:
    """A gate that lets one request through every so often, for all threads of the process together."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self, seconds: float) -> None:
        """Return when `seconds` have passed since the last return."""
        with self._lock:
            pause = self._next - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            self._next = time.monotonic() + seconds


_PACE = _Pace()


class _Cache:
    """Answers of a service on disk, empty ones too; each is written in a transaction of its own."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = sqlite3.connect(path, timeout=30, check_same_thread=False)
            with self._db:
                self._db.execute("CREATE TABLE IF NOT EXISTS answers (service TEXT, key TEXT, places TEXT, "
                                 "PRIMARY KEY (service, key))")  # fmt: skip
        except sqlite3.Error as error:
            raise GazetteerError(f"{str(path)!r} cannot be used as a geocoding cache: {error}.") from error

    def get(self, service: str, key: str) -> list[dict[str, Any]] | None:
        """Return the stored answer, None when there is none."""
        row = self._db.execute(
            "SELECT places FROM answers WHERE service=? AND key=?", (service, key)
        ).fetchone()
        found: list[dict[str, Any]] | None = json.loads(row[0]) if row else None
        return found

    def put(self, service: str, key: str, places: list[dict[str, Any]]) -> None:
        """Store an answer."""
        with self._db:
            row = (service, key, json.dumps(places, ensure_ascii=False, sort_keys=True))
            self._db.execute("INSERT OR REPLACE INTO answers VALUES (?,?,?)", row)


class ServiceGazetteer:
    """A geocoding service, seen as a gazetteer; asks at most once for each name.

    Parameters
    ----------
    service
        Its name in geopy: "nominatim", "photon", "geonames", ...
    cache
        SQLite file that keeps the answers, negative ones too; made when absent.
    pace_s
        Least time between two requests of this process, whatever the service.
    timeout_s
        Longest wait for one answer.
    retries
        How often a request that timed out, was refused for its rate or met an unavailable service is
        repeated, after 1, 2, 4, ... seconds or as long as the service asks, at most a minute.
    config
        What geopy's class takes: user_agent, api_key, domain, ...

    Raises
    ------
    GazetteerError
        If geopy knows no such service or refuses the configuration.
    """

    def __init__(
        self,
        service: str,
        *,
        cache: Path,
        pace_s: float = PACE_S,
        timeout_s: float = TIMEOUT_S,
        retries: int = RETRIES,
        sleep: Callable[[float], None] = time.sleep,
        **config: Any,
    ) -> None:
        self._made_from = {
            "service": service, "cache": Path(cache), "pace_s": pace_s, "timeout_s": timeout_s,
            "retries": retries, "sleep": sleep, **config,
        }  # fmt: skip
        self.service = service
        self._pace_s, self._retries, self._sleep = pace_s, retries, sleep
        try:
            # geopy's other adapter repeats requests by itself, past the pace and the pauses kept here.
            self._geocoder = get_geocoder_for_service(service)(
                timeout=timeout_s, adapter_factory=URLLibAdapter, **config
            )
        except (GeopyError, TypeError) as error:
            raise GazetteerError(f"The geocoding service {service!r} cannot be used: {error}") from error
        self._cache = _Cache(Path(cache))

    def __reduce__(self) -> tuple[Callable[..., ServiceGazetteer], tuple[dict[str, Any]]]:
        return _made, (self._made_from,)

    @property
    def attributions(self) -> tuple[str, ...]:
        """Return the line of credit for the service."""
        if self.service == "nominatim":
            return ("Geocoding: Nominatim, © OpenStreetMap contributors, ODbL 1.0",)
        return (f"Geocoding: {self.service}",)

    def candidates(self, name: str) -> list[Place]:
        """
        Return the places that the service gives for a name, best first; empty when it knows none.

        Raises
        ------
        GazetteerError
            If the service fails for good; the message names it, and the cause is kept.
        """
        key = fold(name)
        if not key:
            return []
        rows = self._cache.get(self.service, key)
        if rows is None:
            rows = [_row(answer) for answer in self._ask(name)]
            self._cache.put(self.service, key, rows)
        return [_place(self.service, row, key) for row in rows]

    def _ask(self, name: str) -> list[Answer]:
        """Return the service's answers, after as many tries as are allowed."""
        extra = {"addressdetails": True, "limit": LIMIT} if self.service == "nominatim" else {}
        tries = 0
        while True:
            _PACE.wait(self._pace_s)
            try:
                return self._geocoder.geocode(name, exactly_one=False, **extra) or []
            except GeocoderServiceError as error:
                tries += 1
                # A server's error 500 comes as the general class itself.
                passing = isinstance(error, _PASSING) or type(error) is GeocoderServiceError
                if tries > self._retries or not passing:
                    raise self._failed(name, error, tries) from error
                asked = float(getattr(error, "retry_after", None) or 0)
                self._sleep(min(60.0, max(2.0 ** (tries - 1), asked)))

    def _failed(self, name: str, error: Exception, tries: int) -> GazetteerError:
        kind = type(error).__name__
        return GazetteerError(
            f"The geocoding service {self.service!r} failed for {name!r} after {tries} tries: {kind}: {error}"
        )


def _made(made_from: dict[str, Any]) -> ServiceGazetteer:
    return ServiceGazetteer(**made_from)


class WithService:
    """The local gazetteer, and a service for the names that it does not know."""

    def __init__(self, local: TableGazetteer, service: ServiceGazetteer) -> None:
        self.local = local
        self.service = service

    @property
    def attributions(self) -> tuple[str, ...]:
        """Return the lines of credit of both."""
        return (*self.local.attributions, *self.service.attributions)

    def candidates(self, name: str) -> list[Place]:
        """Return the local places where the name is known as written, else the service's before them."""
        known = self.local.candidates(name)
        if known and known[0].matched not in ("misspelt", "inner"):
            return known
        return self.service.candidates(name) + known

    def find_names(self, text: str) -> list[NameHit]:
        """Return the names in a text that the local gazetteer knows."""
        return self.local.find_names(text)

    def nearest(self, point: Point, k: int = 1) -> list[Place]:
        """Return the local places nearest to a point."""
        return self.local.nearest(point, k)

    def resembling(
        self, point: Point, radius_m: float, likeness: Callable[[str], float]
    ) -> list[tuple[Place, float]]:
        """Return the local places about a point whose name is like another."""
        return self.local.resembling(point, radius_m, likeness)

    def place(self, id: str) -> Place | None:
        """Return the local place with an id."""
        return self.local.place(id)


# Nominatim's classes of objects as GeoNames' feature classes.
_CLASS = {
    "place": "P",
    "boundary": "A",
    "natural": "T",
    "waterway": "H",
    "water": "H",
    "landuse": "L",
    "leisure": "L",
}


def _row(answer: Answer) -> dict[str, Any]:
    """Return what is kept of an answer."""
    raw = answer.raw if isinstance(answer.raw, dict) else {}
    address = raw.get("address") if isinstance(raw.get("address"), dict) else {}
    box = raw.get("boundingbox")
    return {
        "address": str(answer.address),
        "lat": float(answer.latitude),
        "lon": float(answer.longitude),
        "id": f"{raw['osm_type']}/{raw['osm_id']}" if "osm_type" in raw and "osm_id" in raw else "",
        "class": _CLASS.get(str(raw.get("class") or raw.get("category") or ""), "P"),
        "country": str(address.get("country_code") or "").upper() if address else "",
        "admin1": str(address.get("state") or "") if address else "",
        "box": [float(side) for side in box] if isinstance(box, list) and len(box) == 4 else None,
    }


def _place(service: str, row: dict[str, Any], key: str) -> Place:
    name = row["address"].split(",")[0].strip()
    point = Point(row["lon"], row["lat"])
    made = hashlib.sha256(f"{row['address']} {row['lat']} {row['lon']}".encode()).hexdigest()[:12]
    box = None
    extent_m = 0.0
    if row["box"]:
        south, north, west, east = row["box"]
        box = (west, south, east, north)
        width_m = (east - west) * 111_320 * math.cos(math.radians((south + north) / 2))
        extent_m = math.hypot(width_m, (north - south) * 110_574) / 2
    return Place(
        id=f"{service}:{row['id'] or made}",
        name=name,
        geometry=point,
        feature_class=row["class"],
        extent_m=extent_m,
        country=row["country"],
        admin1=row["admin1"],
        source=service,
        licence="ODbL-1.0" if service == "nominatim" else "",
        match=1.0 if fold(name) == key else 0.9 * OSA.normalized_similarity(fold(name), key),
        matched="name" if fold(name) == key else "service",
        box=box,
    )
