"""A paper's table beside ours: which row is compared with which, and where the order differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sevenviews.lab.evaluation import EvaluationReport
from sevenviews.lab.papers import PaperRow, row_of


@dataclass(frozen=True, slots=True)
class Entry:
    """A model to run."""

    model: str  # see `open_descriptor`
    row: PaperRow | None  # of the paper that it stands beside; None: a row of our own


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A line of the report; one of the two may be missing, not both."""

    paper: PaperRow | None
    ours: EvaluationReport | None


def parse_entry(text: str, rows: Sequence[PaperRow]) -> Entry:
    """What `--models` names: a model, or KEY=MODEL for a model that stands beside the row KEY.

    Raises ValueError: no row has that key.
    """
    key, separator, model = text.partition("=")
    if separator:
        return Entry(model, row_of(rows, key))
    known = next((row for row in rows if row.model == text), None)
    return Entry(text, known)


def compare(
    rows: Sequence[PaperRow], measured: Sequence[tuple[Entry, EvaluationReport]]
) -> list[ComparedRow]:
    """The paper's rows in their order, each with ours; then our rows that the paper has not."""
    beside = {entry.row: report for entry, report in measured if entry.row is not None}
    compared = [ComparedRow(row, beside.get(row)) for row in rows]
    return compared + [ComparedRow(None, report) for entry, report in measured if entry.row is None]


def reversed_pairs(compared: Sequence[ComparedRow]) -> list[tuple[ComparedRow, ComparedRow]]:
    """Pairs of which the paper has the first above the second, and we have the second above the first.

    Only rows that the paper measured on the same split are paired.
    """
    both = [(one, one.paper, one.ours) for one in compared if one.paper and one.ours]
    return [
        (first, second)
        for first, paper, ours in both
        for second, other_paper, other_ours in both
        if paper.split == other_paper.split
        and paper.mean_average_precision > other_paper.mean_average_precision
        and ours.mean_average_precision < other_ours.mean_average_precision
    ]


def is_within_chance(pair: tuple[ComparedRow, ComparedRow]) -> bool:
    """Whether the 95 % intervals of our two figures overlap: then the order may be another with other queries."""
    intervals = [one.ours.interval for one in pair if one.ours is not None]
    return max(low for low, _ in intervals) <= min(high for _, high in intervals)
