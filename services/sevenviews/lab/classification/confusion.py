"""Which class is taken for which, as a matrix and as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from sevenviews.lab.classification.accuracy import Labels, Logits, check_outputs


def confusion_matrix(logits: Logits, labels: Labels) -> npt.NDArray[np.float64]:
    """[classes, classes]: row the class that a sample has, column the one that it is called first, in samples.

    A sample of several labels weighs 1 in all: called one of its own, it stands on the diagonal there; otherwise it
    is shared evenly among the rows of its labels.

    Raises:
        ValueError: as `check_outputs`.
    """
    check_outputs(logits, labels)
    called = logits.argmax(1)
    weights = labels / labels.sum(1, keepdims=True)
    right = labels[np.arange(len(labels)), called]
    weights[right] = np.eye(labels.shape[1])[called[right]]
    matrix = np.zeros((labels.shape[1],) * 2)
    np.add.at(matrix.T, called, weights)
    return matrix


def draw_confusion(matrix: npt.NDArray[np.float64], names: Sequence[str], path: Path, title: str) -> None:
    """A picture of the matrix, each row as shares of its class.

    Raises:
        ValueError: there are not as many names as classes.
    """
    if matrix.shape != (len(names), len(names)):
        raise ValueError(f"names: {len(names)} for a matrix {matrix.shape}")
    totals = matrix.sum(1, keepdims=True)
    shares = np.divide(matrix, totals, out=np.zeros_like(matrix), where=totals > 0)
    side = max(5.0, 0.32 * len(names) + 3)
    figure = Figure(figsize=(side + 1, side), layout="constrained")
    axes = figure.add_subplot()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=8)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set_xlabel("called")
    axes.set_ylabel("is")
    axes.set_title(title)
    for row, column in np.argwhere(shares >= 0.005):  # noqa: PLR2004 - what rounds to 0 is left blank
        share = shares[row, column]
        colour = "white" if share > 0.5 else "black"  # noqa: PLR2004 - against the blue beneath
        axes.text(column, row, f"{100 * share:.0f}", ha="center", va="center", fontsize=6, color=colour)
    figure.colorbar(image, label="share of the row", shrink=0.7)
    figure.savefig(path, dpi=110)
