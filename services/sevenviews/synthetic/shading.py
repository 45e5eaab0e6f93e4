"""Shading of surfaces by lines or dots, as patent drawings have it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from sevenviews.synthetic.mesh import Points
from sevenviews.synthetic.style import DrawingStyle, Shading

_LIGHT = np.array([-0.5, 0.65, -0.57])
"""From the upper left before the article, in view axes: right, up, away. It points to the light."""


def shading(
    normals: Points, face: npt.NDArray[np.int32], style: DrawingStyle, scale: float
) -> npt.NDArray[np.bool_]:
    """Where the shading puts ink, a mask [H, W].

    Args:
        normals: [F, 3] of the faces in view axes: right, up, away.
        face: [H, W], the face at each pixel, -1 on bare paper.
        scale: pixels per unit of the style's lengths.
    """
    if style.shading is Shading.NONE:
        return np.zeros(face.shape, np.bool_)
    tone_of_face = (normals @ _LIGHT).astype(np.float32)
    tone = np.where(face >= 0, tone_of_face[face], 1.0)
    if style.shading is Shading.STIPPLED:
        return _stippled(tone, style, scale)
    return _hatched(tone, style, scale)


def _hatched(tone: npt.NDArray[np.float32], style: DrawingStyle, scale: float) -> npt.NDArray[np.bool_]:
    """Parallel strokes, closer where it is darker, broken at irregular places."""
    height, width = tone.shape
    angle = np.radians(style.shading_angle)
    x = np.arange(width, dtype=np.float32)[None, :]
    y = np.arange(height, dtype=np.float32)[:, None]
    across = x * np.float32(np.sin(angle)) + y * np.float32(np.cos(angle))
    pitch = style.shading_pitch * scale
    phase = np.mod(across, pitch)
    thin = max(1.0, 0.5 * style.stroke_width * scale)
    coarse = phase < thin
    fine = np.mod(across + pitch / 2, pitch) < thin
    edge = 0.12 * _cloud(height, width, 40 * scale, style.grain)
    return (coarse & (tone + edge < 0.1)) | (fine & (tone + edge < -0.3))  # noqa: PLR2004


def _stippled(tone: npt.NDArray[np.float32], style: DrawingStyle, scale: float) -> npt.NDArray[np.bool_]:
    """Dots, denser where it is darker."""
    height, width = tone.shape
    cell = max(2, round(0.45 * style.shading_pitch * scale))
    generator = np.random.Generator(np.random.PCG64(style.grain))
    rows, columns = -(-height // cell), -(-width // cell)
    y = np.arange(rows)[:, None] * cell + generator.integers(0, cell, (rows, columns))
    x = np.arange(columns)[None, :] * cell + generator.integers(0, cell, (rows, columns))
    y, x = np.minimum(y, height - 1), np.minimum(x, width - 1)
    darkness = np.clip(0.35 - tone[y, x], 0.0, 1.0) * 0.9
    chosen = (generator.random((rows, columns)) < darkness) & (tone[y, x] < 0.35)  # noqa: PLR2004
    dots = np.zeros((height, width), np.uint8)
    dots[y[chosen], x[chosen]] = 1
    size = max(1, round(0.8 * style.stroke_width * scale))
    result: npt.NDArray[np.bool_] = cv2.dilate(dots, np.ones((size, size), np.uint8)) > 0
    return result


def _cloud(height: int, width: int, grain_size: float, seed: int) -> npt.NDArray[np.float32]:
    """Smooth noise of about unit spread."""
    generator = np.random.Generator(np.random.PCG64(seed))
    shape = (max(2, round(height / grain_size)), max(2, round(width / grain_size)))
    coarse = generator.standard_normal(shape).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
