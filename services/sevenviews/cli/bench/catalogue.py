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

    Measured at 100 hits on two busy cores, CPU of a hit: the summary 0.020 ms (0.019 to 0.022) where a patent of JSON
    takes 0.76 ms (0.66 to 0.80); 160 pixels of a drawing 0.040 ms (0.034 to 0.045) where decoding and reducing it
    take 14.6 ms (14.2 to 15.5).

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
