"""Whether the store of drawings answers: told by health and by a metric, no part of readiness.

A search, and all that is said of patents in words, needs no image.
"""

from __future__ import annotations

import asyncio

import structlog

from sevenviews.designs import SevenviewsError
from sevenviews.metadata.objects import ObjectStore
from sevenviews.runtime.stores import StoreReadiness

log = structlog.get_logger()

DRAWINGS = "drawings"
"""The name that health and metrics know the store by."""


class DrawingsWatch:
    """Belongs to one event loop."""

    def __init__(self, objects: ObjectStore, stores: StoreReadiness) -> None:
        self._objects = objects
        self._stores = stores
        self._looking: asyncio.Task[None] | None = None
        self._tell(ready=True)

    @property
    def ready(self) -> bool:
        """As of the last look that has ended. Begins another, and does not wait for it: the store may be slow."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self.look())
        return self._ready

    async def look(self) -> None:
        """Ask the store."""
        try:
            await asyncio.to_thread(self._objects.check)
        except SevenviewsError as error:
            if self._ready:
                log.warning("the store of drawings does not answer", error=error.message)
            self._tell(ready=False)
        else:
            self._tell(ready=True)

    def _tell(self, *, ready: bool) -> None:
        self._ready = ready
        self._stores.tell(DRAWINGS, ready=ready)
