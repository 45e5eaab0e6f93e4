"""Sketch-a-Net (Yu et al., BMVC 2015): few, very large first filters, for strokes without texture."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

SIDE = 225
"""Pixels. The sixth layer spans all that is left of an input of this size, so others are resized to it."""


class SketchANet(nn.Module):
    """[n, channels, side, side] to [n, 512, 1, 1]: the layers L1 to L7 of the paper's table 1.

    L6 and L7, fully connected there, are convolutions of 7 × 7 and 1 × 1 here: the same numbers.
    """

    channels = 512

    def __init__(self, input_channels: int) -> None:
        super().__init__()

        def convolution(
            inputs: int, outputs: int, size: int, stride: int = 1, padding: int = 0
        ) -> list[nn.Module]:
            return [nn.Conv2d(inputs, outputs, size, stride, padding), nn.ReLU()]

        self.layers = nn.Sequential(
            *convolution(input_channels, 64, 15, stride=3),
            nn.MaxPool2d(3, 2),
            *convolution(64, 128, 5),
            nn.MaxPool2d(3, 2),
            *convolution(128, 256, 3, padding=1),
            *convolution(256, 256, 3, padding=1),
            *convolution(256, 256, 3, padding=1),
            nn.MaxPool2d(3, 2),
            *convolution(256, 512, 7),
            nn.Dropout(0.5),
            *convolution(512, self.channels, 1),
            nn.Dropout(0.5),
        )

    def forward(self, paper: Tensor) -> Tensor:
        if paper.shape[-1] != SIDE:
            paper = functional.interpolate(paper, size=(SIDE, SIDE), mode="bilinear", align_corners=False)
        features: Tensor = self.layers(paper)
        return features
