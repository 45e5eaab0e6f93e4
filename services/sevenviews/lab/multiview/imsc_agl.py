"""IMSC_AGL: incomplete multiview spectral clustering with adaptive graph learning."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sevenviews.lab.multiview.estimator import MultiviewClusterer
from sevenviews.lab.multiview.graphs import (
    laplacian,
    largest_eigenvectors,
    neighbour_graph,
    onto_simplex,
    squared_distances,
)
from sevenviews.lab.multiview.views import Floats, IncompleteViews

_LARGEST_PENALTY = 1e8


@dataclass(eq=False, repr=False, kw_only=True)
class IMSCAGL(MultiviewClusterer):
    """Jie Wen, Yong Xu, Hong Liu, "Incomplete Multiview Spectral Clustering With Adaptive Graph Learning",
    IEEE Transactions on Cybernetics 50 (2020) 1418-1429 (online 2018).

    Each view learns a graph over the samples it shows, by low-rank self-representation; the spectral embeddings
    of all graphs are drawn to a common one:

        min Σ_v ‖Z_v‖_* + λ1 tr(F_vᵀ G_vᵀ L(Z_v) G_v F_v) + λ2 ‖E_v‖_1 + λ3 (k - tr(F_v F_vᵀ U Uᵀ))
        s.t. X_v = X_v Z_v + E_v, Z_v 1 = 1, Z_v ≥ 0, diag(Z_v) = 0, F_vᵀ F_v = I, UᵀU = I.

    X_v [d_v, n_v] are the observed columns, G_v [n_v, n] picks them from all n samples, L(Z) is the Laplacian of
    (|Z| + |Z|ᵀ) / 2. With copies S = W = Z, multipliers C1, C2, C3 and penalty μ (inexact augmented Lagrangian),
    one iteration is, for U first and then for each view:

        U = k leading eigenvectors of Σ_v F_v F_vᵀ;
        Z = (XᵀX + 2I)⁻¹ (Xᵀ (X - E + C1/μ) + S - C2/μ + W - C3/μ);
        W = rows of Z + C3/μ - λ1/(2μ) Q onto the simplex without the diagonal, Q_ij = ‖(G F)_i - (G F)_j‖²;
        S = singular values of Z + C2/μ lowered by 1/μ;
        F = k leading eigenvectors of λ3 U Uᵀ - λ1 Gᵀ L(W) G;
        E = entries of X - X Z + C1/μ shrunk by λ2/μ;
        C1 += μ (X - X Z - E), C2 += μ (Z - S), C3 += μ (Z - W);  μ ← min(ρ μ, 1e8).

    k-means splits the rows of the last U at unit length. Every single block update minimises the Lagrangian at
    the present μ; no theorem says that the objective falls from iteration to iteration while μ grows.

    Args:
        lambda1, lambda2, lambda3: weights of the embedding's smoothness, of the errors, of the agreement.
        neighbours: of the binary graph that Z starts from.
        mu, rho: first penalty, and its growth.
        max_iter: most iterations.
        tol: stop when the objective (with the violated constraints, over Σ ‖X_v‖²) changes by less.

    Attributes after `fit`:
        violation_: after each iteration, the squared norm of the violated constraints over Σ ‖X_v‖².
    """

    lambda1: float = 0.1
    lambda2: float = 1000.0
    lambda3: float = 100.0
    neighbours: int = 5
    mu: float = 0.01
    rho: float = 1.1
    max_iter: int = 100
    tol: float = 1e-7

    def _check(self, _: IncompleteViews, /) -> None:
        if min(self.lambda1, self.lambda2, self.lambda3) < 0 or self.mu <= 0 or self.rho < 1:
            raise ValueError("lambda1, lambda2 and lambda3 must be ≥ 0, mu > 0, rho ≥ 1")
        if self.max_iter < 1 or self.neighbours < 1:
            raise ValueError("max_iter and neighbours must be ≥ 1")

    def _embed(self, views: IncompleteViews) -> Floats:
        states = [
            ViewGraph.start(views.observed(v).T, np.flatnonzero(views.present[:, v]), views.samples, self)
            for v in range(len(views.features))
        ]
        energy = sum(float((state.x**2).sum()) for state in states)
        self.violation_: list[float] = []
        mu = self.mu
        for iteration in range(self.max_iter):
            common = common_embedding(states, self.n_clusters)
            for state in states:
                state.advance(common, mu, self)
            violation = sum(state.violation for state in states) / energy
            self.violation_.append(violation)
            self.objective_.append(sum(state.value(common, self) for state in states) / energy + violation)
            mu = min(self.rho * mu, _LARGEST_PENALTY)
            if iteration > 1 and abs(self.objective_[-1] - self.objective_[-2]) < self.tol:
                break
        return common


@dataclass(slots=True)
class ViewGraph:
    """One view's variables, named as in the formulas; `where` are the samples that it shows."""

    x: Floats
    where: npt.NDArray[np.intp]
    inverse: Floats
    z: Floats
    s: Floats
    w: Floats
    f: Floats
    e: Floats
    c1: Floats
    c2: Floats
    c3: Floats
    violation: float = 0.0
    nuclear: float = 0.0

    @classmethod
    def start(cls, x: Floats, where: npt.NDArray[np.intp], samples: int, settings: IMSCAGL) -> ViewGraph:
        """Z = S = W the neighbour graph, F its smoothest non-constant vectors, E and multipliers zero."""
        graph = neighbour_graph(x.T, settings.neighbours)
        size = len(where)
        inverse: Floats = np.asarray(np.linalg.inv(x.T @ x + 2 * np.eye(size)), np.float64)
        embedding = smooth_embedding(laplacian(graph), where, samples, settings.n_clusters)
        zeros = np.zeros((size, size))
        return cls(
            x, where, inverse, graph, graph, graph, embedding,
            np.zeros_like(x), np.zeros_like(x), zeros, zeros.copy(),
        )  # fmt: skip

    def advance(self, common: Floats, mu: float, settings: IMSCAGL) -> None:
        """One pass over Z, W, S, F, E and the multipliers."""
        self.z = self.inverse @ (
            self.x.T @ (self.x - self.e + self.c1 / mu) + self.s - self.c2 / mu + self.w - self.c3 / mu
        )
        self.w = self._simplex_rows(mu, settings.lambda1)
        self.s, self.nuclear = shrink_singular_values(self.z + self.c2 / mu, 1 / mu)
        pull = settings.lambda3 * common @ common.T
        pull[np.ix_(self.where, self.where)] -= settings.lambda1 * laplacian(self.w)
        self.f = largest_eigenvectors(pull, settings.n_clusters)
        rest = self.x - self.x @ self.z
        self.e = shrink(rest + self.c1 / mu, settings.lambda2 / mu)
        gaps = (rest - self.e, self.z - self.s, self.z - self.w)
        self.c1 = self.c1 + mu * gaps[0]
        self.c2 = self.c2 + mu * gaps[1]
        self.c3 = self.c3 + mu * gaps[2]
        self.violation = sum(float((gap**2).sum()) for gap in gaps)

    def value(self, common: Floats, settings: IMSCAGL) -> float:
        """This view's part of the objective."""
        seen = self.f[self.where]
        smooth = float((seen * (laplacian(self.w) @ seen)).sum())
        apart = settings.n_clusters - float(((common.T @ self.f) ** 2).sum())
        errors = float(np.abs(self.e).sum())
        return self.nuclear + settings.lambda1 * smooth + settings.lambda2 * errors + settings.lambda3 * apart

    def _simplex_rows(self, mu: float, lambda1: float) -> Floats:
        seen = self.f[self.where]
        target = self.z + self.c3 / mu - lambda1 / (2 * mu) * squared_distances(seen, seen)
        size = len(target)
        off = ~np.eye(size, dtype=np.bool_)
        rows = np.zeros_like(target)
        rows[off] = onto_simplex(target[off].reshape(size, size - 1)).ravel()
        return rows


