"""The few SVG elements that stills and the chart are made of, and labels that keep apart."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

Xy = tuple[float, float]

FONT = "'Noto Sans', 'Segoe UI', Roboto, 'DejaVu Sans', Arial, sans-serif"
PAPER, INK, SOFT, RULE, EDGE = "#ffffff", "#1a1f24", "#55606b", "#d9dfe5", "#848e99"
SIDES = ("#0072b2", "#d55e00", "#5a6067")
# Mean advance of a letter in ems, regular and bold, measured over English place names in Noto Sans.
LETTER_EM, BOLD_LETTER_EM = 0.56, 0.6

# How far a label may stand off where there is no room beside its point, and from where on it needs a line.
REACH_PX, NEAR_PX = (30.0, 48.0, 70.0, 96.0, 130.0), 26.0

# Control characters have no place in XML, and a lone surrogate none in UTF-8.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def text_of(words: str) -> str:
    """
    Return text as it may stand in XML.

    Examples
    --------
    >>> text_of("a < b\\x07")
    'a &lt; b'
    """
    return escape(_NOT_XML.sub("", words))


def tag(name: str, content: str = "", **attributes: object) -> str:
    """
    Return an element; `_` in names of attributes stands for `-`, None leaves one out.

    Examples
    --------
    >>> tag("path", d="M0 0", stroke_width=2, fill=None)
    '<path d="M0 0" stroke-width="2"/>'
    >>> tag("text", "A &amp; B", x=1.04)
    '<text x="1">A &amp; B</text>'
    """
    parts = [name]
    for key, value in attributes.items():
        if value is None:
            continue
        shown = _decimal(value) if isinstance(value, float) else str(value)
        parts.append(f"{key.rstrip('_').replace('_', '-')}={quoteattr(_NOT_XML.sub('', shown))}")
    return f"<{' '.join(parts)}>{content}</{name}>" if content else f"<{' '.join(parts)}/>"


def _decimal(value: float) -> str:
    """Return a length with one decimal, and a share of 1 with two."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 1 else f"{value:.1f}".removesuffix(".0")


def path_of(points: Iterable[Xy], *, close: bool = False) -> str:
    """
    Return the data of a path through points.

    Examples
    --------
    >>> path_of([(0.0, 0.0), (10.26, 5.0)], close=True)
    'M0 0L10.3 5Z'
    """
    numbers = (f"{x:.1f} {y:.1f}".replace(".0 ", " ").removesuffix(".0") for x, y in points)
    return "M" + "L".join(numbers) + ("Z" if close else "")


def write_text(
    words: str,
    x: float,
    y: float,
    *,
    size: float = 12,
    bold: bool = False,
    colour: str = INK,
    anchor: str | None = None,
    halo: bool = False,
) -> str:
    """Return a line of text with its baseline at `y`; `halo` puts paper around the letters."""
    return tag(
        "text",
        text_of(words),
        x=x,
        y=y,
        font_size=size,
        font_weight="600" if bold else None,
        fill=colour,
        text_anchor=anchor,
        stroke=PAPER if halo else None,
        stroke_width=3 if halo else None,
        stroke_linejoin="round" if halo else None,
        paint_order="stroke" if halo else None,
    )


def shape(side: int, x: float, y: float, r: float) -> str:
    """Return the path of a side's shape: a circle for 0, a square for 1, a diamond for any other."""
    if side == 0:
        return (
            f"M{x - r:.1f} {y:.1f}a{r:.1f} {r:.1f} 0 1 1 {2 * r:.1f} 0a{r:.1f} {r:.1f} 0 1 1 {-2 * r:.1f} 0Z"
        )
    if side == 1:
        s = 0.9 * r
        return path_of([(x - s, y - s), (x + s, y - s), (x + s, y + s), (x - s, y + s)], close=True)
    s = 1.2 * r
    return path_of([(x, y - s), (x + s, y), (x, y + s), (x - s, y)], close=True)


def document(width: float, height: float, title: str, body: Sequence[str]) -> str:
    """Return a whole SVG file."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" role="img" font-family="{FONT}">'
    )
    return "\n".join([head, tag("title", text_of(title)), *body, "</svg>\n"])


@dataclass
class Labels:
    """Writes labels at the first free of eight places about a point, inside a frame, or not at all."""

    frame: tuple[float, float, float, float]
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def block(self, x: float, y: float, r: float) -> None:
        """Keep a square about a point free of labels."""
        self.taken.append((x - r, y - r, x + r, y + r))

    def place(
        self, words: str, x: float, y: float, *, gap: float = 8, across: float | None = None,
        size: float = 12, bold: bool = False, colour: str = INK,
    ) -> str:  # fmt: skip
        """Return the text element `gap` from the point, `across` to its sides; "" where no place is free."""
        aside = gap if across is None else across
        width = len(words) * size * (BOLD_LETTER_EM if bold else LETTER_EM)
        high, slant = size * 1.2, gap * 0.75
        corners = (
            (x + aside, y - high / 2),
            (x - aside - width, y - high / 2),
            (x - width / 2, y - gap - high),
            (x - width / 2, y + gap),
            (x + slant, y - slant - high),
            (x + slant, y + slant),
            (x - slant - width, y - slant - high),
            (x - slant - width, y + slant),
        )
        for left, top in corners:
            box = (left - 2, top, left + width + 2, top + high)
            if self.is_free(box):
                self.taken.append(box)
                baseline = top + 0.8 * high
                return write_text(words, left, baseline, size=size, bold=bold, colour=colour, halo=True)
        return ""

    def reach(
        self, words: str, x: float, y: float, *, gap: float, lead: bool = True, colour: str = INK
    ) -> str:
        """Return the text as near to a point as there is room, with a thin line where it is far off."""
        for away in (gap, *REACH_PX):
            text = self.place(words, x, y, gap=away, bold=True, colour=colour)
            if text:
                return self._lead(x, y, colour) + text if lead and away > NEAR_PX else text
        return ""

    def _lead(self, x: float, y: float, colour: str) -> str:
        """Return the line from a point to the label written last."""
        left, top, right, bottom = self.taken[-1]
        to_x, to_y = min(max(x, left), right), min(max(y, top), bottom)
        far = math.hypot(to_x - x, to_y - y)
        start = (x + (to_x - x) * 14 / far, y + (to_y - y) * 14 / far)
        return tag("path", d=path_of([start, (to_x, to_y)]), stroke=colour, stroke_opacity=0.6)

    def is_free(self, box: tuple[float, float, float, float]) -> bool:
        """Whether a box (left, top, right, bottom) lies in the frame and on nothing else."""
        left, top, right, bottom = box
        west, north, east, south = self.frame
        if left < west or right > east or top < north or bottom > south:
            return False
        return not any(left < r and right > le and top < b and bottom > t for le, t, r, b in self.taken)
