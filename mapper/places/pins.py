"""What the user says of single names, put in the place of what was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from shapely.geometry import Point

from mapper.errors import TheatreError
from mapper.model import Place, Resolution, Toponym
from mapper.theatre import Theatre


def without_left_out(toponyms: Iterable[Toponym], theatre: Theatre | None) -> list[Toponym]:
    """Return the toponyms that the user has not named as no place; case does not matter."""
    left_out = {name.casefold() for name in theatre.leave_out} if theatre else set()
    return [t for t in toponyms if t.text.casefold() not in left_out]


def with_pins(
    resolutions: Sequence[Resolution], theatre: Theatre | None, find_place: Callable[[str], Place | None]
) -> list[Resolution]:
    """
    Return the resolutions with the user's pins in force: a pinned name means the pinned place, score 1.

    `find_place` gives the place of an id, None when there is none.

    Raises
    ------
    TheatreError
        If a pin names an id that the gazetteer lacks.
    """
    if theatre is None or not theatre.pins:
        return list(resolutions)
    pins = {name.casefold(): (name, pin) for name, pin in theatre.pins.items()}
    pinned = []
    for resolution in resolutions:
        toponym = resolution.toponym
        named = pins.get((toponym.name or toponym.text).casefold()) or pins.get(toponym.text.casefold())
        if named is not None:
            place = _pinned_place(*named, resolution.place, find_place)
            resolution = replace(resolution, place=place, score=1.0, why=("pinned in theatre.toml",))
        pinned.append(resolution)
    return pinned


def _pinned_place(
    name: str,
    pin: str | tuple[float, float],
    place: Place | None,
    find_place: Callable[[str], Place | None],
) -> Place:
    if isinstance(pin, str):
        found = find_place(pin)
        if found is None:
            raise TheatreError(f"theatre.toml pins {name!r} to {pin!r}, which is no id of the gazetteer.")
        return found
    return Place(
        id=f"pin:{name}",
        name=name,
        geometry=Point(*pin),
        country=place.country if place else "",
        source="theatre.toml",
    )
