"""theatre.toml: what it may say, and what its mistakes are told."""

from datetime import date
from pathlib import Path

import pytest

from mapper.errors import TheatreError
from mapper.theatre import Side, Theatre, Tiles, parse_theatre, read_theatre

WHOLE = """
title = "A war"
axis = ["Alba", "Bora"]
leave_out = ["Springfield"]
dates = ["1999-03-01", 1999-03-05]

[sides.reds]
aliases = ["the army", "troops"]
color = "#0072B2"

[sides.blues]

[pins]
Alba = [10, 30.5]
Bora = "geonames:1"
"""


def test_every_key_is_read(tmp_path: Path) -> None:
    path = tmp_path / "theatre.toml"
    path.write_text(WHOLE, encoding="utf-8")
    assert read_theatre(path) == Theatre(
        title="A war",
        sides=(Side("reds", ("the army", "troops"), "#0072B2"), Side("blues")),
        axis=("Alba", "Bora"),
        pins={"Alba": (10.0, 30.5), "Bora": "geonames:1"},
        leave_out=("Springfield",),
        dates=(date(1999, 3, 1), date(1999, 3, 5)),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = 3", "title is 3"),
        ("titel = 'x'", "key 'titel' is not known"),
        ("axis = 'Alba'", "axis is 'Alba'; give a list"),
        ("axis = ['Alba', 2]", "axis holds 2"),
        ("sides = ['reds']", "write it as a table"),
        ("[sides.reds]\nalias = []", "sides.reds has the key 'alias'"),
        ("[sides.reds]\ncolor = 'javascript:x'", "sides.reds.color is 'javascript:x'"),
        ("[pins]\nAlba = [200, 0]", "pins.Alba is"),
        ("[pins]\nAlba = [true, 0]", "pins.Alba is"),
        ("dates = ['31 Feb']", "dates holds '31 Feb'"),
        ("title = ", "is no TOML"),
    ],
)
def test_a_mistake_is_told_with_file_and_key(text: str, said: str) -> None:
    with pytest.raises(TheatreError, match=r"mine\.toml") as error:
        parse_theatre(text, name="mine.toml")
    assert said in str(error.value)


def test_a_file_that_cannot_be_read_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(TheatreError, match=r"absent\.toml cannot be read"):
        read_theatre(tmp_path / "absent.toml")
    bad = tmp_path / "bad.toml"
    bad.write_bytes(b"title = '\xff'")
    with pytest.raises(TheatreError, match="not UTF-8 at byte 9"):
        read_theatre(bad)


def test_an_online_map_has_an_address_and_a_credit() -> None:
    text = '[tiles]\nurl = "https://{s}.tile.example.org/{z}/{x}/{y}.png"\ncredit = "© somebody"'
    assert parse_theatre(text).tiles == Tiles("https://{s}.tile.example.org/{z}/{x}/{y}.png", "© somebody")
    assert parse_theatre("").tiles is None


@pytest.mark.parametrize(
    "text",
    [
        'url = "https://tile.example.org/{z}/{x}.png"\ncredit = "©"',
        'url = "http://tile.example.org/{z}/{x}/{y}.png"\ncredit = "©"',
        'url = "https://tile.example.org/{z}/{x}/{y}.png"',
        'url = "https://a.org; script-src */{z}/{x}/{y}"\ncredit = "©"',
        'url = "https://*/{z}/{x}/{y}"\ncredit = "©"',
        'url = "https://tile.example.org/{z}/{x}/{y}.png"\ncredit = "©"\nkey = 1',
    ],
)
def test_an_online_map_without_one_of_them_is_refused(text: str) -> None:
    with pytest.raises(TheatreError, match="tiles"):
        parse_theatre(f"[tiles]\n{text}")
