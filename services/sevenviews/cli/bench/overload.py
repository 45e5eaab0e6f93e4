"""`sevenviews bench overload`: what is left of a server that is asked for too much."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Annotated

import typer

from sevenviews.cli.bench.surroundings import machine, row
from sevenviews.cli.console import print_json, table
from sevenviews.cli.options import JsonOutput


def overload(
    seconds: Annotated[float, typer.Option(min=0.5, help="For which each server is asked.")] = 4.0,
    pairs: Annotated[int, typer.Option(min=6, help="Alternations of calls in line and calls begun.")] = 6,
    json_output: JsonOutput = False,
) -> None:
    """Ask a server for ten times what it holds, by callers who wait a second: calls in line beside calls all begun.

    Measured on two busy cores: in line, 0.89 (0.80 to 1.00) of what the server holds is answered in time; all begun,
    0.30 (0.26 to 0.47). That is 3.1 times (1.8 to 3.9) as much; 89 % of the calls are told when to come again.

    Example:  sevenviews bench overload --seconds 2
    """
    from sevenviews.bench.overload import measure
    from sevenviews.runtime.telemetry import configure_logs

    # A line of each call would take more than what is measured.
    configure_logs("error")

    figures = measure(pairs, seconds)
    if json_output:
        print_json({**asdict(figures), "machine": machine()})
        return
    table(
        f"Ten times the rate for {seconds:g} s, {pairs} pairs, {os.cpu_count()} cores",
        ("share of what it holds", "median", "least", "most"),
        [
            row("answered in time, in line", figures.in_line, 2),
            row("answered in time, all begun", figures.begun, 2),
            row("ratio", figures.ratio, 2),
            row("refused of those in line, share", figures.refused, 2),
        ],
    )
