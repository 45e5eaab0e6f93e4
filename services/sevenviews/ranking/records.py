"""What is scored, and what a score says."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from sevenviews.designs import View, ViewCoverage


@dataclass(frozen=True, slots=True)
class QueryDrawing:
    """A query image.

    Attributes:
        view: that it shows; UNKNOWN weighs no view.
        weight: against the other query images; below 0: patents that resemble it are not wanted.

    Raises:
        ValueError: the weight is 0 or not finite.
    """

    view: View = View.UNKNOWN
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not isfinite(self.weight) or self.weight == 0:
            raise ValueError(f"a query image cannot weigh {self.weight}")


@dataclass(frozen=True, slots=True)
class StoredDrawing:
    """A drawing of the patent that is scored."""

    drawing_id: str
    view: View = View.UNKNOWN


@dataclass(frozen=True, slots=True)
class Match:
    """A query image and the drawing that it was matched with.

    Attributes:
        query_index: among the query images.
        drawing_index: among the patent's drawings.
        similarity: their cosine, -1 to 1, whatever their views.
    """

    query_index: int
    drawing_index: int
    similarity: float


@dataclass(frozen=True, slots=True)
class PatentScore:
    """A patent against all query images.

    Attributes:
        score: 0 to 1; see `score`.
        matches: in the order of the query images; those left out are absent. A query image of negative weight is
            matched with the drawing that resembles it most.
        coverage: of each query image.
    """

    score: float
    matches: tuple[Match, ...]
    coverage: tuple[ViewCoverage, ...]
