"""Closed outlines in a plane [n, 2], counterclockwise, and smooth curves through points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sevenviews.synthetic.mesh import Indices, Points

ROUND = 40
"""Corners of a circle: fine enough that no facet shows, coarse enough to be fast."""

_EPSILON = 1e-12


def circle(radius: float = 1.0, corners: int = ROUND) -> Points:
    """A circle, or a regular polygon of few corners."""
    angles = np.linspace(0.0, 2 * np.pi, corners, endpoint=False)
    points: Points = radius * np.column_stack([np.cos(angles), np.sin(angles)])
    return points


def superellipse(half_width: float, half_height: float, power: float = 2.0, corners: int = ROUND) -> Points:
    """|x/a|^p + |y/b|^p = 1: an ellipse for p = 2, nearly a rectangle for p = 6."""
    unit = circle(1.0, corners)
    points: Points = np.sign(unit) * np.abs(unit) ** (2.0 / power) * np.array([half_width, half_height])
    return points


def rectangle(width: float, height: float) -> Points:
    """Centred on the origin."""
    x, y = width / 2, height / 2
    return np.array([[-x, -y], [x, -y], [x, y], [-x, y]])


def rounded(corners: Points, radius: float, steps: int = 5) -> Points:
    """The polygon with its corners rounded: each becomes an arc of `steps` pieces.

    The radius shrinks where an edge is too short for it.
    """
    before, after = np.roll(corners, 1, axis=0) - corners, np.roll(corners, -1, axis=0) - corners
    length_before, length_after = np.linalg.norm(before, axis=1), np.linalg.norm(after, axis=1)
    cosine = np.einsum("ij,ij->i", before, after) / (length_before * length_after)
    half = np.arccos(np.clip(cosine, -1.0, 1.0)) / 2
    cut = np.minimum(radius / np.tan(np.maximum(half, 1e-3)), 0.48 * np.minimum(length_before, length_after))
    start = corners + before / length_before[:, None] * cut[:, None]
    end = corners + after / length_after[:, None] * cut[:, None]
    t = np.linspace(0.0, 1.0, steps + 1)[None, :, None]
    # A rational quadratic with this weight is the exact circular arc between the two tangent points.
    weight = np.sin(half)[:, None, None]
    numerator = (
        (1 - t) ** 2 * start[:, None] + 2 * weight * t * (1 - t) * corners[:, None] + t**2 * end[:, None]
    )
    points: Points = (numerator / ((1 - t) ** 2 + 2 * weight * t * (1 - t) + t**2)).reshape(-1, 2)
    return points


def rounded_rectangle(width: float, height: float, radius: float) -> Points:
    """Centred on the origin."""
    return rounded(rectangle(width, height), min(radius, 0.48 * min(width, height)))


def star(points: int, outer: float, inner: float) -> Points:
    """A star, or the teeth of a wheel."""
    radii = np.tile([outer, inner], points)[:, None]
    outline: Points = circle(1.0, 2 * points) * radii
    return outline


def curve(points: Sequence[Sequence[float]] | Points, steps: int = 6, *, closed: bool = False) -> Points:
    """A smooth curve through the points (Catmull-Rom), `steps` pieces between two of them.

    Args:
        points: [n, d].

    Returns:
        [(n - 1) * steps + 1, d]; [n * steps, d] when closed.
    """
    knots = np.asarray(points, np.float64)
    if closed:
        padded = np.concatenate([knots[-1:], knots, knots[:2]])
    else:
        padded = np.concatenate([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    p0, p1, p2, p3 = (padded[i : len(padded) - 3 + i][:, None] for i in range(4))
    t = np.linspace(0.0, 1.0, steps, endpoint=False)[None, :, None]
    pieces = 0.5 * (
        2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )
    result: Points = pieces.reshape(-1, knots.shape[1])
    return result if closed else np.concatenate([result, knots[-1:]])


def smooth_profile(x: Points, at: Sequence[float], values: Sequence[float]) -> Points:
    """Values at evenly spaced places x [n], interpolated and rounded off at the knots."""
    padded = np.pad(np.interp(x, at, values), 2, mode="reflect", reflect_type="odd")
    result: Points = np.convolve(padded, [0.1, 0.2, 0.4, 0.2, 0.1], mode="valid")
    return result


def triangulate(outline: Points) -> Indices:
    """Triangles [n - 2, 3] that fill a simple outline: a fan where it is convex, else by cutting ears."""
    turns = _turn(np.roll(outline, 1, axis=0), outline, np.roll(outline, -1, axis=0))
    if np.all(turns >= -_EPSILON):
        order = np.arange(1, len(outline) - 1)
        return np.column_stack([np.zeros_like(order), order, order + 1])
    return _cut_ears(outline)


def _turn(a: Points, b: Points, c: Points) -> Points:
    """Twice the signed areas of the triangles abc, over the leading axes."""
    result: Points = (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (
        c[..., 0] - a[..., 0]
    )
    return result


def _cut_ears(outline: Points) -> Indices:
    left = list(range(len(outline)))
    triangles: list[tuple[int, int, int]] = []
    while len(left) > 3:  # noqa: PLR2004
        position = _find_ear(outline, left)
        before, after = left[position - 1], left[(position + 1) % len(left)]
        triangles.append((before, left[position], after))
        del left[position]
    triangles.append((left[0], left[1], left[2]))
    return np.array(triangles, np.int64)


def _find_ear(outline: Points, left: list[int]) -> int:
    """The position in `left` of the corner that can be cut off with the best-shaped triangle nearby."""
    points = outline[left]
    before, after = np.roll(points, 1, axis=0), np.roll(points, -1, axis=0)
    turns = _turn(before, points, after)
    for position in np.argsort(-turns, kind="stable"):
        if turns[position] <= 0:
            break
        a, b, c = before[position], points[position], after[position]
        inside = (
            (_turn(a[None], b[None], points) >= 0)
            & (_turn(b[None], c[None], points) >= 0)
            & (_turn(c[None], a[None], points) >= 0)
        )
        inside[[position, position - 1, (position + 1) % len(left)]] = False
        if not inside.any():
            return int(position)
    return int(np.argmax(turns))
