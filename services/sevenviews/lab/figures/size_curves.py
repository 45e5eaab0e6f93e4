"""Metrics against database size (DeepPatent, figure 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.ticker import NullFormatter, ScalarFormatter

from sevenviews.lab.database_size import SizePoint
from sevenviews.lab.figures.canvas import COLOURS, figure, plain


def draw_size_curves(curves: Mapping[str, Sequence[SizePoint]], path: Path) -> Path:
    """mAP at the left, Acc@1 at the right, a line a model, the database on a logarithmic axis.

    Raises ValueError: there is no curve.
    """
    if not any(curves.values()):
        raise ValueError("there is no curve to draw")
    with figure(path, 9, 3.8) as page:
        left, right = page.subplots(1, 2)
        for number, (name, points) in enumerate(curves.items()):
            sizes = [point.size for point in points]
            style = {
                "color": COLOURS[number % len(COLOURS)],
                "marker": "o",
                "markersize": 3,
                "linewidth": 1.4,
                "linestyle": "-" if number < len(COLOURS) else "--",
            }
            left.plot(
                sizes, [point.mean_average_precision for point in points], label=Path(name).name, **style
            )
            right.plot(sizes, [point.accuracy_at_1 for point in points], **style)
        for axes, title in ((left, "mAP"), (right, "Acc@1")):
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter(ScalarFormatter())
            axes.xaxis.set_minor_formatter(NullFormatter())
            axes.set_xticks(_ticks(curves))
            axes.minorticks_off()
            axes.set_ylim(0, 1)
            axes.set_title(title, fontsize=10)
            axes.set_xlabel("drawings in the database", fontsize=8)
            axes.tick_params(labelsize=7.5)
            plain(axes)
        page.legend(loc="outside right center", fontsize=7.5, frameon=False)
    return path


def _ticks(curves: Mapping[str, Sequence[SizePoint]]) -> list[int]:
    return sorted({point.size for points in curves.values() for point in points})
