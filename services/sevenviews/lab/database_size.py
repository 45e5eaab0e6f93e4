"""How retrieval fares as the database grows (DeepPatent, section 5.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sevenviews.lab.evaluation import Evaluation
from sevenviews.lab.metrics import accuracy, average_precision
from sevenviews.lab.ranking import rank_vectors

_ASKING_SHARE = 0.25
"""Of patents, where the corpus must also give what the database grows by."""


@dataclass(frozen=True, slots=True)
class SizePoint:
    """The same queries over a database of this many drawings."""

    size: int
    mean_average_precision: float
    accuracy_at_1: float


def against_database_size(evaluation: Evaluation, steps: int = 6, seed: int = 0) -> list[SizePoint]:
    """Ask the same queries of ever larger databases; each holds the one before it.

    The smallest holds the drawings of the patents that are asked for, the largest the whole gallery. What is
    added between are the distractors; where there are none, a quarter of the patents ask, and the others' drawings
    are added.

    `steps`: sizes, each the same factor larger. Raises ValueError: fewer than two steps.
    """
    if steps < 2:  # noqa: PLR2004 - the smallest and the largest
        raise ValueError(f"steps must be at least 2, not {steps}")
    task, patents = evaluation.task, evaluation.task.patents
    chance = np.random.default_rng(seed)
    asking = task.queries if task.distractors else _some_queries(task.queries, patents, chance)
    wanted = np.isin(patents[task.gallery], patents[asking])
    added = chance.permutation(task.gallery[~wanted])
    points = []
    for size in _sizes(int(wanted.sum()), len(task.gallery), steps):
        database = np.concatenate([task.gallery[wanted], added[: size - int(wanted.sum())]])
        ranks = rank_vectors(
            evaluation.vectors[asking], evaluation.vectors[database], patents[asking], patents[database]
        )
        points.append(SizePoint(size, float(average_precision(ranks).mean()), accuracy(ranks, 1)))
    return points


def _some_queries(
    queries: npt.NDArray[np.int64], patents: npt.NDArray[np.str_], chance: np.random.Generator
) -> npt.NDArray[np.int64]:
    asking = np.unique(patents[queries])
    kept = chance.choice(asking, max(1, round(_ASKING_SHARE * len(asking))), replace=False)
    return queries[np.isin(patents[queries], kept)]


def _sizes(least: int, most: int, steps: int) -> Sequence[int]:
    return sorted({int(size) for size in np.geomspace(least, most, steps).round()})
