"""`sevenviews bench`: what a search costs, and where."""

from __future__ import annotations

import asyncio
import os
import platform
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sevenviews.cli.console import fail, fail_with, note, output, print_json, progress, table
from sevenviews.cli.ingest import ingest_all
from sevenviews.cli.local import Addresses, LocalOptions, LocalServices, StartError
from sevenviews.cli.options import JsonOutput
from sevenviews.client import Client, ImportItem
from sevenviews.designs import SevenviewsError

if TYPE_CHECKING:
    from sevenviews.bench.reembed import ReembedFigures
    from sevenviews.bench.search import SearchFigures

app = typer.Typer(help="Measure this machine: the services beside the bare stages.", no_args_is_help=True)

_MILLISECONDS = 1000


@app.callback()
def bench() -> None:
    """Measure this machine: the services beside the bare stages."""


@app.command()
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
        print_json({**asdict(figures), "unexplained": figures.unexplained, "machine": _machine()})
    else:
        _show(figures)


async def _measured(folder: Path, designs: int, pairs: int, clients: int, searches: int) -> SearchFigures:
    services = LocalServices(LocalOptions(folder / "data", Addresses.of(0)), note)
    starting = asyncio.create_task(services.start())
    try:
        await asyncio.to_thread(_make_corpus, folder / "corpus", designs)
        await starting
        return await asyncio.to_thread(_measure, folder, services.addresses, pairs, clients, searches)
    finally:
        starting.cancel()
        await services.stop()


def _make_corpus(folder: Path, designs: int) -> None:
    from sevenviews.corpus.synthetic import write_corpus

    write_corpus(folder, designs, seed=1, held_out=max(4, designs // 5), workers=os.cpu_count() or 1)


def _measure(folder: Path, addresses: Addresses, pairs: int, clients: int, searches: int) -> SearchFigures:
    from sevenviews.bench.search import Target, measure

    with Client(addresses.gateway) as client, progress() as bar:
        report = ingest_all(client, [folder / "corpus"], os.cpu_count() or 1, bar)
    if report.failures:
        fail("; ".join(report.failures))
    drawings = [path.read_bytes() for path in sorted((folder / "corpus" / "queries").glob("*.png"))]
    note("measuring")
    target = Target(addresses.gateway, addresses.vectors, folder / "data" / "patents.sqlite", drawings)
    return measure(target, pairs, clients, searches)


def _machine() -> dict[str, Any]:
    return {"cores": os.cpu_count(), "processor": platform.machine(), "python": platform.python_version()}


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


@app.command("evaluate")
def evaluate_bench(
    queries: Annotated[int, typer.Option(min=1, help="Drawings that ask.")] = 10_000,
    gallery: Annotated[int, typer.Option(min=1, help="Drawings that can be found.")] = 100_000,
    dimension: Annotated[int, typer.Option(min=1, help="Of the vectors.")] = 256,
    pairs: Annotated[int, typer.Option(min=6, help="Alternations of evaluation and bare product.")] = 6,
    json_output: JsonOutput = False,
) -> None:
    """Measure an exact evaluation (mAP over whole rankings, Acc@1/5/20) beside the bare matrix product.

    Example:  sevenviews bench evaluate --queries 1000 --gallery 20000
    """
    from sevenviews.bench.evaluate import measure

    figures = measure(queries, gallery, dimension, pairs)
    if json_output:
        print_json({**asdict(figures), "machine": _machine()})
        return
    spreads = (
        ("evaluation, s", figures.evaluation),
        ("bare product, s", figures.product),
        ("ratio", figures.ratio),
    )
    table(
        f"{queries:,} queries among {gallery:,} drawings of {dimension} dimensions, {pairs} pairs, "
        f"{os.cpu_count()} cores",
        ("", "median", "least", "most"),
        [(name, f"{one.median:.2f}", f"{one.least:.2f}", f"{one.most:.2f}") for name, one in spreads],
    )


@app.command()
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
        print_json({**asdict(figures), "slowest": figures.slowest, "machine": _machine()})
    else:
        _show_reembedding(figures)


async def _reembedded(folder: Path, designs: int, copies: int, pairs: int, workers: int) -> ReembedFigures:
    services = LocalServices(LocalOptions(folder / "data", Addresses.of(0)), note)
    starting = asyncio.create_task(services.start())
    try:
        await asyncio.to_thread(_make_corpus, folder / "corpus", designs)
        await starting
        return await asyncio.to_thread(
            _measure_reembedding, folder, services.addresses, copies, pairs, workers
        )
    finally:
        starting.cancel()
        await services.stop()


def _measure_reembedding(
    folder: Path, addresses: Addresses, copies: int, pairs: int, workers: int
) -> ReembedFigures:
    from sevenviews.bench.reembed import measure
    from sevenviews.cli.local import LocalStores
    from sevenviews.encoder.store import ModelStore
    from sevenviews.refresh.services import Addresses as Places

    with Client(addresses.gateway) as client, progress() as bar:
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

    def row(name: str, rate: Any) -> tuple[str, ...]:
        return (name, f"{rate.median:.0f}", f"{rate.least:.0f}", f"{rate.most:.0f}")

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
