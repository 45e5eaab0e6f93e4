"""A residual network for line drawings of one channel: what two cores can train from chance weights."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

_BLOCKS = 2
"""In each stage, as in ResNet-18."""

_STAGES = 4


class LineResNet(nn.Sequential):
    """[n, channels, side, side] to [n, 8 · width, side / 32, side / 32]: the stem, then four stages.

    ResNet-18 (He et al., 2016) of any width, but for its stem: two convolutions of 3 × 3 with strides of 2, where
    ResNet has one of 7 × 7 and a maximum. A large filter over a single channel is the slowest layer of all on a
    CPU, and a maximum of strokes one pixel wide keeps little of where they ran.

    `width`: channels of the first stage; each later one has twice as many. 64 is ResNet-18's.
    """

    def __init__(self, input_channels: int, width: int) -> None:
        stem = nn.Sequential(
            *_convolution(input_channels, width // 2, stride=2), *_convolution(width // 2, width, stride=2)
        )
        stages = [_stage(width << max(0, stage - 1), width << stage) for stage in range(_STAGES)]
        super().__init__(stem, *stages)
        self.channels = width << (_STAGES - 1)
        _initialise(self)


class _Block(nn.Module):
    """ReLU(x + f(x)), f of two convolutions; where size or depth change, x goes through one of 1 × 1."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *_convolution(inputs, outputs, stride),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.shortcut = nn.Sequential()
        if stride > 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, features: Tensor) -> Tensor:
        return functional.relu(self.body(features) + self.shortcut(features))


def _stage(inputs: int, outputs: int) -> nn.Sequential:
    first = _Block(inputs, outputs, stride=1 if inputs == outputs else 2)
    return nn.Sequential(first, *(_Block(outputs, outputs, stride=1) for _ in range(_BLOCKS - 1)))


def _convolution(inputs: int, outputs: int, stride: int) -> list[nn.Module]:
    return [
        nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    ]


def _initialise(network: nn.Module) -> None:
    """He's, and each block begins as its shortcut alone (Goyal et al., 2017)."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        if isinstance(module, _Block):
            nn.init.zeros_(module.body[-1].weight)  # type: ignore[arg-type]
