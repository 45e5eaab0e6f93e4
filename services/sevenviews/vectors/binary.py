"""Vectors as binary codes: a bit a dimension, 1 where a component is above 0."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def signs(vectors: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """Unit vectors of the same signs: float32 [..., dimension] of ±1/√dimension. A 0 counts as negative."""
    dimension = vectors.shape[-1]
    return np.where(vectors > 0, 1, -1).astype(np.float32) / np.float32(np.sqrt(dimension))


def pack(vector: npt.NDArray[np.floating]) -> bytes:
    """The code of a vector [dimension], the first dimension the highest bit of the first byte."""
    return np.packbits(vector > 0).tobytes()


def unpack(code: bytes, dimension: int) -> npt.NDArray[np.float32]:
    """The unit vector of signs that a code stands for."""
    bits = np.unpackbits(np.frombuffer(code, np.uint8), count=dimension)
    return signs(bits.astype(np.float32))


def score(distance: float, dimension: int) -> float:
    """Inner product of two such unit vectors that differ in `distance` signs: 1 - 2 · distance / dimension."""
    return 1 - 2 * distance / dimension
