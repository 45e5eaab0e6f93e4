"""mAP and Acc@1 of held-out drawings among each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sevenviews.lab.metrics import evaluate_ranking
from sevenviews.training.split import Indices

_QUERIES_AT_ONCE = 512
"""DeepPatent validates with 44,815 drawings: all their scores at once would take 8 GB."""


def measure(vectors: npt.NDArray[np.float32], designs: Indices) -> dict[str, float]:
    """Ask with each drawing for the others of its design, among all others.

    Args:
        vectors: [n, dimension], unit length.
        designs: [n]. Designs of one drawing are only there to be mistaken for others.

    Returns:
        validation_map, DeepPatent's mAP over the whole ranking, and validation_acc1.

    Raises ValueError: no design has two drawings.
    """
    _, numbers, counts = np.unique(designs, return_inverse=True, return_counts=True)
    queries = np.flatnonzero(counts[numbers] > 1)
    if not len(queries):
        raise ValueError("no held-out design has two drawings: nothing can be validated")
    precision = accuracy = 0.0
    for at in range(0, len(queries), _QUERIES_AT_ONCE):
        asked = queries[at : at + _QUERIES_AT_ONCE]
        scores = vectors[asked] @ vectors.T
        relevance = designs[asked][:, None] == designs[None, :]
        # A drawing is never its own match.
        own = (np.arange(len(asked)), asked)
        scores[own], relevance[own] = -np.inf, False
        report = evaluate_ranking(scores, relevance, accuracy_at=(1,))
        precision += float(report.average_precision.sum())
        accuracy += report.accuracy[1] * report.queries
    return {
        "validation_map": round(precision / len(queries), 4),
        "validation_acc1": round(accuracy / len(queries), 4),
    }
