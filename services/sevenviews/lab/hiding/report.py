"""The comparison as a report: what was tried on one half, the chosen one and its rivals on the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from sevenviews.lab.hiding.definitions import OURS
from sevenviews.lab.hiding.measure import FIGURES, Figures
from sevenviews.lab.report import Report
from sevenviews.lab.resampling import bootstrap_interval


def write_report(
    report: Report, measured_on: str, tried: Mapping[str, Figures], compared: Mapping[str, Figures]
) -> Path:
    """Write the comparison into a report.

    Args:
        report: empty.
        measured_on: a sentence.
        tried: by name, on the half that chooses.
        compared: by name, on the other.
    """
    report.title = "Hidden drawings, by definition of a patent's score"
    report.text(measured_on)
    report.text(
        "A change is |log₂(rank with some drawings hidden / rank with all)|: less is better. Intervals are of the "
        "mean, 95 % by bootstrap over the patents; differences are paired by patent."
    )
    for title, figures in (
        ("Tried, on the half that chooses", tried),
        ("Compared, on the other half", compared),
    ):
        report.heading(title)
        report.table(("definition", *FIGURES), means(figures))
        report.heading(f"{title}: {OURS} less the other")
        report.table(("definition", *FIGURES), differences(figures))
    for half, figures in (("tried", tried), ("compared", compared)):
        means_of = {
            name: dict(zip(FIGURES, np.nanmean(one, 0).tolist(), strict=True))
            for name, one in figures.items()
        }
        report.detail(half, means_of)
        for name, one in means_of.items():
            report.row(f"{half}: {name}", one)
    return report.write()


def means(figures: Mapping[str, Figures]) -> Iterator[Sequence[str]]:
    """A row a definition: its name, and the mean of each figure."""
    for name, one in figures.items():
        yield name, *(f"{value:.3f}" for value in np.nanmean(one, 0))


def differences(figures: Mapping[str, Figures]) -> Iterator[Sequence[str]]:
    """A row for each definition but ours: how much ours differs from it, and the interval."""
    for name, one in figures.items():
        if name != OURS:
            yield name, *(_difference(column) for column in (figures[OURS] - one).T)


def _difference(values: Figures) -> str:
    known = values[np.isfinite(values)]
    if not len(known):
        return "–"
    low, high = bootstrap_interval(known, np.arange(len(known)))
    return f"{known.mean():+.3f} [{low:+.3f}, {high:+.3f}]"
