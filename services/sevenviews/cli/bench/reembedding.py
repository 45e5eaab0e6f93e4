"""`sevenviews bench reembed`: what the re-embedding of a corpus costs, and where."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sevenviews.cli.bench.surroundings import machine, row, running_system
from sevenviews.cli.console import fail, fail_with, note, output, print_json, progress, table
from sevenviews.cli.credentials import credential
from sevenviews.cli.extras import needs
from sevenviews.cli.ingest import ingest_all
from sevenviews.cli.local import Addresses, StartError
from sevenviews.cli.options import JsonOutput
from sevenviews.client import Client, ImportItem
from sevenviews.designs import SevenviewsError

if TYPE_CHECKING:
    from sevenviews.bench.reembed import ReembedFigures


@needs("refresh")
def reembed(
    designs: Annotated[int, typer.Option(min=8, help="Synthetic designs to embed again.")] = 100,
    copies: Annotated[int, typer.Option(min=1, help="Of each design, under other ids.")] = 6,
    pairs: Annotated[int, typer.Option(min=6, help="Alternations of pipeline and bare stages.")] = 6,
    workers: Annotated[int, typer.Option(min=1, help="Ray actors that hold the model.")] = 1,
    json_output: JsonOutput = False,
) -> None:
    """Measure the re-embedding of a corpus on Ray Data beside its stages alone: decode, session.run, Milvus insert.

    Example:  sevenviews bench reembed --designs 300 --workers 2
    """
    with tempfile.TemporaryDirectory(prefix="sevenviews-bench-") as folder:
        try:
            figures = asyncio.run(_reembedded(Path(folder), designs, copies, pairs, workers))
        except (StartError, ValueError) as error:
            fail(str(error))
        except SevenviewsError as error:
            fail_with(error)
    if json_output:
        print_json({**asdict(figures), "slowest": figures.slowest, "machine": machine()})
    else:
        _show_reembedding(figures)


async def _reembedded(folder: Path, designs: int, copies: int, pairs: int, workers: int) -> ReembedFigures:
    async with running_system(folder, designs) as addresses:
        return await asyncio.to_thread(_measure_reembedding, folder, addresses, copies, pairs, workers)


def _measure_reembedding(
    folder: Path, addresses: Addresses, copies: int, pairs: int, workers: int
) -> ReembedFigures:
    from sevenviews.backends.blocking import Addresses as Places
    from sevenviews.bench.reembed import measure
    from sevenviews.cli.local import LocalStores
    from sevenviews.encoder.store import ModelStore

    with Client(addresses.gateway, credential=credential()) as client, progress() as bar:
        report = ingest_all(client, [folder / "corpus"], os.cpu_count() or 1, bar)
        results = list(client.import_patents(_copies(client, copies)))
    failed = [*report.failures, *(one.error.message for one in results if one.error is not None)]
    if failed:
        fail("; ".join(failed))
    stores = LocalStores.read(folder / "data")
    models = ModelStore(stores.models)
    note("measuring")
    places = Places(addresses.embedding, addresses.vectors, addresses.metadata, stores.drawings_url)
    return measure(places, models.open(models.default_version()), pairs, workers)


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


def _show_reembedding(figures: ReembedFigures) -> None:
    from sevenviews.bench.reembed import CORPORA

    table(
        f"{figures.drawings} drawings, {figures.workers} workers, {os.cpu_count()} cores; drawings a second",
        ("", "median", "least", "most"),
        [
            row("pipeline, running", figures.pipeline),
            row("pipeline, with its start", figures.whole),
            *(row(f"bare {name}", rate) for name, rate in figures.bare.items()),
        ],
    )
    ratio = figures.ratio
    output.print(
        f"pipeline / slowest bare stage ({figures.slowest}): {ratio.median:.2f}, "
        f"{ratio.least:.2f} to {ratio.most:.2f}",
        highlight=False,
    )
    for drawings in CORPORA:
        times = ", ".join(
            f"{figures.hours(drawings, workers):,.1f} h with {workers}" for workers in (1, 8, 32, 128)
        )
        output.print(f"{drawings:,} drawings: {times} workers like this one", highlight=False)
