"""What a caller is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from sevenviews.certificates import SealedCertificate
from sevenviews.designs import (
    DrawingImage,
    ImportOutcome,
    LocarnoClass,
    Patent,
    Reason,
    SevenviewsError,
    View,
    ViewCoverage,
)
from sevenviews.law import LegalDates

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class QueryMatch:
    """What became of one query image against a patent.

    Attributes:
        drawing_id: of the drawing that it was matched with; empty where it was left out.
        score: cosine similarity, -1 to 1.
        query_drawing_id: the drawing of the catalogue that asked; empty for other queries.
        query_view: what the image or drawing that asked shows.
    """

    query_index: int
    coverage: ViewCoverage
    drawing_id: str = ""
    view: View = View.UNKNOWN
    figure_number: str = ""
    score: float = 0.0
    query_drawing_id: str = ""
    query_view: View = View.UNKNOWN


@dataclass(frozen=True, slots=True)
class PatentSummary:
    """What a list of hits shows of a patent; 8 holders at most."""

    title: str
    office: str
    kind: str
    locarno: tuple[LocarnoClass, ...]
    filing_date: date | None
    publication_date: date | None
    holders: tuple[str, ...]
    drawing_count: int


@dataclass(frozen=True, slots=True)
class PatentHit:
    """A patent that was found.

    Attributes:
        score: 0 to 1, as search.proto defines it.
        matches: one for each query, in their order; several for a patent that asks.
        summary: None in a degraded answer.
        patent: the fields that were asked for by the read mask; None without one, and in a degraded answer.
        legal_dates: against the application that was given; None without one, and in a degraded answer.
        family_patent_ids: the others of its family, found or not; only where families are collapsed.
    """

    patent_id: str
    score: float
    matches: tuple[QueryMatch, ...]
    summary: PatentSummary | None = None
    patent: Patent | None = None
    legal_dates: LegalDates | None = None
    family_patent_ids: tuple[str, ...] = ()

    @property
    def missing_views(self) -> tuple[View, ...]:
        """What the query shows and the patent does not, or nothing like it: views that are known, each once."""
        left_out = (one.query_view for one in self.matches if one.coverage is ViewCoverage.MISSING)
        return tuple(dict.fromkeys(view for view in left_out if view is not View.UNKNOWN))

    @property
    def best_match(self) -> QueryMatch:
        """The most similar drawing. Every hit has one."""
        return max((one for one in self.matches if one.drawing_id), key=lambda one: one.score)


@dataclass(frozen=True, slots=True)
class PredictedClass:
    """A Locarno class or subclass, and the probability, 0 to 1, that the query's article has it."""

    locarno: LocarnoClass
    probability: float


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A name of the filter that no patent has.

    Attributes:
        field: "filter.holders[0]".
        near: what may have been meant, as it is printed, best first.
    """

    field: str
    name: str
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """A call, or a part of one with many items; audit.proto has more.

    Attributes:
        time: when it ended.
        caller: how it was identified, and as whom: "key:loader".
        credential: which of the caller's it was.
        code: of the status, "OK"; empty of a part of a stream that went on.
        reason: of the error that ended it.
        ids: that it named, or its items that succeeded.
        failed: its items that failed: the reason, by id.
    """

    time: datetime
    caller: str
    credential: str
    address: str
    method: str
    code: str
    reason: str
    request_id: str
    duration: timedelta
    ids: tuple[str, ...]
    failed: dict[str, str]


@dataclass(frozen=True, slots=True)
class LegalRule:
    """The law by which dates are told; law.proto has more.

    Attributes:
        office: as it was asked for.
        provision: as lawyers cite it; empty, with all that follows but the last two: no rule is known.
        in_force: the rule holds of applications from this day on.
        months: how long its grace period is.
        first_day: whose publications it can excuse.
        condition: what else has to be so.
        decisive_date: before which something has to be known to be prior art.
        notice: that this is not legal advice.
    """

    office: str
    provision: str
    in_force: date | None
    months: int
    first_day: date | None
    condition: str
    decisive_date: date | None
    notice: str


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of hits, best first.

    Attributes:
        hits: distinct patents.
        next_page_token: for the page after this one; empty on the last.
        release_id: the release that answered.
        model_version: of that release.
        degradations: what is missing from the answer, and why.
        timings: duration of each stage, measured by the gateway.
        predicted_classes: Locarno classes of the query's article, most probable first; on the first page alone.
        unknown_names: of the filter, those that no patent has; on the first page alone.
        total_size: an estimate of how many patents all pages have together; None where it is not known, or 0.
        legal_rule: the law by which the hits' dates are told; None without an application.
        left_out_patent_ids: the patents that asked, and their families, which are not among the hits.
        certificate: if it was asked for, and nothing is missing.
    """

    hits: tuple[PatentHit, ...]
    next_page_token: str
    release_id: str
    model_version: str
    degradations: tuple[SevenviewsError, ...] = ()
    timings: Mapping[str, timedelta] = field(default_factory=dict)
    predicted_classes: tuple[PredictedClass, ...] = ()
    unknown_names: tuple[UnknownName, ...] = ()
    total_size: int | None = None
    legal_rule: LegalRule | None = None
    left_out_patent_ids: tuple[str, ...] = ()
    certificate: SealedCertificate | None = None

    @property
    def degraded(self) -> bool:
        """Whether something is missing."""
        return bool(self.degradations)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What became of one search of many: its page, or the error that it failed with."""

    search_id: str
    page: SearchPage | None = None
    error: SevenviewsError | None = None


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of a patent; the error is there if and only if it FAILED.

    Etag: of the patent as it is stored now; empty where it failed, or was only checked.
    """

    patent_id: str
    outcome: ImportOutcome
    error: SevenviewsError | None = None
    etag: str = ""


