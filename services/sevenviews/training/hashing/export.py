"""A learned hash head as a bundle: the model whose features it takes, and the head behind it, in one ONNX file.

The signs of the embeddings are the bits, so a release by Hamming distance (`sevenviews reembed --metric hamming`)
keeps the codes themselves.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch import nn

from sevenviews.encoder import default_bundle_path, load_bundle
from sevenviews.encoder.bundle import Bundle, write_bundle
from sevenviews.encoder.session import OUTPUT, EncoderSession
from sevenviews.training.export import LEAST_COSINE, ExportError, line_drawings
from sevenviews.training.hashing.head import HashHead
from sevenviews.training.minibatches import outputs_of

_CHECKED = 32
_UNDECIDED = 1e-4
"""Of outputs of unit length: so near to 0 either sign is right."""

_HEAD = "hash_head"


def base_bundle(model: str) -> Bundle:
    """The bundle whose features a head was trained on.

    `model`: as `--model` takes it. Raises ValueError: it is no bundle, but a classic descriptor or a bare ONNX file;
    SevenviewsError: the bundle is damaged.
    """
    path = default_bundle_path() if model == "default" else Path(model)
    if not path.is_dir():
        raise ValueError(
            f"model: a bundle can be made of codes over a bundle's features only, not over {model!r}"
        )
    return load_bundle(path)


def check_bits(bits: int) -> None:
    """Raise ValueError where a release could not keep the codes: it stores whole bytes."""
    if bits % 8:
        raise ValueError(f"bits: {bits} are no whole number of bytes, as a release of codes needs")


def export_head(
    head: HashHead, base: Bundle, out: Path, name: str, training: Mapping[str, Any] | None = None
) -> Bundle:
    """Write a bundle whose embeddings z/‖z‖ have the signs of the head's outputs z; nothing unproven lies at `out`.

    `head`: [n, dimension of the base] to [n, bits]; `base`: the model of its features. Raises ValueError: the bits
    are no whole number of bytes, or the head takes features of another length; ExportError: ONNX and torch differ in
    a bit, or by more than a cosine of 0.9999.
    """
    first, last = _linear(head)[0], _linear(head)[-1]
    if first.in_features != base.manifest.dimension:
        raise ValueError(
            f"dimension: the head takes {first.in_features} numbers, the model gives {base.manifest.dimension}"
        )
    check_bits(last.out_features)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        onnx.save(_extended(onnx.load(base.model_path), head), path)

        def write(to: Path) -> Bundle:
            return write_bundle(
                to,
                path,
                name=name,
                image_size=base.manifest.image_size,
                dimension=last.out_features,
                created=datetime.now(UTC).date().isoformat(),
                training={
                    **(training or {}),
                    "features": {"name": base.manifest.name, "version": base.version},
                },
            )

        verify_head(head, base, write(Path(folder) / "bundle"))
        return write(out)


def verify_head(head: HashHead, base: Bundle, bundle: Bundle) -> None:
    """Hold a bundle's embeddings of some line drawings against the head in torch, upon the base's features.

    Raises ExportError: a bit differs, or the cosine is below 0.9999.
    """
    drawings = line_drawings(_CHECKED, base.manifest.image_size)
    expected = outputs_of(head, torch.from_numpy(EncoderSession(base).embed(drawings))).numpy()
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    found = EncoderSession(bundle).embed(drawings)
    differing = ((found > 0) != (expected > 0)) & (np.abs(expected) > _UNDECIDED)
    if differing.any():
        raise ExportError(f"ONNX and torch differ in {int(differing.sum())} of {differing.size} bits")
    least = float((found * expected).sum(1).min())
    if not least >= LEAST_COSINE:
        raise ExportError(f"ONNX and torch agree only to a cosine of {least:.6f}")


def _linear(head: HashHead) -> list[nn.Linear]:
    return [layer for layer in head.layers if isinstance(layer, nn.Linear)]


def _extended(model: onnx.ModelProto, head: HashHead) -> onnx.ModelProto:
    """The model with the head behind it: its former output becomes an inner value."""
    graph = model.graph
    features = f"{_HEAD}.features"
    for node in graph.node:
        node.output[:] = [features if one == OUTPUT else one for one in node.output]
        node.input[:] = [features if one == OUTPUT else one for one in node.input]
    value = f"{_HEAD}.scaled"
    graph.initializer.append(numpy_helper.from_array(np.array(head.scale, np.float32), f"{_HEAD}.scale"))
    graph.node.append(helper.make_node("Mul", [features, f"{_HEAD}.scale"], [value]))
    for number, layer in enumerate(head.layers):
        name, before, value = f"{_HEAD}.{number}", value, f"{_HEAD}.{number}.output"
        weights = [(f"{name}.{part}", one.detach().numpy()) for part, one in layer.named_parameters()]
        graph.initializer.extend(numpy_helper.from_array(array, place) for place, array in weights)
        inputs = [before, *(place for place, _ in weights)]
        if isinstance(layer, nn.Linear):
            graph.node.append(helper.make_node("Gemm", inputs, [value], transB=1))
        else:
            graph.node.append(helper.make_node("Relu", inputs, [value]))
    graph.node.append(helper.make_node("LpNormalization", [value], [OUTPUT], axis=1, p=2))
    graph.output[0].type.tensor_type.shape.dim[1].dim_value = _linear(head)[-1].out_features
    onnx.checker.check_model(model)
    return model
