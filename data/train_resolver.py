"""Train the weights that choose among candidates: `python data/train_resolver.py SHARED`.

SHARED is the folder with `bench/corpora`, `bench/frontline` and `bench/frontline-more`, no part of
the project. Writes `mapper/resources/resolver/ranker.npz` and prints the fold table: accuracy with
the spans given, every document judged by weights that never saw it. The model card has the figures.

Needs lightgbm besides the package; one thread, a fixed seed, the same bytes each time.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from mapper.model import Gazetteer, Locative, Resolution, Toponym
from mapper.places import resolve
from mapper.places.candidates import Candidates, Floats, gather, great_circle_m, group_names, unit_vectors
from mapper.places.evidence import COLUMNS, share
from mapper.places.gazetteer import TableGazetteer, open_gazetteer
from mapper.places.ranker import WIDE_M, Curve, Ranker, Trees
from mapper.text.locatives import find_locatives

FOLDS = 5
CLOSE_KM, NEAR_KM, CLOSE_GAIN, NEAR_GAIN = 25.0, 161.0, 1.0, 0.3
TRAINED_ON = ("lgl", "tr-news", "gwn", "geovirus")  # TUD-Loc is non-commercial: measured, never trained on
SETTINGS: dict[str, Any] = {
    "iterations": 240, "max_depth": 5, "num_leaves": 24, "learning_rate": 0.07, "min_data_in_leaf": 20,
    "min_sum_hessian_in_leaf": 1.0, "lambda_l2": 5.0, "feature_fraction": 0.5, "bagging_fraction": 0.7,
    "bagging_freq": 1, "num_threads": 1, "deterministic": True, "verbose": -1,
}  # fmt: skip
LAST_SEEDS = (7, 8, 9, 10)  # the last pass is the mean of four
NOISY_WEIGHT = 0.5  # of a noisy copy beside the document as annotated
DROPPED, INVENTED = 0.15, 0.15  # shares of spans that the noisy copy of a document misses and adds
LEAST_NAMES = 100  # that a step of the calibration rests on
OUTPUT = Path(__file__).parents[1] / "mapper" / "resources" / "resolver" / "ranker.npz"

Spot = tuple[float, float] | None  # latitude, longitude


@dataclass(frozen=True, slots=True)
class Document:
    """A text with gold: `spots` holds a point for each toponym, None where there is nothing to learn."""

    id: str
    corpus: str
    fold: int
    text: str
    toponyms: tuple[Toponym, ...]
    spots: tuple[Spot, ...]
    noisy: bool = False


@dataclass(slots=True)
class State:
    """A document on its way through the passes."""

    document: Document
    locatives: list[Locative]
    candidates: Candidates
    probability: Floats
    rows: Floats = field(default_factory=lambda: np.zeros((0, len(COLUMNS))))
    owner: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    gain: Floats = field(default_factory=lambda: np.zeros(0))
    weight: Floats = field(default_factory=lambda: np.zeros(0))


def read_documents(bench: Path) -> list[Document]:
    """Read the corpora and the front-line reports, dealt to folds by corpus."""
    documents = []
    for path in sorted((bench / "corpora").glob("*.jsonl.gz")):
        corpus = path.name.split(".")[0].rsplit("-", 1)[0]
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                documents.append((record["doc_id"], corpus, record["text"], record["toponyms"]))
    for corpus in ("frontline", "frontline-more"):
        for path in sorted((bench / corpus).glob("*.gold.json")):
            text = path.with_name(path.name.replace(".gold.json", ".txt")).read_bytes().decode()
            gold = json.loads(path.read_text(encoding="utf-8"))["toponyms"]
            areas = [t | {"lat": None, "lon": None} if t.get("areal") else t for t in gold]
            documents.append((path.name, corpus, text, areas))
    dealt = []
    for _, members in itertools.groupby(documents, key=lambda d: d[1]):
        shuffled = sorted(members, key=lambda d: random.Random(d[0]).random())
        for n, (name, corpus, text, gold) in enumerate(shuffled):
            gold = sorted(gold, key=lambda t: (t["start"], t["end"]))
            toponyms = tuple(Toponym(t["start"], t["end"], text[t["start"] : t["end"]]) for t in gold)
            spots = tuple(None if t["lat"] is None else (t["lat"], t["lon"]) for t in gold)
            dealt.append(Document(name, corpus, n % FOLDS, text, toponyms, spots))
    return dealt


def with_noise(document: Document, gazetteer: TableGazetteer) -> Document:
    """Return the document as a recogniser might give it: some spans missing, some words too many."""
    chance = random.Random("noise " + document.id)
    kept = [
        pair for pair in zip(document.toponyms, document.spots, strict=True) if chance.random() >= DROPPED
    ]
    taken = [(t.start, t.end) for t in document.toponyms]
    spans = [
        Toponym(hit.start, hit.end, document.text[hit.start : hit.end])
        for hit in gazetteer.find_names(document.text)
        if document.text[hit.start].isupper() and all(hit.end <= a or hit.start >= b for a, b in taken)
    ]
    wrong = chance.sample(spans, min(len(spans), round(INVENTED * len(document.toponyms))))
    pairs = sorted(kept + [(t, None) for t in wrong], key=lambda pair: (pair[0].start, pair[0].end))
    toponyms, spots = [t for t, _ in pairs], [s for _, s in pairs]
    return replace(document, toponyms=tuple(toponyms), spots=tuple(spots), noisy=True)


def begin(document: Document, gazetteer: Gazetteer) -> State:
    """Look the names up and guess a first time."""
    names = group_names(document.toponyms, gazetteer, text=document.text)
    candidates = gather(names, document.toponyms)
    locatives = find_locatives(document.text, document.toponyms)
    return State(document, list(locatives), candidates, resolve.first_guess(candidates, {}))


def observe(state: State, *, last: bool) -> State:
    """Return the state with rows of evidence, gains and weights for the next pass."""
    toponyms, candidates, probability = state.document.toponyms, state.candidates, state.probability
    if last:
        candidates, probability = resolve.offer_neighbours(candidates, probability, toponyms)
    rows, owner = resolve.evidence(candidates, toponyms, state.locatives, probability)
    gain, weight = gains(state.document, candidates)
    return State(state.document, state.locatives, candidates, probability, rows, owner, gain, weight)


def gains(document: Document, candidates: Candidates) -> tuple[Floats, Floats]:
    """Return what each row is worth, and how much each name weighs (its mentions with gold)."""
    gain = np.zeros(len(candidates.places) + len(candidates.names))
    weight = np.zeros(len(candidates.names))
    for n, name in enumerate(candidates.names):
        mine = np.flatnonzero(candidates.owner == n)
        for m in name.mentions:
            spot = document.spots[m]
            if spot is None:
                continue
            km = great_circle_m(unit_vectors([(spot[1], spot[0])]), candidates.xyz[mine])[0] / 1000
            right = np.where(km <= CLOSE_KM, CLOSE_GAIN, np.where(km <= NEAR_KM, NEAR_GAIN, 0.0))
            # The gold point of a country may lie far from every gazetteer's: nothing to learn.
            if not right.any() and (km[candidates.level[mine] == 3] < 1500).any():
                continue
            gain[mine] += right / max(right.sum(), 1e-9)
            gain[len(candidates.places) + n] += float(not right.any())
            weight[n] += 1
    return gain, weight


def fit(states: Sequence[State], *, seeds: Sequence[int] = (7,)) -> Trees:
    """Train one pass: boosted trees, softmax over the candidates of each name, the mean over seeds."""
    rows, gain, owner, weight = [], [], [], []
    groups = 0
    for state in states:
        use = (state.weight > 0)[state.owner]
        mentions = state.weight[state.owner[use]]
        rows.append(state.rows[use])
        gain.append(state.gain[use] / mentions)
        owner.append(state.owner[use] + groups)
        weight.append(np.sqrt(mentions) * (NOISY_WEIGHT if state.document.noisy else 1.0))
        groups += len(state.candidates.names)
    objective = SoftmaxObjective(np.concatenate(gain), np.concatenate(owner), np.concatenate(weight))
    data = lightgbm.Dataset(np.concatenate(rows), np.zeros(len(objective.gain)))
    settings = {k: v for k, v in SETTINGS.items() if k != "iterations"} | {"objective": objective}
    grown = [
        trees_of(lightgbm.train(settings | {"seed": seed}, data, SETTINGS["iterations"]).dump_model())
        for seed in seeds
    ]
    return Trees(
        np.concatenate([trees.column for trees in grown]),
        np.concatenate([trees.border for trees in grown]),
        np.concatenate([trees.leaf for trees in grown]) / np.float32(len(seeds)),
    )


@dataclass(frozen=True, slots=True)
class SoftmaxObjective:
    """Cross-entropy between what the rows of a name are worth and the softmax of their scores."""

    gain: Floats
    owner: NDArray[np.int64]
    weight: Floats

    def __call__(self, scores: Floats, data: lightgbm.Dataset) -> tuple[Floats, Floats]:
        """Return gradient and second derivative by score."""
        count = int(self.owner.max()) + 1
        chance = share(scores, self.owner, count)
        worth = np.bincount(self.owner, self.gain, count)[self.owner]
        gradient = worth * chance - self.gain
        return self.weight * gradient, self.weight * np.maximum(worth * chance * (1 - chance), 1e-3)


def trees_of(model: dict[str, Any]) -> Trees:
    """Lay the trees out as full binary trees; a leaf above the last level is its own children."""
    depth = SETTINGS["max_depth"]
    count = len(model["tree_info"])
    column = np.zeros((count, (1 << depth) - 1), np.int64)
    border = np.zeros((count, (1 << depth) - 1))
    leaf = np.zeros((count, 1 << depth), np.float32)

    def place(tree: int, node: dict[str, Any], at: int) -> None:
        if at >= column.shape[1]:
            leaf[tree, at - column.shape[1]] = node["leaf_value"]
            return
        if "split_feature" in node:
            column[tree, at], border[tree, at] = node["split_feature"], node["threshold"]
        place(tree, node.get("left_child", node), 2 * at + 1)
        place(tree, node.get("right_child", node), 2 * at + 2)

    for number, tree in enumerate(model["tree_info"]):
        place(number, tree["tree_structure"], 0)
    return Trees(column, border, leaf)


def apply(trees: Trees, state: State) -> Floats:
    """Return the probabilities of a pass."""
    odds = trees.scores(state.rows)
    count = len(state.candidates.places)
    odds[:count] += resolve.fixed_odds(state.candidates, {}, state.rows)
    return share(odds, state.owner, len(state.candidates.names))[:count]


def advance(trees: Trees, state: State) -> State:
    """Return the state after the first pass, ready for the last."""
    return observe(replace(state, probability=apply(trees, state)), last=True)


def of_folds(states: Iterable[State], folds: Iterable[int]) -> list[State]:
    """Return the states that may train and lie in these folds."""
    wanted = set(folds)
    return [s for s in states if s.document.fold in wanted and s.document.corpus != "tud-loc"]


def cross_validate(states: Sequence[State]) -> tuple[list[tuple[Document, list[Resolution]]], list[Trees]]:
    """Judge every document by weights that never saw it; also return the first-pass trees by fold left out.

    The last pass learns from first-pass answers on documents that the first pass had not seen either.
    """
    everything = set(range(FOLDS))
    first: dict[frozenset[int], Trees] = {}
    for out in [{k} for k in everything] + [set(pair) for pair in itertools.combinations(everything, 2)]:
        first[frozenset(out)] = fit(of_folds(states, everything - out))
    judged = []
    for k in range(FOLDS):
        seen = [
            advance(first[frozenset({k, s.document.fold})], s) for s in of_folds(states, everything - {k})
        ]
        last = fit(seen, seeds=LAST_SEEDS)
        for state in states:
            if state.document.fold == k:
                final = advance(first[frozenset({k})], state)
                final.probability = apply(last, final)
                judged.append((state.document, raw_choice(final)))
    return judged, [first[frozenset({k})] for k in range(FOLDS)]


def raw_choice(state: State) -> list[Resolution]:
    """Return the choice with uncalibrated scores."""
    same = np.array([0.0, 1.0])
    raw = Ranker((), ((same, same), (same, same)))
    return resolve.choose(
        state.candidates, state.probability, state.rows, state.document.toponyms, state.locatives, raw, {}
    )


def errors_km(document: Document, resolutions: Sequence[Resolution]) -> list[tuple[float, float, float]]:
    """Return (score, extent in m, error in km) for every toponym with gold; no place is infinitely wrong."""
    found = []
    for spot, resolution in zip(document.spots, resolutions, strict=True):
        if spot is None:
            continue
        if resolution.place is None:
            found.append((resolution.score, 0.0, np.inf))
            continue
        point = resolution.place.geometry.centroid
        km = (
            great_circle_m(unit_vectors([(spot[1], spot[0])]), unit_vectors([(point.x, point.y)]))[0, 0]
            / 1000
        )
        found.append((resolution.score, resolution.place.extent_m, float(km)))
    return found


def isotonic(raw: Floats, right: Floats) -> tuple[Floats, Floats]:
    """Return the steps of the best rising curve from raw score to share right (pool adjacent violators)."""
    order = np.argsort(raw, kind="stable")
    blocks: list[list[float]] = []  # weight, sum of right, sum of raw
    for x, y in zip(raw[order], right[order], strict=True):
        blocks.append([1.0, y, x])
        while len(blocks) > 1 and blocks[-2][1] * blocks[-1][0] >= blocks[-1][1] * blocks[-2][0]:
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    # Blocks of a few names would promise a certainty that no sample of that size can show.
    merged: list[list[float]] = []
    for block in blocks:
        if merged and merged[-1][0] < LEAST_NAMES:
            merged[-1] = [a + b for a, b in zip(merged[-1], block, strict=True)]
        else:
            merged.append(block)
    if len(merged) > 1 and merged[-1][0] < LEAST_NAMES:
        last = merged.pop()
        merged[-1] = [a + b for a, b in zip(merged[-1], last, strict=True)]
    # What the ranker finds impossible is.
    return np.array([0.0, *(b[2] / b[0] for b in merged)]), np.array([0.0, *(b[1] / b[0] for b in merged)])


def calibration_error(score: Floats, right: Floats) -> float:
    """Return the expected calibration error over ten equal bins."""
    bins = np.minimum((score * 10).astype(int), 9)
    return float(sum(abs(score[bins == b].sum() - right[bins == b].sum()) for b in range(10)) / len(score))


def table(judged: Sequence[tuple[Document, list[Resolution]]], curves: tuple[Curve, Curve]) -> None:
    """Print accuracy and calibration by corpus, spans as annotated and with noise."""
    print("| corpus | spans | toponyms | acc@161 | acc@25 | none | ECE |\n|---|---|---|---|---|---|---|")
    corpora = dict.fromkeys(d.corpus for d, _ in judged)
    for corpus, noisy in itertools.product(corpora, (False, True)):
        pairs = [p for d, r in judged if d.corpus == corpus and d.noisy == noisy for p in errors_km(d, r)]
        if not pairs:
            continue
        ranker = Ranker((), curves)
        calibrated = np.array([ranker.calibrate(score, extent) for score, extent, _ in pairs])
        km = np.array([error for _, _, error in pairs])
        ece = calibration_error(calibrated[np.isfinite(km)], (km <= NEAR_KM)[np.isfinite(km)].astype(float))
        print(
            f"| {corpus} | {('as annotated', 'noisy')[noisy]} | {len(km)} | {(km <= NEAR_KM).mean():.3f} | "
            f"{(km <= CLOSE_KM).mean():.3f} | {np.isinf(km).mean():.3f} | {ece:.3f} |", flush=True
        )  # fmt: skip


def write(path: Path, first: Trees, last: Trees, curves: tuple[Curve, Curve]) -> None:
    """Write the weights, the same bytes each time."""
    arrays: dict[str, Any] = {
        "columns": np.array(COLUMNS),
        "passes": np.array(2),
        "places": np.array(curves[0]),
        "wide": np.array(curves[1]),
    }
    for n, trees in enumerate((first, last)):
        arrays |= {
            f"column_{n}": trees.column.astype(np.uint8),
            f"border_{n}": trees.border,
            f"leaf_{n}": trees.leaf,
        }
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shared", type=Path, help="folder that holds bench/")
    parser.add_argument("-o", "--output", type=Path, default=OUTPUT)
    options = parser.parse_args()
    gazetteer = open_gazetteer()
    documents = read_documents(options.shared / "bench")
    documents += [with_noise(document, gazetteer) for document in documents]
    states = [observe(begin(d, gazetteer), last=False) for d in documents if d.toponyms]
    judged, first_out = cross_validate(states)
    scored = [pair for d, r in judged if d.corpus in TRAINED_ON and not d.noisy for pair in errors_km(d, r)]
    placed = [pair for pair in scored if np.isfinite(pair[2])]
    score, extent, km = (np.array(column) for column in zip(*placed, strict=True))
    places, wide = (
        isotonic(score[size], (km <= NEAR_KM)[size].astype(float))
        for size in (extent < WIDE_M, extent >= WIDE_M)
    )
    table(judged, (places, wide))
    train = of_folds(states, range(FOLDS))
    last = fit([advance(first_out[s.document.fold], s) for s in train], seeds=LAST_SEEDS)
    write(options.output, fit(train), last, (places, wide))


if __name__ == "__main__":
    main()
