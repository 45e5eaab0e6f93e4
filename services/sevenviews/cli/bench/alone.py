"""The benchmarks that need no running system."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from sevenviews.cli.bench.showing import Pairs, show
from sevenviews.cli.configured import read_config
from sevenviews.cli.console import fail, note
from sevenviews.cli.extras import needs
from sevenviews.cli.options import JsonOutput


def catalogue(
    hits: Annotated[int, typer.Option(min=1, help="Patents of a page.")] = 100,
    pairs: Pairs = 10,
    json_output: JsonOutput = False,
) -> None:
    """Measure the CPU that a hit takes: its summary and its small drawing, kept beside made anew for each answer.

    Example:  sevenviews bench catalogue --hits 20
    """
    from sevenviews.bench.catalogue import measure

    show(measure(hits, pairs), json_output)


def evaluate(
    queries: Annotated[int, typer.Option(min=1, help="Drawings that ask.")] = 10_000,
    gallery: Annotated[int, typer.Option(min=1, help="Drawings that can be found.")] = 100_000,
    pairs: Pairs = 6,
    json_output: JsonOutput = False,
) -> None:
    """Measure an exact evaluation (mAP over whole rankings, Acc@1/5/20) beside the bare matrix product.

    Example:  sevenviews bench evaluate --queries 1000 --gallery 20000
    """
    from sevenviews.bench.evaluate import measure

    show(measure(queries, gallery, dimension=256, pairs=pairs), json_output)


def overload(
    seconds: Annotated[float, typer.Option(min=0.5, help="For which each server is asked.")] = 4.0,
    pairs: Pairs = 6,
    json_output: JsonOutput = False,
) -> None:
    """Ask a server for ten times what it holds, by callers who wait a second: calls in line beside calls all begun.

    Example:  sevenviews bench overload --seconds 2
    """
    from sevenviews.bench.overload import measure
    from sevenviews.runtime.telemetry import configure_logs

    # A line of each call would take more than what is measured.
    configure_logs("error")
    show(measure(pairs, seconds), json_output)


@needs("training")
def passes(
    pairs: Pairs = 6,
    batches: Annotated[int, typer.Option(min=1, help="Of 256 drawings at 128 px, in each round.")] = 2,
    json_output: JsonOutput = False,
) -> None:
    """Measure forward and backward passes as `sevenviews train` has them, and without one thing that speeds them up.

    Each round is a process of its own. "Kept memory" is what a worker's allocator is told.

    Example:  sevenviews bench passes --batches 4
    """
    from sevenviews.bench.passes import measure, shipped

    try:
        show(measure(shipped(os.cpu_count() or 1), pairs, batches), json_output)
    except RuntimeError as error:
        fail(str(error))


@needs("training")
def training(
    config: Annotated[
        Path | None,
        typer.Option(help="YAML, as of `train`; none: the packaged model's network on synthetic designs."),
    ] = None,
    designs: Annotated[int, typer.Option(min=24, help="Synthetic designs, where there is no YAML.")] = 60,
    pairs: Pairs = 6,
    batches: Annotated[int, typer.Option(min=1, help="In each round of each way.")] = 4,
    json_output: JsonOutput = False,
) -> None:
    """Measure loader and training of `sevenviews train`, on one worker, beside their bare stages.

    The loader stands beside a bare read of the same rows of the memory map, and the bare augmentation of drawings
    that are read; the training beside the bare forward and backward pass over a batch that is ready. All in this
    process, without the kept memory that the workers of `train` have: `bench passes` measures what that is worth.

    Example:  sevenviews bench training --config my.yaml --pairs 10
    """
    from sevenviews.bench.training import default_config, measure
    from sevenviews.training.config import TrainConfig
    from sevenviews.training.drawings import open_dataset

    loaded = read_config(TrainConfig.load, config) if config else default_config(designs, os.cpu_count() or 1)
    with tempfile.TemporaryDirectory(prefix="sevenviews-bench-") as folder:
        try:
            note("preparing the drawings")
            dataset = open_dataset(Path(folder), loaded.data, loaded.seed, loaded.threads, note)
            note("measuring")
            report = measure(loaded, dataset, pairs, batches)
        except ValueError as error:
            fail(str(error), 2)
    show(report, json_output)
