"""`sevenviews lab list` and `lab compare`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from sevenviews.cli.console import print_json, table
from sevenviews.cli.lab.experiment import failing_clearly
from sevenviews.cli.options import JsonOutput


def list_rows(json_output: JsonOutput = False) -> None:
    """List the rows of the papers, and the command that measures each.

    Example:  sevenviews lab list
    """
    from sevenviews.lab.checklist import ROWS

    if json_output:
        print_json([one._asdict() for one in ROWS])
        return
    table("rows of the papers", ("paper", "row", "sevenviews ..."), ROWS)


def compare(
    first: Annotated[Path, typer.Argument(help="A report's folder, or its results.json.")],
    second: Annotated[Path, typer.Argument(help="Another of the same experiment.")],
    json_output: JsonOutput = False,
) -> None:
    """Set two results of an experiment beside each other, figure by figure.

    Example:  sevenviews lab compare reports/before reports/after
    """
    from sevenviews.lab.compared import changes, other_settings, read_results

    with failing_clearly():
        one, other = read_results(first), read_results(second)
        found, settings = changes(one, other), other_settings(one, other)
    if json_output:
        print_json(
            {"settings": settings, "figures": [{**asdict(it), "difference": it.difference} for it in found]}
        )
        return
    if settings:
        table(
            "told differently",
            ("setting", str(first), str(second)),
            ((name, *both) for name, both in settings.items()),
        )
    rows = (
        (it.row, it.figure, _figure(it.first), _figure(it.second), _figure(it.difference, "+"))
        for it in found
    )
    table("figures", ("row", "figure", str(first), str(second), "difference"), rows)


def _figure(value: float | None, sign: str = "") -> str:
    return "—" if value is None else f"{value:{sign}.4g}"
