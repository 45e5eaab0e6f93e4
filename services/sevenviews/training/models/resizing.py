"""Resizing within the network, as a product of matrices: any ONNX runtime can do that, on any device, alike."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def resized(drawings: Tensor, side: int) -> Tensor:
    """As preprocessing resizes, bilinear and averaging what is left out: [n, c, s, s] to [n, c, side, side]."""
    if drawings.shape[-1] == side:
        return drawings
    along = torch.from_numpy(_weights(drawings.shape[-1], side)).to(drawings)
    return along @ drawings @ along.T


def _weights(before: int, after: int) -> np.ndarray:
    """[after, before]; each row sums to 1: a triangle over the pixels around the place of the new one."""
    step = before / after
    reach = max(1.0, step)
    middles = (np.arange(after) + 0.5) * step
    distances = np.abs(np.arange(before) + 0.5 - middles[:, np.newaxis])
    triangle = np.maximum(0, 1 - distances / reach)
    return np.asarray(triangle / triangle.sum(1, keepdims=True), np.float32)
