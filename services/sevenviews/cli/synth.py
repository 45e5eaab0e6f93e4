"""`sevenviews synth`: a corpus of designs that nobody has patented."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from sevenviews.cli.console import note, print_json, progress


def synth(
    out: Annotated[Path, typer.Argument(help="Directory to write to; made if absent.")],
    designs: Annotated[int, typer.Option(min=1, help="How many designs.")] = 60,
    seed: Annotated[int, typer.Option(help="The same seed gives the same corpus, byte for byte.")] = 0,
    held_out: Annotated[
        int, typer.Option(min=0, help="Designs of which one drawing is kept back, as a query.")
    ] = 0,
    workers: Annotated[int, typer.Option(min=1, help="Processes that render.")] = os.cpu_count() or 1,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Write a synthetic corpus in the layout of the USPTO's weekly bulk data.

    Parametric articles of many Locarno classes, as line drawings of up to seven views, several figures a sheet.

    Example:  sevenviews synth corpus --designs 200 --held-out 20 && sevenviews ingest corpus
    """
    from sevenviews.synthetic import write_corpus

    with progress() as bar:
        task = bar.add_task("designs", total=designs)
        summary = write_corpus(
            out,
            designs,
            seed,
            held_out=held_out,
            progress=lambda done: bar.update(task, completed=done),
            workers=workers,
        )
    if json_output:
        from dataclasses import asdict

        print_json(asdict(summary))
    else:
        note(f"wrote {designs} designs to {out}: {summary}")
