"""All that a run of one step of the protocol has come to: what its checkpoint keeps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from sevenviews.training.losses.base import RetrievalLoss
from sevenviews.training.models.build import Encoder
from sevenviews.training.places import BEST, CHECKPOINT


@dataclass(slots=True)
class TrainingState:
    """The network, the loss with its classes, the optimiser, and how far they have come."""

    model: Encoder
    loss: RetrievalLoss
    optimizer: torch.optim.Optimizer
    step: int = 0  # batches done
    best: float = -1.0  # the best validation mAP
    stale: int = 0  # validations since then

    def note(self, mean_average_precision: float) -> bool:
        """Remember a validation; whether it is the best so far."""
        if mean_average_precision > self.best:
            self.best, self.stale = mean_average_precision, 0
            return True
        self.stale += 1
        return False

    def save(self, folder: Path) -> None:
        """Whole or not at all: a killed worker leaves the checkpoint before."""
        state = {
            "model": self.model.state_dict(),
            "loss": self.loss.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "best": self.best,
            "stale": self.stale,
        }
        _write(state, folder / CHECKPOINT)

    def save_best(self, folder: Path) -> None:
        """The weights alone."""
        _write({"model": self.model.state_dict(), "step": self.step}, folder / BEST)

    def load(self, folder: Path, device: torch.device) -> None:
        """Go on from the folder's checkpoint, if it has one."""
        if not (folder / CHECKPOINT).is_file():
            return
        state = torch.load(folder / CHECKPOINT, map_location=device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.loss.load_state_dict(state["loss"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]
        self.best, self.stale = state["best"], state["stale"]


def save_fitted(model: Encoder, folder: Path) -> None:
    """The checkpoint of a step that takes no batch."""
    _write({"model": model.state_dict(), "step": 0, "stale": 0}, folder / CHECKPOINT)


def is_done(folder: Path, steps: int, patience: int) -> bool:
    """Whether a run of one step has nothing left to do: all its batches are done, or it has ended early."""
    if not (folder / CHECKPOINT).is_file():
        return False
    state = torch.load(folder / CHECKPOINT, map_location="cpu", weights_only=True, mmap=True)
    return bool(state["step"] >= steps or (patience and state["stale"] >= patience))


def _write(state: dict[str, Any], path: Path) -> None:
    unfinished = path.with_name(f".{path.name}")
    torch.save(state, unfinished)
    unfinished.replace(path)
