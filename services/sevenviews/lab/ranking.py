"""Where in a ranking the relevant drawings come, exactly, without sorting what is not asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.floating]
"""[queries, gallery]; the higher, the more alike. -inf takes a pair out of the ranking."""

Relevance = npt.NDArray[np.bool_]
"""[queries, gallery]: whether a gallery drawing shows the query's patent."""

Labels = Sequence[str] | npt.NDArray[np.integer] | npt.NDArray[np.str_]
"""Of drawings: the patent that each shows."""

_FEW = 24
"""Relevant drawings up to which counting what scores more is faster than to sort."""

_BLOCK_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Ranks:
    """The ranks, from 1, at which each query's relevant drawings come.

    Among equal scores the drawing that comes first in the gallery ranks first.
    """

    queries: npt.NDArray[np.int64]
    """Those with at least one relevant drawing, ascending; others are not counted."""
    ranks: tuple[npt.NDArray[np.int64], ...]  # of each of these, ascending


def rank_scores(scores: Scores, relevance: Relevance) -> Ranks:
    """Rank by a matrix of scores.

    Raises ValueError: the shapes differ, a score is NaN, or no query has a relevant drawing.
    """
    if scores.shape != relevance.shape:
        raise ValueError(f"scores {scores.shape} and relevance {relevance.shape} differ in shape")
    if np.isnan(scores).any():
        raise ValueError("a score is NaN: no ranking")
    rankable = relevance & np.isfinite(scores)
    counted = np.flatnonzero(rankable.any(1))
    ranks = [_ranks(scores[query], np.flatnonzero(rankable[query])) for query in counted]
    return _ranked(counted, ranks)


def rank_vectors(
    queries: npt.NDArray[np.floating],
    gallery: npt.NDArray[np.floating],
    query_labels: Labels,
    gallery_labels: Labels,
    block_bytes: int = _BLOCK_BYTES,
) -> Ranks:
    """Rank by inner product, a block of queries at a time: the whole matrix is never held.

    Args:
        queries: [queries, dimension].
        gallery: [gallery, dimension].
        query_labels, gallery_labels: a drawing is relevant to a query of the same label.
        block_bytes: of scores held at once.

    Raises ValueError: labels and vectors differ in number, a component is not finite, or no query has a relevant
    drawing.
    """
    if (len(query_labels), len(gallery_labels)) != (len(queries), len(gallery)):
        raise ValueError("there must be a label a vector, for queries and gallery")
    if not (np.isfinite(queries).all() and np.isfinite(gallery).all()):
        raise ValueError("a component is NaN or infinite: no ranking")
    relevant = _relevant_indices(query_labels, gallery_labels)
    counted = np.flatnonzero([len(indices) for indices in relevant])
    rows = max(1, block_bytes // max(1, gallery.itemsize * len(gallery)))
    ranks: list[npt.NDArray[np.int64]] = []
    for block in _blocks(counted, rows):
        scores = queries[block] @ gallery.T
        ranks += [_ranks(row, relevant[query]) for row, query in zip(scores, block, strict=True)]
    return _ranked(counted, ranks)


def _ranked(counted: npt.NDArray[np.int64], ranks: list[npt.NDArray[np.int64]]) -> Ranks:
    if not len(counted):
        raise ValueError("no query has a relevant drawing in the gallery")
    return Ranks(counted, tuple(ranks))


def _ranks(row: npt.NDArray[np.floating], relevant: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    if len(relevant) > _FEW:
        order = np.argsort(-row, kind="stable")
        is_relevant = np.zeros(len(row), bool)
        is_relevant[relevant] = True
        return np.flatnonzero(is_relevant[order]) + 1
    # 1 + those that score more + those that score the same and stand before.
    counts = [
        1 + np.count_nonzero(row > row[index]) + np.count_nonzero(row[:index] == row[index])
        for index in relevant
    ]
    return np.sort(np.array(counts, np.int64))


def _relevant_indices(query_labels: Labels, gallery_labels: Labels) -> list[npt.NDArray[np.int64]]:
    """For each query the gallery drawings of its label, ascending."""
    names, numbers = np.unique(np.asarray(gallery_labels), return_inverse=True)
    order = np.argsort(numbers, kind="stable")
    groups = np.split(order, np.cumsum(np.bincount(numbers, minlength=len(names)))[:-1])
    by_name = dict(zip(names.tolist(), groups, strict=True))
    none = np.empty(0, np.int64)
    return [by_name.get(label, none) for label in np.asarray(query_labels).tolist()]


def _blocks(items: npt.NDArray[np.int64], size: int) -> Iterator[npt.NDArray[np.int64]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
