"""Documents with markup: web pages, PDF, feeds, web archives, Markdown and Parquet -> fields of reports.

Of a page, the article is kept (trafilatura) and the rest left out; the report's text is what was
kept, and offsets count in it. The libraries are loaded when the first such file is read.
"""

from __future__ import annotations

import logging
import re
import time
import zlib
from collections.abc import Iterator
from contextlib import redirect_stderr
from io import BytesIO, StringIO
from typing import Any, BinaryIO

from mapper.errors import ReportError
from mapper.text.formats import FIELDS, Fields, Limits, decode, read_whole, split_header

_MOST_PAGES = 2_000
_PARQUET_ROWS = 256
# Markup of Markdown that stands inside words or before lines; bounded repeats keep the time linear.
_MD_LINK = re.compile(r"!?\[([^\[\]\n]{0,500})\]\([^()\n]{0,2000}\)")
_MD_LINE = re.compile(r"^[ \t]{0,3}(?:#{1,6}[ \t]+|>[ \t]?)", re.MULTILINE)
_MD_STRONG = re.compile(r"(?<![\w*_])(\*{1,3}|_{1,3})(?=\S)([^*_\n]{1,1000})(?<=\S)\1(?![\w*_])")
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([A-Za-z0-9_-]{1,40})", re.IGNORECASE)
# What pypdf raises on files that are damaged or made to damage: its own errors, and those of the
# objects it finds where others should stand.
_PDF_DAMAGE = (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, zlib.error)

# What these libraries log of a damaged file would go to stderr beside the one sentence that says it.
for _library in ("pypdf", "trafilatura", "htmldate", "readability"):
    logging.getLogger(_library).addHandler(logging.NullHandler())


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

    found = trafilatura.bare_extraction(
        _decode_page(page),
        with_metadata=True,
        include_comments=False,
        # Dates stated by the page only: a search for any date in its text finds those of the events.
        date_extraction_params={"original_date": True, "extensive_search": False, "max_date": "2199-12-31"},
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

    try:
        reader = pypdf.PdfReader(BytesIO(read_whole(file, limits)))
        if len(reader.pages) > _MOST_PAGES:
            raise ReportError(f"The PDF has {len(reader.pages):,} pages; at most {_MOST_PAGES:,} are read.")
        pages: list[str] = []
        for page in reader.pages:
            pages.append(page.extract_text())
            if sum(map(len, pages)) > limits.text_chars:
                break  # too long already; the length is refused, with its figure, where all texts are
        title = (reader.metadata.title if reader.metadata else None) or ""
    except pypdf.errors.PyPdfError as error:
        raise ReportError(f"The PDF cannot be read: {error}.") from error
    except ReportError:
        raise
    except _PDF_DAMAGE as error:
        raise ReportError(f"The PDF is damaged: {error}.") from error
    text = "\n\n".join(pages)
    if not text.strip():
        raise ReportError("The PDF holds no text; it may hold pictures of pages.")
    yield "", {"text": text, "title": title}


def read_feed(file: BinaryIO, limits: Limits) -> Iterator[tuple[str, Fields | str]]:
    """Give the entries of an RSS or Atom feed; each text is what the feed itself carries."""
    import feedparser

    feed = feedparser.parse(BytesIO(read_whole(file, limits)))
    if not feed.entries:
        raise ReportError("It is no RSS or Atom feed with entries.")
    for number, entry in enumerate(feed.entries, start=1):
        markup = entry.content[0].value if entry.get("content") else entry.get("summary", "")
        moment = entry.get("published_parsed") or entry.get("updated_parsed")
        yield (
            f"entry {number}",
            {
                "id": entry.get("id") or entry.get("link") or "",
                "text": plain_text(markup),
                "title": plain_text(entry.get("title", "")),
                "published": time.strftime("%Y-%m-%dT%H:%M:%SZ", moment) if moment else "",
                "source": feed.feed.get("title", ""),
                "url": entry.get("link", ""),
            },
        )


def read_warc(file: BinaryIO, limits: Limits) -> Iterator[tuple[str, Fields | str]]:
    """Give the articles of the pages in a web archive; what is no page (pictures, requests) is left out."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    number = 0
    try:
        for record in _quietly(ArchiveIterator(file)):
            kind = record.http_headers.get_header("Content-Type", "") if record.http_headers else ""
            if record.rec_type != "response" or "html" not in kind.lower():
                continue
            number += 1
            page = record.content_stream().read(limits.page_bytes + 1)
            url = record.rec_headers.get_header("WARC-Target-URI", "")
            try:
                if len(page) > limits.page_bytes:
                    raise ReportError(f"The page is larger than {limits.page_bytes:,} bytes.")
                yield f"record {number}", html_fields(page) | {"url": url}
            except ReportError as error:
                yield f"record {number}", f"{str(error).rstrip('.')} ({url:.200})."
    except (ArchiveLoadFailed, zlib.error, EOFError, ValueError) as error:
        raise ReportError(f"The web archive is damaged after {number} pages: {error}.") from error


def _quietly(records: Iterator[Any]) -> Iterator[Any]:
    """Give the records; what the library prints about each goes nowhere, for the reason is reported here."""
    while True:
        with redirect_stderr(StringIO()):
            record = next(records, None)
        if record is None:
            return
        yield record


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
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        table = pq.ParquetFile(file)
        columns = [name for name in table.schema_arrow.names if name in FIELDS]
        if "text" not in columns:
            has = ", ".join(map(repr, table.schema_arrow.names)) or "none"
            raise ReportError(f"The table lacks the column 'text'; it has {has:.500}.")
        for batch in table.iter_batches(_PARQUET_ROWS, columns=columns):
            for row in batch.to_pylist():
                number += 1
                yield f"row {number}", row
    except (pa.ArrowException, OSError) as error:
        raise ReportError(f"The Parquet file is damaged after {number} rows: {error}.") from error


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
