"""IMG: incomplete multimodal grouping."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse.linalg import LinearOperator, cg

from sevenviews.lab.multiview.estimator import MultiviewClusterer
from sevenviews.lab.multiview.graphs import laplacian, normalized_embedding, onto_simplex, squared_distances
from sevenviews.lab.multiview.views import Floats, IncompleteViews

_CONJUGATE_STEPS = 20
_CONJUGATE_TOLERANCE = 1e-8
_VIEWS = 2


@dataclass(eq=False, repr=False, kw_only=True)
class IMG(MultiviewClusterer):
    """Handong Zhao, Hongfu Liu, Yun Fu, "Incomplete Multi-Modal Visual Data Grouping", IJCAI 2016.

    Two views become one latent representation, over which a graph of all samples is learned at the same time:

        min Σ_v ‖X_v - P_v U_v‖²_F + λ ‖U_v‖²_F + β tr(Pᵀ L_A P) + γ ‖A‖²_F,   A 1 = 1, A ≥ 0.

    X_v [n_v, d_v] holds the observed rows, P [n, r] the latent rows of all samples (P_v those of the samples that
    view v shows: a sample of both views has one row), U_v [r, d_v] the basis, A [n, n] the graph, L_A the
    Laplacian of (A + Aᵀ) / 2. Block after block:

        U_v = (P_vᵀ P_v + λ I)⁻¹ P_vᵀ X_v;
        P:    P_i Σ_{v ∋ i} U_v U_vᵀ + β (L_A P)_i = Σ_{v ∋ i} x_vi U_vᵀ for all samples i together;
        A_i = nearest point of the simplex to -β/(4γ) ‖P_i - P_j‖², j = 1..n.

    The paper splits P from a copy of it and solves by an augmented Lagrangian. Here the linear system of P is
    solved by preconditioned conjugate gradients from the former P, each step of which lowers the objective; and
    the rows of A are projected exactly. So the objective never increases. The published graph is split by
    spectral clustering, as here.

    Args:
        latent: r; absent: k.
        ridge: λ.
        beta: weight of the graph's smoothness.
        gamma: weight of the graph's evenness: the larger, the more neighbours.
        max_iter: most iterations.
        tol: stop when the objective falls by less than this share.

    Attributes after `fit`:
        graph_: (A + Aᵀ) / 2, in the order of the samples.
        latent_: P [n, r], in the order of the samples.

    Raises ValueError: besides what `fit` says, not two views, or no sample that has both.
    """

    starts_at_random = True

    latent: int | None = None
    ridge: float = 1e-2
    beta: float = 100.0
    gamma: float = 1.0
    max_iter: int = 50
    tol: float = 1e-5

    def _check(self, views: IncompleteViews, /) -> None:
        if len(views.features) != _VIEWS:
            raise ValueError(f"views: IMG is defined for two views, not for {len(views.features)}")
        if not views.present.all(axis=1).any():
            raise ValueError(
                "present: too sparse: no sample has both views, nothing relates one to the other"
            )
        if min(self.ridge, self.beta, self.gamma) <= 0:
            raise ValueError("ridge, beta and gamma must be > 0")
        if self.latent is not None and self.latent < 1:
            raise ValueError(f"latent: {self.latent} must be ≥ 1")

    def _embed(self, views: IncompleteViews) -> Floats:
        size = self.latent or self.n_clusters
        latent = np.random.default_rng(self.random_state).random((views.samples, size))
        graph = np.full((views.samples, views.samples), 1 / views.samples)
        for _ in range(self.max_iter):
            bases = solve_bases(views, latent, self.ridge)
            latent = descend_latent(views, bases, laplacian(graph), latent, self.beta)
            graph = solve_graph(latent, self.beta, self.gamma)
            value = img_objective(views, bases, latent, graph, self.ridge, self.beta, self.gamma)
            self.objective_.append(value)
            if len(self.objective_) > 1 and self.objective_[-2] - value < self.tol * abs(value):
                break
        symmetric = (graph + graph.T) / 2
        self.graph_ = self._in_given_order(symmetric)
        self.latent_ = latent[np.argsort(self.order_)]
        return normalized_embedding(symmetric, self.n_clusters)


def solve_bases(views: IncompleteViews, latent: Floats, ridge: float) -> list[Floats]:
    """The U_v [r, d_v]: ridge regression of each view's observed rows on their latent rows."""
    bases = []
    for view in range(len(views.features)):
        rows = latent[views.present[:, view]]
        gram = rows.T @ rows + ridge * np.eye(latent.shape[1])
        bases.append(np.asarray(np.linalg.solve(gram, rows.T @ views.observed(view)), np.float64))
    return bases


def descend_latent(
    views: IncompleteViews, bases: list[Floats], graph_laplacian: Floats, start: Floats, beta: float
) -> Floats:
    """P by conjugate gradients, preconditioned with each sample's own block Σ_v U_v U_vᵀ + β L_ii I."""
    grams = np.stack([basis @ basis.T for basis in bases])
    own = np.einsum("iv,vab->iab", views.present.astype(np.float64), grams)
    target = sum(
        (view @ basis.T for view, basis in zip(views.features, bases, strict=True)), np.zeros_like(start)
    )

    size, block = start.size, start.shape[1]

    def pulled(rows: Floats) -> Floats:
        latent = rows.reshape(start.shape)
        found: Floats = np.einsum("ia,iab->ib", latent, own) + beta * (graph_laplacian @ latent)
        return found.ravel()

    blocks = own + (beta * graph_laplacian.diagonal() + 1e-12)[:, None, None] * np.eye(block)
    inverse = np.linalg.inv(blocks)

    def preconditioned(rows: Floats) -> Floats:
        found: Floats = np.einsum("ia,iab->ib", rows.reshape(start.shape), inverse)
        return found.ravel()

    latent, _ = cg(
        LinearOperator((size, size), pulled, dtype=start.dtype),
        target.ravel(),
        start.ravel(),
        rtol=_CONJUGATE_TOLERANCE,
        maxiter=_CONJUGATE_STEPS,
        M=LinearOperator((size, size), preconditioned, dtype=start.dtype),
    )
    return np.asarray(latent, np.float64).reshape(start.shape)


def solve_graph(latent: Floats, beta: float, gamma: float) -> Floats:
    """A [n, n]: each row the nearest point of the simplex to -β/(4γ) ‖P_i - P_j‖²."""
    return onto_simplex(-beta / (4 * gamma) * squared_distances(latent, latent))


def img_objective(
    views: IncompleteViews,
    bases: list[Floats],
    latent: Floats,
    graph: Floats,
    ridge: float,
    beta: float,
    gamma: float,
) -> float:
    """Σ_v ‖X_v - P_v U_v‖² + λ ‖U_v‖² + β tr(Pᵀ L P) + γ ‖A‖²."""
    fit = sum(
        float(((views.observed(v) - latent[views.present[:, v]] @ basis) ** 2).sum())
        + ridge * float((basis**2).sum())
        for v, basis in enumerate(bases)
    )
    smooth = float((latent * (laplacian(graph) @ latent)).sum())
    return fit + beta * smooth + gamma * float((graph**2).sum())
