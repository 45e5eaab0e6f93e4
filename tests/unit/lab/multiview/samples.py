"""Small clustered views made on the spot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """Views [n, d_v], mask [n, V] and classes [n]."""

    views: list[Floats]
    present: npt.NDArray[np.bool_]
    classes: npt.NDArray[np.intp]


def clustered(
    seed: int = 0,
    clusters: int = 3,
    each: int = 15,
    sizes: tuple[int, ...] = (8, 12, 6),
    missing: float = 0.0,
    noise: float = 0.25,
) -> Sample:
    """Nonnegative clusters around distinct random directions; each sample keeps one view at least."""
    generator = np.random.default_rng(seed)
    classes = np.repeat(np.arange(clusters), each)
    views = []
    for size in sizes:
        centres = np.eye(clusters, size) * 3 + generator.random((clusters, size))
        views.append(np.abs(centres[classes] + noise * generator.standard_normal((len(classes), size))))
    present = generator.random((len(classes), len(sizes))) >= missing
    blind = np.flatnonzero(~present.any(axis=1))
    present[blind, generator.integers(0, len(sizes), len(blind))] = True
    return Sample(views, present, classes)
