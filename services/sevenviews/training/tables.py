"""The tables of the papers on retrieval, as experiments: rows that need no training, and rows trained first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from sevenviews.lab.experiment import Experiment, Watch
from sevenviews.lab.papers import CROSS_ENTROPY, CROSS_ENTROPY_ROWS, DEEPPATENT, DEEPPATENT_ROWS, PaperRow
from sevenviews.lab.report import Report

if TYPE_CHECKING:
    from sevenviews.lab.comparison import Entry
    from sevenviews.lab.database_size import SizePoint
    from sevenviews.lab.evaluation import Evaluation

_MODELS = (
    "Separated by commas. Each is what `evaluate --model` takes, or ROW=MODEL to stand beside a row of the paper's "
    "table, such as rn50-triplet=my.bundle."
)
_CURVES = 4
"""Models whose figures are drawn against database size: the best."""


class PaperTable(Experiment):
    """Rows of a paper's table beside ours."""

    paper: ClassVar[str]
    rows: ClassVar[Sequence[PaperRow]]
    notes: ClassVar[Sequence[str]] = ()

    corpus: Path = Field(description="Whatever `sevenviews ingest` reads.")
    distractors: Path | None = Field(default=None, description="A corpus that only adds to the gallery.")
    queries: Path | None = None
    """A corpus whose drawings ask; none: they are withheld."""
    fit: Path | None = None
    """Corpus that sift-fv and pca: are fitted on; none: the gallery."""
    models: str = Field(default="ri-lbp,default", description=_MODELS)
    train: tuple[str, ...] = ()
    """ROW=CONFIG: train this YAML first, and measure what it gives; repeatedly."""
    steps: int | None = Field(default=None, ge=1)
    """The budget: batches of each training; none: as its YAML says."""

    def run(self, report: Report, watch: Watch) -> None:
        """Train what is to be trained, measure everything, and set it beside the paper's table."""
        from sevenviews.lab.comparison import compare
        from sevenviews.lab.comparison_report import write_comparison
        from sevenviews.lab.database_size import against_database_size
        from sevenviews.lab.evaluation import evaluate_on
        from sevenviews.lab.task import read_task

        wanted = self._entries()
        task = read_task(self.corpus, self.distractors, self.seed, self.queries, watch("reading"))
        wanted += [self._trained(text, report.folder, watch) for text in self.train]
        if not wanted:
            raise ValueError("--models: there is no model to run")
        answers = [
            evaluate_on(task, one.model, self.fit, watch(one.model, len(task.drawings))) for one in wanted
        ]
        report.title = f"{self.row}, on {task.name}"
        report.text(f"Paper: {self.paper}.")
        best_first = sorted(answers, key=lambda answer: -answer.average_precision.mean())
        sizes = {one.model: against_database_size(one, seed=self.seed) for one in best_first[:_CURVES]}
        compared = compare(self.rows, [(one, its.report()) for one, its in zip(wanted, answers, strict=True)])
        write_comparison(report, task, compared, sizes, (*self.notes, *self._about_fitting(wanted)))
        _draw(report, best_first[0], sizes, watch)

    def _entries(self) -> list[Entry]:
        from sevenviews.lab.comparison import parse_entry

        try:
            return [parse_entry(one.strip(), self.rows) for one in self.models.split(",") if one.strip()]
        except ValueError as error:
            raise ValueError(f"--models: {error}") from error

    def _trained(self, text: str, out: Path, watch: Watch) -> Entry:
        """A row that must be trained first; the same folder again continues, or is done at once."""
        from sevenviews.lab.comparison import Entry, parse_entry
        from sevenviews.training.config import TrainConfig

        entry = parse_entry(text, self.rows)
        if entry.row is None:
            raise ValueError(f"--train takes ROW=CONFIG, not {text!r}")
        key, config = entry.row.key, TrainConfig.load(Path(entry.model))
        if self.steps is not None:
            config = config.with_budget(self.steps)
        # torch and Ray take seconds to import: only where something is trained.
        from sevenviews.training.export import ExportError, export
        from sevenviews.training.run import train

        advance = watch(f"{key}: batches", config.total_steps)
        try:
            run = train(
                config,
                out / "runs" / key,
                lambda line: watch(line, 1)(1),
                lambda it: advance(int(it["step"])),
            )
            return Entry(str(export(run.folder, out / "models" / key).path), entry.row)
        except ExportError as error:
            raise ValueError(f"{key}: {error}") from error

    def _about_fitting(self, wanted: Sequence[Entry]) -> list[str]:
        fitted = [one.model for one in wanted if one.model == "sift-fv" or one.model.startswith("pca:")]
        on = f"`{self.fit.name}`" if self.fit else "the gallery itself, without its patents"
        names = ", ".join(f"`{Path(name).name}`" for name in fitted)
        return [f"Fitted on {on}: {names}. DeepPatent fits on its own training drawings."] if fitted else []


class DeepPatent(PaperTable):
    """Run rows of DeepPatent's tables, and write a report with its figures beside ours.

    Example:  sevenviews lab deeppatent --corpus drawings.tar.gz --out report --models hog,lbp,default
    """

    row: ClassVar[str] = "DeepPatent's tables"
    paper: ClassVar[str] = DEEPPATENT
    rows: ClassVar[Sequence[PaperRow]] = DEEPPATENT_ROWS
    models: str = Field(default="raw,ahdh,vishash,sift-fv,hog,lbp,ri-lbp,default", description=_MODELS)


class CrossEntropy(PaperTable):
    """Run rows of the cross-entropy paper's table, and write a report with its figures beside ours.

    Example:  sevenviews lab cross-entropy --corpus drawings.tar.gz --out report --train effnet-arcface=my.yaml
    """

    row: ClassVar[str] = "Cross-entropy metric learning"
    paper: ClassVar[str] = CROSS_ENTROPY
    rows: ClassVar[Sequence[PaperRow]] = CROSS_ENTROPY_ROWS
    notes: ClassVar[Sequence[str]] = (
        "The paper takes .069 of RI-LBP from DeepPatent's test split and .379 of ResNet with triplets from its "
        "validation split; on which split its own three figures were measured it does not say.",
    )


def _draw(report: Report, best: Evaluation, sizes: Mapping[str, Sequence[SizePoint]], watch: Watch) -> None:
    from sevenviews.lab import figures

    task, runs = best.task, report.folder / "runs"
    drawn: list[tuple[str, str, Callable[[Path], object]]] = [
        ("mosaic", "Drawings by patent", lambda to: figures.draw_mosaic(task.drawings, to, seed=task.seed)),
        ("queries", f"Best and worst queries of {best.name}", partial(figures.draw_best_and_worst, best)),
        ("database-size", "Metrics against database size", partial(figures.draw_size_curves, sizes)),
        ("map", f"t-SNE of {best.name}", lambda to: figures.draw_embedding_map(best, to, seed=task.seed)),
    ]
    for run in sorted(metrics.parent for metrics in runs.rglob("metrics.jsonl")):
        name = "-".join(run.relative_to(runs).parts)
        drawn.append((f"training-{name}", f"Training of {name}", partial(figures.draw_training_curves, run)))
    advance = watch("figures", len(drawn))
    for done, (name, caption, draw) in enumerate(drawn, 1):
        report.heading(caption)
        draw(report.picture(f"{name}.png", caption))
        advance(done)
