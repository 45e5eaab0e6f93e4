"""Depthwise convolutions with a stride, as MobileNet and EfficientNet have them, on a CPU."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class StridedDepthwise(nn.Conv2d):
    """The same convolution, computed in the precision of its weights on a CPU, whatever autocast says.

    In bfloat16 a CPU's library is slow at the gradient of these, and fast in single precision: four of MobileNetV2's
    52 convolutions would cost two fifths of a pass (`sevenviews bench passes`).
    """

    def forward(self, features: Tensor) -> Tensor:
        if features.device.type != "cpu":
            return super().forward(features)
        with torch.autocast("cpu", enabled=False):
            return super().forward(features.to(self.weight.dtype))


def replace_strided_depthwise(features: nn.Module) -> None:
    """Let those of a network be `StridedDepthwise`, in place, with their weights and under their names."""
    for parent in list(features.modules()):
        for name, child in parent.named_children():
            if (
                isinstance(child, nn.Conv2d)
                and child.groups == child.in_channels > 1
                and child.stride != (1, 1)
            ):
                setattr(parent, name, _replaced(child))


def _replaced(convolution: nn.Conv2d) -> StridedDepthwise:
    same: Any = {
        name: getattr(convolution, name)
        for name in ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups")
    }
    replaced = StridedDepthwise(**same, bias=convolution.bias is not None, device="meta")
    # The parameters themselves, not copies: whoever holds them, such as an optimiser, still does.
    replaced.weight, replaced.bias = convolution.weight, convolution.bias
    return replaced.train(convolution.training)
