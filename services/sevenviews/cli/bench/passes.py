"""`sevenviews bench passes`: what makes a training faster on a CPU, each beside its absence."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Annotated

import typer

from sevenviews.cli.bench.surroundings import machine
from sevenviews.cli.console import fail, note, print_json, table
from sevenviews.cli.extras import needs
from sevenviews.cli.options import JsonOutput


@needs("training")
def passes(
    pairs: Annotated[int, typer.Option(min=6, help="Alternations of with and without.")] = 6,
    batches: Annotated[int, typer.Option(min=1, help="Of 256 drawings at 128 px, in each round.")] = 2,
    json_output: JsonOutput = False,
) -> None:
    """Measure forward and backward passes as `sevenviews train` has them, and without one thing that speeds them up.

    Each round is a process of its own. "Kept memory" is what a worker's allocator is told, "strided depthwise" the
    precision of those convolutions.

    Measured on two cores, 6 pairs: by kept memory MobileNetV2 does 2.66 times as many drawings a second (2.22 to
    2.86), the packaged network as many as without (1.01, 0.81 to 1.31: nothing is shown); by single precision for
    strided depthwise convolutions 1.68 times as many (1.29 to 6.82, at the end beside other work).

    Example:  sevenviews bench passes --batches 4
    """
    from sevenviews.bench.passes import comparisons, measure

    found = []
    for one in comparisons(os.cpu_count() or 1):
        note(f"{one.config.model.backbone}: {one.name}")
        try:
            found.append(measure(one, pairs, batches))
        except RuntimeError as error:
            fail(str(error))
    if json_output:
        print_json({"passes": [asdict(one) for one in found], "machine": machine()})
        return
    table(
        f"Drawings a second, forward and backward, {pairs} pairs, {os.cpu_count()} cores",
        ("network", "what", "with", "without", "ratio", "least", "most"),
        [
            (
                one.backbone,
                one.name,
                f"{one.shipped.median:.0f}",
                f"{one.without.median:.0f}",
                *(f"{part:.2f}" for part in (one.ratio.median, one.ratio.least, one.ratio.most)),
            )
            for one in found
        ],
    )
