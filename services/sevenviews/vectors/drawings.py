"""What the index takes and gives: drawings with their vectors."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sevenviews.backends.records import Vector
from sevenviews.designs import LocarnoClass, View
from sevenviews.ranking import QueryDrawing


def row_id(drawing_id: str, generation: int) -> str:
    """The primary key of a drawing's row: the generations of a drawing lie side by side."""
    return f"{drawing_id}@{generation}"


@dataclass(frozen=True, slots=True)
class Embedding:
    """A vector, and the model that made it."""

    vector: Vector
    model_version: str


@dataclass(frozen=True, slots=True)
class PatentQuery:
    """An image that patents are searched with: its embedding, its view and its weight."""

    embedding: Embedding
    drawing: QueryDrawing = field(default_factory=QueryDrawing)


@dataclass(frozen=True, slots=True)
class DrawingVector:
    """What is stored of a drawing; the content key tells which image was embedded, and is empty if unknown."""

    drawing_id: str
    view: View
    embedding: Embedding
    content_key: str = ""


@dataclass(frozen=True, slots=True)
class PatentVectors:
    """The vectors of one generation of a patent, with what its filter needs. Generations count from 1."""

    patent_id: str
    generation: int
    drawings: tuple[DrawingVector, ...]
    locarno: tuple[LocarnoClass, ...] = ()
    office: str = ""
    holders: tuple[str, ...] = ()
    publication_date: date | None = None
    filing_date: date | None = None
    kind: str = ""
    uspc: tuple[str, ...] = ()
    inventors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PatentGenerations:
    """Some generations of a patent, first and last included; all of them where both are 0."""

    patent_id: str
    first: int = 0
    last: int = 0

    @property
    def is_every(self) -> bool:
        """Whether all generations are meant."""
        return not self.first and not self.last
