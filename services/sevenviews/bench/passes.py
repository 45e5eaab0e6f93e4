"""Forward and backward passes on a CPU with what makes them faster, and without it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sevenviews.bench.comparison import Comparison, Report, alternate
from sevenviews.bench.one_pass import PLAIN_STRIDES
from sevenviews.training.config import SCRATCH_CONFIG, TrainConfig
from sevenviews.training.memory import ALLOCATOR
from sevenviews.training.models.config import ModelConfig


@dataclass(frozen=True, slots=True)
class Without:
    """A network as `sevenviews train` has it, but for one thing, whose name this is.

    Attributes:
        environment, arguments: of its process, where they are other than those of the whole.
    """

    name: str
    config: TrainConfig
    environment: Mapping[str, str] = field(default_factory=lambda: ALLOCATOR)
    arguments: tuple[str, ...] = ()


def shipped(threads: int) -> tuple[Without, ...]:
    """Of the network that is trained from scratch in its first step, and of MobileNetV2 in its place."""
    scratch = TrainConfig.load(SCRATCH_CONFIG).as_steps()[0].model_copy(update={"threads": threads})
    mobile = scratch.model_copy(
        update={"model": ModelConfig(backbone="mobilenet_v2", freeze_batch_norm=True)}
    )
    return (
        Without("kept memory", scratch, environment={}),
        Without("kept memory", mobile, environment={}),
        Without("single precision in strided depthwise", mobile, arguments=(PLAIN_STRIDES,)),
    )


def measure(compared: Sequence[Without], pairs: int, batches: int) -> Report:
    """Time both in turn, each time in a new process of so many batches.

    Raises:
        ValueError: a number is less than one.
        RuntimeError: a process failed, and what it said.
    """
    if batches < 1:
        raise ValueError("batches must be at least 1")
    return Report("passes", "a CPU", tuple(_compared(one, pairs, batches) for one in compared))


def _compared(one: Without, pairs: int, batches: int) -> Comparison:
    ours, others = alternate(
        pairs,
        lambda _: _timed(one.config, batches, ALLOCATOR, ()),
        lambda _: _timed(one.config, batches, one.environment, one.arguments),
    )
    work = f"passes of {one.config.model.backbone}"
    return Comparison.of(work, f"without {one.name}", "drawings/s", ours, others)


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
