"""`sevenviews lab patentnet`: the experiments of PatentNet."""

from __future__ import annotations

import typer

from sevenviews.cli.lab.clustering import cluster

app = typer.Typer(
    help="PatentNet's experiments, each with the paper's table beside ours.", no_args_is_help=True
)
app.command()(cluster)


@app.callback()
def patentnet() -> None:
    """PatentNet's experiments, each with the paper's table beside ours."""
