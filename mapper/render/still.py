"""One moment of a situation as a picture, or its days as an animation: SVG, and PNG or GIF from it.

The same scene and the same conventions as the page, without a browser.
"""

from __future__ import annotations

import datetime
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from textwrap import wrap
from typing import Any

import pandas as pd
import resvg_py
from PIL import Image

from mapper.atomic import replacing
from mapper.model import Situation
from mapper.render.columns import Json
from mapper.render.scene import date_text, scene
from mapper.render.still_front import draw_bands, draw_front, draw_ghost, front_at, name_front, points_of
from mapper.render.still_ground import SEA, draw_ground, draw_towns, scale_bar
from mapper.render.still_marks import (
    draw_checks,
    draw_density,
    draw_pile,
    held_places,
    name_checks,
    name_held,
    name_piles,
    piles,
)
from mapper.render.svg import PAPER, SIDES, SOFT, Labels, document, shape, tag, write_text
from mapper.render.view import FOOT, HEAD, HEIGHT, WIDTH, Frame, fitted
from mapper.theatre import Theatre

PNG_ZOOM = 2.0
CREDITS_WIDE = 190  # letters in a line of the foot, which has room for two
# How long an animation shows a day of change, a day more of pause after it, and the end.
FRAME_MS, PAUSE_MS, LAST_MS = 700, 80, 3_000
MOST_PAUSE_DAYS, MOST_FRAMES = 10, 240


def write_svg(
    situation: Situation, path: Path, *, at: datetime.datetime | None = None, theatre: Theatre | None = None
) -> None:
    """
    Write a still of a moment as SVG.

    Parameters
    ----------
    situation
        The tables; empty ones give an empty map.
    path
        Where to write.
    at
        The moment; None shows the last day.
    theatre
        May give colours to the sides.

    Raises
    ------
    WriteError
        If the system refuses to write there.
    """
    with replacing(path) as new:
        new.write_text(still(situation, at=at, theatre=theatre), encoding="utf-8")


def write_png(
    situation: Situation, path: Path, *, at: datetime.datetime | None = None, theatre: Theatre | None = None
) -> None:
    """Write a still of a moment as PNG, 2,400 pixels wide; parameters and errors as for `write_svg`."""
    picture = resvg_py.svg_to_bytes(svg_string=still(situation, at=at, theatre=theatre), zoom=PNG_ZOOM)
    with replacing(path) as new:
        new.write_bytes(bytes(picture))


def write_gif(
    situation: Situation, path: Path, *, at: datetime.datetime | None = None, theatre: Theatre | None = None
) -> None:
    """Write the days of change up to a moment as an animated GIF, 1,200 pixels wide; else as `write_svg`."""
    data = scene(situation, theatre=theatre)
    days = days_of_change(data, _day_of(data, at))
    ground = _ground(data)
    pictures = []
    for day in days:
        picture = bytes(resvg_py.svg_to_bytes(svg_string=_picture(data, day, ground)))
        with Image.open(BytesIO(picture)) as image:
            pictures.append(image.convert("RGB").quantize(128, dither=Image.Dither.NONE))
    pauses = [FRAME_MS + PAUSE_MS * min(b - a, MOST_PAUSE_DAYS) for a, b in pairwise(days)]
    first, *others = pictures
    with replacing(path) as new:
        first.save(
            new, format="GIF", save_all=True, append_images=others, duration=[*pauses, LAST_MS], loop=0
        )


