"""Reads of the catalogue, and deletion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sevenviews.backends.patent_client import PatentClient
from sevenviews.backends.records import GenerationRange, PatentPage, PublishedPatent, UnknownName
from sevenviews.designs import (
    BY_ID,
    DrawingImage,
    DrawingSize,
    Facet,
    FacetCounts,
    PatentFilter,
    PatentOrder,
    Reason,
    SevenviewsError,
)
from sevenviews.gateway.deadline import CallTimeouts, Deadline
from sevenviews.gateway.etag import generation_of
from sevenviews.gateway.indexing import Indexer
from sevenviews.gateway.lookup import PatentLookup


@dataclass(frozen=True, slots=True)
class Deletion:
    """The ids that were deleted, and what was asked for that there was not."""

    deleted: tuple[str, ...]
    missing: tuple[str, ...]


class Catalogue:
    """What readers may see of the metadata service, and the one way to remove patents."""

    def __init__(self, store: PatentClient, indexer: Indexer, timeouts: CallTimeouts) -> None:
        self._store = store
        self._indexer = indexer
        self._timeouts = timeouts
        self._lookup = PatentLookup(store, timeouts)

    async def patent(self, patent_id: str, deadline: Deadline) -> PublishedPatent:
        """A published patent, by id or by number as people write it. Raises FIELD_REQUIRED, PATENT_NOT_FOUND."""
        _require("patent_id", patent_id)
        found = await self._lookup.published([patent_id], deadline)
        if patent_id not in found:
            raise await self._lookup.not_found(patent_id, deadline)
        return found[patent_id]

    async def page(
        self,
        patent_filter: PatentFilter,
        page_size: int,
        page_token: str,
        deadline: Deadline,
        order: PatentOrder = BY_ID,
    ) -> PatentPage:
        """Published patents in an order. The metadata service checks size and token, which are its own."""
        meant = await self._lookup.meant_by(patent_filter, deadline)
        timeout = deadline.share(self._timeouts.metadata)
        return await self._store.page(meant, page_size, page_token, timeout, order=order)

    async def unknown_names(self, patent_filter: PatentFilter, deadline: Deadline) -> tuple[UnknownName, ...]:
        """The names of a filter that no patent has, each with those that are near."""
        return await self._lookup.unknown_names(patent_filter, deadline)

    async def sources(self, digests: Sequence[str], deadline: Deadline) -> Mapping[str, str]:
        """Which sources need not be imported again, each with its patent's id. Raises FIELD_REQUIRED."""
        _require("source_digests", digests)
        return await self._store.sources(digests, deadline.share(self._timeouts.metadata))

    async def facets(
        self, patent_filter: PatentFilter, facets: Sequence[Facet], value_count: int, deadline: Deadline
    ) -> Sequence[FacetCounts]:
        """What the published patents have that the filter lets through, but for what it says of each facet itself."""
        meant = await self._lookup.meant_by(patent_filter, deadline)
        timeout = deadline.share(self._timeouts.metadata)
        return await self._store.facets(meant, facets, value_count, timeout)

    async def drawing(self, drawing_id: str, size: DrawingSize, deadline: Deadline) -> DrawingImage:
        """Raises FIELD_REQUIRED, DRAWING_NOT_FOUND, DRAWING_CONTENT_MISSING."""
        _require("drawing_id", drawing_id)
        return await self._store.image(drawing_id, size, deadline.share(self._timeouts.metadata))

    async def delete(
        self, patent_ids: Sequence[str], etags: Mapping[str, str], deadline: Deadline
    ) -> Deletion:
        """Remove patents, by id or number, from every store. Etags are named as the patents are.

        Raises FIELD_REQUIRED, FIELD_MALFORMED, and ETAG_MISMATCH where one has another etag than the given one: then
        nothing is deleted.

        Once their records are gone nobody sees them, and that is when the deletion is done. Their vectors go next,
        up to the generation of the deletion: none is touched of a patent that is imported again meanwhile.
        """
        _require("patent_ids", patent_ids)
        if strangers := etags.keys() - set(patent_ids):
            raise SevenviewsError(
                Reason.FIELD_MALFORMED,
                f"etags: {min(strangers)} is not to be deleted",
                {"field": "etags", "value": min(strangers)},
            )
        ids = await self._lookup.ids(patent_ids, deadline)
        seen = {
            ids[typed]: generation
            for typed, etag in etags.items()
            if (generation := generation_of(etag, ids[typed])) is not None
        }
        wanted = list(dict.fromkeys(ids[typed] for typed in patent_ids))
        deleted = await self._store.delete(wanted, seen, deadline.share(self._timeouts.metadata))
        await self._indexer.sweep(
            [GenerationRange(one.patent_id, 1, one.generation) for one in deleted], deadline
        )
        there = {one.patent_id for one in deleted}
        missing = (typed for typed in dict.fromkeys(patent_ids) if ids[typed] not in there)
        return Deletion(tuple(id_ for id_ in wanted if id_ in there), tuple(missing))


def _require(field: str, value: str | Sequence[str]) -> None:
    if not value:
        raise SevenviewsError(Reason.FIELD_REQUIRED, f"{field} is required", {"field": field})
