"""A paper's table beside ours, written down: what differs, the order of the methods, database size, categories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from sevenviews.lab.comparison import ComparedRow, is_within_chance, reversed_pairs
from sevenviews.lab.database_size import SizePoint
from sevenviews.lab.papers import DEEPPATENT_SIZES
from sevenviews.lab.report import Report
from sevenviews.lab.task import RetrievalTask

_HEAD = (
    "method", "paper's split", "paper mAP", "paper Acc@1 / 5 / 20", "our model", "our mAP [95 %]",
    "our Acc@1 / 5 / 20", "our mAP@10",
)  # fmt: skip


def write_comparison(
    report: Report,
    task: RetrievalTask,
    rows: Sequence[ComparedRow],
    sizes: Mapping[str, Sequence[SizePoint]],
    notes: Sequence[str],
) -> None:
    """Add all but the pictures to a report.

    `sizes`: model -> its figures against database size; `notes`: what else differs from the paper.
    """
    for row in rows:
        report.row(
            row.paper.method if row.paper else row.ours.model if row.ours else "",
            asdict(row.ours) if row.ours else {},
            asdict(row.paper) if row.paper else None,
        )
    report.text(_measured_on(task))
    report.table(_HEAD, map(_cells, rows))
    report.heading("What differs")
    report.points((*_standing_notes(task), *notes))
    report.heading("The order of the methods")
    report.text("\n".join(_order(rows)))
    if sizes:
        report.heading("Against database size")
        report.text(_who_asks(task))
        report.table(("model", "drawings", "mAP", "Acc@1"), _sizes(sizes))
    report.heading("By category")
    reports = [row.ours for row in rows if row.ours]
    names = reports[0].categories if reports else {}
    report.table(
        ("category", "queries", *(f"`{Path(one.model).name}`" for one in reports)),
        [
            (name, queries, *(f"{one.categories[name][0]:.3f}" for one in reports))
            for name, (_, queries) in names.items()
        ],
    )
    if task.drawings.unread:
        report.heading("Not read, or not surely")
        report.points(task.drawings.unread)


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


def _sizes(sizes: Mapping[str, Sequence[SizePoint]]) -> Iterator[Sequence[str]]:
    for size, score, first in DEEPPATENT_SIZES:
        yield "paper's best, test", f"{size:,}", f"{score:.3f}", f"{first:.3f}"
    for name, points in sizes.items():
        for one in points:
            yield (
                f"`{Path(name).name}`",
                f"{one.size:,}",
                f"{one.mean_average_precision:.3f}",
                f"{one.accuracy_at_1:.3f}",
            )
