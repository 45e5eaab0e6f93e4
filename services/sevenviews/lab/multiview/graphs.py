"""Graphs over samples: neighbours, Laplacians, and what spectral methods need of linear algebra."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh

from sevenviews.lab.multiview.views import Floats


def squared_distances(left: Floats, right: Floats) -> Floats:
    """‖left_i - right_j‖², [n, m], never negative."""
    cross = left @ right.T
    squared = (left**2).sum(axis=1)[:, None] - 2 * cross + (right**2).sum(axis=1)[None, :]
    clipped: Floats = np.maximum(squared, 0.0)
    return clipped


def nearest(distances: Floats, count: int) -> npt.NDArray[np.intp]:
    """Columns of the `count` smallest entries of each row, nearest first; of equals the first column."""
    return np.argsort(distances, axis=1, kind="stable")[:, :count]


def neighbour_graph(rows: Floats, neighbours: int) -> Floats:
    """Binary, symmetric: 1 where either sample is among the other's nearest. [n, n], diagonal 0."""
    distances = squared_distances(rows, rows)
    np.fill_diagonal(distances, np.inf)
    near = nearest(distances, min(neighbours, len(rows) - 1))
    graph = np.zeros_like(distances)
    np.put_along_axis(graph, near, 1.0, axis=1)
    return np.maximum(graph, graph.T)


def gaussian_neighbour_graph(rows: Floats, neighbours: int) -> Floats:
    """exp(-‖x_i - x_j‖² / 2σ²) where either sample is among the other's nearest, 0 elsewhere and at i = j.

    σ² is the mean squared distance of a sample to its last neighbour, so that the graph does not depend on the
    scale of the features.
    """
    distances = squared_distances(rows, rows)
    np.fill_diagonal(distances, np.inf)
    near = nearest(distances, min(neighbours, len(rows) - 1))
    width = float(np.take_along_axis(distances, near[:, -1:], axis=1).mean())
    graph = np.zeros_like(distances)
    weights = np.exp(-np.take_along_axis(distances, near, axis=1) / (2 * width if width > 0 else 1.0))
    np.put_along_axis(graph, near, weights, axis=1)
    return np.maximum(graph, graph.T)


def laplacian(graph: Floats) -> Floats:
    """L = D - A of the symmetric part A of the graph, D its row sums."""
    symmetric = (graph + graph.T) / 2
    result: Floats = np.diag(symmetric.sum(axis=1)) - symmetric
    return result


def largest_eigenvectors(matrix: Floats, count: int) -> Floats:
    """Eigenvectors [n, count] of the largest eigenvalues of a symmetric matrix, the largest first."""
    size = len(matrix)
    _, vectors = eigh((matrix + matrix.T) / 2, subset_by_index=(size - count, size - 1))
    return np.ascontiguousarray(vectors[:, ::-1], np.float64)


def normalized_embedding(graph: Floats, count: int) -> Floats:
    """Eigenvectors [n, count] of the largest eigenvalues of D^-1/2 A D^-1/2 (Ng, Jordan, Weiss, NIPS 2001).

    A sample without neighbours has an empty row in it.
    """
    degree = graph.sum(axis=1)
    scale = np.where(degree > 0, 1 / np.sqrt(np.where(degree > 0, degree, 1.0)), 0.0)
    return largest_eigenvectors(scale[:, None] * graph * scale[None, :], count)


def onto_simplex(rows: Floats) -> Floats:
    """Each row's nearest point with entries ≥ 0 that sum to 1.

    With u the row in descending order: θ = (Σ_{j ≤ ρ} u_j - 1) / ρ for the largest ρ with u_ρ > θ_ρ; the point
    is max(row - θ, 0) (Held, Wolfe, Crowder, 1974; Duchi et al., ICML 2008).
    """
    descending = -np.sort(-rows, axis=1)
    excess = np.cumsum(descending, axis=1) - 1
    position = np.arange(1, rows.shape[1] + 1)
    support = (descending > excess / position).sum(axis=1, keepdims=True)
    threshold = np.take_along_axis(excess, support - 1, axis=1) / support
    projected: Floats = np.maximum(rows - threshold, 0.0)
    return projected
