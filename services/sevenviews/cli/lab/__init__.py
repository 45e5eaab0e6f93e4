"""`sevenviews lab`: the papers' experiments on your own corpus, each with a report."""

from __future__ import annotations

import typer

from sevenviews.cli.lab.patentnet import patentnet_app

lab_app = typer.Typer(
    help="The papers' experiments on your own corpus, each with a report beside the published figures.",
    no_args_is_help=True,
)
lab_app.add_typer(patentnet_app, name="patentnet")
