"""The plain training loop of the smaller networks: AdamW or SGD, warm-up, half a cosine, shuffled batches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from sevenviews.training.classification.config import Optimizer
from sevenviews.training.optimizers import AdamWConfig, SgdConfig, make_optimizer, warmed_cosine

_GRADIENT_NORM = 5.0
_WARMUP_SHARE = 0.05

Loss = Callable[[Tensor, Tensor, int], Tensor]
"""Of outputs, labels and the step, counted from 0: a number."""

Change = Callable[[Tensor, torch.Generator], Tensor]
"""What is done to a batch before the network sees it."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast."""

    steps: int  # batches
    batch_size: int  # samples of each
    rate: float  # learning rate after the warm-up, of the first twentieth of the steps
    weight_decay: float = 1e-4  # of the optimizer
    seed: int = 0  # of the order of the samples
    bfloat16: bool = False  # compute in it, which some processors do faster
    optimizer: Optimizer = "adamw"  # AdamW, or stochastic gradient descent with Nesterov's momentum of 0.9

    def rate_at(self, step: int) -> float:
        """Linear from 0, then half a cosine to 0."""
        return self.rate * warmed_cosine(step, self.steps, max(1, round(_WARMUP_SHARE * self.steps)))


def fit(
    network: nn.Module,
    inputs: Tensor,
    labels: Tensor,
    loss: Loss,
    schedule: Schedule,
    change: Change = lambda batch, _: batch,
    advance: Callable[[int, float], None] = lambda _step, _loss: None,
) -> list[float]:
    """Train a network in place, on its own device; returns the loss of each step.

    Args:
        inputs: [n, …], n at least 2.
        labels: [n, …].
        loss: may have parameters of its own only if they are the network's as well.
        schedule: how long and how fast; a batch is never larger than n.

    Raises ValueError: there are fewer than two samples, labels are not as many, or the loss is not finite.
    """
    if len(inputs) < 2 or len(inputs) != len(labels):  # noqa: PLR2004 - batch normalisation needs two
        raise ValueError(
            f"samples: {len(inputs)} with {len(labels)} labels; as many, and at least 2, are needed"
        )
    device = next(network.parameters()).device
    groups = [{"params": network.parameters(), "lr": schedule.rate}]
    kind = AdamWConfig() if schedule.optimizer == "adamw" else SgdConfig()
    optimizer = make_optimizer(kind, groups, schedule.weight_decay)
    generator = torch.Generator().manual_seed(schedule.seed)
    size = min(schedule.batch_size, len(inputs))
    order = torch.empty(0, dtype=torch.long)
    losses = []
    network.train()
    for step in range(schedule.steps):
        if len(order) < size:
            order = torch.randperm(len(inputs), generator=generator)
        chosen, order = order[:size], order[size:]
        for group in optimizer.param_groups:
            group["lr"] = schedule.rate_at(step)
        batch = change(inputs[chosen], generator).to(device)
        with torch.autocast(device.type, torch.bfloat16, enabled=schedule.bfloat16):
            outputs = network(batch)
        value = loss(outputs.float(), labels[chosen].to(device), step)
        if not value.isfinite():
            raise ValueError(f"the loss of step {step + 1} is {float(value.detach())}: take a smaller rate")
        optimizer.zero_grad(set_to_none=True)
        value.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), _GRADIENT_NORM)
        optimizer.step()
        losses.append(float(value.detach()))
        advance(step + 1, losses[-1])
    return losses


def check_labels(labels: npt.NDArray[np.bool_], samples: int) -> None:
    """Raise ValueError if labels are not [samples, classes], a sample has none, or only one class occurs."""
    if labels.ndim != 2 or len(labels) != samples:  # noqa: PLR2004 - samples, classes
        raise ValueError(f"labels: {labels.shape} for {samples} samples")
    if not labels.any(1).all():
        raise ValueError(f"labels: {int((~labels.any(1)).sum())} samples have none")
    if labels.any(0).sum() < 2:  # noqa: PLR2004 - one class teaches nothing
        raise ValueError("labels: only one class occurs; at least 2 are needed")


@torch.no_grad()
def outputs_of(network: nn.Module, inputs: Tensor, batch_size: int = 256, bfloat16: bool = False) -> Tensor:
    """What a trained network gives: float32 [n, outputs], on the CPU."""
    network.eval()
    device = next(network.parameters()).device
    parts = []
    for at in range(0, len(inputs), batch_size):
        with torch.autocast(device.type, torch.bfloat16, enabled=bfloat16):
            parts.append(network(inputs[at : at + batch_size].to(device)).float().cpu())
    return torch.cat(parts)
