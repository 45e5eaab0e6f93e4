"""Closed solids from outlines and profiles. Every one is a loft: rings of points joined by quads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sevenviews.synthetic.mesh import NO_FACES, NO_LINES, Indices, Mesh, Points, outward
from sevenviews.synthetic.outlines import ROUND, circle, rectangle, rounded_rectangle, triangulate

_FILLET_STEPS = 3


def loft(
    rings: Points, *, endless: bool = False, cap: Indices | None = None, marks: Sequence[int] = ()
) -> Mesh:
    """The solid between rings.

    Args:
        rings: [K, n, 3]; a ring whose points all coincide becomes the tip of a cone.
        endless: the last ring joins the first, as in a torus; else both ends are closed.
        cap: triangles [T, 3] that fill a ring; a fan when absent, which suits convex rings.
        marks: rings that are drawn as lines, though the surface may be smooth there.
    """
    count, corners = rings.shape[:2]
    tips = np.ptp(rings, axis=1).max(axis=1) < 1e-9  # noqa: PLR2004
    grid, vertices = _number_vertices(rings, tips)
    lower, upper = (grid, np.roll(grid, -1, axis=0)) if endless else (grid[:-1], grid[1:])
    a, b = lower, np.roll(lower, -1, axis=1)
    c, d = np.roll(upper, -1, axis=1), upper
    faces = [np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)]
    if not endless:
        fill = triangulate(circle(1.0, corners)) if cap is None else cap
        faces += [grid[0][fill[:, ::-1]]] if not tips[0] else []
        faces += [grid[-1][fill]] if not tips[-1] else []
    marked = [grid[m % count] for m in marks if not tips[m % count]]
    lines = [np.column_stack([ring, np.roll(ring, -1)]) for ring in marked]
    return outward(
        Mesh(vertices, _without_slivers(np.concatenate(faces)), np.concatenate(lines) if lines else NO_LINES)
    )


def _number_vertices(rings: Points, tips: np.ndarray) -> tuple[Indices, Points]:
    """Vertex numbers [K, n], one number for all points of a tip; and the vertices."""
    corners = rings.shape[1]
    sizes = np.where(tips, 1, corners)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    steps = np.where(tips[:, None], 0, np.arange(corners)[None])
    vertices = np.concatenate([ring[:size] for ring, size in zip(rings, sizes, strict=True)])
    numbers: Indices = starts[:, None] + steps
    return numbers, vertices


def _without_slivers(faces: Indices) -> Indices:
    a, b, c = faces.T
    kept: Indices = faces[(a != b) & (b != c) & (c != a)]
    return kept


def prism(outline: Points, height: float, *, fillet: float = 0.0, draft: float = 1.0) -> Mesh:
    """An outline [n, 2] in the plane z = 0, pulled up to z = height.

    Args:
        fillet: radius of rounded upper and lower edges, drawn with a tangent line at either end.
        draft: size of the upper face relative to the lower one.
    """
    if fillet <= 0:
        levels, insets = np.array([0.0, height]), np.zeros(2)
    else:
        fillet = min(fillet, 0.45 * height)
        angles = np.linspace(0.0, np.pi / 2, _FILLET_STEPS + 1)
        rise, inset = fillet * (1 - np.cos(angles)), fillet * (1 - np.sin(angles))
        levels = np.concatenate([rise, height - rise[::-1]])
        insets = np.concatenate([inset, inset[::-1]])
    normals = _inward_normals(outline)
    scale = 1 + (draft - 1) * levels / height if height else np.ones(len(levels))
    flat = (outline[None] + insets[:, None, None] * normals[None]) * scale[:, None, None]
    tangents = (0, _FILLET_STEPS, _FILLET_STEPS + 1, -1)
    return loft(raised(flat, levels), cap=triangulate(outline), marks=tangents if fillet > 0 else ())


def raised(outlines: Points, heights: Points | Sequence[float]) -> Points:
    """Outlines [K, n, 2], each lifted to a height of its own: rings [K, n, 3]."""
    levels = np.broadcast_to(np.asarray(heights)[:, None, None], (*outlines.shape[:2], 1))
    return np.concatenate([outlines, levels], -1)


def _inward_normals(outline: Points) -> Points:
    """At every corner [n, 2], scaled so that edges move inward by 1."""
    edges = np.roll(outline, -1, axis=0) - outline
    normals = np.column_stack([-edges[:, 1], edges[:, 0]])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    previous = np.roll(normals, 1, axis=0)
    dot = np.einsum("ij,ij->i", normals, previous)[:, None]
    mitre: Points = (normals + previous) / np.maximum(1 + dot, 0.25)
    return mitre


def box(width: float, depth: float, height: float, *, corner: float = 0.0, fillet: float = 0.0) -> Mesh:
    """Centred on the z axis, standing on z = 0. `corner` rounds its upright edges, `fillet` the others."""
    outline = rounded_rectangle(width, depth, corner) if corner > 0 else rectangle(width, depth)
    return prism(outline, height, fillet=fillet)


def frame(outer: Points, inner: Points, height: float) -> Mesh:
    """What lies between two outlines [n, 2], from z = 0 up to z = height."""
    return loft(raised(np.stack([outer, outer, inner, inner]), [0.0, height, height, 0.0]), endless=True)


def lathe(profile: Sequence[Sequence[float]] | Points, *, corners: int = ROUND) -> Mesh:
    """A profile [K, 2] of radius and height, turned about the z axis. Ends off the axis are closed flat."""
    return loft(_turned(np.asarray(profile, np.float64), corners))


def ring(profile: Points, *, corners: int = ROUND) -> Mesh:
    """A closed profile [K, 2] of radius and height, away from the axis, turned about the z axis."""
    return loft(_turned(profile, corners), endless=True)


def _turned(profile: Points, corners: int) -> Points:
    return raised(profile[:, None, :1] * circle(1.0, corners)[None], profile[:, 1])


def torus(radius: float, thickness: float, corners: int = ROUND) -> Mesh:
    """Around the z axis, centred on the origin; thickness is the radius of the tube."""
    return ring(circle(thickness, 16) + np.array([radius, 0.0]), corners=corners)


def cylinder(radius: float, height: float, *, top: float | None = None, corners: int = ROUND) -> Mesh:
    """Standing on z = 0; a cone when the radius at the top differs."""
    return lathe([[radius, 0.0], [radius if top is None else top, height]], corners=corners)


def sphere(radius: float, *, power: float = 2.0, corners: int = ROUND) -> Mesh:
    """A ball about the origin; a power above 2 makes it a superellipsoid, nearer to a cylinder."""
    angles = np.linspace(-np.pi / 2, np.pi / 2, corners // 2 + 1)
    exponent = 2.0 / power
    radii = radius * np.abs(np.cos(angles)) ** exponent
    heights = radius * np.sign(np.sin(angles)) * np.abs(np.sin(angles)) ** exponent
    radii[[0, -1]] = 0.0
    return lathe(np.column_stack([radii, heights]), corners=corners)


def tube(
    path: Points,
    section: Points | float,
    *,
    sizes: Points | None = None,
    endless: bool = False,
    corners: int = 20,
) -> Mesh:
    """A section swept along a path.

    Args:
        path: [K, 3].
        section: an outline [n, 2], or the radius of a round one. Its first axis starts out level.
        sizes: [K] factors of the section along the path.
    """
    outline = circle(section, corners) if isinstance(section, int | float) else section
    sides, ups = _frames(path, endless=endless)
    scale = np.ones(len(path)) if sizes is None else sizes
    scaled = outline[None] * scale[:, None, None]
    rings = path[:, None] + scaled[..., :1] * sides[:, None] + scaled[..., 1:] * ups[:, None]
    return loft(rings, endless=endless, cap=triangulate(outline))


def _frames(path: Points, *, endless: bool) -> tuple[Points, Points]:
    """Two unit vectors across the path at each of its points, turning as little as possible between them."""
    along = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0)
    tangents = along if endless else np.gradient(path, axis=0)
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    level = np.cross(tangents[0], [0.0, 0.0, 1.0])
    side = level if np.linalg.norm(level) > 1e-3 else np.array([1.0, 0.0, 0.0])  # noqa: PLR2004
    sides = np.empty_like(path)
    for i, tangent in enumerate(tangents):
        side = side - tangent * float(side @ tangent)
        side = side / np.linalg.norm(side)
        sides[i] = side
    return sides, np.cross(sides, tangents)


def inked(*strokes: Points, closed: bool = False) -> Mesh:
    """Lines without a surface [n, 3] each: seams, dials, graphics. They belong just above what carries them."""
    starts = np.cumsum([0] + [len(stroke) for stroke in strokes])
    lines = []
    for stroke, start in zip(strokes, starts, strict=False):
        order = np.arange(start, start + len(stroke))
        lines.append(np.column_stack([order[:-1], order[1:]]))
        if closed:
            lines.append(np.array([[order[-1], order[0]]]))
    return Mesh(np.concatenate(strokes), NO_FACES, np.concatenate(lines))


def lifted(outline: Points, height: float = 0.0) -> Points:
    """An outline [n, 2] as points [n, 3] in the plane z = height."""
    return np.column_stack([outline, np.full(len(outline), height)])


def front_facing(*meshes: Mesh) -> list[Mesh]:
    """What was laid out on the ground, to be seen from above, stood up to be seen from the front."""
    return [mesh.turned("x", 90) for mesh in meshes]