@dataclass(frozen=True, slots=True)
class StoredPatent:
    """A patent with its drawings, and the etag that says which content it is."""

    patent: Patent
    etag: str


@dataclass(frozen=True, slots=True)
class PatentResult:
    """What became of one patent of many that were asked for: it, or why it cannot be given."""

    patent_id: str
    stored: StoredPatent | None = None
    error: SevenviewsError | None = None

    def get(self) -> StoredPatent:
        """The patent. Raises what it cannot be given for."""
        return _given(self.stored, self.error)


@dataclass(frozen=True, slots=True)
class DrawingResult:
    """What became of one drawing of many that were asked for: its image, or why it cannot be given."""

    drawing_id: str
    image: DrawingImage | None = None
    error: SevenviewsError | None = None

    def get(self) -> DrawingImage:
        """The image. Raises what it cannot be given for."""
        return _given(self.image, self.error)


@dataclass(frozen=True, slots=True)
class PatentPage:
    """A page of the catalogue. The total is an estimate of all pages; unknown names are told on the first alone."""

    patents: tuple[Patent, ...]
    next_page_token: str
    total_size: int
    unknown_names: tuple[UnknownName, ...] = ()


@dataclass(frozen=True, slots=True)
class Deletion:
    """The ids of the patents that were deleted, and what was asked for of which there was none."""

    deleted: tuple[str, ...]
    missing: tuple[str, ...]


class ReleaseState(StrEnum):
    """As release.proto has them."""

    BUILDING = "building"
    SERVING = "serving"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Release:
    """A model and what it has embedded.

    Attributes:
        created: UTC, as the other times.
        ready: when it was complete; None before.
        promoted: when it began to serve, the last time; None: never.
        evaluation: what it was measured by, such as "map" and "recall_at_10".
    """

    release_id: str
    model_version: str
    state: ReleaseState
    created: datetime | None
    ready: datetime | None
    promoted: datetime | None
    evaluation: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """How much the gateway takes; server.proto says of what."""

    queries: int
    search_page_size: int
    catalog_page_size: int
    message_bytes: int
    image_bytes: int
    image_pixels: int
    image_side_minimum: int
    patent_drawings: int


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """What the gateway says of itself. Release and model version are empty where no release serves."""

    version: str
    release_id: str
    model_version: str
    limits: ServerLimits
    image_media_types: tuple[str, ...]


def _given(found: Found | None, error: SevenviewsError | None) -> Found:
    if found is None:
        raise error or SevenviewsError(Reason.INTERNAL, "there is neither an answer nor an error")
    return found
