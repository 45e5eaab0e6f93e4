"""Structured logs, the request id that crosses services, and the metrics every server has."""

from __future__ import annotations

import logging
import sys
import uuid
from contextvars import ContextVar
from typing import Literal

import structlog
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

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
    """Rate, errors and duration by method and code, for unary and streaming calls alike."""

    def __init__(self, service: str, registry: CollectorRegistry = REGISTRY) -> None:
        labels = ("service", "method", "code")
        self._service = service
        self._handled, self._seconds, self._running = _collectors(registry, labels)

    def started(self, method: str) -> None:
        self._running.labels(self._service, method).inc()

    def finished(self, method: str, code: str, seconds: float) -> None:
        self._running.labels(self._service, method).dec()
        self._handled.labels(self._service, method, code).inc()
        self._seconds.labels(self._service, method, code).observe(seconds)


_registered: dict[int, tuple[Counter, Histogram, Gauge]] = {}


def _collectors(registry: CollectorRegistry, labels: tuple[str, ...]) -> tuple[Counter, Histogram, Gauge]:
    # A registry takes each name once, but `sevenviews up` runs several services in one process.
    if id(registry) not in _registered:
        _registered[id(registry)] = (
            Counter("sevenviews_requests_total", "Requests finished.", labels, registry=registry),
            Histogram(
                "sevenviews_request_seconds",
                "Duration of requests.",
                labels,
                registry=registry,
                buckets=_LATENCY_BUCKETS,
            ),
            Gauge("sevenviews_requests_running", "Requests being served.", labels[:2], registry=registry),
        )
    return _registered[id(registry)]


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
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _add_request_id(
    _logger: structlog.typing.WrappedLogger, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    if current := request_id.get():
        event.setdefault("request_id", current)
    return event
