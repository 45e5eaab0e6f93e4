"""A gRPC server around a fake: it records the calls that arrive, and fails as told."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from sevenviews.designs import SevenviewsError
from sevenviews.runtime.status import to_rpc_status

Context = grpc.aio.ServicerContext[Any, Any]


@dataclass(frozen=True)
class RecordedCall:
    """A call that arrived. Seconds left: of its deadline; None without one."""

    method: str
    request: Any
    seconds_left: float | None
    metadata: dict[str, str]


@dataclass
class Fault:
    """What happens to calls of a method instead of, or after, their work.

    Attributes:
        error: a reason of ours, or a bare status as gRPC or a proxy makes it.
        times: how many calls it meets.
        after_work: the work is done and its answer lost, as when a service dies between the two.
    """

    error: SevenviewsError | grpc.StatusCode
    times: int = 1
    after_work: bool = False


class FakeServer(grpc.aio.ServerInterceptor):
    """A gRPC server on a free port of this machine that records its calls and fails as told."""

    def __init__(self, register: Callable[[grpc.aio.Server], None]) -> None:
        self._register = register
        self._faults: dict[str, deque[Fault]] = {}
        self._blocked: dict[str, asyncio.Event] = {}
        self._server: grpc.aio.Server | None = None
        self._health = health.aio.HealthServicer()
        self._arrived = asyncio.Condition()
        self.calls: list[RecordedCall] = []
        self.port = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen on a free port; again on the same one after a stop."""
        self._server = grpc.aio.server(interceptors=[self], options=[("grpc.so_reuseport", 0)])
        self._register(self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        await self.set_serving(True)
        self.port = self._server.add_insecure_port(self.address)
        await self._server.start()

    async def stop(self) -> None:
        """Go away at once: calls that run are cut off."""
        if self._server is not None:
            await self._server.stop(None)

    async def set_serving(self, serving: bool) -> None:
        """What grpc.health.v1 says."""
        status = health_pb2.HealthCheckResponse
        await self._health.set("", status.SERVING if serving else status.NOT_SERVING)

    def fail(
        self,
        method: str,
        error: SevenviewsError | grpc.StatusCode,
        *,
        times: int = 1,
        after_work: bool = False,
    ) -> None:
        """Let the next calls of a method fail."""
        self._faults.setdefault(method, deque()).append(Fault(error, times, after_work))

    def block(self, method: str) -> asyncio.Event:
        """Let calls of a method wait until the event is set."""
        return self._blocked.setdefault(method, asyncio.Event())

    async def arrival(self, method: str, number: int = 1) -> None:
        """Return once so many calls of the method have arrived."""
        async with asyncio.timeout(10), self._arrived:
            await self._arrived.wait_for(lambda: self.count(method) >= number)

    def count(self, method: str) -> int:
        """How many calls of a method arrived."""
        return len(self.of(method))

    def of(self, method: str) -> list[RecordedCall]:
        """The calls of a method that arrived."""
        return [call for call in self.calls if call.method == method]

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        handler = await continuation(handler_call_details)
        method = str(handler_call_details.method).rpartition("/")[2]
        if handler is None or handler.unary_unary is None or method == "Check":
            return handler

        async def behavior(request: Any, context: Context) -> Any:
            metadata = {key: str(value) for key, value in context.invocation_metadata() or ()}
            self.calls.append(RecordedCall(method, request, context.time_remaining(), metadata))
            async with self._arrived:
                self._arrived.notify_all()
            if method in self._blocked:
                await self._blocked[method].wait()
            fault = self._next_fault(method)
            if fault is not None and not fault.after_work:
                await _abort(context, fault.error)
            try:
                response = handler.unary_unary(request, context)
            except SevenviewsError as error:
                await _abort(context, error)
            if fault is not None:
                await _abort(context, fault.error)
            return response

        return grpc.unary_unary_rpc_method_handler(
            behavior, handler.request_deserializer, handler.response_serializer
        )

    def _next_fault(self, method: str) -> Fault | None:
        faults = self._faults.get(method)
        if not faults:
            return None
        fault = faults[0]
        fault.times -= 1
        if fault.times == 0:
            faults.popleft()
        return fault


async def _abort(context: Context, error: SevenviewsError | grpc.StatusCode) -> None:
    if isinstance(error, SevenviewsError):
        await context.abort_with_status(rpc_status.to_status(to_rpc_status(error)))
    else:
        await context.abort(error, "made by the test")
