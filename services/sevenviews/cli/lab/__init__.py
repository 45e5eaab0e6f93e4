"""`sevenviews lab`: the papers' experiments. Needs the extra `lab`."""

from __future__ import annotations

import typer

from sevenviews.cli.lab.patentnet import app as patentnet_app

app = typer.Typer(help="Rebuild the papers' experiments.", no_args_is_help=True)
app.add_typer(patentnet_app, name="patentnet")


@app.callback()
def lab() -> None:
    """Rebuild the papers' experiments."""
