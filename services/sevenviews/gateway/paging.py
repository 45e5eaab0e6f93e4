"""The page of an answer: what is published of a ranking, from some position on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sevenviews.backends.patent_client import MAX_PATENTS_PER_CALL, PatentClient
from sevenviews.backends.records import PublishedSummary, ScoredPatent
from sevenviews.backends.vector_client import MAX_RANKED, VectorClient
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.gateway.cursor import Cursor
from sevenviews.gateway.deadline import CallTimeouts, Deadline
from sevenviews.gateway.timings import StageClock

_UNANSWERED = {Reason.DEPENDENCY_UNAVAILABLE, Reason.DEADLINE_EXCEEDED, Reason.DRAINING, Reason.OVERLOADED}

_DEGRADABLE_SHARE = 0.8
"""Of the time left, for a call that the answer can do without: the rest is needed to give the answer."""


_RANKED_AT_ONCE = 64
"""Patents at least: the vector service ranks as many anyway, and some pages need no other search."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    Attributes:
        hits: best first.
        patents: what is told of the hits, by id; in a degraded answer some or all are missing.
        families: the others of the family of each hit, of those that have some; only where families are collapsed.
        cursor: with all that was ranked on the way.
        position: behind the last hit.
        degradations: why records are missing.
    """

    hits: tuple[ScoredPatent, ...]
    patents: Mapping[str, PublishedSummary]
    cursor: Cursor
    position: int
    families: Mapping[str, tuple[str, ...]]
    degradations: tuple[SevenviewsError, ...] = ()

    @property
    def more(self) -> bool:
        """Whether there may be another page."""
        ranked = len(self.cursor.ranked)
        unfinished = self.cursor.outdated or not self.cursor.complete
        return self.position < ranked or (unfinished and ranked < MAX_RANKED)

    @property
    def total_size(self) -> int | None:
        """How many patents all pages have, as far as they were looked at; None: not all are ranked, or not all have
        been looked at for their families."""
        if not self.cursor.complete:
            return None
        if self.cursor.collapse_families and self.position < len(self.cursor.ranked):
            return None
        return len(self.cursor.shown(len(self.cursor.ranked)))


class Pages:
    """Fills pages. A patent is shown if the generation that was found is the published one."""

    def __init__(self, index: VectorClient, store: PatentClient, timeouts: CallTimeouts) -> None:
        self._index = index
        self._store = store
        self._timeouts = timeouts

    async def page(
        self,
        cursor: Cursor,
        position: int,
        size: int,
        deadline: Deadline,
        clock: StageClock,
        *,
        allow_degraded: bool,
        whole: bool = False,
    ) -> Page:
        """Up to `size` patents from a position on; fewer only where there are no more. Whole: with their patents.

        Raises:
            SevenviewsError: a service fails; the metadata service only where no degraded answer is allowed.
        """
        filling = _Filling(cursor, position, size)
        while filling.wants_more:
            if not filling.ahead:
                with clock.stage("vector_search"):
                    if not await self._rank_more(filling, deadline):
                        break
                continue
            with clock.stage("hydrate"):
                await self._look_up(filling, deadline, allow_degraded=allow_degraded, whole=whole)
        return filling.page()

    async def _rank_more(self, filling: _Filling, deadline: Deadline) -> bool:
        """Whether anything came. A ranking that was complete is looked at anew where some of it was replaced."""
        cursor = filling.cursor
        ranked = len(cursor.ranked)
        if (cursor.complete and not cursor.outdated) or ranked >= MAX_RANKED:
            return False
        ranking = await self._index.search_patents(
            cursor.release,
            cursor.patent_queries,
            cursor.patent_filter,
            cursor.matching,
            min(MAX_RANKED, max(_RANKED_AT_ONCE, 4 * ranked, ranked + filling.size + 1)),
            # All drawings are read: that takes as long as the caller lets it.
            deadline.left() if cursor.exact else deadline.share(self._timeouts.vectors),
            exact=cursor.exact,
            judged=cursor.judged,
        )
        if cursor.judged and not ranking.moved:
            # In the middle of an upgrade: an answer without the marks would pass for one with them.
            raise SevenviewsError(
                Reason.DEPENDENCY_UNAVAILABLE,
                "the vectors service is of a version that knows no relevance feedback; try again",
                {"service": "vectors"},
            )
        filling.cursor = cursor.grown(ranking)
        return len(filling.cursor.ranked) > ranked

    async def _look_up(
        self, filling: _Filling, deadline: Deadline, *, allow_degraded: bool, whole: bool
    ) -> None:
        chosen = filling.ahead[:MAX_PATENTS_PER_CALL]
        timeout = deadline.share(self._timeouts.metadata)
        if allow_degraded:
            timeout *= _DEGRADABLE_SHARE
        wanted = list(dict.fromkeys(one.patent_id for one in chosen))
        try:
            published = await self._store.get_summaries(wanted, timeout, whole=whole)
            families: Mapping[str, tuple[str, ...]] = {}
            if filling.cursor.collapse_families:
                families = await self._store.families(wanted, timeout, same_drawings=True)
        except SevenviewsError as error:
            if not (allow_degraded and error.reason in _UNANSWERED):
                raise
            filling.degrade(error)
        else:
            filling.take(chosen, published, families)


class _Filling:
    """A page under way."""

    def __init__(self, cursor: Cursor, position: int, size: int) -> None:
        self.cursor = cursor
        self.size = size
        self._position = position
        self._dropped = 0
        # A patent is shown once, whatever generation it has by now.
        self._shown = cursor.shown(position)
        self._hits: list[ScoredPatent] = []
        self._patents: dict[str, PublishedSummary] = {}
        self._families: dict[str, tuple[str, ...]] = {}
        self._degradations: tuple[SevenviewsError, ...] = ()

    @property
    def wants_more(self) -> bool:
        return len(self._hits) < self.size and not self._degradations

    @property
    def ahead(self) -> Sequence[ScoredPatent]:
        """What fills the page if all of it is published; more where much was not: each look costs a round trip."""
        wanted = self.size - len(self._hits) + 4 * self._dropped
        return self.cursor.ranked[self._position : self._position + wanted]

    def take(
        self,
        looked_up: Sequence[ScoredPatent],
        published: Mapping[str, PublishedSummary],
        families: Mapping[str, tuple[str, ...]],
    ) -> None:
        dropped = []
        outdated = False
        for one in looked_up:
            if not self.wants_more:
                break
            self._position += 1
            record = published.get(one.patent_id)
            others = families.get(one.patent_id, ())
            if not self._shown.isdisjoint(others):
                dropped.append(one)
            elif record is not None and record.generation == one.generation:
                self._show(one, record, others)
            else:
                dropped.append(one)
                outdated |= record is not None and record.generation > one.generation
        if dropped:
            self._dropped += len(dropped)
            self.cursor = self.cursor.without(dropped, outdated=outdated)

    def degrade(self, error: SevenviewsError) -> None:
        """Show what was found without its records."""
        for one in self.ahead:
            if self.wants_more:
                self._position += 1
                self._show(one, None, ())
        self._degradations = (error,)

    def _show(self, hit: ScoredPatent, patent: PublishedSummary | None, others: tuple[str, ...]) -> None:
        if hit.patent_id in self._shown or hit.patent_id in self.cursor.left_out:
            return
        self._shown.add(hit.patent_id)
        self._hits.append(hit)
        if patent is not None:
            self._patents[hit.patent_id] = patent
        if others:
            self._families[hit.patent_id] = others

    def page(self) -> Page:
        return Page(
            tuple(self._hits),
            self._patents,
            self.cursor,
            self._position,
            self._families,
            self._degradations,
        )
