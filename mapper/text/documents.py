"""Documents with markup: web pages, PDF, feeds, web archives, Markdown and Parquet -> fields of reports.

Of a page, the article is kept (trafilatura) and the rest left out; the report's text is what was
kept, and offsets count in it. The libraries are loaded when the first such file is read.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from io import BytesIO, StringIO
from typing import Any, BinaryIO

from mapper.bounds import bounded
from mapper.errors import ReportError
from mapper.text.formats import FIELDS, Fields, Limits, decode, read_whole, split_header

_MOST_PAGES = 2_000
_PARQUET_ROWS = 256
# Markup of Markdown that stands inside words or before lines; bounded repeats keep the time linear.
_MD_LINK = re.compile(r"!?\[([^\[\]\n]{0,500})\]\([^()\n]{0,2000}\)")
_MD_LINE = re.compile(r"^[ \t]{0,3}(?:#{1,6}[ \t]+|>[ \t]?)", re.MULTILINE)
_MD_STRONG = re.compile(r"(?<![\w*_])(\*{1,3}|_{1,3})(?=\S)([^*_\n]{1,1000})(?<=\S)\1(?![\w*_])")
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([A-Za-z0-9_-]{1,40})", re.IGNORECASE)
# What these libraries log of a damaged file would go to stderr beside the one sentence that says it.
for _library in ("pypdf", "trafilatura", "htmldate", "readability"):
    logging.getLogger(_library).addHandler(logging.NullHandler())


@contextmanager
def _made_by_strangers(what: str) -> Iterator[None]:
    """
    Bound the work of a library on bytes of strangers, and say in one sentence why it failed.

    What was made to do harm lets these libraries raise nearly anything, from the object that they miss
    where another stands to the errors of the libraries below them.
    """
    try:
        with bounded():
            yield
    except ReportError:
        raise
    except MemoryError as error:
        raise ReportError(f"The {what} needs too much memory.") from error
    except Exception as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        raise ReportError(f"The {what} cannot be read: {said:.300}.") from error


def read_html(file: BinaryIO, limits: Limits) -> Iterator[tuple[str, Fields | str]]:
    """Give the article of a web page, with title, site, address and date where the page states them."""
    yield "", html_fields(read_whole(file, limits, most=limits.page_bytes))


def html_fields(page: bytes) -> Fields:
    """
    Return the fields of the article that a page holds.

    Raises
    ------
    ReportError
        If the page holds no text of an article.
    """
    import trafilatura

    # Dates stated by the page only: a search for any date in its text finds those of the events.
    dates = {"original_date": True, "extensive_search": False, "max_date": "2199-12-31"}
    with _made_by_strangers("page"):
        found = trafilatura.bare_extraction(
            _decode_page(page), with_metadata=True, include_comments=False, date_extraction_params=dates
        )
    known: dict[str, Any] = found if isinstance(found, dict) else found.as_dict() if found else {}
    text = known.get("text") or ""
    if not text.strip():
        raise ReportError("The page holds no text of an article.")
    return {
        "text": text,
        "title": known.get("title") or "",
        "published": known.get("date") or "",
        "source": known.get("sitename") or known.get("hostname") or "",
        "url": known.get("url") or "",
    }


def _decode_page(page: bytes) -> str:
    """Return the text of a page: UTF-8, else the encoding that it declares, else the one it looks like."""
    declared = _CHARSET.search(page, 0, 4_096)
    if declared:
        try:
            page.decode("utf-8")
        except UnicodeDecodeError:
            try:
                return page.decode(declared[1].decode(), errors="replace")
            except LookupError:
                pass  # no encoding has the declared name
    return decode(page)


def read_pdf(file: BinaryIO, limits: Limits) -> Iterator[tuple[str, Fields | str]]:
    """Give the text of a PDF with its title; pages are parted by an empty line."""
    import pypdf

    data = read_whole(file, limits)
    with _made_by_strangers("PDF"):
        reader = pypdf.PdfReader(BytesIO(data))
        if len(reader.pages) > _MOST_PAGES:
            raise ReportError(f"The PDF has {len(reader.pages):,} pages; at most {_MOST_PAGES:,} are read.")
        pages: list[str] = []
        for page in reader.pages:
            pages.append(page.extract_text())
            if sum(map(len, pages)) > limits.text_chars:
                break  # too long already; the length is refused, with its figure, where all texts are
        title = (reader.metadata.title if reader.metadata else None) or ""
    text = "\n\n".join(pages)
    if not text.strip():
        raise ReportError("The PDF holds no text; it may hold pictures of pages.")
    yield "", {"text": text, "title": title}


def read_feed(file: BinaryIO, limits: Limits) -> Iterator[tuple[str, Fields | str]]:
    """Give the entries of an RSS or Atom feed; each text is what the feed itself carries."""
    import feedparser

    data = read_whole(file, limits)
    with _made_by_strangers("feed"):
        feed = feedparser.parse(BytesIO(data))
    if not feed.entries:
        raise ReportError("It is no RSS or Atom feed with entries.")
    source = feed.feed.get("title") or ""
    for number, entry in enumerate(feed.entries, start=1):
        try:
            with _made_by_strangers("entry"):
                fields = _entry_fields(entry) | {"source": source}
            yield f"entry {number}", fields
        except ReportError as error:
            yield f"entry {number}", str(error)


def _entry_fields(entry: Any) -> Fields:
    markup = entry.content[0].value if entry.get("content") else entry.get("summary")
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    return {
        "id": entry.get("id") or entry.get("link") or "",
        "text": plain_text(markup or ""),
        "title": plain_text(entry.get("title") or ""),
        "published": time.strftime("%Y-%m-%dT%H:%M:%SZ", moment) if moment else "",
        "url": entry.get("link") or "",
    }


def read_warc(file: BinaryIO, limits: Limits) -> Iterator[tuple[str, Fields | str]]:
    """Give the articles of the pages in a web archive; what is no page (pictures, requests) is left out."""
    from warcio.archiveiterator import ArchiveIterator

    number = 0
    with _made_by_strangers("web archive"):
        records = ArchiveIterator(file)
    while (record := _next_record(records, number)) is not None:
        kind = record.http_headers.get_header("Content-Type", "") if record.http_headers else ""
        if record.rec_type != "response" or "html" not in kind.lower():
            continue
        number += 1
        url = record.rec_headers.get_header("WARC-Target-URI", "")
        try:
            with _made_by_strangers("record"):
                page = record.content_stream().read(limits.page_bytes + 1)
            if len(page) > limits.page_bytes:
                raise ReportError(f"The page is larger than {limits.page_bytes:,} bytes.")
            yield f"record {number}", html_fields(page) | {"url": url}
        except ReportError as error:
            yield f"record {number}", f"{str(error).rstrip('.')} ({url:.200})."


def _next_record(records: Iterator[Any], number: int) -> Any:
    """Return the next record, None at the end; what the library prints is said by the reason for it."""
    with _made_by_strangers(f"web archive, after {number} pages,"), redirect_stderr(StringIO()):
        return next(records, None)


def read_markdown(file: BinaryIO, limits: Limits) -> Iterator[tuple[str, Fields | str]]:
    """Give the one report of a Markdown file, its links, headings and emphasis as bare text."""
    text = decode(read_whole(file, limits))
    if text.startswith("---\n") and (end := text.find("\n---\n", 3)) > 0:
        text = f"{text[4:end]}\n\n{text[end + 5 :]}"
    fields = split_header(text)
    bare = _MD_LINE.sub("", str(fields["text"]))
    yield "", fields | {"text": _MD_STRONG.sub(r"\2", _MD_LINK.sub(r"\1", bare))}


def read_parquet(file: BinaryIO, limits: Limits) -> Iterator[tuple[str, Fields | str]]:
    """Give a report a row of a Parquet file with the column `text`."""
    import pyarrow.parquet as pq

    number = 0
    with _made_by_strangers("Parquet file"):
        table = pq.ParquetFile(file)
        columns = [name for name in table.schema_arrow.names if name in FIELDS]
        if "text" not in columns:
            has = ", ".join(map(repr, table.schema_arrow.names)) or "none"
            raise ReportError(f"The table lacks the column 'text'; it has {has:.500}.")
        batches = table.iter_batches(_PARQUET_ROWS, columns=columns)
    while True:
        with _made_by_strangers(f"Parquet file, after {number} rows,"):
            batch = next(batches, None)
            rows = batch.to_pylist() if batch is not None else []
        if batch is None:
            return
        for row in rows:
            number += 1
            yield f"row {number}", row


def plain_text(markup: str) -> str:
    """
    Return the text of a piece of HTML, a line for a block.

    Examples
    --------
    >>> plain_text("<p>Tanks left <b>Zintan</b>.</p><script>x()</script><p>Shells &amp; fire.</p>")
    'Tanks left Zintan.\\nShells & fire.'
    >>> plain_text("")
    ''
    """
    from lxml import etree, html

    if not markup.strip():
        return ""
    try:
        root = html.fromstring(f"<div>{markup}</div>")
    except (etree.LxmlError, ValueError):
        return ""
    etree.strip_elements(root, "script", "style", "noscript", etree.Comment, with_tail=False)
    for block in root.iter("p", "div", "br", "li", "h1", "h2", "h3", "h4", "blockquote", "tr"):
        block.tail = f"\n{block.tail or ''}"
    lines = (" ".join(line.split()) for line in str(root.text_content()).split("\n"))
    return "\n".join(line for line in lines if line)
