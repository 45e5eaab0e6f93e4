"""What YAML says of the optimiser, and the optimiser."""

from __future__ import annotations

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

    parameters: Any = list(groups)
    match config:
        case AdamWConfig():
            return optim.AdamW(parameters, betas=config.betas, weight_decay=weight_decay)
        case AdamConfig():
            return optim.Adam(parameters, betas=config.betas, weight_decay=weight_decay)
        case SgdConfig():
            return optim.SGD(
                parameters, momentum=config.momentum, nesterov=config.nesterov, weight_decay=weight_decay
            )
