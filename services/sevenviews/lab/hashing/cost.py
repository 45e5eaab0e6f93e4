"""What a search costs: memory and time of an exhaustive one over binary codes, and over the vectors themselves.

FAISS on one thread does both, IndexBinaryFlat by Hamming distance and IndexFlatIP by inner product; queries one at a
time, as a service gets them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from sevenviews.lab.hashing.codes import Codes

Number = TypeVar("Number", bound=np.generic)

_WARM_UP = 3


@dataclass(frozen=True, slots=True)
class SearchCost:
    """Of one engine over one gallery.

    Attributes:
        engine: which one.
        gallery: entries searched.
        bytes_each: memory of an entry's code or vector, without the engine's own.
        milliseconds: median of a query.
    """

    engine: str
    gallery: int
    bytes_each: int
    milliseconds: float


def binary_cost(queries: Codes, gallery: Codes, entries: int, limit: int = 10) -> SearchCost:
    """Exhaustive search by Hamming distance.

    Args:
        queries: to search with.
        gallery: repeated, or cut, to `entries`.
        entries: size of the gallery that is timed.
        limit: nearest entries that are asked for.

    Raises:
        ValueError: the codes are not whole bytes long, or a number is below 1.
    """
    import faiss

    if gallery.bits % 8:
        raise ValueError(f"bits: FAISS takes whole bytes, not {gallery.bits} bits")
    index = faiss.IndexBinaryFlat(gallery.bits)
    index.add(_sized(gallery.packed, entries))
    rows = [np.ascontiguousarray(row[None]) for row in queries.packed]
    return SearchCost(
        f"FAISS Hamming, {gallery.bits} bits",
        entries,
        gallery.bytes_each,
        _on_one_thread(lambda: median_milliseconds(rows, lambda row: index.search(row, limit))),
    )


def float_cost(
    queries: npt.NDArray[np.float32], gallery: npt.NDArray[np.float32], entries: int, limit: int = 10
) -> SearchCost:
    """Exhaustive search by inner product; arguments as `binary_cost`. Raises ValueError as it."""
    import faiss

    index = faiss.IndexFlatIP(gallery.shape[1])
    index.add(_sized(np.asarray(gallery, np.float32), entries))
    rows = [np.ascontiguousarray(row[None], np.float32) for row in queries]
    return SearchCost(
        f"FAISS inner product, {gallery.shape[1]} floats",
        entries,
        4 * gallery.shape[1],
        _on_one_thread(lambda: median_milliseconds(rows, lambda row: index.search(row, limit))),
    )


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


def _sized(rows: npt.NDArray[Number], entries: int) -> npt.NDArray[Number]:
    if entries < 1 or not len(rows):
        raise ValueError(f"entries: {entries} of {len(rows)} cannot be searched")
    return np.ascontiguousarray(np.tile(rows, (-(-entries // len(rows)), 1))[:entries])


def _on_one_thread(measure: Callable[[], float]) -> float:
    import faiss

    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        return measure()
    finally:
        faiss.omp_set_num_threads(before)
