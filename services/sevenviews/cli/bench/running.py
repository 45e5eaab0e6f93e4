"""The benchmarks of a running system, which they start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from sevenviews.cli.bench.showing import Pairs, show
from sevenviews.cli.bench.system import Clients, Database, Designs, Milvus, Parts, Strangers, System, measured
from sevenviews.cli.console import fail
from sevenviews.cli.credentials import credential
from sevenviews.cli.extras import needs
from sevenviews.cli.options import JsonOutput
from sevenviews.client import Client, ImportItem

if TYPE_CHECKING:
    from sevenviews.bench.comparison import Report

_CALLS = 96


def search(
    designs: Designs = 60,
    strangers: Strangers = 0,
    milvus: Milvus = "",
    database: Database = "",
    clients: Clients = 16,
    pairs: Pairs = 10,
    json_output: JsonOutput = False,
) -> None:
    """Measure whole searches through the four services beside the sum of their bare stages, on the same stores.

    The bare stages are one after another in one process: decoding, the network, a search by pymilvus, one read by
    SQL. Each is called as somebody would who has no services.

    Example:  sevenviews bench search --milvus http://localhost:19530 --strangers 50000
    """
    from sevenviews.bench.search import Target, measure

    def of_system(system: System) -> Report:
        at = system.addresses
        target = Target(at.gateway, at.vectors, system.milvus(), system.database, system.drawings)
        return measure(target, pairs, clients, _CALLS)

    show(measured(Parts(designs, strangers, milvus, database), of_system), json_output)


@needs("bench")
def peers(
    designs: Designs = 60,
    strangers: Strangers = 0,
    milvus: Milvus = "",
    clients: Clients = 16,
    pairs: Pairs = 6,
    json_output: JsonOutput = False,
) -> None:
    """Measure what stands in their places elsewhere: LitServe for the embedding, faiss and LanceDB for the vectors.

    The same model, the same vectors, the same drawings asked for.

    Example:  sevenviews bench peers --milvus http://localhost:19530 --strangers 50000
    """
    from sevenviews.bench.peers.side_by_side import measure

    def of_system(system: System) -> Report:
        return measure(system.places, system.drawings, pairs, clients, _CALLS)

    show(measured(Parts(designs, strangers, milvus), of_system), json_output)


@needs("refresh")
def reembed(
    designs: Annotated[int, typer.Option(min=8, help="Synthetic designs to embed again.")] = 100,
    copies: Annotated[int, typer.Option(min=1, help="Of each design, under other ids.")] = 6,
    pairs: Pairs = 6,
    workers: Annotated[int, typer.Option(min=1, help="Ray actors that hold the model.")] = 1,
    json_output: JsonOutput = False,
) -> None:
    """Measure the re-embedding of a corpus on Ray Data beside its stages alone: decode, session.run, Milvus insert.

    Example:  sevenviews bench reembed --designs 300 --workers 2
    """
    from sevenviews.bench.reembed import measure
    from sevenviews.encoder.store import ModelStore

    def of_system(system: System) -> Report:
        with Client(system.addresses.gateway, credential=credential()) as client:
            results = list(client.import_patents(_copies(client, copies)))
        if failed := [one.error.message for one in results if one.error is not None]:
            fail("; ".join(failed))
        models = ModelStore(system.stores.models)
        return measure(system.places, models.open(models.default_version()), pairs, workers)

    show(measured(Parts(designs), of_system), json_output)


def _copies(client: Client, copies: int) -> Iterator[ImportItem]:
    """All that is there but once, under ids of its own."""
    for patent in client.list_patents(page_size=1000).patents:
        images = [client.get_drawing(one.drawing_id).content for one in patent.drawings]
        for number in range(2, copies + 1):
            patent_id = f"{patent.patent_id}C{number}"
            drawings = tuple(
                replace(one, drawing_id=one.drawing_id.replace(patent.patent_id, patent_id, 1))
                for one in patent.drawings
            )
            contents = {one.drawing_id: image for one, image in zip(drawings, images, strict=True)}
            yield ImportItem(replace(patent, patent_id=patent_id, drawings=drawings), contents)
