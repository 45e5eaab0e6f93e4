"""Batches as the network gets them: read ahead in a thread, augmented where the network is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from sevenviews.training.augmentation import Changes, change, draw_changes
from sevenviews.training.config import ROTATIONS, TrainConfig, is_rotation
from sevenviews.training.drawings import DrawingDataset
from sevenviews.training.labels import categories_of
from sevenviews.training.sampling import BatchSampler, companions
from sevenviews.training.split import Indices

_AHEAD = 2
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Batch:
    """A worker's share of a batch."""

    drawings: Tensor  # uint8 [n, 1, side, side], augmented
    labels: Tensor  # int64 [n]
    branch: Tensor
    """int64 [n]; alternate drawings of a design go through either branch of a network that has two."""


@dataclass(frozen=True, slots=True)
class Batches:
    """All batches of a run, each decided by the seed and its number."""

    config: TrainConfig  # of one step of the protocol
    dataset: DrawingDataset  # all drawings
    training: Indices  # those that are trained on
    labels: Indices  # of each of those
    rank: int  # of this worker
    device: torch.device  # where the network is

    def from_number(self, first: int) -> Generator[Batch, None, None]:
        """The batches from one on, up to the last."""
        sampler = make_sampler(self.config, self.dataset, self.training)
        numbers = range(first, self.config.optimization.steps)
        for read in _read_ahead(lambda number: self._read(sampler, number), numbers):
            yield self._finished(*read)

    def _read(self, sampler: BatchSampler, number: int) -> tuple[Tensor, Tensor | None, Tensor, Changes]:
        rows = sampler.batch(number)
        chosen = self.training[rows]
        generator = torch.Generator().manual_seed((self.config.seed << 32) + number)
        of_all = torch.from_numpy(self.dataset.designs[chosen])
        changes = draw_changes(of_all, self.config.augmentation, generator)
        share = len(rows) // self.config.workers
        mine = slice(self.rank * share, (self.rank + 1) * share)
        paper = self._pixels(chosen[mine])
        others = None
        if self.config.augmentation.join:
            of_each = self.config.optimization.drawings_per_design
            designs = self.dataset.designs[self.training]
            chance = np.random.default_rng([self.config.seed, number])
            others = self._pixels(self.training[companions(designs, rows, of_each, chance)[mine]])
        return paper, others, torch.from_numpy(self.labels[rows[mine]]), changes.of(mine)

    def _pixels(self, chosen: Indices) -> Tensor:
        # The order of the file, so that a disk reads on.
        order = np.argsort(chosen)
        paper = np.empty((len(chosen), *self.dataset.pixels.shape[1:]), np.uint8)
        paper[order] = self.dataset.pixels[chosen[order]]
        return torch.from_numpy(paper)[:, None]

    def _finished(self, paper: Tensor, others: Tensor | None, labels: Tensor, changes: Changes) -> Batch:
        side = self.config.optimization.image_size
        others = others if others is None else others.to(self.device)
        drawings = change(paper.to(self.device), changes.to(self.device), side, others)
        if is_rotation(self.config.loss):
            drawings, labels = in_all_rotations(drawings)
        return Batch(drawings, labels.to(self.device), torch.arange(len(labels), device=self.device) % 2)


def make_sampler(config: TrainConfig, dataset: DrawingDataset, training: Indices) -> BatchSampler:
    """What deals the drawings that are trained on. Raises ValueError: they do not fill a batch."""
    options, designs = config.optimization, dataset.designs[training]
    if is_rotation(config.loss):
        return BatchSampler(designs, options.batch_size // ROTATIONS, 1, config.seed)
    classes = categories_of(dataset, training) if options.class_aware else None
    return BatchSampler(
        designs, options.batch_size, options.drawings_per_design, config.seed, options.copies, classes
    )


def in_all_rotations(drawings: Tensor) -> tuple[Tensor, Tensor]:
    """Each drawing by 0, 90, 180 and 270 degrees, side by side, and by how many quarter turns (RotNet)."""
    turned = torch.stack([torch.rot90(drawings, turns, (2, 3)) for turns in range(ROTATIONS)], 1)
    labels = torch.arange(ROTATIONS, device=drawings.device).repeat(len(drawings))
    return turned.flatten(0, 1), labels


def _read_ahead(read: Callable[[int], _Read], numbers: range) -> Iterator[_Read]:
    """Read in a thread, a little ahead of what is asked for; its errors arrive here."""
    ahead: deque[Future[_Read]] = deque()
    pool = ThreadPoolExecutor(1, "read-ahead")
    try:
        for number in numbers:
            ahead.append(pool.submit(read, number))
            if len(ahead) > _AHEAD:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
