"""`sevenviews lab patentnet`: the experiments of PatentNet."""

from __future__ import annotations

import typer

from sevenviews.cli.lab.experiment import command_of
from sevenviews.cli.lab.hash_codes import HashCodes
from sevenviews.lab.clustering import Clustering
from sevenviews.lab.patentnet.experiment import Counts
from sevenviews.training.classification.config import ClassificationConfig
from sevenviews.training.hashing.config import RetrievalConfig

patentnet_app = typer.Typer(
    help="PatentNet's experiments on your own corpus, each with the paper's table beside ours.",
    no_args_is_help=True,
)
patentnet_app.command("statistics")(command_of(Counts))
patentnet_app.command("classify")(command_of(ClassificationConfig, "training"))
patentnet_app.command("retrieve")(command_of(RetrievalConfig, "training"))
patentnet_app.command("hash")(command_of(HashCodes, "training"))
patentnet_app.command("cluster")(command_of(Clustering))
