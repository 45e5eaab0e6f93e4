"""Principal components of another descriptor's vectors, whitened.

Jégou, Chum: "Negative evidences and co-occurrences in image retrieval: the benefit of PCA and whitening", ECCV 2012.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sevenviews.lab.descriptors.descriptor import Compute, Descriptor, Drawings, Features, FittedDescriptor

DIMENSION = 512
POWER = 0.5
"""Half-way between a mere rotation (0) and equal variances (1), which would raise the noise of the last ones."""

_LEAST_VARIANCE = 1e-9
"""Of a component, as a share of the first one's; less is rounding."""


@dataclass(frozen=True, slots=True)
class Whitening:
    """x ↦ Λ^(-power/2) Vᵀ (x - μ), with the leading eigenvectors V and eigenvalues Λ of the examples' covariance."""

    mean: npt.NDArray[np.float64]  # μ, [dimension]
    projection: npt.NDArray[np.float64]  # V Λ^(-power/2), [dimension, components]

    def apply(self, vectors: Features) -> npt.NDArray[np.float64]:
        """[n, dimension] to [n, components], of any length."""
        components: npt.NDArray[np.float64] = (vectors - self.mean) @ self.projection
        return components


def fit_whitening(examples: Features, components: int = DIMENSION, power: float = POWER) -> Whitening:
    """Fit on vectors, without labels.

    Args:
        examples: [n, dimension].
        components: at most so many; fewer, where the examples vary in fewer directions.
        power: 0 rotates, 1 makes all variances equal.

    Raises ValueError: fewer than two different examples, no component, or a power outside 0 to 1.
    """
    if components < 1 or not 0 <= power <= 1:
        raise ValueError(
            f"components must be at least 1 and power within 0 to 1, not {components} and {power}"
        )
    wide = np.asarray(examples, np.float64)
    mean = wide.mean(0)
    _, singular, directions = np.linalg.svd(wide - mean, full_matrices=False)
    variances = singular**2 / len(wide)
    if variances[0] <= np.finfo(np.float64).eps:
        raise ValueError(f"the {len(wide)} vectors to fit on do not differ")
    kept = min(components, int((variances > _LEAST_VARIANCE * variances[0]).sum()))
    return Whitening(mean, directions[:kept].T * variances[:kept] ** (-power / 2))


def whitened(name: str, base: Descriptor) -> FittedDescriptor:
    """A descriptor's vectors, whitened by what it makes of the examples."""

    def learn(examples: Drawings) -> Compute:
        whitening = fit_whitening(base.describe(examples))
        return lambda drawings: whitening.apply(base.describe(drawings))

    return FittedDescriptor(name, base.side, learn)
