"""IMSC_AGL: its updates against their equations, and against an independent solver for complete views."""

from __future__ import annotations

import numpy as np
import pytest

from sevenviews.lab.multiview.imsc_agl import (
    IMSCAGL,
    ViewGraph,
    common_embedding,
    shrink,
    shrink_singular_values,
)
from tests.unit.lab.multiview.samples import Floats, clustered


def states(missing: float, settings: IMSCAGL) -> list[ViewGraph]:
    sample = clustered(1, each=8, missing=missing, noise=0.8)
    return [
        ViewGraph.start(view[has].T, np.flatnonzero(has), len(view), settings)
        for view, has in zip(sample.views, sample.present.T, strict=True)
    ]


def graph_laplacian(graph: Floats) -> Floats:
    symmetric = (np.abs(graph) + np.abs(graph).T) / 2
    return np.asarray(np.diag(symmetric.sum(axis=1)) - symmetric)


@pytest.mark.parametrize("missing", [0.0, 0.4])
def test_each_block_minimises_the_augmented_lagrangian(missing: float) -> None:
    settings = IMSCAGL(3, lambda1=0.5, lambda2=0.3, lambda3=2.0)
    views = states(missing, settings)
    common = common_embedding(views, 3)
    mu = 0.8
    generator = np.random.default_rng(0)
    for state in views:
        for warm_up in (0.1, 0.4):
            state.advance(common, warm_up, settings)
        e, c1, c2, c3 = state.e, state.c1, state.c2, state.c3
        s_before, w_before, f_before = state.s, state.w, state.f
        state.advance(common, mu, settings)
        x, z, w, s = state.x, state.z, state.w, state.s
        # Z: the gradient of its quadratic vanishes.
        gradient = -x.T @ (x - x @ z - e + c1 / mu) + (z - s_before + c2 / mu) + (z - w_before + c3 / mu)
        np.testing.assert_allclose(gradient, 0.0, atol=1e-8)
        # W: on the simplex, and no feasible row is better.
        np.testing.assert_allclose(w.sum(axis=1), 1.0)
        assert (w >= 0).all()
        assert (np.diag(w) == 0).all()
        seen = f_before[state.where]
        cost = settings.lambda1 / 2 * ((seen[:, None] - seen[None]) ** 2).sum(axis=2)

        def of_w(candidate: Floats, cost: Floats = cost, z: Floats = z, c3: Floats = c3) -> Floats:
            return np.asarray((cost * candidate + mu / 2 * (z - candidate + c3 / mu) ** 2).sum(axis=1))

        for _ in range(20):
            other = generator.random(w.shape)
            np.fill_diagonal(other, 0)
            other /= other.sum(axis=1, keepdims=True)
            mixed = 0.9 * w + 0.1 * other
            assert (of_w(w) <= of_w(mixed) + 1e-12).all()
        # S: Z + C2/mu - S is mu^-1 times a subgradient of the nuclear norm at S.
        subgradient = mu * (z + c2 / mu - s)
        assert np.linalg.norm(subgradient, 2) <= 1 + 1e-8
        assert (subgradient * s).sum() == pytest.approx(np.linalg.norm(s, "nuc"), rel=1e-6)
        # F: no other orthonormal embedding does better.
        pull = settings.lambda3 * common @ common.T
        pull[np.ix_(state.where, state.where)] -= settings.lambda1 * graph_laplacian(w)
        best = np.sort(np.linalg.eigvalsh(pull))[-3:].sum()
        assert np.trace(state.f.T @ pull @ state.f) == pytest.approx(best)
        np.testing.assert_allclose(state.f.T @ state.f, np.eye(3), atol=1e-9)
        # E: entry by entry.
        rest = x - x @ z + c1 / mu
        np.testing.assert_allclose(state.e, np.sign(rest) * np.clip(np.abs(rest) - 0.3 / mu, 0, None))


