"""Samples seen in several views, some of them missing: what every estimator of this package is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

FEWEST_CLUSTERS = 2
_MATRIX = 2


@dataclass(frozen=True, slots=True)
class IncompleteViews:
    """n samples in V views."""

    features: tuple[Floats, ...]  # V arrays [n, d_v]; rows of missing views are zero
    present: Mask  # [n, V], whether sample i has view v

    @property
    def samples(self) -> int:
        """The number n of samples."""
        return len(self.present)

    def observed(self, view: int) -> Floats:
        """The rows of the samples that have the view, [n_v, d_v]."""
        return self.features[view][self.present[:, view]]

    def mean_filled(self, view: int) -> Floats:
        """The view with each missing row replaced by the mean of the observed rows, [n, d_v]."""
        has = self.present[:, view]
        filled = self.features[view].copy()
        filled[~has] = filled[has].mean(axis=0)
        return filled

    def with_unit_rows(self) -> IncompleteViews:
        """Every observed row divided by its Euclidean length; zero rows stay zero."""
        return IncompleteViews(tuple(unit_rows(view) for view in self.features), self.present)

    def reordered(self, order: npt.NDArray[np.intp]) -> IncompleteViews:
        """The samples in another order."""
        return IncompleteViews(tuple(view[order] for view in self.features), self.present[order])

    def canonical_order(self) -> npt.NDArray[np.intp]:
        """An order that follows from the samples alone: sorted by what they show, byte by byte.

        Estimators work in this order, so that a permutation of the samples cannot change a random start.
        """
        keys = [
            self.present[i].tobytes() + b"".join(view[i].tobytes() for view in self.features)
            for i in range(self.samples)
        ]
        return np.array(sorted(range(self.samples), key=keys.__getitem__), np.intp)


def unit_rows(rows: Floats) -> Floats:
    """Each row divided by its Euclidean length; zero rows stay zero."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Floats = rows / np.where(length > 0, length, 1.0)
    return scaled


def check_views(
    views: Sequence[npt.ArrayLike], present: npt.ArrayLike | None, clusters: int
) -> IncompleteViews:
    """The views, verified; missing rows (whatever they hold) become zero.

    Args:
        views: V arrays [n, d_v].
        present: [n, V] of booleans or of 0 and 1; absent: all views of all samples are there.
        clusters: how many are asked for; a view needs as many samples.

    Raises ValueError: no views; a view that is not two-dimensional; views of different numbers of samples; a mask of
    the wrong shape or of other values; fewer than two clusters, or fewer samples than clusters; a sample without any
    view; a view seen by too few samples; NaN or infinity in a view that is there.
    """
    arrays = [np.asarray(view, np.float64) for view in views]
    if not arrays:
        raise ValueError("views: one view is needed at least")
    samples = len(arrays[0])
    for index, view in enumerate(arrays):
        if view.ndim != _MATRIX or view.shape[1] == 0:
            raise ValueError(f"views[{index}]: an array [samples, features] is needed, not {view.shape}")
        if len(view) != samples:
            raise ValueError(f"views[{index}] has {len(view)} samples, views[0] has {samples}")
    mask = _check_mask(present, samples, len(arrays))
    if clusters < FEWEST_CLUSTERS:
        raise ValueError(f"n_clusters: {clusters}; two are needed at least, one cluster needs no clustering")
    if samples < clusters:
        raise ValueError(f"n_clusters: {clusters} clusters cannot be found in {samples} samples")
    if len(blind := np.flatnonzero(~mask.any(axis=1))):
        raise ValueError(f"present: {len(blind)} samples have no view at all, the first is sample {blind[0]}")
    for index, (view, has) in enumerate(zip(arrays, mask.T, strict=True)):
        if has.sum() < clusters:
            raise ValueError(
                f"present: view {index} is seen by {has.sum()} samples; {clusters} are needed at least"
            )
        if len(bad := np.flatnonzero(has & ~np.isfinite(view).all(axis=1))):
            raise ValueError(f"views[{index}]: sample {bad[0]} is present but holds NaN or infinity")
    known = (np.where(has[:, None], view, 0.0) for view, has in zip(arrays, mask.T, strict=True))
    return IncompleteViews(tuple(known), mask)


def _check_mask(present: npt.ArrayLike | None, samples: int, views: int) -> Mask:
    if present is None:
        return np.ones((samples, views), np.bool_)
    given = np.asarray(present)
    if given.shape != (samples, views):
        raise ValueError(
            f"present: the mask must be [samples, views] = {(samples, views)}, not {given.shape}"
        )
    if not np.isin(given, (0, 1)).all():
        raise ValueError("present: the mask holds values other than 0 and 1")
    return given.astype(np.bool_)
