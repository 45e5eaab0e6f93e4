"""`sevenviews lab patentnet`: the experiments of PatentNet."""

from __future__ import annotations

import typer

from sevenviews.cli.lab.clustering import cluster

patentnet_app = typer.Typer(
    help="PatentNet's experiments on your own corpus, each with the paper's table beside ours.",
    no_args_is_help=True,
)
patentnet_app.command("cluster")(cluster)


@patentnet_app.callback()
def patentnet() -> None:
    """PatentNet's experiments, each with the paper's table beside ours."""
