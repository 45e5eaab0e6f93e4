"""IMG and APMC on Handwritten and 3Sources: better than spectral clustering of mean-filled views.

And their updates there against formulas written independently.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy.io import loadmat
from scipy.spatial.distance import cdist

from sevenviews.lab.multiview.apmc import APMC
from sevenviews.lab.multiview.estimator import MultiviewClusterer
from sevenviews.lab.multiview.img import IMG, descend_latent, solve_bases
from sevenviews.lab.multiview.scores import ClusteringScores, clustering_scores
from sevenviews.lab.multiview.spectral import FilledSpectral
from sevenviews.lab.multiview.views import check_views
from tests.unit.lab.multiview.samples import Floats

Mask = npt.NDArray[np.bool_]


def stored(shared_data: Path, name: str) -> dict[str, npt.NDArray[np.object_]]:
    path = shared_data / "clustering" / name
    if not path.is_file():
        pytest.skip(f"../shared/data/clustering/{name} is not here")
    return dict(loadmat(path))


@pytest.fixture(scope="module")
def news(shared_data: Path) -> tuple[list[Floats], npt.NDArray[np.int64], list[Mask]]:
    """3Sources: 169 stories, three newspapers, six topics; half of the views missing."""
    data = stored(shared_data, "3sources.mat")
    folds = stored(shared_data, "3sources_folds_50.mat")["folds"][0]
    views = [np.asarray(data[f"X{i}"], float) for i in (1, 2, 3)]
    return views, data["truth"].ravel().astype(np.int64), [np.asarray(fold, bool) for fold in folds]


@pytest.fixture(scope="module")
def digits(shared_data: Path) -> tuple[list[Floats], npt.NDArray[np.int64], dict[int, Mask]]:
    """Handwritten: 2,000 digits, their Fourier and their pixel features; a mask for each rate of missing views."""
    data = stored(shared_data, "handwritten.mat")
    masks = stored(shared_data, "handwritten_masks.mat")
    views = [np.asarray(data["X"][0][i], float) for i in (1, 0)]
    present = {rate: np.asarray(masks[f"miss{rate}"][0, 0], bool) for rate in (10, 30, 50)}
    return views, data["Y"].ravel().astype(np.int64), present


@pytest.fixture(scope="module", params=["3Sources", "Handwritten"])
def pair(request: pytest.FixtureRequest) -> tuple[list[Floats], Mask]:
    """Two views of unit rows: of all stories that they show, or of every eighth digit; missing rows are 0."""
    if request.param == "3Sources":
        views, _, folds = request.getfixturevalue("news")
        views, present = views[:2], folds[0][:, :2]
        chosen = np.flatnonzero(present.any(axis=1))
    else:
        views, _, masks = request.getfixturevalue("digits")
        present, chosen = masks[30], np.arange(0, 2000, 8)
    present = present[chosen]
    unit = [view[chosen] / np.linalg.norm(view[chosen], axis=1, keepdims=True) for view in views]
    return [np.where(present[:, [v]], rows, 0.0) for v, rows in enumerate(unit)], present


def scores(
    estimator: MultiviewClusterer, views: list[Floats], present: Mask, classes: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """ACC, NMI, purity."""
    found: ClusteringScores = clustering_scores(classes, estimator.fit_predict(views, present))
    return np.array([found.accuracy, found.mutual_information, found.purity])


def test_apmc_beats_mean_filled_spectral_clustering_on_3sources(
    news: tuple[list[Floats], npt.NDArray[np.int64], list[Mask]],
) -> None:
    views, topics, folds = news
    ours = [scores(APMC(6), views, fold, topics) for fold in folds[:5]]
    filled = [scores(FilledSpectral(6), views, fold, topics) for fold in folds[:5]]
    assert (np.mean(ours, axis=0) > np.mean(filled, axis=0) + 0.05).all()


def test_img_beats_mean_filled_spectral_clustering_on_3sources(
    news: tuple[list[Floats], npt.NDArray[np.int64], list[Mask]],
) -> None:
    views, topics, folds = news
    ours, filled = [], []
    for fold in folds[:5]:
        pair = fold[:, [0, 2]]
        seen = pair.any(axis=1)
        chosen = [views[0][seen], views[2][seen]]
        img = IMG(6, max_iter=30)
        ours.append(scores(img, chosen, pair[seen], topics[seen]))
        filled.append(scores(FilledSpectral(6), chosen, pair[seen], topics[seen]))
        assert (np.diff(img.objective_) <= 1e-9 * np.abs(img.objective_[:-1])).all()
    assert (np.mean(ours, axis=0) > np.mean(filled, axis=0)).all()


def test_apmc_is_that_of_its_formulas(pair: tuple[list[Floats], Mask]) -> None:
    """The anchors are the samples of both views; a tenth of them are the neighbours."""
    views, present = pair
    anchors = np.flatnonzero(present.all(axis=1))
    neighbours = math.ceil(len(anchors) / 10)
    fused = np.zeros((len(present), len(anchors)))
    for view, has in zip(views, present.T, strict=True):
        squared = cdist(view[has], view[anchors], "sqeuclidean")
        last = np.sort(squared, axis=1)[:, neighbours - 1]
        near = squared <= last[:, None]
        kernel = np.exp(-squared / (2 * last.mean())) * near
        fused[has] += kernel / kernel.sum(axis=1, keepdims=True)
        np.testing.assert_array_equal(near.sum(axis=1), neighbours)
    fused /= present.sum(axis=1, keepdims=True)
    expected = fused @ np.diag(1 / fused.sum(axis=0)) @ fused.T
    np.testing.assert_allclose(APMC(5).fit(views, present).similarity_, expected, atol=1e-9)


def test_the_blocks_of_img_solve_their_equations(pair: tuple[list[Floats], Mask]) -> None:
    """The bases by least squares with the ridge as rows, all latent rows at once by one dense system."""
    views, present = pair
    generator = np.random.default_rng(0)
    samples, size, ridge, beta = len(present), 4, 0.05, 3.0
    latent, graph = generator.random((samples, size)), generator.random((samples, samples))
    graph /= graph.sum(axis=1, keepdims=True)
    checked = check_views(views, present, 2)
    bases = solve_bases(checked, latent, ridge)
    symmetric = (graph + graph.T) / 2
    smooth = np.diag(symmetric.sum(axis=1)) - symmetric
    system, target = beta * np.kron(smooth, np.eye(size)), np.zeros(samples * size)
    for view, has, basis in zip(views, present.T, bases, strict=True):
        stacked = np.vstack([latent[has], np.sqrt(ridge) * np.eye(size)])
        wanted = np.vstack([view[has], np.zeros((size, view.shape[1]))])
        np.testing.assert_allclose(basis, np.linalg.lstsq(stacked, wanted, rcond=None)[0], atol=1e-8)
        system += np.kron(np.diag(has.astype(float)), basis @ basis.T)
        target += (view @ basis.T * has[:, None]).ravel()
    found = descend_latent(checked, bases, smooth, latent, beta)
    np.testing.assert_allclose(found.ravel(), np.linalg.solve(system, target), rtol=1e-5, atol=1e-6)


def test_img_ends_where_its_updates_rest(pair: tuple[list[Floats], Mask]) -> None:
    """At the end the graph is that of the latent rows: KKT of the simplex, a_ij = max(θ_i - β/4γ d_ij, 0)."""
    views, present = pair
    found = IMG(6, beta=10.0, max_iter=5).fit(views, present)
    gaps = 10.0 / 4 * ((found.latent_[:, None] - found.latent_[None]) ** 2).sum(axis=2)
    rows = np.zeros_like(gaps)
    for i, gap in enumerate(gaps):
        low, high = gap.min(), gap.min() + 1
        for _ in range(100):
            middle = (low + high) / 2
            low, high = (low, middle) if np.clip(middle - gap, 0, None).sum() > 1 else (middle, high)
        rows[i] = np.clip(low - gap, 0, None)
    np.testing.assert_allclose(found.graph_, (rows + rows.T) / 2, atol=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("rate", [10, 30])
def test_both_beat_mean_filled_spectral_clustering_on_handwritten(
    digits: tuple[list[Floats], npt.NDArray[np.int64], dict[int, Mask]], rate: int
) -> None:
    views, classes, masks = digits
    present = masks[rate]
    filled = scores(FilledSpectral(10), views, present, classes)
    assert (scores(APMC(10), views, present, classes) > filled).all()
    img = IMG(10, max_iter=15)
    assert (scores(img, views, present, classes) > filled).all()
    assert (np.diff(img.objective_) <= 1e-9 * np.abs(img.objective_[:-1])).all()


def test_half_of_handwritten_missing_leaves_nothing_to_relate_the_views_by(
    digits: tuple[list[Floats], npt.NDArray[np.int64], dict[int, Mask]],
) -> None:
    """Each digit has one of the two views: no anchors."""
    views, _, masks = digits
    assert not masks[50].all(axis=1).any()
    with pytest.raises(ValueError, match="too sparse for anchors"):
        APMC(10).fit(views, masks[50])
    with pytest.raises(ValueError, match="no sample has both views"):
        IMG(10).fit(views, masks[50])
