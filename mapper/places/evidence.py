"""What speaks for each candidate of each name of a report, as numbers.

The names of a report are judged together: where the others probably are is evidence for each. So
`evidence` is given a probability for every candidate and returns a row of numbers a candidate, from
which `mapper.places.ranker` makes better probabilities; `mapper.places.resolve` does so twice.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mapper.model import Locative, Toponym
from mapper.places.candidates import (
    CLASSES,
    EARTH_M,
    NEIGHBOUR,
    Candidates,
    Floats,
    Ints,
    bearings,
    great_circle_m,
)

STRONG = 0.02  # candidates less probable than this are no evidence for other names
TOGETHER_M = 50_000.0  # places this near each other make a region that local news is about
_ANOTHER = 0.25  # how well a distance fits that is told from another place than the words suggest
_DETOUR = 1.25  # how much longer than the geodesic a road is
LISTED = 0.85  # names as close as this (50 characters) may stand in one list
FAR = math.log1p(20_000.0)  # log kilometres: half around the earth, where nothing is known

# The columns of the rows, in order; trained weights know them by name.
COLUMNS = (
    "log_population", "population_share", "population_lead", "population_rank", "match", "match_lead",
    "level", "class", "seat", "spellings", "extent", "candidates", "in_country", "same_name", "words",
    "short_capitals", "mentions", "first_mention", "word_fit", "demonym", "kind",
    "probability", "best_rival", "near_25", "near_100", "near_400", "nearest", "previous", "next",
    "local_near", "local_country", "local_admin1", "alike", "same_country", "same_admin1", "top_country",
    "named_country", "named_admin1", "named_admin2", "holds", "parent", "parent_lead", "child", "told",
    "names", "top_share", "spread", "possible_near", "possible_admin1",
)  # fmt: skip


def share(scores: Floats, owner: Ints, count: int) -> Floats:
    """
    Turn log-odds into probabilities that sum to one for each of `count` names (softmax).

    Examples
    --------
    >>> share(np.array([0.0, 0.0, 7.0]), np.array([0, 0, 1]), 2).tolist()
    [0.5, 0.5, 1.0]
    >>> share(np.array([]), np.array([], int), 0).tolist()
    []
    """
    if not len(scores):
        return scores
    odds = np.exp(scores - by_owner(np.maximum, scores, owner, count)[owner])
    return np.asarray(odds / np.bincount(owner, odds, count)[owner])


def by_owner(reduce: np.ufunc, values: Floats, owner: Ints, count: int) -> Floats:
    """Return the `reduce` (maximum, add) of the values of each owner; -inf or 0 for none."""
    out = np.full(count, -np.inf if reduce is np.maximum else 0.0)
    reduce.at(out, owner, values)
    return out


def best_other(values: Floats, owner: Ints, count: int, empty: float) -> Floats:
    """Return for each candidate the largest value among the rivals for its name."""
    first = by_owner(np.maximum, values, owner, count)
    at_first = values == first[owner]
    ties = np.bincount(owner, at_first, count)
    second = by_owner(np.maximum, np.where(at_first, -np.inf, values), owner, count)
    rival = np.where(at_first & (ties[owner] < 2), second[owner], first[owner])
    return np.asarray(np.where(np.isfinite(rival), rival, empty))


def prominence(candidates: Candidates) -> Floats:
    """Return log-odds from what the place is and how well its name matched, the report unread."""
    places = candidates.places
    size = np.log10(np.array([p.population for p in places], float) + 100)
    seat = np.array([p.feature_code == "PPLC" for p in places], float)
    match = np.array([p.match for p in places], float)
    bonus = np.array([0.0, 0.0, 2.0, 4.0])[candidates.level]
    odds = 1.6 * size + bonus + seat + 6.0 * (match - 1.0) - 4.0 * (candidates.kind == NEIGHBOUR)
    return np.asarray(odds)


def standing(candidates: Candidates) -> dict[str, Floats]:
    """Return the columns that do not depend on where the other names are."""
    names, places, owner, count = candidates.names, candidates.places, candidates.owner, len(candidates.names)
    population = np.array([p.population for p in places], float)
    size = np.log10(population + 1)
    total = np.maximum(np.bincount(owner, population, count), 1.0)
    match = np.array([p.match for p in places], float)
    pairs = list(zip(owner.tolist(), candidates.country.tolist(), strict=True))
    together = Counter(pairs)
    wanted = [names[o].class_word for o in owner]
    mentions = max(1, len(candidates.order))
    first = {n: spot for spot, n in reversed(list(enumerate(candidates.order.tolist())))}

    def of_name(values: list[float]) -> Floats:
        return np.array(values, float)[owner]

    return {
        "log_population": size,
        "population_share": population / total[owner],
        "population_lead": size - best_other(size, owner, count, empty=0.0),
        "population_rank": larger(size, owner),
        "match": match,
        "match_lead": match - best_other(match, owner, count, empty=0.0),
        "level": candidates.level.astype(float),
        "class": np.array([CLASSES.find(p.feature_class[:1] or "P") for p in places], float),
        "seat": np.array([{"PPLC": 2.0, "PPLA": 1.0}.get(p.feature_code, 0.0) for p in places]),
        "spellings": np.log1p(np.array([p.name_count for p in places], float)),
        "extent": np.log1p(np.array([p.extent_m for p in places], float)),
        "candidates": np.log1p(np.bincount(owner, minlength=count)).astype(float)[owner],
        "in_country": np.array([float(together[pair]) for pair in pairs]),
        "same_name": np.array(
            [float(p.name.casefold() == names[o].text.casefold()) for p, o in zip(places, owner, strict=True)]
        ),
        "words": of_name([float(len(name.text.split())) for name in names]),
        "short_capitals": of_name(
            [name.text.isupper() * (2.0 if len(name.text) < 6 else 1.0) for name in names]
        ),
        "mentions": of_name([len(name.mentions) / mentions for name in names]),
        "first_mention": of_name([first.get(n, mentions) / mentions for n in range(count)]),
        "word_fit": np.array(
            [bool(w) * (1.0 if w == p.feature_class else -1.0) for w, p in zip(wanted, places, strict=True)]
        ),
        "demonym": of_name([float(name.demonym) for name in names]),
        "kind": candidates.kind.astype(float),
    } | company(candidates)


def larger(size: Floats, owner: Ints) -> Floats:
    """
    Return how many values of the same owner are greater than each.

    Examples
    --------
    >>> larger(np.array([3.0, 5.0, 3.0, 1.0]), np.array([0, 0, 0, 1])).tolist()
    [1.0, 0.0, 1.0, 0.0]
    """
    order = np.lexsort((-size, owner))
    place = np.arange(len(size))
    fresh = np.diff(owner[order], prepend=-1) != 0
    equal = ~fresh & (np.diff(size[order], prepend=np.nan) == 0)
    first_equal = np.maximum.accumulate(np.where(equal, 0, place))
    start = np.maximum.accumulate(np.where(fresh, place, 0))
    rank = np.empty(len(size))
    rank[order] = first_equal - start
    return rank


def company(candidates: Candidates) -> dict[str, Floats]:
    """Return how many other names could mean a place near each candidate, or in its first-order unit.

    However improbable each is alone: three small towns of one county are rarely a coincidence. A name counts
    the less the more places bear it.
    """
    owner, total = candidates.owner, len(candidates.places)
    near, unit = np.zeros(total), np.zeros(total)
    if total:
        starts = np.flatnonzero(np.diff(owner, prepend=-1))
        bearers = owner[starts]
        rarity = 1.0 / np.log2(1.0 + np.diff(starts, append=total))
        for name in bearers:
            mine = np.flatnonzero(owner == name)
            weight = np.where(bearers == name, 0.0, rarity)
            close = candidates.xyz[mine] @ candidates.xyz.T > np.cos(TOGETHER_M / EARTH_M)
            same = (candidates.admin1[mine][:, None] == candidates.admin1) & (candidates.admin1 > 0)
            near[mine] = np.logical_or.reduceat(close, starts, axis=1) @ weight
            unit[mine] = np.logical_or.reduceat(same, starts, axis=1) @ weight
    return {"possible_near": near, "possible_admin1": unit}


def surroundings(candidates: Candidates, probability: Floats) -> dict[str, Floats]:
    """Return the columns that tell where the other names of the report probably are."""
    owner, count, total = candidates.owner, len(candidates.names), len(candidates.places)
    # A place that only stands in for another name's place would vouch for itself.
    strong = np.flatnonzero((probability >= STRONG) & (candidates.kind < NEIGHBOUR))
    other = np.asarray(owner[:, None] != owner[strong])
    weight = np.where(other, probability[strong][None, :], 0.0)
    local = weight * candidates.closeness[owner[:, None], owner[strong][None, :]]
    km = great_circle_m(candidates.xyz, candidates.xyz[strong]) / 1000.0
    country = same_unit(candidates.country, strong)
    admin1 = same_unit(candidates.admin1, strong)
    admin2 = same_unit(candidates.admin2, strong)
    of_level = candidates.level[strong][None, :]
    inside = within(candidates, strong)
    holds = within(candidates, strong, turned=True)
    likely = np.where(other & (probability[strong] >= 0.25)[None, :], km, 20_000.0)
    mass = np.bincount(candidates.country[strong], probability[strong], candidates.country.max(initial=0) + 1)
    mass[0] = 0.0
    part = mass / max(mass.sum(), 1e-9)
    others = max(1, count - 1)
    picked = np.full(count, -1, np.int64)
    if total:
        best = by_owner(np.maximum, probability, owner, count)
        for i in np.flatnonzero(probability == best[owner])[::-1]:
            picked[owner[i]] = i
    before, after = beside(candidates, picked)
    parents = np.zeros((count, count), bool)
    for n, name in enumerate(candidates.names):
        parents[n, list(name.parents)] = True
    pairs = np.ix_(owner, owner[strong])
    follows = parents[pairs]
    leads = parents.T[pairs]
    has_parent, has_child = np.asarray(parents.any(1)), np.asarray(parents.any(0))
    none = np.full(total, -1.0)
    parent = np.where(has_parent[owner], (weight * inside * follows).max(1, initial=0.0), none)
    return {
        "probability": probability,
        "best_rival": best_other(probability, owner, count, empty=0.0),
        "near_25": (weight * (km < 25)).sum(1),
        "near_100": (weight * (km < 100)).sum(1),
        "near_400": (weight * (km < 400)).sum(1) / others,
        "nearest": np.log1p(likely.min(1, initial=20_000.0)),
        "previous": before,
        "next": after,
        "local_near": (local * (km < 100)).sum(1),
        "local_country": (local * country).sum(1),
        "local_admin1": (local * admin1).sum(1),
        "alike": alike(candidates, probability),
        "same_country": (weight * country).sum(1) / others,
        "same_admin1": (weight * admin1).sum(1),
        "top_country": mass[candidates.country] / max(mass.max(initial=0.0), 1e-9),
        "named_country": (weight * (country & (of_level == 3))).max(1, initial=0.0),
        "named_admin1": (weight * (admin1 & (of_level == 2))).max(1, initial=0.0),
        "named_admin2": (weight * (admin2 & (of_level == 1))).max(1, initial=0.0),
        "holds": (weight * holds).sum(1),
        "parent": parent,
        "parent_lead": np.where(has_parent[owner], parent - best_other(parent, owner, count, empty=0.0), 0.0),
        "child": np.where(has_child[owner], (weight * holds * leads).max(1, initial=0.0), none),
        "names": np.full(total, np.log(count)),
        "top_share": np.full(total, mass.max(initial=0.0) / max(mass.sum(), 1e-9)),
        "spread": np.full(total, np.exp(-(part * np.log(np.maximum(part, 1e-9))).sum())),
    }


def alike(candidates: Candidates, probability: Floats) -> Floats:
    """Return how probably the names beside each candidate's mean places of its level; -1 where none do.

    In "Ohio, Oregon, Utah, Washington and Wisconsin" all are states.
    """
    names = np.arange(len(candidates.names))
    beside = (candidates.closeness > LISTED) & (names[:, None] != names)
    levels = np.zeros((len(names), 4))
    np.add.at(levels, (candidates.owner, candidates.level), probability)
    count = beside.sum(1)
    means = np.where(count[:, None] > 0, beside @ levels / np.maximum(count, 1)[:, None], -1.0)
    return np.asarray(means[candidates.owner, candidates.level])


def same_unit(units: Ints, strong: Ints) -> NDArray[np.bool_]:
    """Return which candidates (rows) lie in the same known unit as the strong ones (columns)."""
    return np.asarray((units[:, None] == units[strong]) & (units > 0)[:, None])


def within(candidates: Candidates, strong: Ints, *, turned: bool = False) -> NDArray[np.bool_]:
    """Return which candidates (rows) lie inside the units among the strong ones, or `turned` hold them."""
    mine, theirs = candidates.level[:, None], candidates.level[strong][None, :]
    outer, inner = (mine, theirs) if turned else (theirs, mine)
    held = np.zeros((len(candidates.places), len(strong)), bool)
    for level, units in ((3, candidates.country), (2, candidates.admin1), (1, candidates.admin2)):
        held |= same_unit(units, strong) & (outer == level) & (inner < level)
    return held


def beside(candidates: Candidates, picked: Ints) -> tuple[Floats, Floats]:
    """Return log kilometres to the pick of the name mentioned before and after, the least over mentions."""
    if not len(candidates.places):
        return np.zeros(0), np.zeros(0)
    # To the metre: what is finer is noise of the arc cosine.
    km = np.round(great_circle_m(candidates.xyz, candidates.xyz[picked])) / 1000.0
    away = np.where(picked >= 0, np.log1p(km), FAR)
    columns = []
    for names in (candidates.order, candidates.order[::-1]):
        follows = np.zeros((len(picked), len(picked)), bool)
        follows[names[1:], names[:-1]] = True
        np.fill_diagonal(follows, False)
        columns.append(np.where(follows[candidates.owner], away, FAR).min(1, initial=FAR))
    return columns[0], columns[1]


def geometry_told(
    candidates: Candidates, toponyms: Sequence[Toponym], locatives: Sequence[Locative], probability: Floats
) -> Floats:
    """Return for each candidate how well the report's own distances and directions fit it.

    The least fit among the statements about its name, each averaged over where the other end probably
    is and measured by the best candidate's: 1 where the report states nothing, or all fit alike, so a
    wrong statement harms no candidate more than its rivals. A landmark that the words leave open says
    nothing of the landmark itself.
    """
    told = np.ones(len(candidates.places))
    names = candidates.names
    at = {(toponyms[m].start, toponyms[m].end): n for n, name in enumerate(names) for m in name.mentions}
    for stated in locatives:
        subject = at.get((stated.subject.start, stated.subject.end)) if stated.subject else None
        if subject is None or (not stated.distance_m and stated.bearing_deg is None):
            continue
        ends = np.flatnonzero(candidates.owner == subject)
        meant = np.zeros(len(ends))
        for turn, toponym in enumerate((*stated.landmarks, *stated.others)):
            landmark = at.get((toponym.start, toponym.end))
            if landmark is None or subject == landmark:
                continue
            marks = np.flatnonzero(candidates.owner == landmark)
            a, b = candidates.xyz[marks], candidates.xyz[ends]
            fits = fit(stated, great_circle_m(a, b), bearings(a, b))
            if stated.implicit:
                # Which place it is told from is a guess: what fits from another fits less well.
                meant = np.maximum(meant, fits.T @ probability[marks] * (_ANOTHER if turn else 1.0))
                continue
            for mine, others, table in ((ends, marks, fits.T), (marks, ends, fits)):
                agreed = table @ probability[others] + 1e-6
                told[mine] = np.minimum(told[mine], agreed / agreed.max(initial=1e-6))
        if meant.max(initial=0.0) > 0:
            told[ends] = np.minimum(told[ends], (meant + 1e-6) / (meant.max() + 1e-6))
    return told


def fit(stated: Locative, measured_m: Floats, measured_deg: Floats) -> Floats:
    """Return how well places fit a stated distance or direction: 1 perfectly, towards 0 not at all.

    Writers round and measure along roads, so a third more or less than stated still fits well; a
    compass word is good to 45 degrees (Chapman and Wieczorek, Georeferencing Best Practices, 2020).
    """
    score = np.ones(measured_m.shape)
    if stated.distance_m:
        ratio = np.log(np.maximum(measured_m, 1.0) * (_DETOUR if stated.road else 1.0) / stated.distance_m)
        if stated.comparator == "<":
            ratio = np.maximum(ratio, 0.0)
        if stated.comparator == ">":
            ratio = np.minimum(ratio, 0.0)
        score = score * np.exp(-((ratio / 0.5) ** 2))
    if stated.bearing_deg is not None:
        off = np.abs((measured_deg - stated.bearing_deg + 180.0) % 360.0 - 180.0)
        score = score * np.exp(-((off / 60.0) ** 2))
    return score
