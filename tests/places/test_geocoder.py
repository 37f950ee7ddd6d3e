"""geopy on both sides, against a local server that misbehaves."""

from __future__ import annotations

import json
import pickle
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from geopy.geocoders.base import Geocoder
from geopy.point import Point as LatLon

from mapper.errors import GazetteerError
from mapper.places.gazetteer import TableGazetteer
from mapper.places.geocoder import LocalGeocoder, ServiceGazetteer, WithService
from mapper.places.table import ALTERNATE, Entry, Source, write_table

FOUND = [
    {
        "osm_type": "node",
        "osm_id": 5,
        "lat": "30.5",
        "lon": "20.25",
        "display_name": "Karvel, Northern, Qardania",
        "class": "place",
        "boundingbox": ["30.4", "30.6", "20.15", "20.35"],
        "address": {"country_code": "ly", "state": "Northern"},
    }
]


class Service(ThreadingHTTPServer):
    """A Nominatim that answers as a list of moods says, then well."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.moods: list[str] = []
        self.asked: list[tuple[str, float]] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hung up."""


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        name = parse_qs(urlparse(self.path).query)["q"][0]
        self.server.asked.append((name, time.monotonic()))
        mood = self.server.moods.pop(0) if self.server.moods else "well"
        if mood == "closed":
            self.connection.close()
            return
        if mood == "slow":
            time.sleep(1.0)
        status = {"429": 429, "500": 500, "503": 503, "403": 403}.get(mood, 200)
        body = (
            b"{not json" if mood == "broken" else json.dumps(FOUND if name.startswith("Kar") else []).encode()
        )
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if mood == "429":
            self.send_header("Retry-After", "7")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def service() -> Iterator[Service]:
    """Run the service for one test."""
    server = Service()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def slept() -> list[float]:
    """Collect the pauses before repeated requests."""
    return []


def asking(service: Service, cache: Path, slept: list[float], **options: float) -> ServiceGazetteer:
    """Return a gazetteer that asks the local service."""
    settings = {"pace_s": 0.0, "timeout_s": 0.3, "retries": 2, **options}
    host = f"127.0.0.1:{service.server_port}"
    return ServiceGazetteer(
        "nominatim",
        cache=cache / "c.sqlite",
        sleep=slept.append,
        domain=host,
        scheme="http",
        user_agent="test",
        **settings,
    )


def test_an_answer_becomes_a_place(service: Service, tmp_path: Path, slept: list[float]) -> None:
    place = asking(service, tmp_path, slept).candidates("Karvel")[0]
    assert (place.id, place.name, place.country, place.admin1) == (
        "nominatim:node/5",
        "Karvel",
        "LY",
        "Northern",
    )
    assert (place.geometry.x, place.geometry.y) == (20.25, 30.5)
    assert place.box == (20.15, 30.4, 20.35, 30.6)
    assert 10_000 < place.extent_m < 20_000
    assert (place.match, place.licence) == (1.0, "ODbL-1.0")


@pytest.mark.parametrize("mood", ["500", "503", "broken", "closed", "slow"])
def test_a_passing_trouble_is_repeated_after_a_growing_pause(
    service: Service, tmp_path: Path, slept: list[float], mood: str
) -> None:
    service.moods = [mood, mood]
    assert asking(service, tmp_path, slept).candidates("Karvel")[0].name == "Karvel"
    assert slept == [1.0, 2.0]


def test_the_pause_that_the_service_asks_for_is_kept(
    service: Service, tmp_path: Path, slept: list[float]
) -> None:
    service.moods = ["429"]
    assert asking(service, tmp_path, slept).candidates("Karvel")
    assert slept == [7.0]


@pytest.mark.parametrize("mood", ["429", "500", "broken", "closed", "slow"])
def test_a_lasting_trouble_is_an_error_that_names_the_service(
    service: Service, tmp_path: Path, slept: list[float], mood: str
) -> None:
    service.moods = [mood] * 3
    with pytest.raises(GazetteerError, match=r"'nominatim' failed for 'Karvel' after 3 tries") as caught:
        asking(service, tmp_path, slept).candidates("Karvel")
    assert caught.value.__cause__ is not None
    assert len(service.asked) == 3


def test_a_refusal_is_not_repeated(service: Service, tmp_path: Path, slept: list[float]) -> None:
    service.moods = ["403"]
    with pytest.raises(GazetteerError, match="after 1 tries"):
        asking(service, tmp_path, slept).candidates("Karvel")
    assert len(service.asked) == 1


def test_answers_and_their_absence_are_asked_for_once(
    service: Service, tmp_path: Path, slept: list[float]
) -> None:
    gazetteer = asking(service, tmp_path, slept)
    for _ in range(2):
        assert gazetteer.candidates("Karvel")
        assert gazetteer.candidates("Nowhere") == []
    again = asking(service, tmp_path, slept)
    assert again.candidates("KARVEL")[0].name == "Karvel"
    assert again.candidates("Nowhere") == []
    assert [name for name, _ in service.asked] == ["Karvel", "Nowhere"]


def test_a_failure_is_not_kept(service: Service, tmp_path: Path, slept: list[float]) -> None:
    service.moods = ["500"] * 3
    gazetteer = asking(service, tmp_path, slept)
    with pytest.raises(GazetteerError):
        gazetteer.candidates("Karvel")
    assert gazetteer.candidates("Karvel")


def test_no_request_is_made_for_what_is_no_name(service: Service, tmp_path: Path, slept: list[float]) -> None:
    assert asking(service, tmp_path, slept).candidates(" -- ") == []
    assert service.asked == []