def days_of_change(data: Json, last: int) -> list[int]:
    """
    Return the days with an event or a new front up to the last one, at most `MOST_FRAMES` of them.

    Examples
    --------
    >>> events = {"day": [3, None, 3, 9], "kind": [0, 0, 0, 0], "same": [-1, -1, -1, -1]}
    >>> days_of_change({"events": events, "fronts": [{"day": 5}], "kinds": ["clash"]}, 8)
    [3, 5, 8]
    """
    events = data["events"]
    told = zip(events["day"], events["kind"], events["same"], strict=True)
    days = {day for day, kind, same in told if same < 0 and data["kinds"][kind] != "holds"}
    days |= {row["day"] for row in data["fronts"]}
    known = sorted({day for day in days if day is not None and day < last} | {last})
    step = -(-len(known) // MOST_FRAMES)
    return known[::-step][::-1]


def still(
    situation: Situation, *, at: datetime.datetime | None = None, theatre: Theatre | None = None
) -> str:
    """Return the still of a moment as SVG text, the same text for the same situation."""
    data = scene(situation, theatre=theatre)
    return _picture(data, _day_of(data, at), _ground(data))


def _day_of(data: Json, at: datetime.datetime | None) -> int:
    """Return the day number of a moment, within the days there are."""
    if at is None or data["first"] is None:
        return int(data["days"])
    moment = pd.Timestamp(at)
    date = (moment.tz_convert("UTC") if moment.tzinfo else moment).date()
    return min(max((date - datetime.date.fromisoformat(data["first"])).days, 0), int(data["days"]))


def _frame(data: Json, day: int) -> Frame:
    colours = [data["colours"][k] or SIDES[k] if k < len(data["colours"]) else SIDES[k] for k in range(3)]
    labels = Labels((6.0, HEAD + 4.0, WIDTH - 6.0, HEIGHT - FOOT - 40.0))
    return Frame(data, fitted(data["view"]), day, colours, labels)


def _ground(data: Json) -> list[str]:
    """Return the ground, which is the same every day."""
    return draw_ground(_frame(data, 0))


def _picture(data: Json, day: int, ground: list[str]) -> str:
    """Return the picture of a day; what is named first has the first choice of room."""
    frame = _frame(data, day)
    held, front = held_places(frame), front_at(frame)
    found = piles(frame, [at for at, _, _ in held], points_of(frame, front))
    marks = [part for pile in found for part in draw_pile(frame, pile)]
    lines = draw_front(frame, front)
    names = name_held(frame, held)
    names += name_front(frame, front)
    names += name_piles(frame, found, {name for _, name, _ in held})
    names += name_checks(frame)
    names += draw_towns(frame)
    box: dict[str, Any] = {"x": 0, "y": HEAD, "width": WIDTH, "height": HEIGHT - HEAD - FOOT}
    body = [
        tag("defs", tag("clipPath", tag("rect", **box), id="frame")),
        tag("rect", width=WIDTH, height=HEIGHT, fill=PAPER),
        '<g clip-path="url(#frame)">',
        tag("rect", **box, fill=SEA),
        *ground,
        *draw_density(frame),
        *draw_bands(frame, front),
        *draw_checks(frame),
        *(halo for _, _, halo in held),
        *draw_ghost(frame, front),
        *marks,
        *lines,
        *names,
        "</g>",
        *_furniture(frame),
    ]
    return document(
        WIDTH, HEIGHT, f"{data['title']}, {date_text(data, day)}", [part for part in body if part]
    )


def _furniture(frame: Frame) -> list[str]:
    """Return title, moment, key to the sides, scale and credits."""
    data = frame.data
    parts = [
        write_text(data["title"], 20, 28, size=20, bold=True),
        write_text(date_text(data, frame.day), WIDTH - 20, 28, size=20, bold=True, anchor="end"),
        tag("path", d=f"M0 {HEAD}H{WIDTH}", stroke="#d9dfe5"),
    ]
    x = 26.0
    for side, name in enumerate([*data["parties"][:2], "others, or not told"]):
        parts.append(tag("path", d=shape(side, x, 47, 5.5), fill=frame.colours[side]))
        parts.append(write_text(name, x + 12, 51.5, size=13, colour=SOFT))
        x += 36 + len(name) * 7.6
    if data["density"]:
        text = f"{data['total']:,} events: shading counts all, marks show the strongest"
        parts.append(write_text(text, WIDTH - 20, 51.5, size=13, colour=SOFT, anchor="end"))
    parts += scale_bar(frame)
    credits = wrap(" · ".join([*data["attributions"], "Made with mapper"]), CREDITS_WIDE)
    top = HEIGHT - FOOT / 2 + 4 - 6.5 * (len(credits) - 1)
    lines = (write_text(line, 20, top + 13 * k, size=10.5, colour=SOFT) for k, line in enumerate(credits))
    return [*parts, *lines]
