"""Families among stored designs: grouped by all their views, from the embeddings that searches use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from sevenviews.designs import View
from sevenviews.lab.multiview.daimc import DAIMC
from sevenviews.lab.multiview.estimator import MultiviewClusterer
from sevenviews.lab.multiview.graphs import gaussian_neighbour_graph
from sevenviews.lab.multiview.imsc_agl import IMSCAGL
from sevenviews.lab.multiview.spectral import FilledSpectral
from sevenviews.lab.multiview.views import FEWEST_CLUSTERS, Floats, unit_rows

Method = Literal["daimc", "imsc-agl", "spectral"]
METHODS: tuple[Method, ...] = ("daimc", "imsc-agl", "spectral")

MOST_FAMILIES = 12
"""Of those that are tried where the number is not given."""

_FEWEST_NEIGHBOURS = 3


@dataclass(frozen=True, slots=True)
class StoredDrawing:
    """A drawing's embedding [d], of unit length, and what it is a drawing of."""

    design_id: str
    view: View
    vector: npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Family:
    """Designs that resemble each other."""

    members: tuple[str, ...]  # ids, the most typical first
    cohesion: float  # mean inner product of two members' mean embeddings, -1 to 1; 1 for a single member

    @property
    def representative(self) -> str:
        """The most typical member: nearest to the others."""
        return self.members[0]


@dataclass(frozen=True, slots=True)
class DesignViews:
    """Designs as the estimators take them: the first view is the mean of all drawings, which all designs have."""

    design_ids: tuple[str, ...]
    names: tuple[str, ...]
    views: tuple[Floats, ...]
    present: npt.NDArray[np.bool_]


def find_families(
    drawings: Sequence[StoredDrawing], families: int | None = None, method: Method = "daimc", seed: int = 0
) -> list[Family]:
    """Group designs; the largest family first.

    Args:
        drawings: any number a design; several of one view are averaged.
        families: how many to find; absent: as many as `count_families` finds.
        method: DAIMC or IMSC_AGL of all views, or spectral clustering of the mean of a design's drawings.

    Raises ValueError: fewer than two designs, or than families; an unknown method.
    """
    if method not in METHODS:
        raise ValueError(f"method: {method!r} is none of {', '.join(METHODS)}")
    if len({drawing.design_id for drawing in drawings}) < FEWEST_CLUSTERS:
        raise ValueError("drawings: two designs are needed at least")
    least = families or FEWEST_CLUSTERS
    designs = by_view(drawings, least)
    if families is None:
        families = count_families(designs.views[0])
        designs = by_view(drawings, families)
    estimator = _estimator(method, families, seed)
    labels = estimator.fit_predict(designs.views, designs.present)
    found = [_family(designs, np.flatnonzero(labels == label)) for label in np.unique(labels)]
    return sorted(found, key=lambda family: (-len(family.members), family.members))


def by_view(drawings: Sequence[StoredDrawing], least: int) -> DesignViews:
    """The mean of each design's drawings, and each standard view that at least `least` designs show.

    Views that are rarer, and drawings of unknown view, count in the mean only.
    """
    ids = tuple(dict.fromkeys(drawing.design_id for drawing in drawings))
    row = {design_id: index for index, design_id in enumerate(ids)}
    shown = Counter(view for _, view in {(drawing.design_id, drawing.view) for drawing in drawings})
    columns = [view for view in View if view is not View.UNKNOWN and shown[view] >= least]
    sums = np.zeros((1 + len(columns), len(ids), len(drawings[0].vector)))
    present = np.zeros((len(ids), 1 + len(columns)), np.bool_)
    present[:, 0] = True
    for drawing in drawings:
        sums[0, row[drawing.design_id]] += drawing.vector
        if drawing.view in columns:
            column = 1 + columns.index(drawing.view)
            sums[column, row[drawing.design_id]] += drawing.vector
            present[row[drawing.design_id], column] = True
    names = ("all drawings", *(view.value for view in columns))
    return DesignViews(ids, names, tuple(unit_rows(view) for view in sums), present)


def count_families(rows: Floats) -> int:
    """How many clusters a graph of nearest neighbours suggests, 2 to 12: the eigengap (von Luxburg, 2007).

    The k with the widest gap between the k-th and the (k + 1)-th largest eigenvalue of D^-1/2 A D^-1/2.

    `rows`: [n, d], n ≥ 2.
    """
    graph = gaussian_neighbour_graph(rows, max(_FEWEST_NEIGHBOURS, round(np.sqrt(len(rows)))))
    scale = 1 / np.sqrt(np.maximum(graph.sum(axis=1), np.finfo(np.float64).tiny))
    values = np.linalg.eigvalsh(scale[:, None] * graph * scale[None, :])[::-1]
    tried = values[FEWEST_CLUSTERS - 1 : MOST_FAMILIES + 1]
    if len(tried) < 2:  # noqa: PLR2004 -- a gap lies between two
        return FEWEST_CLUSTERS
    return FEWEST_CLUSTERS + int(np.argmax(tried[:-1] - tried[1:]))


def _estimator(method: Method, families: int, seed: int) -> MultiviewClusterer:
    if method == "daimc":
        return DAIMC(families, start="k-means++", random_state=seed)
    if method == "imsc-agl":
        return IMSCAGL(families, random_state=seed)
    return FilledSpectral(families, view=0, random_state=seed)


def _family(designs: DesignViews, where: npt.NDArray[np.intp]) -> Family:
    whole = designs.views[0][where]
    alike = whole @ whole.T
    order = np.argsort(-alike.sum(axis=1), kind="stable")
    pairs = len(where) * (len(where) - 1)
    cohesion = (alike.sum() - np.trace(alike)) / pairs if pairs else 1.0
    return Family(tuple(designs.design_ids[where[i]] for i in order), float(cohesion))
