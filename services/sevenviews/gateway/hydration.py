"""The page of an answer: ranked patents that are published, with their bibliography."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sevenviews.backends.ports import MAX_PATENTS_PER_CALL, PatentStore
from sevenviews.designs import Patent, Reason, SevenviewsError, ViewMatching
from sevenviews.gateway.candidates import Candidates
from sevenviews.gateway.deadline import Deadline
from sevenviews.gateway.page_token import mark
from sevenviews.gateway.ranking import QueryCandidates, RankedPatent, rank_patents
from sevenviews.gateway.timings import StageClock

_UNANSWERED = {Reason.DEPENDENCY_UNAVAILABLE, Reason.DEADLINE_EXCEEDED, Reason.DRAINING, Reason.OVERLOADED}

_DEGRADABLE_SHARE = 0.8
"""Of the time left, for a call that the answer can do without: the rest is needed to give the answer."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    Attributes:
        hits: best first.
        patents: by id.
        unpublished: ids of patents that were left out, being staged or deleted.
        more: there are candidates for another page.
        degradations: why patents are missing.
    """

    hits: tuple[RankedPatent, ...]
    patents: Mapping[str, Patent]
    unpublished: frozenset[str]
    more: bool
    degradations: tuple[SevenviewsError, ...] = ()


class Hydration:
    """Fills one page. Asks the metadata service once, and again only where patents were unpublished."""

    def __init__(
        self, store: PatentStore, deadline: Deadline, timeout_seconds: float, *, allow_degraded: bool
    ) -> None:
        self._store = store
        self._deadline = deadline
        self._timeout_seconds = timeout_seconds
        self._allow_degraded = allow_degraded
        self._patents: dict[str, Patent] = {}
        self._unpublished: set[str] = set()

    async def page(
        self,
        candidates: Candidates,
        matching: ViewMatching,
        size: int,
        considered: frozenset[bytes],
        clock: StageClock,
    ) -> Page:
        """The best `size` published patents whose marks are not among those considered before.

        Raises:
            SevenviewsError: a service fails; the metadata service only where no degraded answer is allowed.
        """
        degradations: tuple[SevenviewsError, ...] = ()
        while True:
            # One more than the page shows whether there is another page.
            wanted = size + 1 + len(considered) + len(self._unpublished)
            with clock.stage("vector_search"):
                nearest = await candidates.of_patents(wanted)
            with clock.stage("rank"):
                # Away from the event loop: 16 queries with 16,384 candidates each take most of a second.
                ranked = await asyncio.to_thread(self._eligible, nearest, matching, considered)
            unknown = self._unknown(ranked, size)
            if degradations or not unknown:
                return self._page(ranked, size, degradations)
            with clock.stage("hydrate"):
                degradations = await self._learn(unknown)

    def _eligible(
        self,
        nearest: Sequence[QueryCandidates],
        matching: ViewMatching,
        considered: frozenset[bytes],
    ) -> list[RankedPatent]:
        return [
            patent
            for patent in rank_patents(nearest, matching)
            if patent.patent_id not in self._unpublished and mark(patent.patent_id) not in considered
        ]

    def _unknown(self, ranked: Sequence[RankedPatent], size: int) -> list[str]:
        """What the page needs to know; nothing if it is complete."""
        if all(patent.patent_id in self._patents for patent in ranked[:size]):
            return []
        # Where many are unpublished in a row, look ahead: a round trip for each would take too long.
        ahead = ranked[: size + 4 * len(self._unpublished)]
        unknown = [patent.patent_id for patent in ahead if patent.patent_id not in self._patents]
        return unknown[:MAX_PATENTS_PER_CALL]

    async def _learn(self, patent_ids: list[str]) -> tuple[SevenviewsError, ...]:
        timeout = self._deadline.share(self._timeout_seconds)
        if self._allow_degraded:
            timeout *= _DEGRADABLE_SHARE
        try:
            published = await self._store.get_published(patent_ids, timeout)
        except SevenviewsError as error:
            if self._allow_degraded and error.reason in _UNANSWERED:
                return (error,)
            raise
        self._patents.update(published)
        self._unpublished.update(id_ for id_ in patent_ids if id_ not in published)
        return ()

    def _page(
        self, ranked: Sequence[RankedPatent], size: int, degradations: tuple[SevenviewsError, ...]
    ) -> Page:
        hits = tuple(ranked[:size])
        patents = {
            hit.patent_id: self._patents[hit.patent_id] for hit in hits if hit.patent_id in self._patents
        }
        return Page(hits, patents, frozenset(self._unpublished), len(ranked) > size, degradations)
