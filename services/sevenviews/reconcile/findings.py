"""What may be wrong between the stores."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FindingKind(StrEnum):
    """Each with its remedy."""

    OBJECT_MISSING = "object_missing"
    """A drawing's image is lost. Only its source can restore it: `sevenviews ingest --again`."""

    OBJECT_ORPHANED = "object_orphaned"
    """An image that no record names. Repaired: deleted, unless they are too many."""

    IMPORT_UNFINISHED = "import_unfinished"
    """Content that was stored and never published, of a new patent or in place of what readers see. Repaired: its
    import is finished."""

    VECTORS_MISSING = "vectors_missing"
    """A release lacks drawings of a published generation. Repaired: embedded from the stored images."""

    VECTORS_WRONG = "vectors_wrong"
    """A release holds, of a published generation, drawings that it does not have, or vectors of other images.
    Repaired: its vectors are written anew."""

    VECTORS_STALE = "vectors_stale"
    """A release holds a generation that was replaced by a newer one. Repaired: deleted."""

    VECTORS_ORPHANED = "vectors_orphaned"
    """A release holds a generation of a patent that the database does not know, or not yet: the patent was deleted,
    or the database is an older one. Repaired: deleted, unless they are too many."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One disagreement. What does not apply is empty.

    Attributes:
        subject: the patent, the drawing, or the key of an orphaned image.
        release_id: whose vectors are meant.
        drawings: how many are concerned.
        generation: of the patent.
    """

    kind: FindingKind
    subject: str
    release_id: str = ""
    drawings: int = 1
    generation: int = 0

    def __str__(self) -> str:
        where = f" in release {self.release_id}" if self.release_id else ""
        return f"{self.kind}: {self.subject}{where} ({self.drawings} drawings)"
