"""A report of a comparison, as Markdown with figures beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sevenviews.lab.comparison import ComparedRow, as_document, is_within_chance, reversed_pairs
from sevenviews.lab.database_size import SizePoint
from sevenviews.lab.papers import DEEPPATENT_SIZES
from sevenviews.lab.task import RetrievalTask

REPORT, RESULTS = "report.md", "results.json"
_HEAD = (
    "method", "paper's split", "paper mAP", "paper Acc@1 / 5 / 20", "our model", "our mAP [95 %]",
    "our Acc@1 / 5 / 20", "our mAP@10",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """What is written.

    Attributes:
        title: of the report.
        source: the paper.
        task: that our figures were measured on.
        rows: of the table.
        sizes: model -> its figures against database size.
        figures: caption -> PNG in the report's folder.
        notes: what else differs from the paper.
    """

    title: str
    source: str
    task: RetrievalTask
    rows: Sequence[ComparedRow]
    sizes: Mapping[str, Sequence[SizePoint]]
    figures: Mapping[str, Path]
    notes: Sequence[str]

    def write(self, folder: Path) -> Path:
        """Write report.md and results.json into the folder; returns the report."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RESULTS).write_text(json.dumps(as_document(self.rows), indent=2, ensure_ascii=False) + "\n")
        path = folder / REPORT
        path.write_text("\n".join(self._lines()) + "\n")
        return path

    def _lines(self) -> Iterator[str]:
        yield from (f"# {self.title}", "", f"Paper: {self.source}.", "")
        yield from (_measured_on(self.task), "")
        yield from _table(_HEAD, map(_cells, self.rows))
        yield from ("", "## What differs", "")
        yield from (f"- {note}" for note in (*_standing_notes(self.task), *self.notes))
        yield from ("", "## The order of the methods", "")
        yield from _order(self.rows)
        if self.sizes:
            yield from ("", "## Against database size", "", _who_asks(self.task), "")
            yield from _size_table(self.sizes)
        yield from ("", "## By category", "")
        yield from _categories(self.rows)
        for caption, path in self.figures.items():
            yield from ("", f"## {caption}", "", f"![{caption}]({path.name})")
        if self.task.drawings.unread:
            yield from ("", "## Not read, or not surely", "")
            yield from (f"- {line}" for line in self.task.drawings.unread)


def _measured_on(task: RetrievalTask) -> str:
    return (
        f"Ours: {len(task.queries)} queries of {task.patent_count} patents of `{task.name}` (seed {task.seed}) among "
        f"{len(task.gallery)} drawings, {task.distractors} of them distractors. AP over the whole ranking, divided "
        "by |S⁺|, as DeepPatent defines it; mAP@10 cuts the ranking at ten and divides by min(|S⁺|, 10). Intervals "
        "by bootstrap over the patents."
    )


def _who_asks(task: RetrievalTask) -> str:
    if task.distractors:
        return "The same queries ask every database; distractors are added to it in one order."
    return (
        "There are no distractors: a quarter of the patents ask, and the others' drawings are added. So the last "
        "size is the whole gallery, with fewer queries than the table above."
    )


def _standing_notes(task: RetrievalTask) -> Iterator[str]:
    yield (
        f"Another corpus: the paper's test split has 13,133 queries among 38,834 drawings, its validation split "
        f"11,271 among 33,544; ours {len(task.queries)} among {len(task.gallery)}. A smaller gallery gives higher "
        "figures. So compare the order of the methods, never a figure with a figure."
    )
    yield (
        "Splits: each of the paper's rows names its own. Figures of the validation split and of the test split stand "
        "in one table, but are not to be compared with each other; ours are all of one split."
    )
    yield (
        "Drawings: DeepPatent takes whole sheets as drawings. Ours are what the corpus' reader gives: sheets in the "
        "USPTO's layout are cut into their figures."
    )


def _cells(row: ComparedRow) -> tuple[str, ...]:
    paper, ours = row.paper, row.ours
    theirs = (
        (paper.method, str(paper.split), f"{paper.mean_average_precision:.3f}", _accuracies(paper.accuracy))
        if paper
        else ("–", "–", "–", "–")
    )
    if ours is None:
        return (*theirs, "not run", "–", "–", "–")
    low, high = ours.interval
    return (
        *theirs,
        f"`{Path(ours.model).name}`",
        f"**{ours.mean_average_precision:.3f}** [{low:.3f}, {high:.3f}]",
        _accuracies(tuple(ours.accuracy.values())),
        f"{ours.top10_map:.3f}",
    )


def _accuracies(values: Sequence[float] | None) -> str:
    return " / ".join(f"{value:.3f}" for value in values) if values else "–"


def _order(rows: Sequence[ComparedRow]) -> Iterator[str]:
    compared = [row for row in rows if row.paper and row.ours]
    if len(compared) < 2:  # noqa: PLR2004 - a pair is needed
        yield "Fewer than two of the paper's methods were run: there is no order to compare."
        return
    pairs = reversed_pairs(rows)
    if not pairs:
        yield f"The {len(compared)} methods that were run stand in the paper's order, split by split."
    for first, second in pairs:
        assert first.paper is not None  # noqa: S101 - as reversed_pairs says
        assert second.paper is not None  # noqa: S101
        chance = (
            " The intervals overlap: other queries may turn it." if is_within_chance((first, second)) else ""
        )
        yield (
            f"- The paper has {first.paper.method} above {second.paper.method} "
            f"({first.paper.mean_average_precision:.3f} and {second.paper.mean_average_precision:.3f}, "
            f"{first.paper.split}); here it is the other way round.{chance}"
        )


def _size_table(sizes: Mapping[str, Sequence[SizePoint]]) -> Iterator[str]:
    head = ("model", "drawings", "mAP", "Acc@1")
    rows = [
        (
            f"`{Path(name).name}`",
            f"{point.size:,}",
            f"{point.mean_average_precision:.3f}",
            f"{point.accuracy_at_1:.3f}",
        )
        for name, points in sizes.items()
        for point in points
    ]
    paper = [
        ("paper's best, test", f"{size:,}", f"{score:.3f}", f"{first:.3f}")
        for size, score, first in DEEPPATENT_SIZES
    ]
    yield from _table(head, [*paper, *rows])


def _categories(rows: Sequence[ComparedRow]) -> Iterator[str]:
    reports = [row.ours for row in rows if row.ours]
    names = reports[0].categories if reports else {}
    table = [
        (name, str(queries), *(f"{report.categories[name][0]:.3f}" for report in reports))
        for name, (_, queries) in names.items()
    ]
    yield from _table(("category", "queries", *(f"`{Path(report.model).name}`" for report in reports)), table)


def _table(head: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + " --- |" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
