"""Synthetic designs as a shop would show them: shaded and coloured, in perspective, on a ground, as a JPEG."""

from __future__ import annotations

import io

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from sevenviews.synthetic.designs import SyntheticDesign
from sevenviews.synthetic.mesh import rotation
from sevenviews.synthetic.raster import rasterize

_LIGHT = np.array([-0.45, 0.7, -0.55])
"""To the light, in view axes: right, up, away."""

_MARGIN = 0.12
_DISTANCE = 4.0
"""Of the camera, in sizes of the article."""


def photograph(design: SyntheticDesign, seed: int, size: int = 256) -> npt.NDArray[np.uint8]:
    """A photograph, uint8 [size, size, 3].

    Where from, the colours, the ground, blur and noise follow from the seed; the same seed takes the same photograph.
    """
    chance = np.random.default_rng([seed, design.index])
    azimuth, elevation = chance.uniform(-60, 60), chance.uniform(5, 35)
    scene = design.scene
    turn = rotation("x", elevation) @ rotation("z", azimuth)
    # Axes of articles are right, away and up; those of pictures right, up and away.
    seen = (scene.vertices - scene.vertices.mean(0)) @ turn.T
    seen = np.stack([seen[:, 0], seen[:, 2], seen[:, 1]], 1)
    seen[:, :2] /= 1 + seen[:, 2:] / (_DISTANCE * max(1e-6, float(np.ptp(seen, axis=0).max())))
    low, high = seen.min(0), seen.max(0)
    scale = size * (1 - 2 * _MARGIN) / max(1e-6, float((high - low)[:2].max()))
    pixels = (seen - (low + high) / 2) * scale * np.array([1.0, -1.0, 1.0]) + np.array(
        [size / 2, size / 2, 0.0]
    )
    face = rasterize(pixels, scene.faces, size, size).face
    normals = scene.normals @ turn.T
    tones = 0.45 + 0.55 * np.clip(np.stack([normals[:, 0], normals[:, 2], normals[:, 1]], 1) @ _LIGHT, 0, 1)
    colours = chance.uniform(0.25, 0.95, (int(scene.solid.max()) + 1, 3))
    ground = np.linspace(chance.uniform(0.75, 1), chance.uniform(0.6, 1), size)[:, None, None]
    picture = np.broadcast_to(ground, (size, size, 3)).copy()
    article = face >= 0
    # A soft shadow below and behind.
    shadow = cv2.GaussianBlur(
        np.roll(article.astype(np.float32), (size // 24, size // 32), (0, 1)), (0, 0), size / 40
    )
    picture *= 1 - 0.35 * shadow[:, :, None]
    picture[article] = (colours[scene.solid] * tones[:, None])[face[article]]
    blurred = np.asarray(cv2.GaussianBlur(picture, (0, 0), chance.uniform(0.4, 0.9)), np.float64)
    noisy = blurred + chance.normal(0, 0.012, picture.shape)
    return (255 * np.clip(noisy, 0, 1)).round().astype(np.uint8)


def as_jpeg(picture: npt.NDArray[np.uint8], quality: int = 85) -> bytes:
    """The file that a shop would publish."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return file.getvalue()
