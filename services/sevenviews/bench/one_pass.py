"""Forward and backward passes in a process of its own: what its memory allocator is told, it is told at the start.

Started by `passes`; writes the drawings a second as its last line.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import nn

from sevenviews.training.config import TrainConfig
from sevenviews.training.models.build import make_model
from sevenviews.training.models.depthwise import StridedDepthwise

PLAIN_STRIDES = "plain-strides"


def rate(config: TrainConfig, batches: int, plain_strides: bool) -> float:
    """Drawings a second over batches of noise, in training.

    Args:
        config: of one step; its network, sides and threads matter.
        batches: that are timed, after one that is not.
        plain_strides: leave strided depthwise convolutions to autocast.
    """
    torch.set_num_threads(config.threads)
    torch.manual_seed(0)
    model = make_model(config.model.without_initial_weights())
    if plain_strides:
        _leave_to_autocast(model)
    model.to(memory_format=torch.channels_last).train()
    options = config.optimization
    shape = (options.batch_size, 1, options.image_size, options.image_size)
    drawings = torch.randint(0, 256, shape, dtype=torch.uint8)
    branch = torch.zeros(options.batch_size, dtype=torch.int64)

    def both_ways() -> None:
        model.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=config.bfloat16):
            vectors = model.vectors(drawings, "embedding", branch)
        vectors.float().sum().backward()  # type: ignore[no-untyped-call]

    both_ways()
    started = time.perf_counter()
    for _ in range(batches):
        both_ways()
    return batches * options.batch_size / (time.perf_counter() - started)


def _leave_to_autocast(model: nn.Module) -> None:
    for module in model.modules():
        if isinstance(module, StridedDepthwise):
            module.__class__ = nn.Conv2d  # type: ignore[assignment]  # it is one, but for its forward pass


if __name__ == "__main__":
    step = TrainConfig.model_validate_json(sys.argv[1])
    # In a thread, as Ray Train does it: there glibc's allocator is another than in the first one.
    with ThreadPoolExecutor(1) as thread:
        measured = thread.submit(rate, step, int(sys.argv[2]), PLAIN_STRIDES in sys.argv).result()
    sys.stdout.write(f"{measured}\n")
