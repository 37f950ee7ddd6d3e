"""Where a phrase puts something: a point, the region that holds it and an uncertainty in metres.

Point-radius method (Wieczorek, Guo and Hijmans 2004, doi:10.1080/13658810412331280211; Chapman and Wieczorek
2020, Georeferencing Best Practices, doi:10.15468/doc-gg7h-s853): a word of direction leaves open half the
angle to its neighbours (45 degrees for north, 22.5 for northeast, 11.25 for north-northeast), a figure half
of the step it is rounded to, a place its extent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

import numpy as np
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from mapper.model import Location, Locative, Place, Resolution, Toponym
from mapper.space.check import rounding_step
from mapper.space.distance import geodesic
from mapper.space.plane import Plane

Cut = Callable[[BaseGeometry], BaseGeometry]
_Where = tuple[BaseGeometry, BaseGeometry, float]

_UNIT_M = {"km": 1_000.0, "mi": 1_609.344, "nmi": 1_852.0, "m": 1.0}
# A gazetteer's point stands for a town's centre to about a kilometre.
_POINT_M = 1_000.0
# People of a town per square metre: 4,000 a square kilometre, usual in compact towns (UN-Habitat, Atlas of
# Urban Expansion 2016).
_PEOPLE_PER_M2 = 0.004
# How far "near", "outside" and "west of" reach beyond a place's own edge, where no figure is given.
_NEAR_M, _DIRECTION_M = 5_000.0, 25_000.0
# Half the width of "between A and B" and "along the road", as a share of the way; roads leave the straight
# line so far.
_CORRIDOR_SHARE, _CORRIDOR_M = 0.15, 3_000.0
# "Some 40 km" is good to a quarter, "a two hours' drive" to a half at 50 km an hour on a country road in war.
_STEP_SHARE, _ROUGH_SHARE, _DRIVE_M_PER_HOUR = 0.2, 0.25, 50_000.0
_ARC_DEG = 3.0


def locate(
    locatives: Sequence[Locative], resolutions: Sequence[Resolution], *, on_land: Cut | None = None
) -> list[Location]:
    """
    Return a location for every locative whose landmarks have places.

    Parameters
    ----------
    locatives, resolutions
        Of one report.
    on_land
        Returns the part of a region, in degrees, that is land; for what is not at sea. None cuts nothing.

    Returns
    -------
    locations
        In the order of the locatives. `resolution` is that of the subject where the phrase has one, else
        None. The subject may have no place of its own: then the location is where the report puts it, and
        its flags hold "by_offset". Empty input gives an empty list.
    """
    resolved = {r.toponym: r for r in resolutions}
    known: dict[Hashable, _Where] = {}  # what one text says again and again is drawn once
    locations = []
    for locative in locatives:
        places = [p for t in locative.landmarks if (p := _place(t, resolved)) is not None]
        if places and len(places) == len(locative.landmarks):
            subject = resolved.get(locative.subject) if locative.subject else None
            bare = replace(
                locative, start=0, end=0, text="", landmarks=(), subject=None, others=(), implicit=False
            )
            said = bare, *(place.id for place in places)
            if said not in known:
                known[said] = _where(locative, places, on_land)
            locations.append(_location(locative, tuple(places), subject, known[said]))
    return locations


def placed_by_offset(resolutions: Sequence[Resolution], locations: Sequence[Location]) -> list[Resolution]:
    """
    Give names that no gazetteer knows the places where the report's own distances put them.

    Parameters
    ----------
    resolutions, locations
        Of one report; of several distances of one name the one that leaves least open counts.

    Returns
    -------
    resolutions
        In their order. A place put here has a source "report", its uncertainty as extent and the flag
        "by_offset"; only a stated distance with a direction puts one.
    """
    put: dict[str, Location] = {}
    for location in locations:
        told, named = location.locative, location.resolution
        if "by_offset" in location.flags and told and named and _stated_m(told) and told.bearing:
            key = _spelling(named)
            if key not in put or location.uncertainty_m < put[key].uncertainty_m:
                put[key] = location
    return [
        replace(r, place=_put_place(put[_spelling(r)]), flags=("by_offset",))
        if _unplaced(r) and _spelling(r) in put
        else r
        for r in resolutions
    ]


def _put_place(location: Location) -> Place:
    point = location.geometry.centroid
    return Place(
        id=f"stated:{location.name}:{point.y:.1f},{point.x:.1f}",
        name=location.name,
        geometry=point,
        feature_class="P",
        extent_m=location.uncertainty_m,
        country=location.places[0].country,
        source="report",
    )


def _unplaced(resolution: Resolution) -> bool:
    """Tell whether a name has no place of its own: none, or that of a name beside it."""
    return resolution.place is None or "approximate" in resolution.flags


def _spelling(resolution: Resolution) -> str:
    return (resolution.toponym.name or resolution.toponym.text).casefold()


def locate_place(resolution: Resolution) -> Location:
    """
    Return the location of a plainly named place.

    Parameters
    ----------
    resolution
        Its `place` must not be None.

    Returns
    -------
    location
        The place's geometry; the uncertainty is its extent and what a gazetteer's point is good to.

    Raises
    ------
    ValueError
        If the resolution has no place.
    """
    place = resolution.place
    if place is None:
        raise ValueError(f"{resolution.toponym.text!r} has no place; only a resolved name can be located.")
    return Location(
        name=place.name,
        geometry=place.geometry,
        uncertainty_m=place_radius_m(place),
        resolution=resolution,
        places=(place,),
        region=place.geometry if place.geometry.area > 0 else None,
        flags=resolution.flags,
    )


def place_radius_m(place: Place) -> float:
    """
    Return the radius in metres of a circle about a place's point that holds it.

    The extent where the gazetteer tells it, else that of a compact town of its population; at least 1 km.

    Examples
    --------
    >>> round(place_radius_m(Place("1", "Town", Point(0, 0), population=100_000)))
    3821
    >>> place_radius_m(Place("2", "Hamlet", Point(0, 0)))
    1000.0
    """
    return _POINT_M + _edge_m(place)


def distance_uncertainty_m(locative: Locative) -> float:
    """
    Return what a stated distance leaves open to either side, in metres.

    Half the step it is rounded to, or half a range; a quarter of a figure that is said to be rough.
    """
    stated = _stated_m(locative)
    if stated is None:
        return 0.0
    if locative.distance_max_m is not None and locative.distance_m is not None:
        return (locative.distance_max_m - locative.distance_m) / 2
    if locative.value is None:
        return stated / 2
    # The step of a round figure can exceed its scale: who says "100 km" does not mean 50 to 150.
    implied = min(rounding_step(locative.value) * _UNIT_M[locative.unit] / 2, _STEP_SHARE * stated)
    return max(implied, _ROUGH_SHARE * stated if locative.comparator != "=" or locative.road else 0.0)


def heading_uncertainty_deg(bearing_deg: float) -> float:
    """
    Return what a compass word leaves open to either side, in degrees.

    Examples
    --------
    >>> heading_uncertainty_deg(0), heading_uncertainty_deg(45), heading_uncertainty_deg(22.5)
    (45.0, 22.5, 11.25)
    """
    return 45.0 if bearing_deg % 90 == 0 else 22.5 if bearing_deg % 45 == 0 else 11.25


def sector(low_m: float, high_m: float, *, bearing_deg: float, half_deg: float) -> Polygon:
    """
    Return the part of a ring about the origin of a plane that lies within an angle of a bearing.

    Parameters
    ----------
    low_m, high_m
        Inner and outer radius; an inner radius of zero gives a plain sector.
    bearing_deg, half_deg
        Middle direction, clockwise from north, and the angle to either side; 180 gives the whole ring.

    Examples
    --------
    >>> annulus = sector(1_000, 2_000, bearing_deg=90, half_deg=45)
    >>> annulus.contains(Point(1_500, 0)), annulus.contains(Point(0, 1_500))
    (True, False)
    >>> round(sector(0, 1_000, bearing_deg=0, half_deg=180).area / 1e6, 2)
    3.14
    """
    if half_deg >= 180.0:
        disc = Point(0, 0).buffer(high_m, quad_segs=32)
        return disc.difference(Point(0, 0).buffer(low_m, quad_segs=32)) if low_m > 0 else disc
    steps = max(2, math.ceil(2 * half_deg / _ARC_DEG) + 1)
    angles = np.radians(np.linspace(bearing_deg - half_deg, bearing_deg + half_deg, steps))
    # The chord of an arc runs inside it: widen the outer one, so that the whole sector is held.
    outer = high_m / math.cos(math.radians(half_deg / (steps - 1)))
    arc = np.column_stack([np.sin(angles), np.cos(angles)])
    inner = arc[::-1] * low_m if low_m > 0 else np.zeros((1, 2))
    return Polygon(np.concatenate([arc * outer, inner]))


def _place(toponym: Toponym, resolved: dict[Toponym, Resolution]) -> Place | None:
    resolution = resolved.get(toponym)
    return resolution.place if resolution else None


def _edge_m(place: Place) -> float:
    """Return how far a place reaches from its point."""
    if place.extent_m > 0:
        return place.extent_m
    if place.geometry.geom_type != "Point":
        centre = place.geometry.centroid
        west, south, east, north = place.geometry.bounds
        corners = (Point(west, south), Point(west, north), Point(east, south), Point(east, north))
        return max(geodesic(centre, corner)[0] for corner in corners)
    return math.sqrt(max(place.population, 0) / _PEOPLE_PER_M2 / math.pi)


def _stated_m(locative: Locative) -> float | None:
    """Return the distance to go, in metres: the figure, the middle of a range, or what a drive covers."""
    if locative.distance_m is not None:
        upper = locative.distance_max_m if locative.distance_max_m is not None else locative.distance_m
        return (locative.distance_m + upper) / 2
    return locative.hours * _DRIVE_M_PER_HOUR if locative.hours is not None else None


def _where(locative: Locative, places: Sequence[Place], on_land: Cut | None) -> _Where:
    """Return the point, the region and the uncertainty of a locative, by the shape that its relation has."""
    centre = places[0].geometry.centroid
    plane = Plane(centre)
    if len(places) > 1 and locative.relation in ("between", "along"):
        point, shape = _corridor(locative, places, plane)
    else:
        point, shape = _about(locative, places[0])
    target, region = plane.to_lonlat(point), plane.to_lonlat(shape)
    reach_m = _reach_m(point, shape)
    if on_land is not None and not locative.at_sea:
        region = on_land(region)
        if locative.bearing_deg is not None and not region.covers(target):
            # "80 km east" along a bay ends in its water: what is there stands on the nearest shore.
            shore = nearest_points(region, target)[0]
            reach_m += geodesic(target, shore)[0]
            target = shore
    return target, region, round(reach_m, 1)


def _location(
    locative: Locative, places: tuple[Place, ...], subject: Resolution | None, where: _Where
) -> Location:
    target, region, reach_m = where
    flags = ("by_offset",) if subject is not None and _unplaced(subject) else ()
    return Location(
        name=subject.toponym.text if subject is not None else _name(locative, places),
        geometry=target,
        uncertainty_m=reach_m,
        resolution=subject,
        locative=locative,
        places=places,
        region=region,
        flags=flags,
    )


def _name(locative: Locative, places: tuple[Place, ...]) -> str:
    """Name what has no name of its own by the phrase; an implied landmark is put in."""
    return f"{locative.text} ({places[0].name})" if locative.implicit else locative.text


def _about(locative: Locative, place: Place) -> tuple[Point, BaseGeometry]:
    """Return the likely point and the region, in the plane about one landmark."""
    edge, slack = _edge_m(place), place_radius_m(place)
    stated, bearing = _stated_m(locative), locative.bearing_deg
    half = heading_uncertainty_deg(bearing) if bearing is not None else 180.0
    if stated is not None:
        give = distance_uncertainty_m(locative)
        low = 0.0 if locative.comparator == "<" else max(0.0, stated - give - slack)
        low = low / 1.5 if locative.road else low
        high = stated * (1.5 if locative.comparator == ">" else 1.0) + give + slack
        # The landmark is no point: its own radius opens the angle of the sector, too.
        half = min(180.0, half + math.degrees(math.atan2(slack, stated))) if half < 180.0 else half
        return _towards(bearing, stated), sector(low, high, bearing_deg=bearing or 0.0, half_deg=half)
    if locative.relation == "inside":
        shape = sector(0.0, slack, bearing_deg=bearing or 0.0, half_deg=min(180.0, half + 45.0))
        return _towards(bearing, edge / 2), shape
    if bearing is not None:
        outer = slack + max(_DIRECTION_M, 2 * edge)
        return _towards(bearing, (edge + outer) / 2), sector(0.0, outer, bearing_deg=bearing, half_deg=half)
    if locative.relation == "outside":
        return Point(0, 0), sector(edge / 2, slack + _NEAR_M, bearing_deg=0.0, half_deg=180.0)
    reach = slack if locative.relation == "at" else slack + _NEAR_M
    return Point(0, 0), sector(0.0, reach, bearing_deg=0.0, half_deg=180.0)


def _corridor(locative: Locative, places: Sequence[Place], plane: Plane) -> tuple[Point, BaseGeometry]:
    """Return the likely point and the corridor, in the plane about the first of two landmarks."""
    end = plane.to_plane(places[1].geometry.centroid)
    length = math.hypot(end.x, end.y)
    stated = _stated_m(locative)
    share = locative.fraction if locative.fraction is not None else 0.5
    if stated is not None and length > 0:
        share = min(stated / length, 1.0)
    point = Point(end.x * share, end.y * share)
    width = max(_CORRIDOR_M, _CORRIDOR_SHARE * length) + max(place_radius_m(place) for place in places)
    if locative.fraction is not None or stated is not None:
        return point, point.buffer(max(width, 0.2 * length))
    return point, LineString([(0, 0), end]).buffer(width)


def _towards(bearing_deg: float | None, distance_m: float) -> Point:
    """Return the point of a plane in a direction; the origin where none is known."""
    if bearing_deg is None:
        return Point(0, 0)
    angle = math.radians(bearing_deg)
    return Point(distance_m * math.sin(angle), distance_m * math.cos(angle))


def _reach_m(point: Point, shape: BaseGeometry) -> float:
    """Return the radius of the circle about a point that holds a shape, both in the plane."""
    return float(point.hausdorff_distance(shape.convex_hull.boundary))
