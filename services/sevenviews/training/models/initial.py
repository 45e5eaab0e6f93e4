"""Initial weights of a backbone: DeepPatent's step 1."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from sevenviews.training.models.config import ModelConfig
from sevenviews.training.places import last_step, weights_file

_FEATURES = ("features.", "_branches.0.features.")


def load_state(network: nn.Module, features: nn.Module, path: Path) -> None:
    """Load a .pt or .pth file: the state of the whole network, as torchvision publishes it, or of its features.

    Raises FileNotFoundError: there is no such file; ValueError: it is of another network.
    """
    if not path.is_file():
        raise FileNotFoundError(f"there are no initial weights at {path}")
    state = torch.load(path, map_location="cpu", weights_only=True)
    target = network if state.keys() == network.state_dict().keys() else features
    _load_strictly(target, state, path.name)


def load_features_of_run(features: nn.Module, run: Path, config: ModelConfig) -> None:
    """Load the backbone that a run has trained: RotNet, or an earlier step.

    Raises FileNotFoundError: the folder holds no trained run; ValueError: it trained another network.
    """
    state = state_of_run(run)
    prefix = next((one for one in _FEATURES if any(name.startswith(one) for name in state)), None)
    if prefix is None:
        raise ValueError(f"initial_weights: the checkpoint of {run} holds no backbone")
    mine = {name.removeprefix(prefix): one for name, one in state.items() if name.startswith(prefix)}
    _load_strictly(features, mine, f"the run {run.name}", config.backbone)


def state_of_run(run: Path) -> dict[str, Tensor]:
    """The weights that a run has trained. Raises FileNotFoundError: the folder holds no trained run."""
    weights = weights_file(last_step(run))
    state: dict[str, Tensor] = torch.load(weights, map_location="cpu", weights_only=True)["model"]
    return state


def _load_strictly(target: nn.Module, state: Mapping[str, Tensor], source: str, wanted: str = "it") -> None:
    own = target.state_dict()
    for name in sorted(own.keys() ^ state.keys()):
        where = "lacks" if name in own else "has, beyond the network,"
        raise ValueError(f"initial_weights: {source} is of another network than {wanted}: it {where} {name}")
    for name, value in own.items():
        if value.shape != state[name].shape:
            raise ValueError(
                f"initial_weights: {source} is of another network than {wanted}: {name} is "
                f"{tuple(state[name].shape)}, not {tuple(value.shape)}"
            )
    target.load_state_dict(state)


def one_input_channel(features: nn.Module) -> None:
    """Let the first convolution take one channel: its weights summed over colours, as for R = G = B."""
    for parent in features.modules():
        for name, child in parent.named_children():
            if isinstance(child, nn.Conv2d):
                if child.in_channels == 3:  # noqa: PLR2004 - colours
                    setattr(parent, name, _grey(child))
                return


def _grey(colour: nn.Conv2d) -> nn.Conv2d:
    grey = nn.Conv2d(
        1,
        colour.out_channels,
        colour.kernel_size,  # type: ignore[arg-type]
        colour.stride,  # type: ignore[arg-type]
        colour.padding,  # type: ignore[arg-type]
        bias=colour.bias is not None,
    )
    with torch.no_grad():
        grey.weight.copy_(colour.weight.sum(1, keepdim=True))
        if grey.bias is not None and colour.bias is not None:
            grey.bias.copy_(colour.bias)
    return grey


@torch.no_grad()
def load_folded(features: nn.Module, path: Path) -> None:
    """Load an ONNX file whose convolutions come in the same order, batch normalisation folded into them.

    Raises FileNotFoundError: there is no such file; ValueError: it is of another network.
    """
    if not path.is_file():
        raise FileNotFoundError(f"there are no initial weights at {path}")
    convolutions = [module for module in features.modules() if isinstance(module, nn.Conv2d)]
    norms = [module for module in features.modules() if isinstance(module, nn.BatchNorm2d)]
    folded = _convolutions_of(path)[: len(convolutions)]
    if len(norms) != len(convolutions) or len(folded) != len(convolutions):
        raise ValueError(f"{path.name} has {len(folded)} convolutions, the network {len(convolutions)}")
    for convolution, norm, (weight, bias) in zip(convolutions, norms, folded, strict=True):
        if tuple(convolution.weight.shape) != weight.shape:
            raise ValueError(
                f"{path.name}: a convolution is {weight.shape}, not {tuple(convolution.weight.shape)}"
            )
        convolution.weight.copy_(torch.from_numpy(weight))
        set_to_bias(norm, bias)


def set_to_bias(norm: nn.BatchNorm2d, bias: np.ndarray) -> None:
    """Let a normalisation that was folded into its convolution be y = x + b."""
    norm.running_mean.zero_()  # type: ignore[union-attr]
    norm.running_var.fill_(1 - norm.eps)  # type: ignore[union-attr]
    norm.weight.fill_(1)
    norm.bias.copy_(torch.from_numpy(bias))


def _convolutions_of(path: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(path).graph
    values = {one.name: one for one in graph.initializer}
    found = []
    for node in graph.node:
        if node.op_type == "Conv" and len(node.input) == 3:  # noqa: PLR2004 - input, weight, bias
            weight, bias = (numpy_helper.to_array(values[name]).copy() for name in node.input[1:])
            found.append((weight, bias))
    return found
