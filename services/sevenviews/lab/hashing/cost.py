"""What a search costs: memory and time of an exhaustive one over binary codes, and over the vectors themselves.

FAISS on one thread does both, IndexBinaryFlat by Hamming distance and IndexFlatIP by inner product; queries one at a
time, as a service gets them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from sevenviews.lab.hashing.codes import Codes

Number = TypeVar("Number", bound=np.generic)

_WARM_UP = 3


@dataclass(frozen=True, slots=True)
class SearchCost:
    """Of one engine over one gallery."""

    engine: str
    gallery: int  # entries searched
    bytes_each: int  # memory of an entry's code or vector, without the engine's own
    milliseconds: float  # median of a query

    @property
    def megabytes(self) -> float:
        """Of all entries."""
        return self.bytes_each * self.gallery / 1e6


def binary_cost(queries: Codes, gallery: Codes, entries: int, limit: int = 10) -> SearchCost:
    """Exhaustive search by Hamming distance.

    Raises ValueError: the codes are not whole bytes long, or a number is below 1.

    `gallery`: repeated, or cut, to `entries`; `entries`: size of the gallery that is timed.
    """
    import faiss

    if gallery.bits % 8:
        raise ValueError(f"bits: FAISS takes whole bytes, not {gallery.bits} bits")
    engine, index = f"FAISS Hamming, {gallery.bits} bits", faiss.IndexBinaryFlat(gallery.bits)
    return _cost(engine, index, queries.packed, gallery.packed, entries, limit)


def float_cost(
    queries: npt.NDArray[np.float32], gallery: npt.NDArray[np.float32], entries: int, limit: int = 10
) -> SearchCost:
    """Exhaustive search by inner product; arguments as `binary_cost`. Raises ValueError as it."""
    import faiss

    engine, index = f"FAISS inner product, {gallery.shape[1]} floats", faiss.IndexFlatIP(gallery.shape[1])
    return _cost(
        engine, index, np.asarray(queries, np.float32), np.asarray(gallery, np.float32), entries, limit
    )


def _cost(
    engine: str,
    index: Any,
    queries: npt.NDArray[Number],
    gallery: npt.NDArray[Number],
    entries: int,
    limit: int,
) -> SearchCost:
    import faiss

    if entries < 1 or not len(gallery):
        raise ValueError(f"entries: {entries} of {len(gallery)} cannot be searched")
    index.add(np.ascontiguousarray(np.resize(gallery, (entries, gallery.shape[1]))))
    rows = [np.ascontiguousarray(row[None]) for row in queries]
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        milliseconds = median_milliseconds(rows, lambda row: index.search(row, limit))
    finally:
        faiss.omp_set_num_threads(before)
    return SearchCost(engine, entries, gallery.itemsize * gallery.shape[1], milliseconds)


def median_milliseconds(
    queries: Sequence[npt.NDArray[Number]], search: Callable[[npt.NDArray[Number]], object]
) -> float:
    """Median time of a search, after some that do not count. Raises ValueError without queries."""
    if not queries:
        raise ValueError("queries: there is nothing to time")
    for query in queries[:_WARM_UP]:
        search(query)
    times = []
    for query in queries:
        started = time.perf_counter()
        search(query)
        times.append(time.perf_counter() - started)
    return 1000 * float(np.median(times))
