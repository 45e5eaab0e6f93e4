"""A server that is asked for ten times what it holds: with calls in line, and with all of them begun."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median
from typing import Any

import grpc
from prometheus_client import CollectorRegistry

from sevenviews.bench.comparison import Comparison, Report, alternate
from sevenviews.designs import Reason
from sevenviews.runtime.channels import open_channel
from sevenviews.runtime.deadlines import Context, Deadline, in_thread
from sevenviews.runtime.server import GrpcServer, always_ready
from sevenviews.runtime.settings import ServiceSettings
from sevenviews.runtime.status import error_from_rpc
from sevenviews.v1 import server_pb2, server_pb2_grpc

_SERVICE = "sevenviews.v1.ServerService"
_THREADS, _WORK_SECONDS = 2, 0.04
_RATE = 10 * _THREADS / _WORK_SECONDS
"""Calls a second."""
_CALLERS = 2 * _THREADS
"""That keep a server busy, when each waits for its answer before it asks again."""
_DEADLINE_SECONDS = 1.0
_ALL = 100_000


@dataclass(frozen=True, slots=True)
class _Outcome:
    answered: float
    refused: float


def measure(pairs: int, seconds: float) -> Report:
    """Ask servers of this process, whose work is to wait, so that only the order of the work counts.

    Args:
        pairs: alternations.
        seconds: for which each server is asked too much; before that, patiently for half of them.

    Raises:
        ValueError: there are no pairs, or no seconds.
    """
    if seconds <= 0:
        raise ValueError("seconds must be more than 0")

    def asked(at_once: int) -> _Outcome:
        return asyncio.run(_asked(at_once, seconds))

    in_line, begun = alternate(pairs, lambda _: asked(_CALLERS), lambda _: asked(_ALL))
    return Report(
        "overload",
        f"ten times what a server holds, for {seconds:g} s, by callers who wait {_DEADLINE_SECONDS:g} s",
        (
            Comparison.of(
                "answered in time, calls in line",
                "calls all begun",
                "share of what it holds",
                [one.answered for one in in_line],
                [one.answered for one in begun],
            ),
        ),
        (
            f"In line, {median(one.refused for one in in_line):.0%} of the calls are told to come again later.",
        ),
    )


class _Waiting(server_pb2_grpc.ServerServiceServicer):
    """Each call keeps a thread for a while."""

    def __init__(self, threads: Executor) -> None:
        self._threads = threads

    async def GetServerInfo(  # noqa: N802
        self, _request: server_pb2.GetServerInfoRequest, context: Context
    ) -> server_pb2.GetServerInfoResponse:
        deadline = Deadline.of_call(context, _DEADLINE_SECONDS)
        await in_thread(self._threads, deadline, lambda _: time.sleep(_WORK_SECONDS))
        return server_pb2.GetServerInfoResponse()


async def _asked(at_once: int, seconds: float) -> _Outcome:
    settings = ServiceSettings(max_concurrent_requests=_ALL, max_running_requests=at_once, grace_seconds=0)
    with ThreadPoolExecutor(_THREADS) as threads:

        def register(server: grpc.aio.Server) -> Sequence[str]:
            servicer = _Waiting(threads)
            server_pb2_grpc.add_ServerServiceServicer_to_server(servicer, server)
            return (_SERVICE,)

        server = GrpcServer("bench", settings, register, always_ready, CollectorRegistry())
        await server.start()
        try:
            async with open_channel(server.address) as channel:
                stub = server_pb2_grpc.ServerServiceStub(channel)
                return await _flooded(stub, seconds, await _held(stub, seconds / 2))
        finally:
            await server.stop()


async def _held(stub: Any, seconds: float) -> float:
    """Calls a second that patient callers are answered."""
    started = time.perf_counter()

    async def caller() -> int:
        answered = 0
        while time.perf_counter() - started < seconds:
            answered += await _one(stub) is None
        return answered

    answered = await asyncio.gather(*(caller() for _ in range(_CALLERS)))
    return sum(answered) / (time.perf_counter() - started)


async def _flooded(stub: Any, seconds: float, held: float) -> _Outcome:
    tasks: list[asyncio.Task[Reason | None]] = []
    started = time.perf_counter()
    while (passed := time.perf_counter() - started) < seconds:
        missing = int(passed * _RATE) - len(tasks)
        tasks += [asyncio.create_task(_one(stub)) for _ in range(missing)]
        await asyncio.sleep(1 / _RATE)
    told = await asyncio.gather(*tasks)
    # A share of nothing could not be compared.
    answered = max(1, told.count(None)) / (time.perf_counter() - started)
    return _Outcome(answered / held, told.count(Reason.OVERLOADED) / len(told))


async def _one(stub: Any) -> Reason | None:
    """Why there is no answer, if there is none."""
    try:
        await stub.GetServerInfo(server_pb2.GetServerInfoRequest(), timeout=_DEADLINE_SECONDS)
    except grpc.RpcError as error:
        return error_from_rpc(error, "bench").reason
    return None
