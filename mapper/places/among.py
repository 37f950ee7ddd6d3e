"""Which doubtful names of a report have a place among the places that the report is about?"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from mapper.model import Gazetteer
from mapper.places.candidates import EARTH_M, point_of, unit_vectors

MOST_BEARERS = 6  # a name that more places bear lies among any others by chance
AMONG_M = 150_000.0
ENOUGH = 1.0  # names that lie near, each counting the less the more places bear it
_MOST_PLACES = 40


def lying_among(gazetteer: Gazetteer, sure: Collection[str], doubtful: Collection[str]) -> set[str]:
    """
    Return the doubtful names that a place bears near where several of the sure names can lie.

    "Tyre had been passed through", read as a person, in a report on Sidon and Nabatieh.

    Parameters
    ----------
    gazetteer
        Knows the places of names.
    sure, doubtful
        Names of one report; those in question, and those that surely are places.
    """
    rare = {name: places for name in sorted(set(doubtful)) if (places := gazetteer.candidates(name))}
    rare = {name: places for name, places in rare.items() if len(places) <= MOST_BEARERS}
    if not rare:
        return set()
    others = [
        unit_vectors([point_of(place) for place in places])
        for name in sorted(set(sure) - set(rare))
        if (places := gazetteer.candidates(name)[:_MOST_PLACES])
    ]
    found = set()
    for name, places in rare.items():
        mine = unit_vectors([point_of(place) for place in places])
        company = np.zeros(len(places))
        for other in others:
            near = (mine @ other.T > np.cos(AMONG_M / EARTH_M)).any(1)
            company += near / np.log2(1.0 + len(other))
        if company.max() >= ENOUGH:
            found.add(name)
    return found
