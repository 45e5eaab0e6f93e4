"""Codes keep the signs, and their distances the inner products of the sign vectors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sevenviews.vectors.binary import pack, score, signs, unpack


@settings(deadline=None)
@given(st.integers(1, 8), st.integers(0, 50))
def test_codes_keep_signs_and_distances_keep_products(eighths: int, seed: int) -> None:
    dimension = 8 * eighths
    one, other = np.random.default_rng(seed).standard_normal((2, dimension)).astype(np.float32)
    assert len(pack(one)) == eighths
    assert np.array_equal(unpack(pack(one), dimension), signs(one))
    assert np.linalg.norm(signs(one)) == pytest.approx(1, abs=1e-6)
    differing = int((np.sign(one) != np.sign(other)).sum())
    assert score(differing, dimension) == pytest.approx(float(signs(one) @ signs(other)), abs=1e-5)


def test_zero_counts_as_negative() -> None:
    assert pack(np.array([0.0, 1, -1, 0, 0, 0, 0, 2])) == bytes([0b01000001])
