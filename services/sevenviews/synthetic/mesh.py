"""Triangle meshes of closed solids, and the lines that are drawn on them.

Axes of every article: x to the right, y away from the viewer of the front view, z up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

NO_FACES: Indices = np.empty((0, 3), np.int64)
NO_LINES: Indices = np.empty((0, 2), np.int64)


@dataclass(frozen=True, eq=False)
class Mesh:
    """A solid, its faces turned outward, with lines on its surface that no crease gives.

    Attributes:
        vertices: [V, 3].
        faces: [F, 3], counterclockwise seen from outside.
        lines: [L, 2], pairs of vertices: tangent lines of fillets, grooves, seams, printed graphics.
    """

    vertices: Points
    faces: Indices
    lines: Indices

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Mesh:
        """Shifted."""
        return Mesh(self.vertices + np.array([x, y, z]), self.faces, self.lines)

    def scaled(self, x: float = 1.0, y: float = 1.0, z: float = 1.0) -> Mesh:
        """Stretched from the origin; a negative factor mirrors."""
        faces = self.faces[:, ::-1] if x * y * z < 0 else self.faces
        return Mesh(self.vertices * np.array([x, y, z]), faces, self.lines)

    def turned(self, axis: str, degrees: float) -> Mesh:
        """Turned about the axis "x", "y" or "z" through the origin, by the right-hand rule."""
        return Mesh(self.vertices @ rotation(axis, degrees).T, self.faces, self.lines)

    def mirrored(self) -> Mesh:
        """Mirrored left to right."""
        return self.scaled(x=-1.0)


def rotation(axis: str, degrees: float) -> Points:
    """The matrix [3, 3] of a turn about an axis through the origin."""
    first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = cosine
    matrix[first, second], matrix[second, first] = -sine, sine
    return matrix


def join(meshes: Sequence[Mesh]) -> Mesh:
    """One mesh of several. Where they meet no line is drawn, unlike between solids of their own."""
    offsets = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes[:-1]])
    pairs = list(zip(meshes, offsets, strict=True))
    return Mesh(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate([mesh.faces + offset for mesh, offset in pairs]),
        np.concatenate([mesh.lines + offset for mesh, offset in pairs]),
    )


def signed_volume(mesh: Mesh) -> float:
    """Positive when the faces of a closed mesh are turned outward."""
    a, b, c = np.moveaxis(mesh.vertices[mesh.faces], 1, 0)
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6.0)


def outward(mesh: Mesh) -> Mesh:
    """The same closed solid with its faces turned outward."""
    return mesh if signed_volume(mesh) >= 0 else Mesh(mesh.vertices, mesh.faces[:, ::-1], mesh.lines)
