"""The layers of a network, and where its stages end: a stage is all layers whose maps are of one size."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, cast

import torch
from torch import nn

_SIDE = 64
"""Of the drawing that is sent through: enough for five halvings to differ."""


class Stage(NamedTuple):
    """The last layer of a stage, by its index, and the channels of its maps."""

    end: int
    channels: int


def stages_of(features: nn.Module, input_channels: int) -> list[Stage]:
    """The stages of a sequence of layers, the finest first, as a blank drawing shows them."""
    stages: list[Stage] = []
    before = 0
    for stage, side in _layers(features, input_channels):
        if side == before:
            stages.pop()
        stages.append(stage)
        before = side
    return stages


def layers_of(features: nn.Module, input_channels: int, places: Iterable[int]) -> list[Stage]:
    """Some layers of a sequence, ascending. Raises ValueError: it is shorter than that."""
    layers = [stage for stage, _ in _layers(features, input_channels)]
    wanted = sorted(places)
    if wanted[-1] >= len(layers):
        raise ValueError(f"pooled_layers: there is no layer {wanted[-1]}: the last is {len(layers) - 1}")
    return [layers[place] for place in wanted]


@torch.no_grad()
def _layers(features: nn.Module, input_channels: int) -> list[tuple[Stage, int]]:
    """Each layer with the side of its maps."""
    was_training = features.training
    features.eval()  # A normalisation is not to learn from the blank drawing.
    device = next(features.parameters()).device
    maps = torch.zeros(1, input_channels, _SIDE, _SIDE, device=device)
    layers: list[tuple[Stage, int]] = []
    for index, layer in enumerate(cast(nn.Sequential, features)):
        maps = layer(maps)
        layers.append((Stage(index, maps.shape[1]), maps.shape[-1]))
    features.train(was_training)
    return layers
