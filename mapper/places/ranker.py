"""Trained weights: rows of evidence in, probabilities of candidates out.

The weights are gradient-boosted trees of small depth, kept as full binary trees, which numpy
evaluates level by level without the library that trained them. `data/train_resolver.py` writes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from mapper.places.candidates import Floats
from mapper.places.evidence import COLUMNS

WIDE_M = 700_000.0  # sources that agree on the country put its point elsewhere where it extends so far


Curve = tuple[Floats, Floats]


@dataclass(frozen=True, slots=True)
class Trees:
    """One ensemble of full binary trees.

    `column`, `border` are the question at each inner node, shape (trees, nodes): the root first, the
    children of node n at 2n + 1 (value at most the border) and 2n + 2. `leaf` holds the values.
    """

    column: NDArray[np.int64]
    border: Floats
    leaf: NDArray[np.float32]

    def scores(self, rows: Floats) -> Floats:
        """Return the sum of the trees' leaves for each row."""
        inner = self.column.shape[1]
        column, border, leaf = self.column.ravel(), self.border.ravel(), self.leaf.ravel()
        values, width = rows.ravel(), rows.shape[1]
        row = np.arange(len(rows))[None, :] * width
        root = np.arange(len(self.column))[:, None] * inner
        node = np.zeros((len(self.column), len(rows)), np.int64)
        while node[0, 0] < inner:
            at = root + node
            node = 2 * node + 1 + (values.take(row + column.take(at)) > border.take(at))
        tree = np.arange(len(self.column))[:, None] * (inner + 1)
        return np.asarray(leaf.take(tree + node - inner).sum(0, dtype=np.float64))


@dataclass(frozen=True, slots=True)
class Ranker:
    """The trees of each pass, and the curves that turn raw into calibrated probabilities.

    A curve is raw and calibrated probabilities, rising. The first is for places, the second for what extends
    at least `WIDE_M`.
    """

    passes: tuple[Trees, ...]
    curves: tuple[Curve, Curve]

    def calibrate(self, probability: float, extent_m: float) -> float:
        """Return the share of such picks with such a raw probability that were right in training."""
        return float(np.interp(probability, *self.curves[extent_m >= WIDE_M]))


@cache
def shipped_ranker() -> Ranker:
    """Read the weights that come with the package."""
    with (resources.files("mapper.resources") / "resolver" / "ranker.npz").open("rb") as file:
        table = np.load(file, allow_pickle=False)
        position = np.array([COLUMNS.index(name) for name in table["columns"].tolist()], np.int64)
        passes = tuple(
            Trees(position[table[f"column_{n}"]], table[f"border_{n}"], table[f"leaf_{n}"])
            for n in range(int(table["passes"]))
        )
        return Ranker(passes, (tuple(table["places"]), tuple(table["wide"])))
