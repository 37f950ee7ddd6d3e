"""Learn the weights by which an action without a named place finds its place.

    python data/train_placing.py

Reads `data/marked-reports` but for hand `d`, which shows how it reads what it has not seen. Every action
that the parser reads without a place is one decision between the places told so far; a softmax over their
features is fitted to all decisions whose answer is among them (L2, `scipy`). The same reports give the same
bytes.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from marked_reports import Mark, MarkedReport, read_marked
from scipy.optimize import minimize

from mapper.model import Report, Toponym
from mapper.pipeline import extract
from mapper.text import whereabouts
from mapper.text.focus import key
from mapper.text.placing import Telling, candidates, expand, word_kind

TARGET = Path(__file__).parents[1] / "mapper" / "resources" / "placing.tsv"
UNSEEN = "d"
FAMILIES = {
    **dict.fromkeys(("capture", "withdraw", "surrender", "handover"), "territory"),
    **dict.fromkeys(("assault", "clash", "repulse"), "ground"),
    **dict.fromkeys(("shelling", "airstrike", "missile", "naval_fire", "ied"), "remote"),
    **dict.fromkeys(("advance", "redeploy"), "movement"),
    **dict.fromkeys(("siege", "siege_lifted"), "siege"),
}
RARE, PENALTY = 8, 4.0
Decision = tuple[list[dict[str, float]], list[bool]]


def fold(name: str) -> str:
    """Return a name without accents, marks and capitals."""
    return "".join(c for c in unicodedata.normalize("NFKD", name).casefold() if c.isalnum())


def decide(telling: Telling, marks: list[Mark]) -> tuple[str, list[Toponym], Decision] | None:
    """Return the places an action may mean and which of them the marks of its clause or sentence name."""
    action = telling.action
    family = FAMILIES.get(action.kind, action.kind)
    beside = [m for m in marks if m.start < action.sentence_end and action.sentence_start < m.end]
    clause = [m for m in beside if action.clause_start <= m.start < action.clause_end]
    alike = [m for m in beside if FAMILIES.get(m.kind, m.kind) == family]
    gold = {fold(m.place) for m in [m for m in alike if m in clause] or alike or clause}
    found = list(candidates(telling))
    names = [fold(key(toponym)) for toponym, _ in found]
    right = [name in gold for name in names]
    if not any(right):
        right = [any(len(n) > 3 and (n in place or place in n) for place in gold if place) for n in names]
    if not any(right):
        return None
    kind = word_kind(action.place_word)
    return kind, [t for t, _ in found], ([dict(expand(f, kind)) for _, f in found], right)


def collect(reports: Iterable[MarkedReport]) -> list[tuple[str, list[Toponym], Decision]]:
    """Return the decisions of all reports, in their order."""
    decisions, tellings = [], []

    def record(telling: Telling) -> Toponym | None:
        tellings.append(telling)
        return telling.rule  # whatever the weights were before

    whereabouts.likeliest = record
    for report in reports:
        tellings.clear()
        extract(Report(report.id, report.text, report.published))
        decisions += [found for t in tellings if (found := decide(t, report.marks)) is not None]
    return decisions


def fit(decisions: list[Decision]) -> dict[str, float]:
    """Return the weights that make the marked places likeliest."""
    counts = Counter(name for features, _ in decisions for f in features for name in f)
    names = sorted(name for name, count in counts.items() if count >= RARE)
    column = {name: i for i, name in enumerate(names)}
    rows = np.zeros((sum(len(features) for features, _ in decisions), len(names)))
    group = np.repeat(np.arange(len(decisions)), [len(features) for features, _ in decisions])
    right = np.array([r for _, answers in decisions for r in answers], float)
    for i, features in enumerate(f for fs, _ in decisions for f in fs):
        for name, value in features.items():
            if name in column:
                rows[i, column[name]] = value

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        score = rows @ weights
        top = np.full(len(decisions), -np.inf)
        np.maximum.at(top, group, score)
        odds = np.exp(score - top[group])
        total, good = np.bincount(group, odds), np.maximum(np.bincount(group, odds * right), 1e-12)
        slope = rows.T @ (odds / total[group] - odds * right / good[group])
        penalty = 0.5 * PENALTY * float(weights @ weights)
        return -float(np.log(good / total).sum()) + penalty, slope + PENALTY * weights

    best = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B").x
    return dict(zip(names, best, strict=True))


def main() -> None:
    """Write the weights of all features, and say how often the marked place is the likeliest."""
    decisions = [found for _, _, found in collect(r for r in read_marked() if r.group != UNSEEN)]
    weights = fit(decisions)
    lines = [f"{name}\t{weight:.2f}\n" for name, weight in weights.items() if abs(weight) >= 0.005]
    head = "# What each feature of a place adds to its being meant; written by data/train_placing.py.\n"
    TARGET.write_text(head + "".join(lines), encoding="utf-8")
    right = sum(
        answers[max(range(len(answers)), key=lambda i: sum(weights.get(n, 0) * v for n, v in fs[i].items()))]
        for fs, answers in decisions
    )
    print(f"{len(decisions)} decisions, {right / len(decisions):.3f} right")


if __name__ == "__main__":
    main()
