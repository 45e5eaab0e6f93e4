"""`sevenviews lab`: the papers' comparisons, run on a corpus of one's own."""

from __future__ import annotations

import typer

from sevenviews.cli.lab.deeppatent import cross_entropy, deeppatent

lab_app = typer.Typer(
    help="Run the papers' tables on a corpus, beside the papers' figures.", no_args_is_help=True
)


@lab_app.callback()
def lab() -> None:
    """Run the papers' tables on a corpus, beside the papers' figures."""


lab_app.command("deeppatent")(deeppatent)
lab_app.command("cross-entropy")(cross_entropy)
