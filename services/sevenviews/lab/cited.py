"""Where in a ranking of patents those come that the examiner has cited."""

from __future__ import annotations

import numpy as np

from sevenviews.lab.descriptors import Vectors
from sevenviews.lab.ranking import Ranks, rank_scores
from sevenviews.lab.task import RetrievalTask

_QUERIES_AT_ONCE = 256


def rank_cited(vectors: Vectors, task: RetrievalTask) -> Ranks:
    """The ranks of the cited patents, a patent's score being that of its best drawing.

    The query's own patent is taken out. Whoever looks for prior art reads patents, and a cited patent is found by
    whichever of its drawings.

    Args:
        vectors: of all the task's drawings, [drawings, dimension].
        task: whose every query cites something that is there.

    Raises ValueError: a component is not finite.
    """
    documents = task.documents
    names, numbers = np.unique(documents[task.gallery], return_inverse=True)
    order = np.argsort(numbers, kind="stable")
    starts = np.searchsorted(numbers[order], np.arange(len(names)))
    place = {name: number for number, name in enumerate(names.tolist())}
    gallery = vectors[task.gallery[order]]
    ranks: list[Ranks] = []
    for start in range(0, len(task.queries), _QUERIES_AT_ONCE):
        block = task.queries[start : start + _QUERIES_AT_ONCE]
        scores = np.maximum.reduceat(vectors[block] @ gallery.T, starts, axis=1)
        relevance = np.zeros(scores.shape, np.bool_)
        for row, query in enumerate(block):
            cited = task.drawings.cited[task.drawings.patents[query]]
            relevance[row, [place[one] for one in cited if one in place]] = True
            if (own := place.get(str(documents[query]))) is not None:
                scores[row, own], relevance[row, own] = -np.inf, False
        ranks.append(rank_scores(scores, relevance))
    offsets = range(0, len(task.queries), _QUERIES_AT_ONCE)
    counted = [one.queries + offset for one, offset in zip(ranks, offsets, strict=True)]
    return Ranks(np.concatenate(counted), tuple(rank for one in ranks for rank in one.ranks))
