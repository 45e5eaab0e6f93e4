"""The two branches of Sketchy-ResNet (Bhattarai et al., 2020; DeepPatent, section 5.3)."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from sevenviews.training.losses.base import Level
from sevenviews.training.models.config import ModelConfig
from sevenviews.training.models.encoder import DrawingEncoder


class TwoBranchEncoder(nn.Module):
    """Two networks of the same form and of separate weights, that embed into one space.

    Sketchy-ResNet has one for sketches and one for photographs, and meets them in a triplet and a softmax loss. Here
    alternate drawings of a design go through either, so that every design is seen by both. Both begin alike. One of
    them, by `deployed_branch`, embeds drawings afterwards: DeepPatent reports each on its own.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        first = DrawingEncoder(config)
        self._branches = nn.ModuleList([first, copy.deepcopy(first)])
        self._deployed = config.deployed_branch

    @property
    def branches(self) -> tuple[DrawingEncoder, ...]:
        """Both."""
        return tuple(one for one in self._branches if isinstance(one, DrawingEncoder))

    @property
    def channels(self) -> int:
        """Length of the pooled features."""
        return self.branches[0].channels

    def forward(self, drawings: Tensor) -> Tensor:
        embeddings: Tensor = self.branches[self._deployed](drawings)
        return embeddings

    def vectors(self, drawings: Tensor, level: Level, branch: Tensor) -> Tensor:
        """What a loss of that level takes; `branch` [n], 0 or 1, is the one that each drawing goes through."""
        of_each = [torch.nonzero(branch == index)[:, 0] for index in range(2)]
        parts = [
            network.vectors(drawings[rows], level, branch[rows])
            for network, rows in zip(self.branches, of_each, strict=True)
            if len(rows)
        ]
        return torch.cat(parts)[torch.argsort(torch.cat(of_each))]

    def descriptors(self, drawings: Tensor) -> Tensor:
        """Of the deployed branch: [n, channels], of unit length."""
        return self.branches[self._deployed].descriptors(drawings)

    def embed(self, pooled: Tensor) -> Tensor:
        """From the deployed branch's pooled features to embeddings."""
        return self.branches[self._deployed].embed(pooled)
