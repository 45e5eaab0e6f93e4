"""What hiding does to the rank of a patent, by each definition of its score."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sevenviews.designs import View
from sevenviews.lab.advance import Advance, unheard
from sevenviews.lab.descriptors import Vectors
from sevenviews.lab.hiding.definitions import OURS, Asked, Definition
from sevenviews.lab.hiding.trials import Trial, trials_of
from sevenviews.lab.resampling import bootstrap_interval

FIGURES = ("change, one hidden", "change, few left", "MRR", "Acc@1", "MRR, hidden")
"""Of each patent, means over its trials. A change is |log₂(rank with some hidden / rank with all)|; "few left" is NaN
where the patent has too few drawings; the last counts what both changes count."""

Figures = npt.NDArray[np.float64]
"""[patents, FIGURES]"""


@dataclass(frozen=True, slots=True)
class Gallery:
    """All drawings, those of a patent together."""

    vectors: Vectors  # [drawings, dimension]
    views: Sequence[View]  # of the drawings
    drawings: Mapping[str, Sequence[int]]  # of each patent, in the order of the vectors


def measure(
    gallery: Gallery,
    patents: Sequence[str],
    definitions: Mapping[str, Definition],
    repeats: int,
    seed: int,
    advance: Advance = unheard,
) -> dict[str, Figures]:
    """The figures of some patents by each definition, on the same trials.

    `repeats`: trials for each number of drawings that ask.
    """
    chance = random.Random(seed)  # noqa: S311 - trials, not a secret
    found: dict[str, list[npt.NDArray[np.float64]]] = {name: [] for name in definitions}
    for done, patent in enumerate(patents, 1):
        trials = [
            _Ranking(gallery, trial) for trial in trials_of(patent, gallery.drawings[patent], repeats, chance)
        ]
        for name, definition in definitions.items():
            found[name].append(_mean([trial.figures(definition) for trial in trials]))
        advance(done)
    return {name: np.stack(rows) for name, rows in found.items()}


class _Ranking:
    """A trial with its cosines."""

    def __init__(self, gallery: Gallery, trial: Trial) -> None:
        self._one_hidden = len(trial.one_hidden)
        asking = list(trial.asking)
        cosines = gallery.vectors[asking] @ gallery.vectors.T
        others = [mine for name, mine in gallery.drawings.items() if name != trial.patent]
        views = [gallery.views[index] for index in asking]

        def against(patents: Sequence[Sequence[int]]) -> Asked:
            columns = [index for mine in patents for index in mine]
            starts = np.cumsum([0, *(len(mine) for mine in patents[:-1])])
            return Asked(cosines[:, columns], views, [gallery.views[index] for index in columns], starts)

        self._others = against(others)
        self._states = against([trial.found, *trial.one_hidden, *trial.few_left])

    def figures(self, definition: Definition) -> npt.NDArray[np.float64]:
        """[FIGURES]"""
        others, states = definition(self._others), definition(self._states)
        # Among equals the patent stands in the middle.
        above, equal = others[None] > states[:, None], others[None] == states[:, None]
        ranks = 1 + above.sum(1) + equal.sum(1) / 2
        whole, hidden = ranks[0], ranks[1:]
        changes = np.abs(np.log2(hidden / whole))
        one, few = changes[: self._one_hidden], changes[self._one_hidden :]
        return np.array(
            [one.mean(), few.mean() if len(few) else np.nan, 1 / whole, whole == 1, (1 / hidden).mean()]
        )


def _mean(rows: Sequence[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    """Over the trials that have the figure."""
    table = np.stack(rows)
    counted = np.maximum(1, np.isfinite(table).sum(0))
    return np.where(np.isfinite(table).any(0), np.nansum(table, 0) / counted, np.nan)


def mean_figures(figures: Mapping[str, Figures]) -> dict[str, dict[str, float]]:
    """The mean of each figure over the patents, by definition."""
    return {
        name: dict(zip(FIGURES, np.nanmean(one, 0).tolist(), strict=True)) for name, one in figures.items()
    }


def differences(figures: Mapping[str, Figures]) -> Iterator[Sequence[str]]:
    """A row for each definition but ours: how much ours differs from it, and the interval."""
    for name, one in figures.items():
        if name != OURS:
            yield name, *(_difference(column) for column in (figures[OURS] - one).T)


def _difference(values: Figures) -> str:
    known = values[np.isfinite(values)]
    if not len(known):
        return "–"
    low, high = bootstrap_interval(known, np.arange(len(known)))
    return f"{known.mean():+.3f} [{low:+.3f}, {high:+.3f}]"
