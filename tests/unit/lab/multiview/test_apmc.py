"""APMC against its formulas written out, and what its similarity must be."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sevenviews.lab.multiview.apmc import APMC, anchor_graph, similarity_through_anchors
from tests.unit.lab.multiview.samples import Floats, Sample, clustered


def similarity_by_definition(sample: Sample, neighbours: int) -> Floats:
    """Loops over pairs of views, samples and anchors, on rows of unit length."""
    n, count = sample.present.shape
    rows = [view / np.linalg.norm(view, axis=1, keepdims=True) for view in sample.views]
    total, known = np.zeros((n, n)), np.zeros((n, n))
    for u in range(count):
        for v in range(u + 1, count):
            anchors = [j for j in range(n) if sample.present[j, u] and sample.present[j, v]]
            z = np.zeros((n, len(anchors)))
            for view in (u, v):
                near, last = {}, []
                for i in np.flatnonzero(sample.present[:, view]).tolist():
                    squared = [math.dist(rows[view][i], rows[view][j]) ** 2 for j in anchors]
                    near[i] = sorted(range(len(anchors)), key=squared.__getitem__)[:neighbours]
                    last.append(squared[near[i][-1]])
                width = sum(last) / len(last)
                for i, chosen in near.items():
                    kernel = {
                        a: math.exp(-(math.dist(rows[view][i], rows[view][anchors[a]]) ** 2) / (2 * width))
                        for a in chosen
                    }
                    for a, value in kernel.items():
                        z[i, a] += value / sum(kernel.values()) / int(sample.present[i, [u, v]].sum())
            mass = z.sum(axis=0)
            for i in range(n):
                for j in range(n):
                    if sample.present[i, [u, v]].any() and sample.present[j, [u, v]].any():
                        total[i, j] += sum(
                            z[i, a] * z[j, a] / mass[a] for a in range(len(anchors)) if mass[a] > 0
                        )
                        known[i, j] += 1
    return np.where(known > 0, total / np.maximum(known, 1), 0.0)


@pytest.mark.parametrize("sizes", [(6, 5), (6, 5, 7)])
@pytest.mark.parametrize("missing", [0.0, 0.4])
def test_the_similarity_is_that_of_the_formulas(sizes: tuple[int, ...], missing: float) -> None:
    sample = clustered(1, each=6, sizes=sizes, missing=missing, noise=1.0)
    found = APMC(3, neighbours=4).fit(sample.views, sample.present).similarity_
    np.testing.assert_allclose(found, similarity_by_definition(sample, 4), atol=1e-9)


def test_by_default_a_tenth_of_the_anchors_are_neighbours() -> None:
    sample = clustered(1, each=14, sizes=(6, 5), missing=0.2, noise=1.0)
    anchors = int(sample.present.all(axis=1).sum())
    found = APMC(3).fit(sample.views, sample.present).similarity_
    asked = APMC(3, neighbours=math.ceil(anchors / 10)).fit(sample.views, sample.present).similarity_
    np.testing.assert_array_equal(found, asked)
    assert anchors > 20


def test_two_views_give_a_doubly_stochastic_similarity_of_low_rank() -> None:
    sample = clustered(2, sizes=(6, 5), missing=0.4, noise=1.0)
    found = APMC(3).fit(sample.views, sample.present).similarity_
    np.testing.assert_allclose(found, found.T, atol=1e-12)
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    assert (found >= 0).all()
    assert np.linalg.matrix_rank(found) <= sample.present.all(axis=1).sum()


def test_complete_equal_views_are_the_anchor_graph_of_one() -> None:
    """With every sample an anchor and both views the same, nothing is left to fuse."""
    sample = clustered(3, sizes=(6,), noise=1.0)
    rows = sample.views[0] / np.linalg.norm(sample.views[0], axis=1, keepdims=True)
    alone = similarity_through_anchors(anchor_graph(rows, rows, None))
    np.testing.assert_allclose(APMC(3).fit(sample.views * 2).similarity_, alone, atol=1e-12)


def test_a_row_far_from_all_anchors_still_has_neighbours() -> None:
    graph = anchor_graph(np.array([[1e6], [0.0]]), np.array([[0.0], [0.5], [9.0]]), 2)
    np.testing.assert_allclose(graph.sum(axis=1), 1.0)
    assert np.count_nonzero(graph, axis=1).tolist() == [2, 2]


def test_samples_that_nothing_relates_are_refused() -> None:
    sample = clustered(4, sizes=(6, 5))
    apart = np.column_stack([np.arange(45) < 20, np.arange(45) >= 20])
    with pytest.raises(ValueError, match="too sparse for anchors: no view of sample 0 shares 3 samples"):
        APMC(3).fit(sample.views, apart)
    with pytest.raises(ValueError, match="too sparse for anchors"):
        APMC(3).fit(sample.views[:1])
    with pytest.raises(ValueError, match="neighbours"):
        APMC(3, neighbours=0).fit(sample.views)
