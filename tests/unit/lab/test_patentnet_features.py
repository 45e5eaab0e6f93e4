"""Features are computed once; a split withholds designs, not drawings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sevenviews.lab.patentnet.dataset import PatentNetDataset, read_dataset, split_designs
from sevenviews.lab.patentnet.features import check_features, drawings_of, features_of
from sevenviews.lab.patentnet.labels import Level
from tests.models import tiny_bundle
from tests.unit.lab.test_patentnet_dataset import DESIGNS, views_corpus


@pytest.fixture
def dataset(tmp_path: Path) -> PatentNetDataset:
    return read_dataset(views_corpus(tmp_path / "views", DESIGNS))


def test_drawings_are_laid_out_by_design(dataset: PatentNetDataset) -> None:
    everything = drawings_of(dataset)
    assert everything.designs.tolist() == [0] * 3 + [1] + [2] * 7 + [3] * 3
    assert drawings_of(dataset, 2).designs.tolist() == [0, 0, 1, 2, 2, 3, 3]


def test_features_are_kept_for_the_same_drawings_and_model(dataset: PatentNetDataset, tmp_path: Path) -> None:
    drawings = drawings_of(dataset, 2)
    bundle = str(tiny_bundle(tmp_path / "tiny"))
    cache = tmp_path / "cache"
    features = features_of(drawings, bundle, cache)
    assert features.shape == (7, 16)
    (kept,) = cache.iterdir()
    stored = dict(np.load(kept))
    np.savez(kept, digests=stored["digests"], vectors=stored["vectors"] * 0.5)
    assert np.array_equal(features_of(drawings, bundle, cache), features * 0.5)
    assert np.array_equal(features_of(drawings, bundle), features)
    # Of the same drawings nothing is described anew; another model has a file of its own.
    assert np.array_equal(features_of(drawings_of(dataset, 1), bundle, cache), features[[0, 2, 3, 5]] * 0.5)
    features_of(drawings, str(tiny_bundle(tmp_path / "other", seed=1)), cache)
    assert len(list(cache.iterdir())) == 2


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (np.array([[0.0], [np.nan]]), "drawing 1"),
        (np.zeros((0, 3)), "with something"),
        (np.zeros(3), "no \\[n"),
    ],
)
def test_bad_features_are_refused(features: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_features(features)


def test_designs_are_withheld_class_by_class(dataset: PatentNetDataset) -> None:
    split = split_designs(dataset, Level.CLASS)
    assert sorted((*split.training, *split.test)) == [0, 1, 2, 3]
    # The one lamp can only teach; one of three chairs asks.
    assert 3 in split.training
    assert len(split.test) == 1
    assert split.test[0] in (0, 1, 2)
    again = split_designs(dataset, Level.CLASS)
    assert np.array_equal(again.test, split.test)


def test_a_split_that_leaves_nothing_is_refused(dataset: PatentNetDataset) -> None:
    with pytest.raises(ValueError, match="at least 2 are needed"):
        split_designs(PatentNetDataset("chairs", dataset.samples[:3]), Level.CLASS)
    with pytest.raises(ValueError, match="no class of few has two designs"):
        split_designs(PatentNetDataset("few", dataset.samples[2:]), Level.CLASS)
    with pytest.raises(ValueError, match="share"):
        split_designs(dataset, Level.CLASS, 1.5)
