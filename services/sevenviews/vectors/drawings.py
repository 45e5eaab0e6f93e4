"""What the index takes and gives: drawings with their vectors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from sevenviews.designs import LocarnoClass, View

Vector = npt.NDArray[np.float32]
"""One embedding: [dimension], unit length."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """A vector, and the model that made it."""

    vector: Vector
    model_version: str


@dataclass(frozen=True, slots=True)
class DrawingVector:
    """What is stored of a drawing; the content key tells which image was embedded, and is empty if unknown."""

    drawing_id: str
    view: View
    embedding: Embedding
    content_key: str = ""


@dataclass(frozen=True, slots=True)
class PatentVectors:
    """The vectors of one patent, with what its filter needs."""

    patent_id: str
    drawings: tuple[DrawingVector, ...]
    locarno: tuple[LocarnoClass, ...] = ()
    office: str = ""
    holders: tuple[str, ...] = ()
    publication_date: date | None = None
    filing_date: date | None = None


@dataclass(frozen=True, slots=True)
class NearestDrawing:
    """A drawing near a query; score: inner product of unit vectors, -1 to 1."""

    drawing_id: str
    patent_id: str
    view: View
    score: float


@dataclass(frozen=True, slots=True)
class StoredVector:
    """A row of a release; the vector only where it was asked for."""

    drawing_id: str
    patent_id: str
    view: View
    vector: Vector | None = None
    content_key: str = ""
