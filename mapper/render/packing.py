"""A scene as the page carries it: rows as columns, what repeats written once, lines as steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from mapper.render.columns import Json

# Columns of texts of which many come again; the page's script (words.js) undoes them by the same names.
_REPEATED = {
    "events": ("quote", "trigger"),
    "control": ("id", "status"),
    "reports": ("title", "published", "source", "url"),
    "checks": ("subject", "landmark", "stated", "said", "found", "label", "verdict", "sentence", "quote"),
}
_LINES = {"fronts": ("lines", "band"), "checks": ("line", "arc")}


def packed_scene(data: Json) -> Json:
    """Return a scene whose events, control, reports, checks and fronts take less room."""
    packed = {name: columns(data[name]) for name in ("fronts", "reports", "checks")}
    packed |= {"events": spotted(with_triggers(data["events"])), "control": spotted(data["control"])}
    for name, keys in _REPEATED.items():
        packed[name] |= {key: once(packed[name][key]) for key in keys if key in packed[name]}
    for key in _LINES["fronts"]:
        if packed["fronts"]:
            packed["fronts"] |= {key: [[steps(run) for run in runs] for runs in packed["fronts"][key]]}
    for key in _LINES["checks"]:
        if packed["checks"]:
            packed["checks"] |= {key: [steps(run) for run in packed["checks"][key]]}
    return data | packed


def columns(rows: Sequence[Json]) -> Json:
    """
    Return rows as columns.

    Examples
    --------
    >>> columns([{"day": 3, "side": 0}, {"day": 4, "side": 1}]), columns([])
    ({'day': [3, 4], 'side': [0, 1]}, {})
    """
    return {key: [row[key] for row in rows] for key in (rows[0] if rows else ())}


def once(texts: Iterable[str | None]) -> list[str | int | None]:
    """
    Return texts, each that came before as the number of the row where it first came.

    Examples
    --------
    >>> once(["Clashes went on.", "Tanks left.", "Clashes went on.", ""])
    ['Clashes went on.', 'Tanks left.', 0, '']
    """
    first: dict[str, int] = {}
    return [
        text if not text or first.setdefault(text, row) == row else first[text]
        for row, text in enumerate(texts)
    ]


def with_triggers(events: Json) -> Json:
    """Return events whose trigger is None where it is the whole quote."""
    texts = zip(events["quote"], events["trigger"], strict=True)
    return events | {"trigger": [None if trigger == quote else trigger for quote, trigger in texts]}


def spotted(table: Json) -> Json:
    """
    Return columns with the number of each row's spot instead of its position.

    Examples
    --------
    >>> spotted({"lon": [18.5, None, 18.5], "lat": [30.5, None, 30.5]})
    {'spot': [0, -1, 0], 'spots': [185000, 305000]}
    """
    known: dict[tuple[float, float], int] = {}
    positions = zip(table["lon"], table["lat"], strict=True)
    spots = [-1 if lon is None else known.setdefault((lon, lat), len(known)) for lon, lat in positions]
    kept = {key: column for key, column in table.items() if key not in ("lon", "lat")}
    return kept | {"spot": spots, "spots": steps([*known])}


def steps(run: Sequence[Sequence[float]]) -> list[int]:
    """
    Return the points of a line as steps in ten-thousandths of a degree, the first one from 0.

    Examples
    --------
    >>> steps([[18.5, 30.5], [18.51, 30.4]]), steps([])
    ([185000, 305000, 100, -1000], [])
    """
    units = np.rint(np.array(run).reshape(-1, 2) * 10_000).astype(int)
    taken: list[int] = np.diff(units, axis=0, prepend=np.zeros((1, 2), int)).ravel().tolist()
    return taken
