"""Tiny models for tests: a fixed random projection of average-pooled pixels, as a real ONNX bundle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from sevenviews.encoder.bundle import write_bundle
from sevenviews.encoder.session import INPUT, OUTPUT

_POOL = 4
"""Pixels that are averaged, along each side."""


def tiny_bundle(directory: Path, dimension: int = 16, image_size: int = 32, seed: int = 0) -> Path:
    """Write a bundle whose seed decides its embeddings, hence its version; returns its directory."""
    cells = (image_size // _POOL) ** 2
    projection = np.random.default_rng(seed).standard_normal((cells, dimension)).astype(np.float32)
    constants: dict[str, np.ndarray] = {
        "white": np.array(255, np.float32),
        "one": np.array(1, np.float32),
        "projection": projection,
        "flat": np.array([0, cells], np.int64),
    }
    nodes = [
        helper.make_node("Cast", [INPUT], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["float", "white"], ["paper"]),
        helper.make_node("Sub", ["one", "paper"], ["ink"]),
        helper.make_node("AveragePool", ["ink"], ["pooled"], kernel_shape=[_POOL] * 2, strides=[_POOL] * 2),
        helper.make_node("Reshape", ["pooled", "flat"], ["cells"]),
        helper.make_node("MatMul", ["cells", "projection"], ["projected"]),
        helper.make_node("LpNormalization", ["projected"], [OUTPUT], axis=1, p=2),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(INPUT, TensorProto.UINT8, ["n", 1, image_size, image_size])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["n", dimension])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "model.onnx"
    onnx.save(model, path)
    name = f"tiny-{seed}"
    return write_bundle(directory, path, name=name, image_size=image_size, dimension=dimension).path
