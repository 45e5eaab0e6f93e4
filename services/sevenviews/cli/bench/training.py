"""`sevenviews bench training`: what the training costs, beside the bare network."""

from __future__ import annotations

import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sevenviews.cli.bench.surroundings import machine, row
from sevenviews.cli.console import fail, fail_with, note, output, print_json, table
from sevenviews.cli.extras import needs
from sevenviews.cli.options import JsonOutput
from sevenviews.designs import SevenviewsError

if TYPE_CHECKING:
    from sevenviews.bench.training import TrainingFigures


@needs("training")
def training(
    config: Annotated[
        Path | None,
        typer.Option(help="YAML, as of `train`; none: the packaged model's network on synthetic designs."),
    ] = None,
    designs: Annotated[int, typer.Option(min=24, help="Synthetic designs, where there is no YAML.")] = 60,
    pairs: Annotated[int, typer.Option(min=6, help="Alternations of the training and its bare stages.")] = 6,
    batches: Annotated[int, typer.Option(min=1, help="In each round of each way.")] = 4,
    json_output: JsonOutput = False,
) -> None:
    """Measure loader and training of `sevenviews train`, on one worker, beside their bare stages.

    The loader stands beside a bare read of the same rows of the memory map, and the bare augmentation of drawings
    that are read; the training beside the bare forward and backward pass over a batch that is ready.

    Measured with the packaged model's network at 128 pixels on two cores: the loader gives 736 drawings a second
    (676 to 852), 0.72 of the bare augmentation (0.62 to 0.73); the training takes 173 (165 to 197), the bare network
    256 (218 to 291), a ratio of 0.70 (0.58 to 0.86): loader and network share the cores. With MobileNetV2 at
    160 pixels, on another day, it was 1.13 (0.77 to 1.62): less than the noise. All in this process, without the kept
    memory that the workers of `train` have: `bench passes` measures what that is worth.

    Example:  sevenviews bench training --config my.yaml --pairs 10
    """
    import yaml
    from pydantic import ValidationError

    from sevenviews.bench.training import default_config, measure
    from sevenviews.training.config import TrainConfig
    from sevenviews.training.drawings import open_dataset

    try:
        loaded = TrainConfig.load(config) if config else default_config(designs, os.cpu_count() or 1)
    except (OSError, yaml.YAMLError, ValidationError) as error:
        fail(f"{config}: {error}", 2)
    with tempfile.TemporaryDirectory(prefix="sevenviews-bench-") as folder:
        try:
            note("preparing the drawings")
            dataset = open_dataset(Path(folder), loaded.data, loaded.seed, loaded.threads, note)
            note("measuring")
            figures = measure(loaded, dataset, pairs, batches)
        except (ValueError, FileNotFoundError) as error:
            fail(str(error), 2)
        except SevenviewsError as error:
            fail_with(error)
    if json_output:
        print_json(
            {
                **asdict(figures),
                "slowest": figures.slowest,
                "headroom": figures.headroom,
                "machine": machine(),
            }
        )
    else:
        _show(figures)


def _show(figures: TrainingFigures) -> None:
    table(
        f"{figures.backbone} at {figures.image_size} px, batches of {figures.batch_size}, "
        f"{figures.drawings} drawings, {figures.threads} threads, {figures.device}; drawings a second",
        ("", "median", "least", "most"),
        [
            row("loader", figures.loader),
            *(row(f"bare {name}", rate) for name, rate in figures.bare.items()),
            row("training", figures.loop),
            row("bare forward and backward", figures.network),
            row(f"loader / bare {figures.slowest}", figures.loader_ratio, 2),
            row("training / bare network", figures.loop_ratio, 2),
        ],
    )
    output.print(
        f"The training goes at {figures.loop_ratio.median:.0%} of the bare network's rate; the loader alone could "
        f"feed {figures.headroom:.1f} such networks.",
        highlight=False,
    )
