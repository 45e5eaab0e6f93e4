"""Curves of a Hamming ranking: precision against recall as the ball grows, and precision of the first N."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sevenviews.lab.figures.canvas import COLOURS, figure, plain
from sevenviews.lab.hashing.codes import Distances
from sevenviews.lab.hashing.ranking import within_radius
from sevenviews.lab.ranking import Relevance, Scores


class Curve(NamedTuple):
    """Points of a curve: x ascending, y beside it."""

    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]


def precision_recall_by_radius(distances: Distances, relevance: Relevance, bits: int) -> Curve:
    """Recall (x) and precision (y) within each radius 0 … bits; recall never falls. Raises as `within_radius`."""
    balls = [within_radius(distances, relevance, radius) for radius in range(bits + 1)]
    return Curve(np.array([ball.recall for ball in balls]), np.array([ball.precision for ball in balls]))


def precision_at(scores: Scores, relevance: Relevance, counts: Sequence[int]) -> Curve:
    """Share of relevant entries (y) among the first N (x), over the queries with something to find.

    Raises ValueError: a count is not within 1 and the size of the gallery.
    """
    if not counts or min(counts) < 1 or max(counts) > scores.shape[1]:
        raise ValueError(f"counts: {list(counts)} are not within 1 and the {scores.shape[1]} of the gallery")
    counted = np.flatnonzero(relevance.any(1))
    order = np.argsort(-scores[counted], axis=1, kind="stable")[:, : max(counts)]
    hits = np.cumsum(np.take_along_axis(relevance[counted], order, 1), axis=1)
    shares = [float((hits[:, count - 1] / count).mean()) for count in counts]
    return Curve(np.array(counts, np.float64), np.array(shares))


def draw_curves(
    by_radius: Mapping[str, Curve], first: Mapping[str, Curve], by_bits: Mapping[str, Curve], path: Path
) -> None:
    """Three panels: precision against recall by radius, precision of the first N, mAP@10 against the bits.

    Curves whose names begin alike, up to a comma, have one colour in all panels.
    """
    panels = (
        ("Hamming ball of every radius", by_radius, "recall", "precision"),
        ("Ranking by distance", first, "first N", "precision"),
        ("Length of the code", by_bits, "bits", "mAP@10"),
    )
    methods = dict.fromkeys(name.partition(",")[0] for _, curves, *_ in panels for name in curves)
    colours = dict(zip(methods, COLOURS, strict=False))
    with figure(path, 13, 4) as page:
        for axes, (title, curves, x, y) in zip(page.subplots(1, 3), panels, strict=True):
            for name, curve in curves.items():
                axes.plot(
                    *curve, marker="o", markersize=3, label=name, color=colours.get(name.partition(",")[0])
                )
            axes.set(xlabel=x, ylabel=y, ylim=(0, 1))
            axes.set_title(title, fontsize=10)
            axes.legend(fontsize=7)
            plain(axes)
        lengths = sorted({float(bits) for curve in by_bits.values() for bits in curve.x})
        axes.set_xticks(lengths, [f"{bits:g}" for bits in lengths])
