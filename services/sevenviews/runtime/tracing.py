"""Traces by OpenTelemetry, of calls that come in and go out; off unless a collector is named.

A call carries `traceparent` (W3C) in its metadata, beside the request id. Who calls with one has the work of all
services in its own trace. Off, nothing of OpenTelemetry is imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider


class Tracing:
    """How a service takes part in traces.

    Args:
        provider: makes the spans and hands them on; None: there are none, and everything here does nothing.
    """

    def __init__(self, provider: TracerProvider | None = None) -> None:
        self._provider = provider

    def server_interceptors(self) -> list[Any]:
        """For a grpc.aio server, before its others: a span around each call."""
        if self._provider is None:
            return []
        from opentelemetry.instrumentation.grpc import aio_server_interceptor

        make: Any = aio_server_interceptor  # published without types
        return [make(tracer_provider=self._provider, filter_=_observed())]

    def client_interceptors(self) -> list[Any]:
        """For a grpc.aio channel: a span around each call, which it carries to the server."""
        if self._provider is None:
            return []
        from opentelemetry.instrumentation.grpc import aio_client_interceptors

        make: Any = aio_client_interceptors  # published without types
        return list(make(tracer_provider=self._provider, filter_=_observed()))

    @contextmanager
    def span(self, method: str, metadata: Iterable[tuple[str, Any]]) -> Iterator[None]:
        """Around a call that no interceptor sees, as on a replica of Ray; of the trace that its metadata names."""
        if self._provider is None:
            yield
            return
        from opentelemetry.propagate import extract
        from opentelemetry.trace import SpanKind

        tracer = self._provider.get_tracer(__name__)
        with tracer.start_as_current_span(method, extract(dict(metadata)), kind=SpanKind.SERVER):
            yield

    def failed(self, code: str) -> None:
        """The call around which the current span is ends with this code."""
        if self._provider is None:
            return
        from opentelemetry.trace import Status, StatusCode, get_current_span

        get_current_span().set_status(Status(StatusCode.ERROR, code))

    def close(self) -> None:
        """Hand on what is left; blocks for some seconds at most."""
        if self._provider is not None:
            self._provider.shutdown()


NO_TRACING = Tracing()


def open_tracing(service: str, endpoint: str, ratio: float) -> Tracing:
    """Traces to a collector.

    Args:
        service: "gateway"; its spans are of "sevenviews-gateway".
        endpoint: http://HOST:4317 of OTLP by gRPC, https:// for TLS; empty: no traces.
        ratio: of the traces that begin here, 0 to 1, which are recorded; those of callers are as they say.

    Raises:
        ModuleNotFoundError: the extra `tracing` is not installed.
    """
    if not endpoint:
        return NO_TRACING
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio

    provider = TracerProvider(
        sampler=ParentBasedTraceIdRatio(ratio),
        resource=Resource.create({SERVICE_NAME: f"sevenviews-{service}"}),
    )
    exporter = OTLPSpanExporter(endpoint=endpoint, insecure=endpoint.startswith("http://"))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Tracing(provider)


def _observed() -> Any:
    # Probes come every few seconds and say nothing about our work.
    from opentelemetry.instrumentation.grpc import filters

    return filters.negate(filters.any_of(filters.health_check(), filters.service_prefix("grpc.reflection")))
