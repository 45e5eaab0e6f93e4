"""The measurement: pairs of blocks, and throughput beside them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from sevenviews.bench.alternation import alternate
from sevenviews.bench.plan import SearchPlan
from sevenviews.bench.queries import FreshQueries
from sevenviews.bench.stages import Timings
from sevenviews.client import QueryImage

_WARM_UP = 3
"""Searches on either side that are not counted: connections, first allocations, a release that is looked up."""


class Side(Protocol):
    """Answers one search, and says how long its stages took."""

    def search(self, query: QueryImage) -> Timings:
        """Seconds by stage, with the whole as `stages.SEARCH`."""
        ...


@dataclass(frozen=True, slots=True)
class Block:
    """Searches one after the other; all of one side, on the queries of one pair."""

    searches: tuple[Timings, ...]

    def of(self, *stages: str) -> list[float]:
        """The seconds that some stages took together, of each search."""
        return [sum(search[stage] for stage in stages) for search in self.searches]


@dataclass(frozen=True, slots=True)
class Concurrent:
    """Searches by several clients at once.

    Attributes:
        latencies: seconds, of each search.
        seconds: from the first call to the last answer.
    """

    latencies: tuple[float, ...]
    seconds: float

    @property
    def rate(self) -> float:
        """Searches a second."""
        return len(self.latencies) / self.seconds


@dataclass(frozen=True, slots=True)
class Measurements:
    """All that was measured; a block a pair on either side."""

    plan: SearchPlan
    through: tuple[Block, ...]
    bare: tuple[Block, ...]
    concurrent: tuple[Concurrent, ...]


def measure_search(
    plan: SearchPlan,
    through: Side,
    bare: Side,
    queries: FreshQueries,
    progress: Callable[[int], None] = lambda _: None,
    clock: Callable[[], float] = time.monotonic,
) -> Measurements:
    """Measure both sides in turns. No query comes twice, but both sides of a pair get the same.

    Args:
        plan: how much.
        through: the services; searched from several threads too.
        bare: the stages called directly; one thread only.
        queries: new to every cache.
        progress: told how many pairs are done.
        clock: seconds, for the plan's bound.
    """
    for query in queries.take(_WARM_UP):
        through.search(query)
        bare.search(query)
    ends = clock() + plan.seconds
    batches = (queries.take(plan.searches_per_pair) for _ in range(plan.pairs))
    blocks: list[tuple[Block, Block]] = []
    concurrent: list[Concurrent] = []
    for pair in alternate(batches, _runner(through), _runner(bare), lambda: clock() < ends):
        blocks.append(pair)
        concurrent.append(_search_at_once(through, queries.take(plan.searches_per_pair), plan.clients))
        progress(len(blocks))
    return Measurements(
        plan,
        tuple(first for first, _ in blocks),
        tuple(second for _, second in blocks),
        tuple(concurrent),
    )


def _runner(side: Side) -> Callable[[Sequence[QueryImage]], Block]:
    return lambda queries: Block(tuple(map(side.search, queries)))


def _search_at_once(side: Side, queries: Sequence[QueryImage], clients: int) -> Concurrent:
    def timed(query: QueryImage) -> float:
        started = time.perf_counter()
        side.search(query)
        return time.perf_counter() - started

    with ThreadPoolExecutor(clients) as pool:
        started = time.perf_counter()
        latencies = tuple(pool.map(timed, queries))
        return Concurrent(latencies, time.perf_counter() - started)
