"""Pages, PDF, feeds, web archives, Markdown and Parquet give their articles."""

import gzip
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from mapper.bounds import bounded
from mapper.model import Rejected, Report
from mapper.text.documents import plain_text
from mapper.text.formats import Limits
from mapper.text.reports import read_reports

PAGE = """<!doctype html><html><head><title>Shells on Zintan - Example Wire</title>
<meta property="og:site_name" content="Example Wire">
<meta property="article:published_time" content="2011-06-02T08:00:00Z">
<link rel="canonical" href="https://wire.example/zintan"></head><body>
<nav><a href="/">Home</a> <a href="/sport">Sport</a> Subscribe now</nav>
<article><h1>Shells on Zintan</h1>
<p>Rockets fell on Zintan on Thursday, and residents took shelter in the caves above the town
for the night.</p>
<p>Government troops hold the plain north of the town, 20 km from its outskirts, and fire
from there each day.</p>
<script>document.write("Sirte fell")</script></article>
<footer>Copyright Example Wire, Paris</footer></body></html>"""
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Example Wire</title>
<item><guid>wire-1</guid><title>Zintan &amp; Yafran</title><link>https://wire.example/1</link>
<pubDate>Thu, 02 Jun 2011 10:00:00 +0200</pubDate>
<description>&lt;p&gt;Rockets fell on &lt;b&gt;Zintan&lt;/b&gt;.&lt;/p&gt;&lt;script&gt;x&lt;/script&gt;
</description></item>
<item><title>Nothing inside</title></item></channel></rss>"""


def read(path: Path, limits: Limits | None = None) -> tuple[list[Report], list[Rejected]]:
    rejected: list[Rejected] = []
    return list(read_reports(path, rejected=rejected, language="any", limits=limits)), rejected


def one_page_pdf(text: str) -> bytes:
    """Return a PDF with one page that says `text`, by hand, so that no writer of PDF is needed."""
    content = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode("latin-1")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj%s endobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % o for o in offsets))
    out.write(b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start)
    return out.getvalue()


def web_archive(*pages: bytes, packed: bool) -> bytes:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    for number, page in enumerate(pages):
        headers = StatusAndHeaders(
            "200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.0"
        )
        url = f"https://wire.example/{number}"
        writer.write_record(
            writer.create_warc_record(url, "response", io.BytesIO(page), http_headers=headers)
        )
    headers = StatusAndHeaders("200 OK", [("Content-Type", "image/png")], protocol="HTTP/1.0")
    url = "https://wire.example/p"
    writer.write_record(writer.create_warc_record(url, "response", io.BytesIO(b"x"), http_headers=headers))
    return out.getvalue()


def test_the_article_of_a_page_is_kept_and_the_rest_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE)
    [report], rejected = read(tmp_path)
    assert not rejected
    assert report.text.startswith("Shells on Zintan\nRockets fell") or report.text.startswith("Rockets fell")
    assert "20 km from its outskirts" in report.text
    for left_out in ("Sport", "Subscribe", "Sirte", "Paris"):
        assert left_out not in report.text
    assert report.published == datetime(2011, 6, 2, tzinfo=UTC)
    assert (report.title, report.source) == ("Shells on Zintan", "Example Wire")
    assert report.url == "https://wire.example/zintan"


def test_a_short_page_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "a.htm").write_text("<html><body><p>Tanks left Zintan.</p></body></html>")
    [report], _ = read(tmp_path)
    assert report.text == "Tanks left Zintan."


@pytest.mark.parametrize("page", ["<html></html>", "<div>" * 200_000, "<!-- " * 100_000, "<p" * 200_000])
def test_a_page_without_an_article_is_set_aside(tmp_path: Path, page: str) -> None:
    (tmp_path / "a.html").write_text(page)
    reports, [rejected] = read(tmp_path)
    assert not reports
    assert rejected.reason == "The page holds no text of an article."


def test_a_pdf_gives_its_text(tmp_path: Path) -> None:
    (tmp_path / "2011-06-02.pdf").write_bytes(one_page_pdf("Tanks left Zintan."))
    [report], _ = read(tmp_path)
    assert report.text.strip() == "Tanks left Zintan."
    assert report.published == datetime(2011, 6, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "damage", [lambda d: d[:200], lambda d: b"%PDF-1.4\n" + d[300:], lambda d: b"not a pdf"]
)
def test_a_damaged_pdf_is_set_aside(tmp_path: Path, damage: object) -> None:
    (tmp_path / "a.pdf").write_bytes(damage(one_page_pdf("Tanks left.")))  # type: ignore[operator]
    reports, [rejected] = read(tmp_path)
    assert not reports
    assert rejected.reason.startswith(
        ("The PDF is damaged", "The PDF cannot be read", "The PDF holds no text")
    )


def test_a_pdf_with_a_password_is_set_aside(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(io.BytesIO(one_page_pdf("Tanks left.")))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "a.pdf")
    _, [rejected] = read(tmp_path)
    assert rejected.reason.startswith("The PDF cannot be read")


def test_a_feed_gives_its_entries_as_text(tmp_path: Path) -> None:
    (tmp_path / "a.rss").write_text(FEED)
    [report], [rejected] = read(tmp_path)
    published = datetime(2011, 6, 2, 8, tzinfo=UTC)
    assert report == Report("wire-1", "Rockets fell on Zintan.", published, "Example Wire",
                            "https://wire.example/1", "Zintan & Yafran")  # fmt: skip
    assert (rejected.record, rejected.reason) == ("entry 2", "The text is empty.")


def test_an_entry_without_content_does_no_harm(tmp_path: Path) -> None:
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><content/><summary/><title/></entry></feed>'
    (tmp_path / "a.atom").write_text(atom)
    _, rejected = read(tmp_path)
    assert [(r.record, r.reason) for r in rejected] == [("entry 1", "The text is empty.")]


def test_a_feed_that_expands_its_own_entities_stays_small(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e0 "boom">{entities}]>'
    (tmp_path / "a.xml").write_text(f"{bomb}<rss><channel><item><title>&e11;</title></item></channel></rss>")
    reports, [rejected] = read(tmp_path)
    assert not reports
    assert rejected.reason


def test_a_feed_may_not_read_a_file_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("very secret")
    entity = f'<!DOCTYPE rss [<!ENTITY s SYSTEM "file://{tmp_path}/secret">]>'
    item = "<item><description>Tanks left. &s;</description></item>"
    (tmp_path / "a.rss").write_text(f'<?xml version="1.0"?>{entity}<rss><channel>{item}</channel></rss>')
    reports, _ = read(tmp_path / "a.rss")
    assert "secret" not in " ".join(report.text for report in reports)


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_a_web_archive_gives_its_pages(tmp_path: Path, name: str) -> None:
    data = web_archive(PAGE.encode(), b"<html></html>", packed=name.endswith("gz"))
    (tmp_path / name).write_bytes(data)
    [report], [rejected] = read(tmp_path)
    assert "Rockets fell on Zintan" in report.text
    assert report.url == "https://wire.example/0"
    assert rejected.reason == "The page holds no text of an article (https://wire.example/1)."


def test_a_web_archive_that_is_cut_off_keeps_what_stands_before(tmp_path: Path) -> None:
    data = web_archive(PAGE.encode(), PAGE.encode(), packed=True)
    (tmp_path / "a.warc.gz").write_bytes(data[: int(len(data) * 0.6)])
    reports, rejected = read(tmp_path)
    assert len(reports) == 1
    assert len(rejected) == 1


def test_a_record_of_a_web_archive_without_an_address_does_no_harm(tmp_path: Path) -> None:
    packed = web_archive(PAGE.encode(), packed=False)
    (tmp_path / "a.warc").write_bytes(packed.replace(b"WARC-Target-URI", b"WARC-Target-URL"))
    reports, rejected = read(tmp_path)
    assert not reports
    assert rejected[0].reason.startswith("The web archive, after 0 pages, cannot be read: ")


def test_a_page_that_takes_too_long_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapper.text.documents.bounded", lambda: bounded(1e-4))
    # long enough for the clock of the timer, which ticks every few milliseconds
    (tmp_path / "a.html").write_text(
        PAGE.replace("</p>", "</p>" + "<p>Shells fell on the town.</p>" * 5_000, 1)
    )
    reports, rejected = read(tmp_path)
    assert not reports
    assert "It took longer than 0.0001 seconds." in rejected[0].reason


def test_an_archive_whose_figures_point_nowhere_is_set_aside(tmp_path: Path) -> None:
    whole = archive(tmp_path / "a.zip", **{"a.txt": b"Tanks left Zintan."}).read_bytes()
    (tmp_path / "a.zip").write_bytes(whole[:20] + whole[90:])
    _, rejected = read(tmp_path)
    assert "damaged" in rejected[0].reason


def test_markdown_loses_its_marks_and_keeps_its_words(tmp_path: Path) -> None:
    header = "---\ntitle: Zintan\npublished: 2011-06-02\n---\n"
    body = "## Shells\n\n> Rockets fell on **[Zintan](https://x.example)** _again_.\n"
    (tmp_path / "a.md").write_text(header + body)
    [report], _ = read(tmp_path)
    assert report.text == "Shells\n\nRockets fell on Zintan again.\n"
    assert (report.title, report.published) == ("Zintan", datetime(2011, 6, 2, tzinfo=UTC))


def test_a_parquet_table_is_read_with_its_times(tmp_path: Path) -> None:
    published = [datetime(2011, 6, 2, 8), None]
    table = pa.table({"id": ["a", "b"], "text": ["Tanks left.", None], "published": published, "x": [1, 2]})
    pq.write_table(table, tmp_path / "a.parquet")
    [report], [rejected] = read(tmp_path)
    assert report == Report("a", "Tanks left.", datetime(2011, 6, 2, 8, tzinfo=UTC))
    assert (rejected.record, rejected.reason) == ("row 2", "The key 'text' is missing.")


def test_a_parquet_file_that_is_damaged_or_lacks_the_column_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 nothing PAR1")
    pq.write_table(pa.table({"body": ["x"]}), tmp_path / "b.parquet")
    _, rejected = read(tmp_path)
    assert rejected[0].reason.startswith("The Parquet file cannot be read")
    assert rejected[1].reason == "The table lacks the column 'text'; it has 'body'."


def archive(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in members.items():
            out.writestr(name.replace("__", "."), data)
    return path


def test_a_zip_gives_what_is_in_it_under_ids_of_its_own(tmp_path: Path) -> None:
    inner = archive(tmp_path / "inner.zip", c__txt=b"Tanks came.").read_bytes()
    (tmp_path / "inner.zip").unlink()
    lines = b'{"text": "x"}\n{}'
    path = archive(tmp_path / "war.zip", a__txt=b"Tanks left.", b__jsonl=lines, i__zip=inner, p__png=b"")
    reports, rejected = read(path)
    assert [report.id for report in reports] == ["war/a", "war/b-1", "war/i.zip c"]
    assert [(r.record, r.reason) for r in rejected] == [
        ("b.jsonl line 2", "The key 'text' is missing."),
        ("p.png", "The ending '.png' is not known."),
    ]


def test_names_in_an_archive_lead_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    with zipfile.ZipFile(folder / "a.zip", "w") as out:
        out.writestr("../../escaped.txt", "Tanks left.")
        out.writestr("/etc/escaped.txt", "Tanks came.")
    reports, _ = read(folder)
    assert [report.id for report in reports] == ["a/escaped", "a/etc/escaped"]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.zip", "in"]


def test_an_archive_that_expands_beyond_its_limit_is_stopped(tmp_path: Path) -> None:
    path = archive(
        tmp_path / "a.zip", a__txt=b"Tanks left.", b__jsonl=b" " * 30_000_000, c__txt=b"Tanks came."
    )
    reports, rejected = read(path)
    assert [report.text for report in reports] == ["Tanks left."]
    assert "expands to more than 10,000,000 bytes" in rejected[-1].reason


def test_an_archive_in_too_many_archives_is_set_aside(tmp_path: Path) -> None:
    data = b"Tanks left."
    name = "a.txt"
    for depth in range(4):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as out:
            out.writestr(name, data)
        data, name = packed.getvalue(), f"{depth}.zip"
    (tmp_path / "a.zip").write_bytes(data)
    reports, [rejected] = read(tmp_path)
    assert not reports
    assert rejected.reason == "The archive lies deeper in other archives than is read."


def test_a_compressed_file_that_is_cut_off_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"Tanks left." * 100)[:-12])
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(b'{"text": "Tanks left."}'))
    reports, [rejected] = read(tmp_path)
    assert [report.id for report in reports] == ["b-1"]
    assert "damaged" in rejected.reason


def test_text_of_markup_keeps_blocks_apart() -> None:
    assert plain_text("<div>One<br>two</div>three<!-- four --><style>five</style>") == "One\ntwo\nthree"
    assert plain_text("<" * 1000) == "<" * 1000 or plain_text("<" * 1000) == ""


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    data=st.binary(max_size=300),
    start=st.sampled_from(
        [b"", b"%PDF-1.4\n", b"PK\x03\x04", b"\x1f\x8b\x08", b"WARC/1.0\r\n", b"PAR1", b"<html>"]
    ),
    ending=st.sampled_from(
        [".html", ".pdf", ".rss", ".warc", ".warc.gz", ".parquet", ".zip", ".csv.gz", ".md"]
    ),
)
def test_no_bytes_make_a_reader_fail(tmp_path: Path, data: bytes, start: bytes, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes(start + data)
    _, rejected = read(path)
    assert all(item.reason for item in rejected)
