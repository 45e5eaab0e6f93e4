"""Where the services, the models and the lock are: on one machine all in a directory, on a cluster by address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sevenviews.cli.connection import Secured
from sevenviews.cli.console import fail, note
from sevenviews.cli.local import Addresses as LocalAddresses
from sevenviews.cli.local import LocalStores

if TYPE_CHECKING:
    from sevenviews.refresh.context import Surroundings

_PREFIX = "SEVENVIEWS_REFRESH_"
_PATIENCE_SECONDS = 120.0

Data = Annotated[Path, typer.Option(help="Data directory of `sevenviews up`.", envvar=_PREFIX + "DATA")]
Embedding = Annotated[
    str,
    typer.Option(
        help="The embedding service, HOST:PORT, on a cluster.", envvar=_PREFIX + "EMBEDDING_ADDRESS"
    ),
]
Vectors = Annotated[
    str,
    typer.Option(help="The vector service, HOST:PORT, on a cluster.", envvar=_PREFIX + "VECTORS_ADDRESS"),
]
Metadata = Annotated[str, typer.Option(help="The metadata service.", envvar=_PREFIX + "METADATA_ADDRESS")]
Drawings = Annotated[
    str,
    typer.Option(help="The object store, as the metadata service takes it.", envvar=_PREFIX + "DRAWINGS_URL"),
]
Models = Annotated[
    Path | None,
    typer.Option(help="The model store of the embedding service.", envvar=_PREFIX + "MODEL_STORE"),
]
Work = Annotated[
    Path | None,
    typer.Option(help="Where runs keep what they need to be resumed.", envvar=_PREFIX + "WORK"),
]
Lock = Annotated[
    str,
    typer.Option(help="redis://HOST:PORT/DB, or file://PATH on one machine.", envvar=_PREFIX + "LOCK_URL"),
]
RayAddress = Annotated[
    str, typer.Option(help="'local', 'auto', or HOST:PORT of a Ray cluster.", envvar=_PREFIX + "RAY_ADDRESS")
]


@dataclass(frozen=True, slots=True)
class Place(Secured):
    """Where everything is, as the options say; see `grouped`."""

    data: Data = Path(".sevenviews")
    embedding: Embedding = ""
    vectors: Vectors = ""
    metadata: Metadata = ""
    drawings_url: Drawings = ""
    model_store: Models = None
    work: Work = None
    lock_url: Lock = ""
    ray_address: RayAddress = "local"

    @contextmanager
    def open(self) -> Iterator[Surroundings]:
        """Ends the command where the options do not say enough."""
        from sevenviews.backends.blocking import Addresses, Services
        from sevenviews.encoder.store import ModelStore
        from sevenviews.refresh.context import Surroundings
        from sevenviews.refresh.engine import RayEngine
        from sevenviews.refresh.lock import open_lock

        given = (
            self.embedding,
            self.vectors,
            self.metadata,
            self.drawings_url,
            self.model_store,
            self.work,
            self.lock_url,
        )
        if all(given):
            addresses = Addresses(
                self.embedding, self.vectors, self.metadata, self.drawings_url, self.resolved()
            )
            models, work, lock_url = self.model_store, self.work, self.lock_url
        elif any(given):
            fail(
                "on a cluster give --embedding, --vectors, --metadata, --drawings-url, --model-store, --work and "
                "--lock-url together; on one machine --data alone",
                2,
            )
        else:
            local, stores = LocalAddresses.read(self.data), LocalStores.read(self.data)
            addresses = Addresses(local.embedding, local.vectors, local.metadata, stores.drawings_url)
            models, work, lock_url = stores.models, stores.work, stores.lock_url
        assert models is not None and work is not None  # noqa: S101, PT018 - either branch gives them
        try:
            lock = open_lock(lock_url)
        except ValueError as error:
            fail(str(error), 2)
        with Services(addresses, _PATIENCE_SECONDS) as services:
            yield Surroundings(services, ModelStore(models), work, lock, RayEngine(self.ray_address), note)
