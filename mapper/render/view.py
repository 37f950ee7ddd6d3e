"""Where things lie on a still: Web Mercator onto a picture of fixed size, and the frame all parts draw in."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mapper.render import basemap
from mapper.render.columns import Json
from mapper.render.svg import Labels, Xy, path_of

WIDTH, HEIGHT, HEAD, FOOT = 1200, 860, 64, 34
EARTH_M = 40_075_016.7


@dataclass(frozen=True, slots=True)
class View:
    """Web Mercator onto the picture: pixels a unit, and the map coordinates of its corner."""

    scale: float
    left: float
    top: float

    def at(self, lonlat: Any) -> Xy:
        lon, lat = lonlat[0], max(min(lonlat[1], 85.0), -85.0)
        y = 0.5 - math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / (2 * math.pi)
        return ((lon + 180) / 360 - self.left) * self.scale, (y - self.top) * self.scale + HEAD

    def pixels(self, metres: float, lat: float) -> float:
        return metres * self.scale / (EARTH_M * math.cos(math.radians(lat)))

    def extent(self) -> basemap.Extent:
        return (*self.lonlat(0, HEIGHT - FOOT), *self.lonlat(WIDTH, HEAD))

    def lonlat(self, x: float, y: float) -> tuple[float, float]:
        unit = 0.5 - (self.top + (y - HEAD) / self.scale)
        return (self.left + x / self.scale) * 360 - 180, math.degrees(
            2 * math.atan(math.exp(unit * 2 * math.pi))
        ) - 90


def fitted(extent: list[float]) -> View:
    unit = View(1.0, 0.0, 0.0)
    (west, south), (east, north) = unit.at(extent[:2]), unit.at(extent[2:])
    wide, high = WIDTH, HEIGHT - HEAD - FOOT
    scale = min(wide / (east - west), high / (south - north)) * 0.94
    return View(scale, (west + east) / 2 - wide / scale / 2, (north + south) / 2 - HEAD - high / scale / 2)


@dataclass(frozen=True, slots=True)
class Frame:
    """What the parts of a still share: the scene, the moment, the projection, the colours, the labels."""

    data: Json
    view: View
    day: int
    colours: Sequence[str]
    labels: Labels

    def path(self, points: Iterable[Any], *, close: bool = False) -> str:
        """Return the data of an SVG path through points in degrees."""
        return path_of(map(self.view.at, points), close=close)

    def colour(self, party: int) -> str:
        """Return the colour of the side that a party is."""
        return self.colours[side_of(party)]


def side_of(party: int) -> int:
    """Return 0 or 1 for the two sides of the front, 2 for any other party."""
    return party if party in (0, 1) else 2
