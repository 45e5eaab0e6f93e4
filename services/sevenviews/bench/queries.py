"""What the benchmarks search with, and search among."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence

import numpy as np
from PIL import ImageDraw

from sevenviews.backends.blocking import Addresses, Services
from sevenviews.backends.records import DrawingVector, PatentVectors
from sevenviews.designs import Patent, View, drawing_id
from sevenviews.images import content_box, decode

_GRAINS = 6
_DRAWINGS, _PATENTS_PER_CALL = 7, 100


class Queries:
    """Drawings that no cache has seen: each gets a few grains of ink of its own."""

    def __init__(self, drawings: Sequence[bytes]) -> None:
        self._drawings = drawings
        self._count = 0

    def take(self, count: int) -> list[bytes]:
        """The next ones, PNG."""
        return [self._next() for _ in range(count)]

    def _next(self) -> bytes:
        self._count += 1
        chance = random.Random(self._count)  # noqa: S311 - variety, not a secret
        drawing = decode(self._drawings[self._count % len(self._drawings)])
        pen = ImageDraw.Draw(drawing)
        left, top, right, bottom = content_box(drawing) or (0, 0, drawing.width, drawing.height)
        for _ in range(_GRAINS):
            # Within the content, or the crop would change and with it the whole drawing.
            pen.point((chance.randrange(left, right), chance.randrange(top, bottom)), fill=0)
        sink = io.BytesIO()
        drawing.save(sink, "PNG")
        return sink.getvalue()


def add_strangers(vectors: str, drawings: int) -> None:
    """Fill the serving release with random unit vectors: found by nobody, passed by every search.

    They are of no patent that the catalogue has, and farther from any drawing than drawings are from each other.

    Args:
        vectors: host:port of the vector service.
        drawings: how many, rounded up to whole patents.
    """
    chance = np.random.default_rng(0)
    with Services(Addresses(vectors=vectors), patience_seconds=30) as services:
        release = services.serving_release()
        for first in range(0, -(-drawings // _DRAWINGS), _PATENTS_PER_CALL):
            shape = (_PATENTS_PER_CALL, _DRAWINGS, release.dimension)
            unit = chance.standard_normal(shape, np.float32)
            unit /= np.linalg.norm(unit, axis=-1, keepdims=True)
            ids = (f"STRANGER{first + number}" for number in range(_PATENTS_PER_CALL))
            strangers = [
                PatentVectors(
                    Patent(id_),
                    1,
                    tuple(
                        DrawingVector(drawing_id(id_, sheet, 1), View.UNKNOWN, vector)
                        for sheet, vector in enumerate(group, 1)
                    ),
                )
                for id_, group in zip(ids, unit, strict=True)
            ]
            services.write(release, strangers)
