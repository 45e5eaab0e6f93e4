"""`sevenviews lab deeppatent` and `lab cross-entropy`: retrieval, row by row of a paper's table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sevenviews.cli.console import fail, note, print_json, progress
from sevenviews.cli.evaluate import evaluate_with_progress, read_with_progress, show_reports
from sevenviews.cli.lab.trained import train_row
from sevenviews.cli.options import JsonOutput

if TYPE_CHECKING:
    from sevenviews.lab.comparison import Entry
    from sevenviews.lab.database_size import SizePoint
    from sevenviews.lab.evaluation import Evaluation
    from sevenviews.lab.papers import PaperRow
    from sevenviews.lab.task import RetrievalTask

Corpus = Annotated[Path, typer.Option(help="Whatever `sevenviews ingest` reads.")]
Out = Annotated[Path, typer.Option(help="Folder of the report; made if absent.")]
Distractors = Annotated[Path | None, typer.Option(help="A corpus that only adds to the gallery.")]
Models = Annotated[
    str,
    typer.Option(
        help="Separated by commas. Each is what `evaluate --model` takes, or ROW=MODEL to stand beside a row of the "
        "paper's table, such as rn50-triplet=my.bundle."
    ),
]
Queries = Annotated[Path | None, typer.Option(help="A corpus whose drawings ask; none: they are withheld.")]
Fit = Annotated[
    Path | None, typer.Option(help="Corpus that sift-fv and pca: are fitted on; none: the gallery.")
]
Train = Annotated[
    list[str] | None,
    typer.Option(
        help="ROW=CONFIG: train this YAML first, and measure what it gives; may be given repeatedly."
    ),
]
Steps = Annotated[
    int | None, typer.Option(min=1, help="The budget: batches of each training; none: as its YAML says.")
]
Seed = Annotated[int, typer.Option(help="Of the choice of queries, and of all figures.")]

_CURVES = 4
"""Models whose figures are drawn against database size: the best."""


def deeppatent(
    corpus: Corpus,
    out: Out,
    distractors: Distractors = None,
    models: Models = "raw,ahdh,vishash,sift-fv,hog,lbp,ri-lbp,default",
    queries: Queries = None,
    fit: Fit = None,
    train: Train = None,
    steps: Steps = None,
    seed: Seed = 0,
    json_output: JsonOutput = False,
) -> None:
    """Run rows of DeepPatent's tables, and write a report with its figures beside ours.

    Example:  sevenviews lab deeppatent --corpus drawings.tar.gz --out report --models hog,lbp,default
    """
    from sevenviews.lab.papers import DEEPPATENT, DEEPPATENT_ROWS

    task = read_with_progress(corpus, distractors, seed, queries)
    wanted = _entries(models, DEEPPATENT_ROWS) + _trained(train, steps, out, DEEPPATENT_ROWS)
    title = f"DeepPatent's tables, on {task.name}"
    _run(task, wanted, DEEPPATENT_ROWS, out, fit, (title, DEEPPATENT), (), json_output)


def cross_entropy(
    corpus: Corpus,
    out: Out,
    distractors: Distractors = None,
    models: Models = "ri-lbp,default",
    queries: Queries = None,
    fit: Fit = None,
    train: Train = None,
    steps: Steps = None,
    seed: Seed = 0,
    json_output: JsonOutput = False,
) -> None:
    """Run rows of the cross-entropy paper's table, and write a report with its figures beside ours.

    Example:  sevenviews lab cross-entropy --corpus drawings.tar.gz --out report --train effnet-arcface=my.yaml
    """
    from sevenviews.lab.papers import CROSS_ENTROPY, CROSS_ENTROPY_ROWS

    task = read_with_progress(corpus, distractors, seed, queries)
    wanted = _entries(models, CROSS_ENTROPY_ROWS) + _trained(train, steps, out, CROSS_ENTROPY_ROWS)
    title = f"Cross-entropy metric learning, on {task.name}"
    notes = (
        "The paper takes .069 of RI-LBP from DeepPatent's test split and .379 of ResNet with triplets from its "
        "validation split; on which split its own three figures were measured it does not say.",
    )
    _run(task, wanted, CROSS_ENTROPY_ROWS, out, fit, (title, CROSS_ENTROPY), notes, json_output)


def _entries(models: str, rows: Sequence[PaperRow]) -> list[Entry]:
    from sevenviews.lab.comparison import parse_entry

    try:
        return [parse_entry(one.strip(), rows) for one in models.split(",") if one.strip()]
    except ValueError as error:
        fail(f"--models: {error}", 2)


def _trained(
    train: Sequence[str] | None, steps: int | None, out: Path, rows: Sequence[PaperRow]
) -> list[Entry]:
    from sevenviews.lab.comparison import parse_entry

    entries = []
    for text in train or ():
        try:
            entry = parse_entry(text, rows)
        except ValueError as error:
            fail(f"--train: {error}", 2)
        if entry.row is None:
            fail(f"--train takes ROW=CONFIG, not {text!r}", 2)
        entries.append(type(entry)(str(train_row(entry.row.key, Path(entry.model), out, steps)), entry.row))
    return entries


def _run(
    task: RetrievalTask,
    wanted: Sequence[Entry],
    rows: Sequence[PaperRow],
    out: Path,
    fit: Path | None,
    heading: tuple[str, str],
    notes: Sequence[str],
    json_output: bool,
) -> None:
    from sevenviews.lab.comparison import as_document, compare
    from sevenviews.lab.database_size import against_database_size
    from sevenviews.lab.report import Report

    if not wanted:
        fail("there is no model to run", 2)
    answers = [evaluate_with_progress(task, entry.model, fit) for entry in wanted]
    reports = [answer.report() for answer in answers]
    best_first = sorted(answers, key=lambda answer: -answer.average_precision.mean())
    sizes = {answer.model: against_database_size(answer, seed=task.seed) for answer in best_first[:_CURVES]}
    compared = compare(rows, list(zip(wanted, reports, strict=True)))
    figures = _figures(best_first[0], sizes, out)
    figures |= _training_curves(out)
    about = (*notes, *_about_fitting(wanted, fit))
    path = Report(*heading, task, compared, sizes, figures, about).write(out)
    if json_output:
        print_json({"report": str(path), "rows": as_document(compared)})
    else:
        show_reports(reports)
        note(f"wrote {path}")


def _figures(best: Evaluation, sizes: Mapping[str, Sequence[SizePoint]], out: Path) -> dict[str, Path]:
    from sevenviews.lab import figures

    with progress() as bar:
        line = bar.add_task("figures", total=4)
        drawn = {
            "Drawings by patent": figures.draw_mosaic(
                best.task.drawings, out / "mosaic.png", seed=best.task.seed
            )
        }
        bar.advance(line)
        drawn[f"Best and worst queries of {best.name}"] = figures.draw_best_and_worst(
            best, out / "queries.png"
        )
        bar.advance(line)
        drawn["Metrics against database size"] = figures.draw_size_curves(sizes, out / "database-size.png")
        bar.advance(line)
        drawn[f"t-SNE of {best.name}"] = figures.draw_embedding_map(
            best, out / "map.png", seed=best.task.seed
        )
        bar.advance(line)
    return drawn


def _training_curves(out: Path) -> dict[str, Path]:
    from sevenviews.lab.figures import draw_training_curves

    runs = out / "runs"
    curves = {}
    for metrics in sorted(runs.rglob("metrics.jsonl")):
        name = "-".join(metrics.parent.relative_to(runs).parts)
        curves[f"Training of {name}"] = draw_training_curves(metrics.parent, out / f"training-{name}.png")
    return curves


def _about_fitting(wanted: Sequence[Entry], fit: Path | None) -> list[str]:
    fitted = [entry.model for entry in wanted if entry.model == "sift-fv" or entry.model.startswith("pca:")]
    fitted_on = f"`{fit.name}`" if fit else "the gallery itself, without its patents"
    names = ", ".join(f"`{Path(name).name}`" for name in fitted)
    return (
        [f"Fitted on {fitted_on}: {names}. DeepPatent fits on its own training drawings."] if fitted else []
    )
