"""What a search costs in Milvus: a release of vectors beside one of their codes, both made for the measurement."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from sevenviews.designs import PatentFilter, View, drawing_id
from sevenviews.lab.hashing.cost import SearchCost, median_milliseconds
from sevenviews.vectors.drawings import DrawingVector, Embedding, PatentVectors
from sevenviews.vectors.milvus_index import MilvusIndex
from sevenviews.vectors.releases import IndexParameters, Metric

_SECONDS = 120.0
_PATENTS_AT_ONCE = 2000
_MODEL = "measurement"


def milvus_cost(
    url: str,
    queries: npt.NDArray[np.float32],
    gallery: npt.NDArray[np.float32],
    metric: Metric,
    entries: int,
    limit: int = 10,
) -> SearchCost:
    """Median time of a search in a release that is made, filled and dropped again.

    Args:
        url: as SEVENVIEWS_VECTORS_URL.
        queries: unit vectors to search with, one at a time.
        gallery: unit vectors, repeated or cut to `entries`; by HAMMING their signs.
        entries: drawings of the release.

    Raises SevenviewsError: Milvus does not answer; ValueError: another URL.
    """
    index = MilvusIndex(url)
    bits = gallery.shape[1]
    release = index.create_release(
        f"cost-{uuid.uuid4().hex[:8]}", _MODEL, bits, IndexParameters(), _SECONDS, metric
    ).release_id
    try:
        for patents in _patents(gallery, entries):
            index.upsert(release, patents, _SECONDS)
        index.complete(release, {}, _SECONDS)
        everything = PatentFilter()
        milliseconds = median_milliseconds(
            list(queries),
            lambda query: index.search(release, [Embedding(query, _MODEL)], everything, (), limit, _SECONDS),
        )
    finally:
        index.retire(release, _SECONDS)
        index.close()
    name = f"Milvus HAMMING, {bits} bits" if metric is Metric.HAMMING else f"Milvus IP, {bits} floats"
    return SearchCost(name, entries, bits // 8 if metric is Metric.HAMMING else 4 * bits, milliseconds)


def _patents(gallery: npt.NDArray[np.float32], entries: int) -> Iterator[list[PatentVectors]]:
    for first in range(0, entries, _PATENTS_AT_ONCE):
        numbers = range(first, min(first + _PATENTS_AT_ONCE, entries))
        yield [_patent(number, gallery[number % len(gallery)]) for number in numbers]


def _patent(number: int, vector: npt.NDArray[np.float32]) -> PatentVectors:
    name = f"M{number:07d}"
    return PatentVectors(
        name, 1, (DrawingVector(drawing_id(name, 1, 1), View.UNKNOWN, Embedding(vector, _MODEL)),)
    )
