"""Relevance feedback: query images moved by the patents that somebody called relevant, or not.

Rocchio's formula (J. J. Rocchio, "Relevance feedback in information retrieval", in G. Salton, The SMART Retrieval
System, 1971, pp. 313-323; Manning, Raghavan and Schütze, Introduction to Information Retrieval, 2008, section 9.1.1),
image by image, for a query has several. Let v be the vector of a query image of positive weight; P the mean of the
vectors of the drawings that it is matched with in the relevant patents, N of those in the others, each matched as
`score` has it; a patent that the image is left out of does not count. Then

    v' = u − min(1, κ · |u| / |γ · N|) · γ · N,   made unit,   with   u = v + β · P

β is TOWARD, γ AWAY and κ MOST_AWAY: the negative part has at most the κth part of the length of the positive, so that
it turns the image by arcsin κ at most, whatever was marked. Images of negative weight stay as they are.

A function of the query and the judged patents alone, their order apart: what is ranked with v' is ranked like any
other query, exactly, and in one order whatever the size of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sevenviews.designs import ViewMatching
from sevenviews.ranking.records import QueryDrawing, StoredDrawing
from sevenviews.ranking.score import score_patent

TOWARD = 0.75
AWAY = 0.25
MOST_AWAY = 0.25

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class JudgedDrawings:
    """A patent that somebody has looked at, by its drawings, one at least; their vectors: [drawings, dimension]."""

    relevant: bool
    drawings: Sequence[StoredDrawing]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Feedback:
    """β, γ and κ of the formula; none below 0, κ below 1."""

    toward: float = TOWARD
    away: float = AWAY
    most_away: float = MOST_AWAY


DEFAULT = Feedback()


def moved_queries(
    vectors: Vectors,
    queries: Sequence[QueryDrawing],
    judged: Sequence[JudgedDrawings],
    matching: ViewMatching,
    level: float,
    feedback: Feedback = DEFAULT,
) -> Vectors:
    """The vectors that the query images ask with now, of unit length; [queries, dimension].

    Args:
        vectors: of the query images, of unit length; same shape.
        queries, matching, level: as for `score_patent`.
        judged: patents, each with all its drawings.

    Raises:
        ValueError: as `score_patent`.
    """
    toward, away = _matched(vectors, queries, judged, matching, level)
    moved = vectors.copy()
    for query, asked in enumerate(queries):
        if asked.weight < 0 or not (toward[query] or away[query]):
            continue
        positive = vectors[query] + feedback.toward * _mean(toward[query], vectors.shape[1])
        negative = feedback.away * _mean(away[query], vectors.shape[1])
        most = feedback.most_away * float(np.linalg.norm(positive))
        length = float(np.linalg.norm(negative))
        direction = positive - negative * (min(1.0, most / length) if length else 0.0)
        # What is relevant may be the very opposite of an image: then nothing is known of where to look.
        if (norm := float(np.linalg.norm(direction))) > 0:
            moved[query] = direction / norm
    return moved


_Matched = list[list[npt.NDArray[np.float64]]]
"""Of each query image, the drawings that it is matched with."""


def _matched(
    vectors: Vectors,
    queries: Sequence[QueryDrawing],
    judged: Sequence[JudgedDrawings],
    matching: ViewMatching,
    level: float,
) -> tuple[_Matched, _Matched]:
    toward: _Matched = [[] for _ in queries]
    away: _Matched = [[] for _ in queries]
    # In one order, whatever that of the marks was: sums differ in their last bits.
    for patent in sorted(judged, key=lambda one: [drawing.drawing_id for drawing in one.drawings]):
        scored = score_patent(vectors @ patent.vectors.T, queries, patent.drawings, matching, level)
        for match in scored.matches:
            side = toward if patent.relevant else away
            side[match.query_index].append(patent.vectors[match.drawing_index].astype(np.float64))
    return toward, away


def _mean(drawings: Sequence[npt.NDArray[np.float64]], dimension: int) -> npt.NDArray[np.float64]:
    """Of none, nothing."""
    return np.mean(drawings, axis=0) if drawings else np.zeros(dimension)
