"""The network that gives bits: a head on features."""

from __future__ import annotations

import math

from torch import Tensor, nn


class HashHead(nn.Module):
    """float32 [n, dimension], of unit length, to outputs z [n, bits]: the bits are their signs.

    `dimension`: of the features; `bits`: of a code; `hidden`: neurons between; 0: a linear head.

    Attributes:
        scale: √dimension: unit vectors have components of about 1/√dimension, and layers are initialised for
            components of about 1.

    Raises ValueError: a number is too small.
    """

    def __init__(self, dimension: int, bits: int, hidden: int = 512) -> None:
        super().__init__()
        if dimension < 1 or bits < 1 or hidden < 0:
            raise ValueError(f"dimension, bits and hidden: {dimension}, {bits}, {hidden} make no head")
        self.scale = math.sqrt(dimension)
        layers: list[nn.Module] = [nn.Linear(dimension, hidden), nn.ReLU()] if hidden else []
        self.layers = nn.Sequential(*layers, nn.Linear(hidden or dimension, bits))

    def forward(self, features: Tensor) -> Tensor:
        outputs: Tensor = self.layers(features * self.scale)
        return outputs
