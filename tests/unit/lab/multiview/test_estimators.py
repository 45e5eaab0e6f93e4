"""What holds for every estimator: clusters found, order and hidden values ignored, bad input refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.base import clone

from sevenviews.lab.multiview.apmc import APMC
from sevenviews.lab.multiview.daimc import DAIMC
from sevenviews.lab.multiview.estimator import MultiviewClusterer
from sevenviews.lab.multiview.img import IMG
from sevenviews.lab.multiview.imsc_agl import IMSCAGL
from sevenviews.lab.multiview.scores import clustering_accuracy
from sevenviews.lab.multiview.spectral import FilledSpectral
from tests.unit.lab.multiview.samples import Sample, clustered

MAKERS: dict[str, Callable[[], MultiviewClusterer]] = {
    "SC(1)": lambda: FilledSpectral(3, view=0, neighbour_share=0.2),
    "SC(concat)": lambda: FilledSpectral(3, neighbour_share=0.2),
    "DAIMC": lambda: DAIMC(3),
    "DAIMC, k-means++": lambda: DAIMC(3, start="k-means++"),
    "IMSC_AGL": lambda: IMSCAGL(3, max_iter=30),
    "IMG": lambda: IMG(3),
    "APMC": lambda: APMC(3),
}


def shaped(estimator: MultiviewClusterer, sample: Sample) -> Sample:
    """IMG takes two views; a sample that then has none is given its second."""
    if not isinstance(estimator, IMG):
        return sample
    present = sample.present[:, :2].copy()
    present[~present.any(axis=1), 1] = True
    return Sample(sample.views[:2], present, sample.classes)


every = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())


@every
def test_well_separated_clusters_are_found(make: Callable[[], MultiviewClusterer]) -> None:
    sample = shaped(make(), clustered(1, missing=0.0))
    assert clustering_accuracy(sample.classes, make().fit_predict(sample.views)) == 1.0


@every
def test_a_third_of_the_views_may_be_missing(make: Callable[[], MultiviewClusterer]) -> None:
    sample = shaped(make(), clustered(2, missing=0.3))
    estimator = make()
    found = estimator.fit_predict(sample.views, sample.present)
    floor = 0.6 if isinstance(estimator, FilledSpectral) else 0.9
    assert clustering_accuracy(sample.classes, found) >= floor


@every
def test_the_order_of_the_samples_changes_nothing(make: Callable[[], MultiviewClusterer]) -> None:
    sample = shaped(make(), clustered(3, missing=0.3, noise=1.0))
    order = np.random.default_rng(5).permutation(len(sample.classes))
    found = make().fit(sample.views, sample.present)
    shuffled = make().fit([view[order] for view in sample.views], sample.present[order])
    np.testing.assert_array_equal(shuffled.labels_, found.labels_[order])
    np.testing.assert_array_equal(shuffled.embedding_, found.embedding_[order])
    np.testing.assert_array_equal(shuffled.objective_, found.objective_)


@every
def test_what_a_missing_row_holds_is_never_read(make: Callable[[], MultiviewClusterer]) -> None:
    sample = shaped(make(), clustered(4, missing=0.3))
    hidden = [view.copy() for view in sample.views]
    for index, view in enumerate(hidden):
        view[~sample.present[:, index]] = np.nan
    np.testing.assert_array_equal(
        make().fit_predict(sample.views, sample.present), make().fit_predict(hidden, sample.present)
    )


@every
def test_the_same_seed_gives_the_same_labels_and_clones_keep_parameters(
    make: Callable[[], MultiviewClusterer],
) -> None:
    sample = shaped(make(), clustered(5, missing=0.2, noise=1.0))
    estimator = make()
    twin = clone(estimator)
    assert twin.get_params() == estimator.get_params()
    np.testing.assert_array_equal(
        estimator.fit_predict(sample.views, sample.present), twin.fit_predict(sample.views, sample.present)
    )
    assert set(estimator.labels_) == {0, 1, 2}


@every
def test_bad_input_is_refused_with_the_field_named(make: Callable[[], MultiviewClusterer]) -> None:
    sample = shaped(make(), clustered(6))
    views, present = sample.views, sample.present
    blind = present.copy()
    blind[7] = False
    sparse = present.copy()
    sparse[2:, 1] = False
    holed = [views[0].copy(), *views[1:]]
    holed[0][4, 2] = np.nan
    estimator = make()
    with pytest.raises(ValueError, match="1 samples have no view at all, the first is sample 7"):
        estimator.fit(views, blind)
    with pytest.raises(ValueError, match="view 1 is seen by 2 samples; 3 are needed"):
        estimator.fit(views, sparse)
    with pytest.raises(ValueError, match=r"views\[0\]: sample 4 is present but holds NaN"):
        estimator.fit(holed, present)
    with pytest.raises(ValueError, match=r"\[samples, views\] = \(45, \d\), not \(\d, 45\)"):
        estimator.fit(views, present.T)
    with pytest.raises(ValueError, match="values other than 0 and 1"):
        estimator.fit(views, present * 2)
    with pytest.raises(ValueError, match="n_clusters: 3 clusters cannot be found in 2 samples"):
        estimator.fit([view[:2] for view in views], present[:2])
    with pytest.raises(ValueError, match="n_clusters: 1"):
        estimator.set_params(n_clusters=1).fit(views, present)


@every
def test_several_runs_are_those_of_single_seeds(make: Callable[[], MultiviewClusterer]) -> None:
    sample = shaped(make(), clustered(9, missing=0.3, noise=1.5))
    estimator = make()
    runs = estimator.fit_predict_runs(sample.views, sample.present, runs=3, first_seed=4)
    assert estimator.random_state == 0
    for seed, labels in enumerate(runs, 4):
        alone = make().set_params(random_state=seed).fit_predict(sample.views, sample.present)
        np.testing.assert_array_equal(labels, alone)


def test_views_must_be_matrices_of_the_same_samples() -> None:
    sample = clustered(7)
    with pytest.raises(ValueError, match="one view is needed"):
        DAIMC(3).fit([])
    with pytest.raises(ValueError, match=r"views\[1\] has 44 samples"):
        DAIMC(3).fit([sample.views[0], sample.views[1][:-1]])
    with pytest.raises(ValueError, match=r"views\[0\]: an array"):
        DAIMC(3).fit([sample.views[0][:, 0]])


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (FilledSpectral(3, view=3), "no view 3 among 3"),
        (FilledSpectral(3, neighbour_share=0.0), "neighbour_share"),
        (DAIMC(3, start="centres"), "start"),  # type: ignore[arg-type]
        (DAIMC(3, alpha=-1.0), "alpha"),
        (IMSCAGL(3, lambda2=-1.0), "lambda2"),
        (IMSCAGL(3, max_iter=0), "max_iter"),
    ],
)
def test_parameters_out_of_range_are_refused(estimator: MultiviewClusterer, message: str) -> None:
    sample = clustered(8)
    with pytest.raises(ValueError, match=message):
        estimator.fit(sample.views, sample.present)
