"""The networks of PatentNet's Table 2, for line drawings: one input channel, normalisation within."""

from __future__ import annotations

import math
from typing import get_args

import torch
import torchvision
from torch import Tensor, nn

from sevenviews.training.classification.config import Architecture
from sevenviews.training.models.imagenet import imagenet_network
from sevenviews.training.models.initial import one_input_channel

_LEAST_SIDE = 32


class DrawingNetwork(nn.Module):
    """uint8 [n, 1, side, side] (0 ink, 255 paper) to float32 [n, outputs]; any side of 32 and more.

    `network`: takes one channel in [-1, 1].
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, drawings: Tensor) -> Tensor:
        """Raises ValueError for another shape or a smaller side."""
        if drawings.ndim != 4 or drawings.shape[1] != 1 or min(drawings.shape[2:]) < _LEAST_SIDE:  # noqa: PLR2004
            raise ValueError(
                f"drawings: {tuple(drawings.shape)} is no [n, 1, side, side] with a side of {_LEAST_SIDE} or more"
            )
        paper = (drawings.to(torch.float32) / 127.5 - 1).contiguous(memory_format=torch.channels_last)
        outputs: Tensor = self.network(paper)
        return outputs


def build_network(architecture: Architecture, outputs: int, pretrained: bool = False) -> DrawingNetwork:
    """A network of torchvision with its last layer for so many outputs: classes, or bits.

    Args:
        architecture: which one.
        outputs: at least 1.
        pretrained: begin with torchvision's ImageNet weights from its local cache; else at random.

    Raises ValueError: the architecture is not known, or there are no outputs; FileNotFoundError: the weights are not
    in the cache; nothing is downloaded.
    """
    if architecture not in get_args(Architecture):
        raise ValueError(f"architecture {architecture!r} is none of {', '.join(get_args(Architecture))}")
    if outputs < 1:
        raise ValueError(f"outputs: a network needs at least 1, not {outputs}")
    # GoogLeNet's side branches are of no use here, but the published weights have them; and its default
    # initialisation takes a minute.
    options = {"aux_logits": pretrained, "init_weights": False} if architecture == "googlenet" else {}
    if pretrained:
        network = imagenet_network(architecture, **options)
    else:
        network = torchvision.models.get_model(architecture, weights=None, **options)
    if isinstance(network, torchvision.models.GoogLeNet):
        network.aux_logits = False
        network.aux1 = network.aux2 = None
    if architecture in {"vgg19", "vgg19_bn"} and not pretrained:
        _narrow_classifier(network)
    _replace_last(network, outputs)
    one_input_channel(network)
    return DrawingNetwork(network.to(memory_format=torch.channels_last))


def _narrow_classifier(network: nn.Module) -> None:
    """Pool VGG's features to one place instead of 7 × 7, with one linear layer upon it instead of three.

    At the small sides that are trained on from random weights, the 49 places would be copies of four, and 100
    million weights would learn from them; ImageNet's weights need the original. Two layers between, half of them
    dropped out, would learn no faster.
    """
    network.avgpool = nn.AdaptiveAvgPool2d(1)
    network.classifier = nn.Sequential(nn.Linear(512, 1))
    # Without batch normalisation sixteen layers only learn when the signal keeps its size through all of them.
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def _replace_last(network: nn.Module, outputs: int) -> None:
    """Let the last linear layer give so many outputs."""
    name, last = [(name, one) for name, one in network.named_modules() if isinstance(one, nn.Linear)][-1]
    parent = network.get_submodule(name.rpartition(".")[0])
    fresh = nn.Linear(last.in_features, outputs)
    nn.init.normal_(fresh.weight, std=1 / math.sqrt(last.in_features))
    nn.init.zeros_(fresh.bias)
    setattr(parent, name.rpartition(".")[2], fresh)
