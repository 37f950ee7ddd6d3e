"""Tag scores of a chain of words -> the names in it.

Tags follow the BIO scheme (Ramshaw and Marcus 1995): `B-` begins a name of a class, `I-` goes on with it,
`O` is outside. Both gears of the recogniser end here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CLASSES = ("LOC", "NORP", "ORG", "PER", "MISC")
TAGS = ("O", *(f"{part}-{name}" for name in CLASSES for part in "BI"))


@dataclass(frozen=True, slots=True)
class Name:
    """A run of words that is a name of some class.

    `chances` has the probability of each of `CLASSES`, mean over its words; what they lack to 1 is the chance
    that it is no name. `associative` is the probability that, if a place, it stands for something else.
    `inner` are the places inside it, whose own chances say if they rather than the whole are what is named.
    """

    start: int
    end: int
    chances: tuple[float, ...]
    associative: float = 0.0
    inner: tuple[Name, ...] = ()


def _bio_moves() -> NDArray[np.float32]:
    """Return the scores of tag after tag, row 0 for the first tag: `I-X` only after `B-X` or `I-X`."""
    moves = np.zeros((len(TAGS) + 1, len(TAGS)), np.float32)
    for column in range(2, len(TAGS), 2):
        moves[:, column] = -1e4
        moves[[column, column + 1], column] = 0.0
    return moves


BIO_MOVES = _bio_moves()


def best_path(scores: NDArray[np.float32], moves: NDArray[np.float32]) -> list[int]:
    """
    Return the tags of highest summed score (Viterbi).

    Parameters
    ----------
    scores
        One row a word, one column for each of `TAGS`.
    moves
        Score of each tag as the first (row 0) and after each tag (row 1 + that tag).

    Examples
    --------
    >>> scores = np.zeros((2, len(TAGS)), np.float32)
    >>> scores[0, TAGS.index("B-LOC")], scores[1, TAGS.index("I-PER")] = 2.0, 1.0
    >>> [TAGS[tag] for tag in best_path(scores, BIO_MOVES)][0]
    'B-LOC'
    >>> best_path(scores[:0], BIO_MOVES)
    []
    """
    if not len(scores):
        return []
    best, back = scores[0] + moves[0], []
    for row in scores[1:]:
        reach = best[:, None] + moves[1:]
        back.append(reach.argmax(axis=0))
        best = reach.max(axis=0) + row
    path = [int(best.argmax())]
    for pointers in reversed(back):
        path.append(int(pointers[path[-1]]))
    return path[::-1]


def name_runs(path: Sequence[int]) -> list[tuple[int, int]]:
    """
    Return (first word, last excluded) of the names in a path of tags.

    Examples
    --------
    >>> name_runs([0, 1, 2, 1, 0])
    [(1, 3), (3, 4)]
    >>> name_runs([])
    []
    """
    runs, at = [], 0
    while at < len(path):
        tag = path[at]
        stop = at + 1
        if tag:
            while stop < len(path) and path[stop] == tag + tag % 2:
                stop += 1
            runs.append((at, stop))
        at = stop
    return runs


def class_chances(rows: NDArray[np.float32]) -> tuple[float, ...]:
    """Return the probability of each of `CLASSES`, mean over the words whose tag probabilities are `rows`."""
    either = rows[:, 1::2] + rows[:, 2::2]
    return tuple(float(chance) for chance in either.mean(axis=0))
