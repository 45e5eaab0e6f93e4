"""The best and the worst queries with what they found (DeepPatent, figure 4)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from sevenviews.lab.evaluation import Evaluation
from sevenviews.lab.figures.canvas import GREEN, GREY, RED, figure, show_drawing

_CELL = 1.25
_SIDE = 224
_CAPTION = 0.4
_LONGEST = 22
"""Characters of a patent's id that fit above a cell; a longer one shows its end."""


def draw_best_and_worst(evaluation: Evaluation, path: Path, count: int = 3, top: int = 8) -> Path:
    """Rows of a query and its first results: the best queries above, the worst below.

    A green frame shows the query's patent, a red one another. Of a patent one query is shown, and among equal AP
    those with more to find come first.

    `count`: of best, and of worst queries; `top`: results a query. Raises ValueError: there is nothing to show.
    """
    if count < 1 or top < 1:
        raise ValueError(f"count and top must be at least 1, not {count} and {top}")
    top = min(top, len(evaluation.task.gallery))
    best, worst = chosen_queries(evaluation, count)
    rows = [*best, *worst]
    with figure(path, _CELL * (top + 1), (_CELL + 0.3) * len(rows) + _CAPTION) as page:
        page.suptitle(f"{evaluation.name}: best {len(best)} and worst {len(worst)} queries", fontsize=9)
        grid = page.subplots(len(rows), top + 1, squeeze=False)
        for axes, position in zip(grid, rows, strict=True):
            _draw_row(evaluation, axes, position, top)
    return path


def chosen_queries(evaluation: Evaluation, count: int) -> tuple[list[int], list[int]]:
    """Positions, among the counted queries, of the best and of the worst, one a patent; none is in both."""
    patents = evaluation.task.patents[evaluation.task.queries[evaluation.ranks.queries]]
    scores = evaluation.average_precision
    to_find = np.array([len(ranks) for ranks in evaluation.ranks.ranks])
    order = np.lexsort((-to_find, -scores))
    best = _one_a_patent(order, patents, count)
    rest = [position for position in order[::-1] if position not in best]
    return best, _one_a_patent(rest, patents, count)[::-1]


def _one_a_patent(
    positions: Sequence[int] | npt.NDArray[np.int64], patents: npt.NDArray[np.str_], count: int
) -> list[int]:
    chosen: dict[str, int] = {}
    for position in positions:
        chosen.setdefault(str(patents[position]), int(position))
    return list(chosen.values())[:count]


def _draw_row(evaluation: Evaluation, row: Sequence[Axes], position: int, top: int) -> None:
    task, patents = evaluation.task, evaluation.task.patents
    asking = int(task.queries[evaluation.ranks.queries[position]])
    scores = evaluation.vectors[task.gallery] @ evaluation.vectors[asking]
    found = task.gallery[np.argsort(-scores, kind="stable")[:top]]
    query, *results = task.drawings.prepared(_SIDE, [asking, *found.tolist()])
    show_drawing(row[0], query[0], frame="black", width=1.5)
    precision = evaluation.average_precision[position]
    found_of = f"AP {precision:.2f}, {len(evaluation.ranks.ranks[position])} to find"
    row[0].set_title(f"{_shortened(str(patents[asking]))}\n{found_of}", fontsize=6.5, pad=3)
    for rank, (axes, index, drawing) in enumerate(zip(row[1:], found, results, strict=True), 1):
        right = patents[index] == patents[asking]
        show_drawing(axes, drawing[0], frame=GREEN if right else RED, width=2.2 if right else 0.9)
        axes.set_title(str(rank), fontsize=6.5, color=GREEN if right else GREY, pad=2)


def _shortened(patent: str) -> str:
    return patent if len(patent) <= _LONGEST else f"…{patent[1 - _LONGEST :]}"
