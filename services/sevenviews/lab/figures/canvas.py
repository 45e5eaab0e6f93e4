"""How all figures of the lab look, and how they are written: without a display, always the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DOTS_PER_INCH = 150
GREY, GREEN, RED = "#777777", "#1a7f37", "#b3261e"
COLOURS = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#e69f00",
    "#56b4e9",
    "#7f3c8d",
    "#5b6b1e",
    "#8c564b",
    "#1b1b1b",
)
"""Told apart by those who see no red or green (after Okabe and Ito)."""


@contextmanager
def figure(path: Path, width: float, height: float) -> Iterator[Figure]:
    """A figure that is written as PNG when its making is done.

    `path`: of the PNG; its folder is made; `width`, `height`: in inches.
    """
    # The canvas is named: no global state of pyplot, no display.
    page = Figure(figsize=(width, height), dpi=DOTS_PER_INCH, layout="constrained")
    FigureCanvasAgg(page)
    yield page
    path.parent.mkdir(parents=True, exist_ok=True)
    page.savefig(path, facecolor="white")


def show_drawing(
    axes: Axes, drawing: npt.NDArray[np.uint8], frame: str = "#dddddd", width: float = 0.8
) -> None:
    """A drawing in a frame, without ticks; its ink darkened, for thin lines fade when they are made small."""
    axes.imshow(darkened(drawing), cmap="gray", vmin=0, vmax=255, interpolation="antialiased")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color(frame)
        spine.set_linewidth(width)


def darkened(drawing: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Twice the ink, as far as black."""
    return np.maximum(0, 255 - 2 * (255 - drawing.astype(np.int16))).astype(np.uint8)


def plain(axes: Axes) -> None:
    """Two axes and a light grid."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#e5e5e5", linewidth=0.6)
    axes.set_axisbelow(True)
