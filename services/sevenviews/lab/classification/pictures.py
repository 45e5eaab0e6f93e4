"""Pictures of a classifier's worth beside the confusion matrix."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from matplotlib.figure import Figure

from sevenviews.lab.classification.calibration import Reliability

_DOT = 200.0
"""Area of the dot of all samples, in square points."""


def draw_reliability(curves: Mapping[str, Reliability], path: Path) -> None:
    """Confidence against accuracy; what is calibrated lies on the diagonal. A dot's area is its share of samples."""
    figure = Figure(figsize=(8, 4.4), layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":", label="calibrated")
    for name, curve in curves.items():
        (line,) = axes.plot(
            curve.confidence, curve.accuracy, linewidth=0.8, label=f"{name}, ECE {100 * curve.error:.1f} %"
        )
        axes.scatter(
            curve.confidence,
            curve.accuracy,
            s=_DOT * curve.share,
            color=line.get_color(),
            alpha=0.8,
            zorder=3,
        )
    axes.set(
        xlim=(0, 1), ylim=(0, 1), xlabel="confidence of the first prediction", ylabel="share that is right"
    )
    axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.02, 1))
    axes.set_title("Reliability")
    figure.savefig(path, dpi=110)
