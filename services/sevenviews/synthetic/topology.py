"""Edges of a mesh and what they part: worked out once a design, used in each of its views."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sevenviews.synthetic.mesh import Indices, Mesh, Points, join

CREASE_DEGREES = 29.0
"""Faces that meet at a sharper angle have a drawn edge between them; flatter ones belong to one curved surface."""


@dataclass(frozen=True, eq=False)
class Topology:
    """A scene of solids.

    Attributes:
        vertices: [V, 3].
        faces: [F, 3]; normals: [F, 3], unit; solid: [F], the solid of each face.
        edges: [E, 2]; sides: [E, 2], the faces beside each edge, the same one twice at a boundary.
        crease: [E], whether the edge is drawn from every side; line_solid: [L].
        lines: [L, 2], lines on the surfaces.
    """

    vertices: Points
    faces: Indices
    normals: Points
    solid: Indices
    edges: Indices
    sides: Indices
    crease: npt.NDArray[np.bool_]
    lines: Indices
    line_solid: Indices


def topology(solids: Sequence[Mesh]) -> Topology:
    """Number the faces and edges of all solids, and find their creases."""
    mesh = join(solids)
    a, b, c = np.moveaxis(mesh.vertices[mesh.faces], 1, 0)
    normals = np.cross(b - a, c - a)
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    normals = normals / np.maximum(lengths, 1e-15)
    edges, sides = _edges(mesh.faces, len(mesh.vertices))
    cosine = np.einsum("ij,ij->i", normals[sides[:, 0]], normals[sides[:, 1]])
    # Slivers have no reliable normal: no crease is read from them.
    sliver = (lengths[:, 0] < 1e-10)[sides].any(axis=1)  # noqa: PLR2004
    crease = ((cosine < np.cos(np.radians(CREASE_DEGREES))) & ~sliver) | (sides[:, 0] == sides[:, 1])
    return Topology(
        mesh.vertices,
        mesh.faces,
        normals,
        np.repeat(np.arange(len(solids)), [len(s.faces) for s in solids]),
        edges,
        sides,
        crease,
        mesh.lines,
        np.repeat(np.arange(len(solids)), [len(s.lines) for s in solids]),
    )


def _edges(faces: Indices, vertex_count: int) -> tuple[Indices, Indices]:
    """Each edge once [E, 2], with the two faces [E, 2] that share it."""
    pairs = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    face = np.tile(np.arange(len(faces)), 3)
    key = pairs.min(axis=1) * vertex_count + pairs.max(axis=1)
    order = np.argsort(key, kind="stable")
    key, face = key[order], face[order]
    starts = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
    ends = np.concatenate([starts[1:], [len(key)]]) - 1
    edges = np.column_stack([key[starts] // vertex_count, key[starts] % vertex_count])
    return edges, np.column_stack([face[starts], face[ends]])
