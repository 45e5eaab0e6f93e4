"""What the metadata service tells Prometheus of the catalogue, and of the refreshes from their journal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence

import structlog
from google.protobuf import json_format
from prometheus_client import REGISTRY, CollectorRegistry, Gauge
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from sevenviews.internal.v1 import refreshes_pb2
from sevenviews.metadata.refresh_journal import RefreshJournal

log = structlog.get_logger()

_NEWEST = 20
_NO_STEP = "none"
_OUTCOMES: Mapping[str, refreshes_pb2.RefreshState.ValueType] = {
    "promoted": refreshes_pb2.REFRESH_STATE_PROMOTED,
    "built": refreshes_pb2.REFRESH_STATE_BUILT,
    "refused": refreshes_pb2.REFRESH_STATE_REFUSED,
    "failed": refreshes_pb2.REFRESH_STATE_FAILED,
}


class CatalogueMetrics:
    """sevenviews_metadata_published_drawings: how many drawings readers see, and a complete release holds.

    All replicas export the same figure: take `max`, not `sum`, over them.

    Args:
        count: asks the database.
        seconds: between two looks.
        registry: where the figure goes.
        clock: in seconds, never set back.
    """

    def __init__(
        self,
        count: Callable[[], int],
        seconds: float,
        registry: CollectorRegistry = REGISTRY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._count = count
        self._seconds = seconds
        self._clock = clock
        self._next_look = float("-inf")
        self._drawings = Gauge(
            "sevenviews_metadata_published_drawings",
            "Drawings of published patents: an estimate of many, 0 before the first look.",
            registry=registry,
        )

    def refresh(self) -> None:
        """Look if it is time to; blocks meanwhile. A database that does not answer leaves the figure as it is."""
        if self._clock() < self._next_look:
            return
        self._next_look = self._clock() + self._seconds
        try:
            self._drawings.set(self._count())
        except Exception as error:
            log.warning("drawings not counted", error=str(error) or type(error).__name__)


class RefreshMetrics:
    """The refreshes as they were at the last look.

    All replicas export the same figures, for the database holds the truth: take `max`, not `sum`, over them.

    sevenviews_refresh_step{step}: 1 for the step that is under way; the step "none" where none is.
    sevenviews_refresh_started_timestamp_seconds: of the newest one; 0 if there never was any.
    sevenviews_refresh_finished_timestamp_seconds{outcome}: of the newest one that ended so; 0 if none did.

    Args:
        journal: asked for the newest refreshes.
        seconds: between two looks.
        registry: where the figures go.
        clock: in seconds, never set back.
    """

    def __init__(
        self,
        journal: RefreshJournal,
        seconds: float,
        registry: CollectorRegistry = REGISTRY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._journal = journal
        self._seconds = seconds
        self._clock = clock
        self._next_look = float("-inf")
        self._newest: tuple[refreshes_pb2.Refresh, ...] = ()
        registry.register(self)

    def refresh(self) -> None:
        """Look if it is time to; blocks meanwhile. A database that does not answer leaves the figures as they are."""
        if self._clock() < self._next_look:
            return
        self._next_look = self._clock() + self._seconds
        try:
            self._newest = tuple(
                json_format.Parse(document, refreshes_pb2.Refresh(), ignore_unknown_fields=True)
                for document in self._journal.newest(_NEWEST)
            )
        except Exception as error:
            log.warning("refreshes not read", error=str(error) or type(error).__name__)

    def collect(self) -> Iterable[Metric]:
        """For prometheus_client."""
        return _families(self._newest)


def _families(newest: Sequence[refreshes_pb2.Refresh]) -> Iterable[Metric]:
    running = [one for one in newest if one.state == refreshes_pb2.REFRESH_STATE_RUNNING]
    step = GaugeMetricFamily("sevenviews_refresh_step", "The step under way.", labels=("step",))
    step.add_metric((running[0].current_step if running else _NO_STEP,), 1)
    started = GaugeMetricFamily(
        "sevenviews_refresh_started_timestamp_seconds",
        "When the newest refresh was begun; 0: never.",
        value=newest[0].started_time.ToNanoseconds() / 1e9 if newest else 0.0,
    )
    finished = GaugeMetricFamily(
        "sevenviews_refresh_finished_timestamp_seconds",
        "When a refresh ended so last; 0: never.",
        labels=("outcome",),
    )
    for outcome, state in _OUTCOMES.items():
        ends = [one.updated_time.ToNanoseconds() / 1e9 for one in newest if one.state == state]
        finished.add_metric((outcome,), max(ends, default=0.0))
    return step, started, finished