def complete_data_method(views: list[Floats], clusters: int, iterations: int) -> Floats:
    """Multiview spectral clustering with learned graphs, all samples in all views: no G, no masks.

    Written with full eigendecompositions and loops, apart from the code under test.
    """
    l1, l2, l3, mu, rho, neighbours = 0.1, 1000.0, 100.0, 0.01, 1.1, 5
    n = len(views[0])
    x = [(view / np.linalg.norm(view, axis=1, keepdims=True)).T for view in views]
    z, f = [], []
    for view in x:
        distance = ((view[:, :, None] - view[:, None, :]) ** 2).sum(axis=0)
        graph = np.zeros((n, n))
        for i in range(n):
            for j in sorted((j for j in range(n) if j != i), key=lambda j: distance[i, j])[:neighbours]:
                graph[i, j] = graph[j, i] = 1
        z.append(graph)
        values, vectors = np.linalg.eigh(graph_laplacian(graph))
        f.append(vectors[:, values > 1e-6][:, :clusters])
    w, s = [g.copy() for g in z], [g.copy() for g in z]
    e = [np.zeros_like(view) for view in x]
    c1, c2, c3 = [np.zeros_like(view) for view in x], [0 * g for g in z], [0 * g for g in z]
    u = np.zeros((n, clusters))
    for _ in range(iterations):
        u = np.linalg.eigh(sum(np.asarray(g @ g.T) for g in f))[1][:, -clusters:]
        for v, view in enumerate(x):
            left = view.T @ view + 2 * np.eye(n)
            right = view.T @ (view - e[v] + c1[v] / mu) + s[v] - c2[v] / mu + w[v] - c3[v] / mu
            z[v] = np.linalg.solve(left, right)
            for i in range(n):
                others = [j for j in range(n) if j != i]
                gap = np.array([((f[v][i] - f[v][j]) ** 2).sum() for j in others])
                target = (z[v] + c3[v] / mu)[i, others] - l1 / (2 * mu) * gap
                low, high = target.min() - 1, target.max()
                for _ in range(200):
                    middle = (low + high) / 2
                    low, high = (
                        (middle, high) if np.clip(target - middle, 0, None).sum() > 1 else (low, middle)
                    )
                w[v][i, others] = np.clip(target - low, 0, None)
            a, sigma, b = np.linalg.svd(z[v] + c2[v] / mu)
            s[v] = a @ np.diag(np.clip(sigma - 1 / mu, 0, None)) @ b
            f[v] = np.linalg.eigh(l3 * u @ u.T - l1 * graph_laplacian(w[v]))[1][:, -clusters:]
            rest = view - view @ z[v] + c1[v] / mu
            e[v] = np.sign(rest) * np.clip(np.abs(rest) - l2 / mu, 0, None)
            c1[v] = c1[v] + mu * (view - view @ z[v] - e[v])
            c2[v], c3[v] = c2[v] + mu * (z[v] - s[v]), c3[v] + mu * (z[v] - w[v])
        mu *= rho
    return np.asarray(u)


def test_with_complete_views_it_is_the_complete_data_method() -> None:
    sample = clustered(2, each=7, sizes=(8, 6), noise=0.8)
    ours = IMSCAGL(3, max_iter=6, tol=0.0).fit(sample.views).embedding_
    theirs = complete_data_method(sample.views, 3, 6)
    np.testing.assert_allclose(ours @ ours.T, theirs @ theirs.T, atol=1e-6)


def test_the_violation_falls_and_the_objective_settles() -> None:
    sample = clustered(3, missing=0.3)
    found = IMSCAGL(3).fit(sample.views, sample.present)
    assert len(found.objective_) == len(found.violation_) <= 100
    assert found.violation_[-1] < 0.1 * found.violation_[0]
    assert abs(found.objective_[-1] - found.objective_[-2]) < 1e-3 * found.objective_[0]


def test_proximal_maps_by_their_definition() -> None:
    matrix = np.random.default_rng(0).standard_normal((5, 4))
    np.testing.assert_allclose(
        shrink(matrix, 0.5), [[np.sign(m) * max(abs(m) - 0.5, 0) for m in row] for row in matrix]
    )
    lowered, norm = shrink_singular_values(matrix, 0.5)
    values = np.linalg.svd(matrix, compute_uv=False)
    np.testing.assert_allclose(
        np.linalg.svd(lowered, compute_uv=False), np.clip(values - 0.5, 0, None), atol=1e-12
    )
    assert norm == pytest.approx(np.clip(values - 0.5, 0, None).sum())
