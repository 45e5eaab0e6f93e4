"""Reads of the catalogue, and deletion."""

from __future__ import annotations

from collections.abc import Sequence

from sevenviews.backends.ports import PatentStore, VectorIndex
from sevenviews.backends.records import PatentPage
from sevenviews.designs import DrawingImage, DrawingSize, Patent, PatentFilter, Reason, SevenviewsError
from sevenviews.gateway.deadline import CallTimeouts, Deadline


class Catalogue:
    """What readers may see of the metadata service, and the one way to remove patents."""

    def __init__(self, store: PatentStore, index: VectorIndex, timeouts: CallTimeouts) -> None:
        self._store = store
        self._index = index
        self._timeouts = timeouts

    async def patent(self, patent_id: str, deadline: Deadline) -> Patent:
        """A published patent. Raises FIELD_REQUIRED, PATENT_NOT_FOUND."""
        _require("patent_id", patent_id)
        found = await self._store.get_published([patent_id], deadline.share(self._timeouts.metadata))
        if patent_id not in found:
            raise SevenviewsError(
                Reason.PATENT_NOT_FOUND, f"there is no patent {patent_id}", {"patent_id": patent_id}
            )
        return found[patent_id].patent

    async def page(
        self, patent_filter: PatentFilter, page_size: int, page_token: str, deadline: Deadline
    ) -> PatentPage:
        """Published patents by id. The metadata service checks size and token, which are its own."""
        timeout = deadline.share(self._timeouts.metadata)
        return await self._store.page(patent_filter, page_size, page_token, timeout)

    async def drawing(self, drawing_id: str, size: DrawingSize, deadline: Deadline) -> DrawingImage:
        """Raises FIELD_REQUIRED, DRAWING_NOT_FOUND, DRAWING_CONTENT_MISSING."""
        _require("drawing_id", drawing_id)
        return await self._store.image(drawing_id, size, deadline.share(self._timeouts.metadata))

    async def delete(self, patent_ids: Sequence[str], deadline: Deadline) -> int:
        """Remove patents from every store; how many there were.

        The vectors go first: a crash in between leaves patents that are not found any more, never vectors
        without a patent, and the same deletion again completes it.
        """
        _require("patent_ids", patent_ids)
        await self._index.delete(patent_ids, deadline.share(self._timeouts.vectors))
        return await self._store.delete(patent_ids, deadline.share(self._timeouts.metadata))


def _require(field: str, value: str | Sequence[str]) -> None:
    if not value:
        raise SevenviewsError(Reason.FIELD_REQUIRED, f"{field} is required", {"field": field})
