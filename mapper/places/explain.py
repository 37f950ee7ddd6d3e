"""The evidence for a candidate in words, for a reader who doubts a place on the map."""

from __future__ import annotations

from mapper.model import Place
from mapper.places.candidates import NEIGHBOUR, Candidates, Floats
from mapper.places.evidence import COLUMNS

_MATCHES = {
    "alternate": "another name of it",
    "abbreviation": "an abbreviation of it",
    "demonym": "the people of it",
    "bare": "its name without the article",
    "typeless": "its name without the kind of place",
    "looser": "its name with words left out",
    "misspelt": "a misspelling of it",
    "inner": "it is named inside the name",
    "prefix": "the beginning of its name",
}


def in_words(candidates: Candidates, i: int, rows: Floats, *, settled: bool) -> tuple[str, ...]:
    """
    Say what speaks for candidate `i`, the strongest kinds of evidence first.

    `settled` is True where the name has this place further up in the report. A candidate for which nothing
    but its name speaks gives one phrase, never none.
    """
    place = candidates.places[i]
    value = dict(zip(COLUMNS, rows[i].tolist(), strict=True))
    mine = candidates.owner == candidates.owner[i]
    rivals = int(mine.sum()) - 1
    told = rows[: len(mine)][mine, COLUMNS.index("told")]
    found = []
    if settled:
        found.append("the name has this place further up in the report")
    if told.min() < 0.5:
        fits = "fit it" if value["told"] >= 0.5 else "hardly fit it"
        found.append(f"distances or directions stated in the report {fits}")
    if value["parent"] > 0.3:
        found.append("the name is followed by the unit that holds it")
    if value["named_admin1"] > 0.5 and value["level"] < 2:
        found.append(f"the report names {place.admin1}")
    if value["named_country"] > 0.5 and value["level"] < 3:
        found.append(f"the report names its country ({place.country})")
    if value["near_100"] >= 0.5:
        found.append(f"about {max(1, round(value['near_100']))} other names within 100 km")
    if value["same_country"] > 0.2 and place.country:
        found.append(f"{value['same_country']:.0%} of the other names in the same country")
    if value["holds"] >= 0.5:
        found.append(f"about {max(1, round(value['holds']))} other names lie in it")
    if value["word_fit"] > 0:
        found.append("the words beside the name say what kind of place it is")
    if candidates.kind[i] == NEIGHBOUR:
        found.append(f"{place.name} is named beside it")
    elif rivals == 0:
        found.append("no other place of that name is known")
    elif value["population_lead"] > 0.3:
        found.append(f"the largest of {rivals + 1} places of that name")
    if candidates.kind[i] != NEIGHBOUR and place.matched in _MATCHES:
        found.append(_MATCHES[place.matched])
    return tuple(found) or (f"one of {rivals + 1} places of that name",)


def described(place: Place) -> str:
    """
    Return the name of a place with the units that hold it.

    Examples
    --------
    >>> from shapely.geometry import Point
    >>> described(Place("1", "Springfield", Point(-89.65, 39.8), country="US", admin1="Illinois"))
    'Springfield, Illinois, US'
    >>> described(Place("2", "Red Sea", Point(38, 20)))
    'Red Sea'
    """
    return ", ".join(dict.fromkeys(part for part in (place.name, place.admin1, place.country) if part))
