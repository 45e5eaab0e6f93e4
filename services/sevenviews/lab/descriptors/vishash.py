"""VisHash: whether a region of the drawing is brighter than its neighbour, and how much.

Oyen, Kucer, Wohlberg: "VisHash: visual similarity preserving image hashing for diagram retrieval", SPIE 11843, 2021;
after Wong, Bern, Goldberg: "An image signature for any kind of image", ICIP 2002.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sevenviews.lab.descriptors.descriptor import Drawings, Features

SIDE = 256
GRID = 9
LEVELS = 3
_CUT = 1
"""Percent of the drawing's variation that is cut off at each of its four sides."""

_Grey = npt.NDArray[np.float64]


def brightness_signatures(drawings: Drawings, grid: int = GRID, levels: int = LEVELS) -> Features:
    """[n, 2 grid (grid - 1)]: integers from -levels to levels.

    The drawing is cut to where its variation lies, and covered with grid × grid patches. Each component compares the
    mean brightness of two neighbours, first along the rows, then along the columns: 0 if they are alike to the
    rounding of grey values, else the sign of the difference times the third (of `levels` parts equally often found)
    in which its size lies. Distances are Euclidean, between signatures of unit length. Raises ValueError: fewer than
    two patches a side, or than one level.
    """
    if grid < 2 or levels < 1:  # noqa: PLR2004 - a neighbour is needed
        raise ValueError(f"grid must be at least 2 and levels at least 1, not {grid} and {levels}")
    return np.stack([_signature(drawing[0] / 255.0, grid, levels) for drawing in drawings])


def _signature(grey: _Grey, grid: int, levels: int) -> _Grey:
    top, bottom = _span(np.abs(np.diff(grey, axis=1)).sum(1))
    left, right = _span(np.abs(np.diff(grey, axis=0)).sum(0))
    window = grey[top:bottom, left:right]
    brightness = _patch_means(window, grid)
    differences = np.concatenate([np.diff(brightness, axis=1).ravel(), np.diff(brightness, axis=0).ravel()])
    return _quantized(differences, levels, _rounding_noise(window, grid))


def _span(variation: _Grey) -> tuple[int, int]:
    """Where the middle 98 % of the variation lie, as a half-open range; everything, if there is none."""
    so_far = np.cumsum(variation)
    low, high = so_far[-1] * _CUT / 100, so_far[-1] * (100 - _CUT) / 100
    first = int(np.searchsorted(so_far, low, side="right"))
    last = int(np.searchsorted(so_far, high, side="left"))
    return (first, last + 1) if last > first else (0, len(variation))


def _patch_means(window: _Grey, grid: int) -> _Grey:
    """The mean of each patch, [grid, grid], by exact areas: an edge may cut a pixel."""
    return _averaging(window.shape[0], grid) @ window @ _averaging(window.shape[1], grid).T


def _averaging(length: int, grid: int) -> _Grey:
    """[grid, length]: the weights with which pixels enter each of grid equal stretches."""
    edges = np.linspace(0, length, grid + 1)
    starts, ends = edges[:-1, None], edges[1:, None]
    pixel = np.arange(length)
    overlap: _Grey = np.clip(np.minimum(ends, pixel + 1) - np.maximum(starts, pixel), 0, None)
    weights: _Grey = overlap / overlap.sum(1, keepdims=True)
    return weights


def _rounding_noise(window: _Grey, grid: int) -> float:
    """The deviation of the difference of two patch means that comes from rounding grey to 8 bits.

    A rounded value has the deviation 1 / (255 √12); the difference of two means of m pixels √(2/m) of it.
    """
    pixels = max(1.0, window.size / grid**2)
    return float(1 / (255 * np.sqrt(6 * pixels)))


def _quantized(differences: _Grey, levels: int, alike: float) -> _Grey:
    sizes = np.where(np.abs(differences) < alike, 0, np.abs(differences))
    if not sizes.any():
        return np.zeros_like(differences)
    bounds = np.percentile(sizes, np.linspace(0, 100, levels + 1)[:-1])
    level = (sizes[:, None] >= bounds).sum(1)
    return np.where(sizes > 0, np.sign(differences) * level, 0)
