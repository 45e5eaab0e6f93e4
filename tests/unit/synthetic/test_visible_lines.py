"""Hidden lines are absent, visible ones complete, on solids whose lines are known."""

from __future__ import annotations

import numpy as np
import pytest

from sevenviews.designs import STANDARD_VIEWS, View
from sevenviews.synthetic.camera import camera
from sevenviews.synthetic.raster import rasterize
from sevenviews.synthetic.solids import box, cylinder, inked, lathe, sphere
from sevenviews.synthetic.topology import topology
from sevenviews.synthetic.visible_lines import LineKind, contact_lines
from tests.unit.synthetic.scenes import SIZE, length, pixels, seen_lines

CUBE = box(1.0, 1.0, 1.0).moved(z=-0.5)


def test_a_cube_in_perspective_shows_nine_edges_of_twelve() -> None:
    segments = seen_lines([CUBE], View.PERSPECTIVE)
    corners = CUBE.vertices @ camera(View.PERSPECTIVE).T
    hidden = corners[:, 2].argmax()  # the corner farthest from the viewer hides its three edges
    edges = [
        (i, j)
        for i in range(8)
        for j in range(i)
        if np.isclose(np.abs(CUBE.vertices[i] - CUBE.vertices[j]).sum(), 1)
    ]
    visible = [np.linalg.norm(corners[i, :2] - corners[j, :2]) for i, j in edges if hidden not in (i, j)]
    assert len(visible) == 9
    assert len({tuple(sorted(pair)) for pair in segments.vertices.tolist()}) == 9
    assert length(segments) == pytest.approx(sum(visible), rel=0.01)
    assert length(segments, LineKind.CONTOUR) == pytest.approx(length(segments) * 6 / 9, rel=0.35)


@pytest.mark.parametrize("view", [view for view in STANDARD_VIEWS if view is not View.PERSPECTIVE])
def test_a_cube_from_any_side_is_a_square(view: View) -> None:
    segments = seen_lines([CUBE], view)
    assert len(segments.ends) == 4
    assert length(segments) == pytest.approx(4.0, rel=0.01)


def test_the_diagonals_of_triangulated_faces_are_not_drawn() -> None:
    segments = seen_lines([CUBE], View.FRONT)
    slanted = np.abs(segments.ends[:, 1] - segments.ends[:, 0]).min(axis=1) > 1
    assert not slanted.any()


def test_a_box_behind_another_shows_what_sticks_out() -> None:
    behind = box(2.0, 0.5, 0.5).moved(y=2.0, z=-0.25)
    segments = seen_lines([CUBE, behind], View.FRONT)
    ours = segments.solid == 1
    # Left and right of the cube: two half edges each, above and below, and the upright end.
    assert np.linalg.norm(
        segments.ends[ours, 1] - segments.ends[ours, 0], axis=1
    ).sum() / 100 == pytest.approx(2 * (2 * 0.5 + 0.5), rel=0.03)


def test_a_box_inside_another_is_not_seen() -> None:
    inside = box(0.4, 0.4, 0.4).moved(z=-0.2)
    for view in STANDARD_VIEWS:
        assert set(seen_lines([CUBE, inside], view).solid) == {0}


def test_a_sphere_has_its_contour_and_nothing_else() -> None:
    segments = seen_lines([sphere(1.0, corners=64)], View.PERSPECTIVE)
    assert set(segments.kind) == {LineKind.CONTOUR}
    radii = np.hypot(*(segments.ends.reshape(-1, 2) - SIZE / 2 - 0.13).T) / 100
    assert radii.min() > 0.985


def test_a_cylinder_from_the_side_is_a_rectangle() -> None:
    segments = seen_lines([cylinder(0.5, 1.0).moved(z=-0.5)], View.FRONT)
    assert length(segments) == pytest.approx(4.0, rel=0.03)


def test_the_inside_of_a_vessel_shows_from_above_only() -> None:
    vessel = lathe([[0, 0], [1, 0], [1, 1], [0.8, 1], [0.5, 0.2], [0, 0.2]])
    above, below = seen_lines([vessel], View.TOP), seen_lines([vessel], View.BOTTOM)
    circles = 2 * np.pi * np.array([1.0, 0.8, 0.5])
    assert length(above) == pytest.approx(circles.sum(), rel=0.03)
    assert length(below) == pytest.approx(circles[0], rel=0.03)


def test_a_graphic_shows_on_its_side_only() -> None:
    graphic = inked(np.array([[-0.2, -0.502, 0.0], [0.2, -0.502, 0.0]]))
    front, back = seen_lines([CUBE, graphic], View.FRONT), seen_lines([CUBE, graphic], View.BACK)
    assert length(front, LineKind.GRAPHIC) == pytest.approx(0.4, rel=0.02)
    assert length(back, LineKind.GRAPHIC) == 0


def test_where_solids_meet_there_is_a_line() -> None:
    scene = topology([box(2.0, 2.0, 0.5), cylinder(0.4, 1.0).moved(z=0.2)])
    looking = camera(View.PERSPECTIVE)
    buffer = rasterize(pixels(scene, looking), scene.faces, SIZE, SIZE)
    contacts, solid = contact_lines(scene, buffer)
    assert contacts.sum() > 60
    assert set(np.unique(solid)) == {-1, 0, 1}
    # Nothing but the border between two solids is marked.
    rows, columns = np.nonzero(contacts)
    for row, column in zip(rows, columns, strict=True):
        around = solid[row : row + 2, column : column + 2]
        assert len(set(around[around >= 0].tolist())) == 2
