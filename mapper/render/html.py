"""A situation as one HTML page: folium's elements around our own script, no request, no outside file.

Nothing from a report passes through a template: folium and branca render child elements as Jinja
templates, so a quote with braces or a back-tick would run. The situation travels as JSON in a script element
that browsers do not run, and the page's script puts it in place as text.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import html
import json
import re
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

import folium
from branca.element import Element, Figure
from jinja2 import Template

from mapper.atomic import replacing
from mapper.model import Situation
from mapper.render import basemap
from mapper.render.columns import Json
from mapper.render.packing import packed_scene
from mapper.render.scene import scene
from mapper.theatre import Theatre

_PARTS = files("mapper.render") / "page"

# The modules of the page's script, each after those whose values it needs when it starts.
_MODULES = (
    "words", "scene", "state", "board", "ground", "labels", "marks", "density", "front", "checks", "map",
    "pointing", "tiles", "time", "chart", "timeline", "panel", "card", "header", "address", "main",
)  # fmt: skip
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./\w+\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)

# Above this many events the table for readers without script is without quotes, which would double the page.
MOST_QUOTES_IN_TABLE = 5_000


def write_html(situation: Situation, path: Path, *, theatre: Theatre | None = None) -> None:
    """
    Write the page of a situation to a file, which is there whole or not at all.

    Parameters
    ----------
    situation
        The tables; empty ones give a page that says so.
    path
        Where to write.
    theatre
        May give colours to the sides.

    Raises
    ------
    WriteError
        If the system refuses to write there.
    """
    write_page(scene(situation, theatre=theatre), path)


def write_page(data: Json, path: Path) -> None:
    """Write the page of a scene to a file, which is there whole or not at all."""
    with replacing(path) as new:
        new.write_text(_page(data), encoding="utf-8")


def page(situation: Situation, *, theatre: Theatre | None = None) -> str:
    """
    Return the page of a situation as text, the same text for the same situation.

    Parameters
    ----------
    situation
        The tables.
    theatre
        May give colours to the sides.
    """
    return _page(scene(situation, theatre=theatre))


def _page(data: Json) -> str:
    data = data | {"ground": basemap.encoded(basemap.padded(tuple(data["view"]), share=1.0, least=3.0))}
    styles = [_part("leaflet.css", inline_images=True), _part("mapper.css")]
    scripts = [_part("leaflet.js"), _script()]
    figure = _Page(data, styles, scripts)
    for style in styles:
        figure.header.add_child(_Plain(f"<style>{style}</style>"))
    figure.add_child(_PageMap())
    # A line or paragraph separator ends a line in older readers of JSON as script; `<` could end the element.
    text = json.dumps(packed_scene(data), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    figure.script.add_child(_Plain(f'<script type="application/json" id="mapper-data">{text}</script>'))
    figure.script.add_child(_Plain(f"<script>{scripts[0]}</script>"))
    figure.script.add_child(_Plain(f'<script type="module">{scripts[1]}</script>'))
    return str(figure.render())


def notebook(situation: Situation, *, height: str = "640px") -> str:
    """Return the page in a frame of its own, for the output cell of a notebook."""
    return (
        f'<iframe srcdoc="{html.escape(page(situation))}" title="Map" '
        f'style="width:100%;height:{html.escape(height)};border:0"></iframe>'
    )


class _Counted(Element):
    """An element whose id is its place in the tree, not a random number: same input, same bytes."""

    @classmethod
    def _generate_id(cls) -> str:
        return "1"


class _Plain(_Counted):
    """Text that goes into the page as it is."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def get_name(self) -> str:
        """Return a name that tells this text from its neighbours."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    def render(self, **kwargs: Any) -> str:
        """Return the text."""
        return self.text


class _PageMap(_Counted, folium.Map):
    """A folium map that brings no tiles, no links and no script: ours is in the page already."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium reads these from the class
    default_css: list[tuple[str, str]] = []  # noqa: RUF012
    _template = Template(
        '{% macro html(this, kwargs) %}<div id="map" class="folium-map" tabindex="0" role="application" '
        'aria-label="Map: arrow keys move it, plus and minus zoom"></div>{% endmacro %}'
    )

    def __init__(self) -> None:
        super().__init__(tiles=None)


class _Page(Figure):
    """The document: language, title, policy, the layout and the table for readers without script."""

    _template = Template((_PARTS / "page.html").read_text(encoding="utf-8"))

    def __init__(self, data: Json, styles: Iterable[str], scripts: Iterable[str]) -> None:
        super().__init__(title=data["title"])
        self.header._children.clear()
        self.policy = (
            f"default-src 'none'; img-src data: blob:{_tile_host(data)}; "
            f"base-uri 'none'; form-action 'none'; "
            f"style-src {_digests(styles)}; script-src {_digests(scripts)}"
        )
        self.credits = " · ".join(data["attributions"]) + " · Made with mapper and Leaflet"
        self.table = _table(data)


def _tile_host(data: Json) -> str:
    """
    Return where the pictures of an online map may come from, "" without one.

    Examples
    --------
    >>> _tile_host({"tiles": {"url": "https://{s}.tile.example.org/{z}/{x}/{y}.png"}})
    ' https://*.tile.example.org'
    """
    if not data["tiles"]:
        return ""
    host = str(data["tiles"]["url"]).split("/")[2]
    return f" https://{host.replace('{s}', '*')}"


def _digests(texts: Iterable[str]) -> str:
    """Return the sources of a Content-Security-Policy that allow just these texts."""
    digests = (hashlib.sha256(text.encode("utf-8")).digest() for text in texts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def _part(name: str, *, inline_images: bool = False) -> str:
    """Return a file of the page; Leaflet's images serve controls that this page does not have."""
    text = (_PARTS / name).read_text(encoding="utf-8").partition("//# sourceMappingURL")[0]
    if inline_images:
        for image in ("layers.png", "layers-2x.png", "marker-icon.png"):
            text = text.replace(f"url(images/{image})", "none")
    return text


def _script() -> str:
    """Return the modules as one: a page that is a single file has no addresses to import from."""
    text = "\n".join((_PARTS / "js" / f"{name}.js").read_text(encoding="utf-8") for name in _MODULES)
    return _EXPORT.sub("", _IMPORT.sub("", text))


def _table(data: Json) -> str:
    """Return every event as a plain table, the text of reports escaped."""
    events, labels, kinds, parties = data["events"], data["labels"], data["kinds"], data["parties"]
    quoted = len(events["id"]) <= MOST_QUOTES_IN_TABLE
    heads = ["Date", "Event", "By", "Place", "Certainty", "Source", *(["Quote"] if quoted else [])]
    days = _iso_days(data)
    rows = []
    for i in range(len(events["id"])):
        cells = [
            days(events["day"][i]),
            kinds[events["kind"][i]].replace("_", " "),
            parties[events["actor"][i]] if events["actor"][i] >= 0 else "",
            labels[events["place"][i]] if events["place"][i] >= 0 else "",
            events["certaintyWords"][events["certainty"][i]],
            events["sourceWords"][events["source"][i]] if events["source"][i] >= 0 else "",
            *([events["quote"][i]] if quoted else []),
        ]
        rows.append("<tr>" + "".join(f"<td>{html.escape(cell)}" for cell in cells))
    head = "".join(f"<th>{name}" for name in heads)
    return f'<table class="plain"><caption>All events</caption><tr>{head}\n' + "\n".join(rows) + "</table>"


def _iso_days(data: Json) -> Any:
    """Return a function from a day number to its date, "undated" for None."""
    if data["first"] is None:
        return lambda day: "undated"
    first = datetime.date.fromisoformat(data["first"])
    return lambda day: "undated" if day is None else (first + datetime.timedelta(days=day)).isoformat()
