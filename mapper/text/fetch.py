"""Articles from the web, saved as report files: the only part of the package that opens a network.

Only http and https; `robots.txt` is obeyed; size and time are bounded; addresses inside private
networks are opened only where the caller named their host.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from hashlib import blake2b
from http.client import HTTPException, HTTPMessage
from io import BytesIO
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)
from urllib.robotparser import RobotFileParser

from mapper.atomic import replacing
from mapper.errors import ReportError
from mapper.model import Rejected
from mapper.text.documents import html_fields, read_feed, read_pdf
from mapper.text.formats import HEADER_KEYS, Fields, Limits, decode

AGENT = "mapper"
_CHUNK = 1 << 16
_ROBOTS_BYTES = 500_000
_TROUBLE = (URLError, HTTPException, OSError, ValueError)


def fetch(
    urls: Iterable[str],
    folder: Path,
    *,
    rejected: list[Rejected],
    limits: Limits | None = None,
    seconds: float = 30.0,
    pause: float = 1.0,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Path]:
    """
    Save the articles at `urls` as report files with a header of title, date, source and address.

    A feed gives a file for each of its entries. A file of an address fetched before is replaced.

    Parameters
    ----------
    urls
        Addresses of pages, feeds, PDF or plain text.
    folder
        Where the files go, made if it lacks.
    rejected
        List to which addresses that gave no article are appended, with the reason.
    seconds
        Time that one address may take in all.
    pause
        Seconds between two requests to one host; what its robots.txt asks for if that is more.

    Returns
    -------
    paths
        The files written, in the order of the addresses.
    """
    urls = list(urls)
    visitor = _Visitor({urlsplit(url).hostname for url in urls}, limits or Limits(), seconds, pause, sleep)
    paths: list[Path] = []
    for url in urls:
        try:
            for fields in visitor.articles(url):
                paths.append(_save(fields, folder))
        except ReportError as error:
            rejected.append(Rejected(url, "", str(error)))
        except _TROUBLE as error:
            rejected.append(Rejected(url, "", f"The address cannot be read: {error}."))
    return paths


class _Visitor:
    """Reads addresses as a polite guest: remembers when each host was asked and what it forbids."""

    def __init__(
        self,
        named: set[str | None],
        limits: Limits,
        seconds: float,
        pause: float,
        sleep: Callable[[float], None],
    ) -> None:
        self._named, self._limits, self._seconds, self._pause, self._sleep = (
            named,
            limits,
            seconds,
            pause,
            sleep,
        )
        self._robots: dict[str, RobotFileParser] = {}
        self._asked: dict[str, float] = {}
        self._opener = OpenerDirector()
        # No handler for files, FTP or "data:": what is not here cannot be opened.
        kinds = (ProxyHandler, HTTPHandler, HTTPSHandler, HTTPDefaultErrorHandler, HTTPErrorProcessor)
        for handler in (*(kind() for kind in kinds), _Redirect(self._check)):
            self._opener.add_handler(handler)

    def articles(self, url: str) -> list[Fields]:
        """Return the articles at an address; raise `ReportError` where none may be read."""
        self._check(url)
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        if host not in self._robots:
            self._robots[host] = self._read_robots(host)
        robots = self._robots[host]
        if not robots.can_fetch(AGENT, url):
            raise ReportError("The robots.txt of the site does not allow it.")
        self._wait(host, robots)
        kind, content = self._get(url, self._limits.page_bytes)
        return [fields | {"url": fields.get("url") or url} for fields in self._read(kind, content)]

    def _read(self, kind: str, content: bytes) -> list[Fields]:
        if "pdf" in kind:
            reader = read_pdf
        elif "html" in kind or content.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
            return [html_fields(content)]
        elif "xml" in kind or "rss" in kind or "atom" in kind:
            reader = read_feed
        elif kind.startswith("text/plain"):
            return [{"text": decode(content)}]
        else:
            raise ReportError(f"Content of the type {kind[:60]!r} is not read.")
        found = [fields for _, fields in reader(BytesIO(content), self._limits) if isinstance(fields, dict)]
        return [fields for fields in found if str(fields["text"]).strip()]

    def _get(self, url: str, most: int) -> tuple[str, bytes]:
        """Return the type and the bytes of what an address holds."""
        deadline = time.monotonic() + self._seconds
        request = Request(url, headers={"User-Agent": AGENT, "Accept-Encoding": "identity"})
        with closing(self._opener.open(request, timeout=self._seconds)) as answer:
            content = b""
            while piece := answer.read1(_CHUNK):
                content += piece
                if len(content) > most:
                    raise ReportError(f"It is larger than {most:,} bytes.")
                if time.monotonic() > deadline:
                    raise ReportError(f"It took longer than {self._seconds:g} seconds.")
            return str(answer.headers.get("Content-Type", "")).lower(), content

    def _read_robots(self, host: str) -> RobotFileParser:
        robots = RobotFileParser()
        try:
            _, content = self._get(f"{host}/robots.txt", _ROBOTS_BYTES)
        except (*_TROUBLE, ReportError) as error:
            # As RFC 9309 says: no such file allows all, a site that cannot answer allows nothing.
            unanswered = getattr(error, "code", 500) >= 500
            robots.parse(["User-agent: *", "Disallow: /" if unanswered else "Allow: /"])
        else:
            robots.parse(content.decode("utf-8", "replace").splitlines())
        return robots

    def _wait(self, host: str, robots: RobotFileParser) -> None:
        asked_for = robots.crawl_delay(AGENT)
        pause = max(self._pause, min(float(asked_for or 0), 60.0))
        if host in self._asked:
            self._sleep(max(0.0, self._asked[host] + pause - time.monotonic()))
        self._asked[host] = time.monotonic()

    def _check(self, url: str) -> None:
        """Raise `ReportError` for an address that is not on the web."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ReportError(f"{url[:200]!r} is no address of the web; give http:// or https://.")
        if parts.hostname in self._named:
            return
        for *_, address in socket.getaddrinfo(parts.hostname, None):
            if not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_global:
                raise ReportError(f"It leads to {parts.hostname!r} in a private network.")


class _Redirect(HTTPRedirectHandler):
    """Follows a redirection only to where the visitor may go."""

    def __init__(self, check: Callable[[str], None]) -> None:
        self._check = check

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        self._check(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _save(fields: Fields, folder: Path) -> Path:
    """Write an article as a report file; its name is made of letters and figures of its address."""
    meta = {key: " ".join(str(fields.get(key) or "").split()) for key in HEADER_KEYS if key != "id"}
    header = "".join(f"{key}: {value}\n" for key, value in meta.items() if value)
    parts = urlsplit(meta["url"])
    identity = blake2b(f"{fields.get('id') or ''}\0{meta['url']}".encode(), digest_size=4).hexdigest()
    words = re.sub(r"[^a-z0-9]+", "-", f"{parts.hostname or ''}{parts.path}".lower()).strip("-")[:80]
    day = meta["published"][:10] if re.match(r"\d{4}-\d\d-\d\d", meta["published"]) else ""
    path = folder / ("-".join(filter(None, (day, words, identity))) + ".txt")
    with replacing(path) as new:
        new.write_bytes(f"{header}\n{fields['text']}".encode("utf-8", "replace"))
    return path
