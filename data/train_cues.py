"""Train the second reading of events: marked reports -> mapper/resources/events/cues.npz.

    python data/train_cues.py            # writes the weights, trained on all of data/marked-reports
    python data/train_cues.py evaluate   # each hand's reports read by a model of the other three

Needs scikit-learn. Logistic regressions, one a kind of event, over the features of `mapper.text.cues`, each
weighed by how rare it is; no chance is in it: the same texts and versions give the same weights.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse
from marked_reports import Mark, MarkedReport, read_marked
from sklearn.linear_model import LogisticRegression

from mapper.model import Toponym
from mapper.pipeline import default_recognizer, with_unseen
from mapper.text.actions import find_actions
from mapper.text.cues import BUCKETS, DOUBTS, READ, hashed, read_cues, read_flags
from mapper.text.locatives import find_locatives
from mapper.text.syntax import find_sentences
from mapper.text.telling import FAMILIES, KINDS, Cue, passages_of
from mapper.text.weighing import DOUBTED, LIKELY

TARGET = Path(__file__).parents[1] / "mapper" / "resources" / "events" / "cues.npz"
STRENGTH = 8.0  # of the regressions: the inverse of their penalty
RAREST = 2  # what fewer cues have is left out


@dataclass(frozen=True, slots=True)
class Example:
    """A cue of a report with what is marked there."""

    group: str
    features: list[str]
    frames: frozenset[str]
    kinds: frozenset[str]
    certainties: frozenset[str]


def examples(report: MarkedReport) -> Iterator[Example]:
    """Yield a cue for each place name, and for each trigger whose place its sentence does not name."""
    text = report.text
    toponyms = default_recognizer()(text)
    locatives = find_locatives(text, toponyms)
    toponyms = with_unseen(text, toponyms, locatives)
    actions = find_actions(text, toponyms, locatives)
    places = [t for t in toponyms if t.role in ("literal", "associative")]
    for passage in passages_of(find_sentences(text), places, actions):
        marks = [m for m in report.marks if passage.sentence.start <= m.start < passage.sentence.end]
        rows = read_cues(text, passage)
        for cue, features in zip(passage.cues, rows, strict=True):
            told = [m for m in marks if is_told_at(m, cue, passage.names) and m.actor != "contested"]
            yield Example(
                report.group,
                features,
                cue.kinds,
                frozenset("holds" if m.kind == "state" else m.kind for m in told),
                frozenset(m.certainty for m in told if m.kind in KINDS),
            )


def is_told_at(mark: Mark, cue: Cue, names: Sequence[Toponym]) -> bool:
    """Return whether a mark is told of a cue: at its name, or at a trigger where it stands at no name."""
    if cue.named:
        return mark.start < cue.end and cue.start < mark.end
    return not any(n.start < mark.end and mark.start < n.end for n in names)


def arrays(rows: Sequence[Example]) -> tuple[scipy.sparse.csr_matrix, np.ndarray]:
    """Return how often each feature stands at each cue (cues, `BUCKETS`), and what frames have read there."""
    found = [hashed(row.features) for row in rows]
    indptr = np.cumsum([0, *(len(ids) for ids, _ in found)])
    ids, values = (np.concatenate(part) for part in zip(*found, strict=True))
    counts = scipy.sparse.csr_matrix((values, ids, indptr), shape=(len(rows), BUCKETS))
    return counts, np.stack([read_flags(row.frames) for row in rows])


def weighted(counts: scipy.sparse.csr_matrix, rarity: np.ndarray) -> scipy.sparse.csr_matrix:
    """Return the rows weighed by rarity, each of length one."""
    rows = counts.multiply(rarity[None]).tocsr()
    lengths = np.sqrt(rows.multiply(rows).sum(axis=1)).A1
    return scipy.sparse.diags(1 / np.where(lengths, lengths, 1)) @ rows


def train(rows: Sequence[Example]) -> dict[str, np.ndarray]:
    """Return the weights of the model."""
    counts, frames = arrays(rows)
    stands = np.bincount(counts.indices, minlength=BUCKETS)
    rarity = np.where(stands >= RAREST, np.log((1 + len(rows)) / (1 + stands)) + 1, 0).astype(np.float32)
    kept = np.flatnonzero(rarity)
    inputs = scipy.sparse.hstack([weighted(counts, rarity)[:, kept], scipy.sparse.csr_matrix(frames)]).tocsr()
    told = np.array([bool(row.certainties) for row in rows])
    columns = len(KINDS) + len(DOUBTS)
    weights, read = np.zeros((BUCKETS, columns), np.float32), np.zeros((len(READ), columns), np.float32)
    bias = np.full(columns, -9, np.float32)  # what nobody has marked does not come in
    for column, name in enumerate((*KINDS, *DOUBTS)):
        among = slice(None) if name in KINDS else told
        wanted = np.array([name in (row.kinds if name in KINDS else row.certainties) for row in rows])[among]
        if wanted.sum() < RAREST:
            continue
        model = LogisticRegression(C=STRENGTH, max_iter=300).fit(inputs[among], wanted)
        weights[kept, column], read[:, column] = np.split(model.coef_[0], [len(kept)])
        bias[column] = model.intercept_[0]
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
    return {
        "rarity": rarity,
        "weights": np.round(weights / scale).astype(np.int8),
        "scale": scale,
        "read": read,
        "bias": bias,
    }


def evaluate(rows: Sequence[Example]) -> None:
    """Print how well families of events are read at cues, hand by hand: by frames alone, and weighed."""
    for group in sorted({row.group for row in rows}):
        model = train([row for row in rows if row.group != group])
        unseen = [row for row in rows if row.group == group]
        counts, frames = arrays(unseen)
        scores = weighted(counts, model["rarity"]) @ (model["weights"] * model["scale"])
        chances = 1 / (1 + np.exp(-(scores + frames @ model["read"] + model["bias"])))
        wanted = by_family(np.array([[kind in row.kinds for kind in KINDS] for row in unseen]))
        read = by_family(frames[:, : len(KINDS)] > 0)
        likely = by_family(chances[:, : len(KINDS)])
        weighed = np.where(read, likely >= DOUBTED, likely >= LIKELY)
        print(group, len(unseen), "cues; frames", figures(read, wanted), "weighed", figures(weighed, wanted))


def by_family(columns: np.ndarray) -> np.ndarray:
    """Return the largest of each family's kinds."""
    return np.stack([columns[:, first:last].max(axis=1) for first, last in FAMILIES], axis=1)


def figures(found: np.ndarray, wanted: np.ndarray) -> str:
    """Return F1, precision and recall."""
    right = (found & wanted).sum()
    precision, recall = right / found.sum(), right / wanted.sum()
    return f"F1 {2 * precision * recall / (precision + recall):.3f} P {precision:.3f} R {recall:.3f}"


if __name__ == "__main__":
    found = [example for report in read_marked() for example in examples(report)]
    if sys.argv[1:] == ["evaluate"]:
        evaluate(found)
    else:
        np.savez_compressed(TARGET, **train(found))
