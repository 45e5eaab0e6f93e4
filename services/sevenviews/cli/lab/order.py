"""`sevenviews lab order`: whether the papers' claims hold at an equal budget."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from sevenviews.cli.console import note, print_json, table
from sevenviews.cli.extras import needs
from sevenviews.cli.lab.experiment import failing_clearly
from sevenviews.cli.options import JsonOutput

# Training reports nothing, and nobody else's training is of interest here.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")


@needs("training")
def order(
    config: Annotated[
        Path, typer.Argument(help="YAML; see services/sevenviews/training/order/configs/ldraw.yaml.")
    ],
    out: Annotated[Path, typer.Option(help="Folder of the report; the same one again goes on.")],
    json_output: JsonOutput = False,
) -> None:
    """Train rows that differ in one thing each, with several seeds, and say which of the papers' claims hold.

    Example:  sevenviews lab order services/sevenviews/training/order/configs/ldraw.yaml --out order
    """
    from sevenviews.training.order import Measured, OrderConfig, OrderReport, run_order

    measured: list[Measured] = []
    with failing_clearly():
        loaded = OrderConfig.load(config)
        for one in run_order(loaded, out, note):
            note(f"{one.row}, seed {one.seed}: mAP {one.mean_average_precision}, Acc@1 {one.accuracy_at_1}")
            measured.append(one)
            # After each row, so that a run that is broken off leaves what it has found.
            report = OrderReport(loaded, measured)
            written = report.write(out)
    if json_output:
        print_json(written.document)
        return
    rows = (
        (
            f"{claim.above} ≥ {claim.below}",
            str(report.verdict(claim)),
            ", ".join(f"{value:+.3f}" for value in report.differences(claim)),
        )
        for claim in loaded.claims
    )
    table("the papers' claims", ("claim", "here", "differences of mAP"), rows)
    note(f"wrote {written.folder}")
