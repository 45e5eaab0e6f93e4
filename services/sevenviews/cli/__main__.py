"""The command `sevenviews`."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from sevenviews.cli.audit import audit
from sevenviews.cli.backup import backup, restore
from sevenviews.cli.bench import app as bench_app
from sevenviews.cli.cluster import cluster
from sevenviews.cli.console import note
from sevenviews.cli.delete import delete
from sevenviews.cli.demo import demo
from sevenviews.cli.doctor import doctor
from sevenviews.cli.evaluate import evaluate
from sevenviews.cli.extras import why_missing
from sevenviews.cli.facets import facets
from sevenviews.cli.ingest import ingest
from sevenviews.cli.keys import app as keys_app
from sevenviews.cli.lab import lab_app
from sevenviews.cli.reconcile import reconcile
from sevenviews.cli.refreshing import reembed, refresh
from sevenviews.cli.releases import app as releases_app
from sevenviews.cli.replay import replay
from sevenviews.cli.search import search
from sevenviews.cli.show import show
from sevenviews.cli.synth import synth
from sevenviews.cli.training import export, train
from sevenviews.cli.up import up
from sevenviews.cli.web import console

app = typer.Typer(
    help="Finds design patents that look alike.\n\n"
    "Start with `sevenviews up`, then `sevenviews ingest FILES` and `sevenviews search SHEET` in another shell.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    up,
    console,
    ingest,
    search,
    replay,
    show,
    delete,
    facets,
    synth,
    train,
    export,
    evaluate,
    cluster,
    refresh,
    reembed,
    reconcile,
    audit,
    backup,
    restore,
    demo,
    doctor,
):
    app.command()(command)
app.add_typer(releases_app, name="releases")
app.add_typer(keys_app, name="keys")
app.add_typer(bench_app, name="bench")
app.add_typer(lab_app, name="lab")


def main(run: Callable[[], object] = app) -> None:
    """The entry point of the package; what it runs ends with a clear line where an extra is missing."""
    try:
        run()
    except ModuleNotFoundError as error:
        if not (reason := why_missing(error.name or "")):
            raise
        note(f"sevenviews: {reason}")
        sys.exit(1)


if __name__ == "__main__":
    main()
