"""How likely each kind of event is told of a place, by the words around it and what frames have read there.

A linear model, the judge of the fast gear: it knows what no list of idioms can hold, and doubts a frame where
the words around speak against it. The recipe is `data/train_cues.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.resources import as_file, files
from itertools import pairwise
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from mapper.model import Toponym
from mapper.text.syntax import MAX_CHARS, Sentence
from mapper.text.telling import CERTAINTIES, FAMILY, KINDS, Family, OfName, OfWords, Passage, Told

if TYPE_CHECKING:
    from numpy.typing import NDArray

READ = (*KINDS, "other", "none")
DOUBTS = CERTAINTIES[1:]
BUCKETS = 1 << 18
_WORD = re.compile(r"@[A-Z]|\w+|[^\w\s]")
_ENDINGS = ("ing", "ed", "es", "s", "ly")
_FAR, _NEAR = 12, 4
_STOPS = frozenset(",;:.—-")


def read_cues(text: str, passage: Passage) -> Iterator[list[str]]:
    """Yield the features of each cue of a passage of a text."""
    start, end, before, cues = passage.sentence.start, passage.sentence.end, passage.before, passage.cues
    spans = [(n.start, n.end) for n in passage.names]
    earlier = [f"p:{w}" for w in set(_words(text[slice(*before)]))] if before else []
    kinds = {kind for cue in cues for kind in cue.kinds}
    for cue in cues:
        others = [s for s in spans if s[1] <= cue.start or cue.end <= s[0]]
        left = _words(_masked(text, start, max(start, cue.start), others))
        right = _words(_masked(text, min(cue.end, end), end, others))
        centre = "@P" if cue.named else text[cue.start : cue.end].lower()
        yield [
            *_around(left, centre, right),
            *earlier,
            f"k:{cue.named}",
            *(f"o:{kind}" for kind in kinds - cue.kinds),
        ]


def _masked(text: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> str:
    parts, at = [], start
    for first, last in spans:
        if at <= first and last <= end:
            parts += [text[at:first], " @O "]
            at = last
    return "".join([*parts, text[at:end]])


def _words(text: str) -> list[str]:
    return [w if w[0] == "@" else "0" if w.isdigit() else _stem(w.lower()) for w in _WORD.findall(text)]


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _around(left: list[str], centre: str, right: list[str]) -> Iterator[str]:
    words, at = [*left, centre, *right], len(left)
    yield from {f"b:{w}" for w in words}
    yield from (f"bb:{a}_{b}" for a, b in pairwise(words))
    for i, word in enumerate(words):
        if i != at and abs(i - at) <= _FAR:
            side = "L" if i < at else "R"
            yield f"{side}:{word}"
            if abs(i - at) <= _NEAR:
                yield f"{side}n:{word}"
    for size in (1, 2, 3):
        yield "<:" + "_".join(words[max(0, at - size) : at])
        yield ">:" + "_".join(words[at + 1 : at + 1 + size])
    low = max((i for i in range(at) if words[i] in _STOPS), default=-1)
    high = min((i for i in range(at + 1, len(words)) if words[i] in _STOPS), default=len(words))
    yield from {f"c:{w}" for w in words[low + 1 : high]}
    yield from (f"cb:{a}_{b}" for a, b in pairwise(words[low + 1 : high]))


def hashed(features: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the buckets of features, each once, and how often each stands there, dampened."""
    buckets = np.fromiter((crc32(f.encode()) % BUCKETS for f in features), np.int64, len(features))
    ids, counts = np.unique(buckets, return_counts=True)
    return ids, (1 + np.log(counts)).astype(np.float32)


def read_flags(kinds: frozenset[str]) -> NDArray[np.float32]:
    """Return what the frames have read as a row of zeros and ones."""
    known = {kind if kind in READ else "other" for kind in kinds} or {"none"}
    return np.array([kind in known for kind in READ], np.float32)


@lru_cache(maxsize=1)
def _model() -> dict[str, NDArray[np.float32]]:
    with as_file(files("mapper") / "resources" / "events" / "cues.npz") as path, np.load(path) as kept:
        model = {name: kept[name] for name in kept.files}
    model["weights"] = model["weights"].astype(np.float32) * model.pop("scale")
    return model


def judge_by_cues(
    text: str, _sentences: Sequence[Sentence], _places: Sequence[Toponym], passages: Sequence[Passage]
) -> list[Told]:
    """Return what each passage tells; it knows neither who did it nor where."""
    return [_told(text, passage) for passage in passages]


def _told(text: str, passage: Passage) -> Told:
    # A longer run without an end is no sentence, and every name in it would be read with all the others.
    if not passage.cues or passage.sentence.end - passage.sentence.start > MAX_CHARS:
        return Told([None] * len(passage.names), {})
    rows = chances(read_cues(text, passage), [cue.kinds for cue in passage.cues])
    kinds, doubts = np.split(rows, [len(KINDS)], axis=1)
    certainties = np.concatenate([1 - doubts.max(axis=1, keepdims=True), doubts], axis=1)
    named = len(passage.names)
    words: dict[Family, OfWords] = {}
    for cue, row in zip(passage.cues[named:], kinds[named:], strict=True):
        for family in {FAMILY[kind] for kind in cue.kinds & FAMILY.keys()}:
            chance = max(float(row[slice(*family)].max()), words[family].chance if family in words else 0.0)
            words[family] = OfWords(chance, None)
    return Told(
        [OfName(*row, _nobody) for row in zip(kinds[:named], certainties[:named], strict=True)], words
    )


def _nobody(_kind: int) -> str:
    return ""


def chances(features: Iterable[list[str]], kinds: Iterable[frozenset[str]]) -> NDArray[np.float32]:
    """
    Return how likely each of `KINDS` is and, if any is told, each doubt: a row for each cue.

    Parameters
    ----------
    features
        Those of each cue, from `read_cues`.
    kinds
        What frames have read there.
    """
    model = _model()
    rows = []
    for found, read in zip(features, kinds, strict=True):
        ids, values = hashed(found)
        values = values * model["rarity"][ids]
        values /= np.sqrt((values**2).sum()) or 1.0
        rows.append(values @ model["weights"][ids] + read_flags(read) @ model["read"] + model["bias"])
    return (1 / (1 + np.exp(-np.array(rows)))).astype(np.float32)
