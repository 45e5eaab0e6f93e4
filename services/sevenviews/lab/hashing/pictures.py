"""Curves of hashing, drawn."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from matplotlib.figure import Figure

from sevenviews.lab.hashing.curves import Curve


def draw_curves(
    by_radius: Mapping[str, Curve], first: Mapping[str, Curve], by_bits: Mapping[str, Curve], path: Path
) -> None:
    """Three panels: precision against recall by radius, precision of the first N, mAP@10 against the bits.

    Curves whose names begin alike, up to a comma, have one colour in all panels.
    """
    figure = Figure(figsize=(13, 4), layout="constrained")
    panels = figure.subplots(1, 3)
    labels = (("recall", "precision"), ("first N", "precision"), ("bits", "mAP@10"))
    methods = dict.fromkeys(_method(name) for curves in (first, by_radius, by_bits) for name in curves)
    colours = {method: f"C{number}" for number, method in enumerate(methods)}
    for axes, curves, (x, y) in zip(panels, (by_radius, first, by_bits), labels, strict=True):
        for name, curve in curves.items():
            axes.plot(
                curve.x,
                curve.y,
                marker="o",
                markersize=3,
                label=name,
                color=colours[_method(name)],
                alpha=0.9,
            )
        axes.set(xlabel=x, ylabel=y, ylim=(0, 1))
        axes.grid(alpha=0.3)
        axes.legend(fontsize=7)
    lengths = sorted({float(bits) for curve in by_bits.values() for bits in curve.x})
    panels[2].set_xticks(lengths, [f"{bits:g}" for bits in lengths])
    panels[0].set_title("Hamming ball of every radius", fontsize=10)
    panels[1].set_title("Ranking by distance", fontsize=10)
    panels[2].set_title("Length of the code", fontsize=10)
    figure.savefig(path, dpi=110)


def _method(name: str) -> str:
    return name.partition(",")[0]
