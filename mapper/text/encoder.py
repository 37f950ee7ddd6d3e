"""Words of a text -> tag probabilities, by a small transformer encoder run with onnxruntime.

The encoder sees each word piece with two facts it cannot read from the lower-cased piece: the shape
of the word (its capitals) and whether the gazetteer knows a name there, and how prominent it is.
The recipe in `data/train_recognizer.py` makes the same arrays by the same functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

import numpy as np

from mapper.model import NameHit
from mapper.text.chain import BIO_MOVES, TAGS, Name, best_path, class_chances, name_runs

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from numpy.typing import NDArray
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

# 126 pieces and the two marks the encoder puts around them: 1.5 times as fast as windows of 254.
WINDOW = 126
_EARLIEST_CUT = 60
_CERTAINLY_NO_NAME = 0.97
CLS, SEP = 101, 102  # the marks before and after a window, in the vocabulary of BERT
_RESOURCES = files("mapper") / "resources" / "recognizer"

SHAPES = 8
GAZETTEER_MARKS = 13


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text as the encoder sees them, cut into pieces.

    `pieces`, `shapes`, `marks` hold one number a piece; `first` is the index of the first piece of
    each word; `starts`, `ends` are the words' character offsets.
    """

    pieces: NDArray[np.int64]
    shapes: NDArray[np.int64]
    marks: NDArray[np.int64]
    first: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


def read_words(text: str, hits: Sequence[NameHit], tokenizer: Tokenizer) -> Words:
    """Return the words and pieces of `text` with their shapes and gazetteer marks."""
    encoding = tokenizer.encode(text, add_special_tokens=False)
    pieces = np.asarray(encoding.ids, dtype=np.int64)
    if not len(pieces):
        empty = np.zeros(0, dtype=np.int64)
        return Words(empty, empty, empty, empty, empty, empty)
    offsets = np.asarray(encoding.offsets, dtype=np.int64)
    ids = np.asarray(encoding.word_ids, dtype=np.int64)
    first = np.flatnonzero(np.diff(ids, prepend=-1))
    last = np.append(first[1:], len(pieces)) - 1
    starts, ends = offsets[first, 0], offsets[last, 1]
    shapes = _word_shapes(text, starts.tolist(), ends.tolist())
    marks = gazetteer_marks(hits, starts, ends)
    lengths = np.diff(np.append(first, len(pieces)))
    return Words(pieces, np.repeat(shapes, lengths), np.repeat(marks, lengths), first, starts, ends)


def _word_shapes(text: str, starts: list[int], ends: list[int]) -> NDArray[np.int64]:
    """Return the shape of each word: how it is written, and if a capital opens a sentence."""
    shapes = np.zeros(len(starts), dtype=np.int64)
    for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
        word = text[start:end]
        if word.islower():
            shapes[i] = 1
        elif word[:1].isupper():
            if len(word) == 1:
                shapes[i] = 5
            elif word.isupper():
                shapes[i] = 4
            elif word[1:].islower():
                shapes[i] = 3 if _opens_sentence(text, start) else 2
            else:
                shapes[i] = 6
        elif word.isalnum():
            shapes[i] = 7 if not word.isalpha() else 6
    return shapes


def _opens_sentence(text: str, start: int) -> bool:
    """Tell whether only quotes and white space stand between `start` and the end of a sentence."""
    at = start - 1
    while at >= 0 and text[at] in " \t\"'“”‘’«»()[]*-–—":
        at -= 1
    return at < 0 or text[at] in ".!?:;\n"


