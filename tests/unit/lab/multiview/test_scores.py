"""The scores against scikit-learn, against brute force, and under renaming."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import normalized_mutual_info_score

from sevenviews.lab.multiview.scores import (
    ClusteringScores,
    clustering_accuracy,
    clustering_scores,
    normalized_mutual_information,
    purity,
    spread,
)

pairs = st.integers(1, 30).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 3), min_size=n, max_size=n),
        st.lists(st.integers(0, 4), min_size=n, max_size=n),
    )
)


def accuracy_by_brute_force(classes: list[int], clusters: list[int]) -> float:
    """The best of all one-to-one maps from five clusters into five names, four of which are classes."""
    return max(
        sum(names[cluster] == known for known, cluster in zip(classes, clusters, strict=True)) / len(classes)
        for names in permutations(range(5))
    )


@given(pairs)
def test_accuracy_is_that_of_the_best_renaming(labels: tuple[list[int], list[int]]) -> None:
    assert clustering_accuracy(*labels) == pytest.approx(accuracy_by_brute_force(*labels))


@given(pairs, st.sampled_from(["max", "arithmetic", "geometric", "min"]))
def test_mutual_information_agrees_with_scikit_learn(
    labels: tuple[list[int], list[int]], normalizer: str
) -> None:
    expected = normalized_mutual_info_score(*labels, average_method=normalizer)
    assert normalized_mutual_information(*labels, normalizer) == pytest.approx(expected, abs=1e-9)  # type: ignore[arg-type]


@given(pairs)
def test_purity_counts_the_commonest_class_of_each_cluster(labels: tuple[list[int], list[int]]) -> None:
    classes, clusters = map(np.array, labels)
    total = sum(np.bincount(classes[clusters == cluster]).max() for cluster in set(labels[1]))
    assert purity(*labels) == pytest.approx(total / len(classes))


@given(pairs, st.permutations(range(5)), st.randoms())
def test_renaming_and_reordering_change_nothing(
    labels: tuple[list[int], list[int]], names: list[int], random: object
) -> None:
    classes, clusters = map(np.array, labels)
    order = np.random.default_rng(len(classes)).permutation(len(classes))
    before = clustering_scores(classes, clusters)
    after = clustering_scores(classes[order], np.array(names)[clusters[order]])
    assert after.accuracy == pytest.approx(before.accuracy)
    assert after.mutual_information == pytest.approx(before.mutual_information, abs=1e-9)
    assert after.purity == pytest.approx(before.purity)


def test_a_perfect_clustering_scores_one_whatever_it_is_called() -> None:
    assert clustering_scores(["bow", "bow", "sofa"], [7, 7, 2]) == ClusteringScores(1.0, 1.0, 1.0)


def test_spread_over_runs() -> None:
    runs = [ClusteringScores(0.5, 0.2, 0.6), ClusteringScores(0.7, 0.4, 0.6)]
    found = spread(runs)
    assert found.mean.accuracy == pytest.approx(0.6)
    assert found.deviation.accuracy == pytest.approx(np.sqrt(0.02))
    assert found.deviation.purity == 0.0
    assert found.runs == 2
    assert spread(runs[:1]).deviation == ClusteringScores(0.0, 0.0, 0.0)


def test_what_cannot_be_scored_is_refused() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        clustering_scores([0, 1], [0])
    with pytest.raises(ValueError, match="no samples"):
        clustering_scores([], [])
    with pytest.raises(ValueError, match="one-dimensional"):
        clustering_scores([[0, 1]], [[0, 1]])
    with pytest.raises(ValueError, match="one run"):
        spread([])
