"""HashNet: the likelihood of similar and unlike pairs, and codes that harden as training goes (Cao et al., HashNet:
Deep Learning to Hash by Continuation, ICCV 2017).

With h = tanh(β·z) of the network's outputs z, a pair's similarity s = 1 where two samples share a label, else 0, and
σ the logistic function, P(s = 1) = σ(α⟨h_i, h_j⟩). Their eq. 4, over the pairs i < j of a batch:

    L = 1/|S| · Σ w_ij · [ log(1 + exp(α⟨h_i, h_j⟩)) - α·s_ij·⟨h_i, h_j⟩ ]
    w_ij = c_ij · |S|/|S₁|  for s = 1,      |S|/|S₀|  for s = 0                     their eq. 2
    c_ij = |labels_i ∩ labels_j| / |labels_i ∪ labels_j|                            for s = 1

S₁ and S₀ are the similar and the unlike pairs: the few similar ones weigh as much as all others. A batch without the
one or the other leaves the other with weight 1.

Continuation (section 3.2): sgn is the limit of tanh(β·z) for β → ∞, so training begins with β = 1, where the
gradient is good, and β grows.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


def continuation_scale(step: int, gamma: float = 0.005, power: float = 0.5) -> float:
    """β at a step, (1 + γ·step)^power: the authors' schedule. Raises ValueError: the step or γ is negative."""
    if step < 0 or gamma < 0:
        raise ValueError(f"step and gamma must be at least 0, not {step} and {gamma}")
    return float((1 + gamma * step) ** power)


def pair_weights(labels: Tensor) -> tuple[Tensor, Tensor]:
    """s_ij and w_ij of a batch, each [n, n].

    `labels`: [n, classes] of 0 and 1, at least one 1 in each row. Raises ValueError: a sample has no label.
    """
    shared = labels.float() @ labels.float().T
    sizes = labels.float().sum(1)
    if not (sizes > 0).all():
        raise ValueError("labels: a sample has no label, hence no pair")
    similar = (shared > 0).float()
    pairs = torch.ones_like(similar).triu(1)
    overlap = shared / (sizes[:, None] + sizes[None, :] - shared)
    total, alike = pairs.sum(), (similar * pairs).sum()
    weight_alike = total / alike.clamp(min=1) if alike < total else torch.ones_like(total)
    weight_unlike = total / (total - alike).clamp(min=1) if alike > 0 else torch.ones_like(total)
    return similar, similar * overlap * weight_alike + (1 - similar) * weight_unlike


class WeightedPairwiseLoss(nn.Module):
    """HashNet's L of a batch.

    Args:
        bits: length of a code.
        alpha: α·K: α itself is this divided by the number of bits, as in the authors' code, so that the inner
            product of codes of any length spans the same part of σ.

    Raises ValueError: a number is not positive.
    """

    def __init__(self, bits: int, alpha: float = 10.0) -> None:
        super().__init__()
        if bits < 1 or not alpha > 0:
            raise ValueError(f"bits and alpha must be positive, not {bits} and {alpha}")
        self._alpha = alpha / bits

    def forward(self, outputs: Tensor, labels: Tensor, beta: float = 1.0) -> Tensor:
        """A number.

        `outputs`: z, [n, bits]; `labels`: [n, classes] of 0 and 1; `beta`: β, positive. Raises ValueError: β is not
        positive, there are fewer than two samples, or one has no label.
        """
        if not beta > 0:
            raise ValueError(f"beta must be positive, not {beta}")
        if len(outputs) < 2:  # noqa: PLR2004 - a pair
            raise ValueError("outputs: a pair needs at least 2 samples")
        codes = torch.tanh(beta * outputs)
        products = self._alpha * (codes @ codes.T)
        similar, weights = pair_weights(labels)
        losses = weights * (functional.softplus(products) - similar * products)
        pairs = torch.ones_like(losses).triu(1)
        return (losses * pairs).sum() / pairs.sum()
