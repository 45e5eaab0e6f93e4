"""A system of the benchmarks' own, with a synthetic corpus, on this machine."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from sevenviews.backends.blocking import Addresses as Places
from sevenviews.cli.console import fail, note, progress
from sevenviews.cli.credentials import credential
from sevenviews.cli.ingest import ingest_all
from sevenviews.cli.local import Addresses, LocalOptions, LocalServices, LocalStores, StartError
from sevenviews.client import Client

if TYPE_CHECKING:
    from sevenviews.bench.comparison import Report

Designs = Annotated[int, typer.Option(min=8, help="Synthetic designs to search among.")]
Strangers = Annotated[int, typer.Option(min=0, help="Random vectors beside their drawings.")]
Milvus = Annotated[
    str, typer.Option(metavar="URL", help="An empty Milvus server, http(s)://HOST:PORT; none: Milvus Lite.")
]
Database = Annotated[
    str, typer.Option(metavar="URL", help="An empty database, postgresql://…; none: SQLite in a folder.")
]
Clients = Annotated[int, typer.Option(min=1, help="Threads that ask at once.")]

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the system is to be made of."""

    designs: int
    strangers: int = 0
    milvus: str = ""
    database: str = ""


@dataclass(frozen=True, slots=True)
class System:
    """One that runs, with the designs imported."""

    folder: Path
    parts: Parts
    addresses: Addresses

    @property
    def stores(self) -> LocalStores:
        return LocalStores.read(self.folder / "data")

    @property
    def places(self) -> Places:
        """For jobs."""
        at = self.addresses
        return Places(at.embedding, at.vectors, at.metadata, self.stores.drawings_url)

    @property
    def database(self) -> str:
        """URL of the metadata service's."""
        return self.parts.database or f"sqlite:///{self.folder / 'data' / 'patents.sqlite'}"

    @property
    def drawings(self) -> list[bytes]:
        """To search with: held out."""
        return [path.read_bytes() for path in sorted((self.folder / "corpus" / "queries").glob("*.png"))]

    def milvus(self) -> str:
        """What pymilvus opens: the server, or a copy of the embedded engine's folder, which admits one process."""
        if self.parts.milvus:
            return self.parts.milvus
        copy = shutil.copytree(self.folder / "data" / "vectors", self.folder / "copy")
        return str(copy / "milvus.db")


def measured(parts: Parts, measure: Callable[[System], Report]) -> Report:
    """What a benchmark reports of a system that runs for it alone. Ends the command where that does not start."""
    with tempfile.TemporaryDirectory(prefix="sevenviews-bench-") as folder:
        try:
            return asyncio.run(_measured(Path(folder), parts, measure))
        except ValueError as error:
            fail(str(error))


async def _measured(folder: Path, parts: Parts, measure: Callable[[System], Report]) -> Report:
    async with _running(folder, parts) as addresses:
        return await asyncio.to_thread(_filled, System(folder, parts, addresses), measure)


@asynccontextmanager
async def _running(folder: Path, parts: Parts) -> AsyncIterator[Addresses]:
    """Services whose data lie in `folder/data`, while a corpus is made in `folder/corpus`."""
    if parts.milvus:
        await asyncio.to_thread(_require_empty, parts.milvus)
    options = LocalOptions(
        folder / "data", Addresses.of(0), vectors_url=parts.milvus, database_url=parts.database
    )
    services = LocalServices(options, note)
    starting = asyncio.create_task(services.start())
    try:
        await asyncio.to_thread(_make_corpus, folder / "corpus", parts.designs)
        await starting
        yield services.addresses
    finally:
        starting.cancel()
        await services.stop()
        if parts.milvus:
            await asyncio.to_thread(_empty, parts.milvus)


def _filled(system: System, measure: Callable[[System], Report]) -> Report:
    from sevenviews.bench.queries import add_strangers

    with Client(system.addresses.gateway, credential=credential()) as client, progress() as bar:
        report = ingest_all(client, [system.folder / "corpus"], os.cpu_count() or 1, bar)
    if report.failures:
        fail("; ".join(report.failures))
    add_strangers(system.addresses.vectors, system.parts.strangers)
    note("measuring")
    return measure(system)


def _make_corpus(folder: Path, designs: int) -> None:
    from sevenviews.synthetic import write_corpus

    write_corpus(folder, designs, seed=1, held_out=max(4, designs // 5), workers=os.cpu_count() or 1)


def _require_empty(milvus: str) -> None:
    from pymilvus import MilvusClient

    if collections := MilvusClient(milvus).list_collections():
        raise StartError(
            f"{milvus} holds {', '.join(sorted(collections))}, among which the benchmark would promote its own: "
            "name an empty server"
        )


def _empty(milvus: str) -> None:
    """Of all that the benchmark made there, which was all there is."""
    from pymilvus import MilvusClient

    client = MilvusClient(milvus)
    for collection in client.list_collections():
        for alias in client.list_aliases(collection)["aliases"]:
            client.drop_alias(alias)
        client.drop_collection(collection)
