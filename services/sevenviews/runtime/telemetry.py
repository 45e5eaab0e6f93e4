"""Structured logs, the request id that crosses services, and the metrics every server has."""

from __future__ import annotations

import logging
import sys
import uuid
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal
from weakref import WeakKeyDictionary

import structlog
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

from sevenviews.runtime.status import CODES_OF_CALLS

REQUEST_ID_KEY = "x-request-id"
_MAX_REQUEST_ID_LENGTH = 64

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request being served; empty outside one. Channels send it on, loggers write it."""

_LATENCY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


def accept_request_id(offered: str) -> str:
    """The caller's request id if it is fit for logs, or else a new one."""
    fit = 0 < len(offered) <= _MAX_REQUEST_ID_LENGTH and offered.isascii() and offered.isprintable()
    return offered if fit else uuid.uuid4().hex


class ServerMetrics:
    """Rate, errors and duration by method and code, for unary and streaming calls alike; and readiness."""

    def __init__(self, service: str, registry: CollectorRegistry = REGISTRY) -> None:
        self._service = service
        self._of = _collectors(registry)

    def expect(self, methods: Iterable[str]) -> None:
        """Begin the counts of these methods at zero, under every code that their calls may end with.

        A series that its first increment creates hides that increment from `rate()` and `increase()`, and with it
        the first failure of every method on every replica. Of the durations, which are many series each, only
        those of answers begin so.
        """
        for method in methods:
            self._of.running.labels(self._service, method)
            self._of.seconds.labels(self._service, method, "OK")
            for code in CODES_OF_CALLS:
                self._of.handled.labels(self._service, method, code)

    def started(self, method: str) -> None:
        self._of.running.labels(self._service, method).inc()

    def finished(self, method: str, code: str, seconds: float) -> None:
        self._of.running.labels(self._service, method).dec()
        self._of.handled.labels(self._service, method, code).inc()
        self._of.seconds.labels(self._service, method, code).observe(seconds)

    def tell_ready(self, *, ready: bool) -> None:
        """What health says: whether this server could answer a request now."""
        self._of.ready.labels(self._service).set(ready)


@dataclass(frozen=True, slots=True)
class _Collectors:
    """Of one registry, for all servers that write to it."""

    handled: Counter
    seconds: Histogram
    running: Gauge
    ready: Gauge


# Weak, not by id(): a dead registry's id is given to the next one, which would then get its dead collectors.
_registered: WeakKeyDictionary[CollectorRegistry, _Collectors] = WeakKeyDictionary()


def _collectors(registry: CollectorRegistry) -> _Collectors:
    # A registry takes each name once, but `sevenviews up` runs several services in one process.
    if registry not in _registered:
        labels = ("service", "method", "code")
        _registered[registry] = _Collectors(
            Counter("sevenviews_requests_total", "Requests finished.", labels, registry=registry),
            Histogram(
                "sevenviews_request_seconds",
                "Duration of requests.",
                labels,
                registry=registry,
                buckets=_LATENCY_BUCKETS,
            ),
            Gauge("sevenviews_requests_running", "Requests being served.", labels[:2], registry=registry),
            Gauge(
                "sevenviews_service_ready",
                "1 while this server could answer a request, 0 while something stands in its way or it drains.",
                labels[:1],
                registry=registry,
            ),
        )
    return _registered[registry]


def configure_logs(
    level: Literal["debug", "info", "warning", "error"] = "info",
    form: Literal["json", "console"] = "json",
) -> None:
    """Write one event a line to standard error. For `__main__` only."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _add_request_id,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        # Standard error as it is when something is written: whoever exchanges it meanwhile may close it.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def _add_request_id(
    _logger: structlog.typing.WrappedLogger, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    if current := request_id.get():
        event.setdefault("request_id", current)
    return event
