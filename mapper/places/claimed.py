"""Places for names that no table spells so, found where the report's own distances point.

"Fugha, 190 km north-east of Sabha": no entry is spelled so, but one called "Al Fuqaha" lies there. A stated
distance is evidence for a place as a spelling is; together they are enough where neither alone would be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from rapidfuzz.distance import OSA
from shapely.geometry import Point

from mapper.model import Gazetteer, Locative, Place, Resolution, Toponym
from mapper.places.candidates import spelling_of
from mapper.places.names import bare_key, fold, skeleton
from mapper.space.distance import bearing_difference, destination, geodesic

# The ways of matching that are guesses at another spelling.
_GUESSED = ("looser", "misspelt", "prefix", "inner")
# What a figure leaves open to either side, and a compass word: farther off, a likeness is chance.
_GIVE_SHARE, _GIVE_M, _GIVE_DEG = 0.3, 6_000.0, 60.0
# A figure without a direction points anywhere on a ring: beyond this too many places lie on it.
_RING_M, _FARTHEST_M, _WIDEST_M = 60_000.0, 400_000.0, 80_000.0
_MOST_SOUGHT = 12  # names of one report; each is a search of some thousand places
# Spellings less alike than this are of different names; without a direction they must be more alike.
_ALIKE, _ALIKE_ON_RING = 0.7, 0.75
# The same consonants make up for other vowels, in a name of a few of them.
_SAME_BONES, _BONES, _ALIKE_IN_BONES = 0.15, 2, 0.6
_WORD = 5  # letters of a word that stands for a longer name: "Velden" of "Ost-Velden"
_MISFIT = 0.2  # what lying at the edge of what the figure leaves open costs, in likeness
_LEAD = 0.03  # of the best place before the second, elsewhere
_SAME_M = 6_000.0
# A place so many times as far as stated is a namesake's, if another of the name lies where it is stated.
_ASTRAY, _ASTRAY_M, _CLOSE = 3.0, 30_000.0, 0.7
_BESIDE = 40  # letters between "it" and the name that it surely means


@runtime_checkable
class Surroundings(Protocol):
    """A gazetteer that can be asked what lies about a point."""

    def resembling(
        self, point: Point, radius_m: float, likeness: Callable[[str], float]
    ) -> list[tuple[Place, float]]:
        """Return the places within a distance whose name is like another, with the likeness."""
        ...


@dataclass(frozen=True, slots=True)
class _Pointer:
    """A claim that points to a name: from a known place, so far, perhaps in a direction."""

    origin: Point
    distance_m: float
    bearing_deg: float | None

    def misfit(self, point: Point) -> float:
        """Return 0 for a point just where the claim puts it, 1 at the edge of what it leaves open."""
        measured_m, measured_deg = geodesic(self.origin, point)
        share = abs(measured_m - self.distance_m) / max(_GIVE_M, _GIVE_SHARE * self.distance_m)
        if self.bearing_deg is None:
            return share
        turned_m = max(measured_m, 1.0) * 0.0175 * bearing_difference(self.bearing_deg, measured_deg)
        return max(share, turned_m / max(_GIVE_M, 0.0175 * _GIVE_DEG * self.distance_m))

    def contradicts(self, point: Point) -> bool:
        """Tell whether a point lies more than three times as far as the claim puts it, and far off."""
        measured_m, _ = geodesic(self.origin, point)
        return measured_m > _ASTRAY * self.distance_m and measured_m - self.distance_m > _ASTRAY_M


def found_by_claims(
    resolutions: Sequence[Resolution], locatives: Sequence[Locative], gazetteer: Gazetteer
) -> list[Resolution]:
    """
    Give names that no place bears as written the place of a like name where a stated distance points.

    Parameters
    ----------
    resolutions, locatives
        Of one report.
    gazetteer
        One that is no `Surroundings` finds nothing.

    Returns
    -------
    resolutions
        In their order; those found so have the flag "by_claim" and `Place.matched` "claimed".
    """
    if not isinstance(gazetteer, Surroundings):
        return list(resolutions)
    at = {r.toponym: r for r in resolutions}
    found: dict[str, Place | None] = {}
    for locative in locatives:
        ends = (locative.subject, locative.landmarks[0] if locative.landmarks else None)
        for lost, known, turn in ((*ends, 0.0), (*ends[::-1], 180.0)):
            sought, origin = at.get(lost) if lost else None, at.get(known) if known else None
            if sought is None or origin is None or not locative.claim or locative.distance_m is None:
                continue
            key = spelling_of(sought.toponym).casefold()
            pointer = _pointer(locative, origin, turn)
            searched = found.get(key) is not None or len(found) >= _MOST_SOUGHT
            if not searched and pointer is not None and _is_lost(sought, pointer):
                found[key] = _best(spelling_of(sought.toponym), pointer, gazetteer)
        _meant(locative, at, gazetteer, found)
    return [_told(r, found.get(spelling_of(r.toponym).casefold())) for r in resolutions]


def _meant(
    locative: Locative,
    at: dict[Toponym, Resolution],
    gazetteer: Gazetteer,
    found: dict[str, Place | None],
) -> None:
    """
    Find the namesake that a claim means where the places chosen for its two ends contradict it altogether.

    "Isigny and, seven miles west of it, Carentan": of the towns called Isigny the one there, if one end alone
    has such a namesake.
    """
    if not locative.claim or locative.distance_m is None:
        return
    landmark = locative.landmarks[0] if locative.landmarks else None
    guessed = landmark is None or (locative.implicit and locative.start - landmark.end > _BESIDE)
    subject, mark = (at.get(end) if end else None for end in (locative.subject, landmark))
    if guessed or subject is None or mark is None:
        return
    other: dict[str, Place] = {}
    for sought, origin, turn in ((subject, mark, 0.0), (mark, subject, 180.0)):
        key, pointer = spelling_of(sought.toponym).casefold(), _pointer(locative, origin, turn)
        if (
            pointer is not None
            and found.get(key) is None
            and (there := _namesake(sought, pointer, gazetteer))
        ):
            other[key] = there
    if len(other) == 1:
        found.update(other)


def _namesake(sought: Resolution, pointer: _Pointer, gazetteer: Gazetteer) -> Place | None:
    """Return the town of the name nearest to where a claim points, None unless the chosen one is astray."""
    if sought.place is None or not pointer.contradicts(sought.place.geometry.centroid):
        return None
    fits = [
        (pointer.misfit(place.geometry.centroid), place.id, place)
        for place in gazetteer.candidates(spelling_of(sought.toponym))
        if place.feature_class == "P" and place.matched not in _GUESSED
    ]
    misfit, _, best = min(fits, default=(1.0, "", None))
    return best if misfit <= _CLOSE else None


def _pointer(locative: Locative, origin: Resolution, turn_deg: float) -> _Pointer | None:
    """Return where a claim points from its other end; None where that is not surely known itself."""
    place, distance_m = origin.place, locative.distance_m or 0.0
    if place is None or origin.flags or place.matched in _GUESSED or locative.comparator in ("<", ">"):
        return None
    if distance_m > (_RING_M if locative.bearing_deg is None else _FARTHEST_M):
        return None
    bearing = None if locative.bearing_deg is None else (locative.bearing_deg + turn_deg) % 360
    # Roads are longer than the line, by a sixth as a rule.
    return _Pointer(place.geometry.centroid, distance_m / (1.15 if locative.road else 1.0), bearing)


def _is_lost(sought: Resolution, pointer: _Pointer) -> bool:
    """Tell whether a name has no place of its own, or one of another spelling that the claim contradicts."""
    place = sought.place
    if place is None or "approximate" in sought.flags:
        return True
    return place.matched in _GUESSED and pointer.misfit(place.geometry.centroid) > 1.0


def _best(name: str, pointer: _Pointer, gazetteer: Surroundings) -> Place | None:
    """Return the place most like a name where a claim points, None where none or several are."""
    reach_m = max(_GIVE_M, _GIVE_SHARE * pointer.distance_m)
    alike = _ALIKE_ON_RING if pointer.bearing_deg is None else _ALIKE

    def like(spelling: str) -> float:
        likeness = likeness_of(name, spelling)
        return likeness if likeness >= alike else 0.0

    if pointer.bearing_deg is None:
        near = gazetteer.resembling(pointer.origin, pointer.distance_m + reach_m, like)
    else:
        centre = destination(pointer.origin, bearing_deg=pointer.bearing_deg, distance_m=pointer.distance_m)
        near = gazetteer.resembling(centre, min(max(reach_m, pointer.distance_m), _WIDEST_M), like)
    ranked = sorted(
        ((likeness - _MISFIT * misfit, place)
         for place, likeness in near if (misfit := pointer.misfit(place.geometry.centroid)) <= 1.0),
        key=lambda pair: (-pair[0], pair[1].feature_class != "P", pair[1].id),
    )  # fmt: skip
    if not ranked:
        return None
    score, best = ranked[0]
    rivals = (p for s, p in ranked[1:] if s > score - _LEAD)
    if any(geodesic(best.geometry.centroid, p.geometry.centroid)[0] > _SAME_M for p in rivals):
        return None
    return best


def likeness_of(name: str, spelling: str) -> float:
    """
    Return how alike two spellings are, 0 to 1, articles and vowels counting less than consonants.

    Examples
    --------
    >>> round(likeness_of("Zerkan", "Al Zerqan"), 2), likeness_of("Velden", "Ost-Velden")
    (0.98, 0.95)
    >>> likeness_of("Zerkan", "")
    0.0
    """
    whole, other_whole = fold(name), fold(spelling)
    one, other = bare_key(whole), bare_key(other_whole)
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    words = (set(one.split()), set(other.split()))
    if any(len(word) >= _WORD and {word} in words for word in words[0] & words[1]):
        return 0.95
    pairs = ((one, other), (whole, other_whole))
    likeness = max(OSA.normalized_similarity(a.replace(" ", ""), b.replace(" ", "")) for a, b in pairs)
    bones = skeleton(one)
    if len(bones) >= _BONES and bones == skeleton(other) and likeness >= _ALIKE_IN_BONES:
        likeness = min(likeness + _SAME_BONES, 1.0)
    return float(likeness)


def _told(resolution: Resolution, place: Place | None) -> Resolution:
    """Return the resolution with the place that a claim found, itself where none was."""
    if place is None:
        return resolution
    why = (f"no place is spelled so; {place.name} lies where the report's own distance points",)
    if place.matched not in ("claimed", *_GUESSED):
        why = (f"of the places so called, {place.name} lies where the report's own distance points",)
    return replace(resolution, place=place, score=place.match, why=why, flags=("by_claim",))
