"""Several workers that compute what one would: over the batch of all of them, not each over its own.

A loss compares drawings with each other and with classes, so it needs the vectors of the whole batch; batch
normalisation needs its statistics. Without a process group (one worker) nothing here does anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.distributed.nn.functional import all_gather, all_reduce


def workers() -> int:
    """How many there are."""
    return distributed.get_world_size() if distributed.is_initialized() else 1


def worker_rank() -> int:
    """Which of them this is, from 0."""
    return distributed.get_rank() if distributed.is_initialized() else 0


def gather(local: Tensor) -> Tensor:
    """The rows of all workers, in their order; each has as many.

    Its gradient is summed over the workers. Each of them computes the same loss, so that DistributedDataParallel,
    which takes the mean, leaves exactly the gradient of one worker with the whole batch.
    """
    return local if workers() == 1 else torch.cat(all_gather(local.contiguous()))  # type: ignore[no-untyped-call]


def share_start(parameters: Iterable[Tensor]) -> None:
    """Let all begin with the first worker's: those of a loss, which DistributedDataParallel does not know."""
    if workers() > 1:
        for parameter in parameters:
            distributed.broadcast(parameter.detach(), 0)


def average_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """Let all take the same step with what DistributedDataParallel does not know: the classes of a loss.

    They computed the same gradients; their last digits may differ, and would drift apart.
    """
    if workers() > 1:
        for parameter in parameters:
            if parameter.grad is not None:
                distributed.all_reduce(parameter.grad)
                parameter.grad /= workers()


def from_first(value: Any) -> Any:
    """What the first worker has."""
    if workers() == 1:
        return value
    holder = [value]
    distributed.broadcast_object_list(holder, 0)
    return holder[0]


def with_global_batch_norm(module: nn.Module) -> nn.Module:
    """Let batch normalisation take its statistics over all workers; torch's own does so on GPUs alone."""
    if workers() > 1:
        for one in module.modules():
            if type(one) is nn.BatchNorm2d:
                one.__class__ = GlobalBatchNorm2d
    return module


class GlobalBatchNorm2d(nn.BatchNorm2d):
    """Batch normalisation with the mean and variance of all workers' batches together."""

    def forward(self, features: Tensor) -> Tensor:
        if not self.training:
            return super().forward(features)
        single = features.float()
        # Means of as many values each: their mean is that of all.
        mean = _mean_of_all(single.mean((0, 2, 3)))
        variance = _mean_of_all((single - mean[:, None, None]).square().mean((0, 2, 3)))
        self._remember(mean.detach(), variance.detach(), features.numel() // features.shape[1] * workers())
        scale = self.weight * torch.rsqrt(variance + self.eps)
        shift = self.bias - mean * scale
        return (single * scale[:, None, None] + shift[:, None, None]).to(features.dtype)

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor, count: int) -> None:
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        self.num_batches_tracked += 1
        rate = self.momentum if self.momentum is not None else 1 / float(self.num_batches_tracked)
        self.running_mean.lerp_(mean, rate)
        self.running_var.lerp_(variance * count / (count - 1), rate)


def _mean_of_all(local: Tensor) -> Tensor:
    # Each worker's loss, through its own features, depends on the mean of all: its gradient is their mean, too.
    total: Tensor = all_reduce(local.clone())  # type: ignore[no-untyped-call]
    return total / workers()
