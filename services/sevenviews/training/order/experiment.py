"""The rows of an order experiment: each trained, and measured on the designs that it held out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from sevenviews.lab.descriptors import open_descriptor
from sevenviews.training.config import TrainConfig
from sevenviews.training.drawings import DrawingDataset, open_dataset
from sevenviews.training.order.config import OrderConfig
from sevenviews.training.run import local_ray, train
from sevenviews.training.split import split
from sevenviews.training.validation import measure

_EXAMPLES = 2000
"""Drawings that a descriptor which learns is fitted on, of those trained on."""

_RUNS, _DRAWINGS = "runs", "drawings"


@dataclass(frozen=True, slots=True)
class Measured:
    """A row, trained with a seed, or a descriptor on the same held-out drawings.

    Attributes:
        row: its name.
        seed: of the split, the initial weights and all batches.
        mean_average_precision: each held-out drawing asks for the others of its design, over the whole ranking.
        accuracy_at_1: likewise.
        drawings: that were trained on, repetitions counted; 0 for a descriptor.
    """

    row: str
    seed: int
    mean_average_precision: float
    accuracy_at_1: float
    drawings: int


def run_order(config: OrderConfig, out: Path, tell: Callable[[str], None]) -> Iterator[Measured]:
    """Train and measure, seed by seed; the same folder again goes on where it was broken off.

    Args:
        config: what to do.
        out: folder; runs and the drawings that they share lie in it.
        tell: is told what happens, a line at a time.

    Raises:
        FileNotFoundError, ValueError: as `train` does.
    """
    runs = out.resolve() / _RUNS
    with local_ray():
        for seed in config.seeds:
            for row in config.rows:
                yield _trained(row, config.training(row, seed), runs / f"{slug(row)}-{seed}", tell)
            if config.descriptors:
                of_data = config.training(next(iter(config.rows)), seed)
                yield from _described(config.descriptors, of_data, runs / _DRAWINGS, tell)


def slug(row: str) -> str:
    """A row's name as that of a folder."""
    return re.sub("[^a-z0-9]+", "-", row.lower()).strip("-")


def _trained(row: str, config: TrainConfig, folder: Path, tell: Callable[[str], None]) -> Measured:
    tell(f"{row}, seed {config.seed}")
    last = train(config, folder, tell).metrics[-1]
    seen = sum(step.batches * step.optimization.batch_size for step in config.as_steps())
    return Measured(row, config.seed, last["validation_map"], last["validation_acc1"], seen)


def _described(
    names: tuple[str, ...], config: TrainConfig, drawings: Path, tell: Callable[[str], None]
) -> Iterator[Measured]:
    dataset = open_dataset(drawings, config.data, config.seed, config.threads, tell)
    parts = split(dataset, config.data, config.seed)
    chance = np.random.default_rng(config.seed)
    examples = chance.choice(parts.training, min(_EXAMPLES, len(parts.training)), replace=False)
    for name in names:
        descriptor = open_descriptor(name, lambda side: _resized(dataset, np.sort(examples), side))
        vectors = descriptor.describe(_resized(dataset, parts.validation, descriptor.side))
        found = measure(vectors, dataset.designs[parts.validation])
        yield Measured(name, config.seed, found["validation_map"], found["validation_acc1"], 0)


def _resized(dataset: DrawingDataset, indices: npt.NDArray[np.int64], side: int) -> npt.NDArray[np.uint8]:
    """[n, 1, side, side] of the drawings as they are kept: the same that the networks are given."""
    kept = dataset.pixels.shape[1]
    how = cv2.INTER_AREA if side < kept else cv2.INTER_LINEAR
    return np.stack(
        [cv2.resize(dataset.pixels[one], (side, side), interpolation=how)[None] for one in indices]
    )
