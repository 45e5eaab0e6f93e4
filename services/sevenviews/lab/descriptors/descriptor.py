"""What every descriptor is: preprocessed drawings to unit vectors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Drawings = npt.NDArray[np.uint8]
"""[n, 1, side, side], 0 ink to 255 paper."""

Vectors = npt.NDArray[np.float32]
"""[n, dimension], unit length: compared by inner product."""

Features = npt.NDArray[np.floating]
"""[n, dimension], of any length."""

Compute = Callable[[Drawings], Features]

_PIXELS_AT_ONCE = 2**19
"""Of a batch: 3 drawings of 384 pixels, 32 of 128. With 32 of 384 the packaged model takes three times as long
and nearly two gigabytes: the maps of so many leave the cache, and every page of theirs is asked for anew."""


class Descriptor:
    """A named way to describe drawings.

    Args:
        name: as it was asked for.
        side: of the preprocessed drawings that it takes, in pixels.
        compute: [n, 1, side, side] to [n, dimension], of any length.
    """

    def __init__(self, name: str, side: int, compute: Compute) -> None:
        self.name = name
        self.side = side
        self._compute = compute

    def describe(self, drawings: Drawings) -> Vectors:
        """Unit vectors of some drawings; a drawing without any feature becomes the zero vector.

        Raises ValueError: there is no drawing, or they have another side.
        """
        if drawings.shape[1:] != (1, self.side, self.side) or not len(drawings):
            wanted = f"[n, 1, {self.side}, {self.side}]"
            raise ValueError(f"{self.name} takes drawings {wanted}, not {list(drawings.shape)}")
        batch = max(1, _PIXELS_AT_ONCE // self.side**2)
        parts = [self._compute(drawings[at : at + batch]) for at in range(0, len(drawings), batch)]
        return unit_length(np.concatenate(parts))


class FittedDescriptor:
    """A descriptor that learns from drawings, without labels, before it can describe.

    Args:
        name: as it was asked for.
        side: of the preprocessed drawings that it takes, in pixels.
        learn: what it makes of the examples.
    """

    def __init__(self, name: str, side: int, learn: Callable[[Drawings], Compute]) -> None:
        self.name = name
        self.side = side
        self._learn = learn

    def fit(self, examples: Drawings) -> Descriptor:
        """The descriptor, ready. Raises ValueError: the examples are too few to learn from."""
        return Descriptor(self.name, self.side, self._learn(examples))


def unit_length(features: Features) -> Vectors:
    """Each row divided by its Euclidean length; a row of zeros stays."""
    wide = features.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    normalized: Vectors = (wide / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return normalized
