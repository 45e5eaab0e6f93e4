"""Spectral clustering against scikit-learn's on the same affinity, and its graphs against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize
from sklearn.cluster import SpectralClustering
from sklearn.manifold import spectral_embedding
from sklearn.metrics import adjusted_rand_score

from sevenviews.lab.multiview.graphs import gaussian_neighbour_graph, laplacian, neighbour_graph, onto_simplex
from sevenviews.lab.multiview.spectral import FilledSpectral
from sevenviews.lab.multiview.views import check_views
from tests.unit.lab.multiview.samples import Floats, clustered


def projector(columns: Floats) -> Floats:
    """The orthogonal projection onto the span."""
    basis, _ = np.linalg.qr(columns)
    return np.asarray(basis @ basis.T)


@pytest.mark.parametrize("view", [0, None])
def test_the_partition_is_that_of_scikit_learn_on_the_same_affinity(view: int | None) -> None:
    sample = clustered(1, missing=0.2, noise=0.5)
    ours = FilledSpectral(3, view=view, neighbour_share=0.2).fit(sample.views, sample.present)
    theirs = SpectralClustering(3, affinity="precomputed", random_state=0, n_init=20).fit(ours.affinity_)
    assert adjusted_rand_score(ours.labels_, theirs.labels_) == pytest.approx(1.0)


def test_the_embedding_spans_what_scikit_learn_finds() -> None:
    """scikit-learn divides the eigenvectors of D^-1/2 A D^-1/2 by sqrt(D)."""
    sample = clustered(2, noise=1.5)
    ours = FilledSpectral(3, neighbour_share=0.3).fit(sample.views)
    affinity: Floats = ours.affinity_
    theirs = spectral_embedding(affinity, n_components=3, drop_first=False, eigen_solver="arpack")
    degrees = affinity.sum(axis=1)
    np.testing.assert_allclose(
        projector(theirs * np.sqrt(degrees)[:, None]), projector(ours.embedding_), atol=1e-6
    )


def test_complete_views_side_by_side_are_one_view() -> None:
    sample = clustered(3, missing=0.0)
    joined = FilledSpectral(3, normalize=False).fit(sample.views)
    single = FilledSpectral(3, view=0, normalize=False).fit([np.concatenate(sample.views, axis=1)])
    np.testing.assert_array_equal(joined.labels_, single.labels_)


def test_missing_rows_become_the_mean_of_the_observed() -> None:
    view = np.arange(12.0).reshape(4, 3)
    views = check_views([view, view], [[1, 1], [0, 1], [1, 1], [1, 0]], 2)
    np.testing.assert_array_equal(views.mean_filled(0)[1], view[[0, 2, 3]].mean(axis=0))
    np.testing.assert_array_equal(views.mean_filled(0)[[0, 2, 3]], view[[0, 2, 3]])
    np.testing.assert_array_equal(views.observed(1), view[:3])


def test_neighbour_graphs_by_their_definition() -> None:
    rows = np.random.default_rng(0).standard_normal((12, 3))
    binary, weighted = neighbour_graph(rows, 3), gaussian_neighbour_graph(rows, 3)
    last = []
    expected = np.zeros((12, 12))
    for i in range(12):
        distance = [np.inf if i == j else float(((rows[i] - rows[j]) ** 2).sum()) for j in range(12)]
        near = sorted(range(12), key=distance.__getitem__)[:3]
        last.append(distance[near[-1]])
        expected[i, near] = 1
    expected = np.maximum(expected, expected.T)
    np.testing.assert_array_equal(binary, expected)
    squared = ((rows[:, None] - rows[None]) ** 2).sum(axis=2)
    np.testing.assert_allclose(weighted, expected * np.exp(-squared / (2 * np.mean(last))))
    np.testing.assert_allclose(laplacian(binary).sum(axis=1), 0.0)


@given(arrays(np.float64, (2, 5), elements=st.floats(-5, 5)))
def test_the_nearest_point_of_the_simplex(rows: Floats) -> None:
    projected = onto_simplex(rows)
    assert (projected >= 0).all()
    np.testing.assert_allclose(projected.sum(axis=1), 1.0)
    # The obtuse-angle criterion: no corner of the simplex lies on the far side of the projection.
    for row, point in zip(rows, projected, strict=True):
        assert ((np.eye(5) - point) @ (row - point) <= 1e-9).all()


def test_the_simplex_projection_agrees_with_a_general_solver() -> None:
    row = np.array([0.4, -0.3, 1.2, 0.5])
    solved = minimize(
        lambda x: ((x - row) ** 2).sum(),
        np.full(4, 0.25),
        bounds=[(0, None)] * 4,
        constraints={"type": "eq", "fun": lambda x: x.sum() - 1},
        tol=1e-12,
    )
    np.testing.assert_allclose(onto_simplex(row[None])[0], solved.x, atol=1e-6)
