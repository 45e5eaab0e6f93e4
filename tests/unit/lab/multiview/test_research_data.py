"""IMG and APMC on Handwritten and 3Sources: better than spectral clustering of mean-filled views.

And their updates there against formulas written independently.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy.io import loadmat

from sevenviews.lab.multiview import (
    APMC,
    IMG,
    ClusteringScores,
    FilledSpectral,
    MultiviewClusterer,
    clustering_scores,
)
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


def test_img_ends_where_its_updates_rest_on_3sources(
    news: tuple[list[Floats], npt.NDArray[np.int64], list[Mask]],
) -> None:
    """At the end the graph is that of the latent rows: KKT of the simplex, a_ij = max(θ_i - β/4γ d_ij, 0)."""
    views, _, folds = news
    pair = folds[0][:, :2]
    seen = pair.any(axis=1)
    found = IMG(6, beta=10.0, max_iter=5).fit([views[0][seen], views[1][seen]], pair[seen])
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
def test_both_beat_mean_filled_spectral_clustering_on_handwritten(shared_data: Path, rate: int) -> None:
    """Fourier and pixel features of 2,000 digits."""
    data = stored(shared_data, "handwritten.mat")
    views = [np.asarray(data["X"][0][i], float) for i in (1, 0)]
    digits = data["Y"].ravel().astype(np.int64)
    present = np.asarray(stored(shared_data, "handwritten_masks.mat")[f"miss{rate}"][0, 0], bool)
    filled = scores(FilledSpectral(10), views, present, digits)
    assert (scores(APMC(10), views, present, digits) > filled).all()
    img = IMG(10, max_iter=15)
    assert (scores(img, views, present, digits) > filled).all()
    assert (np.diff(img.objective_) <= 1e-9 * np.abs(img.objective_[:-1])).all()
