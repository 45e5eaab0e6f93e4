"""Fisher vectors of SIFT descriptors.

Perronnin, Sánchez, Mensink: "Improving the Fisher kernel for large-scale image classification", ECCV 2010;
Arandjelović, Zisserman: "Three things everyone should know to improve object retrieval", CVPR 2012 (the square root
of SIFT).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.special import softmax
from sklearn.decomposition import PCA
from sklearn.mixture import GaussianMixture

from sevenviews.lab.descriptors.descriptor import Compute, Drawings, Features

SIDE = 512
COMPONENTS = 64
DIMENSION = 64
"""To which the 128 of SIFT are reduced by principal components, so that a diagonal mixture suits them."""

_SIFT_DIMENSION = 128
_MOST_SAMPLES = 100_000
"""Local descriptors to fit on; more take longer, and change little."""

_Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Mixture:
    """A mixture of Gaussians with diagonal covariances."""

    weights: _Array  # [components], sum 1
    means: _Array  # [components, dimension]
    deviations: _Array  # [components, dimension], the square roots of the variances

    def responsibilities(self, points: _Array) -> _Array:
        """The probability of each component given each point, [points, components]."""
        precisions = self.deviations**-2
        # (x - μ)²/σ², summed over the dimensions, multiplied out: no array of points × components × dimensions.
        distances = (
            points**2 @ precisions.T
            - 2 * points @ (self.means * precisions).T
            + (self.means**2 * precisions).sum(1)
        )
        logarithms = np.log(self.weights) - np.log(self.deviations).sum(1) - distances / 2
        shares: _Array = softmax(logarithms, 1)
        return shares


def fisher_vector(points: _Array, mixture: Mixture) -> _Array:
    """The gradient of the mean log-likelihood of points, whitened by the mixture's Fisher information.

    With γ_nk the responsibilities, u_k = 1/(N √w_k) Σ_n γ_nk (x_n - μ_k)/σ_k and
    v_k = 1/(N √(2 w_k)) Σ_n γ_nk ((x_n - μ_k)²/σ_k² - 1) (their equations 6 and 7).

    `points`: [N, dimension]; none give zeros; `mixture`: with K components.

    Returns:
        [2 K dimension]: all u, then all v.
    """
    components, dimension = mixture.means.shape
    if not len(points):
        return np.zeros(2 * components * dimension)
    gamma = mixture.responsibilities(points)
    mass, first, second = gamma.sum(0)[:, None], gamma.T @ points, gamma.T @ points**2
    means, deviations = mixture.means, mixture.deviations
    # Sums over the points of γ (x - μ)/σ and γ ((x - μ)²/σ² - 1), from the moments.
    linear = (first - mass * means) / deviations
    square = (second - 2 * means * first + mass * means**2) / deviations**2 - mass
    root = np.sqrt(mixture.weights)[:, None] * len(points)
    return np.concatenate([(linear / root).ravel(), (square / (root * np.sqrt(2))).ravel()])


def learn_fisher_vectors(
    examples: Drawings, components: int = COMPONENTS, dimension: int = DIMENSION, seed: int = 0
) -> Compute:
    """Fit the reduction and the mixture on the SIFT descriptors of example drawings.

    Returns:
        What gives [n, 2 components dimension], with the signed square root taken (power normalisation).

    Raises ValueError: the examples have fewer local descriptors than ten times the components.
    """
    local = np.concatenate([root_sift(drawing[0]) for drawing in examples])
    if len(local) < max(10 * components, dimension):
        raise ValueError(
            f"the drawings to fit on have {len(local)} SIFT descriptors; "
            f"{components} components need {max(10 * components, dimension)}"
        )
    chance = np.random.default_rng(seed)
    if len(local) > _MOST_SAMPLES:
        local = local[chance.choice(len(local), _MOST_SAMPLES, replace=False)]
    reduction = PCA(dimension, random_state=seed).fit(local)
    fitted = GaussianMixture(
        components, covariance_type="diag", random_state=seed, max_iter=50, reg_covar=1e-5
    ).fit(reduction.transform(local))
    mixture = Mixture(fitted.weights_, fitted.means_, np.sqrt(fitted.covariances_))

    def compute(drawings: Drawings) -> Features:
        vectors = []
        for drawing in drawings:
            found = root_sift(drawing[0])
            points = reduction.transform(found) if len(found) else np.empty((0, dimension))
            vectors.append(fisher_vector(points, mixture))
        stacked = np.stack(vectors)
        return np.sign(stacked) * np.sqrt(np.abs(stacked))

    return compute


def root_sift(drawing: npt.NDArray[np.uint8]) -> _Array:
    """SIFT at OpenCV's interest points, each scaled to sum 1, its square root taken: [points, 128]."""
    # OpenCV's stubs hide that there may be none.
    found: npt.NDArray[np.float32] | None = cv2.SIFT.create().detectAndCompute(drawing, None)[1]  # type: ignore[assignment,unused-ignore,arg-type]
    if found is None:
        return np.empty((0, _SIFT_DIMENSION))
    wide = found.astype(np.float64)
    roots: _Array = np.sqrt(wide / np.maximum(wide.sum(1, keepdims=True), 1e-12))
    return roots
