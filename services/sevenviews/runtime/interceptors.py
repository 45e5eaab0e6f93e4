"""What happens around every call of ours: request id, who calls, log line, metrics, and errors made into statuses."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
import structlog

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.runtime.admission import Admission
from sevenviews.runtime.deadlines import Deadline, arrived
from sevenviews.runtime.identity import NOBODY, Caller, Guard, caller
from sevenviews.runtime.intake import Intake, Parse
from sevenviews.runtime.presentable import presentable
from sevenviews.runtime.standing import Standing
from sevenviews.runtime.status import code_of, refusal
from sevenviews.runtime.telemetry import REQUEST_ID_KEY, ServerMetrics, accept_request_id, request_id

log = structlog.get_logger()

Context = grpc.aio.ServicerContext[Any, Any]

_PATIENCE_SECONDS = 30.0
"""Of a call without a deadline: within which it has to have ended, if it has to wait for its turn."""

# Health probes and reflection come every few seconds and say nothing about our work. Whoever probes has no
# credential, so health is answered to all. What else there is, reflection tells those alone who have one.
_HEALTH = "/grpc.health.v1.Health/"
_REFLECTION = "/grpc.reflection."


_OURS = ("field", "minimum", "maximum", "allowed", "expected", "actual", "patent_id", "drawing_id")
"""Of the metadata of a request that was malformed."""


class Testimony:
    """Of one call; see `Witness`. This one keeps silent, as of servers whose calls nobody has to account for."""

    def identified(self, caller: Caller) -> None:
        """It is known who calls."""

    def asked(self, request: Any) -> None:
        """The request of a call that has one came, and is within its limits."""

    def answered(self, response: Any) -> None:
        """An answer goes out."""

    def ended(self, code: str, reason: str, seconds: float) -> None:
        """The call is over; `reason` is empty where no error of ours ended it."""


Witness = Callable[[str, Context, str], Testimony]
"""Begins the testimony of a call: by its method, as "/package.Service/Method", its context and its request id."""


def unwitnessed(*_: object) -> Testimony:
    return _SILENCE


_SILENCE = Testimony()


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Wraps unary and streaming handlers alike, so that no kind of call escapes metrics, guard or witness.

    Args:
        guard: None lets everyone in: the server's network does the guarding.
        witness: is told of every call that comes and how it ends, those that the guard refuses among them.
    """

    def __init__(
        self,
        metrics: ServerMetrics,
        admission: Admission,
        intake: Intake,
        guard: Guard | None = None,
        witness: Witness = unwitnessed,
    ) -> None:
        self._metrics = metrics
        self._admission = admission
        self._intake = intake
        self._guard = guard
        self._witness = witness

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        handler = await continuation(handler_call_details)
        method = str(handler_call_details.method)
        if handler is None or method.startswith(_HEALTH):
            return handler
        if method.startswith(_REFLECTION):
            guarded: grpc.RpcMethodHandler[Any, Any] = self._guarded(handler)
            return guarded
        return self._wrap(handler, method)

    def _guarded(self, handler: Any) -> Any:
        """A stream that says nothing to who cannot be identified."""
        guard, behavior = self._guard, _behavior(handler)
        if guard is None:
            return handler

        async def call(requests: AsyncIterator[Any], context: Context) -> AsyncIterator[Any]:
            try:
                await guard.identify(context)
                async with Standing(lambda: guard.identify(context)) as standing:
                    async for response in behavior(requests, context):
                        with standing.away():
                            yield response
            except SevenviewsError as error:
                await context.abort(*refusal(error))

        return grpc.stream_stream_rpc_method_handler(
            call, handler.request_deserializer, handler.response_serializer
        )

    def _wrap(self, handler: Any, method: str) -> grpc.RpcMethodHandler[Any, Any]:
        behavior = _behavior(handler)
        parse, serialize = handler.request_deserializer, handler.response_serializer
        # A single request is taken as a stream of one, in bytes, whichever kind the method is: so there is a moment
        # before it is received.
        if handler.response_streaming:
            take = self._stream_of_many if handler.request_streaming else self._stream_of_one
            return grpc.stream_stream_rpc_method_handler(take(behavior, method, parse), None, serialize)
        if handler.request_streaming:
            raise NotImplementedError(f"{method}: no method of ours takes a stream and gives one answer")
        return grpc.stream_unary_rpc_method_handler(
            self._one_of_one(behavior, method, parse), None, serialize
        )

    def _one_of_one(self, behavior: Any, method: str, parse: Parse) -> Any:
        async def call(_: object, context: Context) -> Any:
            async with self._observed(method, context) as testimony:
                with self._admission.entered():
                    line = self._admission.line(method)
                    # Before its message is read, which costs more than to refuse it.
                    line.check(_seconds_left(context))
                    async with (
                        self._intake.one(method, parse, context) as request,
                        line.turn(_seconds_left(context)),
                    ):
                        testimony.asked(request)
                        response = await behavior(request, context)
                        testimony.answered(response)
                        return response

        return call

    def _stream_of_one(self, behavior: Any, method: str, parse: Parse) -> Any:
        async def call(_: object, context: Context) -> AsyncIterator[Any]:
            async with (
                self._observed(method, context) as testimony,
                self._standing(method, context) as standing,
            ):
                with self._admission.entered():
                    async with self._intake.one(method, parse, context) as request:
                        testimony.asked(request)
                        async for response in behavior(request, context):
                            testimony.answered(response)
                            with standing.away():
                                yield response

        return call

    def _stream_of_many(self, behavior: Any, method: str, parse: Parse) -> Any:
        async def call(_: object, context: Context) -> AsyncIterator[Any]:
            async with (
                self._observed(method, context) as testimony,
                self._standing(method, context) as standing,
            ):
                with self._admission.entered():
                    async with self._intake.several(parse, context) as requests:
                        async for response in behavior(aiter(requests), context):
                            testimony.answered(response)
                            with standing.away():
                                yield response
                            requests.answered()

        return call

    def _observed(self, method: str, context: Context) -> _Observation:
        return _Observation(method, context, self._metrics, self._guard, self._witness)

    def _standing(self, method: str, context: Context) -> Standing:
        guard = self._guard
        if guard is None:
            return Standing(None)

        async def look() -> None:
            guard.check(await guard.identify(context), method)

        return Standing(look)


