"""InfoNCE (van den Oord et al., 2018), as the cross-entropy paper has it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sevenviews.training.losses.base import RetrievalLoss, zero
from sevenviews.training.losses.config import InfoNceConfig


class InfoNce(RetrievalLoss):
    """The mean over all matching pairs (q, k⁺) of -log(e^{q·k⁺/τ} / (e^{q·k⁺/τ} + Σ_k⁻ e^{q·k⁻/τ})).

    q and k are unit vectors; k⁻ are the drawings of other patents in the batch, and q's further matches are left
    out of the sum. pytorch-metric-learning's NTXentLoss is the same; it needs memory for pairs × pairs, this for
    drawings × drawings.
    """

    def __init__(self, config: InfoNceConfig) -> None:
        super().__init__()
        self._temperature = config.temperature

    def forward(self, vectors: Tensor, labels: Tensor) -> Tensor:
        units = nn.functional.normalize(vectors, dim=1)
        logits = units @ units.T / self._temperature
        same = labels[:, None] == labels[None, :]
        matches = same & ~torch.eye(len(labels), dtype=torch.bool, device=labels.device)
        if not matches.any():
            return zero(vectors)
        # log(e^a + Σ e^b) - a = softplus(log Σ e^b - a); without a negative the sum is e^-∞, the loss 0.
        negatives = logits.masked_fill(same, torch.finfo(logits.dtype).min).logsumexp(1, keepdim=True)
        return nn.functional.softplus(negatives - logits)[matches].mean()
