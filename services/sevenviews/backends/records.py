"""What the services say of models, releases, vectors and stored patents, beyond the domain's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from sevenviews.designs import (
    PACKAGED,
    Calibration,
    CropBox,
    LocarnoClass,
    Patent,
    SevenviewsError,
    View,
    ViewCoverage,
)
from sevenviews.internal.v1 import patents_pb2
from sevenviews.runtime.answers import locarno_of_answer
from sevenviews.runtime.encoded import EncodedPatent
from sevenviews.v1 import search_pb2

Vector = npt.NDArray[np.float32]
"""One embedding: shape (dimension,), unit length."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model of the embedding service. Its version is the content hash of its bundle."""

    model_version: str
    dimension: int
    is_default: bool = False
    calibration: Calibration = PACKAGED


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
class IndexParameters:
    """Of HNSW: edges a node, candidates while building, candidates while searching. 0: the service's default."""

    m: int = 0
    ef_construction: int = 0
    ef: int = 0


@dataclass(frozen=True, slots=True)
class Release:
    """Pins a model to a collection of vectors. A page token or a task knows the first two alone.

    Attributes:
        collection: its name in Milvus.
        metric: "IP" or "HAMMING"; see vectors.proto.
        vector_count: drawings that it holds.
        created: UTC, as the other times.
        ready: when it was complete; None before.
        promoted: when it began to serve, the last time; None: never.
        evaluation: the figures that it was measured by, such as "map" and "recall_at_10".
        calibration: of its model's scores.
    """

    release_id: str
    model_version: str
    state: ReleaseState = ReleaseState.SERVING
    collection: str = ""
    dimension: int = 0
    metric: str = "IP"
    index: IndexParameters = IndexParameters()
    vector_count: int = 0
    created: datetime | None = None
    ready: datetime | None = None
    promoted: datetime | None = None
    evaluation: Mapping[str, float] = field(default_factory=dict, hash=False)
    calibration: Calibration = PACKAGED


@dataclass(frozen=True, slots=True)
class NearestDrawing:
    """A candidate: a drawing near a query. Score: cosine similarity, -1 to 1."""

    drawing_id: str
    patent_id: str
    generation: int
    view: View
    score: float


@dataclass(frozen=True, slots=True)
class PatentQuery:
    """An image to search with. Weight: against the others; below 0, patents that resemble it are not wanted."""

    vector: Vector
    view: View = View.UNKNOWN
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class MatchedDrawing:
    """The drawing of a patent that was matched with a query image. Similarity: their cosine, -1 to 1."""

    query_index: int
    drawing_id: str
    view: View
    similarity: float


@dataclass(frozen=True, slots=True)
class ScoredPatent:
    """A generation of a patent that was found.

    Attributes:
        score: 0 to 1, as SearchPatents of vectors.proto defines it.
        matches: in the order of the query images; those left out are absent.
        coverage: of each query image.
    """

    patent_id: str
    generation: int
    score: float
    matches: tuple[MatchedDrawing, ...]
    coverage: tuple[ViewCoverage, ...]


@dataclass(frozen=True, slots=True)
class JudgedPatent:
    """A generation of a patent that the caller has called relevant to the search, or not."""

    patent_id: str
    generation: int
    relevant: bool


@dataclass(frozen=True, slots=True)
class PatentRanking:
    """Patents, best first; complete if no other can be found.

    Moved: the vectors of the query images as judged patents have moved them; empty where none were judged.
    """

    patents: tuple[ScoredPatent, ...]
    complete: bool
    moved: tuple[Vector, ...] = ()


@dataclass(frozen=True, slots=True)
class DrawingVector:
    """What the vector service stores of a drawing; the content key tells which image was embedded."""

    drawing_id: str
    view: View
    vector: Vector
    content_key: str = ""


@dataclass(frozen=True, slots=True)
class PatentVectors:
    """One generation of a patent for the vector service, with what its filter needs."""

    patent: Patent
    generation: int
    drawings: tuple[DrawingVector, ...]


@dataclass(frozen=True, slots=True)
class StoredVector:
    """What a release holds of a drawing of one generation of its patent; the vector only where it was asked for."""

    drawing_id: str
    patent_id: str
    generation: int
    view: View = View.UNKNOWN
    vector: Vector | None = None
    content_key: str = ""