def _seconds_left(context: Context) -> float:
    return Deadline.of_call(context, _PATIENCE_SECONDS).left()


def _behavior(handler: Any) -> Any:
    return handler.unary_unary or handler.unary_stream or handler.stream_unary or handler.stream_stream


class _Observation:
    """One call: gives it a request id and lets it in; on leaving writes, counts, and turns an error into a status."""

    def __init__(
        self, method: str, context: Context, metrics: ServerMetrics, guard: Guard | None, witness: Witness
    ) -> None:
        self._method = method
        self._context = context
        self._metrics = metrics
        self._guard = guard
        self._witness = witness

    async def __aenter__(self) -> Testimony:
        offered = dict(self._context.invocation_metadata() or ()).get(REQUEST_ID_KEY, "")
        current = accept_request_id(offered if isinstance(offered, str) else "")
        # Set, never reset: a stream's generator may be closed in another context than it was started in.
        request_id.set(current)
        arrived.set(time.monotonic())
        caller.set(NOBODY)
        self._testimony = self._witness(self._method, self._context, current)
        self._started = time.perf_counter()
        self._metrics.started(self._method)
        try:
            await self._let_in()
        except BaseException as error:
            # Nobody else calls it: the block that it ends has not begun.
            await self.__aexit__(type(error), error, None)
            raise
        return self._testimony

    async def _let_in(self) -> None:
        if self._guard is None:
            return
        found = await self._guard.identify(self._context)
        caller.set(found)
        self._testimony.identified(found)
        self._guard.check(found, self._method)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: object
    ) -> None:
        status = _status_of(error)
        code = _code_name(error, status, self._context)
        seconds = time.perf_counter() - self._started
        self._metrics.finished(self._method, code, seconds)
        self._testimony.ended(code, "" if status is None else status.reason.value, seconds)
        self._write(code, seconds, status, error)
        if status is not None:
            await self._context.abort(*refusal(status))

    def _write(
        self, code: str, seconds: float, status: SevenviewsError | None, error: BaseException | None
    ) -> None:
        event: dict[str, Any] = {"method": self._method, "code": code, "seconds": round(seconds, 6)}
        if status is not None:
            event |= {"reason": status.reason.value, **_loggable(status)}
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


def _loggable(status: SevenviewsError) -> dict[str, str]:
    """What a log may hold of an error: nothing that the caller wrote, which may tell of an unpublished design."""
    if code_of(status.reason) is grpc.StatusCode.INVALID_ARGUMENT:
        return {key: value for key, value in status.metadata.items() if key in _OURS}
    return {"message": status.message, **status.metadata}


def _code_name(error: BaseException | None, status: SevenviewsError | None, context: Context) -> str:
    if status is not None:
        return code_of(status.reason).name
    if isinstance(error, asyncio.CancelledError | GeneratorExit):
        return "CANCELLED"
    code = context.code()
    return code.name if isinstance(code, grpc.StatusCode) else "OK"
