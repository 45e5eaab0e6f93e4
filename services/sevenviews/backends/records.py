"""What the services say of models, releases, vectors and stored patents, beyond the domain's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from sevenviews.designs import CropBox, Patent, SevenviewsError, View

Vector = npt.NDArray[np.float32]
"""One embedding: shape (dimension,), unit length."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model of the embedding service. Its version is the content hash of its bundle."""

    model_version: str
    dimension: int
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class ImageInput:
    """An encoded image; crop None takes all of it."""

    content: bytes
    crop: CropBox | None = None


@dataclass(frozen=True, slots=True)
class EmbeddedImages:
    """One vector or one error an image, in the order asked for; what the service measured of its stages."""

    results: tuple[Vector | SevenviewsError, ...]
    timings: Mapping[str, timedelta] = field(default_factory=dict)


class ReleaseState(StrEnum):
    """As protos/sevenviews/internal/v1/vectors.proto has them."""

    BUILDING = "building"
    SERVING = "serving"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Release:
    """Pins a model to a collection of vectors."""

    release_id: str
    model_version: str
    state: ReleaseState = ReleaseState.SERVING


@dataclass(frozen=True, slots=True)
class NearestDrawing:
    """A candidate: a drawing near a query. Score: cosine similarity, -1 to 1."""

    drawing_id: str
    patent_id: str
    view: View
    score: float


@dataclass(frozen=True, slots=True)
class DrawingVector:
    """What the vector service stores of a drawing; the content key tells which image was embedded."""

    drawing_id: str
    view: View
    vector: Vector
    content_key: str = ""


@dataclass(frozen=True, slots=True)
class StoredPatent:
    """The answer to a put: what is stored now, and whether it was before."""

    content_digest: str
    published: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class PatentPage:
    """A page of the catalogue."""

    patents: tuple[Patent, ...]
    next_page_token: str
    total_count: int
