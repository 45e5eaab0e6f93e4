"""Which ink belongs to which label."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sevenviews.corpus.figures.components import find_components
from sevenviews.corpus.figures.partition import assign_ink

_CELL = 120


@st.composite
def _grid(draw: st.DrawFn) -> tuple[int, int, list[tuple[int, int, int, int]]]:
    """Rows, columns, and in each cell a figure's box, leaving room for its label below."""
    rows, columns = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    boxes = []
    for row in range(rows):
        for column in range(columns):
            width, height = draw(st.integers(30, 90)), draw(st.integers(30, 60))
            boxes.append((column * _CELL + 10, row * _CELL + 10, width, height))
    return rows, columns, boxes


@settings(max_examples=40)
@given(_grid(), st.booleans(), st.randoms(use_true_random=False))
def test_a_grid_of_figures(
    grid: tuple[int, int, list[tuple[int, int, int, int]]], lying: bool, random: np.random.Generator
) -> None:
    rows, columns, boxes = grid
    ink = np.zeros((rows * _CELL, columns * _CELL), bool)
    labels = []
    for left, top, width, height in boxes:
        # A frame, and a part that does not touch it.
        ink[top : top + height, left : left + width] = True
        ink[top + 2 : top + height - 2, left + 2 : left + width - 2] = False
        ink[top + 8 : top + 20, left + 8 : left + 20] = True
        labels.append((left + 5, top + height + 10, left + 30, top + height + 20))
    label_boxes = np.array(labels, np.int32)
    if lying:
        ink = ink.T.copy()
        label_boxes = label_boxes[:, [1, 0, 3, 2]]
    components = find_components(ink)
    owners = assign_ink(components, np.arange(len(components)), label_boxes)
    for component, owner in zip(components.boxes, owners, strict=True):
        first, second = (1, 0) if lying else (0, 1)
        cell = int(component[second]) // _CELL * columns + int(component[first]) // _CELL
        assert owner == cell


def test_touching_figures_go_to_the_nearest_label() -> None:
    ink = np.zeros((100, 200), bool)
    ink[50, :] = True
    labels = np.array([[10, 80, 30, 90], [150, 80, 170, 90]], np.int32)
    components = find_components(ink)
    assert assign_ink(components, np.arange(1), labels).tolist() in ([0], [1])
