"""How the pieces of an article stand beside one another."""

from __future__ import annotations

from sevenviews.synthetic.mesh import Mesh


def evenly(count: int) -> list[float]:
    """The middles of so many equal parts of the length from -1/2 to 1/2."""
    return [(i + 0.5) / count - 0.5 for i in range(count)]


def around(mesh: Mesh, count: int) -> list[Mesh]:
    """So many of a solid, in equal turns about the z axis."""
    return [mesh.turned("z", 360 / count * i) for i in range(count)]
