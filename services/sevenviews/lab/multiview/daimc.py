"""DAIMC: doubly aligned incomplete multiview clustering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from sevenviews.lab.multiview.estimator import MultiviewClusterer, kmeans
from sevenviews.lab.multiview.lloyd import kmeans_by_distance
from sevenviews.lab.multiview.views import Floats, IncompleteViews

_SMOOTHING = 1e-10
_INITIAL_RIDGE = 1e-5
_SOFTENING = 0.1
_STEPS_OF_V = 30

Start = Literal["sample", "k-means++"]
_STARTS = {"sample": kmeans_by_distance, "k-means++": kmeans}


@dataclass(eq=False, repr=False, kw_only=True)
class DAIMC(MultiviewClusterer):
    """Menglei Hu, Songcan Chen, "Doubly Aligned Incomplete Multi-view Clustering", IJCAI 2018.

    Weighted semi-nonnegative matrix factorisation with one V for all views, whose bases are aligned with each
    other by a regression from each basis to the identity:

        min Σ_v ‖(X_v - U_v Vᵀ) W_v‖²_F + α (‖B_vᵀ U_v - I‖²_F + β ‖B_v‖_2,1),   V ≥ 0.

    X_v [d_v, n] holds the samples in columns, W_v = diag of the mask, U_v [d_v, k] the basis, V [n, k] the
    common representation, B_v [d_v, k] the alignment. Block after block:

        U_v:  α B Bᵀ U + U (Vᵀ W V) = X W V + α B, a Sylvester equation (solved in the eigenbases of both sides);
        V:    V ← V ⊙ sqrt((Σ_v W [XᵀU]⁺ + W V [UᵀU]⁻) / (Σ_v W [XᵀU]⁻ + W V [UᵀU]⁺)), repeated, where
              [M]± = (|M| ± M) / 2 (Ding, Li, Jordan, PAMI 2010);
        B_v:  (U Uᵀ + β/2 · D) B = U, D = diag(1 / ‖b_i‖) of the rows of the former B.

    None of the three can raise the objective. Between V and B, the columns of V are scaled to sum to 1 and U_v
    inversely: this leaves the first term alone but may raise the second, so that with `rescale` (the published
    code's way) the whole need not fall in every iteration; without, it does. k-means splits V.

    Args:
        alpha: weight of the alignment.
        beta: weight of the rows' sparsity in it.
        max_iter: of the outer loop.
        tol: stop when the objective changes by less than this share.
        rescale: scale the columns of V in each iteration.
        start: how V and U_v begin, a k-means of each view: "sample" as the published code (first centres are
            random samples, the restart of least total distance wins), or "k-means++" (of least inertia).

    Attributes after `fit`:
        bases_: the U_v.
        alignments_: the B_v.
    """

    starts_at_random = True

    alpha: float = 1e-4
    beta: float = 1e4
    max_iter: int = 30
    tol: float = 1e-4
    rescale: bool = True
    start: Start = "sample"

    def _check(self, _: IncompleteViews, /) -> None:
        if self.start not in _STARTS:
            raise ValueError(f"start: {self.start!r} is none of {sorted(_STARTS)}")
        if self.alpha < 0 or self.beta <= 0:
            raise ValueError(f"alpha {self.alpha} must be ≥ 0, beta {self.beta} > 0")

    def _embed(self, views: IncompleteViews) -> Floats:
        columns = [view.T for view in views.features]
        weights = [views.present[:, v].astype(np.float64) for v in range(len(columns))]
        common, bases = initial_factors(views, self.n_clusters, self.random_state, self.start)
        alignments = [initial_alignment(basis) for basis in bases]
        for _ in range(self.max_iter):
            bases = [
                solve_basis(x, w, common, b, self.alpha)
                for x, w, b in zip(columns, weights, alignments, strict=True)
            ]
            common = descend_common(columns, weights, bases, common)
            if self.rescale:
                sums = np.maximum(common.sum(axis=0), _SMOOTHING)
                common, bases = common / sums, [basis * sums for basis in bases]
            alignments = [solve_alignment(u, b, self.beta) for u, b in zip(bases, alignments, strict=True)]
            value = daimc_objective(columns, weights, bases, common, alignments, self.alpha, self.beta)
            self.objective_.append(value)
            if len(self.objective_) > 1 and abs(value - self.objective_[-2]) < self.tol * self.objective_[-2]:
                break
        self.bases_, self.alignments_ = bases, alignments
        return common

    def _split(self, embedding: Floats) -> npt.NDArray[np.intp]:
        return kmeans(embedding, self.n_clusters, self.random_state)[0]


def initial_factors(
    views: IncompleteViews, clusters: int, seed: int, start: Start
) -> tuple[Floats, list[Floats]]:
    """V and the U_v from a k-means of each mean-filled view: softened indicators, averaged, and centres.

    V's columns are scaled to sum to 1, and the bases inversely.
    """
    common = np.zeros((views.samples, clusters))
    bases = []
    for view in range(len(views.features)):
        labels, centres = _STARTS[start](views.mean_filled(view), clusters, seed)
        common += np.eye(clusters)[labels] + _SOFTENING
        bases.append(centres.T + _SOFTENING)
    common /= len(bases)
    sums = common.sum(axis=0)
    return common / sums, [basis * sums for basis in bases]


def initial_alignment(basis: Floats) -> Floats:
    """B = (U Uᵀ + λ I)⁻¹ U = U (Uᵀ U + λ I)⁻¹, λ = 1e-5."""
    gram = basis.T @ basis + _INITIAL_RIDGE * np.eye(basis.shape[1])
    return np.asarray(np.linalg.solve(gram, basis.T).T, np.float64)


def solve_basis(x: Floats, weight: Floats, common: Floats, alignment: Floats, alpha: float) -> Floats:
    """U of α B Bᵀ U + U S = C with S = Vᵀ W V, C = X W V + α B.

    In the eigenbasis R of S (values s_j) and the left singular basis Q of B (values σ_i), the entry (i, j) of
    Qᵀ U R is that of Qᵀ C R over α σ_i² + s_j; orthogonally to Q it is that of C R over s_j. Nothing of size
    [d, d] is formed.
    """
    right = (x * weight) @ common + alpha * alignment
    values, rotation = np.linalg.eigh((common.T * weight) @ common)
    values = np.maximum(values, _SMOOTHING * max(float(values[-1]), _SMOOTHING))
    left, singular, _ = np.linalg.svd(alignment, full_matrices=False)
    rotated = right @ rotation
    inside = left.T @ rotated
    correction = inside / (alpha * singular[:, None] ** 2 + values) - inside / values
    solved: Floats = (rotated / values + left @ correction) @ rotation.T
    return solved


def descend_common(
    columns: list[Floats],
    weights: list[Floats],
    bases: list[Floats],
    common: Floats,
    steps: int = _STEPS_OF_V,
    tol: float = 1e-4,
) -> Floats:
    """The multiplicative steps on V with the bases held; Σ_v ‖(X_v - U_v Vᵀ) W_v‖² never rises."""
    mixed = [w[:, None] * (x.T @ u) for x, w, u in zip(columns, weights, bases, strict=True)]
    above = sum((_positive(m) for m in mixed), np.zeros_like(common))
    below = sum((_positive(-m) for m in mixed), np.zeros_like(common))
    grams = [u.T @ u for u in bases]
    energy = sum(float(((x * w) ** 2).sum()) for x, w in zip(columns, weights, strict=True))
    last = np.inf
    for _ in range(steps):
        numerator, denominator = above.copy(), below.copy()
        for weight, gram in zip(weights, grams, strict=True):
            weighted = weight[:, None] * common
            numerator += weighted @ _positive(-gram)
            denominator += weighted @ _positive(gram)
        common = common * np.sqrt(numerator / np.maximum(denominator, _SMOOTHING))
        fit = energy + sum(
            float((w[:, None] * common * (common @ g)).sum() - 2 * (common * m).sum())
            for w, g, m in zip(weights, grams, mixed, strict=True)
        )
        if abs(last - fit) < tol * abs(fit):
            break
        last = fit
    return common


def solve_alignment(basis: Floats, former: Floats, beta: float) -> Floats:
    """B = (U Uᵀ + E)⁻¹ U = E⁻¹ U (I + Uᵀ E⁻¹ U)⁻¹, E = β/2 · diag(1 / ‖b_i‖) of the former B's rows."""
    shrunk = (2 / beta * _row_lengths(former))[:, None] * basis
    gram = np.eye(basis.shape[1]) + basis.T @ shrunk
    return np.asarray(np.linalg.solve(gram, shrunk.T).T, np.float64)


def daimc_objective(
    columns: list[Floats],
    weights: list[Floats],
    bases: list[Floats],
    common: Floats,
    alignments: list[Floats],
    alpha: float,
    beta: float,
) -> float:
    """Σ_v ‖(X - U Vᵀ) W‖² + α (‖Bᵀ U - I‖² + β Σ_i sqrt(‖b_i‖² + 1e-10))."""
    total = 0.0
    for x, w, u, b in zip(columns, weights, bases, alignments, strict=True):
        fit = float((((x - u @ common.T) * w) ** 2).sum())
        aligned = float(((b.T @ u - np.eye(u.shape[1])) ** 2).sum())
        total += fit + alpha * (aligned + beta * float(_row_lengths(b).sum()))
    return total


def _row_lengths(matrix: Floats) -> npt.NDArray[np.float64]:
    lengths: npt.NDArray[np.float64] = np.sqrt((matrix**2).sum(axis=1) + _SMOOTHING)
    return lengths


def _positive(matrix: Floats) -> Floats:
    return np.maximum(matrix, 0.0)
