"""`sevenviews demo`: the whole way on one machine, from a corpus to a picture of the hits."""

from __future__ import annotations

import asyncio
import csv
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from sevenviews.cli.console import fail, note, output, progress
from sevenviews.cli.ingest import ingest_all
from sevenviews.cli.local import Addresses, LocalOptions, LocalServices, locked
from sevenviews.client import Client, SearchPage
from sevenviews.designs import DrawingSize, View

_SHOWN = 6
_LIMIT = 5


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A drawing that was kept out of the corpus, and the patent it shows."""

    path: Path
    patent_id: str
    view: View


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search with a held-out drawing gave."""

    query: HeldOut
    page: SearchPage

    @property
    def rank(self) -> int | None:
        """At which its patent was found, from 1; None if not on the page."""
        ids = [hit.patent_id for hit in self.page.hits]
        return ids.index(self.query.patent_id) + 1 if self.query.patent_id in ids else None


def demo(
    out: Annotated[
        Path, typer.Option(help="Directory to work in; what an earlier demo left is removed.")
    ] = Path("demo"),
    designs: Annotated[int, typer.Option(min=8, help="Designs of the synthetic corpus.")] = 60,
    queries: Annotated[int, typer.Option(min=1, help="Drawings that are held out and searched with.")] = 12,
    seed: Annotated[int, typer.Option(help="Of the corpus.")] = 0,
) -> None:
    """Make a corpus, start everything, import, search with held-out drawings, and draw what was found.

    Example:  sevenviews demo --out demo
    """
    started = time.monotonic()
    corpus = out / "corpus"
    for part in (corpus, out / "data"):
        shutil.rmtree(part, ignore_errors=True)
    with locked(out / "data"):
        asyncio.run(_run(out, designs, queries, seed))
    note(f"demo done in {time.monotonic() - started:.0f} s")


async def _run(out: Path, designs: int, queries: int, seed: int) -> None:
    services = LocalServices(LocalOptions(out / "data", Addresses.of(0)), note)
    note("starting the services, and drawing the corpus meanwhile")
    starting = asyncio.create_task(services.start())
    try:
        await asyncio.to_thread(_make_corpus, out / "corpus", designs, queries, seed)
        await starting
        note(f"ready: gateway {services.addresses.gateway}")
        answers = await asyncio.to_thread(_import_and_search, services.addresses.gateway, out)
    finally:
        starting.cancel()
        await services.stop()
    _print(answers)
    note(f"picture: {out / 'hits.png'}")


def _make_corpus(folder: Path, designs: int, queries: int, seed: int) -> None:
    from sevenviews.synthetic import write_corpus

    write_corpus(folder, designs, seed, held_out=queries, workers=os.cpu_count() or 1)


def _import_and_search(gateway: str, out: Path) -> list[Answer]:
    with Client(gateway) as client:
        with progress() as bar:
            report = ingest_all(client, sorted((out / "corpus").glob("*.tar")), os.cpu_count() or 1, bar)
        note(str(report))
        if report.failures:
            fail("; ".join(report.failures))
        answers = [
            Answer(query, client.search([query.path], views=[query.view], limit=_LIMIT))
            for query in _held_out(out / "corpus" / "queries")
        ]
        _draw(client, answers, out / "hits.png")
    return answers


def _held_out(folder: Path) -> list[HeldOut]:
    with (folder / "index.csv").open(newline="") as file:
        return [
            HeldOut(folder / row["file"], row["patent_id"], View(row["view"])) for row in csv.DictReader(file)
        ]


def _print(answers: list[Answer]) -> None:
    for answer in answers:
        output.print(
            f"\n{answer.query.path.name}: a drawing of {answer.query.patent_id} that was held out",
            style="bold",
        )
        for rank, hit in enumerate(answer.page.hits, 1):
            mark = "<- this one" if hit.patent_id == answer.query.patent_id else ""
            title = hit.summary.title if hit.summary else ""
            line = f"  {rank}. {hit.score:.3f}  {hit.patent_id}  {title}  {mark}"
            output.print(line.rstrip())
    found = [answer.rank for answer in answers]
    first = sum(rank == 1 for rank in found)
    among = sum(rank is not None for rank in found)
    output.print(f"\n{first} of {len(found)} found at rank 1, {among} among the first {_LIMIT}")


def _draw(client: Client, answers: list[Answer], path: Path) -> None:
    from sevenviews.cli.picture import draw_rows, hit_cell, query_cell

    rows = []
    for answer in answers[:_SHOWN]:
        row = [query_cell(answer.query.path.read_bytes(), "query, held out", answer.query.patent_id)]
        for hit in answer.page.hits:
            drawing = client.get_drawing(hit.best_match.drawing_id, DrawingSize.THUMBNAIL)
            title = hit.summary.title if hit.summary else ""
            wanted = hit.patent_id == answer.query.patent_id
            row.append(hit_cell(drawing.content, f"{hit.score:.3f}  {hit.patent_id}", title, wanted=wanted))
        rows.append(row)
    draw_rows(rows, path)