def common_embedding(states: list[ViewGraph], clusters: int) -> Floats:
    """U: the k leading eigenvectors of Σ_v F_v F_vᵀ, as left singular vectors of the F_v side by side."""
    vectors, _, _ = np.linalg.svd(np.concatenate([state.f for state in states], axis=1), full_matrices=False)
    return np.ascontiguousarray(vectors[:, :clusters])


def smooth_embedding(matrix: Floats, where: npt.NDArray[np.intp], samples: int, count: int) -> Floats:
    """The smoothest vectors orthogonal to the constant one, zero at the samples that the view does not show.

    The published code drops every eigenvector of eigenvalue zero instead. For a connected graph that is the same;
    in a disconnected one it would drop the indicators of the components, which are the clusters looked for.
    """
    size = len(matrix)
    away = 2 * float(matrix.diagonal().max()) + 1.0
    _, vectors = np.linalg.eigh(matrix + away / size)
    embedding = np.zeros((samples, count))
    embedding[where] = vectors[:, :count]
    return embedding


def shrink(matrix: Floats, threshold: float) -> Floats:
    """sign(m) max(|m| - t, 0), entry by entry: the proximal map of t ‖·‖_1."""
    return np.sign(matrix) * np.maximum(np.abs(matrix) - threshold, 0.0)


def shrink_singular_values(matrix: Floats, threshold: float) -> tuple[Floats, float]:
    """The proximal map of t ‖·‖_*, and the nuclear norm of the result."""
    left, values, right = np.linalg.svd(matrix, full_matrices=False)
    kept = np.maximum(values - threshold, 0.0)
    return (left * kept) @ right, float(kept.sum())
