"""Where the stages of a network end: a stage is all layers whose maps are of one size."""

from __future__ import annotations

from typing import NamedTuple, cast

import torch
from torch import nn

_SIDE = 64
"""Of the drawing that is sent through: enough for five halvings to differ."""


class Stage(NamedTuple):
    """The last layer of a stage, by its index, and the channels of its maps."""

    end: int
    channels: int


@torch.no_grad()
def stages_of(features: nn.Module, input_channels: int) -> list[Stage]:
    """The stages of a sequence of layers, the finest first, as a blank drawing shows them."""
    was_training = features.training
    features.eval()  # A normalisation is not to learn from the blank drawing.
    device = next(features.parameters()).device
    maps = torch.zeros(1, input_channels, _SIDE, _SIDE, device=device)
    stages: list[Stage] = []
    side = 0
    for index, layer in enumerate(cast(nn.Sequential, features)):
        maps = layer(maps)
        if maps.shape[-1] == side:
            stages.pop()
        stages.append(Stage(index, maps.shape[1]))
        side = maps.shape[-1]
    features.train(was_training)
    return stages
