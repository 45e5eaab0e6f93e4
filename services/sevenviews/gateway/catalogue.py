"""Reads of the catalogue, and deletion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sevenviews.backends.ports import PatentStore
from sevenviews.backends.records import GenerationRange, PatentPage, PublishedPatent
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


class Catalogue:
    """What readers may see of the metadata service, and the one way to remove patents."""

    def __init__(self, store: PatentStore, indexer: Indexer, timeouts: CallTimeouts) -> None:
        self._store = store
        self._indexer = indexer
        self._timeouts = timeouts

    async def patent(self, patent_id: str, deadline: Deadline) -> PublishedPatent:
        """A published patent. Raises FIELD_REQUIRED, PATENT_NOT_FOUND."""
        _require("patent_id", patent_id)
        found = await self._store.get_published([patent_id], deadline.share(self._timeouts.metadata))
        if patent_id not in found:
            raise no_patent(patent_id)
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
        timeout = deadline.share(self._timeouts.metadata)
        return await self._store.page(patent_filter, page_size, page_token, timeout, order=order)

    async def facets(
        self, patent_filter: PatentFilter, facets: Sequence[Facet], value_count: int, deadline: Deadline
    ) -> Sequence[FacetCounts]:
        """What the published patents have that the filter lets through, but for what it says of each facet itself."""
        timeout = deadline.share(self._timeouts.metadata)
        return await self._store.facets(patent_filter, facets, value_count, timeout)

    async def drawing(self, drawing_id: str, size: DrawingSize, deadline: Deadline) -> DrawingImage:
        """Raises FIELD_REQUIRED, DRAWING_NOT_FOUND, DRAWING_CONTENT_MISSING."""
        _require("drawing_id", drawing_id)
        return await self._store.image(drawing_id, size, deadline.share(self._timeouts.metadata))

    async def delete(self, patent_ids: Sequence[str], etags: Mapping[str, str], deadline: Deadline) -> int:
        """Remove patents from every store; how many there were. Raises FIELD_REQUIRED, FIELD_MALFORMED, and
        ETAG_MISMATCH where one has another etag than the given one: then nothing is deleted.

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
        seen = {
            patent_id: generation
            for patent_id, etag in etags.items()
            if (generation := generation_of(etag, patent_id)) is not None
        }
        deleted = await self._store.delete(patent_ids, seen, deadline.share(self._timeouts.metadata))
        await self._indexer.sweep(
            [GenerationRange(one.patent_id, 1, one.generation) for one in deleted], deadline
        )
        return len(deleted)


def no_patent(patent_id: str) -> SevenviewsError:
    """The error of a patent that readers do not see."""
    return SevenviewsError(
        Reason.PATENT_NOT_FOUND, f"there is no patent {patent_id}", {"patent_id": patent_id}
    )


def _require(field: str, value: str | Sequence[str]) -> None:
    if not value:
        raise SevenviewsError(Reason.FIELD_REQUIRED, f"{field} is required", {"field": field})
