"""The gateway, wired."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import grpc
from prometheus_client import REGISTRY, CollectorRegistry

from sevenviews.backends.embedding_client import EmbeddingClient
from sevenviews.backends.patent_client import PatentClient
from sevenviews.backends.vector_client import VectorClient
from sevenviews.certificates import Signer
from sevenviews.gateway.access.guard import open_guard
from sevenviews.gateway.audit.servicer import AUDIT, AuditServicer
from sevenviews.gateway.audit.trail import AuditTrail
from sevenviews.gateway.audit.witness import AuditWitness
from sevenviews.gateway.batch_reads import BatchReads
from sevenviews.gateway.cache import open_cache
from sevenviews.gateway.catalog_servicer import CatalogServicer
from sevenviews.gateway.catalogue import Catalogue
from sevenviews.gateway.certifying import Certifier
from sevenviews.gateway.cursor_store import open_cursors
from sevenviews.gateway.deadline import CallTimeouts
from sevenviews.gateway.importing import Importer
from sevenviews.gateway.indexing import Indexer
from sevenviews.gateway.lookup import PatentLookup
from sevenviews.gateway.page_token import PageTokens
from sevenviews.gateway.paging import Pages
from sevenviews.gateway.query_embeddings import QueryEmbedder
from sevenviews.gateway.query_sources import QuerySources
from sevenviews.gateway.quota import Quota, open_counter
from sevenviews.gateway.readiness import CATALOG, SEARCH, Dependencies
from sevenviews.gateway.redis_watch import RedisWatch
from sevenviews.gateway.release_servicer import RELEASES, ReleaseServicer
from sevenviews.gateway.releases import Releases
from sevenviews.gateway.search import Searcher
from sevenviews.gateway.search_servicer import SearchServicer
from sevenviews.gateway.server_info import SERVER, ServerDescription
from sevenviews.gateway.server_servicer import ServerServicer
from sevenviews.gateway.settings import GatewaySettings
from sevenviews.gateway.telemetry import GatewayMetrics
from sevenviews.runtime.certificates import CertificateExpiry
from sevenviews.runtime.channels import open_channel
from sevenviews.runtime.interceptors import Witness, unwitnessed
from sevenviews.runtime.renewal import Interval, RenewedChannel
from sevenviews.runtime.stores import StoreReadiness
from sevenviews.runtime.tracing import NO_TRACING, Tracing
from sevenviews.v1 import (
    audit_pb2_grpc,
    catalog_pb2_grpc,
    release_pb2_grpc,
    search_pb2_grpc,
    server_pb2_grpc,
)

_SERVICES = (SEARCH, CATALOG, SERVER, AUDIT, RELEASES)


class Gateway:
    """Everything behind the servicers. Made inside a running event loop.

    Args:
        settings: addresses, URLs, timeouts.
        registry: where metrics go.
        tracing: what calls of other services take part in.

    Raises:
        ValueError: a URL of the settings names no cache or counter; a file of keys is malformed; certificate_key
            is no key of Ed25519.
        OSError: a certificate, or a file of keys, cannot be read.

    Attributes:
        guard: who may call what.
        witness: writes down who did.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        registry: CollectorRegistry = REGISTRY,
        tracing: Tracing = NO_TRACING,
    ) -> None:
        self.guard = open_guard(settings)
        directory = settings.audit_directory
        self._trail = AuditTrail(directory, settings.audit_days) if directory else None
        self.witness: Witness = AuditWitness(self._trail) if self._trail else unwitnessed
        metrics = GatewayMetrics(registry)
        timeouts = CallTimeouts(settings.embed_seconds, settings.vectors_seconds, settings.metadata_seconds)
        self._cache = open_cache(settings.cache_url, settings.cache_seconds, metrics)
        self._cursors = open_cursors(settings.cache_url, settings.cursor_seconds, metrics)
        self._quota = Quota(
            open_counter(settings.quota_url, metrics), settings.quota_requests, settings.quota_window_seconds
        )
        self._redis = RedisWatch(
            (settings.cache_url, settings.quota_url), StoreReadiness("gateway", registry)
        )
        vectors, metadata = (
            open_channel(address, settings.max_message_bytes, settings.backend_tls, tracing=tracing)
            for address in (settings.vectors_address, settings.metadata_address)
        )
        embedding = RenewedChannel(
            lambda: open_channel(settings.embedding_address, settings.max_message_bytes, tracing=tracing),
            Interval(settings.embedding_channel_seconds),
            patience_seconds=settings.embedding_channel_seconds,
            grace_seconds=settings.embed_seconds,
        )
        if settings.backend_tls is not None:
            CertificateExpiry("gateway", registry).watch("client", settings.backend_tls.files())
        self._channels = (embedding, vectors, metadata)
        embedder, index, store = EmbeddingClient(embedding), VectorClient(vectors), PatentClient(metadata)
        releases = Releases(index, embedder, timeouts, settings.release_seconds)
        searcher = Searcher(
            QuerySources(QueryEmbedder(embedder, self._cache, metrics), index, store, timeouts),
            Pages(index, store, timeouts),
            releases,
            PatentLookup(store, timeouts),
            PageTokens(settings.page_token_key),
            self._cursors,
            Certifier(store, timeouts, Signer(settings.certificate_key)),
        )
        indexer = Indexer(embedder, index, releases, timeouts)
        importer = Importer(store, indexer, releases, timeouts, settings.import_concurrency, metrics)
        self._search = SearchServicer(
            searcher, self._quota, metrics, settings.request_seconds, settings.exact_seconds
        )
        self._catalog = CatalogServicer(
            importer,
            Catalogue(store, indexer, timeouts),
            BatchReads(store, timeouts),
            settings.request_seconds,
        )
        self._server = ServerServicer(
            ServerDescription(releases, settings.max_message_bytes), settings.request_seconds
        )
        self._release = ReleaseServicer(releases, settings.request_seconds)
        self._dependencies = Dependencies(embedding, vectors, metadata, metrics)

    def register(self, server: grpc.aio.Server) -> Sequence[str]:
        """Add all services; their full names."""
        search_pb2_grpc.add_SearchServiceServicer_to_server(self._search, server)
        catalog_pb2_grpc.add_CatalogServiceServicer_to_server(self._catalog, server)
        server_pb2_grpc.add_ServerServiceServicer_to_server(self._server, server)
        release_pb2_grpc.add_ReleaseServiceServicer_to_server(self._release, server)
        audit_pb2_grpc.add_AuditServiceServicer_to_server(AuditServicer(self._trail), server)
        return _SERVICES

    async def readiness(self) -> Mapping[str, bool]:
        """Which services can be answered; raises what stands in the way of all."""
        await self._redis.look()
        return await self._dependencies.check()

    async def close(self) -> None:
        """Close channels and connections."""
        await asyncio.gather(
            self._cache.close(),
            self._cursors.close(),
            self._quota.close(),
            self._redis.close(),
            *(channel.close() for channel in self._channels),
        )
        if self._trail is not None:
            self._trail.close()
