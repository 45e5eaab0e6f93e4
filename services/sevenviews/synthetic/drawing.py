"""From solids to a line drawing: 255 paper, 0 ink."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from sevenviews.synthetic.dashes import dashed
from sevenviews.synthetic.mesh import Points
from sevenviews.synthetic.raster import rasterize
from sevenviews.synthetic.shading import shading
from sevenviews.synthetic.style import DrawingStyle
from sevenviews.synthetic.topology import Topology
from sevenviews.synthetic.visible_lines import LineKind, Segments, contact_lines, visible_segments

Image = npt.NDArray[np.uint8]

REFERENCE_SIZE = 512
_SUBPIXEL_BITS = 4
_SMALLEST_CONTACT = 7


def extent(scene: Topology, camera: Points) -> tuple[float, float]:
    """Width and height of the scene as the camera sees it, in units of the article."""
    seen = scene.vertices @ camera[:2].T
    width, height = np.ptp(seen, axis=0)
    return float(width), float(height)


def draw(
    scene: Topology,
    camera: Points,
    claimed: Sequence[bool],
    style: DrawingStyle,
    *,
    shape: tuple[int, int],
    pixels_per_unit: float,
    line_scale: float,
) -> Image:
    """Draw the scene in the middle of a sheet of `shape` (height, width).

    Args:
        claimed: of each solid; the others get broken lines and no shading.
        line_scale: pixels per unit of the style's lengths.
    """
    points = _in_pixels(scene.vertices @ camera.T, shape, pixels_per_unit)
    buffer = rasterize(points, scene.faces, *shape)
    segments = visible_segments(scene, camera[2], points, buffer)
    is_claimed = np.asarray(claimed, np.bool_)
    ink = np.zeros(shape, np.uint8)
    contacts, solid = contact_lines(scene, buffer)
    _ink_segments(ink, segments, is_claimed, style, line_scale)
    _ink_contacts(ink, contacts, segments, is_claimed[solid], style, line_scale)
    shade = shading(scene.normals @ camera.T, buffer.face, style, line_scale)
    ink[shade & is_claimed[solid]] = 1
    return np.where(ink > 0, np.uint8(0), np.uint8(255))


def _in_pixels(seen: Points, shape: tuple[int, int], pixels_per_unit: float) -> Points:
    """Vertices [V, 3] in view axes (right, up, away) -> pixels (right, downward, away), centred."""
    middle = (seen.min(axis=0) + seen.max(axis=0)) / 2
    pixels = (seen - middle) * pixels_per_unit * np.array([1.0, -1.0, 1.0])
    # An irrational-looking offset keeps edges of symmetric articles off the exact centres of pixels.
    result: Points = pixels + np.array([shape[1] / 2 + 0.137, shape[0] / 2 + 0.119, 0.0])
    return result


def _ink_segments(
    ink: Image, segments: Segments, claimed: npt.NDArray[np.bool_], style: DrawingStyle, scale: float
) -> None:
    width = {
        LineKind.EDGE: style.stroke_width,
        LineKind.CONTOUR: style.stroke_width * style.outline_weight,
        LineKind.TANGENT: style.stroke_width * 0.7,
        LineKind.GRAPHIC: style.stroke_width * 0.8,
    }
    solid_line = claimed[segments.solid]
    for kind in LineKind:
        if kind is LineKind.TANGENT and not style.tangent_lines:
            continue
        chosen = segments.kind == kind
        thickness = max(1, round(width[kind] * scale))
        _stroke(ink, segments.ends[chosen & solid_line], thickness)
        broken = chosen & ~solid_line
        ends = dashed(
            segments.ends[broken],
            segments.vertices[broken],
            style.dash_length * scale,
            style.dash_gap * scale,
        )
        _stroke(ink, ends, thickness)


def _stroke(ink: Image, ends: Points, thickness: int) -> None:
    """Draw segments [N, 2, 2]."""
    if len(ends):
        # OpenCV counts from the centre of the first pixel, the z-buffer from its corner.
        fixed = np.round((ends - 0.5) * (1 << _SUBPIXEL_BITS)).astype(np.int32)
        cv2.polylines(ink, list(fixed), False, 1, thickness, cv2.LINE_8, _SUBPIXEL_BITS)


def _ink_contacts(
    ink: Image,
    contacts: npt.NDArray[np.bool_],
    segments: Segments,
    claimed: npt.NDArray[np.bool_],
    style: DrawingStyle,
    scale: float,
) -> None:
    """Add the curves where solids meet, except where an edge or contour already runs along them."""
    known = np.zeros_like(ink)
    _stroke(known, segments.ends, 5)
    remaining = (contacts & (known == 0)).astype(np.uint8)
    count, labels, statistics, _ = cv2.connectedComponentsWithStats(remaining, connectivity=8)
    if count <= 1:
        return
    large = statistics[:, cv2.CC_STAT_AREA] >= _SMALLEST_CONTACT
    large[0] = False
    curve = large[labels]
    row, column = np.nonzero(curve & ~claimed)
    along = np.mod(row + column, (style.dash_length + style.dash_gap) * scale)
    curve[row, column] = along < style.dash_length * scale
    thickness = max(1, round(style.stroke_width * scale))
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (thickness, thickness))
    ink[cv2.dilate(curve.astype(np.uint8), brush) > 0] = 1
