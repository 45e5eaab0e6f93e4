"""Exact evaluation beside the matrix product that it cannot do without."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from sevenviews.bench.comparison import Comparison, Report, alternate
from sevenviews.lab.metrics import ACCURACY_AT, accuracy, average_precision
from sevenviews.lab.ranking import rank_vectors

_BLOCK_BYTES = 64 * 1024 * 1024
"""Of scores at once, in both ways."""

_NOISE = 0.5
"""Of drawings of one design around their common direction, times the fourth root of the dimension: in every dimension
some are found at once, some late."""


def measure(
    queries: int,
    gallery: int,
    dimension: int,
    pairs: int,
    drawings_per_design: int = 6,
    seed: int = 0,
    clock: Callable[[], float] = time.perf_counter,
) -> Report:
    """Evaluate random vectors with structure, and multiply them, in turn.

    Args:
        queries, gallery: drawings.
        dimension: of the vectors.
        pairs: alternations.
        drawings_per_design: relevant drawings a query.
        seed: of the vectors.
        clock: seconds.

    Raises:
        ValueError: a number is less than one.
    """
    if min(queries, gallery, dimension, drawings_per_design) < 1:
        raise ValueError("queries, gallery, dimension and drawings_per_design must be at least 1")
    chance = np.random.default_rng(seed)
    designs = max(1, gallery // drawings_per_design)
    shapes = chance.standard_normal((designs, dimension), np.float32)
    gallery_labels = np.arange(gallery) % designs
    query_labels = np.arange(queries) % designs
    found = _drawn(shapes[gallery_labels], chance)
    asked = _drawn(shapes[query_labels], chance)
    scores: list[float] = []

    def evaluate(_: int) -> float:
        started = clock()
        ranks = rank_vectors(asked, found, query_labels, gallery_labels, _BLOCK_BYTES)
        scores.append(float(average_precision(ranks).mean()))
        for k in ACCURACY_AT:
            accuracy(ranks, k)
        return clock() - started

    def multiply(_: int) -> float:
        started = clock()
        rows = max(1, _BLOCK_BYTES // (found.itemsize * gallery))
        for start in range(0, queries, rows):
            np.matmul(asked[start : start + rows], found.T)
        return clock() - started

    # Once unmeasured: threads are started, and pages touched.
    multiply(0)
    evaluating, multiplying = alternate(pairs, evaluate, multiply)
    compared = Comparison.of("exact evaluation", "its matrix product", "s", evaluating, multiplying)
    return Report(
        "evaluate",
        f"{queries:,} queries among {gallery:,} drawings of {dimension} dimensions",
        (compared,),
        (f"In the same blocks of scores; mAP {scores[0]:.6f}, the same in every round.",),
    )


def _drawn(shapes: npt.NDArray[np.float32], chance: np.random.Generator) -> npt.NDArray[np.float32]:
    """Drawings of shapes: unit vectors around them."""
    vectors = shapes + np.float32(_NOISE * shapes.shape[1] ** 0.25) * chance.standard_normal(
        shapes.shape, np.float32
    )
    unit: npt.NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
