"""Test sentences in which the names stand in brackets."""

import re
from pathlib import Path

from mapper.model import Toponym

HERE = Path(__file__).parent


def unmark(marked: str) -> tuple[str, list[Toponym]]:
    """Return the sentence without brackets and the names that stood in them."""
    text, names = "", []
    for part in re.split(r"(\[[^\]]+\])", marked):
        if part.startswith("["):
            name = part[1:-1]
            names.append(Toponym(len(text), len(text) + len(name), name))
            text += name
        else:
            text += part
    return text, names


def lines(name: str) -> list[str]:
    """Return the lines of a data file beside the tests, without comments."""
    return [line for line in (HERE / name).read_text("utf-8").splitlines() if line and line[0] != "#"]
