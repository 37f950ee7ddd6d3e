"""What the user may tell about a war: theatre.toml -> Theatre.

    title = "Libya, March 2011"
    axis = ["Tripoli", "Sirte", "Ras Lanuf", "Brega", "Ajdabiya", "Benghazi"]  # the road of the war, in order
    leave_out = ["Springfield"]          # names that are no place in these reports
    dates = ["2011-03-10", "2011-03-28"] # moments to show; all days with news where it is left out

    [sides.rebels]
    aliases = ["opposition", "insurgents"]
    color = "#0072B2"

    [tiles]                              # an online map that readers may switch on; off at first
    url = "https://tile.example.org/{z}/{x}/{y}.png"
    credit = "© whoever drew it"

    [pins]
    "Sidra" = [18.36, 30.63]             # lon, lat in degrees, or the id of a place in the gazetteer

Every key may be left out. Sides are then inferred from who fights whom, and the axis from the places
that changed hands.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from mapper.errors import TheatreError

Pin = str | tuple[float, float]
_COLOR = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_KEYS = ("title", "sides", "axis", "pins", "leave_out", "dates", "tiles")
# The host may begin with {s}, for which Leaflet puts a, b or c.
_TILES = re.compile(r"https://(?:\{s\}\.)?[A-Za-z0-9.-]{1,200}(?::\d{1,5})?/[^\s\"'<>]{1,500}")


@dataclass(frozen=True, slots=True)
class Side:
    """A party to the war: what the map calls it, what reports call it, and its colour, "" for the default."""

    name: str
    aliases: tuple[str, ...] = ()
    color: str = ""


@dataclass(frozen=True, slots=True)
class Tiles:
    """An online map: the address of its squares, with {z}, {x} and {y}, and whom to credit."""

    url: str
    credit: str


@dataclass(frozen=True, slots=True)
class Theatre:
    """What the user tells about a war; everything is optional.

    `axis` names places along the road of the war in order. `pins` gives for a name the id of the
    place it means or its (lon, lat) in degrees. `leave_out` are names that are no place.
    """

    title: str = ""
    sides: tuple[Side, ...] = ()
    axis: tuple[str, ...] = ()
    pins: Mapping[str, Pin] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()
    dates: tuple[date, ...] = ()
    tiles: Tiles | None = None


def read_theatre(path: str | Path) -> Theatre:
    """
    Read a theatre.toml.

    Raises
    ------
    TheatreError
        If the file cannot be read, is no TOML, or holds a key or value that is not known.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise TheatreError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise TheatreError(f"{path} is not UTF-8 at byte {error.start}; save it as UTF-8.") from error
    return parse_theatre(text, name=str(path))


def parse_theatre(text: str, *, name: str = "theatre.toml") -> Theatre:
    """
    Return the settings that a TOML text holds; `name` says where it stood, for the messages.

    Examples
    --------
    >>> theatre = parse_theatre('axis = ["Sirte", "Brega"]\\n[sides.rebels]\\naliases = ["insurgents"]')
    >>> theatre.axis, theatre.sides[0].aliases
    (('Sirte', 'Brega'), ('insurgents',))
    >>> parse_theatre("") == Theatre()
    True
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TheatreError(f"{name} is no TOML: {error}.") from error
    unknown = sorted(set(table) - set(_KEYS))
    if unknown:
        raise TheatreError(f"{name}: the key {unknown[0]!r} is not known; the keys are {', '.join(_KEYS)}.")
    title = table.get("title", "")
    if not isinstance(title, str):
        raise TheatreError(f"{name}: title is {title!r}; give a text.")
    return Theatre(
        title=title,
        sides=tuple(_side(key, value, name) for key, value in _table(table, "sides", name).items()),
        axis=_names(table.get("axis", []), "axis", name),
        pins={key: _pin(key, value, name) for key, value in _table(table, "pins", name).items()},
        leave_out=_names(table.get("leave_out", []), "leave_out", name),
        dates=tuple(_date(value, name) for value in _list(table.get("dates", []), "dates", name)),
        tiles=_tiles(_table(table, "tiles", name), name),
    )


def _table(table: Mapping[str, Any], key: str, name: str) -> dict[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise TheatreError(f"{name}: {key} is {value!r}; write it as a table, [{key}].")
    return value


def _list(value: Any, key: str, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise TheatreError(f"{name}: {key} is {value!r}; give a list.")
    return value


def _names(value: Any, key: str, name: str) -> tuple[str, ...]:
    for item in _list(value, key, name):
        if not isinstance(item, str) or not item.strip():
            raise TheatreError(f"{name}: {key} holds {item!r}; give a list of names.")
    return tuple(value)


def _side(key: str, value: Any, name: str) -> Side:
    if not isinstance(value, dict):
        raise TheatreError(f"{name}: sides.{key} is {value!r}; write it as a table, [sides.{key}].")
    unknown = sorted(set(value) - {"aliases", "color"})
    if unknown:
        raise TheatreError(f"{name}: sides.{key} has the key {unknown[0]!r}; the keys are aliases, color.")
    color = value.get("color", "")
    if not isinstance(color, str) or (color and not _COLOR.fullmatch(color)):
        raise TheatreError(f"{name}: sides.{key}.color is {color!r}; give a colour as '#0072B2'.")
    return Side(key, _names(value.get("aliases", []), f"sides.{key}.aliases", name), color)


def _tiles(table: Mapping[str, Any], name: str) -> Tiles | None:
    if not table:
        return None
    url, credit = table.get("url", ""), table.get("credit", "")
    is_whole = isinstance(url, str) and all(part in url for part in ("{z}", "{x}", "{y}"))
    if set(table) - {"url", "credit"} or not is_whole or not _TILES.fullmatch(url):
        raise TheatreError(f"{name}: tiles needs url = 'https://HOST/{{z}}/{{x}}/{{y}}.png' and credit.")
    if not isinstance(credit, str) or not credit.strip():
        raise TheatreError(f"{name}: tiles.credit is {credit!r}; say whose map it is.")
    return Tiles(url, credit)


def _pin(key: str, value: Any, name: str) -> Pin:
    if isinstance(value, str) and value:
        return value
    if isinstance(value, list) and len(value) == 2 and all(type(v) in (int, float) for v in value):
        lon, lat = float(value[0]), float(value[1])
        if -180 <= lon <= 180 and -90 <= lat <= 90:
            return lon, lat
    raise TheatreError(
        f"{name}: pins.{key} is {value!r}; give [longitude, latitude] in degrees or a place's id."
    )


def _date(value: Any, name: str) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise TheatreError(f"{name}: dates holds {value!r}; give a date as YYYY-MM-DD.") from error
