"""The network: backbone, GeM, L2, fully connected, L2 (DeepPatent, section 4)."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from sevenviews.training.losses.base import Level
from sevenviews.training.models.backbones import make_backbone
from sevenviews.training.models.config import ModelConfig
from sevenviews.training.models.gem import GeM

_WHITENING_EPSILON = 1e-3


class DrawingEncoder(nn.Module):
    """uint8 [n, 1, side, side] (0 ink, 255 paper) to unit vectors [n, dimension]; any side of 32 and more.

    Normalisation to [-1, 1] is part of the network, hence of the ONNX graph. With several levels, the pooled
    features of as many of the last stages stand side by side, the lowest first: strokes and their shading are seen
    by the lower ones, shapes by the last.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.features, channels = make_backbone(config)
        self.pool = GeM(config.gem_p, config.gem_learned)
        self.lower_pools = nn.ModuleList(
            GeM(config.gem_p, config.gem_learned) for _ in range(config.levels - 1)
        )
        # Each stage of a ResNet has twice the channels of the one before.
        pooled = sum(channels >> level for level in range(config.levels))
        self.whiten = nn.Linear(pooled, config.dimension)
        self._input_channels = config.input_channels
        self._freeze_batch_norm = config.freeze_batch_norm

    @property
    def branches(self) -> tuple[DrawingEncoder, ...]:
        """Itself; a network of two branches has two."""
        return (self,)

    @property
    def channels(self) -> int:
        """Length of the pooled features."""
        return self.whiten.in_features

    def forward(self, drawings: Tensor) -> Tensor:
        return self.embed(self.pooled(drawings))

    def vectors(self, drawings: Tensor, level: Level, branch: Tensor) -> Tensor:  # noqa: ARG002
        """What a loss of that level takes. `branch` [n] matters to networks that have two."""
        pooled = self.pooled(drawings)
        return pooled if level == "pooled" else self.embed(pooled)

    def pooled(self, drawings: Tensor) -> Tensor:
        """[n, channels], not normalised."""
        paper = (drawings.to(torch.float32) / 127.5 - 1).contiguous(memory_format=torch.channels_last)
        paper = paper.expand(-1, self._input_channels, -1, -1)
        weights = next(self.features.parameters())
        if weights.dtype == torch.float16:
            # An export in half precision: pooling and all behind it stay in single, where cubes do not overflow.
            paper = paper.half()
        levels = zip([*self.lower_pools, self.pool], self._maps(paper), strict=True)
        return torch.cat([pool(functional.relu(one).float()) for pool, one in levels], 1)

    def _maps(self, paper: Tensor) -> list[Tensor]:
        """Of the last stages, the lowest first."""
        if not len(self.lower_pools):
            return [self.features(paper)]
        maps = []
        for stage in cast(nn.Sequential, self.features):
            paper = stage(paper)
            maps.append(paper)
        return maps[-1 - len(self.lower_pools) :]

    def descriptors(self, drawings: Tensor) -> Tensor:
        """What is whitened: [n, channels], of unit length."""
        return functional.normalize(self.pooled(drawings), dim=1)

    def embed(self, pooled: Tensor) -> Tensor:
        """From pooled features to embeddings."""
        return functional.normalize(self.whiten(functional.normalize(pooled, dim=1)), dim=1)

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
