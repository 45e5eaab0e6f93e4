"""The z-buffer agrees with asking every pixel about every triangle."""

from __future__ import annotations

import numpy as np
import pytest

from sevenviews.designs import View
from sevenviews.synthetic.mesh import Indices, Points
from sevenviews.synthetic.raster import rasterize
from sevenviews.synthetic.solids import box, sphere
from tests.unit.synthetic.scenes import SCALE, SIZE, depth_buffer


def test_it_agrees_with_brute_force() -> None:
    random = np.random.default_rng(5)
    points = random.uniform(-5, 45, (60, 3))
    faces = np.arange(60).reshape(20, 3)
    buffer = rasterize(points, faces, 40, 40)
    depth, face = _brute_force(points, faces, 40)
    assert (buffer.face == face).mean() > 0.999
    both = (buffer.face == face) & (face >= 0)
    assert both.sum() > 400
    assert buffer.depth[both] == pytest.approx(depth[both], abs=0.01)
    assert np.isinf(buffer.depth[buffer.face < 0]).all()


def test_faces_turned_away_are_left_out() -> None:
    square = np.array([[5.0, 5.0, 1.0], [5.0, 30.0, 1.0], [30.0, 30.0, 1.0], [30.0, 5.0, 1.0]])
    toward, away = np.array([[0, 1, 2], [0, 2, 3]]), np.array([[2, 1, 0], [3, 2, 0]])
    assert (rasterize(square, toward, 40, 40).face >= 0).sum() == 25 * 25
    assert (rasterize(square, away, 40, 40).face >= 0).sum() == 0


def test_what_reaches_over_the_border_is_cut() -> None:
    huge = np.array([[-100.0, -100.0, 0.0], [-100.0, 300.0, 0.0], [300.0, -100.0, 0.0]])
    assert (rasterize(huge, np.array([[0, 1, 2]]), 40, 40).face == 0).all()


def test_nothing_to_draw_leaves_bare_paper() -> None:
    assert (rasterize(np.empty((0, 3)), np.empty((0, 3), np.int64), 8, 8).face == -1).all()


def test_the_nearer_solid_hides_the_farther() -> None:
    buffer = depth_buffer([box(1, 1, 1), box(1, 1, 1).moved(y=-3)], View.FRONT)
    assert set(np.unique(buffer.face)) <= {-1, *range(12, 24)}


def test_a_sphere_covers_a_disc_at_its_own_depth() -> None:
    buffer = depth_buffer([sphere(1.0, corners=120)], View.FRONT)
    assert (buffer.face >= 0).sum() == pytest.approx(np.pi * SCALE**2, rel=0.01)
    assert buffer.depth[SIZE // 2, SIZE // 2] == pytest.approx(-SCALE, abs=0.5)


def _brute_force(points: Points, faces: Indices, size: int) -> tuple[Points, Indices]:
    """Barycentric coordinates of every pixel's centre in every triangle that is turned to the viewer."""
    best, winner = np.full((size, size), np.inf), np.full((size, size), -1)
    y, x = np.mgrid[0:size, 0:size] + 0.5
    for number, face in enumerate(faces):
        a, b, c = points[face]
        whole = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        if whole >= 0:
            continue
        u = ((b[0] - x) * (c[1] - y) - (b[1] - y) * (c[0] - x)) / whole
        v = ((c[0] - x) * (a[1] - y) - (c[1] - y) * (a[0] - x)) / whole
        depth = u * a[2] + v * b[2] + (1 - u - v) * c[2]
        nearer = (u >= 0) & (v >= 0) & (u + v <= 1) & (depth < best)
        best[nearer], winner[nearer] = depth[nearer], number
    return best, winner
