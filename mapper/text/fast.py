"""Words of a text -> names, by a linear chain over runs of capitalised words, in numpy alone.

Only runs of capitalised words (with the particles between them) are read: what has no capital is no
name to this gear. Each word of a run has features of its spelling, its neighbours and its gazetteer
mark; their weights are summed and the best sequence of tags found (a conditional random field,
Lafferty, McCallum and Pereira 2001, trained by `data/train_fast_recognizer.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from mapper.model import NameHit
from mapper.text.chain import TAGS, Name, best_path, class_chances, name_runs
from mapper.text.encoder import gazetteer_marks

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+|[^\w\s]|_")
_LINKS = frozenset({
    "of", "the", "and", "al", "el", "as", "ash", "es", "an", "ar", "at", "de", "la", "le", "les", "los",
    "las", "del", "du", "des", "da", "do", "di", "ul", "ez", "bin", "ibn", "von", "van",
    "-", "'", "’", ".", "&",
})  # fmt: skip
_MOST_LINKS = 2
_MOST_WORDS = 40

_SPELLING = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "a" * 26 + "A" * 26 + "0" * 10
)


def read_tokens(text: str) -> tuple[list[str], list[int], list[int]]:
    """Return the tokens of a text with their starts and ends."""
    found = [(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)]
    return [t for t, _, _ in found], [s for _, s, _ in found], [e for _, _, e in found]


def find_runs(
    tokens: Sequence[str], starts: Sequence[int], ends: Sequence[int], text: str
) -> Iterator[tuple[int, int]]:
    """Yield (first, last excluded) of the runs of capitalised tokens, with up to two links between.

    A run ends at a blank line and after `_MOST_WORDS` tokens.
    """
    count, at = len(tokens), 0
    while at < count:
        if not tokens[at][0].isupper():
            at += 1
            continue
        stop = at + 1
        while stop < count and stop - at < _MOST_WORDS:
            ahead = stop
            while ahead < count and ahead - stop < _MOST_LINKS and tokens[ahead] in _LINKS:
                ahead += 1
            if ahead >= count or not tokens[ahead][0].isupper():
                break
            if ends[ahead - 1] != starts[ahead] and text.count("\n", ends[ahead - 1], starts[ahead]) > 1:
                break
            if tokens[stop] == "." and starts[ahead] > ends[stop] and len(tokens[stop - 1]) > 3:
                break
            stop = ahead + 1
        yield at, stop
        at = stop


def shape_of(token: str) -> str:
    """
    Return how a token is written, letters of a kind drawn together.

    Examples
    --------
    >>> shape_of("Tripoli"), shape_of("NATO"), shape_of("T-72")
    ('Aa', 'A', 'A-0')
    >>> shape_of("")
    ''
    """
    shape = ""
    for sign in token.translate(_SPELLING):
        if not shape or shape[-1] != sign:
            shape += sign
    return shape[:6]


def run_features(tokens: Sequence[str], marks: Sequence[int], begin: int, stop: int) -> list[list[str]]:
    """Return the features of each token of a run."""
    lower = [token.lower() for token in tokens[max(begin - 3, 0) : stop + 3]]
    lower = [""] * (3 - min(begin, 3)) + lower + [""] * 3
    before = f"{lower[1]} {lower[2]}"
    last = lower[stop - begin + 2]
    after = lower[stop - begin + 3]
    opens = "1" if lower[2] in ("", ".", "!", "?", '"', "“", ":") else "0"
    size = str(min(stop - begin, 4))
    known = (marks[begin - 1] if begin else 0, *marks[begin:stop], 0)
    rows = []
    for i in range(stop - begin):
        word, previous, following = lower[i + 3], lower[i + 2], lower[i + 4]
        mark = known[i + 1]
        shape = shape_of(tokens[begin + i])
        row = [
            "w" + word,
            "p" + previous,
            "n" + following,
            f"pw{previous} {word}",
            f"wn{word} {following}",
            "s" + word[-3:],
            "a" + word[:3],
            f"m{mark}",
            f"mp{mark} {known[i]}",
            f"mn{mark} {known[i + 2]}",
            f"ms{mark} {shape} {opens}{i == 0}",
            f"mr{mark} {size} {i}",
            f"mb{mark} {lower[2]}",
            f"ma{mark} {after}",
            f"b{before}",
            f"l{last}",
            f"la{last} {after}",
            f"f{lower[3]}",
            f"aa{after} {lower[stop - begin + 4]}",
        ]
        rows.append(row)
    return rows


class LinearTagger:
    """The shipped linear model; weights are loaded when first needed."""

    def names(self, text: str, hits: Sequence[NameHit]) -> list[Name]:
        """Return the names in `text` by position; `hits` are the names the gazetteer knows in it."""
        tokens, starts, ends = read_tokens(text)
        if not tokens:
            return []
        marks = gazetteer_marks(hits, np.asarray(starts), np.asarray(ends)).tolist()
        runs = list(find_runs(tokens, starts, ends, text))
        scores = self._scores([row for run in runs for row in run_features(tokens, marks, *run)])
        moves = self._model[2]
        # Most runs have one word: these are judged together.
        alone = scores + moves[0]
        chances_alone = np.exp(alone - np.logaddexp.reduce(alone, axis=1, keepdims=True))
        best_alone = alone.argmax(axis=1).tolist()
        found, at = [], 0
        for begin, stop in runs:
            here = slice(at, at + stop - begin)
            at = here.stop
            if stop - begin == 1:
                chances, path = chances_alone[here], best_alone[here]
            else:
                chances, path = _marginals(scores[here], moves), best_path(scores[here], moves)
            for first, last in name_runs(path):
                start, end = starts[begin + first], ends[begin + last - 1]
                found.append(Name(start, end, class_chances(chances[first:last])))
        return found

    def _scores(self, rows: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        """Return for each row of features the sum of their weights for each tag."""
        index, weights, _ = self._model
        known = [[index[feature] for feature in row if feature in index] for row in rows]
        scores = np.zeros((len(rows), len(TAGS)), np.float32)
        counts = np.array([len(ids) for ids in known], np.int64)
        if counts.any():
            starts = np.cumsum(counts) - counts
            flat = weights[[number for ids in known for number in ids]]
            scores[counts > 0] = np.add.reduceat(flat, starts[counts > 0], axis=0)
        return scores

    @cached_property
    def _model(self) -> tuple[dict[str, int], NDArray[np.float32], NDArray[np.float32]]:
        folder = files("mapper") / "resources" / "recognizer"
        with folder.joinpath("fast.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            features = json.loads(arrays["features"].tobytes().decode("utf-8"))
            weights = arrays["weights"].astype(np.float32) * float(arrays["step"])
            moves = arrays["moves"]
        return {feature: i for i, feature in enumerate(features)}, weights, moves

    def __getstate__(self) -> dict[str, object]:
        return {}


def _marginals(scores: NDArray[np.float32], moves: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the probability of each tag at each place (forward and backward sums)."""
    forward = [scores[0] + moves[0]]
    for row in scores[1:]:
        forward.append(np.logaddexp.reduce(forward[-1][:, None] + moves[1:], axis=0) + row)
    backward = [np.zeros(len(TAGS), np.float32)]
    for row in scores[:0:-1]:
        backward.append(np.logaddexp.reduce(moves[1:] + (row + backward[-1])[None, :], axis=1))
    total = np.stack(forward) + np.stack(backward[::-1])
    chances: NDArray[np.float32] = np.exp(total - np.logaddexp.reduce(total, axis=1, keepdims=True))
    return chances
