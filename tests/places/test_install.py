"""GeoNames dumps from a local server: whole, interrupted, corrupt."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mapper.errors import GazetteerError
from mapper.places.gazetteer import TableGazetteer
from mapper.places.install import install, installed


def row(number: int, name: str, lat: str, lon: str, klass: str, code: str, population: str = "0") -> str:
    """Return a line of a dump, 19 fields."""
    fields = [
        str(number),
        name,
        name,
        "",
        lat,
        lon,
        klass,
        code,
        "QD",
        "",
        "01",
        "007",
        "",
        "",
        population,
        "",
        "",
        "",
        "",
    ]
    return "\t".join(fields)


def packed(member: str, text: str) -> bytes:
    """Return a zip archive of one file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(member, (2024, 5, 6, 0, 0, 0)), text)
    return file.getvalue()


DUMP = "\n".join(
    [
        row(11, "Karvel", "30.5", "20.25", "P", "PPL", "7000"),
        row(12, "Karvel Airfield", "30.6", "20.3", "S", "AIRF"),
        row(13, "Karvel Primary School", "30.6", "20.3", "S", "SCH"),
        row(14, "Broken", "north", "20.3", "P", "PPL"),
        row(15, "Outside", "95", "20.3", "P", "PPL"),
        "a line cut short",
    ]
)
NAMES = (
    "1\t11\tuk\tКарвель\t\t\n2\t11\tlink\thttps://example.org\t\t\n"
    "3\t11\t\tKRV\t\t\n4\t11\ten\tOld Karvel\t\t\n"
)


class Dumps(ThreadingHTTPServer):
    """A server of dumps that may hang up after a number of bytes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = {
            "/admin1CodesASCII.txt": b"QD.01\tNorthern\tNorthern\t5\n",
            "/admin2Codes.txt": b"QD.01.007\tHalvar\tHalvar\t6\n",
            "/QD.zip": packed("QD.txt", DUMP),
            "/alternatenames/QD.zip": packed("QD.txt", NAMES),
        }
        self.hang_up_after: dict[str, int] = {}
        self.ranges: list[str] = []

    @property
    def url(self) -> str:
        """Return the address of the folder."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Dumps

    def do_GET(self) -> None:
        body = self.server.files.get(self.path)
        if body is None:
            self.send_error(404)
            return
        asked = self.headers.get("Range", "")
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        self.server.ranges += [asked] if asked else []
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        self.wfile.write(body[start : self.server.hang_up_after.pop(self.path, len(body))])

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def dumps() -> Iterator[Dumps]:
    """Run the server for one test."""
    server = Dumps()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_country_is_fetched_and_found_under_its_names(dumps: Dumps, tmp_path: Path) -> None:
    paths = install(["qd"], folder=tmp_path, base_url=dumps.url)
    assert paths == installed(tmp_path) == [tmp_path / "QD.sqlite"]
    gazetteer = TableGazetteer(*paths)
    town = gazetteer.candidates("Карвель")[0]
    assert (town.id, town.population, town.admin1, town.admin2) == ("geonames:11", 7000, "Northern", "Halvar")
    assert gazetteer.candidates("Old Karvel")[0].id == "geonames:11"
    assert gazetteer.info()[0]["date"] == "2024-05-06"
    assert "CC-BY-4.0" in gazetteer.info()[0]["licences"]


def test_only_what_can_be_a_place_of_a_report_is_taken(dumps: Dumps, tmp_path: Path) -> None:
    gazetteer = TableGazetteer(*install(["QD"], folder=tmp_path, base_url=dumps.url))
    assert gazetteer.info()[0]["places"] == "2"
    assert gazetteer.place("geonames:12") is not None
    for absent in (13, 14, 15):
        assert gazetteer.place(f"geonames:{absent}") is None
    assert not any(place.matched == "alternate" for place in gazetteer.candidates("KRV"))


def test_an_interrupted_download_is_continued(dumps: Dumps, tmp_path: Path) -> None:
    dumps.hang_up_after = {"/QD.zip": 100}
    paths = install(["QD"], folder=tmp_path, base_url=dumps.url)
    assert TableGazetteer(*paths).candidates("Karvel")
    assert dumps.ranges == ["bytes=100-"]


def test_what_an_earlier_call_left_is_continued(dumps: Dumps, tmp_path: Path) -> None:
    (tmp_path / "downloads").mkdir()
    (tmp_path / "downloads" / "QD.zip.part").write_bytes(dumps.files["/QD.zip"][:60])
    install(["QD"], folder=tmp_path, base_url=dumps.url)
    assert dumps.ranges == ["bytes=60-"]


def test_a_corrupt_archive_is_told_and_fetched_anew_the_next_time(dumps: Dumps, tmp_path: Path) -> None:
    sound = dumps.files["/QD.zip"]
    dumps.files["/QD.zip"] = sound[:80] + bytes(40) + sound[120:]
    with pytest.raises(GazetteerError, match=r"QD\.zip sent a broken archive"):
        install(["QD"], folder=tmp_path, base_url=dumps.url)
    assert installed(tmp_path) == []
    dumps.files["/QD.zip"] = sound
    assert install(["QD"], folder=tmp_path, base_url=dumps.url)


def test_an_archive_of_something_else_is_told(dumps: Dumps, tmp_path: Path) -> None:
    dumps.files["/QD.zip"] = packed("readme.txt", "no places")
    with pytest.raises(GazetteerError, match=r"holds no 'QD\.txt'"):
        install(["QD"], folder=tmp_path, base_url=dumps.url)


def test_a_failed_renewal_leaves_the_installed_file(dumps: Dumps, tmp_path: Path) -> None:
    path = install(["QD"], folder=tmp_path, base_url=dumps.url)[0]
    before = path.read_bytes()
    dumps.files["/QD.zip"] = b"no archive"
    with pytest.raises(GazetteerError):
        install(["QD"], folder=tmp_path, base_url=dumps.url)
    assert path.read_bytes() == before


def test_two_installations_of_one_dump_are_the_same_bytes(dumps: Dumps, tmp_path: Path) -> None:
    one, other = (install(["QD"], folder=tmp_path / name, base_url=dumps.url)[0] for name in ("a", "b"))
    assert one.read_bytes() == other.read_bytes()


def test_an_unknown_country_and_a_silent_server_are_told(dumps: Dumps, tmp_path: Path) -> None:
    with pytest.raises(GazetteerError, match=r"ZZ\.zip cannot be fetched: the server answered 404"):
        install(["ZZ"], folder=tmp_path, base_url=dumps.url)
    with pytest.raises(GazetteerError, match="no country code"):
        install(["../etc"], folder=tmp_path, base_url=dumps.url)
    with pytest.raises(GazetteerError, match="Run the command again"):
        install(["QD"], folder=tmp_path, base_url="http://127.0.0.1:9")
    assert install([], folder=tmp_path, base_url=dumps.url) == []


def test_progress_is_told_in_bytes(dumps: Dumps, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    install(["QD"], folder=tmp_path, base_url=dumps.url, progress=lambda *step: told.append(step))
    size = len(dumps.files["/QD.zip"])
    assert ("QD.zip", size, size) in told
