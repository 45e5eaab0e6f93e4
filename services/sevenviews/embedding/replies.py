"""What surrounds a call on a replica: its request id, its log line, and an error made into a rich status."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Sequence
from typing import Protocol, TypeVar

import grpc
import structlog

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.runtime.presentable import presentable
from sevenviews.runtime.status import code_of, refusal
from sevenviews.runtime.telemetry import REQUEST_ID_KEY, accept_request_id, request_id
from sevenviews.runtime.tracing import NO_TRACING, Tracing

log = structlog.get_logger()

Response = TypeVar("Response")

_SERVICE = "sevenviews.internal.v1.EmbeddingService"


class CallContext(Protocol):
    """What is used of ray.serve.grpc_util.RayServegRPCContext."""

    def invocation_metadata(self) -> Sequence[tuple[str, str]]: ...
    def set_code(self, code: grpc.StatusCode) -> None: ...
    def set_details(self, details: str) -> None: ...
    def set_trailing_metadata(self, trailing_metadata: list[tuple[str, str | bytes]]) -> None: ...


async def reply(
    method: str,
    context: CallContext,
    work: Awaitable[Response],
    on_error: Response,
    tracing: Tracing = NO_TRACING,
) -> Response:
    """The result of the work; `on_error`, with the status set on the context, if it fails.

    Never raises an error: Ray Serve would answer INTERNAL with its text, and no details for a client to read.
    """
    with tracing.span(f"/{_SERVICE}/{method}", context.invocation_metadata()):
        return await _reply(method, context, work, on_error, tracing)


async def _reply(
    method: str, context: CallContext, work: Awaitable[Response], on_error: Response, tracing: Tracing
) -> Response:
    offered = dict(context.invocation_metadata()).get(REQUEST_ID_KEY, "")
    request_id.set(accept_request_id(offered if isinstance(offered, str) else ""))
    started = time.perf_counter()
    try:
        response = await work
    except asyncio.CancelledError:
        _write(method, "CANCELLED", started)
        raise
    except SevenviewsError as caught:
        error = presentable(caught)
        refuse(context, error)
        tracing.failed(code_of(error.reason).name)
        _write(method, code_of(error.reason).name, started, reason=error.reason.value, message=error.message)
        return on_error
    except Exception:
        current = request_id.get()
        log.exception("request failed", method=method)
        message = f"internal error; report request id {current}"
        refuse(context, SevenviewsError(Reason.INTERNAL, message, {"request_id": current}))
        tracing.failed(grpc.StatusCode.INTERNAL.name)
        return on_error
    _write(method, "OK", started)
    return response


def refuse(context: CallContext, error: SevenviewsError) -> None:
    """Put the error's code, message and google.rpc.Status on the context."""
    code, message, trailers = refusal(error)
    context.set_code(code)
    context.set_details(message)
    context.set_trailing_metadata(list(trailers))


def _write(method: str, code: str, started: float, **details: str) -> None:
    log.info("request", method=method, code=code, seconds=round(time.perf_counter() - started, 6), **details)
