"""The worth of a Hamming ranking: mAP@k, also by category, and precision and recall within a Hamming ball.

Gallery entries at the same distance rank in the order of the gallery. AP@k divides by the number of relevant entries
among the first k, as the papers on hashing do; a query with none there has AP 0, and one with none in the whole
gallery is not counted (see `lab.metrics.evaluate_ranking`, whose `depth` is k).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sevenviews.lab.hashing.codes import Codes, Distances
from sevenviews.lab.metrics import evaluate_ranking, mean_by_group
from sevenviews.lab.ranking import Relevance, Scores

TOP = 10
"""PatentNet's mAP is that of the first ten."""

RADIUS = 2
"""Of the Hamming ball that a table look-up can reach: the usual figure of the field."""


class BallReport(NamedTuple):
    """Precision and recall of what lies within a Hamming radius, means over the queries.

    A query to which nothing is returned counts 0 in the precision; `empty` is the share of those.
    """

    precision: float
    recall: float
    empty: float


@dataclass(frozen=True, slots=True)
class HashingReport:
    """What codes are worth: mAP@k by k, mAP@10 by category of the queries, and the ball of radius 2."""

    mean_average_precision: Mapping[int, float]
    by_category: Mapping[str, float]
    ball: BallReport
    bytes_each: int  # memory of a code
    queries: int  # that have something to find
    gallery: int  # codes that can be found


def shared_labels(queries: npt.NDArray[np.bool_], gallery: npt.NDArray[np.bool_]) -> Relevance:
    """Which pairs share a label: [queries, gallery], of labels [n, classes].

    Raises ValueError: the numbers of classes differ, or there is no label at all.
    """
    if queries.shape[1] != gallery.shape[1]:
        raise ValueError(
            f"labels: {queries.shape[1]} classes of the queries, {gallery.shape[1]} of the gallery"
        )
    if not (queries.any() and gallery.any()):
        raise ValueError("labels: there are none")
    relevance: Relevance = (queries.astype(np.float32) @ gallery.astype(np.float32).T) > 0
    return relevance


def evaluate_codes(
    queries: Codes,
    gallery: Codes,
    relevance: Relevance,
    categories: Sequence[str],
    depths: Sequence[int] = (TOP,),
) -> HashingReport:
    """Everything that is asked of codes.

    Args:
        relevance: [queries, gallery].
        categories: of each query, for the figures by category.
        depths: the k of mAP@k; 10 is always among them.

    Raises ValueError: sizes differ, or no query has anything to find.
    """
    distances = queries.distances_to(gallery)
    scores = -distances.astype(np.float32)
    wanted = sorted({TOP, *depths})
    return HashingReport(
        mean_average_precision={k: mean_average_precision(scores, relevance, k) for k in wanted},
        by_category=by_category(scores, relevance, categories),
        ball=within_radius(distances, relevance),
        bytes_each=gallery.bytes_each,
        queries=int(relevance.any(1).sum()),
        gallery=len(gallery),
    )


def mean_average_precision(scores: Scores, relevance: Relevance, depth: int = TOP) -> float:
    """mAP@depth. Raises ValueError as `evaluate_ranking`."""
    return evaluate_ranking(scores, relevance, depth=depth).mean_average_precision


def by_category(
    scores: Scores, relevance: Relevance, categories: Sequence[str], depth: int = TOP
) -> dict[str, float]:
    """mAP@depth of the queries of each category that has any with something to find, by name.

    Raises ValueError: there are not as many categories as queries.
    """
    if len(categories) != len(scores):
        raise ValueError(f"categories: {len(categories)} for {len(scores)} queries")
    report = evaluate_ranking(scores, relevance, depth=depth)
    counted = np.flatnonzero(relevance.any(1)).tolist()
    of_query = [categories[query] for query in counted]
    return {name: worth for name, (worth, _) in mean_by_group(report.average_precision, of_query).items()}


def within_radius(distances: Distances, relevance: Relevance, radius: int = RADIUS) -> BallReport:
    """Precision and recall of the Hamming ball, over the queries with something to find.

    Raises ValueError: the shapes differ, or no query has anything to find.
    """
    if distances.shape != relevance.shape:
        raise ValueError(f"distances {distances.shape} and relevance {relevance.shape} differ in shape")
    counted = relevance.any(1)
    if not counted.any():
        raise ValueError("no query has a relevant code in the gallery")
    within, relevant = distances[counted] <= radius, relevance[counted]
    returned, found = within.sum(1), (within & relevant).sum(1)
    precision = np.divide(found, returned, out=np.zeros(len(found)), where=returned > 0)
    recall = found / relevant.sum(1)
    return BallReport(float(precision.mean()), float(recall.mean()), float((returned == 0).mean()))
