"""Broken lines: pieces that continue one another are dashed as one line."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from sevenviews.synthetic.mesh import Indices, Points

_JOINED = 0.75


def dashed(ends: Points, vertices: Indices, dash: float, gap: float) -> Points:
    """Cut segments into dashes.

    Args:
        ends: [N, 2, 2], in pixels.
        vertices: [N, 2], the vertices between which each segment runs: segments that share one are joined.
        dash, gap: lengths in pixels.

    Returns:
        [M, 2, 2].
    """
    pieces: list[Points] = []
    for chain in _chains(vertices, ends):
        pieces.extend(_cut(chain, dash, gap))
    return np.stack(pieces) if pieces else np.empty((0, 2, 2))


def _chains(vertices: Indices, ends: Points) -> list[Points]:
    """Polylines [K, 2] of segments that share a vertex with exactly one other and touch there."""
    touching = _touching(vertices)
    unused = set(range(len(vertices)))
    chains = []
    for seed in range(len(vertices)):
        if seed not in unused:
            continue
        unused.discard(seed)
        forward = _follow(seed, ends[seed, 1], touching, unused, ends)
        backward = _follow(seed, ends[seed, 0], touching, unused, ends)
        chains.append(np.stack([*backward[::-1], ends[seed, 0], ends[seed, 1], *forward]))
    return chains


def _touching(vertices: Indices) -> dict[int, list[int]]:
    """Of each segment, those that share with it a vertex at which no third segment ends."""
    at_vertex: dict[int, list[int]] = defaultdict(list)
    for number, pair in enumerate(vertices.tolist()):
        for vertex in pair:
            at_vertex[vertex].append(number)
    touching: dict[int, list[int]] = defaultdict(list)
    for numbers in at_vertex.values():
        if len(numbers) == 2:  # noqa: PLR2004
            touching[numbers[0]].append(numbers[1])
            touching[numbers[1]].append(numbers[0])
    return touching


def _follow(
    number: int, tip: Points, touching: dict[int, list[int]], unused: set[int], ends: Points
) -> list[Points]:
    """The points that continue the segment beyond its tip; their segments are taken out of `unused`."""
    points: list[Points] = []
    while True:
        joined = [
            (other, end)
            for other in touching[number]
            for end in (0, 1)
            if other in unused and np.abs(ends[other, end] - tip).max() < _JOINED
        ]
        if not joined:
            return points
        number, end = joined[0]
        tip = ends[number, 1 - end]
        unused.discard(number)
        points.append(tip)


def _cut(chain: Points, dash: float, gap: float) -> list[Points]:
    """The dashes of a polyline [K, 2], as segments. It starts and ends with a dash."""
    lengths = np.linalg.norm(np.diff(chain, axis=0), axis=1)
    total = float(lengths.sum())
    if total < dash:
        return [chain[[i, i + 1]] for i in range(len(chain) - 1)]
    count = max(1, round((total + gap) / (dash + gap)))
    stretch = total / (count * (dash + gap) - gap)
    at = np.concatenate([[0.0], np.cumsum(lengths)])
    pieces: list[Points] = []
    for i in range(count):
        begin = i * (dash + gap) * stretch
        finish = min(begin + dash * stretch, total)
        inner = at[(at > begin) & (at < finish)]
        stops = np.concatenate([[begin], inner, [finish]])
        points = np.column_stack([np.interp(stops, at, chain[:, axis]) for axis in (0, 1)])
        pieces.extend(points[[j, j + 1]] for j in range(len(points) - 1))
    return pieces
