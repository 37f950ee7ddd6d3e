"""Train the fast recogniser: labelled text -> mapper/resources/recognizer/fast.npz.

    python data/train_fast_recognizer.py --shared ../shared

Needs python-crfsuite (Okazaki 2007) and the trained encoder, which says what kind of names those are that a
source leaves unannotated. Same texts, same documents held out and same changes of names as
`train_recognizer.py`.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pycrfsuite
from train_recognizer import (
    OPEN_CLASSES,
    SEED,
    Document,
    Namer,
    Span,
    change_case,
    load_documents,
    swap_names,
    war_names,
)

from mapper.places.gazetteer import open_gazetteer
from mapper.text.chain import CLASSES, TAGS
from mapper.text.encoder import Encoder, gazetteer_marks
from mapper.text.fast import find_runs, read_tokens, run_features

WEIGHTS = {
    "eww": 1, "wikigold": 1, "wnut17": 0.1, "btc": 0.1, "europarl": 0.5, "crossner": 0.7, "multiner": 0,
    "uner": 0.7, "idrisi": 0, "gum": 0.8, "lgl": 2, "tr-news": 2, "gwn": 2, "geovirus": 2, "frontline": 5,
}  # fmt: skip
SMALLEST_WEIGHT = 0.02


def completed(docs: Sequence[Document], encoder: Encoder, find_names) -> Iterator[Document]:
    """Yield the documents with the classes that their source does not annotate filled in by the encoder."""
    for doc in docs:
        open_classes = OPEN_CLASSES[doc.source]
        if not open_classes:
            yield doc
            continue
        spans = []
        names = encoder.names(doc.text, find_names(doc.text))
        for span in doc.spans:
            if span.label in CLASSES:
                spans.append(span)
        taken = [(span.start, span.end) for span in spans]
        for name in names:
            best = max(range(len(CLASSES)), key=name.chances.__getitem__)
            if CLASSES[best] in open_classes and not any(name.start < e and s < name.end for s, e in taken):
                spans.append(Span(name.start, name.end, CLASSES[best]))
        spans.sort(key=lambda span: span.start)
        yield Document(doc.doc_id, doc.source, doc.text, tuple(spans))


def sequences(
    doc: Document, find_names, hidden: set[tuple[int, int]]
) -> Iterator[tuple[list[list[str]], list[str]]]:
    """Yield (features, tags) of each run of a document."""
    tokens, starts, ends = read_tokens(doc.text)
    if not tokens:
        return
    hits = [h for h in find_names(doc.text) if not any(h.start < e and s < h.end for s, e in hidden)]
    marks = gazetteer_marks(hits, np.asarray(starts), np.asarray(ends)).tolist()
    tags = ["O"] * len(tokens)
    for span in doc.spans:
        first, last = np.searchsorted(ends, span.start, "right"), np.searchsorted(starts, span.end, "left")
        for at in range(first, last):
            tags[at] = f"{'B' if at == first else 'I'}-{span.label}"
    for begin, stop in find_runs(tokens, starts, ends, doc.text):
        own = tags[begin:stop]
        if own[0].startswith("I-"):  # the name began with a word without a capital
            own[0] = "B" + own[0][1:]
        yield run_features(tokens, marks, begin, stop), own


def main() -> None:
    """Train and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("mapper/resources/recognizer/fast.npz"))
    parser.add_argument("--iterations", type=int, default=60)
    options = parser.parse_args()
    chance = random.Random(SEED)
    find_names = open_gazetteer().find_names
    docs, _ = load_documents(options.shared)
    docs = [doc for doc in docs if WEIGHTS[doc.source] > chance.random()]
    namer = Namer(war_names(options.shared / "data"))
    trainer = pycrfsuite.Trainer(verbose=False)
    count = 0
    for doc in completed(docs, Encoder(), find_names):
        for _ in range(max(1, round(WEIGHTS[doc.source]))):
            changed, hidden = swap_names(doc, namer, chance)
            for features, tags in sequences(change_case(changed, chance), find_names, hidden):
                trainer.append(features, tags)
                count += 1
    print(f"{count} runs")
    trainer.set_params({"c1": 0.1, "c2": 0.02, "max_iterations": options.iterations, "feature.minfreq": 2})
    model = options.out.with_suffix(".crf")
    trainer.train(str(model))
    write_weights(model, options.out)
    model.unlink()


def write_weights(model: Path, out: Path) -> None:
    """Write a crfsuite model as arrays: feature names, their weights by tag as int8, moves between tags."""
    tagger = pycrfsuite.Tagger()
    tagger.open(str(model))
    info = tagger.info()
    kept: dict[str, dict[str, float]] = {}
    for (feature, tag), weight in info.state_features.items():
        if abs(weight) >= SMALLEST_WEIGHT:
            kept.setdefault(feature, {})[tag] = weight
    features = sorted(kept)
    weights = np.zeros((len(features), len(TAGS)), np.float32)
    for row, feature in enumerate(features):
        for tag, weight in kept[feature].items():
            weights[row, TAGS.index(tag)] = weight
    step = float(np.abs(weights).max() / 127)
    moves = np.zeros((len(TAGS) + 1, len(TAGS)), np.float32)
    for column in range(2, len(TAGS), 2):
        moves[:, column] = -30.0
        moves[[column, column + 1], column] = 0.0
    for (before, after), weight in info.transitions.items():
        moves[TAGS.index(before) + 1, TAGS.index(after)] += weight
    packed = np.frombuffer(json.dumps(features, ensure_ascii=False).encode(), np.uint8)
    with out.open("wb") as file:
        np.savez_compressed(
            file,
            features=packed,
            weights=np.round(weights / step).astype(np.int8),
            step=np.float32(step),
            moves=moves,
        )
    print(f"{len(features)} features, {out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
