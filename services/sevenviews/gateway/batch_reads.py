"""Many patents or drawings at once: each in its place, and each failing alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from sevenviews.backends.patent_client import PatentClient
from sevenviews.backends.records import PublishedPatent
from sevenviews.designs import DrawingImage, DrawingSize, SevenviewsError
from sevenviews.gateway.concurrency import map_in_order
from sevenviews.gateway.deadline import CallTimeouts, Deadline
from sevenviews.gateway.lookup import PatentLookup, no_patent
from sevenviews.runtime.wire import required

_PATENTS_PER_CALL = 100
"""So that the answer of the metadata service stays a small part of what a message may have."""

_SUGGESTIONS = 5
"""Of so many patents of a batch that are not there, what is near is looked for: each takes a call."""

_DRAWINGS_PER_CALL = 16
"""That are reduced: at most a megabyte each."""

_CALLS_AHEAD = 2
_DRAWINGS_AHEAD = 4

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class ReadItem(Generic[Found]):
    """What was asked for by an id, or why it cannot be given."""

    id: str
    found: Found | None
    error: SevenviewsError | None = None


class BatchReads:
    """Reads of what readers may see of the metadata service."""

    def __init__(self, store: PatentClient, timeouts: CallTimeouts) -> None:
        self._store = store
        self._timeouts = timeouts
        self._lookup = PatentLookup(store, timeouts)

    async def patents(
        self, patent_ids: Sequence[str], step: Callable[[], Deadline]
    ) -> AsyncIterator[ReadItem[PublishedPatent]]:
        """A result for each id, in their order.

        Args:
            patent_ids: one at least.
            step: the deadline of a call that begins now.
        """
        if not patent_ids:
            raise required("patent_ids")
        batches = (
            patent_ids[at : at + _PATENTS_PER_CALL] for at in range(0, len(patent_ids), _PATENTS_PER_CALL)
        )
        async for batch in map_in_order(batches, partial(self._batch, step=step), _CALLS_AHEAD):
            for one in batch:
                yield one

    async def _batch(
        self, patent_ids: Sequence[str], step: Callable[[], Deadline]
    ) -> list[ReadItem[PublishedPatent]]:
        wanted = [one for one in dict.fromkeys(patent_ids) if one]
        found: Mapping[str, PublishedPatent] = {}
        try:
            if wanted:
                found = await self._lookup.published(wanted, step())
        except SevenviewsError as error:
            return [ReadItem(one, None, error) for one in patent_ids]
        errors = {one: no_patent(one) for one in wanted if one not in found}
        for one in list(errors)[:_SUGGESTIONS]:
            errors[one] = await self._lookup.not_found(one, step())
        return [
            ReadItem(one, found[one])
            if one in found
            else ReadItem(one, None, errors.get(one, no_patent(one)))
            for one in patent_ids
        ]

    async def drawings(
        self, drawing_ids: Sequence[str], size: DrawingSize, step: Callable[[], Deadline]
    ) -> AsyncIterator[ReadItem[DrawingImage]]:
        """As `patents`."""
        if not drawing_ids:
            raise required("drawing_ids")
        if size is DrawingSize.ORIGINAL:
            work = partial(self._drawing, size=size, step=step)
            async for one in map_in_order(drawing_ids, work, _DRAWINGS_AHEAD):
                yield one
            return
        batches = (
            drawing_ids[at : at + _DRAWINGS_PER_CALL] for at in range(0, len(drawing_ids), _DRAWINGS_PER_CALL)
        )
        async for batch in map_in_order(batches, partial(self._reduced, size=size, step=step), _CALLS_AHEAD):
            for one in batch:
                yield one

    async def _reduced(
        self, drawing_ids: Sequence[str], size: DrawingSize, step: Callable[[], Deadline]
    ) -> list[ReadItem[DrawingImage]]:
        found: dict[str, DrawingImage | SevenviewsError] = {"": required("drawing_ids")}
        wanted = [one for one in dict.fromkeys(drawing_ids) if one]
        try:
            if wanted:
                images = await self._store.images(wanted, size, step().share(self._timeouts.metadata))
                found |= zip(wanted, images, strict=True)
        except SevenviewsError as error:
            found |= dict.fromkeys(wanted, error)
        return [_read(one, found[one]) for one in drawing_ids]

    async def _drawing(
        self, drawing_id: str, size: DrawingSize, step: Callable[[], Deadline]
    ) -> ReadItem[DrawingImage]:
        try:
            if not drawing_id:
                raise required("drawing_ids")
            image = await self._store.image(drawing_id, size, step().share(self._timeouts.metadata))
        except SevenviewsError as error:
            return ReadItem(drawing_id, None, error)
        return ReadItem(drawing_id, image)


def _read(drawing_id: str, found: DrawingImage | SevenviewsError) -> ReadItem[DrawingImage]:
    if isinstance(found, SevenviewsError):
        return ReadItem(drawing_id, None, found)
    return ReadItem(drawing_id, found)
