"""CSQ: codes gather around the centre of their class (Yuan et al., CVPR 2020, section 3.2).

With the network's outputs z, codes h = (1 + tanh z)/2 = σ(2z) in (0, 1), and c the sample's hash centre, its bits as
0 and 1:

    L_C = -1/(n·K) · Σ_i Σ_k [ c_ik · log h_ik + (1 - c_ik) · log(1 - h_ik) ]      central similarity, their eq. 4
    L_Q =  1/(n·K) · Σ_i Σ_k log cosh( |2h_ik - 1| - 1 )                           quantisation, their eq. 6
    L   = L_C + λ · L_Q                                                            their eq. 7

The paper sums where we take the mean, so that λ does not depend on the batch and the length of the code.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from sevenviews.training.hashing.centres import label_centres


def central_similarity_loss(outputs: Tensor, centres: Tensor) -> Tensor:
    """L_C, a number.

    `outputs`: z, [n, bits], any real; `centres`: of each sample, [n, bits] of -1 and 1. Raises ValueError: the shapes
    differ.
    """
    if outputs.shape != centres.shape:
        raise ValueError(f"centres: {tuple(centres.shape)}, but the outputs are {tuple(outputs.shape)}")
    # From the logit 2z itself: log σ of a large number would be log 0.
    return functional.binary_cross_entropy_with_logits(2 * outputs, (centres + 1) / 2)


def quantisation_loss(outputs: Tensor) -> Tensor:
    """L_Q, a number: 0 where every |tanh z| is 1, log cosh 1 where every z is 0."""
    distance = torch.tanh(outputs).abs() - 1
    # log cosh x = |x| + log(1 + e^(-2|x|)) - log 2, which no large x overflows.
    size = distance.abs()
    return (size + functional.softplus(-2 * size) - math.log(2)).mean()


class CentralSimilarityLoss(nn.Module):
    """L_C + λ·L_Q of a batch.

    `centres`: [classes, bits] of -1 and 1; `quantisation`: λ; the authors' code has 1e-4. Raises ValueError: λ is
    negative.
    """

    centres: Tensor

    def __init__(self, centres: Tensor, quantisation: float = 1e-4, seed: int = 0) -> None:
        super().__init__()
        if not quantisation >= 0:
            raise ValueError(f"quantisation: its weight must be at least 0, not {quantisation}")
        self.register_buffer("centres", centres)
        self._quantisation = quantisation
        self._seed = seed

    def forward(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """Of outputs [n, bits] and labels [n, classes] of 0 and 1. Raises ValueError, as `label_centres`."""
        own = label_centres(labels, self.centres, self._seed)
        return central_similarity_loss(outputs, own) + self._quantisation * quantisation_loss(outputs)
