"""`sevenviews bench search`: what a search costs, and where."""

from __future__ import annotations

import asyncio
import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sevenviews.cli.bench.surroundings import machine, running_system
from sevenviews.cli.console import fail, fail_with, note, output, print_json, progress, table
from sevenviews.cli.credentials import credential
from sevenviews.cli.extras import needs
from sevenviews.cli.ingest import ingest_all
from sevenviews.cli.local import Addresses, StartError
from sevenviews.cli.options import JsonOutput
from sevenviews.client import Client
from sevenviews.designs import SevenviewsError

if TYPE_CHECKING:
    from sevenviews.bench.search import SearchFigures

_MILLISECONDS = 1000


@needs("lab")
def search(
    designs: Annotated[int, typer.Option(min=8, help="Synthetic designs to search among.")] = 60,
    pairs: Annotated[int, typer.Option(min=6, help="Alternations of services and bare stages.")] = 10,
    clients: Annotated[int, typer.Option(min=1, help="Threads that search at once for the throughput.")] = 4,
    searches: Annotated[int, typer.Option(min=10, help="Searches for each throughput.")] = 60,
    json_output: JsonOutput = False,
) -> None:
    """Measure a search through the four services: p50, p99 and throughput, split by stage.

    Beside each stage stands the same work called directly, in the same run and in turn: the encoder, HNSW of faiss
    over the same vectors, SQL on the same file.

    Example:  sevenviews bench search --pairs 20
    """
    with tempfile.TemporaryDirectory(prefix="sevenviews-bench-") as folder:
        try:
            figures = asyncio.run(_measured(Path(folder), designs, pairs, clients, searches))
        except StartError as error:
            fail(str(error))
        except SevenviewsError as error:
            fail_with(error)
    if json_output:
        print_json({**asdict(figures), "unexplained": figures.unexplained, "machine": machine()})
    else:
        _show(figures)


async def _measured(folder: Path, designs: int, pairs: int, clients: int, searches: int) -> SearchFigures:
    async with running_system(folder, designs) as addresses:
        return await asyncio.to_thread(_measure, folder, addresses, pairs, clients, searches)


def _measure(folder: Path, addresses: Addresses, pairs: int, clients: int, searches: int) -> SearchFigures:
    from sevenviews.bench.search import Target, measure

    with Client(addresses.gateway, credential=credential()) as client, progress() as bar:
        report = ingest_all(client, [folder / "corpus"], os.cpu_count() or 1, bar)
    if report.failures:
        fail("; ".join(report.failures))
    drawings = [path.read_bytes() for path in sorted((folder / "corpus" / "queries").glob("*.png"))]
    note("measuring")
    target = Target(addresses.gateway, addresses.vectors, folder / "data" / "patents.sqlite", drawings)
    return measure(target, pairs, clients, searches)


def _show(figures: SearchFigures) -> None:
    rows = []
    for name, stage in figures.stages.items():
        bare = f"{stage.bare * _MILLISECONDS:.2f}"
        ratio = f"{stage.ratio.median:.1f} ({stage.ratio.least:.1f} to {stage.ratio.most:.1f})"
        p50, p99 = stage.p50 * _MILLISECONDS, stage.p99 * _MILLISECONDS
        rows.append((name, f"{p50:.2f}", f"{p99:.2f}", bare, ratio))
    rows.append(
        ("whole search", f"{figures.p50 * _MILLISECONDS:.2f}", f"{figures.p99 * _MILLISECONDS:.2f}", "", "")
    )
    table(
        f"{figures.searches} searches among {figures.vectors} drawings, {os.cpu_count()} cores; milliseconds",
        ("stage", "p50", "p99", "bare p50", "ratio, median (range)"),
        rows,
    )
    output.print(
        f"{figures.throughput_one:.1f} searches/s with one client, {figures.throughput_many:.1f} with "
        f"{figures.clients}; {figures.unexplained:.0%} of the median search is in no stage: the wire, Ray Serve's "
        "proxy, the gateway itself.\nVector search: Milvus Lite through the services, HNSW of faiss bare; "
        "two engines, so their ratio says what the embedded default costs, not what the service does.",
        highlight=False,
    )
