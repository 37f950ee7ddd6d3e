"""Claims of distance in short texts of many wars and styles, read from the words alone: a floor."""

from pathlib import Path

import pytest

from mapper.pipeline import default_gazetteer, default_recognizer, placed

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