@dataclass(frozen=True, slots=True)
class GenerationRange:
    """Some generations of a patent, from 1, both ends included."""

    patent_id: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class PatentGeneration:
    """A patent as it was at one time. Generations count from 1."""

    patent_id: str
    generation: int


@dataclass(frozen=True, slots=True)
class PutRules:
    """How a patent is put.

    Attributes:
        replace: take the new content where the id is published with other content.
        seen: the generation that readers must see if other content is stored; None: whichever.
        validate_only: check everything and store nothing.
    """

    replace: bool = False
    seen: int | None = None
    validate_only: bool = False


@dataclass(frozen=True, slots=True)
class StoredPatent:
    """The answer to a put.

    Attributes:
        generation: of the content that was put.
        published_generation: what readers see now; 0: nothing.
        changed: whether the content was not stored before.
    """

    generation: int
    published_generation: int
    changed: bool

    @property
    def is_published(self) -> bool:
        """Whether readers see this content already."""
        return self.generation == self.published_generation


@dataclass(frozen=True, slots=True)
class PatentRecord:
    """A patent of the database, published or not.

    Attributes:
        encoded: the published content; the staged, where none is published.
        is_published: which of them it is.
        generation: of this content.
        newest: higher than that where other content is staged behind what is published.
    """

    encoded: EncodedPatent
    is_published: bool
    generation: int
    newest: int

    @property
    def patent_id(self) -> str:
        return self.encoded.patent_id

    @property
    def patent(self) -> Patent:
        """Parsed when it is first asked for."""
        return self.encoded.patent

    @property
    def staged_generation(self) -> int:
        """Of content that waits for its publication; 0: none does."""
        return 0 if self.is_published and self.newest == self.generation else self.newest

    @property
    def wanted(self) -> frozenset[int]:
        """The generations that may have vectors; those of any other are of no use, and never will be again."""
        return frozenset((self.generation, self.newest))


@dataclass(frozen=True, slots=True)
class PublishedPatent:
    """What readers see of a patent; vectors of any other generation are none of its own.

    Change: the number of its publication among all publications and deletions; 0: it was before they had numbers.
    """

    encoded: EncodedPatent
    generation: int
    change: int = 0

    @property
    def patent_id(self) -> str:
        return self.encoded.patent_id

    @property
    def patent(self) -> Patent:
        """Parsed when it is first asked for."""
        return self.encoded.patent


@dataclass(frozen=True, slots=True)
class PublishedSummary:
    """What a hit tells of a patent.

    Attributes:
        message: as the metadata service keeps it.
        generation: that it is of.
        encoded: the whole patent, where it was asked for.
        change: as PublishedPatent has it.
    """

    message: patents_pb2.PatentSummary
    generation: int
    encoded: EncodedPatent | None = None
    change: int = 0

    @property
    def shown(self) -> search_pb2.PatentSummary:
        return self.message.shown

    @property
    def locarno(self) -> tuple[LocarnoClass, ...]:
        """Those that our edition of the classification has."""
        read = map(locarno_of_answer, self.message.shown.locarno)
        return tuple(one for one in read if one is not None)

    @property
    def figure_numbers(self) -> Mapping[str, str]:
        """By drawing id, of the drawings that have one."""
        return {one.drawing_id: one.figure_number for one in self.message.figures}


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A name of a filter that no published patent has.

    Attributes:
        field: "holders[0]".
        near: names as they are printed, best first.
    """

    field: str
    name: str
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Ids that are near to one that was asked for, and the names that nobody has."""

    patent_ids: tuple[str, ...] = ()
    unknown_names: tuple[UnknownName, ...] = ()


@dataclass(frozen=True, slots=True)
class PatentPage:
    """A page of the catalogue."""

    patents: tuple[PatentRecord, ...]
    next_page_token: str
    total_size: int


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What was compared since the report before: keys that records name, objects, and what was found among them."""

    records: int
    objects: int
    lost: tuple[LostObject, ...]


@dataclass(frozen=True, slots=True)
class LostObject:
    """A record without its image, or an image without a record, whose drawing id is empty."""

    drawing_id: str
    object_key: str
    repaired: bool

    @property
    def digest(self) -> str:
        """Of the image: its SHA-256, by which objects are named."""
        return self.object_key.rpartition("/")[2]
