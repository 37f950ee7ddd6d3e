"""Which place does each name of a report mean? Decided jointly over the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mapper.model import Gazetteer, Locative, Place, Resolution, Toponym
from mapper.places.evidence import (
    Candidates,
    Floats,
    gather,
    geometry_told,
    great_circle_m,
    group_names,
    prominence,
    share,
)


def resolve(
    toponyms: Sequence[Toponym],
    locatives: Sequence[Locative],
    gazetteer: Gazetteer,
    *,
    text: str,
    home: str = "",
    prior: Mapping[str, Place] | None = None,
) -> list[Resolution]:
    """
    Choose a place, or none, for every toponym of a report.

    Parameters
    ----------
    toponyms, locatives
        Spans of `text`; stated distances and directions count as evidence.
    gazetteer
        Offers the candidates.
    home
        Country or region of the outlet, as a name; "" when not known.
    prior
        Places that names have in other reports of the build.

    Returns
    -------
    resolutions
        One a toponym, in their order; `place` is None where none of the candidates will do. No
        toponyms give no resolutions.
    """
    if not toponyms:
        return []
    names = group_names(toponyms, gazetteer, text=text)
    candidates = gather(names)
    base = prominence(candidates)
    if prior:
        settled = {key.casefold(): place.id for key, place in prior.items()}
        base = base + np.array(
            [
                4.0 * (settled.get(names[n].text.casefold()) == place.id)
                for n, place in zip(candidates.owner, candidates.places, strict=True)
            ]
        )
    probability = share(base, candidates.owner, len(names))
    for _ in range(2):
        told = geometry_told(candidates, toponyms, locatives, probability)
        score = base + context(candidates, probability) + 3.0 * np.log(np.maximum(told, 0.02))
        probability = share(score, candidates.owner, len(names))
    return choose(candidates, probability, toponyms)


def context(candidates: Candidates, probability: Floats) -> Floats:
    """Return log-odds from where the other names of the report probably are."""
    score = np.zeros(len(candidates.places))
    if len(candidates.names) < 2:
        return score
    strong = np.flatnonzero(probability > 0.02)
    weight = probability[strong] * (candidates.owner[:, None] != candidates.owner[strong][None, :])
    near = great_circle_m(candidates.xyz, candidates.xyz[strong]) < 300_000
    same = (candidates.country[:, None] == candidates.country[strong][None, :]) & (candidates.country > 0)[
        :, None
    ]
    unit = (candidates.admin1[:, None] == candidates.admin1[strong][None, :]) & (candidates.admin1 > 0)[
        :, None
    ]
    named = (candidates.level[strong] == 2)[None, :] & unit
    others = len(candidates.names) - 1
    score += 2.0 * np.log1p((weight * near).sum(1)) + 3.0 * (weight * same).sum(1) / others
    return score + 2.0 * np.log1p((weight * unit).sum(1)) + 2.0 * (weight * named).max(1, initial=0.0)


def choose(candidates: Candidates, probability: Floats, toponyms: Sequence[Toponym]) -> list[Resolution]:
    """Make the resolutions: the best candidate of each name and the second best."""
    found: list[Resolution] = [Resolution(toponym, None) for toponym in toponyms]
    for n, name in enumerate(candidates.names):
        mine = np.flatnonzero(candidates.owner == n)
        if not len(mine):
            continue
        ranked = mine[np.argsort(-probability[mine], kind="stable")]
        best = candidates.places[ranked[0]]
        second = candidates.places[ranked[1]] if len(ranked) > 1 else None
        why = (f"{best.name} is the most probable of {len(mine)} places of that name",)
        for m in name.mentions:
            found[m] = Resolution(toponyms[m], best, float(probability[ranked[0]]), second, why)
    return found
