"""`sevenviews evaluate`: what a model is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sevenviews.cli.console import fail, fail_with, note, print_json, progress, table
from sevenviews.cli.extras import needs
from sevenviews.cli.options import JsonOutput
from sevenviews.designs import SevenviewsError

if TYPE_CHECKING:
    from sevenviews.lab.evaluation import Evaluation, EvaluationReport
    from sevenviews.lab.task import RetrievalTask

MODEL_HELP = (
    "default, a bundle's directory, an ONNX file, ahdh, vishash, sift-fv, hog, lbp, ri-lbp or raw; "
    "pca:MODEL whitens one of them. May be given repeatedly."
)


@needs("lab")
def evaluate(
    corpus: Annotated[Path, typer.Option(help="Whatever `sevenviews ingest` reads.")],
    model: Annotated[list[str] | None, typer.Option(help=MODEL_HELP)] = None,
    distractors: Annotated[Path | None, typer.Option(help="A corpus that only adds to the gallery.")] = None,
    queries: Annotated[
        Path | None,
        typer.Option(
            help="Whose drawings ask: a corpus, such as DeepPatent's query list, or a folder of images with an "
            "index.csv (file,patent_id), as `synth --held-out` writes it; none: they are withheld."
        ),
    ] = None,
    fit: Annotated[
        Path | None,
        typer.Option(
            help="Corpus that sift-fv and pca: are fitted on; none: the gallery, without its patents."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the choice of queries.")] = 0,
    categories: Annotated[bool, typer.Option("--categories", help="Also show mAP by category.")] = False,
    json_output: JsonOutput = False,
) -> None:
    """Measure mAP and Acc@1/5/20 by DeepPatent's protocol.

    Up to two drawings of each patent are withheld and searched with; AP is taken over the whole ranking of all
    other drawings. Intervals are 95 % by bootstrap over the patents that ask; mAP@10 cuts the ranking at ten, which
    is another figure. Of several models each is also compared with the first, query by query: intervals that overlap
    say little about a difference.

    Example:  sevenviews evaluate --model default --model hog --corpus I20210209.tar --distractors other.tar
    """
    task = read_with_progress(corpus, distractors, seed, queries)
    answers = [evaluate_with_progress(task, name, fit) for name in model or ["default"]]
    reports = [answer.report(answers) for answer in answers]
    if json_output:
        print_json([asdict(report) for report in reports])
        return
    for line in reports[0].unread:
        note(f"  {line}")
    show_reports(reports)
    show_paired(reports)
    if categories:
        _show_categories(reports)


def read_with_progress(
    corpus: Path, distractors: Path | None, seed: int, queries: Path | None = None
) -> RetrievalTask:
    """The task, or the end of the command with what is wrong."""
    from sevenviews.lab.task import read_task

    with progress() as bar:
        line = bar.add_task("reading", total=None)
        try:
            return read_task(
                corpus, distractors, seed, queries, lambda entries: bar.update(line, completed=entries)
            )
        except ValueError as error:
            fail(str(error), 2)
        except SevenviewsError as error:
            fail_with(error)


def evaluate_with_progress(task: RetrievalTask, name: str, fit: Path | None = None) -> Evaluation:
    """A model's answer, or the end of the command with what is wrong."""
    from sevenviews.lab.evaluation import evaluate_on

    with progress() as bar:
        line = bar.add_task(name, total=len(task.drawings))
        try:
            return evaluate_on(task, name, fit, lambda drawings: bar.update(line, completed=drawings))
        except ValueError as error:
            fail(str(error), 2)
        except SevenviewsError as error:
            fail_with(error)


def show_reports(reports: Sequence[EvaluationReport]) -> None:
    """A line a model."""
    first = reports[0]
    columns = ("model", "mAP", "95 %", *(f"Acc@{k}" for k in first.accuracy), "mAP@10")
    rows = (
        (
            Path(one.model).name,
            f"{one.mean_average_precision:.3f}",
            f"{one.interval[0]:.3f} – {one.interval[1]:.3f}",
            *(f"{value:.3f}" for value in one.accuracy.values()),
            f"{one.top10_map:.3f}",
        )
        for one in reports
    )
    table(
        f"{first.queries} queries of {first.patents} patents, {first.gallery} drawings in the gallery",
        columns,
        rows,
    )


def show_paired(reports: Sequence[EvaluationReport]) -> None:
    """A line for each model but the first, with which it is compared."""
    first, *others = reports
    rows = [(one, one.paired[first.model]) for one in others if first.model in one.paired]
    if not rows:
        return
    table(
        f"against {Path(first.model).name}, on the same queries",
        ("model", "mAP", "95 %", "better", "worse", "equal"),
        (
            (
                Path(one.model).name,
                f"{paired.difference:+.3f}",
                f"{paired.interval[0]:+.3f} – {paired.interval[1]:+.3f}",
                paired.better,
                paired.worse,
                paired.equal,
            )
            for one, paired in rows
        ),
    )


def _show_categories(reports: Sequence[EvaluationReport]) -> None:
    rows = (
        (name, queries, *(f"{one.categories[name][0]:.3f}" for one in reports))
        for name, (_, queries) in reports[0].categories.items()
    )
    table("mAP by category", ("category", "queries", *(one.model for one in reports)), rows)
