"""`sevenviews lab patentnet`: the experiments of PatentNet."""

from __future__ import annotations

import typer

from sevenviews.cli.lab.patentnet_classify import classify
from sevenviews.cli.lab.patentnet_hash import hash_codes
from sevenviews.cli.lab.patentnet_retrieve import retrieve
from sevenviews.cli.lab.patentnet_statistics import statistics

patentnet_app = typer.Typer(
    help="PatentNet's dataset, classification, retrieval and hashing on your own corpus.",
    no_args_is_help=True,
)
patentnet_app.command("statistics")(statistics)
patentnet_app.command("classify")(classify)
patentnet_app.command("retrieve")(retrieve)
patentnet_app.command("hash")(hash_codes)
