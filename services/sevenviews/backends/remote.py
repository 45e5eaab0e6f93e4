"""A call of another service, and what its failure means for the request that it was made for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TypeVar, cast

import grpc
import structlog

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.runtime.status import TriedError, error_from_rpc

log = structlog.get_logger()

Request = TypeVar("Request")
Response = TypeVar("Response")

Place = TypeVar("Place")
Part = TypeVar("Part")

AWAY = {Reason.DEPENDENCY_UNAVAILABLE, Reason.OVERLOADED, Reason.DRAINING, Reason.DEADLINE_EXCEEDED}
"""What a service says of itself, and may not say again in a moment."""

# Whose fault these are must be said: the caller sees one answer from several services.
_NAME_THE_SERVICE = {Reason.DEPENDENCY_UNAVAILABLE, Reason.DEADLINE_EXCEEDED, Reason.OVERLOADED}


async def call(
    service: str,
    method: grpc.aio.UnaryUnaryMultiCallable[Request, Response],
    request: Request,
    timeout_seconds: float,
) -> Response:
    """The answer of a service.

    Raises:
        SevenviewsError: the service's own reason. DEPENDENCY_UNAVAILABLE where it does not answer, is about
            to stop, or fails without a reason of ours: then gRPC or a proxy answered in its place. It is a
            TriedError where the channel has tried again already.
    """
    try:
        return await method(request, timeout=timeout_seconds)
    except grpc.RpcError as error:
        raise dependency_error(error, service) from error


async def stream(
    service: str,
    method: grpc.aio.UnaryStreamMultiCallable[Request, Response],
    request: Request,
    timeout_seconds: float,
) -> AsyncIterator[Response]:
    """The answers of a service. Raises as `call`."""
    try:
        async for response in method(request, timeout=timeout_seconds):
            yield response
    except grpc.RpcError as error:
        raise dependency_error(error, service) from error


async def resumed(
    behind: Callable[[Place], AsyncIterator[tuple[Place, Part]]], place: Place
) -> AsyncIterator[Part]:
    """What a stream gives behind a place, taken up again wherever it is cut off, unless it has not got any further.

    Args:
        behind: the stream: each part with the place behind which the next begins.
        place: behind which it begins.
    """
    while True:
        begun = place
        try:
            async for reached, part in behind(place):
                place = reached
                yield part
            return
        except SevenviewsError as error:
            if place == begun or error.reason not in AWAY:
                raise
            log.warning("a stream was cut off, and goes on", error=error.message)


def dependency_error(error: grpc.RpcError, service: str) -> SevenviewsError:
    """What a caller of the gateway is told of another service's failure."""
    meant = _meaning(error, service)
    # The codes that channels try again, as often as they may: see runtime.channels.
    tried = _code(error) in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
    if meant.reason is Reason.DEPENDENCY_UNAVAILABLE and tried:
        return TriedError(meant.reason, meant.message, meant.metadata)
    return meant


def is_unimplemented(error: SevenviewsError) -> bool:
    """Whether a service failed because it does not know the method: it is of an older version."""
    cause = error.__cause__
    return isinstance(cause, grpc.RpcError) and _code(cause) is grpc.StatusCode.UNIMPLEMENTED


def _meaning(error: grpc.RpcError, service: str) -> SevenviewsError:
    reported = error_from_rpc(error, service)
    if reported.reason is Reason.DRAINING:
        return _unavailable(service, "is about to stop")
    # Only a status that gRPC itself made lacks a reason, and gets the service's name instead.
    if reported.reason is Reason.INTERNAL and reported.metadata == {"service": service}:
        log.warning("dependency failed without a reason", service=service, details=reported.message)
        return _unavailable(service, "fails")
    if reported.reason in _NAME_THE_SERVICE:
        return reported.with_metadata(**{"service": service, **reported.metadata})
    return reported


def _unavailable(service: str, why: str) -> SevenviewsError:
    return SevenviewsError(
        Reason.DEPENDENCY_UNAVAILABLE, f"the {service} service {why}; try again", {"service": service}
    )


def _code(error: grpc.RpcError) -> grpc.StatusCode:
    return cast(grpc.Call, error).code()  # every RpcError that a stub raises is also a Call
