"""How the server ended a stream of requests, whatever became of a message that was on its way to it.

Where a server refuses a stream, gRPC's asyncio client may be writing still. That write fails, and the client puts
"INTERNAL: Internal error from Core" in place of the status that came, or before the one that comes:
https://github.com/grpc/grpc/issues/36066. Three in four imports with a bad key ended so.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

import grpc

_PATIENCE_SECONDS = 1.0
"""For a status that comes after the write that failed. It is on its way, unless the connection is lost."""
_MADE_UP = (grpc.StatusCode.INTERNAL, "Internal error from Core")

Told = TypeVar("Told")


def as_the_server_ended(
    call: grpc.aio.StreamStreamCall[Any, Any],
) -> AsyncIterator[Any]:
    """The answers of a call that has just begun. Raises AioRpcError with the server's status, where it sent one."""
    ending: asyncio.Future[grpc.aio.AioRpcError] = asyncio.get_running_loop().create_future()

    def note(ended: Any) -> None:
        # Called each time that a status is set. Later, this one may have been replaced.
        error = _error_of(ended)
        if not ending.done() and (error.code(), error.details()) != _MADE_UP:
            ending.set_result(error)

    call.add_done_callback(note)
    return _answers(call, ending)


async def _answers(call: Any, ending: asyncio.Future[grpc.aio.AioRpcError]) -> AsyncIterator[Any]:
    try:
        async for response in call:
            yield response
    except grpc.aio.AioRpcError as error:
        await asyncio.wait([ending], timeout=_PATIENCE_SECONDS)
        raise (ending.result() if ending.done() else error) from None


def _error_of(call: Any) -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(
        _now(call.code()),
        grpc.aio.Metadata(),
        _now(call.trailing_metadata()),
        _now(call.details()),
        _now(call.debug_error_string()),
    )


def _now(known: Coroutine[Any, Any, Told]) -> Told:
    """What a coroutine returns that has nothing to wait for."""
    try:
        known.send(None)
    except StopIteration as returned:
        told: Told = returned.value
        return told
    raise RuntimeError("a call that has ended does not know its status")
