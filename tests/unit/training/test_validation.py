"""The validation of a run against the definition, drawing by drawing."""

from __future__ import annotations

import numpy as np
import pytest

from sevenviews.training.validation import measure


def test_it_is_the_definition_whatever_the_number_of_queries() -> None:
    chance = np.random.default_rng(0)
    designs = chance.integers(0, 150, 700)  # more than are asked with at once; some designs have one drawing
    designs[:3] = (1000, 1001, 1002)
    vectors = chance.standard_normal((700, 6)).astype(np.float32)
    vectors += 0.7 * chance.standard_normal((1003, 6))[designs].astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    precisions, first = [], []
    for query in range(700):
        others = [one for one in range(700) if one != query]
        ranked = sorted(others, key=lambda one: -float(vectors[query] @ vectors[one]))
        ranks = [rank for rank, one in enumerate(ranked, 1) if designs[one] == designs[query]]
        if ranks:
            precisions.append(np.mean([found / rank for found, rank in enumerate(ranks, 1)]))
            first.append(ranks[0] == 1)
    found = measure(vectors, designs)
    assert found["validation_map"] == pytest.approx(np.mean(precisions), abs=2e-4)
    assert found["validation_acc1"] == pytest.approx(np.mean(first), abs=2e-3)


def test_nothing_to_ask_for_is_said() -> None:
    with pytest.raises(ValueError, match="no held-out design has two drawings"):
        measure(np.eye(3, dtype=np.float32), np.arange(3))
