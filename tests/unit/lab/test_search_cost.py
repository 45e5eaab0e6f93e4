"""Search costs are of the gallery that was asked for; what cannot be timed is refused."""

from __future__ import annotations

import numpy as np
import pytest

from sevenviews.lab.hashing.codes import binarise
from sevenviews.lab.hashing.cost import binary_cost, float_cost, median_milliseconds


def test_costs_are_of_the_gallery_asked_for() -> None:
    vectors = np.random.default_rng(0).standard_normal((20, 16)).astype(np.float32)
    codes = binarise(vectors)
    binary = binary_cost(codes, codes, 500)
    plain = float_cost(vectors, vectors, 500)
    assert (binary.gallery, binary.bytes_each) == (500, 2)
    assert (plain.gallery, plain.bytes_each) == (500, 64)
    assert binary.milliseconds > 0
    assert plain.milliseconds > 0


def test_what_cannot_be_timed_is_refused() -> None:
    vectors = np.ones((2, 12), np.float32)
    with pytest.raises(ValueError, match="whole bytes"):
        binary_cost(binarise(vectors), binarise(vectors), 10)
    with pytest.raises(ValueError, match="entries"):
        float_cost(vectors, vectors, 0)
    with pytest.raises(ValueError, match="nothing to time"):
        median_milliseconds([], lambda query: query)
