"""Generalised mean pooling (Radenović et al., 2018; DeepPatent, equation 2)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

_EPSILON = 1e-6


class GeM(nn.Module):
    """Generalised mean over positions, f_c = (1/|X| Σ x^p)^(1/p): p = 1 the mean, p → ∞ the maximum.

    `p`: 3 in DeepPatent; `learned`: whether p changes in training.
    """

    p: Tensor

    def __init__(self, p: float, learned: bool = True) -> None:
        super().__init__()
        # A plain number, where it stays what it is: its cube costs a tenth of a power.
        self._fixed = None if learned else p
        if learned:
            self.p = nn.Parameter(torch.tensor(p))
        else:
            self.register_buffer("p", torch.tensor(p))

    def forward(self, features: Tensor) -> Tensor:
        """[n, c, h, w], at least 0, to [n, c]."""
        p = self.p if self._fixed is None else self._fixed
        return features.clamp(min=_EPSILON).pow(p).mean((2, 3)).pow(1 / p)
