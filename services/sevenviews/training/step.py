"""One step of the training: a batch through the network, the loss, the gradients, the optimiser."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sevenviews.training.batches import Batch
from sevenviews.training.config import TrainConfig
from sevenviews.training.distributed import average_gradients, gather, worker_rank
from sevenviews.training.losses.base import Level
from sevenviews.training.models.build import Encoder
from sevenviews.training.optimizers import warmed_cosine
from sevenviews.training.state import TrainingState

_GRADIENT_NORM = 5.0


class Trained(nn.Module):
    """What is trained: from drawings to the vectors that the loss takes."""

    def __init__(self, model: Encoder, level: Level) -> None:
        super().__init__()
        self.model = model
        self._level: Level = level

    def forward(self, drawings: Tensor, branch: Tensor) -> Tensor:
        return self.model.vectors(drawings, self._level, branch)


def take_step(state: TrainingState, network: nn.Module, batch: Batch, config: TrainConfig) -> Tensor:
    """Learn from one batch, in place.

    Args:
        state: of the run; its step is counted up.
        network: a `Trained` of the state's model, maybe wrapped for several workers.
        batch: this worker's share.
        config: of one step of the protocol.

    Returns:
        The loss over the batch of all workers, a number without gradient.
    """
    network.train()
    # Dropout, too, goes on after an interruption as it would have; other drawings, other chance.
    torch.manual_seed(hash((config.seed, state.step, worker_rank())))
    options = config.optimization
    share = warmed_cosine(state.step, options.steps, options.warmup_steps)
    if options.schedule == "constant" and state.step >= options.warmup_steps:
        share = 1.0
    for group in state.optimizer.param_groups:
        group["lr"] = group["peak"] * share
    vectors = forward(network, batch, config)
    loss: Tensor = state.loss(gather(vectors.float()), gather(batch.labels))
    state.optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    average_gradients(state.loss.parameters())
    nn.utils.clip_grad_norm_(state.model.parameters(), _GRADIENT_NORM)
    state.optimizer.step()
    state.step += 1
    return loss.detach()


def forward(network: nn.Module, batch: Batch, config: TrainConfig) -> Tensor:
    """The vectors of a batch, computed in bfloat16 where that is asked for."""
    with torch.autocast(batch.drawings.device.type, torch.bfloat16, enabled=config.bfloat16):
        vectors: Tensor = network(batch.drawings, batch.branch)
    return vectors
