"""IMG: each update against an independent solution, the falling objective, what complete views reduce it to."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import solve_sylvester
from scipy.optimize import minimize

from sevenviews.lab.multiview.graphs import laplacian
from sevenviews.lab.multiview.img import IMG, descend_latent, img_objective, solve_bases, solve_graph
from sevenviews.lab.multiview.views import IncompleteViews, check_views
from tests.unit.lab.multiview.samples import Floats, clustered

RIDGE, BETA, GAMMA = 0.05, 3.0, 0.4


def problem(missing: float = 0.3) -> tuple[IncompleteViews, Floats, Floats]:
    """Views, a latent representation and a graph."""
    sample = clustered(1, each=5, sizes=(6, 4), missing=missing, noise=0.8)
    generator = np.random.default_rng(0)
    graph = generator.random((15, 15))
    return (
        check_views(sample.views, sample.present, 3),
        generator.random((15, 2)),
        graph / graph.sum(axis=1, keepdims=True),
    )


def test_the_bases_are_ridge_regressions() -> None:
    views, latent, _ = problem()
    for v, basis in enumerate(solve_bases(views, latent, RIDGE)):
        rows = latent[views.present[:, v]]
        stacked = np.vstack([rows, np.sqrt(RIDGE) * np.eye(2)])
        target = np.vstack([views.observed(v), np.zeros((2, basis.shape[1]))])
        np.testing.assert_allclose(basis, np.linalg.lstsq(stacked, target, rcond=None)[0], atol=1e-9)


def test_the_latent_rows_solve_their_joint_system() -> None:
    """The system over all samples at once, as one matrix of Kronecker products."""
    views, latent, graph = problem()
    bases = solve_bases(views, latent, RIDGE)
    system = BETA * np.kron(laplacian(graph), np.eye(2))
    target = np.zeros(30)
    for i in range(15):
        for v, basis in enumerate(bases):
            if views.present[i, v]:
                system[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] += basis @ basis.T
                target[2 * i : 2 * i + 2] += basis @ views.features[v][i]
    found = descend_latent(views, bases, laplacian(graph), latent, BETA)
    np.testing.assert_allclose(found.ravel(), np.linalg.solve(system, target), rtol=1e-5, atol=1e-6)


def test_each_row_of_the_graph_is_the_best_of_the_simplex() -> None:
    _, latent, _ = problem()
    graph = solve_graph(latent, BETA, GAMMA)
    gaps = ((latent[:, None] - latent[None]) ** 2).sum(axis=2)
    for i in (0, 7):
        best = minimize(
            lambda a, gap=gaps[i]: BETA / 2 * (a * gap).sum() + GAMMA * (a**2).sum(),
            np.full(15, 1 / 15),
            bounds=[(0, None)] * 15,
            constraints={"type": "eq", "fun": lambda a: a.sum() - 1},
            tol=1e-12,
        )
        np.testing.assert_allclose(graph[i], best.x, atol=1e-4)


def test_the_smoothness_term_is_the_weighted_sum_of_gaps() -> None:
    views, latent, graph = problem()
    bases = [np.zeros((2, 6)), np.zeros((2, 4))]
    gaps = ((latent[:, None] - latent[None]) ** 2).sum(axis=2)
    energy = sum(float((views.observed(v) ** 2).sum()) for v in range(2))
    expected = energy + BETA / 2 * (graph * gaps).sum() + GAMMA * (graph**2).sum()
    assert img_objective(views, bases, latent, graph, RIDGE, BETA, GAMMA) == pytest.approx(expected)


@pytest.mark.parametrize("missing", [0.0, 0.4])
@pytest.mark.parametrize("beta", [0.1, 100.0])
def test_the_objective_never_increases(missing: float, beta: float) -> None:
    sample = clustered(2, sizes=(8, 12), missing=missing, noise=1.0)
    found = IMG(3, beta=beta, tol=0.0).fit(sample.views, sample.present)
    assert len(found.objective_) >= 2
    assert (np.diff(found.objective_) <= 1e-9 * np.abs(found.objective_[:-1])).all()


def test_complete_views_are_one_view_side_by_side() -> None:
    """Without missing views both share P, and ‖X_1 - P U_1‖² + ‖X_2 - P U_2‖² = ‖[X_1 X_2] - P [U_1 U_2]‖²."""
    views, latent, graph = problem(missing=0.0)
    joined = IncompleteViews((np.concatenate(views.features, axis=1),), np.ones((15, 1), np.bool_))
    bases = solve_bases(views, latent, RIDGE)
    together = solve_bases(joined, latent, RIDGE)
    np.testing.assert_allclose(np.concatenate(bases, axis=1), together[0])
    np.testing.assert_allclose(
        descend_latent(views, bases, laplacian(graph), latent, BETA),
        descend_latent(joined, together, laplacian(graph), latent, BETA),
    )


def complete_data_method(rows: Floats, start: Floats, iterations: int) -> Floats:
    """The graph that low-rank factors of one matrix [n, d] learn: each block solved whole, without masks."""
    latent, graph = start, np.full((len(rows), len(rows)), 1 / len(rows))
    for _ in range(iterations):
        basis = np.linalg.solve(latent.T @ latent + RIDGE * np.eye(latent.shape[1]), latent.T @ rows)
        symmetric = (graph + graph.T) / 2
        smooth = BETA * (np.diag(symmetric.sum(axis=1)) - symmetric)
        latent = solve_sylvester(smooth, basis @ basis.T, rows @ basis.T)
        for i in range(len(rows)):
            pull = -BETA / (4 * GAMMA) * ((latent - latent[i]) ** 2).sum(axis=1)
            low, high = pull.min() - 1, pull.max()
            for _ in range(200):
                middle = (low + high) / 2
                low, high = (middle, high) if np.clip(pull - middle, 0, None).sum() > 1 else (low, middle)
            graph[i] = np.clip(pull - low, 0, None)
    return np.asarray((graph + graph.T) / 2)


def test_with_complete_views_it_is_the_complete_data_method() -> None:
    sample = clustered(2, each=7, sizes=(8, 6), noise=0.8)
    found = IMG(3, ridge=RIDGE, beta=BETA, gamma=GAMMA, max_iter=5, tol=0.0, random_state=4)
    found.fit(sample.views)
    unit = [view / np.linalg.norm(view, axis=1, keepdims=True) for view in sample.views]
    start = np.random.default_rng(4).random((21, 3))[np.argsort(found.order_)]
    expected = complete_data_method(np.concatenate(unit, axis=1), start, 5)
    np.testing.assert_allclose(found.graph_, expected, atol=1e-5)


def test_what_img_cannot_handle_is_refused() -> None:
    sample = clustered(3, sizes=(6, 5, 4))
    with pytest.raises(ValueError, match="two views, not for 3"):
        IMG(3).fit(sample.views)
    apart = np.column_stack([np.arange(45) < 20, np.arange(45) >= 20])
    with pytest.raises(ValueError, match="no sample has both views"):
        IMG(3).fit(sample.views[:2], apart)
    with pytest.raises(ValueError, match="must be > 0"):
        IMG(3, gamma=0.0).fit(sample.views[:2])
    with pytest.raises(ValueError, match="latent"):
        IMG(3, latent=0).fit(sample.views[:2])
