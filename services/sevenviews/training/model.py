"""The network: backbone, GeM, L2, fully connected, L2 (DeepPatent, section 4)."""

from __future__ import annotations

from typing import cast

import torch
import torchvision
from torch import Tensor, nn
from torch.nn import functional

from sevenviews.training.config import ModelConfig
from sevenviews.training.initial import load_initial_weights, one_input_channel

_EPSILON = 1e-6
_WHITENING_EPSILON = 1e-3


class GeM(nn.Module):
    """Generalised mean over positions, f_c = (1/|X| Σ x^p)^(1/p): p = 1 the mean, p → ∞ the maximum.

    Source: DeepPatent, section 4, with p = 3; here p is learned from there.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = nn.Parameter(torch.tensor(p))

    def forward(self, features: Tensor) -> Tensor:
        """[n, c, h, w], at least 0, to [n, c]."""
        return features.clamp(min=_EPSILON).pow(self.p).mean((2, 3)).pow(1 / self.p)


class DrawingEncoder(nn.Module):
    """uint8 [n, 1, side, side] (0 ink, 255 paper) to unit vectors [n, dimension]; any side of 32 and more.

    Normalisation to [-1, 1] is part of the network, hence of the ONNX graph.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.features, channels = _backbone(config)
        self.pool = GeM(config.gem_p)
        self.whiten = nn.Linear(channels, config.dimension)
        self._freeze_batch_norm = config.freeze_batch_norm

    def forward(self, drawings: Tensor) -> Tensor:
        return functional.normalize(self.whiten(self.descriptors(drawings)), dim=1)

    def descriptors(self, drawings: Tensor) -> Tensor:
        """What is whitened: [n, channels], of unit length."""
        paper = (drawings.to(torch.float32) / 127.5 - 1).contiguous(memory_format=torch.channels_last)
        return functional.normalize(self.pool(functional.relu(self.features(paper)).float()), dim=1)

    def train(self, mode: bool = True) -> DrawingEncoder:
        super().train(mode)
        if self._freeze_batch_norm:
            for module in self.features.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()
        return self

    @torch.no_grad()
    def start_whitened(self, descriptors: Tensor) -> None:
        """Let the fully connected layer begin as the PCA whitening of some descriptors [m, channels].

        y = (Λ / λ₁ + ε)^(-1/2) Vᵀ (x - μ), with the largest eigenvalues Λ and their axes V: the "learned
        whitening" of DeepPatent starts where an unlearned one would stand.
        """
        mean = descriptors.mean(0)
        _, singular, axes = torch.linalg.svd(descriptors - mean, full_matrices=False)
        kept = min(self.whiten.out_features, len(singular))
        variances = (singular[:kept] / singular[0]) ** 2
        rows = axes[:kept] * (variances + _WHITENING_EPSILON).rsqrt()[:, None]
        # Fewer drawings than dimensions leave the rest as they are.
        self.whiten.weight[:kept] = rows
        self.whiten.bias[:kept] = -(rows @ mean)


def _backbone(config: ModelConfig) -> tuple[nn.Module, int]:
    weights = "DEFAULT" if config.initial_weights == "imagenet" else None
    network = torchvision.models.get_model(config.backbone, weights=weights)
    if config.backbone == "resnet18":
        channels = network.fc.in_features
        features: nn.Module = nn.Sequential(*list(network.children())[:-2])
    else:
        channels = network.classifier[-1].in_features
        features = cast(nn.Module, network.features)
    if config.initial_weights not in {"", "imagenet"}:
        load_initial_weights(features, config.initial_weights)
    one_input_channel(features)
    return features, channels
