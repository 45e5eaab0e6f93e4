"""`python -m sevenviews.metadata` serves; `python -m sevenviews.metadata migrate` only updates the schema."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import grpc

from sevenviews.internal.v1 import patents_pb2_grpc, refreshes_pb2_grpc
from sevenviews.metadata.drawings_watch import DRAWINGS, DrawingsWatch
from sevenviews.metadata.migrate import migrate, wait_for_database
from sevenviews.metadata.refresh_journal import RefreshJournal
from sevenviews.metadata.refresh_servicer import RefreshServicer
from sevenviews.metadata.service import PatentCatalogue
from sevenviews.metadata.servicer import PatentServicer
from sevenviews.metadata.settings import MetadataSettings
from sevenviews.metadata.sql_patent_table import SqlPatentTable
from sevenviews.metadata.stores import open_engine, open_objects
from sevenviews.metadata.telemetry import CatalogueMetrics, RefreshMetrics
from sevenviews.runtime.budget import Budget
from sevenviews.runtime.server import run
from sevenviews.runtime.stores import StoreReadiness
from sevenviews.runtime.tracing import open_tracing

SERVICES = ("sevenviews.internal.v1.PatentService", "sevenviews.internal.v1.RefreshService")


def main() -> None:
    settings = MetadataSettings()  # type: ignore[call-arg]  # the environment gives what has no default
    engine = open_engine(settings.database_url, settings.store_seconds, settings.threads)
    if settings.migrate or sys.argv[1:] == ["migrate"]:
        wait_for_database(engine, settings.migrate_wait_seconds)
        migrate(engine)
    if sys.argv[1:] == ["migrate"]:
        return
    objects = open_objects(settings.drawings_url, settings.store_seconds)
    decoding = Budget(settings.decoding_bytes, "decoding images")
    table = SqlPatentTable(engine)
    catalogue = PatentCatalogue(table, objects, settings.orphan_seconds, decoding)
    threads = ThreadPoolExecutor(settings.threads, thread_name_prefix="stores")
    servicer = PatentServicer(catalogue, threads, settings.request_seconds)
    journal = RefreshJournal(engine)
    refreshes = RefreshServicer(journal, threads, settings.request_seconds)
    stores = StoreReadiness("metadata")
    metrics = RefreshMetrics(journal, settings.refresh_metrics_seconds)
    counts = CatalogueMetrics(table.published_drawings, settings.catalogue_metrics_seconds)
    drawings = DrawingsWatch(objects, stores)

    def register(server: grpc.aio.Server) -> Sequence[str]:
        patents_pb2_grpc.add_PatentServiceServicer_to_server(servicer, server)
        refreshes_pb2_grpc.add_RefreshServiceServicer_to_server(refreshes, server)
        return SERVICES

    async def ready() -> Mapping[str, bool]:
        with stores.asking("database"):
            await asyncio.to_thread(catalogue.check)
        await asyncio.to_thread(metrics.refresh)
        await asyncio.to_thread(counts.refresh)
        return {DRAWINGS: drawings.ready}

    tracing = open_tracing("metadata", settings.trace_endpoint, settings.trace_ratio)
    asyncio.run(run("metadata", settings, register, ready, tracing=tracing))


if __name__ == "__main__":
    main()
