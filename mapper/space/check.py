"""Stated distances and directions beside the measured ones, each with a verdict.

A writer rounds, measures from a town's edge or along a road, and names one of eight winds. A verdict grants
what such a writer needs and no more:

- *distance*: a tenth of the true length, or half the step that the figure is rounded to, or 3 km (a town
  is not a point) is `consistent`; a quarter, or a whole step, or 6 km is `approximate`;
- *by road*: roads are 0.95 to 1.45 times as long as the geodesic (country means of detour lie between 1.2
  and 1.5: Ballou, Rahardja and Sakai 2002, doi:10.1016/S0965-8564(01)00044-1), 0.85 to 1.8 is `approximate`;
- *direction*: 30 degrees for one of the four winds, 22.5 and 15 for words of two and three parts, which
  overlap their neighbours' sectors; twice that is `approximate`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from mapper.model import DistanceCheck, Locative, Place, Resolution, Toponym, Verdict
from mapper.space.distance import bearing_difference, compass_word, destination, geodesic

_UNIT_M = {"km": 1_000.0, "mi": 1_609.344, "nmi": 1_852.0, "m": 1.0}
_UNIT_WORDS = {"km": "km", "mi": "miles", "nmi": "nautical miles", "m": "m"}
_RANK: dict[Verdict, int] = {"consistent": 0, "approximate": 1, "inconsistent": 2}
# A figure that misses the measured distance by this factor was told from elsewhere, if that may be.
_ASTRAY = 4.0
# A district is told from as its town is, a province has no middle that a report would tell from.
_WIDE_M = 30_000.0
# Letters between two phrases of one breath.
_BREATH = 60
# A town is not a point: how far an end may move along the line and across it, in metres.
_END_ALONG_M, _END_ACROSS_M = 6_000.0, 3_000.0


def check_distances(locatives: Sequence[Locative], resolutions: Sequence[Resolution]) -> list[DistanceCheck]:
    """
    Measure every claimed distance and direction between resolved places.

    Parameters
    ----------
    locatives
        Of one report; those that claim nothing are passed over.
    resolutions
        Of the same report; an end that is not among them, has no place or only that of a name beside it
        leaves the claim unverifiable.

    Returns
    -------
    checks
        One for each claim, in the order of the locatives. `claimed` is where the claim alone would put its
        subject: along the compass word from the landmark, None without a direction.
    """
    places = _measurable(resolutions)
    return [_check(locative, places) for locative in locatives if locative.claim]


def settle_landmarks(locatives: Sequence[Locative], resolutions: Sequence[Resolution]) -> list[Locative]:
    """
    Choose again the landmarks that the words leave open, by what is true on the ground.

    "40 km to the south" may be told from any of the last places. The likeliest by the words stays unless
    the figures contradict it and agree with another.

    Parameters
    ----------
    locatives, resolutions
        Of one report.

    Returns
    -------
    locatives
        In their order; of those that change, only the landmark does.
    """
    places = _measurable(resolutions)
    settled: list[Locative] = []
    for locative in locatives:
        told = _settled(locative, places) if locative.others else locative
        before = settled[-1] if settled else None
        was = locatives[len(settled) - 1].landmarks
        moved = before is not None and before.landmarks != was == locative.landmarks
        if moved and before is not None and locative.others and locative.start - before.end <= _BREATH:
            # Told in one breath, told from one place: "Y, 20 km to the south, and Z, 80 km to the west".
            told = replace(locative, landmarks=before.landmarks)
        settled.append(told)
    return settled


def _settled(locative: Locative, places: dict[Toponym, Place | None]) -> Locative:
    """
    Return the locative with the landmark that is meant.

    That is the first of its possible ones that its figures agree with, if they contradict the likeliest; one
    that they nearly agree with, if they contradict that altogether. Towns are told from towns, not from
    provinces.
    """
    told = [replace(locative, landmarks=(landmark,)) for landmark in locative.others]
    mark = places.get(locative.landmarks[0]) if locative.landmarks else None
    if mark is not None and _is_area(mark):
        towns = [other for other in told if _is_town(places.get(other.landmarks[0]))]
        checks = sorted((_check(other, places) for other in towns), key=lambda c: c.verdict != "consistent")
        return next((check.locative for check in checks if not _loose(check)), locative)
    if locative.subject is None or places.get(locative.subject) is None or not _astray(locative, places):
        return locative
    checks = [_check(other, places) for other in told]
    if fitting := [check.locative for check in checks if check.verdict == "consistent"]:
        return fitting[0]
    if _gross(_check(locative, places)):
        return next((check.locative for check in checks if check.landmark and not _loose(check)), locative)
    return locative


def _is_area(place: Place) -> bool:
    """Tell whether a place is a province or a country."""
    return place.feature_class == "A" and place.extent_m > _WIDE_M


def _is_town(place: Place | None) -> bool:
    return place is not None and place.feature_class == "P"


def _gross(check: DistanceCheck) -> bool:
    """Tell whether a claim is contradicted altogether: the other way, or three times as far."""
    turned = check.bearing_off_deg is not None and check.bearing_off_deg > 90.0
    return turned or _ratio(check) > 3.0


def _loose(check: DistanceCheck) -> bool:
    """Tell whether a claim misses by more than a quarter of the compass, or a figure twice as far."""
    turned = check.bearing_off_deg is not None and check.bearing_off_deg > 45.0
    return turned or not 0.5 <= _ratio(check) <= 2.0


def _ratio(check: DistanceCheck) -> float:
    """Return the measured distance by the stated one, 1 where either is not known."""
    return check.measured_m / check.stated_m if check.measured_m is not None and check.stated_m else 1.0


def _astray(locative: Locative, places: dict[Toponym, Place | None]) -> bool:
    """
    Tell whether a landmark that the words leave open can't be meant.

    It is no place, or lies where a direction contradicts it, or the figure alone by more than a writer errs.
    """
    check = _check(locative, places)
    if check.landmark is None:
        return True
    if locative.bearing_deg is not None or check.measured_m is None or locative.distance_m is None:
        return check.verdict == "inconsistent"
    ratio = check.measured_m / max(locative.distance_m, 1.0)
    return check.verdict == "inconsistent" and not 1 / _ASTRAY <= ratio <= _ASTRAY


def _measurable(resolutions: Sequence[Resolution]) -> dict[Toponym, Place | None]:
    """Return the place of every name, None for the place of a name beside it."""
    return {r.toponym: None if "approximate" in r.flags else r.place for r in resolutions}


def distance_verdict(
    value: float, unit: str, measured_m: float, *, comparator: str = "=", road: bool = False
) -> Verdict:
    """
    Judge a stated distance by the measured one.

    Parameters
    ----------
    value, unit
        As stated; `unit` is `km`, `mi`, `nmi` or `m`.
    measured_m
        Length of the geodesic in metres.
    comparator
        `<` ("less than") also allows what is down to half of the figure, `>` ("more than") up to half more.
    road
        Whether the figure is a length of road.

    Examples
    --------
    >>> distance_verdict(300, "mi", 573_100)
    'approximate'
    >>> distance_verdict(750, "km", 573_100, road=True)
    'consistent'
    >>> distance_verdict(40, "km", 0)
    'inconsistent'
    """
    stated = value * _UNIT_M[unit]
    step = rounding_step(value) * _UNIT_M[unit]
    near = max(0.10 * measured_m, min(step / 2, 0.15 * measured_m), 3_000.0)
    far = max(0.25 * measured_m, min(step, 0.35 * measured_m), 6_000.0)
    if road and comparator in ("=", "~"):
        ratio = stated / measured_m if measured_m else math.inf
        consistent = 0.95 <= ratio <= 1.45 or measured_m <= stated <= measured_m + near
        approximate = 0.85 <= ratio <= 1.80
    elif comparator == ">":
        consistent = stated - near <= measured_m <= 1.5 * stated
        approximate = stated - far <= measured_m <= 2.0 * stated
    elif comparator == "<":
        consistent = 0.5 * stated <= measured_m <= stated + near
        approximate = 0.25 * stated <= measured_m <= stated + far
    else:
        consistent = abs(stated - measured_m) <= near
        approximate = abs(stated - measured_m) <= far
    return "consistent" if consistent else "approximate" if approximate else "inconsistent"


def bearing_verdict(stated_deg: float, measured_deg: float) -> Verdict:
    """
    Judge a compass word by the measured bearing.

    Parameters
    ----------
    stated_deg
        Degrees of the word, a multiple of 22.5; words of fewer letters are coarser.
    measured_deg
        Initial bearing from landmark to subject.

    Examples
    --------
    >>> bearing_verdict(90, 116), bearing_verdict(45, 70), bearing_verdict(22.5, 60)
    ('consistent', 'approximate', 'inconsistent')
    """
    off = bearing_difference(stated_deg, measured_deg)
    near = 30.0 if stated_deg % 90 == 0 else 22.5 if stated_deg % 45 == 0 else 15.0
    return "consistent" if off <= near else "approximate" if off <= 2 * near else "inconsistent"


def rounding_step(value: float) -> float:
    """
    Return the step that a writer seems to have rounded `value` to, in the same unit.

    Examples
    --------
    >>> [rounding_step(value) for value in (300, 350, 40, 45, 12, 2.5, 0.5)]
    [100.0, 50.0, 10.0, 5.0, 1.0, 0.5, 0.1]
    """
    for step in (100.0, 50.0, 10.0, 5.0, 1.0):
        if value >= step and abs(value / step - round(value / step)) < 1e-9:
            return step
    return 0.5 if value >= 1 else 0.1


def stated_in_words(locative: Locative) -> str:
    """
    Return what a phrase states, without its places.

    Examples
    --------
    >>> told = Locative(0, 9, "", "offset", (), value=300.0, unit="mi", distance_m=482_803.2, bearing="east")
    >>> stated_in_words(told)
    '300 miles east'
    """
    return " ".join(filter(None, (_figure(locative), locative.bearing, "by road" if locative.road else "")))


def _check(locative: Locative, places: dict[Toponym, Place | None]) -> DistanceCheck:
    """Measure one claim."""
    subject = places.get(locative.subject) if locative.subject else None
    landmark = places.get(locative.landmarks[0]) if locative.landmarks else None
    claimed = None
    if landmark and locative.distance_m is not None and locative.bearing_deg is not None:
        claimed = destination(
            landmark.geometry.centroid, bearing_deg=locative.bearing_deg, distance_m=locative.distance_m
        )
    measured_m = measured_deg = error_m = off_deg = None
    verdict: Verdict = "unverifiable"
    borderline = False
    if subject and landmark and (locative.distance_m is not None or locative.bearing_deg is not None):
        measured_m, measured_deg = geodesic(landmark.geometry.centroid, subject.geometry.centroid)
        verdict = _verdict(locative, measured_m, measured_deg)
        missed_m = abs(measured_m - (locative.distance_m or 0.0))
        if verdict == "inconsistent" and missed_m < _reach(subject) + _reach(landmark):
            # "4 km inside Turkey" is told from the border, not from the middle.
            verdict = "unverifiable"
        if measured_m == 0 and subject.name != landmark.name:
            # Two villages that are known by the point of their commune alone.
            verdict = "unverifiable"
        borderline = verdict != "unverifiable" and any(
            _verdict(locative, *moved) != verdict for moved in _moved(measured_m, measured_deg)
        )
        error_m = None if locative.distance_m is None else locative.distance_m - measured_m
        if locative.bearing_deg is not None:
            off_deg = bearing_difference(locative.bearing_deg, measured_deg)
    return DistanceCheck(
        locative=locative,
        subject=subject,
        landmark=landmark,
        stated_m=locative.distance_m,
        stated_bearing_deg=locative.bearing_deg,
        measured_m=measured_m,
        measured_bearing_deg=measured_deg,
        verdict=verdict,
        sentence=_sentence(locative, subject, landmark, measured_m, measured_deg, verdict),
        error_m=error_m,
        bearing_off_deg=off_deg,
        borderline=borderline,
        claimed=claimed,
    )


def _reach(place: Place) -> float:
    """Return how far from its middle an area or a water reaches, 0 for a town or a spot."""
    return 0.0 if place.feature_class in ("P", "S", "") else place.extent_m


def _verdict(locative: Locative, measured_m: float, measured_deg: float) -> Verdict:
    """Return the worse of the verdicts on distance and direction."""
    verdicts: list[Verdict] = []
    if locative.value is not None and locative.unit in _UNIT_M:
        verdicts.append(_range_verdict(locative, measured_m))
    if locative.bearing_deg is not None:
        verdicts.append(bearing_verdict(locative.bearing_deg, measured_deg))
    return max(verdicts, key=_RANK.__getitem__, default="unverifiable")


def _range_verdict(locative: Locative, measured_m: float) -> Verdict:
    """Judge a figure or, of "50 to 60 km", the figure in the range that comes nearest."""
    value, unit = locative.value or 0.0, locative.unit
    if locative.distance_max_m is not None:
        value = min(max(measured_m / _UNIT_M[unit], value), locative.distance_max_m / _UNIT_M[unit])
    return distance_verdict(value, unit, measured_m, comparator=locative.comparator, road=locative.road)


def _moved(measured_m: float, measured_deg: float) -> list[tuple[float, float]]:
    """Return distance and bearing with an end moved along the line or across it."""
    aside = math.degrees(math.atan2(_END_ACROSS_M, max(measured_m, 1.0)))
    return [
        (max(measured_m - _END_ALONG_M, 0.0), measured_deg),
        (measured_m + _END_ALONG_M, measured_deg),
        (measured_m, measured_deg - aside),
        (measured_m, measured_deg + aside),
    ]


def _sentence(
    locative: Locative,
    subject: Place | None,
    landmark: Place | None,
    measured_m: float | None,
    measured_deg: float | None,
    verdict: Verdict,
) -> str:
    """Say to a reader what was stated, what was measured and what follows."""
    stated = stated_in_words(locative)
    if measured_m is None or measured_deg is None:
        if landmark is None:
            return f"Stated {stated}; its landmark is not known as a place, so it is not checked."
        if locative.subject is not None:
            named = locative.subject.text
            return f"Stated {stated} from {landmark.name}; no place named {named} is known to check it by."
        return f"Stated {stated}, from {landmark.name}; what lies there has no name to check it by."
    assert subject is not None and landmark is not None
    if verdict == "unverifiable":
        wide = max(landmark, subject, key=_reach)
        return f"Stated {stated}; {wide.name} is wide and known by its middle alone, so it is not checked."
    unit = locative.unit if locative.unit in _UNIT_M else "km"
    measured = f"{_number(measured_m / _UNIT_M[unit])} {_UNIT_WORDS[unit]}"
    reasons = [reason for reason in (_error(locative, measured_m), _turn(locative, measured_deg)) if reason]
    return (
        f"Stated {stated}; the geodesic from {landmark.name} to {subject.name} is {measured} at "
        f"{round(measured_deg) % 360} degrees, {compass_word(measured_deg)}: {verdict}"
        + (f", {', '.join(reasons)}." if reasons else ".")
    )


def _figure(locative: Locative) -> str:
    """Return the stated figure in words."""
    if locative.value is None:
        return f"{_number(locative.hours)} hours" if locative.hours is not None else ""
    word = {"<": "less than ", ">": "more than ", "~": "about "}.get(locative.comparator, "")
    unit = "mile" if locative.unit == "mi" and locative.value == 1 else _UNIT_WORDS[locative.unit]
    if locative.distance_max_m is not None:
        upper = _number(locative.distance_max_m / _UNIT_M[locative.unit])
        return f"{word}{_number(locative.value)} to {upper} {unit}"
    return f"{word}{_number(locative.value)} {unit}"


def _error(locative: Locative, measured_m: float) -> str:
    """Return by how much the figure misses, and whether a road of usual bends would explain it."""
    if locative.distance_m is None or measured_m <= 0:
        return ""
    if locative.road and locative.comparator in ("=", "~"):
        ratio = locative.distance_m / measured_m
        return f"{ratio:.2f} times the geodesic (usual roads are 0.95 to 1.45; none is mapped to measure by)"
    percent = round(100 * (locative.distance_m - measured_m) / measured_m)
    if percent == 0:
        return ""
    miss = f"{abs(percent)} % {'long' if percent > 0 else 'short'}"
    if percent < -5 and locative.comparator == "=":
        return f"{miss}, which no road explains"
    if 10 < percent <= 45:
        return f"{miss}, as a road may be"
    return miss


def _turn(locative: Locative, measured_deg: float) -> str:
    """Return by how much the compass word misses, when that is more than the word leaves open."""
    if locative.bearing_deg is None or bearing_verdict(locative.bearing_deg, measured_deg) == "consistent":
        return ""
    return f"{round(bearing_difference(locative.bearing_deg, measured_deg))} degrees off"


def _number(value: float | None) -> str:
    """Write a figure without needless decimals, thousands with a comma."""
    return f"{value:,.1f}".removesuffix(".0") if value is not None and value < 10 else f"{value or 0:,.0f}"
