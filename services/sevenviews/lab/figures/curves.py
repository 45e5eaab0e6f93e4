"""Curves: metrics against database size (DeepPatent, figure 3), and a training run over its steps."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullFormatter, ScalarFormatter

from sevenviews.lab.database_size import SizePoint
from sevenviews.lab.figures.canvas import COLOURS, figure, plain

METRICS = "metrics.jsonl"
"""In a run's folder: a JSON object a line, with `step` and numbers by name."""

_STEP, _LOSS = "step", "loss"


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


def draw_training_curves(run: Path, path: Path) -> Path:
    """Losses at the left, everything else that is measured between 0 and 1 at the right.

    Raises ValueError: the folder holds no metrics, or a line of them cannot be read.
    """
    rows = read_metrics(run)
    names = list(dict.fromkeys(name for row in rows for name in row if name != _STEP))
    losses = [name for name in names if _LOSS in name]
    shares = [name for name in names if name not in losses and _is_share(rows, name)]
    with figure(path, 9, 3.6) as page:
        left, right = page.subplots(1, 2)
        page.suptitle(run.name, fontsize=10)
        _draw(left, rows, losses, "loss")
        _draw(right, rows, shares, "validation")
        right.set_ylim(0, 1)
    return path


def read_metrics(run: Path) -> list[Mapping[str, float]]:
    """The lines of a run's metrics, in the order of their steps. Raises ValueError: see `draw_training_curves`."""
    path = run / METRICS
    if not path.is_file():
        raise ValueError(f"{run} holds no {METRICS}: it is no run, or has not measured yet")
    rows = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        try:
            row = json.loads(line)
            rows.append({name: float(value) for name, value in row.items() if isinstance(value, int | float)})
            rows[-1][_STEP]
        except (ValueError, AttributeError, KeyError) as error:
            raise ValueError(f"{path}, line {number}: no measurement with its step: {line[:60]!r}") from error
    if not rows:
        raise ValueError(f"{path} is empty: nothing was measured yet")
    return sorted(rows, key=lambda row: row[_STEP])


def _is_share(rows: Sequence[Mapping[str, float]], name: str) -> bool:
    return all(0 <= row[name] <= 1 for row in rows if name in row)


def _draw(axes: Axes, rows: Sequence[Mapping[str, float]], names: Sequence[str], title: str) -> None:
    for name, colour in zip(names, COLOURS * (1 + len(names) // len(COLOURS)), strict=False):
        points = [(row[_STEP], row[name]) for row in rows if name in row]
        axes.plot(
            *zip(*points, strict=True), label=name, color=colour, linewidth=1.4, marker="o", markersize=2.5
        )
    axes.set_title(title, fontsize=10)
    axes.set_xlabel("step", fontsize=8)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.tick_params(labelsize=7.5)
    plain(axes)
    if names:
        axes.legend(fontsize=7.5, frameon=False)
