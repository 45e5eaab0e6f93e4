"""How complex drawings are: connected components of their ink (DeepPatent, section 3.3)."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import Field

from sevenviews.images import INK_LEVEL
from sevenviews.lab.experiment import Experiment, Watch
from sevenviews.lab.report import Report

PUBLISHED = {"DeepPatent": 705, "ImageNet, edges": 673, "ImageNet-Sketch": 244, "Sketchy": 2}
"""Medians of the paper."""

_CANNY = (100, 200)


def components(grey: npt.NDArray[np.uint8], edges: bool = False) -> int:
    """Pieces of ink that touch each other, corner to corner too.

    `grey`: [height, width], 0 ink to 255 paper; `edges`: of a photograph: of its edges (Canny) instead.
    """
    ink = cv2.Canny(grey, *_CANNY) if edges else (grey < INK_LEVEL).astype(np.uint8)
    return cv2.connectedComponents(ink, connectivity=8)[0] - 1


class Complexity(Experiment):
    """Count the connected components of each drawing, and set the median beside DeepPatent's 705.

    Example:  sevenviews lab complexity --corpus weeks --out reports/complexity
    """

    row: ClassVar[str] = "DeepPatent 3.3: complexity"

    corpus: Path = Field(description="Whatever `sevenviews ingest` reads.")
    edges: bool = False
    """The corpus holds photographs: count the pieces of their edges."""

    def run(self, report: Report, watch: Watch) -> None:
        """Read, count, and report the median, the quartiles and the categories."""
        from sevenviews.corpus import iter_entries
        from sevenviews.corpus.reading import read_patents
        from sevenviews.lab.collection import category_of

        unread: list[str] = []
        counts: dict[str, list[int]] = defaultdict(list)
        read = read_patents(
            iter_entries(self.corpus),
            unread,
            lambda image: components(np.asarray(image), self.edges),
            watch("drawings"),
        )
        for patent, found in read:
            counts[category_of(patent) or "unknown"] += found.values()
        if not any(counts.values()):
            raise ValueError(f"{self.corpus} holds no drawing that can be read")
        report.title = f"Complexity of the drawings of {self.corpus.name}"
        every = np.concatenate(list(counts.values()))
        low, middle, high = (float(one) for one in np.percentile(every, [25, 50, 75]))
        report.row(
            self.corpus.name, {"median": middle, "drawings": len(every)}, {"median": PUBLISHED["DeepPatent"]}
        )
        report.table(
            ("drawings of", "number", "median of connected components", "quartiles"),
            [
                (f"`{self.corpus.name}`", f"{len(every):,}", f"{middle:g}", f"{low:g} to {high:g}"),
                *((name, "—", f"{median}", "—") for name, median in PUBLISHED.items()),
            ],
        )
        report.text(
            "Ink that touches, corners included, is one component; how the paper tells ink from paper it does "
            "not say. "
            "Drawings are counted at the size that they come in: a sheet has more than one of its figures."
        )
        report.heading("By category")
        report.table(
            ("category", "drawings", "median"),
            [(name, len(mine), f"{np.median(mine):g}") for name, mine in sorted(counts.items()) if mine],
        )
        report.points(unread[:20])
