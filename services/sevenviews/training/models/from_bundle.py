"""A deployed model as initial weights: its ONNX file keeps the names of the network's parameters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from sevenviews.encoder.bundle import MANIFEST_FILE, Bundle, load_bundle
from sevenviews.encoder.session import EncoderSession
from sevenviews.training.models.initial import set_to_bias

_LEAST_COSINE = 0.9999
_COMPARED = 4


def is_bundle(path: Path) -> bool:
    """Whether a directory holds a model bundle."""
    return (path / MANIFEST_FILE).is_file()


@torch.no_grad()
def load_from_bundle(model: nn.Module, path: Path) -> None:
    """Take over a bundle's weights, and prove by its own answers that the network is the same.

    A convolution into which its batch normalisation was folded leaves y = x + b of that. Raises ValueError: the
    bundle is of another network; SevenviewsError: MODEL_BUNDLE_INVALID.
    """
    bundle = load_bundle(path)
    constants, biases = _constants(bundle.model_path)
    for name, value in model.state_dict().items():
        if name in constants and constants[name].shape == tuple(value.shape):
            value.copy_(torch.from_numpy(constants[name]))
    convolutions = [(name, one) for name, one in model.named_modules() if isinstance(one, nn.Conv2d)]
    norms = [one for one in model.modules() if isinstance(one, nn.BatchNorm2d)]
    if len(norms) == len(convolutions):
        for (name, convolution), norm in zip(convolutions, norms, strict=True):
            if convolution.bias is None and f"{name}.weight" in biases:
                set_to_bias(norm, biases[f"{name}.weight"])
    _hold_against(model, bundle)


def _constants(path: Path) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Every constant by its name, and the biases of convolutions by the names of their weights."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(path).graph
    constants = {one.name: np.array(numpy_helper.to_array(one)) for one in graph.initializer}
    # Of equal constants the exporter keeps one. Shifts of normalisations whose outputs are added learn the same.
    for node in graph.node:
        if node.op_type == "BatchNormalization":
            norm = node.input[-1].removesuffix(".running_var")
            for part, kept in zip(("weight", "bias", "running_mean"), node.input[1:4], strict=True):
                constants.setdefault(f"{norm}.{part}", constants[kept])
    biases = {
        node.input[1]: constants[node.input[2]]
        for node in graph.node
        if node.op_type == "Conv" and len(node.input) == 3 and node.input[2] in constants  # noqa: PLR2004
    }
    return constants, biases


def _hold_against(model: nn.Module, bundle: Bundle) -> None:
    side = bundle.manifest.image_size
    drawings = np.random.default_rng(0).integers(0, 256, (_COMPARED, 1, side, side), np.uint8)
    was_training = model.training
    own = model.eval()(torch.from_numpy(drawings)).numpy()
    model.train(was_training)
    deployed = EncoderSession(bundle).embed(drawings)
    if own.shape != deployed.shape or not float((own * deployed).sum(1).min()) >= _LEAST_COSINE:
        raise ValueError(
            f"initial_weights: the bundle {bundle.version} ({bundle.manifest.name}) is of another network than the "
            "configuration describes"
        )