def test_all_threads_together_keep_the_pace(service: Service, tmp_path: Path, slept: list[float]) -> None:
    gazetteers = [asking(service, tmp_path / str(n), slept, pace_s=0.15) for n in range(2)]
    threads = [threading.Thread(target=gazetteers[n % 2].candidates, args=(f"Karvel {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times = sorted(at for _, at in service.asked)
    assert len(times) == 4
    assert min(later - earlier for earlier, later in pairwise(times)) > 0.1


_KILLED = """
import os, sys
from pathlib import Path
from mapper.places.geocoder import ServiceGazetteer
local = {"domain": sys.argv[2], "scheme": "http", "user_agent": "test"}
gazetteer = ServiceGazetteer("nominatim", cache=Path(sys.argv[1]), pace_s=0, **local)
gazetteer.candidates("Karvel")
os.kill(os.getpid(), 9)
"""


def test_the_cache_survives_a_kill(service: Service, tmp_path: Path, slept: list[float]) -> None:
    host = f"127.0.0.1:{service.server_port}"
    ended = subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path / "c.sqlite"), host], check=False)
    assert ended.returncode == -9
    assert asking(service, tmp_path, slept).candidates("Karvel")[0].name == "Karvel"
    assert len(service.asked) == 1


def test_a_broken_cache_is_told(service: Service, tmp_path: Path, slept: list[float]) -> None:
    (tmp_path / "c.sqlite").write_bytes(b"this is no database but it is rather long" * 40)
    with pytest.raises(GazetteerError, match=r"c\.sqlite"):
        asking(service, tmp_path, slept)


@pytest.mark.parametrize("config", [{}, {"no_such_option": 1, "user_agent": "x"}])
def test_a_refused_configuration_names_the_service(tmp_path: Path, config: dict[str, object]) -> None:
    with pytest.raises(GazetteerError, match="'nominatim' cannot be used"):
        ServiceGazetteer("nominatim", cache=tmp_path / "c.sqlite", **config)


def test_an_unknown_service_is_told(tmp_path: Path) -> None:
    with pytest.raises(GazetteerError, match="'atlantis'"):
        ServiceGazetteer("atlantis", cache=tmp_path / "c.sqlite")


def test_a_service_gazetteer_travels_to_other_processes(
    service: Service, tmp_path: Path, slept: list[float]
) -> None:
    gazetteer = ServiceGazetteer("nominatim", cache=tmp_path / "c.sqlite", user_agent="test")
    with sqlite3.connect(tmp_path / "c.sqlite") as db:
        db.execute("INSERT INTO answers VALUES ('nominatim', 'karvel', '[]')")
    assert pickle.loads(pickle.dumps(gazetteer)).candidates("Karvel") == []


@pytest.fixture
def local(tmp_path: Path) -> TableGazetteer:
    """Return two towns of one name and a village."""
    rows = [
        Entry("ours", 1, "Zelten", 20.0, 30.0, population=90_000, country="LY", admin1=("LY.1", "Northern")),
        Entry("ours", 2, "Zelten", -70.0, 10.0, population=900, country="VE"),
        Entry("ours", 3, "Bir Sand", 20.2, 30.1, names=(("Sand Well", "", ALTERNATE),), country="LY"),
    ]
    write_table(tmp_path / "l.sqlite", rows, [Source("ours", "CC0-1.0", "")], {}, transcribed=frozenset())
    return TableGazetteer(tmp_path / "l.sqlite")


def test_the_gazetteer_is_a_geopy_geocoder(local: TableGazetteer) -> None:
    geocoder = LocalGeocoder(local)
    assert isinstance(geocoder, Geocoder)
    best = geocoder.geocode("Zelten")
    assert (best.address, best.latitude, best.longitude) == ("Zelten, Northern, LY", 30.0, 20.0)
    assert best.raw["id"] == "ours:1"
    both = geocoder.geocode("Zelten", exactly_one=False)
    assert [answer.raw["country"] for answer in both] == ["LY", "VE"]
    assert geocoder.geocode("Zelten", country_codes="ve").raw["country"] == "VE"
    assert len(geocoder.geocode("Zelten", exactly_one=False, limit=1)) == 1


@pytest.mark.parametrize("point", [(30.09, 20.19), "30.09, 20.19", LatLon(30.09, 20.19)])
def test_reverse_takes_points_as_geopy_does(local: TableGazetteer, point: object) -> None:
    assert LocalGeocoder(local).reverse(point).raw["name"] == "Bir Sand"


def test_geopy_says_none_where_nothing_is_found(local: TableGazetteer) -> None:
    geocoder = LocalGeocoder(local)
    assert geocoder.geocode("Xyzzyx") is None
    assert geocoder.geocode("Xyzzyx", exactly_one=False) is None
    assert geocoder.reverse((-60.0, -150.0)) is None


def test_the_service_is_asked_only_for_names_not_known_here(
    service: Service, local: TableGazetteer, tmp_path: Path, slept: list[float]
) -> None:
    both = WithService(local, asking(service, tmp_path, slept))
    assert both.candidates("Sand Well")[0].id == "ours:3"
    assert both.candidates("Karvel")[0].id == "nominatim:node/5"
    assert [name for name, _ in service.asked] == ["Karvel"]
    assert [hit.start for hit in both.find_names("in Zelten")] == [3]
    assert any("Nominatim" in credit for credit in both.attributions)
