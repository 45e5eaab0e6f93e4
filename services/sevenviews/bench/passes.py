"""Forward and backward passes on a CPU with what makes them faster, and without it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from sevenviews.bench.one_pass import PLAIN_STRIDES
from sevenviews.bench.statistics import Pairs, Spread, alternate
from sevenviews.training.config import SCRATCH_CONFIG, TrainConfig
from sevenviews.training.memory import ALLOCATOR
from sevenviews.training.models.config import ModelConfig


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared: a network as it is trained, and the same without one thing."""

    name: str
    config: TrainConfig
    environment: Mapping[str, str]
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PassFigures:
    """Drawings a second, forward and backward.

    Attributes:
        name: of what is left out.
        backbone: of the network.
        shipped: as `sevenviews train` has it.
        without: the one thing left out.
        ratio: shipped against without, pair by pair.
    """

    name: str
    backbone: str
    shipped: Spread
    without: Spread
    ratio: Spread


def comparisons(threads: int) -> tuple[Comparison, ...]:
    """Of the network that is trained from scratch in its first step, and of MobileNetV2 in its place."""
    scratch = TrainConfig.load(SCRATCH_CONFIG).as_steps()[0].model_copy(update={"threads": threads})
    mobile = scratch.model_copy(
        update={"model": ModelConfig(backbone="mobilenet_v2", freeze_batch_norm=True)}
    )
    return (
        Comparison("kept memory", scratch, {}),
        Comparison("kept memory", mobile, {}),
        Comparison("strided depthwise in single precision", mobile, ALLOCATOR, (PLAIN_STRIDES,)),
    )


def measure(comparison: Comparison, pairs: int, batches: int) -> PassFigures:
    """Time both in turn, each time in a new process.

    Raises:
        ValueError: a number is less than one.
        RuntimeError: a process failed, and what it said.
    """
    if min(pairs, batches) < 1:
        raise ValueError("pairs and batches must be at least 1")
    rounds = alternate(
        pairs,
        lambda _: _timed(comparison.config, batches, ALLOCATOR, ()),
        lambda _: _timed(comparison.config, batches, comparison.environment, comparison.arguments),
    )
    return PassFigures(
        name=comparison.name,
        backbone=comparison.config.model.backbone,
        shipped=Spread.of(rounds.first),
        without=Spread.of(rounds.second),
        ratio=Pairs(rounds.first, rounds.second).ratio,
    )


def _timed(
    config: TrainConfig, batches: int, environment: Mapping[str, str], arguments: tuple[str, ...]
) -> float:
    command = [
        sys.executable,
        "-m",
        "sevenviews.bench.one_pass",
        config.model_dump_json(),
        str(batches),
        *arguments,
    ]
    inherited = {name: value for name, value in os.environ.items() if name not in ALLOCATOR}
    done = subprocess.run(  # noqa: S603 - this interpreter, and arguments of ours
        command, env={**inherited, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the passes failed: {done.stderr.strip()[-500:]}")
    return float(done.stdout.split()[-1])
