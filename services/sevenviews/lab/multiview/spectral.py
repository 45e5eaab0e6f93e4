"""Spectral clustering of one view, or of all views side by side, with missing rows filled by the mean."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sevenviews.lab.multiview.estimator import MultiviewClusterer
from sevenviews.lab.multiview.graphs import gaussian_neighbour_graph, normalized_embedding
from sevenviews.lab.multiview.views import Floats, IncompleteViews

NEIGHBOUR_SHARE = 0.1
"""PatentNet, section 5.2: the number of neighbours is 10 % of the number of samples."""


@dataclass(eq=False, repr=False, kw_only=True)
class FilledSpectral(MultiviewClusterer):
    """Ng, Jordan and Weiss, "On Spectral Clustering", NIPS 2001, as PatentNet (section 5.2) applies it.

    Missing rows become the mean of the view's observed rows. With A the symmetric graph of nearest neighbours
    weighted by a Gaussian and D its degrees, the relaxed normalised cut is

        max tr(Uᵀ D^-1/2 A D^-1/2 U),  UᵀU = I_k,

    solved by the eigenvectors of the k largest eigenvalues; k-means splits the rows of U at unit length.

    Args:
        view: the view to look at: PatentNet's SC(view + 1). Absent: all views concatenated, SC(concat).
        neighbour_share: neighbours as a share of the samples.

    Attributes after `fit`:
        affinity_: A [n, n], in the order of the samples.

    Raises ValueError: besides what `fit` says, a view that is not among those given.
    """

    view: int | None = None
    neighbour_share: float = NEIGHBOUR_SHARE

    def _check(self, views: IncompleteViews, /) -> None:
        if self.view is not None and not 0 <= self.view < len(views.features):
            raise ValueError(f"view: there is no view {self.view} among {len(views.features)}")
        if not 0 < self.neighbour_share <= 1:
            raise ValueError(f"neighbour_share: {self.neighbour_share} is not in (0, 1]")

    def _embed(self, views: IncompleteViews) -> Floats:
        chosen = range(len(views.features)) if self.view is None else (self.view,)
        rows = np.concatenate([views.mean_filled(view) for view in chosen], axis=1)
        neighbours = max(1, math.ceil(self.neighbour_share * views.samples))
        graph = gaussian_neighbour_graph(rows, neighbours)
        self.affinity_ = self._in_given_order(graph)
        return normalized_embedding(graph, self.n_clusters)
