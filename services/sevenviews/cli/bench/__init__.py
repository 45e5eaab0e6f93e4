"""`sevenviews bench`: this machine's figures, each beside the bare work that it cannot do without."""

from __future__ import annotations

import typer

from sevenviews.cli.bench.catalogue import catalogue
from sevenviews.cli.bench.evaluation import evaluate_bench
from sevenviews.cli.bench.hostile import hostile
from sevenviews.cli.bench.overload import overload
from sevenviews.cli.bench.passes import passes
from sevenviews.cli.bench.reembedding import reembed
from sevenviews.cli.bench.search import search
from sevenviews.cli.bench.training import training

app = typer.Typer(help="Measure this machine: the services beside the bare stages.", no_args_is_help=True)
app.command("search")(search)
app.command("catalogue")(catalogue)
app.command("overload")(overload)
app.command("training")(training)
app.command("passes")(passes)
app.command("evaluate")(evaluate_bench)
app.command("reembed")(reembed)
app.command("hostile")(hostile)
