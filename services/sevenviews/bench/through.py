"""Side A: searches through the services."""

from __future__ import annotations

import time
from typing import Protocol

from sevenviews.bench.stages import Timings, with_unexplained
from sevenviews.client import QueryImage, SearchPage


class SearchClient(Protocol):
    """The part of `client.Client` that is measured."""

    def search(self, images: list[QueryImage], *, limit: int) -> SearchPage:
        """One page."""
        ...


class ThroughServices:
    """Searches as a program does, over the socket. Safe to share between threads.

    Args:
        client: of the gateway.
        limit: patents a page.
    """

    def __init__(self, client: SearchClient, limit: int) -> None:
        self._client = client
        self._limit = limit

    def search(self, query: QueryImage) -> Timings:
        """Raises SevenviewsError if the search fails, ValueError if it was not a whole one."""
        started = time.perf_counter()
        page = self._client.search([query], limit=self._limit)
        seconds = time.perf_counter() - started
        gateway = {stage: duration.total_seconds() for stage, duration in page.timings.items()}
        return with_unexplained(seconds, gateway)
