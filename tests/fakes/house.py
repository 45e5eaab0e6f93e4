"""The whole system in this process: the services' own code on real sockets, over the smallest parts there are.

An index in memory stands for Milvus, an encoder for Ray Serve; patents lie in SQLite and drawings in a directory, as
in the embedded default. It starts in a moment, so that what stands on the services can be tested against all of them.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from prometheus_client import CollectorRegistry

from sevenviews.backends.blocking import Addresses, Services
from sevenviews.client import Client
from sevenviews.encoder.store import ModelStore
from sevenviews.gateway.bootstrap import Gateway
from sevenviews.gateway.settings import GatewaySettings
from sevenviews.internal.v1 import (
    embedding_pb2,
    embedding_pb2_grpc,
    patents_pb2,
    patents_pb2_grpc,
    refreshes_pb2,
    refreshes_pb2_grpc,
    vectors_pb2,
    vectors_pb2_grpc,
)
from sevenviews.metadata.drawings_watch import DRAWINGS
from sevenviews.metadata.migrate import migrate
from sevenviews.metadata.refresh_journal import RefreshJournal
from sevenviews.metadata.refresh_servicer import RefreshServicer
from sevenviews.metadata.service import PatentCatalogue
from sevenviews.metadata.servicer import PatentServicer
from sevenviews.metadata.sql_patent_table import SqlPatentTable
from sevenviews.metadata.stores import open_engine, open_objects
from sevenviews.reconcile import Examination, examine, open_stores
from sevenviews.refresh.context import Surroundings
from sevenviews.refresh.engine import Engine
from sevenviews.refresh.lock import open_lock
from sevenviews.runtime.identity import Guard
from sevenviews.runtime.interceptors import Witness, unwitnessed
from sevenviews.runtime.security import ClientTls
from sevenviews.runtime.server import GrpcServer, Readiness, Register
from sevenviews.runtime.settings import ServiceSettings
from sevenviews.runtime.tracing import NO_TRACING, Tracing
from sevenviews.vectors.index import DesignIndex
from sevenviews.vectors.servicer import Threads, VectorServicer
from tests.certificates import Pair
from tests.fakes.design_index import FakeDesignIndex
from tests.fakes.store_embedding import StoreEmbedding
from tests.models import tiny_bundle


@dataclass(frozen=True, slots=True)
class House:
    """A running system.

    Attributes:
        folder: of all that is stored.
        gateway: host:port.
        backends: host:port of the three services behind it.
        models: the store that the embedding reads.
        index: where the vectors are.
        database_url: where the patents are.
        tls: how all but the embedding are spoken to; None for plaintext.
    """

    folder: Path
    gateway: str
    backends: str
    models: ModelStore
    index: DesignIndex
    database_url: str
    tls: ClientTls | None = None

    @property
    def _lock_url(self) -> str:
        return f"file://{self.folder / 'refresh.lock'}"

    def client(self) -> Client:
        return Client(self.gateway, timeout_seconds=30, tls=self.tls)

    def addresses(self) -> Addresses:
        return Addresses(self.backends, self.backends, self.backends, _drawings_url(self.folder))

    def surroundings(
        self,
        engine: Engine,
        tell: Callable[[str], None] = lambda _: None,
        services: type[Services] = Services,
        addresses: Addresses | None = None,
    ) -> Surroundings:
        """Of a refresh that is not patient; `services` is how it sees them, `addresses` where it looks for them."""
        seen = services(addresses or self.addresses(), patience_seconds=0)
        return Surroundings(
            seen, self.models, self.folder / "refreshes", open_lock(self._lock_url), engine, tell
        )

    def write_state(self) -> None:
        """As `sevenviews up` does, for commands with --data."""
        services = dict.fromkeys(("embedding", "vectors", "metadata"), self.backends)
        stores = {"drawings_url": _drawings_url(self.folder), "lock_url": self._lock_url}
        state = {"addresses": {"gateway": self.gateway, **services}, "stores": stores}
        (self.folder / "up.json").write_text(json.dumps(state))

    def examine(self) -> Examination:
        """Whether the stores agree."""

        async def compare() -> Examination:
            async with open_stores(self.backends, self.backends, self.backends) as stores:
                return await examine(stores)

        return asyncio.run(compare())


@contextmanager
def running_house(
    folder: Path,
    index: DesignIndex | None = None,
    database_url: str | None = None,
    pairs: tuple[Pair, Pair] | None = None,
    tracing: Tracing = NO_TRACING,
    **gateway_settings: Any,
) -> Iterator[House]:
    """A house that serves a tiny model, and holds nothing yet. Its index and its database may be real ones.

    With two certificates, the servers' and their clients', each demands the other's and connections are short.
    Settings of the gateway as GatewaySettings has them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    models, index = ModelStore(folder / "models"), index or FakeDesignIndex()
    database_url = database_url or f"sqlite:///{folder / 'patents.sqlite'}"
    models.set_default(models.add(tiny_bundle(folder / "model", dimension=64, image_size=64)).version)
    addresses: Future[tuple[str, str]] = Future()
    ended = threading.Event()
    thread = threading.Thread(
        target=lambda: asyncio.run(
            _serve(folder, models, index, database_url, pairs, gateway_settings, addresses, ended, tracing)
        ),
        daemon=True,
    )
    thread.start()
    try:
        backends, gateway = addresses.result(30)
        tls = _client_tls(pairs) if pairs else None
        house = House(folder, gateway, backends, models, index, database_url, tls)
        house.write_state()
        yield house
    finally:
        ended.set()
        thread.join(30)


