"""Networks that give bits: a head on features, or a small backbone on drawings."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from sevenviews.training.classification.networks import Architecture, DrawingNetwork, build_network


class HashHead(nn.Module):
    """float32 [n, dimension], of unit length, to outputs z [n, bits]: the bits are their signs.

    Args:
        dimension: of the features.
        bits: of a code.
        hidden: neurons between; 0: a linear head.

    Raises:
        ValueError: a number is too small.
    """

    def __init__(self, dimension: int, bits: int, hidden: int = 512) -> None:
        super().__init__()
        if dimension < 1 or bits < 1 or hidden < 0:
            raise ValueError(f"dimension, bits and hidden: {dimension}, {bits}, {hidden} make no head")
        # Unit vectors have components of about 1/√d; layers are initialised for components of about 1.
        self._scale = math.sqrt(dimension)
        layers: list[nn.Module] = [nn.Linear(dimension, hidden), nn.ReLU()] if hidden else []
        self.layers = nn.Sequential(*layers, nn.Linear(hidden or dimension, bits))

    def forward(self, features: Tensor) -> Tensor:
        outputs: Tensor = self.layers(features * self._scale)
        return outputs


def hash_backbone(architecture: Architecture, bits: int, seed: int = 0) -> DrawingNetwork:
    """uint8 [n, 1, side, side] to outputs z [n, bits]. Raises ValueError as `build_network`."""
    torch.manual_seed(seed)
    return build_network(architecture, bits)
