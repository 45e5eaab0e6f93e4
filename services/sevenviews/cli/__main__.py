"""The command `sevenviews`."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from sevenviews.cli.audit import audit
from sevenviews.cli.backup import backup, restore
from sevenviews.cli.bench import app as bench_app
from sevenviews.cli.cluster import cluster
from sevenviews.cli.commands import group
from sevenviews.cli.delete import delete
from sevenviews.cli.demo import demo
from sevenviews.cli.doctor import doctor
from sevenviews.cli.evaluate import evaluate
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

app = group(
    "Finds design patents that look alike.\n\n"
    "Start with `sevenviews up`, then `sevenviews ingest FILES` and `sevenviews search SHEET` in another shell."
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


def main() -> None:
    """The entry point of the package."""
    for stream in (sys.stdout, sys.stderr):
        # What the terminal's encoding lacks is shown by its number: no title may end a command.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app()


if __name__ == "__main__":
    main()
