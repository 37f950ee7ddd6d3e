"""A situation -> files: the ending of a path chooses the writer."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from mapper.errors import WriteError
from mapper.model import Situation
from mapper.render import features, tables

TABLES = ("places", "timeline", "distance_checks", "control", "front_lines", "rejected", "reports")

# Pictures load folium and a rasteriser, which tables do not need: they are imported when asked for.
_PICTURES = (".html", ".svg", ".png", ".gif")
_WRITERS: dict[str, Callable[[Situation, Path], None]] = {
    ".csv": tables.write_timeline_csv,
    ".geojson": features.write_geojson,
    ".gpkg": features.write_geopackage,
    ".jsonl": features.write_jsonl,
    ".kml": features.write_kml,
    ".parquet": tables.write_timeline_parquet,
}
ENDINGS = tuple(sorted((*_PICTURES, *_WRITERS)))


def write(situation: Situation, path: Path | str, *, theatre: Any = None, at: datetime | None = None) -> None:
    """
    Write a situation to a file, or all of it to a folder.

    Each file appears whole or not at all: it is written beside its place and moved there.

    Parameters
    ----------
    path
        `.html` is the map page, `.svg` and `.png` a still of it, `.gif` its days of change; `.csv`,
        `.parquet` (GeoParquet) and `.jsonl` the timeline; `.geojson`, `.kml` and `.gpkg` the layers
        events, control, front_lines and distance_checks. A path that ends in a slash or is a folder
        gets `map.html`, a CSV of each table and `front_lines.geojson`; if its name ends in
        `.parquet`, each table as Parquet.
    theatre
        Names and colours of the sides for the page, None for its own choice.
    at
        The moment that a still shows, None for the last one.

    Raises
    ------
    WriteError
        If the ending is unknown, or the system refuses to write.

    Examples
    --------
    >>> write(None, "map.shp")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    mapper.errors.WriteError: Cannot write '.shp'; the endings known are .csv, .geojson, .gif, .gpkg, ...
    """
    target = Path(path)
    if str(path).endswith(("/", os.sep)) or target.is_dir():
        _write_folder(situation, target, theatre=theatre)
    elif target.suffix.lower() in _PICTURES:
        _write_picture(situation, target, theatre=theatre, at=at)
    elif target.suffix.lower() in _WRITERS:
        _WRITERS[target.suffix.lower()](situation, target)
    else:
        raise WriteError(f"Cannot write {target.suffix!r}; the endings known are {', '.join(ENDINGS)}.")


def check_output(path: Path | str) -> None:
    """
    Raise `WriteError` if `write` has no writer for `path`, so that a long build need not end with it.

    Examples
    --------
    >>> check_output("output/")
    >>> check_output("map")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    mapper.errors.WriteError: Cannot write ''; the endings known are .csv, .geojson, .gif, .gpkg, ...
    """
    target = Path(path)
    is_folder = str(path).endswith(("/", os.sep)) or target.is_dir()
    if not is_folder and target.suffix.lower() not in ENDINGS:
        raise WriteError(f"Cannot write {target.suffix!r}; the endings known are {', '.join(ENDINGS)}.")


def _write_folder(situation: Situation, folder: Path, *, theatre: Any) -> None:
    if folder.suffix == ".parquet":
        for name in TABLES:
            tables.write_parquet(getattr(situation, name), folder / f"{name}.parquet")
        return
    for name in TABLES:
        if name != "front_lines":
            tables.write_csv(getattr(situation, name), folder / f"{name}.csv")
    features.write_front_lines(situation, folder / "front_lines.geojson")
    from mapper.render.chart import write_chart
    from mapper.render.html import write_page
    from mapper.render.scene import scene

    data = scene(situation, theatre=theatre)
    write_page(data, folder / "map.html")
    write_chart(data, folder / "front_chart.svg")


def _write_picture(situation: Situation, path: Path, *, theatre: Any, at: datetime | None) -> None:
    if path.suffix.lower() == ".html":
        from mapper.render.html import write_html

        write_html(situation, path, theatre=theatre)
    else:
        from mapper.render import still

        writers = {".svg": still.write_svg, ".png": still.write_png, ".gif": still.write_gif}
        writers[path.suffix.lower()](situation, path, at=at, theatre=theatre)
