"""What the vector service tells Prometheus of the releases."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

import structlog
from prometheus_client import REGISTRY, CollectorRegistry, Gauge
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from sevenviews.backends.records import ReleaseState
from sevenviews.vectors.index import DesignIndex
from sevenviews.vectors.releases import Release, none_serves

log = structlog.get_logger()


class ReleaseMetrics:
    """The releases as they were at the last look.

    All replicas export the same figures, for Milvus holds the truth: take `max`, not `sum`, over them.

    sevenviews_releases{state}: how many, 0 too.
    sevenviews_release_info{release_id, model_version, state}: 1 for each that is not retired.
    sevenviews_release_vectors{release_id, state}: drawings that it holds.
    sevenviews_release_promoted_timestamp_seconds{release_id}: when it began to serve, of those that did.
    sevenviews_releases_looked_at_timestamp_seconds: when these figures were true; 0 before the first look.

    Args:
        index: asked for its releases. Their counts cost a query each, so not at every look at readiness.
        seconds: between two looks.
        registry: where the figures go.
        clock: in seconds, never set back.
    """

    def __init__(
        self,
        index: DesignIndex,
        seconds: float,
        registry: CollectorRegistry = REGISTRY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._index = index
        self._seconds = seconds
        self._clock = clock
        self._next_look = float("-inf")
        self._releases: tuple[Release, ...] = ()
        self._looked_at = Gauge(
            "sevenviews_releases_looked_at_timestamp_seconds",
            "When the figures of the releases were true; 0 before the first look.",
            registry=registry,
        )
        registry.register(self)

    def refresh(self, timeout: float) -> None:
        """Look if it is time to; blocks meanwhile.

        An engine that does not answer leaves the figures as they are: their age shows in
        sevenviews_releases_looked_at_timestamp_seconds, and readiness tells of the engine.
        """
        if self._clock() < self._next_look:
            return
        self._next_look = self._clock() + self._seconds
        try:
            self._releases = self._index.releases(timeout)
        except Exception as error:
            log.warning("releases not counted", error=str(error) or type(error).__name__)
            return
        self._looked_at.set_to_current_time()
        if any(one.promoted for one in self._releases) and not any(
            one.state is ReleaseState.SERVING for one in self._releases
        ):
            log.error("no release serves", why=none_serves(self._releases).message)

    def collect(self) -> Iterable[Metric]:
        """For prometheus_client: metrics made anew, so that a retired release is gone at once."""
        return _families(self._releases)


def _families(releases: Sequence[Release]) -> Iterable[Metric]:
    count = GaugeMetricFamily("sevenviews_releases", "Releases by state.", labels=("state",))
    for state in ReleaseState:
        count.add_metric((state.value,), sum(one.state is state for one in releases))
    info = GaugeMetricFamily(
        "sevenviews_release_info",
        "1 for each release that is not retired.",
        labels=("release_id", "model_version", "state"),
    )
    vectors = GaugeMetricFamily(
        "sevenviews_release_vectors", "Drawings that a release holds.", labels=("release_id", "state")
    )
    promoted = GaugeMetricFamily(
        "sevenviews_release_promoted_timestamp_seconds",
        "When a release was promoted last.",
        labels=("release_id",),
    )
    for one in releases:
        info.add_metric((one.release_id, one.model_version, one.state.value), 1)
        vectors.add_metric((one.release_id, one.state.value), one.vector_count)
        if one.promoted is not None:
            promoted.add_metric((one.release_id,), one.promoted.timestamp())
    return count, info, vectors, promoted
