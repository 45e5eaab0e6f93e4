"""What YAML says of the optimiser, and the optimiser."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from sevenviews.lab.settings import Settings, check_kind

if TYPE_CHECKING:
    from torch.optim import Optimizer


class AdamWConfig(Settings):
    """AdamW: weight decay apart from the gradient."""

    kind: Literal["adamw"] = "adamw"
    betas: tuple[float, float] = (0.9, 0.999)


class AdamConfig(Settings):
    """Adam: DeepPatent's step 3."""

    kind: Literal["adam"] = "adam"
    betas: tuple[float, float] = (0.9, 0.999)


class SgdConfig(Settings):
    """Gradient descent with momentum: DeepPatent's step 2, with Nesterov's."""

    kind: Literal["sgd"] = "sgd"
    momentum: float = Field(default=0.9, ge=0, lt=1)
    nesterov: bool = True


OptimizerConfig = Annotated[
    Annotated[AdamWConfig | AdamConfig | SgdConfig, Field(discriminator="kind")],
    BeforeValidator(partial(check_kind, kinds=("adamw", "adam", "sgd"))),
]


def make_optimizer(
    config: OptimizerConfig, groups: Sequence[dict[str, Any]], weight_decay: float
) -> Optimizer:
    """The optimiser of some parameter groups, each with its own learning rate "lr"."""
    from torch import optim

    kinds: dict[str, Any] = {"adamw": optim.AdamW, "adam": optim.Adam, "sgd": optim.SGD}
    made: Optimizer = kinds[config.kind](
        list(groups), weight_decay=weight_decay, **config.model_dump(exclude={"kind"})
    )
    return made


def warmed_cosine(step: int, steps: int, warmup: int) -> float:
    """The share of its rate that a step has: a linear warm-up, then half a cosine down to nothing."""
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warmup) / max(1, steps - warmup))))
