"""What happens around every call of ours: request id, log line, metrics, and errors made into statuses."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
import structlog
from google.protobuf.message import Message

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.runtime.deadlines import arrived
from sevenviews.runtime.limits import check_limits
from sevenviews.runtime.presentable import presentable
from sevenviews.runtime.status import code_of, refusal
from sevenviews.runtime.telemetry import REQUEST_ID_KEY, ServerMetrics, accept_request_id, request_id

log = structlog.get_logger()

Context = grpc.aio.ServicerContext[Any, Any]
Check = Callable[[Any], None]

# Health probes and reflection come every few seconds and say nothing about our work.
_UNOBSERVED = ("/grpc.health.v1.Health/", "/grpc.reflection.")


class Admission:
    """Counts what runs, and refuses what is too much, or comes after the drain has begun."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._running = 0
        self.draining = False

    def __enter__(self) -> None:
        if self.draining:
            raise SevenviewsError(Reason.DRAINING, "this server is about to stop; ask another")
        if self._running >= self._limit:
            raise SevenviewsError(
                Reason.OVERLOADED, f"this server already answers {self._limit} requests; try again later"
            )
        self._running += 1

    def __exit__(self, *_: object) -> None:
        self._running -= 1


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Wraps unary and streaming handlers alike, so that no kind of call escapes the metrics."""

    def __init__(self, metrics: ServerMetrics, admission: Admission) -> None:
        self._metrics = metrics
        self._admission = admission

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        handler = await continuation(handler_call_details)
        method = str(handler_call_details.method)
        if handler is None or method.startswith(_UNOBSERVED):
            return handler
        return self._wrap(handler, method)

    def _wrap(self, handler: Any, method: str) -> grpc.RpcMethodHandler[Any, Any]:
        # What a stream of requests holds is checked by who takes it: there, a bad message fails alone.
        check: Check = _nothing if handler.request_streaming else _check_message
        if handler.response_streaming:
            behavior = handler.stream_stream or handler.unary_stream
            make = (
                grpc.stream_stream_rpc_method_handler
                if handler.request_streaming
                else grpc.unary_stream_rpc_method_handler
            )
            wrapped: Any = self._stream(behavior, method, check)
        else:
            behavior = handler.stream_unary or handler.unary_unary
            make = (
                grpc.stream_unary_rpc_method_handler
                if handler.request_streaming
                else grpc.unary_unary_rpc_method_handler
            )
            wrapped = self._unary(behavior, method, check)
        return make(wrapped, handler.request_deserializer, handler.response_serializer)

    def _unary(self, behavior: Any, method: str, check: Check) -> Any:
        async def call(request: Any, context: Context) -> Any:
            async with _Observation(method, context, self._metrics):
                with self._admission:
                    check(request)
                    return await behavior(request, context)

        return call

    def _stream(self, behavior: Any, method: str, check: Check) -> Any:
        async def call(request: Any, context: Context) -> AsyncIterator[Any]:
            async with _Observation(method, context, self._metrics):
                with self._admission:
                    check(request)
                    async for response in behavior(request, context):
                        yield response

        return call


def _check_message(request: object) -> None:
    if isinstance(request, Message):  # a handler without a deserializer takes bytes
        check_limits(request)


def _nothing(_: object) -> None:
    """The check of what is not looked at here."""


class _Observation:
    """One call: gives it its request id, and on leaving writes, counts, and turns an error into a status."""

    def __init__(self, method: str, context: Context, metrics: ServerMetrics) -> None:
        self._method = method
        self._context = context
        self._metrics = metrics

    async def __aenter__(self) -> None:
        offered = dict(self._context.invocation_metadata() or ()).get(REQUEST_ID_KEY, "")
        current = accept_request_id(offered if isinstance(offered, str) else "")
        # Set, never reset: a stream's generator may be closed in another context than it was started in.
        request_id.set(current)
        arrived.set(time.monotonic())
        self._started = time.perf_counter()
        self._metrics.started(self._method)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: object
    ) -> None:
        status = _status_of(error)
        code = _code_name(error, status, self._context)
        seconds = time.perf_counter() - self._started
        self._metrics.finished(self._method, code, seconds)
        self._write(code, seconds, status, error)
        if status is not None:
            await self._context.abort(*refusal(status))

    def _write(
        self, code: str, seconds: float, status: SevenviewsError | None, error: BaseException | None
    ) -> None:
        event: dict[str, Any] = {"method": self._method, "code": code, "seconds": round(seconds, 6)}
        if status is not None:
            event |= {"reason": status.reason.value, "message": status.message, **status.metadata}
        if status is not None and status.reason is Reason.INTERNAL:
            log.error("request failed", exc_info=error, **event)
        else:
            log.info("request", **event)


def _status_of(error: BaseException | None) -> SevenviewsError | None:
    """What the caller is told of an error; None where gRPC has been told already or nobody listens."""
    if error is None or isinstance(error, grpc.aio.AbortError | asyncio.CancelledError | GeneratorExit):
        return None
    if isinstance(error, SevenviewsError):
        return presentable(error)
    if isinstance(error, TimeoutError):
        return SevenviewsError(Reason.DEADLINE_EXCEEDED, "the work took longer than the deadline allows")
    # Nothing of an unforeseen error leaks; the request id leads from the caller's report to our log.
    current = request_id.get()
    return SevenviewsError(
        Reason.INTERNAL, f"internal error; report request id {current}", {"request_id": current}
    )


def _code_name(error: BaseException | None, status: SevenviewsError | None, context: Context) -> str:
    if status is not None:
        return code_of(status.reason).name
    if isinstance(error, asyncio.CancelledError | GeneratorExit):
        return "CANCELLED"
    code = context.code()
    return code.name if isinstance(code, grpc.StatusCode) else "OK"
