"""Every primitive is a closed solid, turned outward, of the volume that geometry says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.synthetic.mesh import Points, join, rotation, signed_volume
from sevenviews.synthetic.outlines import (
    circle,
    curve,
    rounded_rectangle,
    star,
    superellipse,
    triangulate,
)
from sevenviews.synthetic.solids import box, cylinder, lathe, prism, sphere, torus, tube
from sevenviews.synthetic.topology import topology
from tests.unit.synthetic.scenes import open_edges

PATH = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 3.0]])

SOLIDS = {
    "box": (box(2.0, 3.0, 4.0), 24.0),
    "rounded box": (box(2.0, 3.0, 4.0, corner=0.5), 4.0 * (6.0 - (4 - math.pi) * 0.25)),
    "cylinder": (cylinder(1.0, 2.0, corners=200), 2 * math.pi),
    "cone": (cylinder(1.0, 3.0, top=0.0, corners=200), math.pi),
    "sphere": (sphere(1.0, corners=200), 4 / 3 * math.pi),
    "torus": (torus(2.0, 0.5, corners=400), 2 * math.pi * 2.0 * 8 * 0.25 * math.sin(math.pi / 8)),
    "tube": (tube(PATH, 0.5, corners=200), 3 * math.pi * 0.25),
    "vessel": (
        lathe([[0, 0], [1, 0], [1, 2], [0.5, 2], [0.5, 1], [0, 1]], corners=200),
        math.pi * (2 - 0.25),
    ),
    "star": (prism(star(5, 2.0, 1.0), 3.0), 3.0 * 5 * 2.0 * 1.0 * math.sin(math.pi / 5)),
}


@pytest.mark.parametrize("name", SOLIDS)
def test_volume(name: str) -> None:
    mesh, volume = SOLIDS[name]
    assert signed_volume(mesh) == pytest.approx(volume, rel=0.01)


@pytest.mark.parametrize("name", SOLIDS)
def test_every_edge_parts_two_faces(name: str) -> None:
    mesh, _ = SOLIDS[name]
    assert open_edges(mesh) == 0
    assert len(topology([mesh]).edges) == len(mesh.faces) * 3 // 2


def test_a_fillet_takes_away_material_and_leaves_the_solid_closed() -> None:
    sharp, filleted = box(2.0, 2.0, 1.0), box(2.0, 2.0, 1.0, fillet=0.2)
    assert open_edges(filleted) == 0
    # Each of the eight edges loses a square of the radius but for a quarter of a circle.
    lost = 8 * 2.0 * (1 - math.pi / 4) * 0.2**2
    assert signed_volume(sharp) - signed_volume(filleted) == pytest.approx(lost, rel=0.2)


def test_mirroring_keeps_faces_outward() -> None:
    mirrored = box(1.0, 2.0, 3.0).moved(x=5.0).mirrored()
    assert signed_volume(mirrored) == pytest.approx(6.0)
    assert mirrored.vertices[:, 0].max() < 0


def test_joining_adds_volumes() -> None:
    assert signed_volume(join([box(1, 1, 1), box(1, 1, 1).moved(x=3)])) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("axis", "start", "end"),
    [("x", [0, 1, 0], [0, 0, 1]), ("y", [0, 0, 1], [1, 0, 0]), ("z", [1, 0, 0], [0, 1, 0])],
)
def test_turns_follow_the_right_hand(axis: str, start: list[float], end: list[float]) -> None:
    assert rotation(axis, 90) @ np.array(start) == pytest.approx(np.array(end))


@given(st.lists(st.floats(0.2, 2.0), min_size=3, max_size=24))
def test_triangles_fill_any_outline(radii: list[float]) -> None:
    outline = circle(1.0, len(radii)) * np.array(radii)[:, None]
    triangles = outline[triangulate(outline)]
    areas = [_area(triangle) for triangle in triangles]
    assert len(triangles) == len(radii) - 2
    assert min(areas) > -1e-9
    assert sum(areas) == pytest.approx(_area(outline))


def test_rounded_corners_are_arcs_of_the_radius() -> None:
    outline = rounded_rectangle(4.0, 2.0, 0.5)
    corner = outline[(outline[:, 0] > 1.5) & (outline[:, 1] > 0.5)]
    assert np.hypot(corner[:, 0] - 1.5, corner[:, 1] - 0.5) == pytest.approx(0.5, abs=1e-9)


def test_a_superellipse_lies_on_its_equation() -> None:
    x, y = superellipse(3.0, 2.0, 4.0).T
    assert np.abs(x / 3.0) ** 4 + np.abs(y / 2.0) ** 4 == pytest.approx(1.0)


def test_a_curve_passes_through_its_points() -> None:
    knots = [[0.0, 0.0], [1.0, 2.0], [3.0, 1.0]]
    points = curve(knots, steps=5)
    assert points[[0, 5, 10]] == pytest.approx(np.array(knots))


def _area(outline: Points) -> float:
    """Positive for a counterclockwise outline."""
    following = np.roll(outline, -1, axis=0)
    return float(np.sum(outline[:, 0] * following[:, 1] - following[:, 0] * outline[:, 1]) / 2)
