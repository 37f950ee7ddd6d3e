"""Helpers for pages in a real browser."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP, PHONE = (1280, 800), (390, 844)
Open = Callable[..., Any]


def is_local(url: str) -> bool:
    """Whether an address is the file itself or a picture made in it."""
    return url.startswith(("file:", "data:", "blob:"))


def painted(page: Any) -> None:
    """Wait until what was asked for is painted: the page draws in the next frame."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def text(page: Any, selector: str) -> str:
    """The text of an element, as a reader sees it when what was asked for is painted."""
    painted(page)
    return str(page.locator(selector).inner_text()).strip()


def rows(page: Any) -> Any:
    """The rows of the list shown."""
    painted(page)
    return page.locator("[role=tabpanel]:not([hidden]) .row-button")


def wait_until(page: Any, expression: str) -> None:
    """Wait until an expression is true; the page's policy forbids the browser to poll a text as script."""
    for _ in range(400):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {expression}")


def shown_day(page: Any) -> str:
    """The date shown, when what was asked for is painted."""
    painted(page)
    return str(page.locator("#moment").get_attribute("datetime"))


def tip_at(page: Any, lon: float, lat: float, *, below: float = 0) -> str:
    """The tooltip over a position of the map, or some pixels below; the address tells centre and zoom."""
    found = re.search(r"m=([\d.]+)/(-?[\d.]+)/(-?[\d.]+)", page.url)
    assert found
    zoom, lat_0, lon_0 = map(float, found.groups())
    scale = 256 * 2**zoom

    def mercator(lat: float) -> float:
        return 0.5 - math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / (2 * math.pi)

    box = page.locator("#map").bounding_box()
    page.mouse.move(
        box["x"] + box["width"] / 2 + (lon - lon_0) / 360 * scale,
        box["y"] + box["height"] / 2 + (mercator(lat) - mercator(lat_0)) * scale + below,
        steps=2,
    )
    tip = page.locator("#tip")
    return str(tip.inner_text()) if tip.is_visible() else ""
