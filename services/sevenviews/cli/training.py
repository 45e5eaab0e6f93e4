"""`sevenviews train` and `sevenviews export`: from drawings to a model bundle."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated

import typer

from sevenviews.cli.configured import read_config
from sevenviews.cli.console import fail, note, print_json, progress
from sevenviews.cli.extras import needs
from sevenviews.cli.options import JsonOutput


@needs("training")
def train(
    config: Annotated[
        Path, typer.Argument(help="YAML, or the name of a shipped one, such as deeppatent-rn18.")
    ],
    out: Annotated[Path, typer.Option(help="Folder of the run; the same one again continues it.")],
    json_output: JsonOutput = False,
) -> None:
    """Train a model on Ray Train. The run's folder says exactly what was run, and keeps its checkpoint.

    Example:  sevenviews train my.yaml --out runs/mine && sevenviews export runs/mine --out mine.bundle
    """
    from sevenviews.training.config import TrainConfig
    from sevenviews.training.run import train as run_training

    loaded = read_config(TrainConfig.load, config)
    # Ray tells the loss of a worker on the standard output, which is for the answer.
    with progress() as bar, redirect_stdout(sys.stderr):
        task = bar.add_task("steps", total=loaded.total_steps)

        def advance(metrics: object) -> None:
            assert isinstance(metrics, dict)  # noqa: S101 - as RunResult.metrics documents
            bar.update(task, completed=metrics["step"])
            note(f"step {metrics['step']}: loss {metrics['loss']}, mAP {metrics['validation_map']}")

        try:
            result = run_training(loaded, out, note, advance)
        except ValueError as error:
            fail(str(error), 2)
    if json_output:
        print_json({"run": str(result.folder), "metrics": [dict(one) for one in result.metrics]})


@needs("training")
def export(
    run: Annotated[Path, typer.Argument(help="Folder of a run.")],
    out: Annotated[Path, typer.Option(help="Directory of the bundle; made if absent.")],
    card: Annotated[Path | None, typer.Option(help="A model card to put into the bundle.")] = None,
    half: Annotated[bool, typer.Option("--half", help="Compute the backbone in float16: for GPUs.")] = False,
    int8: Annotated[
        bool, typer.Option("--int8", help="Compute the backbone in 8-bit integers: for CPUs.")
    ] = False,
    calibrate_on: Annotated[
        Path | None,
        typer.Option(
            help="Drawings of classed patents that the model has not learned, as `evaluate --corpus` takes them: "
            "what its cosines mean is fitted to them. Without: as of the packaged model."
        ),
    ] = None,
    json_output: JsonOutput = False,
) -> None:
    """Write a run's model as a bundle: ONNX, proven equal to the trained network, with a manifest.

    Example:  sevenviews export runs/mine --out mine.bundle && sevenviews up --model mine.bundle
    """
    from sevenviews.lab.calibrating import calibrated
    from sevenviews.lab.collection import read_collection
    from sevenviews.training.export import ExportError, Precision
    from sevenviews.training.export import export as write_export
    from sevenviews.training.quantize import Agreement

    if half and int8:
        fail("--half and --int8 exclude each other", 2)
    precision: Precision = "float16" if half else "int8" if int8 else "float32"
    try:
        bundle = write_export(run, out, (card,) if card else (), precision)
        if calibrate_on:
            bundle = calibrated(bundle, read_collection(calibrate_on))
    except (ValueError, ExportError) as error:
        fail(str(error))
    if json_output:
        print_json({"path": str(bundle.path), "version": bundle.version, "name": bundle.manifest.name})
    else:
        note(f"wrote {bundle.path}, version {bundle.version}")
        if told := bundle.manifest.training.get("int8"):
            note(str(Agreement(**told)))
