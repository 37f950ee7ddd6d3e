"""Articles are fetched from a web server on this machine, within the limits and where it allows it."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from mapper.model import Rejected
from mapper.text.fetch import fetch
from mapper.text.formats import Limits
from mapper.text.reports import read_reports

ARTICLE = (
    "<html><head><title>Zintan: ../../etc</title>"
    '<meta property="article:published_time" content="2011-06-02"></head><body><article>'
    "<p>Rockets fell on Zintan on Thursday and residents took shelter in the caves above the town.</p>"
    "</article></body></html>"
)
FEED = (
    "<rss><channel><title>Wire</title>"
    "<item><link>https://wire.example/1</link><description>Tanks left Zintan.</description></item>"
    "<item><link>https://wire.example/2</link><description>Tanks came to Yafran.</description></item>"
    "</channel></rss>"
)
PAGES = {
    "/robots.txt": ("text/plain", "User-agent: *\nDisallow: /private\n"),
    "/zintan?id=1": ("text/html; charset=utf-8", ARTICLE),
    "/feed": ("application/rss+xml", FEED),
    "/plain": ("text/plain", "published: 1999-01-01\n\nTanks left."),
    "/picture": ("image/png", "x"),
    "/large": ("text/html", "x" * 5000),
    "/private/a": ("text/html", ARTICLE),
}


class Site(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.2:1/")
            self.end_headers()
        elif self.path == "/file":
            self.send_response(302)
            self.send_header("Location", "file:///etc/passwd")
            self.end_headers()
        elif self.path == "/slow":
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            for _ in range(50):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)
        elif self.path in PAGES:
            kind, content = PAGES[self.path]
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(content.encode())
        else:
            self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def get(
    folder: Path, *urls: str, limits: Limits | None = None, **options: float
) -> tuple[list[Path], list[Rejected]]:
    rejected: list[Rejected] = []
    paths = fetch(urls, folder, rejected=rejected, limits=limits, pause=0, **options)  # type: ignore[arg-type]
    return paths, rejected


def test_an_article_becomes_a_report_file_that_reads_back(site: str, tmp_path: Path) -> None:
    [path], rejected = get(tmp_path / "reports", f"{site}/zintan?id=1")
    assert not rejected
    [report] = read_reports(tmp_path / "reports")
    assert report.text.startswith("Rockets fell on Zintan")
    assert (report.title, report.url) == ("Zintan: ../../etc", f"{site}/zintan?id=1")
    assert report.published is not None
    assert path.name.startswith("2011-06-02-127-0-0-1-zintan-")


def test_a_second_fetch_replaces_the_file(site: str, tmp_path: Path) -> None:
    for _ in range(2):
        get(tmp_path, f"{site}/zintan?id=1")
    assert len(list(tmp_path.iterdir())) == 1


def test_a_feed_gives_a_file_for_each_entry(site: str, tmp_path: Path) -> None:
    paths, _ = get(tmp_path, f"{site}/feed")
    assert len(paths) == 2
    assert sorted(report.url for report in read_reports(tmp_path, language="any")) == [
        "https://wire.example/1", "https://wire.example/2",
    ]  # fmt: skip


def test_a_text_that_looks_like_a_header_stays_text(site: str, tmp_path: Path) -> None:
    get(tmp_path, f"{site}/plain")
    [report] = read_reports(tmp_path)
    assert report.text == "published: 1999-01-01\n\nTanks left."
    assert report.published is None


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/private/a", "The robots.txt of the site does not allow it."),
        ("/picture", "Content of the type 'image/png' is not read."),
        ("/large", "It is larger than 2,000 bytes."),
        ("/missing", "The address cannot be read: HTTP Error 404: Not Found."),
        ("/away", "It leads to '127.0.0.2' in a private network."),
        (
            "/file",
            "The address cannot be read: HTTP Error 302: Found - Redirection to url 'file:///etc/passwd' is",
        ),
        ("/slow", "It took longer than 0.5 seconds."),
    ],
)
def test_what_may_not_or_cannot_be_read_is_named_and_the_rest_goes_on(
    site: str, tmp_path: Path, path: str, reason: str
) -> None:
    limits = Limits(page_bytes=2_000)
    paths, [rejected] = get(tmp_path, f"{site}{path}", f"{site}/zintan?id=1", limits=limits, seconds=0.5)
    assert len(paths) == 1
    assert rejected.path == f"{site}{path}"
    assert rejected.reason.startswith(reason)


def test_an_address_that_robots_forbid_is_never_asked_for(site: str, tmp_path: Path) -> None:
    Site.asked.clear()
    get(tmp_path, f"{site}/private/a")
    assert Site.asked == ["/robots.txt"]


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://x.example/a", "javascript:alert(1)", "no address"]
)
def test_only_the_web_is_opened(tmp_path: Path, url: str) -> None:
    paths, [rejected] = get(tmp_path, url)
    assert not paths
    assert "is no address of the web" in rejected.reason


def test_a_host_is_given_time_between_two_requests(site: str, tmp_path: Path) -> None:
    waits: list[float] = []
    fetch([f"{site}/feed"] * 3, tmp_path, rejected=[], pause=7.0, sleep=waits.append)
    assert len(waits) == 2
    assert all(6 < wait <= 7 for wait in waits)
