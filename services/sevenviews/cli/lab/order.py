"""`sevenviews lab order`: whether the papers' claims hold at an equal budget."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from sevenviews.cli.console import fail, fail_with, note, print_json, table
from sevenviews.cli.extras import needs
from sevenviews.cli.options import JsonOutput
from sevenviews.designs import SevenviewsError

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
    import yaml
    from pydantic import ValidationError

    from sevenviews.training.order import OrderConfig, OrderReport, run_order

    try:
        loaded = OrderConfig.load(config)
    except (OSError, yaml.YAMLError, ValidationError) as error:
        fail(f"{config}: {error}", 2)
    measured = []
    try:
        for one in run_order(loaded, out, note):
            note(f"{one.row}, seed {one.seed}: mAP {one.mean_average_precision}, Acc@1 {one.accuracy_at_1}")
            measured.append(one)
            # After each row, so that a run that is broken off leaves what it has found.
            report = OrderReport(loaded, measured)
            written = report.write(out)
    except (ValueError, FileNotFoundError) as error:
        fail(str(error), 2)
    except SevenviewsError as error:
        fail_with(error)
    if json_output:
        print_json(written.document)
        return
    rows = (
        (
            f"{claim.above} ≥ {claim.below}",
            str(report.verdict(claim)),
            _differences(report.differences(claim)),
        )
        for claim in loaded.claims
    )
    table("the papers' claims", ("claim", "here", "differences of mAP"), rows)
    note(f"wrote {written.folder}")


def _differences(values: list[float]) -> str:
    return ", ".join(f"{value:+.3f}" for value in values)
