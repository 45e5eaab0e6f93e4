"""What the estimators share: checks, the order of work, the last k-means, the parameters' protocol."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.cluster import KMeans

from sevenviews.lab.multiview.views import Floats, IncompleteViews, check_views, unit_rows

KMEANS_STARTS = 20


@dataclass(eq=False, repr=False)
class MultiviewClusterer(ClusterMixin, BaseEstimator, ABC):  # type: ignore[misc]  # scikit-learn has no types
    """An estimator in scikit-learn's manner: parameters at construction, results in `..._`.

    Args:
        n_clusters: k.
        normalize: divide each row of a view by its length first.
        random_state: of k-means, and of whatever else is random.

    Attributes after `fit`:
        labels_: [n], the cluster of each sample, 0 to n_clusters - 1.
        objective_: the objective after each iteration; empty for methods in closed form.
        embedding_: [n, k], the representation that k-means split, in the order of the samples.
        order_: [n], the canonical order in which the samples were worked on.

    Attribute after `fit_predict_runs`:
        traces_: `objective_` of each run; of one alone where the representation does not depend on the seed.
    """

    starts_at_random: ClassVar[bool] = False
    """Whether the representation itself depends on `random_state`, and not only its split."""

    n_clusters: int = 8
    _: KW_ONLY
    normalize: bool = True
    random_state: int = 0

    def fit(self, views: Sequence[npt.ArrayLike], present: npt.ArrayLike | None = None) -> MultiviewClusterer:
        """Cluster the samples.

        `views`: V arrays [n, d_v]; `present`: [n, V], whether sample i has view v; absent: all are there. Raises
        ValueError: as `sevenviews.lab.multiview.views.check_views`; or as the method says.
        """
        checked = check_views(views, present, self.n_clusters)
        self._check(checked)
        self.order_: npt.NDArray[np.intp] = checked.canonical_order()
        self.objective_: list[float] = []
        ordered = checked.reordered(self.order_)
        embedding = self._embed(ordered.with_unit_rows() if self.normalize else ordered)
        back = np.argsort(self.order_)
        self.embedding_: Floats = embedding[back]
        self.labels_: npt.NDArray[np.intp] = self._split(embedding)[back]
        return self

    def fit_predict(
        self, views: Sequence[npt.ArrayLike], present: npt.ArrayLike | None = None
    ) -> npt.NDArray[np.intp]:
        """`fit`, and its labels."""
        return self.fit(views, present).labels_

    def fit_predict_runs(
        self,
        views: Sequence[npt.ArrayLike],
        present: npt.ArrayLike | None = None,
        runs: int = 20,
        first_seed: int = 0,
    ) -> list[npt.NDArray[np.intp]]:
        """The labels of several runs, one a seed, as `fit_predict` would give them.

        Where the representation does not depend on the seed it is computed once. The estimator is left as after
        its last run, with its own `random_state`.
        """
        own, found = self.random_state, list[npt.NDArray[np.intp]]()
        self.traces_: list[list[float]] = []
        try:
            for seed in range(first_seed, first_seed + runs):
                self.random_state = seed
                if self.starts_at_random or not found:
                    self.fit(views, present)
                    self.traces_.append(self.objective_)
                else:
                    # In the order that `fit` splits it in.
                    split = self._split(self.embedding_[self.order_])
                    self.labels_ = split[np.argsort(self.order_)]
                found.append(self.labels_)
        finally:
            self.random_state = own
        return found

    def _check(self, views: IncompleteViews, /) -> None:
        """Refuse what else the method cannot work with."""

    @abstractmethod
    def _embed(self, views: IncompleteViews) -> Floats:
        """The representation [n, k] to be split, in the order of the given samples."""

    def _in_given_order(self, pairs: Floats) -> Floats:
        """A matrix over pairs of samples, back in the order of the caller."""
        back = np.argsort(self.order_)
        return pairs[np.ix_(back, back)]

    def _split(self, embedding: Floats) -> npt.NDArray[np.intp]:
        """By the rows at unit length, as Ng, Jordan and Weiss (2001) split an embedding."""
        return kmeans(unit_rows(embedding), self.n_clusters, self.random_state)[0]


def kmeans(rows: Floats, clusters: int, seed: int) -> tuple[npt.NDArray[np.intp], Floats]:
    """Labels [n] and centres [k, d] of the best of 20 k-means runs."""
    found = KMeans(clusters, n_init=KMEANS_STARTS, random_state=seed).fit(rows)
    return found.labels_.astype(np.intp), found.cluster_centers_.astype(np.float64)