async def _serve(
    folder: Path,
    models: ModelStore,
    index: DesignIndex,
    database_url: str,
    pairs: tuple[Pair, Pair] | None,
    gateway_settings: dict[str, Any],
    addresses: Future[tuple[str, str]],
    ended: threading.Event,
    tracing: Tracing,
) -> None:
    async with AsyncExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(8))
        common: dict[str, Any] = {"port": 0, "drain_seconds": 0, "grace_seconds": 0}
        secured = _server_tls(*pairs) if pairs else {}
        backends = await _listen(
            stack,
            "backends",
            ServiceSettings(**common, **secured),
            lambda server: _register(server, folder, models, index, database_url, threads),
            _always_ready,
            tracing,
        )
        embedding = backends
        if pairs:
            # Ray Serve's proxy has no TLS.
            embedding = await _listen(
                stack,
                "embedding",
                ServiceSettings(**common),
                lambda server: _register(server, folder, models, index, database_url, threads),
                _always_ready,
                tracing,
            )
        settings = GatewaySettings(
            **common,
            **gateway_settings,
            **secured,
            **(_backend_tls(*pairs) if pairs else {}),
            release_seconds=0,
            embedding_address=embedding,
            vectors_address=backends,
            metadata_address=backends,
        )
        gateway = Gateway(settings, CollectorRegistry(), tracing)
        stack.push_async_callback(gateway.close)
        front = await _listen(
            stack,
            "gateway",
            settings,
            gateway.register,
            gateway.readiness,
            tracing,
            gateway.guard,
            gateway.witness,
        )
        addresses.set_result((backends, front))
        await asyncio.to_thread(ended.wait)


async def _listen(
    stack: AsyncExitStack,
    name: str,
    settings: ServiceSettings,
    register: Register,
    readiness: Readiness,
    tracing: Tracing,
    guard: Guard | None = None,
    witness: Witness = unwitnessed,
) -> str:
    server = GrpcServer(
        name,
        settings,
        register,
        readiness,
        CollectorRegistry(),
        guard=guard,
        witness=witness,
        tracing=tracing,
    )
    await server.start()
    stack.push_async_callback(server.stop)
    return server.address


async def _always_ready() -> Mapping[str, bool]:
    """Nothing stands in the way, and the drawings are in a directory."""
    return {DRAWINGS: True}


def _register(
    server: grpc.aio.Server,
    folder: Path,
    models: ModelStore,
    index: DesignIndex,
    database_url: str,
    threads: ThreadPoolExecutor,
) -> Sequence[str]:
    engine = open_engine(database_url, 30.0)
    migrate(engine)
    catalogue = PatentCatalogue(SqlPatentTable(engine), open_objects(_drawings_url(folder), 30.0), 3600.0)
    journal = RefreshJournal(engine)
    embedding_pb2_grpc.add_EmbeddingServiceServicer_to_server(StoreEmbedding(models), server)
    vectors_pb2_grpc.add_VectorServiceServicer_to_server(
        VectorServicer(index, Threads.shared(threads), 30.0, 30.0), server
    )
    patents_pb2_grpc.add_PatentServiceServicer_to_server(PatentServicer(catalogue, threads), server)
    refreshes_pb2_grpc.add_RefreshServiceServicer_to_server(RefreshServicer(journal, threads), server)
    return [
        one.full_name
        for module in (embedding_pb2, vectors_pb2, patents_pb2, refreshes_pb2)
        for one in module.DESCRIPTOR.services_by_name.values()
    ]


def _server_tls(server: Pair, client: Pair) -> dict[str, Any]:
    return {
        "tls_certificate": server.certificate,
        "tls_key": server.key,
        "tls_client_ca": client.ca,
        "max_connection_age_seconds": 0.2,
    }


def _backend_tls(server: Pair, client: Pair) -> dict[str, Any]:
    return {"backend_ca": server.ca, "backend_certificate": client.certificate, "backend_key": client.key}


def _client_tls(pairs: tuple[Pair, Pair]) -> ClientTls:
    server, client = pairs
    return ClientTls(server.ca, client.certificate, client.key)


def _drawings_url(folder: Path) -> str:
    return f"file://{folder / 'drawings'}"
