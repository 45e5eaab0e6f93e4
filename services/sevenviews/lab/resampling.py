"""How sure a mean is: intervals by bootstrap over patents, and two models compared query by query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
"""[queries]: a figure of each, such as its AP."""

Groups = Sequence[str] | npt.NDArray[np.str_] | npt.NDArray[np.integer]
"""[queries]: the patent of each."""

_RESAMPLES = 2000
_DRAWN_AT_ONCE = 2**18
_SAME = 1e-12
"""Two figures that differ by less differ by rounding."""


@dataclass(frozen=True, slots=True)
class Paired:
    """A model beside another, on the same queries."""

    difference: float  # of the means: positive if the model is better
    interval: tuple[float, float]  # 95 % of it, by bootstrap over the patents
    better: int  # queries on which the model has the larger figure
    worse: int  # the smaller
    equal: int  # the same
    queries: int  # that were asked; the interval speaks of the patents
    patents: int

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.difference:+.3f} [{low:+.3f}, {high:+.3f}]"


def bootstrap_interval(
    values: Values, groups: Groups, seed: int = 0, level: float = 0.95, resamples: int = _RESAMPLES
) -> tuple[float, float]:
    """Where the mean would lie, had other patents been drawn: the percentile bootstrap (Efron 1979), by groups.

    A patent is drawn with all its queries, for those resemble each other: drawn one by one they would pass for more
    than they tell, and the interval would be too narrow.

    Args:
        values: a figure a query.
        groups: of each value, its patent.
        level: share of the resampled means between the ends.
        resamples: with replacement, each of as many groups as there are.

    Raises ValueError: there are no values, or not a group a value; or the level is not between 0 and 1.
    """
    if not len(values) or not 0 < level < 1:
        raise ValueError("an interval needs values, and a level between 0 and 1")
    if len(groups) != len(values):
        raise ValueError(f"{len(values)} values have {len(groups)} groups")
    _, numbers = np.unique(np.asarray(groups), return_inverse=True)
    sums, counts = np.bincount(numbers, values), np.bincount(numbers)
    chance, means = np.random.default_rng(seed), np.empty(resamples)
    at_once = max(1, _DRAWN_AT_ONCE // len(sums))
    for start in range(0, resamples, at_once):
        block = means[start : start + at_once]
        drawn = chance.integers(0, len(sums), (len(block), len(sums)))
        block[:] = sums[drawn].sum(1) / counts[drawn].sum(1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def compare_paired(model: Values, other: Values, patents: Groups, seed: int = 0) -> Paired:
    """How much a model is better than another, and how surely.

    `model`, `other`: their figures, a query each, in one order; `patents`: of the queries. Raises ValueError: there
    are no queries, or figures and patents differ in number.
    """
    if len(model) != len(other):
        raise ValueError(f"{len(model)} queries cannot be paired with {len(other)}")
    differences = model - other
    differences[np.abs(differences) < _SAME] = 0
    return Paired(
        difference=float(differences.mean()) if len(differences) else 0.0,
        interval=bootstrap_interval(differences, patents, seed),
        better=int((differences > 0).sum()),
        worse=int((differences < 0).sum()),
        equal=int((differences == 0).sum()),
        queries=len(differences),
        patents=len(np.unique(np.asarray(patents))),
    )
