"""`sevenviews lab`: the papers' experiments on your own corpus, each with a report."""

from __future__ import annotations

import typer

from sevenviews.cli.lab.deeppatent import cross_entropy, deeppatent

lab_app = typer.Typer(
    help="The papers' experiments on your own corpus, each with a report beside the published figures.",
    no_args_is_help=True,
)
lab_app.command("deeppatent")(deeppatent)
lab_app.command("cross-entropy")(cross_entropy)
