"""`sevenviews bench hostile`: what images cost that were made to harm."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from sevenviews.cli.bench.surroundings import machine
from sevenviews.cli.console import fail, print_json, table
from sevenviews.cli.options import JsonOutput

_MEBIBYTE = 1024**2


def hostile(
    images: Annotated[int, typer.Option(min=1, help="Of all kinds together.")] = 10_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same images.")] = 15,
    json_output: JsonOutput = False,
) -> None:
    """Decode hostile images (mutated, lying, bombs) in a process of their own: its memory, and why it refused them.

    Exits with 1 if the process died.

    Example:  sevenviews bench hostile --images 1000
    """
    from sevenviews.bench.hostile import KINDS, measure

    outcome = measure(images, seed)
    if json_output:
        print_json({**asdict(outcome), "machine": machine()})
    else:
        table(
            f"{images:,} hostile images, seed {seed}",
            ("kind", "peak, MiB", "kept, MiB", "slowest, s", "what became of them"),
            (
                (
                    row.kind,
                    f"{row.peak_bytes / _MEBIBYTE:.0f}",
                    f"{row.kept_bytes / _MEBIBYTE:.0f}",
                    f"{row.slowest_seconds:.2f}",
                    ", ".join(f"{count} {name}" for name, count in sorted(row.outcomes.items())),
                )
                for row in outcome.rows
            ),
        )
    if outcome.exit_code:
        kind = tuple(KINDS)[len(outcome.rows)]
        fail(f"the process died of {kind}: exit code {outcome.exit_code}\n{outcome.errors}")
