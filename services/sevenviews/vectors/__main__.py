"""`python -m sevenviews.vectors` serves."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import grpc

from sevenviews.internal.v1 import vectors_pb2_grpc
from sevenviews.runtime.server import run
from sevenviews.runtime.stores import StoreReadiness
from sevenviews.runtime.tracing import open_tracing
from sevenviews.vectors.milvus_index import MilvusIndex
from sevenviews.vectors.servicer import Threads, VectorServicer
from sevenviews.vectors.settings import VectorsSettings
from sevenviews.vectors.telemetry import ReleaseMetrics

SERVICE = "sevenviews.internal.v1.VectorService"


def main() -> None:
    settings = VectorsSettings()  # type: ignore[call-arg]  # the environment gives what has no default
    index = MilvusIndex(settings.url, settings.token.get_secret_value(), settings.storage)
    threads = Threads(
        ThreadPoolExecutor(settings.threads, thread_name_prefix="searches"),
        ThreadPoolExecutor(settings.write_threads, thread_name_prefix="writes"),
        ThreadPoolExecutor(settings.waiting_threads, thread_name_prefix="waits"),
    )
    servicer = VectorServicer(index, threads, settings.milvus_seconds, settings.exact_seconds, settings.index)

    def register(server: grpc.aio.Server) -> Sequence[str]:
        vectors_pb2_grpc.add_VectorServiceServicer_to_server(servicer, server)
        return (SERVICE,)

    stores = StoreReadiness("vectors")
    metrics = ReleaseMetrics(index, settings.release_metrics_seconds)
    counting: set[asyncio.Task[None]] = set()

    async def ready() -> None:
        with stores.asking("milvus"):
            await asyncio.to_thread(index.check, settings.readiness_seconds)
        # Beside it, not within: a slow count says nothing about whether searches can be answered.
        if not counting:
            task = asyncio.create_task(asyncio.to_thread(metrics.refresh, settings.milvus_seconds))
            counting.add(task)
            task.add_done_callback(counting.discard)

    async def close() -> None:
        await asyncio.to_thread(index.close)

    tracing = open_tracing("vectors", settings.trace_endpoint, settings.trace_ratio)
    asyncio.run(run("vectors", settings, register, ready, close, tracing=tracing))


if __name__ == "__main__":
    main()
