"""Claims of distance in short texts of many wars and styles, read from the words alone: a floor."""

from pathlib import Path

import pytest
from shapely.geometry import Point

from mapper.pipeline import default_gazetteer, default_recognizer, placed
from mapper.space.check import check_distances
from mapper.space.distance import geodesic

KM = {"km": 1.0, "mi": 1.609344}


def _cases():
    text = (Path(__file__).parent / "text" / "claims.txt").read_text(encoding="utf-8")
    for block in text.split("\n\n"):
        rows = block.strip().split("\n")
        if rows[0].startswith("="):
            told = "\n".join(row for row in rows[1:] if not row.startswith(">"))
            yield told, [[cell.strip() for cell in row[1:].split("|")] for row in rows if row.startswith(">")]


def _read(text):
    """Return (subject, landmark, km or hours, bearing) of each claim that a text makes."""
    _, locatives = placed(text, default_recognizer()(text), default_gazetteer())
    for told in locatives:
        if told.claim and (told.distance_m or told.hours):
            ends = (told.subject, told.landmarks[0] if told.landmarks else None)
            figure = told.distance_m / 1_000 if told.distance_m else told.hours
            yield tuple(end.text.lower() if end else "-" for end in ends), figure, told.bearing or "-"


@pytest.mark.parametrize("half", [0, 1])
def test_claims_are_found_and_read_with_their_ends_figure_and_direction(half):
    right = found = total = 0
    for text, claims in list(_cases())[half::2]:
        read = list(_read(text))
        for subject, landmark, quantity, bearing, _ in claims:
            value, unit = quantity.split()
            figure = float(value) * KM.get(unit, 1.0)
            same = [claim for claim in read if abs(claim[1] - figure) <= 0.02 * figure]
            total += 1
            found += bool(same)
            right += ((subject.lower(), landmark.lower()), bearing) in [(c[0], c[2]) for c in same]
    assert total >= 70
    assert found >= 0.93 * total
    assert right >= (0.77 if half else 0.9) * total


def _cells(rows, mark):
    return [[cell.strip() for cell in row[1:].split("|")] for row in rows if row.startswith(mark)]


def _measured():
    """Return each report of `measured.txt`, where its places are, and what it claims."""
    text = (Path(__file__).parent / "text" / "measured.txt").read_text(encoding="utf-8")
    for block in text.split("\n= ")[1:]:
        rows = block.split("\n")[1:]
        told = "\n".join(row for row in rows if row[:1] not in ("@", ">")).strip()
        spots = {name.casefold(): Point(float(lon), float(lat)) for name, lat, lon in _cells(rows, "@")}
        yield told, spots, _cells(rows, ">")


def test_claims_are_measured_between_the_places_that_are_meant():
    read = near = total = placed_ends = 0
    for text, spots, claims in _measured():
        resolutions, locatives = placed(text, default_recognizer()(text), default_gazetteer())
        checks = [c for c in check_distances(locatives, resolutions) if c.stated_m]
        for subject, landmark, quantity, bearing, *_ in claims:
            value, unit = quantity.split()
            stated = float(value) * KM[unit] * 1_000
            ends = (subject.casefold(), landmark.casefold())
            same = [c for c in checks if _ends(c.locative) == ends and abs(c.stated_m / stated - 1) < 0.02]
            found = same[0] if same else None
            total += 1
            read += found is not None and (found.locative.bearing or "-") == bearing
            if subject == "-" or not set(ends) <= spots.keys():
                continue
            true_m, _ = geodesic(spots[ends[1]], spots[ends[0]])
            placed_ends += 1
            if found is not None and found.measured_m is not None:
                near += abs(found.measured_m - true_m) <= max(0.05 * true_m, 8_000)
    assert total >= 200
    assert read >= 0.9 * total
    assert near >= 0.87 * placed_ends


def _ends(locative):
    ends = (locative.subject, locative.landmarks[0] if locative.landmarks else None)
    return tuple(end.text.casefold() if end else "-" for end in ends)
