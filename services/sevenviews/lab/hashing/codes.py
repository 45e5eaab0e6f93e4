"""Binary codes: from a network's outputs to bits, packed eight to a byte, and the Hamming distances between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Distances = npt.NDArray[np.uint16]
"""[queries, gallery]: in how many bits two codes differ."""

_ROWS_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Codes:
    """Binary codes."""

    packed: npt.NDArray[np.uint8]
    """uint8 [n, ⌈bits/8⌉], the first bit of a code the highest of its first byte; what is left over is 0."""
    bits: int  # of each code

    def __len__(self) -> int:
        return len(self.packed)

    @property
    def bytes_each(self) -> int:
        """Memory of one code."""
        return int(self.packed.shape[1])

    def signs(self) -> npt.NDArray[np.float32]:
        """The codes as [n, bits] of -1 and 1."""
        return np.unpackbits(self.packed, axis=1, count=self.bits).astype(np.float32) * 2 - 1

    def distances_to(self, others: Codes) -> Distances:
        """Hamming distances, [n, others]. Raises ValueError: the codes have another length."""
        if self.bits != others.bits:
            raise ValueError(f"codes of {self.bits} bits cannot be compared with codes of {others.bits}")
        found = np.empty((len(self), len(others)), np.uint16)
        for at in range(0, len(self), _ROWS_AT_ONCE):
            differing = self.packed[at : at + _ROWS_AT_ONCE, None] ^ others.packed[None]
            found[at : at + _ROWS_AT_ONCE] = np.bitwise_count(differing).sum(2, dtype=np.uint16)
        return found


def binarise(outputs: npt.NDArray[np.floating]) -> Codes:
    """The signs of a network's outputs [n, bits]: 1 where an output is above 0.

    Raises ValueError: there are no outputs, the shape is another, or one is NaN.
    """
    if outputs.ndim != 2 or not outputs.size:  # noqa: PLR2004 - samples, bits
        raise ValueError(f"outputs: {outputs.shape} is no [n, bits] with something in it")
    if np.isnan(outputs).any():
        raise ValueError("outputs: one is NaN, and has no sign")
    return Codes(np.packbits(outputs > 0, axis=1), outputs.shape[1])
