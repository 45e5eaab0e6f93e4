"""DAIMC: each update against its equation, the falling objective, what it reduces to."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import solve_sylvester

from sevenviews.lab.multiview.daimc import (
    DAIMC,
    daimc_objective,
    descend_common,
    initial_alignment,
    initial_factors,
    solve_alignment,
    solve_basis,
)
from sevenviews.lab.multiview.lloyd import kmeans_by_distance
from sevenviews.lab.multiview.views import check_views
from tests.unit.lab.multiview.samples import Floats, clustered

ALPHA, BETA = 0.3, 0.7


def problem(missing: float = 0.3) -> tuple[list[Floats], list[Floats], Floats, list[Floats], list[Floats]]:
    """Columns, weights, V, bases, alignments."""
    sample = clustered(1, missing=missing, noise=1.0)
    views = check_views(sample.views, sample.present, 3)
    common, bases = initial_factors(views, 3, 0, "sample")
    alignments = [initial_alignment(basis) for basis in bases]
    weights = [views.present[:, v].astype(float) for v in range(3)]
    return [view.T for view in views.features], weights, common, bases, alignments


def test_the_basis_solves_its_sylvester_equation() -> None:
    columns, weights, common, _, alignments = problem()
    for x, w, b in zip(columns, weights, alignments, strict=True):
        expected = solve_sylvester(
            ALPHA * b @ b.T, common.T @ np.diag(w) @ common, x @ np.diag(w) @ common + ALPHA * b
        )
        np.testing.assert_allclose(solve_basis(x, w, common, b, ALPHA), expected, rtol=1e-6, atol=1e-8)


def test_the_alignment_solves_its_reweighted_equation() -> None:
    *_, bases, alignments = problem()
    for u, b in zip(bases, alignments, strict=True):
        weights = np.diag(1 / np.sqrt((b**2).sum(axis=1) + 1e-10))
        expected = np.linalg.solve(u @ u.T + BETA / 2 * weights, u)
        np.testing.assert_allclose(solve_alignment(u, b, BETA), expected, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(
            initial_alignment(u), np.linalg.solve(u @ u.T + 1e-5 * np.eye(len(u)), u), rtol=1e-4, atol=1e-6
        )


def test_no_block_raises_the_objective() -> None:
    columns, weights, common, bases, alignments = problem()

    def value() -> float:
        return daimc_objective(columns, weights, bases, common, alignments, ALPHA, BETA)

    for _ in range(5):
        before = value()
        bases = [
            solve_basis(x, w, common, b, ALPHA) for x, w, b in zip(columns, weights, alignments, strict=True)
        ]
        after_bases = value()
        common = descend_common(columns, weights, bases, common)
        after_common = value()
        alignments = [solve_alignment(u, b, BETA) for u, b in zip(bases, alignments, strict=True)]
        assert before >= after_bases - 1e-9
        assert after_bases >= after_common - 1e-9
        assert after_common >= value() - 1e-9
        assert (common >= 0).all()


@pytest.mark.parametrize("missing", [0.0, 0.4])
@pytest.mark.parametrize("alpha", [0.0, 1e-4, 1.0])
def test_without_rescaling_the_objective_never_increases(missing: float, alpha: float) -> None:
    sample = clustered(2, missing=missing, noise=1.5)
    found = DAIMC(3, alpha=alpha, rescale=False, tol=0.0).fit(sample.views, sample.present)
    assert len(found.objective_) == 30
    assert (np.diff(found.objective_) <= 1e-9 * np.abs(found.objective_[:-1])).all()


def test_rescaling_leaves_the_factorisation_alone() -> None:
    sample = clustered(3, missing=0.2)
    found = DAIMC(3).fit(sample.views, sample.present)
    np.testing.assert_allclose(found.embedding_.sum(axis=0), 1.0, atol=1e-9)


def semi_nmf(x: Floats, common: Floats, iterations: int) -> Floats:
    """Ding, Li, Jordan (2010), equations 10 and 11, written out entry by entry."""
    for _ in range(iterations):
        basis = x @ common @ np.linalg.inv(common.T @ common)
        for _ in range(30):
            mixed, gram = x.T @ basis, basis.T @ basis
            updated = np.empty_like(common)
            for i, j in np.ndindex(*common.shape):
                plus = max(mixed[i, j], 0) + sum(common[i, k] * max(-gram[k, j], 0) for k in range(len(gram)))
                minus = max(-mixed[i, j], 0) + sum(
                    common[i, k] * max(gram[k, j], 0) for k in range(len(gram))
                )
                updated[i, j] = common[i, j] * np.sqrt(plus / minus)
            common = updated
    return common


def test_one_complete_view_without_alignment_is_semi_nmf() -> None:
    sample = clustered(4, sizes=(6,), each=5, noise=0.8)
    x = sample.views[0].T
    views = check_views(sample.views, None, 3)
    start, basis = initial_factors(views, 3, 0, "sample")
    expected = semi_nmf(x, start, 2)
    common = start
    for _ in range(2):
        basis = [solve_basis(x, np.ones(15), common, np.zeros((6, 3)), 0.0)]
        common = descend_common([x], [np.ones(15)], basis, common, tol=0.0)
    np.testing.assert_allclose(common, expected, rtol=1e-6)


def test_a_view_given_twice_is_the_view_once() -> None:
    """With complete views the objective of two equal views is twice that of one: the same minimiser."""
    sample = clustered(5, sizes=(7,), noise=1.0)
    once = DAIMC(3, tol=0.0).fit(sample.views)
    twice = DAIMC(3, tol=0.0).fit(sample.views * 2)
    np.testing.assert_allclose(twice.embedding_, once.embedding_, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(twice.objective_, 2 * np.array(once.objective_), rtol=1e-6)


def test_the_starting_k_means_takes_the_least_total_distance() -> None:
    sample = clustered(6, sizes=(4,), noise=2.0)
    rows = sample.views[0]
    labels, centres = kmeans_by_distance(rows, 3, seed=0)
    distance = np.linalg.norm(rows[:, None] - centres[None], axis=2)
    np.testing.assert_array_equal(labels, distance.argmin(axis=1))
    total = distance.min(axis=1).sum()
    for seed in range(5):
        _, other = kmeans_by_distance(rows, 3, seed, starts=1)
        assert set(labels) == {0, 1, 2}
        if seed == 0:
            first = np.linalg.norm(rows[:, None] - other[None], axis=2).min(axis=1).sum()
            assert total <= first + 1e-12


def test_no_cluster_of_the_start_is_empty_even_among_equal_samples() -> None:
    labels, centres = kmeans_by_distance(np.ones((6, 2)), 3, seed=0)
    assert set(labels) == {0, 1, 2}
    np.testing.assert_array_equal(centres, np.ones((3, 2)))
