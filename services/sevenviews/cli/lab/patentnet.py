"""`sevenviews lab patentnet`: the experiments of PatentNet."""

from __future__ import annotations

import typer

from sevenviews.cli.lab.experiment import command_of
from sevenviews.cli.lab.patentnet_classify import classify
from sevenviews.cli.lab.patentnet_hash import hash_codes
from sevenviews.cli.lab.patentnet_retrieve import retrieve
from sevenviews.cli.lab.patentnet_statistics import statistics
from sevenviews.lab.clustering import Clustering

patentnet_app = typer.Typer(
    help="PatentNet's experiments on your own corpus, each with the paper's table beside ours.",
    no_args_is_help=True,
)
patentnet_app.command("statistics")(statistics)
patentnet_app.command("classify")(classify)
patentnet_app.command("retrieve")(retrieve)
patentnet_app.command("hash")(hash_codes)
patentnet_app.command("cluster")(command_of(Clustering))
