"""Networks: model bundles, and any ONNX file that takes images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort

from sevenviews.encoder import load_bundle
from sevenviews.encoder.session import EncoderSession
from sevenviews.lab.descriptors.descriptor import Descriptor, Drawings, Features

_USUAL_SIDE = 224
"""Of networks that leave it open."""


def bundle_descriptor(name: str, folder: Path) -> Descriptor:
    """The model of a bundle's directory. Raises SevenviewsError: the bundle is damaged."""
    session = EncoderSession(load_bundle(folder), threads=0)
    return Descriptor(name, session.image_size, session.embed)


def onnx_descriptor(name: str, path: Path) -> Descriptor:
    """Any network of one image input, in [-1, 1]; its output `embedding`, or else the first.

    Raises ValueError: it takes no images, or is no ONNX file.
    """
    try:
        session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's errors have no common class
        raise ValueError(f"{path.name} is no network that ONNX Runtime can load: {error}") from error
    entrance = session.get_inputs()[0]
    shape = entrance.shape
    if len(shape) != 4 or shape[1] not in (1, 3):  # noqa: PLR2004 - n, channels, height, width
        raise ValueError(f"{path.name} takes {shape}, not images [n, 1 or 3, side, side]")
    side = shape[2] if isinstance(shape[2], int) else _USUAL_SIDE
    names = [output.name for output in session.get_outputs()]
    wanted = "embedding" if "embedding" in names else names[0]

    def compute(drawings: Drawings) -> Features:
        images = (drawings.astype(np.float32) / 127.5 - 1).repeat(shape[1], axis=1)
        (vectors,) = session.run([wanted], {entrance.name: images})
        return np.asarray(vectors).reshape(len(drawings), -1)

    return Descriptor(name, side, compute)
