"""The front page of a US patent repeats one of its sheets (D00000): asked with, the copy finds the sheet itself.

DeepPatent's lists hold such copies, one drawing of eight. They flatter every model, and a poor one most.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from sevenviews.lab.descriptors import Vectors
from sevenviews.lab.metrics import average_precision
from sevenviews.lab.ranking import rank_vectors
from sevenviews.lab.resampling import bootstrap_interval
from sevenviews.lab.task import RelevanceBy, RetrievalTask

_COPY = re.compile(r"-D00000(?:-\d{2})?$")


@dataclass(frozen=True, slots=True)
class Part:
    """What a model is worth on a part of the queries and of the gallery; figures as of `EvaluationReport`."""

    mean_average_precision: float
    interval: tuple[float, float]
    queries: int
    gallery: int


def is_copy(name: str) -> bool:
    """Whether a drawing is the front page's, by its id."""
    return _COPY.search(name) is not None


def without_front_pages(task: RetrievalTask, vectors: Vectors) -> Part | None:
    """The figures without the copies; None: there are none, or nothing is left to find.

    `vectors`: of all its drawings, [drawings, dimension].
    """
    copies = np.array([is_copy(name) for name in task.drawings.names])
    if task.relevance is not RelevanceBy.PATENT or not copies.any():
        return None
    queries, gallery = task.queries[~copies[task.queries]], task.gallery[~copies[task.gallery]]
    patents = task.patents
    if not np.isin(patents[queries], patents[gallery]).any():
        return None
    ranks = rank_vectors(vectors[queries], vectors[gallery], patents[queries], patents[gallery])
    values = average_precision(ranks)
    asking = patents[queries[ranks.queries]]
    return Part(
        float(values.mean()), bootstrap_interval(values, asking, task.seed), len(values), len(gallery)
    )
