"""Initial weights of a backbone: DeepPatent's step 1."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn


def load_initial_weights(features: nn.Module, source: str) -> None:
    """Load a backbone with three input channels.

    Args:
        features: the convolutional part of the network.
        source: a .pt file with its state, or an ONNX file whose convolutions come in the same order, batch
            normalisation folded into them.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is of another network.
    """
    path = Path(source)
    if not path.is_file():
        raise FileNotFoundError(f"there are no initial weights at {path}")
    if path.suffix == ".onnx":
        _load_folded(features, path)
    else:
        features.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))


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
def _load_folded(features: nn.Module, path: Path) -> None:
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
        # The normalisation becomes y = x + b: it was folded into the convolution.
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
