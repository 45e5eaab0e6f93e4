"""`sevenviews evaluate`: what a model is worth."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sevenviews.cli.console import fail, fail_with, note, print_json, progress, table
from sevenviews.cli.options import JsonOutput
from sevenviews.designs import SevenviewsError

if TYPE_CHECKING:
    from sevenviews.lab.evaluation import EvaluationReport


def evaluate(
    corpus: Annotated[Path, typer.Option(help="Whatever `sevenviews ingest` reads.")],
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="default, a bundle's directory, an ONNX file, ahdh, vishash, hog, lbp, ri-lbp, sift-fv or raw; may be given repeatedly."
        ),
    ] = None,
    distractors: Annotated[Path | None, typer.Option(help="A corpus that only adds to the gallery.")] = None,
    seed: Annotated[int, typer.Option(help="Of the choice of queries.")] = 0,
    json_output: JsonOutput = False,
) -> None:
    """Measure mAP and Acc@1/5/20 by DeepPatent's protocol.

    Up to two drawings of each patent are withheld and searched with; AP is taken over the whole ranking of all
    other drawings.

    Example:  sevenviews evaluate --model default --model hog --corpus I20210209.tar --distractors other.tar
    """
    reports = [_measured(name, corpus, distractors, seed) for name in model or ["default"]]
    if json_output:
        print_json([asdict(report) for report in reports])
        return
    for line in reports[0].unread:
        note(f"  {line}")
    columns = ("model", "mAP", *(f"Acc@{k}" for k in reports[0].accuracy))
    rows = (
        (one.model, f"{one.mean_average_precision:.3f}", *(f"{value:.3f}" for value in one.accuracy.values()))
        for one in reports
    )
    first = reports[0]
    table(
        f"{first.queries} queries of {first.patents} patents, {first.gallery} drawings in the gallery",
        columns,
        rows,
    )


def _measured(name: str, corpus: Path, distractors: Path | None, seed: int) -> EvaluationReport:
    from sevenviews.lab.evaluation import evaluate as measure

    with progress() as bar:
        task = bar.add_task(name, total=None)

        def advance(entries: int) -> None:
            bar.update(task, completed=entries)

        try:
            return measure(name, corpus, distractors, seed, advance)
        except ValueError as error:
            fail(str(error), 2)
        except SevenviewsError as error:
            fail_with(error)
