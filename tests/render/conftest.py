"""A real browser for the tests of the page."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mapper.model import Situation
from mapper.render.html import write_html

sys.path.insert(0, str(Path(__file__).parent))
import wars
from pages import DESKTOP, Open, is_local, wait_until


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium; a machine without one skips these tests, continuous integration does not."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        assert not os.environ.get("CI"), "No Chromium on PATH; install it, the tests of the page need it."
        pytest.skip("no Chromium on PATH")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pages of a report and of a month of war."""
    folder = tmp_path_factory.mktemp("pages")
    write_html(wars.one_report(), folder / "report.html")
    write_html(wars.month_of_war(), folder / "month.html")
    return folder


@pytest.fixture
def open_page(browser: Any, files: Path, tmp_path: Path) -> Iterator[Open]:
    """Open a page; anything on its console, any error and any request fails the test at its end."""
    faults: list[str] = []
    contexts = []

    def opened(
        what: str | Situation = "month",
        *,
        hash_: str = "",
        size: tuple[int, int] = DESKTOP,
        dark: bool = False,
        **more: Any,
    ) -> Any:
        path = files / f"{what}.html"
        if isinstance(what, Situation):
            path = tmp_path / "page.html"
            write_html(what, path)
        phone = size[0] < 600
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, is_mobile=phone, has_touch=phone,
            color_scheme="dark" if dark else "light", **more,
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: faults.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: is_local(request.url) or faults.append(f"request: {request.url}"))
        page.goto(path.as_uri() + hash_)
        if more.get("java_script_enabled", True):
            wait_until(page, "window.__mapReady === true")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []
