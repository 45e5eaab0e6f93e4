"""The hierarchical multi-positive contrastive loss (Kavimandan et al., arXiv 2506.13496), over Locarno's tree."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sevenviews.training.losses.base import RetrievalLoss, zero
from sevenviews.training.losses.config import HierarchicalConfig


class Hierarchical(RetrievalLoss):
    """The mean over the drawings i with a positive of -Σ_{j≠i} p_ij · log(e^{z_i·z_j/τ} / Σ_{a≠i} e^{z_i·z_a/τ}).

    p_ij = s_ij / Σ_k s_ik, and s_ij is how alike the tree makes the two: drawings of one patent, of one subclass, of
    one class; 0 for others. The paper gives the levels; the three numbers are settings here. With 1, 0, 0
    it is the supervised contrastive loss (Khosla et al., 2020).

    `tree`: int64 [labels, 2], class and subclass of each label; -1: unknown, and like no other.
    """

    tree: Tensor

    def __init__(self, config: HierarchicalConfig, tree: Tensor) -> None:
        super().__init__()
        self._temperature = config.temperature
        self._similarities = config.similarities
        self.register_buffer("tree", tree)

    def forward(self, vectors: Tensor, labels: Tensor) -> Tensor:
        alike = self.similarities(labels)
        counted = alike.sum(1) > 0
        if not counted.any():
            return zero(vectors)
        units = nn.functional.normalize(vectors, dim=1)
        own = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
        logits = (units @ units.T / self._temperature).masked_fill(own, torch.finfo(units.dtype).min)
        shares = alike / alike.sum(1, keepdim=True).clamp(min=torch.finfo(alike.dtype).tiny)
        losses = -(shares * logits.log_softmax(1)).sum(1)
        return losses[counted].mean()

    def similarities(self, labels: Tensor) -> Tensor:
        """s, [n, n]: of each pair that of the deepest level that they share; 0 on the diagonal."""
        patent, subclass, whole = self._similarities
        found = torch.zeros(len(labels), len(labels), device=labels.device)
        for level, similarity in ((0, whole), (1, subclass)):
            of_each = self.tree[labels, level]
            same = (of_each[:, None] == of_each[None, :]) & (of_each[:, None] >= 0)
            found = found.masked_fill(same, similarity)
        found = found.masked_fill(labels[:, None] == labels[None, :], patent)
        return found.fill_diagonal_(0)
