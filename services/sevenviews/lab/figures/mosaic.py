"""Drawings by patent: what a corpus looks like (DeepPatent, figure 1)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sevenviews.lab.collection import Collection
from sevenviews.lab.figures.canvas import GREY, figure, show_drawing

_CELL = 1.3
_SIDE = 224
_TITLE = 0.35


def draw_mosaic(drawings: Collection, path: Path, patents: int = 8, views: int = 7, seed: int = 0) -> Path:
    """A row a patent, its id and category at the left.

    Args:
        patents: rows, chosen by seed among the patents with most drawings up to `views`.
        views: columns; a patent with more shows its first.

    Raises ValueError: there is no drawing.
    """
    if not len(drawings):
        raise ValueError("there is no drawing to show")
    chosen = _chosen(drawings, patents, views, seed)
    columns = max(map(len, chosen))
    with figure(path, _CELL * (columns + 1), _CELL * len(chosen) + _TITLE) as page:
        axes = page.subplots(len(chosen), columns + 1, squeeze=False)
        page.suptitle(f"{len(set(drawings.patents))} patents, {len(drawings)} drawings", fontsize=9)
        for row, indices in zip(axes, chosen, strict=True):
            for cell in row:
                cell.axis("off")
            label = f"{drawings.patents[indices[0]]}\n{drawings.categories[indices[0]]}"
            row[0].text(1, 0.5, _wrapped(label), ha="right", va="center", fontsize=6.5, color=GREY)
            for cell, drawing in zip(row[1:], drawings.prepared(_SIDE, indices), strict=False):
                cell.axis("on")
                show_drawing(cell, drawing[0])
    return path


def _chosen(drawings: Collection, patents: int, views: int, seed: int) -> list[list[int]]:
    of_patent: dict[str, list[int]] = {}
    for index, patent in enumerate(drawings.patents):
        of_patent.setdefault(patent, []).append(index)
    shuffled = np.random.default_rng(seed).permutation(sorted(of_patent))
    # Stable: among patents with enough drawings the chance decides.
    fullest = sorted(shuffled, key=lambda patent: -min(views, len(of_patent[patent])))[:patents]
    return [of_patent[patent][:views] for patent in sorted(fullest)]


def _wrapped(label: str, width: int = 20) -> str:
    return "\n".join(
        line[start : start + width]
        for line in label.split("\n")
        for start in range(0, max(1, len(line)), width)
    )
