"""The nearest drawings of the query images, fetched deeper as long as they belong to too few patents."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sevenviews.backends.ports import MAX_CANDIDATES, VectorIndex
from sevenviews.backends.records import NearestDrawing, Release, Vector
from sevenviews.designs import PatentFilter, View, ViewMatching
from sevenviews.gateway.deadline import Deadline
from sevenviews.gateway.ranking import QueryCandidates, candidate_floor

DRAWINGS_PER_PATENT = 4
"""First guess at how many candidates of a query belong to one patent: of seven views some look alike."""

MIN_DEPTH = 64
GROWTH = 4


@dataclass(frozen=True, slots=True)
class EmbeddedQuery:
    """A query image as it is searched for."""

    vector: Vector
    view: View


class Candidates:
    """The candidates of one request, under one release.

    Args:
        index: the vector service.
        release: whose model embedded the queries.
        queries: 1 to 16.
        patent_filter: is pushed down.
        matching: REQUIRE pushes the view of each query down as well.
        deadline: of the request.
        timeout_seconds: for a single call.
    """

    def __init__(
        self,
        index: VectorIndex,
        release: Release,
        queries: Sequence[EmbeddedQuery],
        patent_filter: PatentFilter,
        matching: ViewMatching,
        deadline: Deadline,
        timeout_seconds: float,
    ) -> None:
        self._index = index
        self._release = release
        self._queries = queries
        self._filter = patent_filter
        self._matching = matching
        self._deadline = deadline
        self._timeout_seconds = timeout_seconds
        self._depth = 0
        self._fetched: tuple[QueryCandidates, ...] = ()
        self._exhausted = False

    async def of_patents(self, count: int) -> tuple[QueryCandidates, ...]:
        """Candidates that belong to `count` patents or more; fewer where there are no more.

        What was fetched before is given again if it suffices; else it is fetched again, four times as deep,
        until it does or the vector service has nothing more to give.
        """
        while not self._suffices(count):
            wanted = max(MIN_DEPTH, DRAWINGS_PER_PATENT * count, GROWTH * self._depth)
            await self._fetch(min(wanted, MAX_CANDIDATES))
        return self._fetched

    def _suffices(self, count: int) -> bool:
        patents = {drawing.patent_id for query in self._fetched for drawing in query.drawings}
        return len(patents) >= count or self._exhausted or self._depth == MAX_CANDIDATES

    async def _fetch(self, depth: int) -> None:
        groups = self._groups()
        timeout = self._deadline.share(self._timeout_seconds)
        answers = await asyncio.gather(
            *(
                self._index.search(
                    self._release,
                    [self._queries[index].vector for index in members],
                    self._filter,
                    views,
                    depth,
                    timeout,
                )
                for views, members in groups.items()
            )
        )
        nearest: dict[int, tuple[NearestDrawing, ...]] = {}
        for members, answer in zip(groups.values(), answers, strict=True):
            nearest |= zip(members, answer, strict=True)
        self._fetched = tuple(
            _candidates(query, nearest[index], depth) for index, query in enumerate(self._queries)
        )
        self._depth = depth
        self._exhausted = all(len(drawings) < depth for drawings in nearest.values())

    def _groups(self) -> dict[tuple[View, ...], list[int]]:
        """Which queries can share a call: those that may find drawings of the same views."""
        groups: dict[tuple[View, ...], list[int]] = defaultdict(list)
        for index, query in enumerate(self._queries):
            required = self._matching is ViewMatching.REQUIRE
            groups[(query.view,) if required else ()].append(index)
        return groups


def _candidates(query: EmbeddedQuery, nearest: tuple[NearestDrawing, ...], depth: int) -> QueryCandidates:
    floor = candidate_floor(nearest, exhausted=len(nearest) < depth)
    return QueryCandidates(query.view, nearest, floor)
