"""Known solids, drawn as the tests need them, and how to read a drawing back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sevenviews.designs import View
from sevenviews.synthetic.camera import camera
from sevenviews.synthetic.mesh import Mesh, Points
from sevenviews.synthetic.raster import DepthBuffer, rasterize
from sevenviews.synthetic.topology import Topology, topology
from sevenviews.synthetic.visible_lines import LineKind, Segments, visible_segments

SIZE = 400
SCALE = 100.0


def pixels(scene: Topology, looking: Points) -> Points:
    """Vertices in pixels: the origin in the middle of the picture, SCALE pixels a unit."""
    seen = scene.vertices @ looking.T * SCALE
    placed: Points = seen * np.array([1.0, -1.0, 1.0]) + np.array([SIZE / 2 + 0.137, SIZE / 2 + 0.119, 0.0])
    return placed


def depth_buffer(solids: Sequence[Mesh], view: View) -> DepthBuffer:
    """What lies nearest at each pixel."""
    scene = topology(solids)
    return rasterize(pixels(scene, camera(view)), scene.faces, SIZE, SIZE)


def seen_lines(solids: Sequence[Mesh], view: View) -> Segments:
    """The visible lines of solids, in pixels."""
    scene = topology(solids)
    looking = camera(view)
    points = pixels(scene, looking)
    return visible_segments(scene, looking[2], points, rasterize(points, scene.faces, SIZE, SIZE))


def length(segments: Segments, kind: LineKind | None = None) -> float:
    """Total length in units of the solids."""
    chosen = segments.kind >= 0 if kind is None else segments.kind == kind
    ends = segments.ends[chosen]
    return float(np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1).sum()) / SCALE


def open_edges(mesh: Mesh) -> int:
    """Edges that do not part exactly two faces, counted independently of `topology`."""
    edges = np.sort(mesh.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    _, counts = np.unique(edges, axis=0, return_counts=True)
    return int(np.sum(counts != 2))


def ink_box(image: NDArray[np.uint8]) -> tuple[int, int]:
    """Width and height of what is drawn."""
    rows, columns = np.nonzero(image == 0)
    return int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1
