"""Which place does each name of a report mean? Decided jointly over the report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mapper.model import Gazetteer, Locative, Place, Resolution, Toponym
from mapper.places.candidates import (
    INNER,
    NEIGHBOUR,
    NONE_OF_THESE,
    Candidates,
    Floats,
    Name,
    gather,
    great_circle_m,
    group_names,
)
from mapper.places.evidence import COLUMNS, by_owner, geometry_told, prominence, share, standing, surroundings
from mapper.places.explain import described, in_words
from mapper.places.names import fold
from mapper.places.ranker import Ranker, shipped_ranker

MOST_TOPONYMS = 200  # judged together; a longer list of names is taken in parts
WELL_MATCHED = ("name", "alternate", "abbreviation", "demonym")  # no need of a neighbouring name's place
BESIDE_M = 15_000.0  # an airport lies this near to the town whose name it bears
RIVER_M = 50_000.0  # a river stands at its mouth, this far at most from the town that bears its name
SEAT_M = 30_000.0  # a district and the town it is named after have points this near each other
SEAT = 0.2  # a town this likely, measured by the province that bears its name, is meant rather than it
SEAT_AFAR = 0.5  # where the town lies so far from the province's point that they are two answers
SEAT_OF_DISTRICT = 0.03  # or by a district, an airport, a lake
SEAT_OF_END = 0.005  # where the report measures a distance from it: it measures from towns
SETTLED = 3.0  # log-odds for the place that the name has in the parts of the report before
TOLD = 1.5  # weight of the log of how well stated distances and directions fit
DOUBTFUL = 0.6  # less sure than this, a place that a stated distance contradicts is none
LEAST = 0.03  # a place less probable than this, as a place and as the right one, is none
SURE = 0.5  # a place this probable tells where the report is about
STRAY = 0.25  # less sure than this, a place far from all that are sure is a namesake: none
STRAY_M = 500_000.0  # so far, and in another country
SLIP_M = 150_000.0  # so far, where its name is not quite as written
KNOWN = 10_000  # people: so far from all that are sure, a smaller town is a namesake however sure
KNOWN_BY_ANOTHER_NAME = 300_000  # and so is a town that does not call itself so
NEARBY_M = 25_000.0  # how far from its neighbour a village may lie that no table carries
FITS = 0.1  # a place of the class that the words say, this likely beside the likeliest, is meant
OWN = 0.02  # a place that bears the name, this likely, is meant rather than the place of a neighbouring name
NEAR_M = 161_000.0  # two candidates this near count as one answer
_STANDS_IN_TOWN = re.compile(
    r"\b(?:street|road|avenue|boulevard|square|highway|lane|drive|quarter|gate|market|hotel|tower|building|house|"
    r"office|ministry|court|centre|center|institute|academy|arena|theatre|theater|library|plaza|embassy)\b",
    re.IGNORECASE,
)


def resolve(
    toponyms: Sequence[Toponym],
    locatives: Sequence[Locative],
    gazetteer: Gazetteer,
    *,
    text: str,
    ranker: Ranker | None = None,
) -> list[Resolution]:
    """
    Choose a place, or none, for every toponym of a report.

    Parameters
    ----------
    toponyms, locatives
        Spans of `text`; stated distances and directions count as evidence.
    gazetteer
        Offers the candidates.
    ranker
        Other weights than those of the package.

    Returns
    -------
    resolutions
        One a toponym, in their order; `place` is None where none of the candidates will do. No
        toponyms give no resolutions.

    Examples
    --------
    >>> from mapper.places.gazetteer import open_gazetteer
    >>> text = "Shops in Tripoli, Lebanon, stayed shut."
    >>> names = [Toponym(9, 16, "Tripoli"), Toponym(18, 25, "Lebanon")]
    >>> [r.place.country for r in resolve(names, [], open_gazetteer(), text=text)]
    ['LB', 'LB']
    >>> resolve([], [], open_gazetteer(), text="Shops stayed shut.")
    []
    """
    weights = ranker or shipped_ranker()
    settled: dict[str, str] = {}  # of a long report, what the names mean in the parts before
    found: list[Resolution] = []
    for part, stated in parts(toponyms, locatives):
        names = group_names(part, gazetteer, text=text)
        candidates, probability, rows = judge(names, part, stated, settled, weights)
        chosen = choose(candidates, probability, rows, part, stated, weights, settled)
        settled |= {r.toponym.text.casefold(): r.place.id for r in chosen if r.place}
        found += chosen
    return found


def parts(
    toponyms: Sequence[Toponym], locatives: Sequence[Locative]
) -> Iterator[tuple[Sequence[Toponym], list[Locative]]]:
    """Give the names of a report in parts, each with the statements that name one of them."""
    part_of = {(t.start, t.end): number // MOST_TOPONYMS for number, t in enumerate(toponyms)}
    told: dict[int, list[Locative]] = {}
    for stated in locatives:
        ends = ((end.start, end.end) for end in (stated.subject, *stated.landmarks) if end)
        for part in {part_of[end] for end in ends if end in part_of}:
            told.setdefault(part, []).append(stated)
    for first in range(0, len(toponyms), MOST_TOPONYMS):
        yield toponyms[first : first + MOST_TOPONYMS], told.get(first // MOST_TOPONYMS, [])


def judge(
    names: Sequence[Name],
    toponyms: Sequence[Toponym],
    locatives: Sequence[Locative],
    settled: Mapping[str, str],
    ranker: Ranker,
) -> tuple[Candidates, Floats, Floats]:
    """
    Return the candidates of all names, the probability of each and the evidence for it.

    Each pass sees where the pass before put the other names. Before the last one, names that no place
    bears well are offered the places of their neighbours. The probabilities of a name's candidates sum to
    less than one: the rest is for none of them.
    """
    candidates = gather(names, toponyms)
    probability = first_guess(candidates, settled)
    fixed = standing(candidates)
    for number, trees in enumerate(ranker.passes):
        if number == len(ranker.passes) - 1:
            more, probability = offer_neighbours(candidates, probability, toponyms)
            fixed = fixed if more is candidates else standing(more)
            candidates = more
        rows, owner = evidence(candidates, toponyms, locatives, probability, fixed)
        odds = trees.scores(rows)
        odds[: len(probability)] += fixed_odds(candidates, settled, rows)
        probability = share(odds, owner, len(candidates.names))[: len(probability)]
    return candidates, probability, rows


def first_guess(candidates: Candidates, settled: Mapping[str, str]) -> Floats:
    """Return probabilities from prominence, match and what the parts before settled."""
    odds = prominence(candidates) + SETTLED * settled_here(candidates, settled)
    return share(odds, candidates.owner, len(candidates.names))


def settled_here(candidates: Candidates, settled: Mapping[str, str]) -> Floats:
    """Return 1 for candidates that are what their name means in the parts before, else 0."""
    names = [settled.get(name.text.casefold()) for name in candidates.names]
    pairs = zip(candidates.owner.tolist(), candidates.places, strict=True)
    return np.array([float(place.id == names[owner]) for owner, place in pairs])


def fixed_odds(candidates: Candidates, settled: Mapping[str, str], rows: Floats) -> Floats:
    """Return log-odds for what training text hardly holds: stated geometry and the parts before."""
    told = rows[: len(candidates.places), COLUMNS.index("told")]
    return TOLD * np.log(np.maximum(told, 0.02)) + SETTLED * settled_here(candidates, settled)


def evidence(
    candidates: Candidates,
    toponyms: Sequence[Toponym],
    locatives: Sequence[Locative],
    probability: Floats,
    fixed: Mapping[str, Floats] | None = None,
) -> tuple[Floats, NDArray[np.int64]]:
    """
    Return a row of `COLUMNS` for each candidate, then one for "none of these" for each name.

    That row holds the best its candidates have in each column. The second result is the position of
    the name of each row. `fixed` holds the columns of `standing` where they are known already.
    """
    columns = {**(fixed or standing(candidates)), **surroundings(candidates, probability)}
    columns["told"] = geometry_told(candidates, toponyms, locatives, probability)
    rows = np.column_stack([columns[name] for name in COLUMNS])
    count = len(candidates.names)
    none = np.full((count, len(COLUMNS)), -1.0)
    np.maximum.at(none, candidates.owner, rows)
    none[:, COLUMNS.index("kind")] = NONE_OF_THESE
    return np.vstack([rows, none]), np.concatenate([candidates.owner, np.arange(count)])


def offer_neighbours(
    candidates: Candidates, probability: Floats, toponyms: Sequence[Toponym]
) -> tuple[Candidates, Floats]:
    """Offer names that no place bears well the probable places of the names beside them.

    A street or an institution stands in or near a place that the report names.
    """
    count = len(candidates.names)
    picks: list[Place | None] = [None] * count
    best = by_owner(np.maximum, probability, candidates.owner, count)
    for i in np.flatnonzero(probability >= np.maximum(best[candidates.owner], 0.3))[::-1]:
        picks[candidates.owner[i]] = candidates.places[i]
    order = candidates.order.tolist()
    names, kept = [], []
    for n, name in enumerate(candidates.names):
        mine = probability[candidates.owner == n].tolist()
        if name.mentions and not any(place.matched in WELL_MATCHED for place in name.places):
            spots = [spot for spot, owner in enumerate(order) if owner == n]
            beside = [order[s] for spot in spots for s in (spot - 1, spot + 1) if 0 <= s < len(order)]
            known = {place.id for place in name.places}
            offered = {p.id: p for m in beside if (p := picks[m]) and p.id not in known}
            name = replace(name, places=name.places + tuple(offered.values()), neighbours=len(offered))
            mine += [0.0] * len(offered)
        names.append(name)
        kept += mine
    if len(kept) == len(probability):
        return candidates, probability
    return gather(names, toponyms), np.array(kept)


def preferred(candidates: Candidates, name: Name, likely: Floats, mine: NDArray[np.int64]) -> int:
    """Return the likeliest of the candidates `mine` of a name, or one that its words prefer if it is likely.

    A street stands in the place named beside it, but a village that a table spells otherwise is itself. In
    "Sumy region" and "the town of Terter" the word says which of the places of that name is meant.
    """
    top = int(np.argmax(likely))
    kind = candidates.kind[mine]
    own = np.where((kind < NEIGHBOUR) & (kind != INNER), likely, 0.0)
    if kind[top] == NEIGHBOUR and own.max() >= OWN * likely[top]:
        top = int(np.argmax(own))
    if name.class_word and kind[top] < INNER:
        classes = np.array([candidates.places[i].feature_class for i in mine])
        fits = np.where(classes == name.class_word, own, 0.0)
        if fits.max() >= FITS * likely[top]:
            top = int(np.argmax(fits))
    return top


def place_of(candidates: Candidates, pick: int) -> Place:
    """Return the place of a candidate; a village that only a neighbour places is no part of the neighbour.

    What happens in a street or an institution happens in its town. What happens in a village that no table
    carries is near the town named beside it, not in it.
    """
    place, name = candidates.places[pick], candidates.names[candidates.owner[pick]]
    if (
        candidates.kind[pick] != NEIGHBOUR
        or _STANDS_IN_TOWN.search(name.text)
        or name.class_word in tuple("SL")
    ):
        return place
    return replace(
        place,
        id=f"near:{place.id}:{fold(name.text)}",
        name=name.text,
        feature_code="",
        population=0,
        extent_m=max(place.extent_m, NEARBY_M),
        matched="neighbour",
    )


def seat_of(candidates: Candidates, likely: Floats, mine: NDArray[np.int64], top: int, *, end: bool) -> int:
    """Return the town of the same name in or beside the place `top`, if it is nearly as likely, else `top`.

    "Shells fell on Aden" means the town; the province is meant where the text says so, or where it is much
    likelier and its point lies as far off as that of New York from the city. The same for an airport, a
    port or a lake that bears the name of the town beside it; and always where the report measures a distance
    from it (`end`). `likely` and `top` count the candidates `mine` of one name.
    """
    unit = mine[top]
    letter, level = candidates.places[unit].feature_class, candidates.level[unit]
    if letter == "P" or level == 3:
        return top
    away = great_circle_m(candidates.xyz[mine], candidates.xyz[[unit]])[:, 0]
    beside = {"A": 0.0 if level else BESIDE_M, "H": RIVER_M}.get(letter, BESIDE_M)
    towns = away < (SEAT_M if end else beside)
    if level in (1, 2):
        units = candidates.admin1 if level == 2 else candidates.admin2
        towns |= (units[mine] == units[unit]) & (units[unit] > 0)
        same_country = candidates.country[mine] == candidates.country[unit]
        towns |= (away < (NEAR_M if level == 2 else SEAT_M)) & same_country
    towns &= np.array([candidates.places[i].feature_class == "P" for i in mine])
    rivals = np.where(towns, likely, 0.0)
    seat = int(np.argmax(rivals))
    province = SEAT if away[seat] < NEAR_M else SEAT_AFAR
    least = SEAT_OF_END if end else province if level == 2 else SEAT_OF_DISTRICT
    return seat if rivals[seat] >= max(least * likely[top], 1e-9) else top


def positions(candidates: Candidates, toponyms: Sequence[Toponym]) -> dict[tuple[int, int], int]:
    """Return the number of the name that stands from one character to another."""
    return {
        (toponyms[m].start, toponyms[m].end): n
        for n, name in enumerate(candidates.names)
        for m in name.mentions
    }


def measured_names(
    at: Mapping[tuple[int, int], int], locatives: Sequence[Locative]
) -> list[tuple[Locative, int, int]]:
    """Return (statement, name of its subject, of its landmark) for the stated distances between names."""
    found = []
    for stated in locatives:
        subject = at.get((stated.subject.start, stated.subject.end)) if stated.subject else None
        for toponym in stated.landmarks if stated.distance_m else ():
            landmark = at.get((toponym.start, toponym.end))
            if landmark is not None and landmark != subject:
                found.append((stated, -1 if subject is None else subject, landmark))
    return found


def contradicted(
    candidates: Candidates,
    stated: Sequence[tuple[Locative, int, int]],
    picked: dict[int, tuple[int, float]],
    at: Mapping[tuple[int, int], int],
) -> set[int]:
    """
    Return the names of which every candidate lies where a stated distance cannot be.

    That is three times as far as stated, or a third, and 50 km off. `picked` gives the choice for each name
    and its score: of the two ends the doubtful one is wrong. A landmark that was guessed is not, and what
    is told from it may be told from another.
    """
    wrong = set()
    for claim, subject, landmark in stated:
        if subject not in picked or landmark not in picked or not claim.distance_m:
            continue
        doubtful, sure = sorted((subject, landmark), key=lambda n: picked[n][1])
        if picked[doubtful][1] > DOUBTFUL or (claim.implicit and doubtful == landmark):
            continue
        mine = np.flatnonzero(candidates.owner == doubtful)
        told_from = {sure, *(at.get((t.start, t.end), sure) for t in claim.others)} & picked.keys() - {
            doubtful
        }
        known = candidates.xyz[[picked[n][0] for n in sorted(told_from)]]
        measured = great_circle_m(candidates.xyz[mine], known)
        ratio = np.maximum(measured, 1.0) / claim.distance_m
        far = (
            (ratio > 3.0)
            if claim.comparator == "<"
            else (ratio < 1 / 3)
            if claim.comparator == ">"
            else ((ratio > 3.0) | (ratio < 1 / 3))
        )
        if (far & (np.abs(measured - claim.distance_m) > 50_000.0)).all():
            wrong.add(doubtful)
    return wrong


def strays(candidates: Candidates, picked: dict[int, tuple[int, float]]) -> set[int]:
    """
    Return the names whose place lies far from every sure one, in none of their countries, and is doubtful.

    Villages that no table carries have namesakes elsewhere: Kilo by Hodeidah is neither Kilo in Finland nor
    Kiel, which Latvians call so. What is known so far away is a large town, by its own name.
    """
    anchors = [best for best, score in picked.values() if score >= SURE and candidates.country[best]]
    sure = np.array(anchors, np.int64)
    found = set()
    for n, (best, score) in picked.items():
        others = sure[sure != best]
        if not len(others) or candidates.country[best] in candidates.country[others]:
            continue
        place = candidates.places[best]
        known = len(others) < 2 or not unknown(place, candidates.names[n].text)
        if score >= STRAY and known:
            continue
        away = great_circle_m(candidates.xyz[[best]], candidates.xyz[others]).min()
        if away > (STRAY_M if place.matched in WELL_MATCHED else SLIP_M):
            found.add(n)
    return found


def unknown(place: Place, name: str) -> bool:
    """Tell whether a report from elsewhere would hardly name a place so."""
    if place.feature_class != "P":
        return False
    own = fold(place.name) == fold(name)
    return place.population < (KNOWN if own else KNOWN_BY_ANOTHER_NAME)


def choose(
    candidates: Candidates,
    probability: Floats,
    rows: Floats,
    toponyms: Sequence[Toponym],
    locatives: Sequence[Locative],
    ranker: Ranker,
    settled: Mapping[str, str],
) -> list[Resolution]:
    """Make the resolutions: of each name the best candidate, the second best elsewhere, and why."""
    found = [Resolution(toponym, None, why=("no place of that name is known",)) for toponym in toponyms]
    here = settled_here(candidates, settled)
    at = positions(candidates, toponyms)
    stated = measured_names(at, locatives)
    ends = {n for _, subject, landmark in stated for n in (subject, landmark)}
    picked: dict[int, tuple[int, float]] = {}
    seconds: dict[int, int] = {}
    for n, name in enumerate(candidates.names):
        mine = np.flatnonzero(candidates.owner == n)
        if not len(mine):
            continue
        likely = probability[mine]
        near = great_circle_m(candidates.xyz[mine], candidates.xyz[mine]) <= NEAR_M
        # Town, district and province of one name lie together: they win together, then the likeliest of them.
        agreed = near @ likely
        there = np.where(near[int(np.argmax(agreed))], likely, 0.0)
        top = preferred(candidates, name, there, mine)
        if name.class_word != "A":
            top = seat_of(candidates, likely, mine, top, end=n in ends)
        pick = int(mine[top])
        picked[n] = pick, ranker.calibrate(float(agreed[top]), candidates.places[pick].extent_m)
        if not near[top].all():
            seconds[n] = int(mine[np.argmax(np.where(near[top], -1.0, likely))])
    wrong = contradicted(candidates, stated, picked, at) | strays(candidates, picked)
    for n, (best, score) in picked.items():
        why = in_words(candidates, best, rows, settled=bool(here[best]))
        second = None
        if n in seconds:
            second = candidates.places[seconds[n]]
            against = "; ".join(in_words(candidates, seconds[n], rows, settled=bool(here[seconds[n]])))
            why += (f"runner-up {described(second)}: {against}",)
        approximate = candidates.kind[best] == NEIGHBOUR or candidates.places[best].matched == "inner"
        for m in candidates.names[n].mentions:
            known = toponyms[m].score * score >= LEAST and n not in wrong
            flags = ("approximate",) if known and approximate else ()
            place = place_of(candidates, best) if known else None
            found[m] = Resolution(toponyms[m], place, score, second, why, flags)
    return found
