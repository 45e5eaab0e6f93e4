"""`sevenviews lab deeppatent` and `lab cross-entropy`: retrieval, row by row of a paper's table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sevenviews.cli.console import fail, note, print_json, track
from sevenviews.cli.evaluate import evaluate_with_progress, read_with_progress, show_reports
from sevenviews.cli.extras import needs
from sevenviews.cli.grouped import grouped
from sevenviews.cli.lab.trained import train_row
from sevenviews.cli.options import JsonOutput

if TYPE_CHECKING:
    from sevenviews.lab.comparison import Entry
    from sevenviews.lab.database_size import SizePoint
    from sevenviews.lab.evaluation import Evaluation
    from sevenviews.lab.papers import PaperRow
    from sevenviews.lab.report import Report
    from sevenviews.lab.task import RetrievalTask

Models = Annotated[
    str,
    typer.Option(
        help="Separated by commas. Each is what `evaluate --model` takes, or ROW=MODEL to stand beside a row of the "
        "paper's table, such as rn50-triplet=my.bundle."
    ),
]


@dataclass(frozen=True, slots=True)
class Run:
    """What is measured on what; see `grouped`."""

    corpus: Annotated[Path, typer.Option(help="Whatever `sevenviews ingest` reads.")]
    out: Annotated[Path, typer.Option(help="Folder of the report; made if absent.")]
    distractors: Annotated[Path | None, typer.Option(help="A corpus that only adds to the gallery.")] = None
    queries: Annotated[
        Path | None, typer.Option(help="A corpus whose drawings ask; none: they are withheld.")
    ] = None
    fit: Annotated[
        Path | None, typer.Option(help="Corpus that sift-fv and pca: are fitted on; none: the gallery.")
    ] = None
    train: Annotated[
        list[str] | None,
        typer.Option(
            help="ROW=CONFIG: train this YAML first, and measure what it gives; may be given repeatedly."
        ),
    ] = None
    steps: Annotated[
        int | None,
        typer.Option(min=1, help="The budget: batches of each training; none: as its YAML says."),
    ] = None
    seed: Annotated[int, typer.Option(help="Of the choice of queries, and of all figures.")] = 0

    def task(self) -> RetrievalTask:
        """Read; ends the command where that fails."""
        return read_with_progress(self.corpus, self.distractors, self.seed, self.queries)


_CURVES = 4
"""Models whose figures are drawn against database size: the best."""


@needs("lab")
@grouped
def deeppatent(
    *,
    run: Run,
    models: Models = "raw,ahdh,vishash,sift-fv,hog,lbp,ri-lbp,default",
    json_output: JsonOutput = False,
) -> None:
    """Run rows of DeepPatent's tables, and write a report with its figures beside ours.

    Example:  sevenviews lab deeppatent --corpus drawings.tar.gz --out report --models hog,lbp,default
    """
    from sevenviews.lab.papers import DEEPPATENT, DEEPPATENT_ROWS

    task = run.task()
    wanted = _entries(models, DEEPPATENT_ROWS) + _trained(run, DEEPPATENT_ROWS)
    title = f"DeepPatent's tables, on {task.name}"
    _report(task, wanted, DEEPPATENT_ROWS, run, (title, DEEPPATENT), (), json_output)


@needs("lab")
@grouped
def cross_entropy(*, run: Run, models: Models = "ri-lbp,default", json_output: JsonOutput = False) -> None:
    """Run rows of the cross-entropy paper's table, and write a report with its figures beside ours.

    Example:  sevenviews lab cross-entropy --corpus drawings.tar.gz --out report --train effnet-arcface=my.yaml
    """
    from sevenviews.lab.papers import CROSS_ENTROPY, CROSS_ENTROPY_ROWS

    task = run.task()
    wanted = _entries(models, CROSS_ENTROPY_ROWS) + _trained(run, CROSS_ENTROPY_ROWS)
    title = f"Cross-entropy metric learning, on {task.name}"
    notes = (
        "The paper takes .069 of RI-LBP from DeepPatent's test split and .379 of ResNet with triplets from its "
        "validation split; on which split its own three figures were measured it does not say.",
    )
    _report(task, wanted, CROSS_ENTROPY_ROWS, run, (title, CROSS_ENTROPY), notes, json_output)


def _entries(models: str, rows: Sequence[PaperRow]) -> list[Entry]:
    from sevenviews.lab.comparison import parse_entry

    try:
        return [parse_entry(one.strip(), rows) for one in models.split(",") if one.strip()]
    except ValueError as error:
        fail(f"--models: {error}", 2)


def _trained(run: Run, rows: Sequence[PaperRow]) -> list[Entry]:
    from sevenviews.lab.comparison import parse_entry

    entries = []
    for text in run.train or ():
        try:
            entry = parse_entry(text, rows)
        except ValueError as error:
            fail(f"--train: {error}", 2)
        if entry.row is None:
            fail(f"--train takes ROW=CONFIG, not {text!r}", 2)
        entries.append(
            type(entry)(str(train_row(entry.row.key, Path(entry.model), run.out, run.steps)), entry.row)
        )
    return entries


def _report(
    task: RetrievalTask,
    wanted: Sequence[Entry],
    rows: Sequence[PaperRow],
    run: Run,
    heading: tuple[str, str],
    notes: Sequence[str],
    json_output: bool,
) -> None:
    from sevenviews.lab.comparison import compare
    from sevenviews.lab.comparison_report import write_comparison
    from sevenviews.lab.database_size import against_database_size
    from sevenviews.lab.report import Report

    if not wanted:
        fail("there is no model to run", 2)
    title, source = heading
    answers = [evaluate_with_progress(task, entry.model, run.fit) for entry in wanted]
    report = Report(run.out, title, asdict(run))
    report.text(f"Paper: {source}.")
    reports = [answer.report() for answer in answers]
    best_first = sorted(answers, key=lambda answer: -answer.average_precision.mean())
    sizes = {answer.model: against_database_size(answer, seed=task.seed) for answer in best_first[:_CURVES]}
    compared = compare(rows, list(zip(wanted, reports, strict=True)))
    write_comparison(report, task, compared, sizes, (*notes, *_about_fitting(wanted, run.fit)))
    _figures(report, best_first[0], sizes)
    path = report.write()
    if json_output:
        print_json(report.document)
    else:
        show_reports(reports)
        note(f"wrote {path}")


def _figures(report: Report, best: Evaluation, sizes: Mapping[str, Sequence[SizePoint]]) -> None:
    from sevenviews.lab import figures

    task, runs = best.task, report.folder / "runs"
    trained = sorted(metrics.parent for metrics in runs.rglob("metrics.jsonl"))
    drawn: list[tuple[str, str, Callable[[Path], object]]] = [
        ("mosaic", "Drawings by patent", lambda to: figures.draw_mosaic(task.drawings, to, seed=task.seed)),
        (
            "queries",
            f"Best and worst queries of {best.name}",
            lambda to: figures.draw_best_and_worst(best, to),
        ),
        ("database-size", "Metrics against database size", lambda to: figures.draw_size_curves(sizes, to)),
        ("map", f"t-SNE of {best.name}", lambda to: figures.draw_embedding_map(best, to, seed=task.seed)),
    ]
    for run in trained:
        name = "-".join(run.relative_to(runs).parts)
        drawn.append((f"training-{name}", f"Training of {name}", partial(figures.draw_training_curves, run)))
    for name, caption, draw in track(drawn, "figures", len(drawn)):
        report.heading(caption)
        draw(report.picture(f"{name}.png", caption))


def _about_fitting(wanted: Sequence[Entry], fit: Path | None) -> list[str]:
    fitted = [entry.model for entry in wanted if entry.model == "sift-fv" or entry.model.startswith("pca:")]
    fitted_on = f"`{fit.name}`" if fit else "the gallery itself, without its patents"
    names = ", ".join(f"`{Path(name).name}`" for name in fitted)
    return (
        [f"Fitted on {fitted_on}: {names}. DeepPatent fits on its own training drawings."] if fitted else []
    )
