"""`sevenviews bench catalogue`: what a page of hits costs the catalogue."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Annotated

import typer

from sevenviews.cli.bench.surroundings import machine, row
from sevenviews.cli.console import print_json, table
from sevenviews.cli.options import JsonOutput


def catalogue(
    hits: Annotated[int, typer.Option(min=1, help="Patents of a page.")] = 100,
    pairs: Annotated[int, typer.Option(min=6, help="Alternations of kept and made anew.")] = 10,
    json_output: JsonOutput = False,
) -> None:
    """Measure the CPU that a hit takes: its summary and its small drawing, kept beside made anew for each answer.

    MEASURED

    Example:  sevenviews bench catalogue --hits 20
    """
    from sevenviews.bench.catalogue import measure

    figures = measure(hits, pairs)
    if json_output:
        print_json({**asdict(figures), "machine": machine()})
        return
    table(
        f"CPU of one of {hits:,} hits, {pairs} pairs, {os.cpu_count()} cores",
        ("", "median", "least", "most"),
        [
            row("summary, kept, ms", figures.summary.kept, 3),
            row("summary, made of JSON, ms", figures.summary.made, 3),
            row("ratio", figures.summary.ratio, 3),
            row("160 pixels, kept, ms", figures.drawing.kept, 3),
            row("160 pixels, reduced, ms", figures.drawing.made, 3),
            row("ratio", figures.drawing.ratio, 3),
        ],
    )
