"""The ground of a still: coast, borders, rivers, towns, and a bar for the scale."""

from __future__ import annotations

from typing import Any

from mapper.render import basemap
from mapper.render.svg import INK, Xy, tag, write_text
from mapper.render.view import FOOT, HEIGHT, Frame

LAND, SEA, COAST, RIVER, BORDER, ADMIN = "#f6f3ec", "#dbe8f0", "#a9bccb", "#b4cfe0", "#8d8a84", "#d8d3c8"
TOWN = "#5f6469"


def draw_ground(frame: Frame) -> list[str]:
    """Return sea, land, borders, rivers and lakes."""
    extent = basemap.padded(frame.view.extent(), share=0.02, least=0.1)
    borders = basemap.clip("borders", extent)
    agreed = [s for s, fact in zip(borders.shapes, borders.facts, strict=True) if fact == "agreed"]
    disputed = [s for s, fact in zip(borders.shapes, borders.facts, strict=True) if fact != "agreed"]
    land = _rings(frame, basemap.clip("land", extent).shapes)
    lakes = _rings(frame, basemap.clip("lakes", extent).shapes)
    line = {"fill": "none", "stroke_linejoin": "round"}
    return [
        tag("path", d=land, fill=LAND, fill_rule="evenodd", stroke=COAST),
        tag(
            "path",
            d=_runs(frame, basemap.clip("admin1", extent).shapes),
            stroke=ADMIN,
            stroke_dasharray="3 3",
            **line,
        ),
        tag("path", d=_runs(frame, basemap.clip("rivers", extent).shapes), stroke=RIVER, **line),
        tag("path", d=lakes, fill=SEA, fill_rule="evenodd"),
        tag("path", d=_runs(frame, agreed), stroke=BORDER, stroke_width=1.3, **line),
        tag(
            "path",
            d=_runs(frame, disputed),
            stroke=BORDER,
            stroke_width=1.3,
            stroke_dasharray="6 4",
            **line,
        ),
    ]


def _rings(frame: Frame, areas: Any) -> str:
    rings = [ring for area in areas for ring in (area.exterior, *area.interiors)]
    return "".join(frame.path(ring.coords, close=True) for ring in rings)


def _runs(frame: Frame, lines: Any) -> str:
    return "".join(frame.path(line.coords) for line in lines)


def draw_towns(frame: Frame) -> list[str]:
    """Return the towns that the reports name and the larger ones of the ground, where there is room."""
    parts = []
    for place in frame.data["places"]:
        if place["class"] in ("P", "S"):
            parts += _town(frame, place["label"], frame.view.at((place["lon"], place["lat"])), 12, INK)
    extent = frame.view.extent()
    layer = basemap.clip("towns", extent)
    most = 7 if extent[2] - extent[0] < 15 else 4
    for point, fact in zip(layer.shapes, layer.facts, strict=True):
        name, rank, capital = fact.split("\t")
        if int(rank) <= most or capital == "1":
            parts += _town(frame, name, frame.view.at((point.x, point.y)), 11, TOWN)
    return parts


def _town(frame: Frame, name: str, at: Xy, size: float, colour: str) -> list[str]:
    x, y = at
    if not frame.labels.is_free((x - 12, y - 6, x + 12, y + 6)):
        return []
    text = frame.labels.place(name, x, y, gap=6, size=size, colour=colour)
    frame.labels.block(x, y, 4)
    return [text, tag("circle", cx=x, cy=y, r=2.2, fill=colour)] if text else []


def scale_bar(frame: Frame) -> list[str]:
    """Return a bar in kilometres and miles."""
    lat = frame.view.lonlat(0, HEIGHT - FOOT)[1]
    parts = []
    for metres, unit, y in ((1000.0, "km", HEIGHT - FOOT - 18), (1609.344, "mi", HEIGHT - FOOT - 16)):
        size = max(
            s
            for s in (0.1, 0.2, 0.5, *(k * 10**n for n in range(5) for k in (1, 2, 5)))
            if frame.view.pixels(s * metres, lat) <= 140 or s == 0.1
        )
        wide = frame.view.pixels(size * metres, lat)
        tick, text = (-6, -4) if unit == "km" else (6, 13)
        parts.append(
            tag(
                "path",
                d=f"M20 {y + tick}V{y}H{20 + wide:.1f}V{y + tick}",
                fill="none",
                stroke=INK,
                stroke_width=1.2,
            )
        )
        parts.append(write_text(f"{size:g} {unit}", 26, y + text, size=11, halo=True))
    return parts
