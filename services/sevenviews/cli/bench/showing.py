"""How a benchmark's report is shown: always in the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sevenviews.cli.console import output, print_json, table

if TYPE_CHECKING:
    from sevenviews.bench.comparison import Report

Pairs = Annotated[int, typer.Option(min=6, help="How often both ways are measured, in turn.")]


def show(report: Report, json_output: bool) -> None:
    """As a table, or as JSON with the machine and the commit."""
    from sevenviews.bench.results import COLUMNS, Machine, document, heading, rows

    if json_output:
        print_json(document([report]))
        return
    table(heading(report), COLUMNS, rows(report))
    for line in (*report.remarks, f"{Machine.here()}."):
        output.print(line, highlight=False, markup=False, soft_wrap=True)
