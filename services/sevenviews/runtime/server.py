"""A gRPC server of ours: health that follows readiness, reflection, metrics, and a drain on SIGTERM."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from wsgiref.simple_server import WSGIServer

import grpc
import structlog
from google.protobuf.descriptor_pool import Default
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from prometheus_client import REGISTRY, CollectorRegistry, start_http_server

from sevenviews.runtime.admission import Admission
from sevenviews.runtime.certificates import CertificateExpiry
from sevenviews.runtime.identity import Guard
from sevenviews.runtime.intake import Intake
from sevenviews.runtime.interceptors import CallInterceptor, Witness, unwitnessed
from sevenviews.runtime.reflection import enable_reflection
from sevenviews.runtime.security import server_credentials
from sevenviews.runtime.settings import LIVENESS, ServiceSettings
from sevenviews.runtime.telemetry import ServerMetrics, configure_logs
from sevenviews.runtime.tracing import NO_TRACING, Tracing

log = structlog.get_logger()

Readiness = Callable[[], Awaitable[Mapping[str, bool] | None]]
"""Returns when the server could answer something now; raises what stands in the way of everything.

The mapping tells what it could not answer, or does without: by the full name of a service of its own, or by any other
name that health is to know. A service that it does not name is ready.
"""

Register = Callable[[grpc.aio.Server], Sequence[str]]
"""Adds servicers to a server and returns the full names of their services."""


class GrpcServer:
    """Serves what `register` adds. Health is SERVING while `readiness` passes, and turns before the drain.

    The health of the whole server, whose name is empty, decides whether it gets requests at all. That of a single
    service may be NOT_SERVING meanwhile: then the server is degraded.

    Args:
        name: of the service, in logs and metrics: "gateway".
        settings: host, ports and limits.
        register: adds the servicers.
        readiness: looked at every `settings.readiness_seconds`.
        registry: where metrics go.
        guard: who may call what; None: everyone everything.
        witness: is told of every call.
        tracing: how calls take part in traces.
    """

    def __init__(
        self,
        name: str,
        settings: ServiceSettings,
        register: Register,
        readiness: Readiness,
        registry: CollectorRegistry = REGISTRY,
        guard: Guard | None = None,
        witness: Witness = unwitnessed,
        tracing: Tracing = NO_TRACING,
    ) -> None:
        self.name = name
        self._settings = settings
        self._readiness = readiness
        self._registry = registry
        self._metrics = ServerMetrics(name, registry)
        self._admission = Admission(settings.max_concurrent_requests, settings.max_running_requests)
        intake = Intake(settings.max_requests_bytes, settings.max_message_bytes, settings.intake_seconds)
        self._server = grpc.aio.server(
            interceptors=[
                *tracing.server_interceptors(),
                CallInterceptor(self._metrics, self._admission, intake, guard, witness),
            ],
            options=[
                ("grpc.max_receive_message_length", settings.max_message_bytes),
                ("grpc.max_send_message_length", settings.max_message_bytes),
                # Two replicas must never share a port by accident: then requests would be split in silence.
                ("grpc.so_reuseport", 0),
                ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
                *_connection_age(settings.max_connection_age_seconds),
            ],
        )
        self._services = tuple(register(self._server))
        self._metrics.expect(_methods(self._services))
        self._health = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        self._health_page: grpc.aio.Server | None = None
        enable_reflection(self._server, (*self._services, health.SERVICE_NAME))
        self._watch: asyncio.Task[None] | None = None
        self._metrics_page: WSGIServer | None = None
        self._ready: bool | None = None
        self._parts: dict[str, bool] = dict.fromkeys(self._services, True)
        self.port = 0

    @property
    def address(self) -> str:
        """Where this server listens, host:port."""
        return f"{self._settings.host}:{self.port}"

    async def start(self) -> None:
        """Listen. Raises RuntimeError if the port is taken, OSError or ValueError if a certificate cannot be used."""
        self.port = self._listen(f"{self._settings.host}:{self._settings.port}")
        await self._health.set(LIVENESS, health_pb2.HealthCheckResponse.SERVING)
        await self._look()
        await self._server.start()
        if self._settings.health_port:
            self._health_page = await self._serve_health()
        if self._settings.metrics_port:
            self._metrics_page, _ = start_http_server(
                self._settings.metrics_port,
                addr=self._settings.host.strip("[]"),  # gRPC writes IPv6 in brackets, sockets do not
                registry=self._registry,
            )
        self._watch = asyncio.create_task(self._keep_looking(), name=f"{self.name}-readiness")
        log.info("listening", service=self.name, address=self.address)

    async def stop(self, drain_seconds: float | None = None) -> None:
        """Say NOT_SERVING, wait for load balancers to notice, refuse new requests, finish those that run."""
        if self._watch is not None:
            self._watch.cancel()
        await self._tell(ready=False)
        await asyncio.sleep(self._settings.drain_seconds if drain_seconds is None else drain_seconds)
        self._admission.draining = True
        await self._server.stop(self._settings.grace_seconds)
        if self._health_page is not None:
            await self._health_page.stop(None)
        if self._metrics_page is not None:
            self._metrics_page.shutdown()
            self._metrics_page.server_close()
        log.info("stopped", service=self.name)

    def _listen(self, address: str) -> int:
        tls = self._settings.tls
        if tls is None:
            return self._server.add_insecure_port(address)
        files = tls.files()
        CertificateExpiry(self.name, self._registry).watch("server", files)
        return self._server.add_secure_port(address, server_credentials(files))

    async def _serve_health(self) -> grpc.aio.Server:
        server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        server.add_insecure_port(f"{self._settings.host}:{self._settings.health_port}")
        await server.start()
        return server

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(self._settings.readiness_seconds)
            await self._look()

    async def _look(self) -> None:
        try:
            parts = await asyncio.wait_for(
                self._readiness(), timeout=max(1.0, self._settings.readiness_seconds)
            )
        except Exception as error:  # whatever stands in the way of answering
            if self._ready is not False:
                log.warning("not ready", service=self.name, error=str(error) or type(error).__name__)
            await self._tell(ready=False)
        else:
            if self._ready is False:
                log.info("ready", service=self.name)
            self._note(parts or {})
            await self._tell(ready=True)

    def _note(self, told: Mapping[str, bool]) -> None:
        before = self._parts
        self._parts = dict.fromkeys(before, True) | dict(told)
        lacking = sorted(name for name, ready in self._parts.items() if not ready)
        if lacking != sorted(name for name, ready in before.items() if not ready):
            log.warning(
                "degraded" if lacking else "not degraded any more", service=self.name, without=lacking
            )

    async def _tell(self, *, ready: bool) -> None:
        self._ready = ready
        self._metrics.tell_ready(ready=ready)
        serving = health_pb2.HealthCheckResponse.SERVING
        not_serving = health_pb2.HealthCheckResponse.NOT_SERVING
        await self._health.set("", serving if ready else not_serving)
        for name, part in self._parts.items():
            await self._health.set(name, serving if ready and part else not_serving)


def _methods(services: Iterable[str]) -> Iterator[str]:
    """The methods of some services, as calls name them: "/sevenviews.v1.SearchService/SearchDesigns"."""
    for name in services:
        for method in Default().FindServiceByName(name).methods:
            yield f"/{name}/{method.name}"


def _connection_age(seconds: float) -> list[tuple[str, int]]:
    # A call that runs when its connection's time is over is finished, however long it takes.
    return [("grpc.max_connection_age_ms", round(seconds * 1000))] if seconds else []


async def always_ready() -> None:
    """The readiness of a service that depends on nothing."""


async def run(
    name: str,
    settings: ServiceSettings,
    register: Register,
    readiness: Readiness = always_ready,
    close: Callable[[], Awaitable[None]] | None = None,
    guard: Guard | None = None,
    witness: Witness = unwitnessed,
    tracing: Tracing = NO_TRACING,
) -> None:
    """Serve until SIGTERM or SIGINT, then drain. The body of every `__main__`.

    Args:
        close: called after the last request: closes channels and connections.
        guard, witness: as GrpcServer has them.
        tracing: as `open_tracing` gives it; closed at the end.
    """
    configure_logs(settings.log_level, settings.log_format)
    server = GrpcServer(name, settings, register, readiness, guard=guard, witness=witness, tracing=tracing)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await server.start()
    await stop.wait()
    await server.stop()
    if close is not None:
        await close()
    await asyncio.to_thread(tracing.close)
