"""The network: backbone, GeM, L2, fully connected, L2 (DeepPatent, section 4)."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from sevenviews.training.losses.base import Level
from sevenviews.training.models.backbones import make_backbone
from sevenviews.training.models.config import ModelConfig
from sevenviews.training.models.pooling import GeM, GridGeM, NetVlad
from sevenviews.training.models.resizing import resized
from sevenviews.training.models.stages import Stage, layers_of, stages_of
from sevenviews.training.models.whitening import Affine, discriminative_whitening, pca_whitening


class DrawingEncoder(nn.Module):
    """uint8 [n, 1, side, side] (0 ink, 255 paper) to unit vectors [n, dimension]; any side of 32 and more.

    Normalisation to [-1, 1] is part of the network, hence of the ONNX graph. With several levels, the pooled
    features of as many of the last stages stand side by side, the lowest first: strokes and their shading are seen
    by the lower ones, shapes by the last. With words, NetVLAD's vector of the lowest of these stages stands beside
    them, and with cells that of a grid over the last stage but one; each as long as all of GeM's together.

    With pooled layers, those of the backbone that are named stand side by side, each of unit length times its weight.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.features, channels = make_backbone(config)
        self.pool = GeM(config.gem_p, config.gem_learned)
        self._stages = [Stage(-1, channels)]
        if config.levels > 1:
            self._stages = stages_of(self.features, config.input_channels)[-config.levels :]
        if config.pooled_layers:
            self._stages = layers_of(self.features, config.input_channels, config.pooled_layers)
        self.lower_pools = nn.ModuleList(GeM(config.gem_p, config.gem_learned) for _ in self._stages[1:])
        depths = [stage.channels for stage in self._stages]
        self.vlad = NetVlad(depths[0], config.vlad_words) if config.vlad_words else None
        self.grid = GridGeM(config.grid_cells, config.gem_p) if config.grid_cells else None
        parts = (sum(depths), config.vlad_words * depths[0], config.grid_cells**2 * depths[-2:][0])
        self.whiten = nn.Linear(sum(parts), config.dimension)
        self._input_channels = config.input_channels
        self._sides = config.sides
        self._weights = [weight for _, weight in sorted(config.pooled_layers.items())]
        self._absolute = config.gem_absolute
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
        """What is deployed: [n, 1, side, side] to unit vectors [n, dimension]; with sides, the mean over those."""
        if not self._sides:
            return self.embed(self.pooled(drawings))
        paper = drawings.to(torch.float32)
        of_sides = [self.embed(self.pooled(resized(paper, side))) for side in self._sides]
        return functional.normalize(torch.stack(of_sides).sum(0), dim=1)

    def vectors(self, drawings: Tensor, level: Level, branch: Tensor) -> Tensor:  # noqa: ARG002
        """What a loss of that level takes. `branch` [n] matters to networks that have two."""
        pooled = self.pooled(drawings)
        return pooled if level == "pooled" else self.embed(pooled)

    def pooled(self, drawings: Tensor) -> Tensor:
        """[n, channels]; where GeM's are all, not normalised."""
        found = self._maps(self._paper(drawings))
        maps = [(one.abs() if self._absolute else functional.relu(one)).float() for one in found]
        of_each = [pool(one) for pool, one in zip([*self.lower_pools, self.pool], maps, strict=True)]
        if self._weights:
            of_each = [
                weight * functional.normalize(one, dim=1)
                for weight, one in zip(self._weights, of_each, strict=True)
            ]
        means = torch.cat(of_each, 1)
        if self.vlad is None and self.grid is None:
            return means
        parts = [functional.normalize(means, dim=1)]
        if self.vlad is not None:
            parts.append(self.vlad(maps[0]))
        if self.grid is not None:
            parts.append(self.grid(maps[-2:][0]))
        return torch.cat(parts, 1)

    def _paper(self, drawings: Tensor) -> Tensor:
        """As the first convolution takes it: [n, 1 or 3, side, side], from -1 to 1."""
        paper = (drawings.to(torch.float32) / 127.5 - 1).contiguous(memory_format=torch.channels_last)
        paper = paper.expand(-1, self._input_channels, -1, -1)
        weights = next(self.features.parameters())
        if weights.dtype == torch.float16:
            # An export in half precision: pooling and all behind it stay in single, where cubes do not overflow.
            paper = paper.half()
        return paper

    def _maps(self, paper: Tensor) -> list[Tensor]:
        """Of the last stages, the lowest first."""
        if len(self._stages) == 1 and not self._weights:
            return [self.features(paper)]
        ends = {stage.end for stage in self._stages}
        maps = []
        for index, layer in enumerate(cast(nn.Sequential, self.features)):
            paper = layer(paper)
            if index in ends:
                maps.append(paper)
        return maps

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
    def start_words(self, drawings: Tensor, seed: int) -> None:
        """Let the words of NetVLAD begin at what the network sees in some drawings."""
        if self.vlad is not None:
            self.eval()
            self.vlad.start_at(self._maps(self._paper(drawings))[0].float(), seed)

    @torch.no_grad()
    def start_whitened(self, descriptors: Tensor, designs: Tensor | None = None) -> None:
        """Let the fully connected layer begin as the whitening of some descriptors [m, channels].

        `descriptors`: what `descriptors` gives; `designs`: int64 [m]; None: the whitening of PCA, that needs none.
        """
        dimension = self.whiten.out_features
        self.whiten_by(
            pca_whitening(descriptors, dimension)
            if designs is None
            else discriminative_whitening(descriptors, designs, dimension)
        )

    @torch.no_grad()
    def whiten_by(self, found: Affine) -> None:
        """Let the fully connected layer be a map that was fitted."""
        # Fewer drawings than dimensions leave the rest as they are.
        self.whiten.weight[: len(found.weight)] = found.weight
        self.whiten.bias[: len(found.bias)] = found.bias
