"""The engines that a vector search is compared with, called in this process.

Never Milvus Lite: it is pure Python, and what stands beside it looks fast.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Protocol

import faiss
import numpy as np

from sevenviews.designs import PatentFilter
from sevenviews.gateway.ports import NearestDrawing, Vector
from sevenviews.vectors.index import DrawingVector, Embedding, PatentVectors, StoredVector
from sevenviews.vectors.milvus_index import MilvusIndex
from sevenviews.vectors.releases import IndexParameters

_PARAMETERS = IndexParameters()
"""As every release has them unless it is told otherwise."""

_RELEASE = "bench-bare"
_MODEL = "bench"
_CALL_SECONDS = 30.0
_PATENTS_PER_UPSERT = 100


class VectorEngine(Protocol):
    """Holds the vectors that the services hold."""

    @property
    def name(self) -> str:
        """For the report."""
        ...

    def nearest(self, vector: Vector, limit: int) -> Sequence[NearestDrawing]:
        """The nearest drawings by inner product, best first; fewer where there are no more."""
        ...


class FaissEngine:
    """HNSW of FAISS, in memory, with a release's own parameters.

    Args:
        stored: with their vectors; one or more.
    """

    name = "FAISS HNSW"

    def __init__(self, stored: Sequence[StoredVector]) -> None:
        vectors = np.stack([vector_of(one) for one in stored])
        self._stored = stored
        self._index = faiss.IndexHNSWFlat(vectors.shape[1], _PARAMETERS.m, faiss.METRIC_INNER_PRODUCT)
        self._index.hnsw.efConstruction = _PARAMETERS.ef_construction
        self._index.add(vectors)

    def nearest(self, vector: Vector, limit: int) -> Sequence[NearestDrawing]:
        self._index.hnsw.efSearch = max(_PARAMETERS.ef, limit)
        scores, numbers = self._index.search(vector[np.newaxis], min(limit, len(self._stored)))
        return [
            _drawing(self._stored[number], float(score))
            for number, score in zip(numbers[0], scores[0], strict=True)
            if number >= 0
        ]


class MilvusEngine:
    """A Milvus server, through the vector service's own index but without the service.

    Args:
        url: http://HOST:PORT; gets a release of its own.
        stored: with their vectors; one or more.

    Raises:
        SevenviewsError: DEPENDENCY_UNAVAILABLE.
    """

    name = "Milvus server"

    def __init__(self, url: str, stored: Sequence[StoredVector]) -> None:
        self._index = MilvusIndex(url)
        dimension = len(vector_of(stored[0]))
        self._index.create_release(_RELEASE, _MODEL, dimension, _PARAMETERS, _CALL_SECONDS)
        patents = [
            _patent(patent_id, list(drawings))
            for patent_id, drawings in groupby(sorted(stored, key=_patent_id), key=_patent_id)
        ]
        for at in range(0, len(patents), _PATENTS_PER_UPSERT):
            self._index.upsert(_RELEASE, patents[at : at + _PATENTS_PER_UPSERT], _CALL_SECONDS)

    def nearest(self, vector: Vector, limit: int) -> Sequence[NearestDrawing]:
        query = Embedding(vector, _MODEL)
        _, (found,) = self._index.search(_RELEASE, [query], PatentFilter(), (), limit, _CALL_SECONDS)
        return [NearestDrawing(one.drawing_id, one.patent_id, one.view, one.score) for one in found]

    def close(self) -> None:
        """Close the connection."""
        self._index.close()


def vector_of(stored: StoredVector) -> Vector:
    """Raises ValueError where the vector was not asked for."""
    if stored.vector is None:
        raise ValueError(f"{stored.drawing_id} came without its vector")
    return stored.vector


def _drawing(stored: StoredVector, score: float) -> NearestDrawing:
    return NearestDrawing(stored.drawing_id, stored.patent_id, stored.view, score)


def _patent_id(stored: StoredVector) -> str:
    return stored.patent_id


def _patent(patent_id: str, stored: Sequence[StoredVector]) -> PatentVectors:
    drawings = (DrawingVector(one.drawing_id, one.view, Embedding(vector_of(one), _MODEL)) for one in stored)
    return PatentVectors(patent_id, tuple(drawings))
