"""A z-buffer in numpy: which face is nearest at each pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sevenviews.synthetic.mesh import Indices, Points

_STEPS_PER_PIXEL = 64
_FACE_BITS = 20
_NOTHING = np.int64(2**62)


@dataclass(frozen=True, eq=False)
class DepthBuffer:
    """What lies nearest at each pixel.

    Attributes:
        depth: [H, W], in pixels, growing away from the viewer; infinite on bare paper.
        face: [H, W], number of the face, -1 on bare paper.
    """

    depth: npt.NDArray[np.float32]
    face: npt.NDArray[np.int32]


def rasterize(points: Points, faces: Indices, height: int, width: int) -> DepthBuffer:
    """Fill the faces that are turned to the viewer.

    Every triangle is cut into one span a row, all spans at once, and the spans into pixels; a face covers the
    pixels whose centres it contains. The nearest face wins by the minimum of depth and number packed into one
    integer.

    Args:
        points: [V, 3]: pixels to the right, pixels downward, pixels away.
        faces: [F, 3], numbered as the buffer will number them; those turned away are left out.
    """
    corners = points[faces]
    a, b, c = np.moveaxis(corners, 1, 0)
    # Downward pixels make outward faces run clockwise: those turned to the viewer have a negative area.
    turn = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    visible = np.flatnonzero(turn < -1e-9)  # noqa: PLR2004
    span_face, row, first, last = _spans(corners[visible], height, width)
    lengths = last - first + 1
    span = np.repeat(np.arange(len(lengths)), lengths)
    column = np.arange(len(span)) - np.repeat(np.cumsum(lengths) - lengths, lengths) + first[span]
    origin, slope_x, slope_y = _planes(corners[visible], turn[visible])
    at_row = origin[span_face] + slope_y[span_face] * (row + 0.5)
    depth = at_row[span] + slope_x[span_face][span] * (column + 0.5)
    packed = (np.floor(depth * _STEPS_PER_PIXEL).astype(np.int64) << _FACE_BITS) + visible[span_face][span]
    buffer = np.full(height * width, _NOTHING)
    np.minimum.at(buffer, row[span] * width + column, packed)
    return _unpack(buffer.reshape(height, width))


def _unpack(buffer: npt.NDArray[np.int64]) -> DepthBuffer:
    paper = buffer == _NOTHING
    depth = (((buffer >> _FACE_BITS) + 0.5) / _STEPS_PER_PIXEL).astype(np.float32)
    face = (buffer & ((1 << _FACE_BITS) - 1)).astype(np.int32)
    depth[paper], face[paper] = np.inf, -1
    return DepthBuffer(depth, face)


def _planes(corners: Points, turn: Points) -> tuple[Points, Points, Points]:
    """Depth = origin + slope_x * x + slope_y * y on each triangle [F, 3, 3]."""
    a, b, c = np.moveaxis(corners, 1, 0)
    ab, ac = b - a, c - a
    slope_x = (ab[:, 2] * ac[:, 1] - ac[:, 2] * ab[:, 1]) / turn
    slope_y = (ac[:, 2] * ab[:, 0] - ab[:, 2] * ac[:, 0]) / turn
    # Slivers seen edge-on have enormous slopes; their few pixels keep about the depth of their corner.
    steep = np.hypot(slope_x, slope_y) > 500  # noqa: PLR2004
    slope_x[steep] = slope_y[steep] = 0.0
    return a[:, 2] - slope_x * a[:, 0] - slope_y * a[:, 1], slope_x, slope_y


def _spans(corners: Points, height: int, width: int) -> tuple[Indices, Indices, Indices, Indices]:
    """Of every triangle and every row of pixel centres in it: triangle, row, first and last column."""
    y = corners[:, :, 1]
    top = np.maximum(np.ceil(y.min(axis=1) - 0.5), 0).astype(np.int64)
    bottom = np.minimum(np.ceil(y.max(axis=1) - 0.5) - 1, height - 1).astype(np.int64)
    rows = np.maximum(bottom - top + 1, 0)
    triangle = np.repeat(np.arange(len(corners)), rows)
    row = np.arange(len(triangle)) - np.repeat(np.cumsum(rows) - rows, rows) + top[triangle]
    centre = row + 0.5
    low, high = np.full(len(row), np.inf), np.full(len(row), -np.inf)
    for i in range(3):
        x0, y0 = corners[:, i, 0], corners[:, i, 1]
        x1, y1 = corners[:, (i + 1) % 3, 0], corners[:, (i + 1) % 3, 1]
        rise = np.where(y1 == y0, 1.0, y1 - y0)
        slope = (x1 - x0) / rise
        x = (x0 - slope * y0)[triangle] + slope[triangle] * centre
        crossed = (np.minimum(y0, y1)[triangle] <= centre) & (centre < np.maximum(y0, y1)[triangle])
        low = np.where(crossed, np.minimum(low, x), low)
        high = np.where(crossed, np.maximum(high, x), high)
    filled = np.isfinite(low)
    first = np.maximum(np.ceil(np.where(filled, low, 0.0) - 0.5), 0).astype(np.int64)
    last = np.minimum(np.ceil(np.where(filled, high, -1.0) - 0.5) - 1, width - 1).astype(np.int64)
    kept = filled & (last >= first)
    return triangle[kept], row[kept], first[kept], last[kept]
