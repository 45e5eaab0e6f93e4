"""The research data of ../shared/data/clustering: our results beside those of the authors' own code.

`golden.csv` was made by running that code on the same folds of missing views.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy.io import loadmat

from sevenviews.lab.multiview.daimc import DAIMC
from sevenviews.lab.multiview.estimator import MultiviewClusterer
from sevenviews.lab.multiview.imsc_agl import IMSCAGL
from sevenviews.lab.multiview.scores import ClusteringScores, clustering_scores, spread

CLUSTERS = 5
SCORES = ("ACC", "NMI", "PUR")


@dataclass(frozen=True)
class Golden:
    """The rows of golden.csv."""

    folds_at_55: dict[int, list[float]]
    rates: dict[tuple[str, float], dict[str, float]]


@pytest.fixture(scope="session")
def clustering(shared_data: Path) -> Path:
    folder = shared_data / "clustering"
    for name in ("golden.csv", "bbcsport.mat", "bbcsport_masks.mat", "bbcsport_folds_55.mat"):
        if not (folder / name).is_file():
            pytest.skip(f"../shared/data/clustering/{name} is not here")
    return folder


@pytest.fixture(scope="session")
def golden(clustering: Path) -> Golden:
    """Two tables, one after the other, each after its heading and comments."""
    lines = [
        line for line in (clustering / "golden.csv").read_text().splitlines() if not line.startswith("#")
    ]
    at = next(i for i, line in enumerate(lines) if line.startswith("method,"))
    folds = {int(row[0]): [float(x) for x in row[1:]] for row in csv.reader(lines[1:at]) if row[0].isdigit()}
    rates = {
        (row["method"].split("(")[0], float(row["rate"])): {
            name: float(row[name]) for name in row if name not in ("method", "rate")
        }
        for row in csv.DictReader(lines[at:])
    }
    return Golden(folds, rates)


@dataclass(frozen=True)
class BBCSport:
    """116 articles, four parts of each, five topics."""

    views: list[npt.NDArray[np.float64]]
    topics: npt.NDArray[np.uint8]
    masks: dict[float, npt.NDArray[np.uint8]]


@pytest.fixture(scope="session")
def bbcsport(clustering: Path) -> BBCSport:
    stored = loadmat(clustering / "bbcsport_masks.mat")
    masks = {rate / 100: np.stack(list(stored[f"miss{rate}"][0])) for rate in (10, 30, 50)}
    masks[0.55] = np.stack(list(loadmat(clustering / "bbcsport_folds_55.mat")["folds"][0]))
    whole = loadmat(clustering / "bbcsport.mat")
    np.testing.assert_array_equal(whole["truth"], stored["truth"])
    return BBCSport([view.T.astype(float) for view in whole["X"][0]], stored["truth"].ravel(), masks)


def in_percent(scores: ClusteringScores) -> list[float]:
    return [100 * scores.accuracy, 100 * scores.mutual_information, 100 * scores.purity]


def scored(estimator: MultiviewClusterer, data: BBCSport, rate: float) -> Iterator[ClusteringScores]:
    for mask in data.masks[rate]:
        yield clustering_scores(data.topics, estimator.fit_predict(data.views, mask))


def at_55(seed: int = 0) -> IMSCAGL:
    """The settings that golden.csv states for these folds."""
    return IMSCAGL(CLUSTERS, lambda1=0.01, lambda2=1e5, lambda3=0.1, neighbours=3, random_state=seed)


def test_imsc_agl_fold_by_fold(bbcsport: BBCSport, golden: Golden) -> None:
    for fold in (1, 2):
        found = at_55().fit_predict(bbcsport.views, bbcsport.masks[0.55][fold - 1])
        ours = in_percent(clustering_scores(bbcsport.topics, found))
        np.testing.assert_allclose(ours, golden.folds_at_55[fold], atol=3.0)


def test_daimc_on_one_fold_falls_to_a_plausible_score(bbcsport: BBCSport, golden: Golden) -> None:
    known = golden.rates["DAIMC", 0.5]
    found = DAIMC(CLUSTERS).fit(bbcsport.views, bbcsport.masks[0.5][0])
    ours = in_percent(clustering_scores(bbcsport.topics, found.labels_))
    for value, name in zip(ours, SCORES, strict=True):
        assert abs(value - known[name]) <= 2.5 * known[f"{name}sd"]
    falls = np.diff(found.objective_)
    assert (falls <= 1e-9).all()


@pytest.mark.slow
def test_imsc_agl_on_all_folds_at_55_percent(bbcsport: BBCSport, golden: Golden) -> None:
    ours = np.array([in_percent(scores) for scores in scored(at_55(), bbcsport, 0.55)])
    theirs = np.array([golden.folds_at_55[fold] for fold in range(1, 11)])
    assert (np.abs(ours.mean(axis=0) - theirs.mean(axis=0)) <= theirs.std(axis=0, ddof=1)).all()
    assert np.median(np.abs(ours - theirs)) < 1.0


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.1, 0.3, 0.5])
@pytest.mark.parametrize("method", ["IMSC_AGL", "DAIMC"])
def test_within_one_standard_deviation_of_the_authors_code(
    bbcsport: BBCSport, golden: Golden, method: str, rate: float
) -> None:
    known = golden.rates[method, rate]
    seeds = (0,) if method == "IMSC_AGL" else (0, 1, 2)
    estimators = [
        IMSCAGL(CLUSTERS) if method == "IMSC_AGL" else DAIMC(CLUSTERS, random_state=s) for s in seeds
    ]
    runs = [scores for estimator in estimators for scores in scored(estimator, bbcsport, rate)]
    for value, name in zip(in_percent(spread(runs).mean), SCORES, strict=True):
        assert abs(value - known[name]) <= known[f"{name}sd"], f"{method} at {rate}: {name} {value:.2f}"
