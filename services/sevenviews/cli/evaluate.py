"""`sevenviews evaluate`: what a model is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sevenviews.cli.console import fail, note, print_json, progress, table
from sevenviews.cli.extras import needs
from sevenviews.cli.options import JsonOutput

if TYPE_CHECKING:
    from sevenviews.lab.evaluation import Evaluation, EvaluationReport
    from sevenviews.lab.kept_vectors import KeptVectors
    from sevenviews.lab.task import RetrievalTask, TaskSource
    from sevenviews.lab.trials import TrialCount

_MODEL_HELP = (
    "default, a bundle's directory, an ONNX file, ahdh, vishash, sift-fv, hog, lbp, ri-lbp or raw; "
    "pca:MODEL whitens one of them. May be given repeatedly."
)


@needs("lab")
def evaluate(
    corpus: Annotated[Path, typer.Option(help="Whatever `sevenviews ingest` reads.")],
    model: Annotated[list[str] | None, typer.Option(help=_MODEL_HELP)] = None,
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
    sheets: Annotated[
        bool, typer.Option("--sheets", help="The corpus holds whole sheets, <id>/<sheet>.png: cut them.")
    ] = False,
    relevance: Annotated[
        str,
        typer.Option(
            help="What a query should find: `patent`, the other drawings of its patent; or `citations`, the patents "
            "of the corpus and of the distractors that its examiner has cited."
        ),
    ] = "patent",
    seed: Annotated[int, typer.Option(help="Of the choice of queries.")] = 0,
    reports: Annotated[
        Path,
        typer.Option(
            help="Folder of the journal of trials, and of the vectors kept for the next; made if absent."
        ),
    ] = Path("reports"),
    categories: Annotated[bool, typer.Option("--categories", help="Also show mAP by category.")] = False,
    json_output: JsonOutput = False,
) -> None:
    """Measure mAP and Acc@1/5/20 by DeepPatent's protocol.

    Up to two drawings of each patent are withheld and searched with; AP is taken over the whole ranking of all
    other drawings. Intervals are 95 % by bootstrap over the patents that ask; mAP@10 cuts the ranking at ten, which
    is another figure. Of several models each is also compared with the first, query by query: intervals that overlap
    say little about a difference.

    Some real patents choose models, others report on them; of a corpus that holds both, each set is measured by
    itself. Every evaluation is a line of the journal, which says how many models a set has seen.

    Example:  sevenviews evaluate --model default --model hog --corpus I20210209.tar --distractors other.tar
    """
    from sevenviews.lab.kept_vectors import KeptVectors
    from sevenviews.lab.trials import JOURNAL, Journal

    source = _source(corpus, distractors, queries, sheets, relevance)
    journal = Journal(reports / JOURNAL)
    document: list[dict[str, object]] = []
    for task in _read_sets(source, seed):
        kept = KeptVectors(reports / "vectors")
        answers = [_evaluate(task, name, fit, kept) for name in model or ["default"]]
        measured = [answer.report(answers) for answer in answers]
        for report in measured:
            journal.add(report, corpus.name)
        count = journal.count(task.patent_set)
        document += [{**asdict(report), "trials": asdict(count)} for report in measured]
        if not json_output:
            _show(measured, count, categories)
    if json_output:
        print_json(document)


def _show(reports: Sequence[EvaluationReport], count: TrialCount, categories: bool) -> None:
    for line in reports[0].unread:
        note(f"  {line}")
    _show_reports(reports)
    _show_without_front_pages(reports)
    _show_paired(reports)
    if categories:
        _show_categories(reports)
    note(f"{_PURPOSES[reports[0].patent_set]}: {count.trials} trials of {count.models} models so far")


_PURPOSES = {
    "development": "development set, which chooses",
    "report": "report set, by which nothing is chosen",
    "open": "a set that nothing is known of",
}


def _source(
    corpus: Path, distractors: Path | None, queries: Path | None, sheets: bool, relevance: str
) -> TaskSource:
    from sevenviews.lab.task import RelevanceBy, TaskSource

    try:
        return TaskSource(corpus, distractors, queries, sheets, RelevanceBy(relevance))
    except ValueError:
        fail(f"--relevance is one of {', '.join(RelevanceBy)}, not {relevance!r}", 2)


def _read_sets(source: TaskSource, seed: int) -> list[RetrievalTask]:
    """A task a set, or the end of the command with what is wrong."""
    from sevenviews.lab.task import read_tasks

    with progress() as bar:
        line = bar.add_task("reading", total=None)
        try:
            return read_tasks(source, seed, lambda entries: bar.update(line, completed=entries))
        except ValueError as error:
            fail(str(error), 2)


def _evaluate(task: RetrievalTask, name: str, fit: Path | None, kept: KeptVectors) -> Evaluation:
    """A model's answer, or the end of the command with what is wrong."""
    from sevenviews.lab.evaluation import evaluate_on

    with progress() as bar:
        line = bar.add_task(name, total=len(task.drawings))
        try:
            return evaluate_on(task, name, fit, lambda drawings: bar.update(line, completed=drawings), kept)
        except ValueError as error:
            fail(str(error), 2)


def _show_reports(reports: Sequence[EvaluationReport]) -> None:
    """A line a model."""
    from sevenviews.lab.evaluation import short_name

    first = reports[0]
    columns = ("model", "mAP", "95 %", *(f"Acc@{k}" for k in first.accuracy), "mAP@10")
    rows = (
        (
            short_name(one.model),
            f"{one.mean_average_precision:.3f}",
            f"{one.interval[0]:.3f} – {one.interval[1]:.3f}",
            *(f"{value:.3f}" for value in one.accuracy.values()),
            f"{one.top10_map:.3f}",
        )
        for one in reports
    )
    sought = "" if first.relevance == "patent" else ", which the examiner's citations are sought in"
    named = "" if first.patent_set == "open" else f"{first.patent_set} set: "
    table(
        f"{named}{first.queries} queries of {first.patents} patents, {first.gallery} drawings in the gallery{sought}",
        columns,
        rows,
    )


def _show_without_front_pages(reports: Sequence[EvaluationReport]) -> None:
    from sevenviews.lab.evaluation import short_name

    parts = [(one, one.without_front_pages) for one in reports if one.without_front_pages]
    if not parts:
        return
    table(
        f"without the front pages' copies: {parts[0][1].queries} queries, {parts[0][1].gallery} drawings",
        ("model", "mAP", "95 %"),
        (
            (
                short_name(one.model),
                f"{part.mean_average_precision:.3f}",
                f"{part.interval[0]:.3f} – {part.interval[1]:.3f}",
            )
            for one, part in parts
        ),
    )


def _show_paired(reports: Sequence[EvaluationReport]) -> None:
    """A line for each model but the first, with which it is compared."""
    from sevenviews.lab.evaluation import short_name

    first, *others = reports
    rows = [(one, one.paired[first.model]) for one in others if first.model in one.paired]
    if not rows:
        return
    table(
        f"against {short_name(first.model)}, on the same queries",
        ("model", "mAP", "95 %", "better", "worse", "equal"),
        (
            (
                short_name(one.model),
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
