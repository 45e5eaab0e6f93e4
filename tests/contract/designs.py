"""Small designs by number, and what the suites over a vector index do with them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from sevenviews.designs import (
    Calibration,
    PatentFilter,
    SevenviewsError,
    View,
    drawing_id,
)
from sevenviews.vectors.drawings import (
    DrawingVector,
    Embedding,
    PatentGenerations,
    PatentVectors,
)
from sevenviews.vectors.index import DesignIndex
from sevenviews.vectors.releases import IndexParameters, Release

DIMENSION = 8
MODEL = "0123456789abcdef"
SECONDS = 30.0
CALIBRATION = Calibration(level=0.2, slope=3.0, neighbours=5)
"""Of a model that is not the packaged one."""


def create(index: DesignIndex, model: str = MODEL) -> Release:
    release_id = f"t-{uuid.uuid4().hex[:12]}"
    return index.create_release(
        release_id, model, DIMENSION, IndexParameters(), SECONDS, calibration=CALIBRATION
    )


def promoted(index: DesignIndex, release: Release, token: int = 0) -> Release:
    """Completed, and serving."""
    index.complete(release.release_id, {}, SECONDS)
    return index.promote(release.release_id, SECONDS, token)


def unit(seed: int) -> Embedding:
    vector = np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)
    return Embedding(vector / np.linalg.norm(vector), MODEL)


def patent(number: int, drawings: int = 2, generation: int = 1, **fields: object) -> PatentVectors:
    patent_id = f"USD{number:07d}"
    views = (View.FRONT, View.LEFT, View.PERSPECTIVE, View.UNKNOWN)
    rows = tuple(
        DrawingVector(drawing_id(patent_id, 1, n + 1), views[n % len(views)], unit(100 * number + n))
        for n in range(drawings)
    )
    return PatentVectors(patent_id, generation, rows, **fields)  # type: ignore[arg-type]


def every_generation(patent_ids: Sequence[str]) -> list[PatentGenerations]:
    return [PatentGenerations(one) for one in patent_ids]


def found(index: DesignIndex, release: Release, patent_filter: PatentFilter | None = None) -> set[str]:
    _, (nearest,) = index.search(
        release.release_id, [unit(0)], patent_filter or PatentFilter(), (), 1000, SECONDS
    )
    return {one.patent_id for one in nearest}


def held(index: DesignIndex, release: Release) -> list[str]:
    _, portions = index.list(release.release_id, (), with_vectors=False, timeout=SECONDS)
    return [row.drawing_id for portion in portions for row in portion]


def refused(call: Callable[[], object]) -> SevenviewsError:
    with pytest.raises(SevenviewsError) as caught:
        call()
    return caught.value
