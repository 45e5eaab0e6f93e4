"""The visible parts of the lines of a scene: creases, silhouettes, boundaries and lines on surfaces."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import cv2
import numpy as np
import numpy.typing as npt

from sevenviews.synthetic.mesh import Indices, Points
from sevenviews.synthetic.raster import DepthBuffer
from sevenviews.synthetic.topology import Topology

_FACING = 1e-6
_FAR = np.float32(1e9)


class LineKind(IntEnum):
    """Why a line is drawn: a sharp edge, the border of what is seen, the seam of a smooth blend, or a graphic,
    which belongs to no face.
    """

    EDGE = 0
    CONTOUR = 1
    TANGENT = 2
    GRAPHIC = 3


@dataclass(frozen=True, eq=False)
class Segments:
    """Straight pieces of lines.

    Attributes:
        ends: [N, 2, 2], pixels to the right and downward.
        kind: [N], LineKind; solid: [N], the solid that the line belongs to.
        vertices: [N, 2], the vertices of the edge of which the piece is part, to find what continues it.
    """

    ends: Points
    kind: Indices
    solid: Indices
    vertices: Indices


def visible_segments(scene: Topology, away: Points, points: Points, buffer: DepthBuffer) -> Segments:
    """The pieces of lines that nothing hides.

    A line is followed in steps of about a pixel; a step is visible where it is not behind the farthest surface
    within one pixel of it. The tolerance grows with the slope of the surfaces beside the line.

    Args:
        away: [3], the direction of sight.
        points: [V, 3], vertices in pixels: right, downward, away.
    """
    vertices, kind, solid, tolerance = _candidates(scene, away)
    starts, ends = points[vertices[:, 0]], points[vertices[:, 1]]
    steps = np.maximum(np.ceil(np.abs(ends - starts)[:, :2].max(axis=1)), 1).astype(np.int64)
    line = np.repeat(np.arange(len(steps)), steps)
    step = np.arange(len(line)) - np.repeat(np.cumsum(steps) - steps, steps)
    fraction = (step + 0.5) / steps[line]
    samples = starts[line] + (ends - starts)[line] * fraction[:, None]
    height, width = buffer.depth.shape
    column = np.clip(samples[:, 0].astype(np.int64), 0, width - 1)
    row = np.clip(samples[:, 1].astype(np.int64), 0, height - 1)
    farthest = cv2.dilate(np.minimum(buffer.depth, _FAR), np.ones((3, 3), np.uint8))
    seen = samples[:, 2] <= farthest[row, column] + tolerance[line]
    first, last = _runs(seen, line)
    run_line = line[first]
    direction = (ends - starts)[run_line, :2]
    begin = starts[run_line, :2] + direction * (step[first] / steps[run_line])[:, None]
    finish = starts[run_line, :2] + direction * ((step[last] + 1) / steps[run_line])[:, None]
    return Segments(np.stack([begin, finish], 1), kind[run_line], solid[run_line], vertices[run_line])


def _candidates(scene: Topology, away: Points) -> tuple[Indices, Indices, Indices, Points]:
    """Vertices [N, 2], kind, solid and tolerance of depth in pixels of all lines that may be visible."""
    facing = -(scene.normals @ away)
    front = facing > _FACING
    sides = front[scene.sides]
    contour = sides[:, 0] != sides[:, 1]
    drawn = (contour | scene.crease) & sides.any(axis=1)
    slope = np.sqrt(np.maximum(1 - facing**2, 0)) / np.maximum(facing, 0.05)
    slopes = np.where(sides, slope[scene.sides], 0.0).max(axis=1)
    kind = np.where(contour, LineKind.CONTOUR, LineKind.EDGE)[drawn]
    on_faces = np.isin(scene.line_solid, scene.solid)
    return (
        np.concatenate([scene.edges[drawn], scene.lines]),
        np.concatenate([kind, np.where(on_faces, LineKind.TANGENT, LineKind.GRAPHIC)]).astype(np.int64),
        np.concatenate([scene.solid[scene.sides[drawn, 0]], scene.line_solid]),
        np.concatenate([0.6 + np.minimum(0.75 * slopes[drawn], 5.0), np.full(len(scene.lines), 1.5)]),
    )


def _runs(seen: npt.NDArray[np.bool_], line: Indices) -> tuple[Indices, Indices]:
    """First and last positions of the unbroken runs of seen steps on one line."""
    same = line[1:] == line[:-1]
    joined = seen[1:] & seen[:-1] & same
    first = np.flatnonzero(seen & ~np.concatenate([[False], joined]))
    last = np.flatnonzero(seen & ~np.concatenate([joined, [False]]))
    return first, last


def contact_lines(
    scene: Topology, buffer: DepthBuffer
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Where two solids meet on the picture: the mask [H, W] of such pixels, and the solid at each pixel [H, W].

    Bare paper has the solid -1.
    """
    covered = buffer.face >= 0
    solid = np.where(covered, scene.solid[buffer.face], -1)
    mask = np.zeros(solid.shape, np.bool_)
    mask[:, :-1] |= (solid[:, :-1] != solid[:, 1:]) & covered[:, :-1] & covered[:, 1:]
    mask[:-1] |= (solid[:-1] != solid[1:]) & covered[:-1] & covered[1:]
    return mask, solid
