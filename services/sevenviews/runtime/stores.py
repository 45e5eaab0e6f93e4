"""What a service says of the stores behind it: whether each answered this replica at its last look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import REGISTRY, CollectorRegistry, Gauge


class StoreReadiness:
    """sevenviews_store_ready{service, store}: 1 while the store answers this replica, else 0, as before any look.

    Each replica tells what it sees itself: take `max` to learn whether the store is down, `min` whether anyone is cut
    off from it. Made once a registry.
    """

    def __init__(self, service: str, registry: CollectorRegistry = REGISTRY) -> None:
        self._service = service
        self._ready = Gauge(
            "sevenviews_store_ready",
            "1 while the store answers this replica, 0 while it does not.",
            ("service", "store"),
            registry=registry,
        )

    def expect(self, store: str) -> None:
        """There is such a store, of which nothing is known yet."""
        self._ready.labels(self._service, store)

    @contextmanager
    def asking(self, store: str) -> Iterator[None]:
        """Around a look at a store: it answers if nothing is raised. A look that is given up is a failed one."""
        try:
            yield
        except BaseException:
            self.tell(store, ready=False)
            raise
        self.tell(store, ready=True)

    def tell(self, store: str, *, ready: bool) -> None:
        """What was found."""
        self._ready.labels(self._service, store).set(ready)