def gazetteer_marks(
    hits: Sequence[NameHit], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return for each word 0, or 1 to 6 where a known name begins, 7 to 12 where one goes on.

    Of names that overlap the longest counts.
    """
    marks = np.zeros(len(starts), dtype=np.int64)
    for hit in sorted(hits, key=lambda hit: (hit.start - hit.end, hit.start)):
        begin, stop = np.searchsorted(starts, hit.start), np.searchsorted(starts, hit.end)
        if begin == stop or marks[begin:stop].any():
            continue
        level = _level(hit)
        marks[begin] = level
        marks[begin + 1 : stop] = level + 6
    return marks


def _level(hit: NameHit) -> int:
    """Return 1 to 5 by prominence, 6 for a name that is a demonym."""
    if "D" in hit.feature_classes:
        return 6
    return 1 + sum(hit.prominence >= bound for bound in (0.5, 4.0, 5.0, 6.0))


def cut_windows(words: Words, text: str) -> Iterator[tuple[int, int]]:
    """Yield spans of words (first, last excluded) of at most `WINDOW` pieces, cut at sentence ends."""
    bounds = np.append(words.first, len(words.pieces))
    count, begin = len(words.first), 0
    while begin < count:
        stop = int(np.searchsorted(bounds, bounds[begin] + WINDOW, side="right")) - 1
        stop = max(stop, begin + 1)
        if stop < count:
            stop = _cut_at_sentence(words, text, bounds, begin, stop)
        yield begin, stop
        begin = stop


def _cut_at_sentence(words: Words, text: str, bounds: NDArray[np.int64], begin: int, stop: int) -> int:
    """Return the last sentence end before `stop` that leaves a window of useful length, else `stop`."""
    for at in range(stop, begin, -1):
        if bounds[at] - bounds[begin] < _EARLIEST_CUT:
            break
        gap = text[words.ends[at - 1] : words.starts[at]]
        if "\n" in gap or (gap and text[words.ends[at - 1] - 1] in '.!?"”'):
            return at
    return stop


def open_tokenizer() -> Tokenizer:
    """Open the tokenizer that ships with the package."""
    from tokenizers import Tokenizer

    return Tokenizer.from_str((_RESOURCES / "tokenizer.json").read_text(encoding="utf-8"))


class Shipped:
    """Weights that ship with the package and their tokenizer; libraries are loaded when first needed."""

    weights: Traversable

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return open_tokenizer()

    @cached_property
    def _session(self) -> InferenceSession:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        with as_file(self.weights) as path:
            return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def __getstate__(self) -> dict[str, object]:
        return {}


class Encoder(Shipped):
    """The shipped recogniser of names."""

    weights = _RESOURCES / "encoder.onnx"

    def names(self, text: str, hits: Sequence[NameHit]) -> list[Name]:
        """Return the names in `text` by position; `hits` are the names the gazetteer knows in it."""
        words = read_words(text, hits, self._tokenizer)
        if not len(words.first):
            return []
        rows = [self._run(words, begin, stop) for begin, stop in cut_windows(words, text)]
        return _decode(words, np.concatenate(rows))

    def _run(self, words: Words, begin: int, stop: int) -> NDArray[np.float32]:
        """Return the probabilities of the words of one window, a row each.

        One window at a time: more in a batch are no faster on a processor, and as the int8 scales are those
        of the batch, a text would read otherwise beside other texts.
        """
        bounds = words.first[begin:stop]
        low, high = int(bounds[0]), int(words.first[stop]) if stop < len(words.first) else len(words.pieces)
        inputs = {name: np.zeros((1, high - low + 2), np.int64) for name in ("pieces", "shapes", "marks")}
        for name, row in inputs.items():
            row[0, 1:-1] = getattr(words, name)[low:high]
        inputs["pieces"][0, [0, -1]] = CLS, SEP
        inputs["attention"] = np.ones_like(inputs["pieces"])
        (output,) = self._session.run(None, inputs)
        probabilities: NDArray[np.float32] = output[0, bounds - low + 1]
        return probabilities


def _decode(words: Words, rows: NDArray[np.float32]) -> list[Name]:
    """Return the names in a text from its words' probabilities of tags, inner places and metonymy."""
    tags, inside, associative = rows[:, : len(TAGS)], rows[:, len(TAGS) : -1], rows[:, -1]
    doubtful = np.concatenate([[False], tags[:, 0] < _CERTAINLY_NO_NAME, [False]])
    edges = np.flatnonzero(doubtful[1:] != doubtful[:-1])
    names = []

    def name_of(first: int, last: int) -> Name:
        start, end = int(words.starts[first]), int(words.ends[last - 1])
        return Name(start, end, class_chances(tags[first:last]), float(associative[first]))

    for begin, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        scores = np.log(tags[begin:stop] + 1e-6)
        for first, last in name_runs(best_path(scores, BIO_MOVES)):
            first, last = begin + first, begin + last
            runs = name_runs(inside[first:last].argmax(axis=1).tolist())
            inner = [(first + low, first + high) for low, high in runs if high - low < last - first]
            names.append(
                replace(name_of(first, last), inner=tuple(name_of(low, high) for low, high in inner))
            )
    return names
