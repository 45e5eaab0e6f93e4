"""What our calls need inside Ray Serve's gRPC proxy, which makes some statuses by itself.

A proxy that finds no application, no replica or no room answers with a bare code; a replica that dies under a
request makes it answer INTERNAL with Ray's own text. Clients of ours are promised a reason with every failure
and UNAVAILABLE for what is worth a retry, so each bare status gets both before it leaves the proxy. That makes
it the one place where every call's final code is known, and so where calls are counted.

And it is where requests lie while they wait for a replica: so they share a budget of bytes. Each is in memory before
anybody here is asked, because Serve's gRPC server reads and parses it first; what waits is bounded, and what arrives
by `max_message_bytes` alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from types import MappingProxyType
from typing import Any, Protocol

import grpc
from google.protobuf.message import Message
from grpc_health.v1 import health, health_pb2_grpc

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.embedding.metrics import ProxyMetrics
from sevenviews.internal.v1 import embedding_pb2_grpc
from sevenviews.runtime import reflection
from sevenviews.runtime.budget import Budget
from sevenviews.runtime.deadlines import Deadline
from sevenviews.runtime.settings import MEBIBYTE
from sevenviews.runtime.status import DETAILS_KEY, code_of, refusal

REQUESTS_BYTES = 256 * MEBIBYTE
"""Of the requests of a proxy that wait for a replica or its answer: as much as a local Ray has to pass them on."""

_PATIENCE_SECONDS = 60.0
"""Of a call without a deadline."""

UnaryHandler = Callable[[Any, Any], Awaitable[bytes]]

_EMBEDDING = "/sevenviews.internal.v1.EmbeddingService/"
_WATCH = "/grpc.health.v1.Health/Watch"
_SERVICE = MappingProxyType({"service": "embedding"})

_UNAVAILABLE = SevenviewsError(
    Reason.DEPENDENCY_UNAVAILABLE, "the embedding service has no replica to answer this; try again", _SERVICE
)
_OVERLOADED = SevenviewsError(
    Reason.OVERLOADED, "more requests wait for the embedding service than it takes; try again later"
)
_TOO_LATE = SevenviewsError(
    Reason.DEADLINE_EXCEEDED, "the embedding service did not answer in time", _SERVICE
)

ERRORS = MappingProxyType(
    {
        grpc.StatusCode.NOT_FOUND: _UNAVAILABLE,  # the application is not deployed yet, or not any more
        grpc.StatusCode.INTERNAL: _UNAVAILABLE,  # the replica died: our own code never fails without a reason
        grpc.StatusCode.UNAVAILABLE: _UNAVAILABLE,
        grpc.StatusCode.RESOURCE_EXHAUSTED: _OVERLOADED,
        grpc.StatusCode.DEADLINE_EXCEEDED: _TOO_LATE,
    }
)
"""What a bare code of the proxy becomes."""


class CallObserver(Protocol):
    """Where calls are counted."""

    def finished(self, method: str, code: str) -> None:
        """A call of this method, "/package.Service/Method", has ended with this code."""
        ...


class ProxyServer(Protocol):
    """What is used of ray.serve._private.grpc_util.gRPCGenericServer."""

    service_handler_factory: Callable[..., Any]

    def add_passthrough_service(self, service_name: str) -> None:
        """The handlers of this service, added next, run in the proxy itself."""
        ...


def add_to_proxy(
    servicer: Any, server: Any, observer: CallObserver | None = None, requests_bytes: int = REQUESTS_BYTES
) -> None:
    """Add EmbeddingService, Health and reflection v1 to a proxy. Serve calls it: gRPCOptions.grpc_servicer_functions.

    Args:
        servicer, server: of Serve.
        observer: told of every call of EmbeddingService; Ray's metrics, unless one is given.
        requests_bytes: of all requests at once; who finds no room in time is refused: OVERLOADED.
    """
    proxy: ProxyServer = server
    calls = observer or ProxyMetrics()
    room = Budget(requests_bytes, "requests")
    serve_factory = proxy.service_handler_factory
    proxy.service_handler_factory = lambda **kind: _handler(serve_factory, calls, room, **kind)
    try:
        embedding_pb2_grpc.add_EmbeddingServiceServicer_to_server(servicer, server)
        health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    finally:
        proxy.service_handler_factory = serve_factory
    # Serve's own reflection is v1alpha.
    proxy.add_passthrough_service(reflection.V1)
    reflection.enable_v1(server, (_EMBEDDING.strip("/"), health.SERVICE_NAME))


def _handler(
    serve_factory: Callable[..., Any],
    calls: CallObserver,
    room: Budget,
    service_method: str,
    streaming_type: Any,
) -> Any:
    handler = serve_factory(service_method=service_method, streaming_type=streaming_type)
    if service_method == _WATCH:
        return _refuse_watch
    if not service_method.startswith(_EMBEDDING):
        return handler
    return _observed(handler, service_method, calls, room)


def _observed(handler: UnaryHandler, method: str, calls: CallObserver, room: Budget) -> UnaryHandler:
    async def call(request: Message, context: Any) -> bytes:
        try:
            deadline = Deadline.of_step(context, _PATIENCE_SECONDS)
            async with room.reserve(request.ByteSize(), deadline.left()):
                response = await handler(request, context)
        except SevenviewsError as error:
            code, message, reason = refusal(error)
            calls.finished(method, code.name)
            await context.abort(code, message, reason)
        except asyncio.CancelledError:  # by the caller, or by its deadline
            calls.finished(method, grpc.StatusCode.CANCELLED.name)
            raise
        calls.finished(method, _final_code(context))
        await explain(context)
        return response

    return call


def _bare_error(context: Any) -> SevenviewsError | None:
    """What the call's bare status becomes; None if it has no status, or one with a reason."""
    has_reason = any(key == DETAILS_KEY for key, _ in context.trailing_metadata() or ())
    return None if has_reason else ERRORS.get(context.code())


def _final_code(context: Any) -> str:
    """The name of the code that the caller gets."""
    error = _bare_error(context)
    code = code_of(error.reason) if error is not None else context.code()
    return code.name if isinstance(code, grpc.StatusCode) else "OK"


async def explain(context: Any) -> None:
    """End the call with a reason if it has a bare status; return if it has none, or one with a reason."""
    error = _bare_error(context)
    if error is None:
        return
    code, message, reason = refusal(error)
    trailers = tuple(context.trailing_metadata() or ())
    # Not by setting the code and returning: an empty message would go out with it, and after a message no client
    # tries again.
    await context.abort(code, message, (*trailers, *reason))


async def _refuse_watch(_request: Any, context: Any) -> AsyncIterator[bytes]:
    context.set_code(grpc.StatusCode.UNIMPLEMENTED)
    context.set_details("health is not watched here; call Check")
    nothing: tuple[bytes, ...] = ()
    for message in nothing:  # makes this a stream
        yield message
