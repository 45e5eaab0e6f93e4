"""What every loss is to the training loop."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

Level = Literal["embedding", "pooled"]
"""Which vectors of the network a loss takes."""


class RetrievalLoss(nn.Module):
    """A loss over a batch: vectors [n, dimension] and labels [n], integers from 0, to a scalar.

    A batch from which nothing can be learned (no two drawings of a patent, one patent alone) gives 0 with zero
    gradients, never NaN: other workers of the same run may be waiting for the backward pass.
    """

    level: Level = "embedding"

    def forward(self, vectors: Tensor, labels: Tensor) -> Tensor:
        """The loss."""
        raise NotImplementedError

    def start_at(self, means: Tensor) -> None:
        """Let the classes begin at the mean vectors of their drawings, [classes, dimension]; most have none."""


def zero(vectors: Tensor) -> Tensor:
    """A loss of nothing, that can still be differentiated."""
    return vectors.sum() * 0
