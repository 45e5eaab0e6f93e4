"""A release pins a model to a collection, so that vectors of two models are never compared."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

from sevenviews.designs import Reason, SevenviewsError

_RELEASE_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_COLLECTION_PREFIX = "release_"


class ReleaseState(StrEnum):
    """BUILDING has never served; KEPT has served before, and may again."""

    BUILDING = "building"
    SERVING = "serving"
    KEPT = "kept"


class Metric(StrEnum):
    """How drawings are compared.

    IP: inner product of unit vectors. HAMMING: only the signs of a vector are kept, a bit a dimension; the score is
    the inner product of the sign vectors made unit, 1 - 2 · distance / dimension, hence of the same range.
    """

    IP = "IP"
    HAMMING = "HAMMING"


@dataclass(frozen=True, slots=True)
class IndexParameters:
    """Of HNSW: edges a node, candidates while building, candidates while searching. Binary codes have no graph."""

    m: int = 16
    ef_construction: int = 200
    ef: int = 128


@dataclass(frozen=True, slots=True)
class Release:
    """What is known of a release. Times are UTC.

    Attributes:
        ready: when it was complete; None before.
        evaluation: the figures that it was measured by, such as "map" and "recall_at_10".
        fence: promotions by holders of a smaller fencing token are refused while this release serves.
    """

    release_id: str
    model_version: str
    dimension: int
    index: IndexParameters = IndexParameters()
    state: ReleaseState = ReleaseState.BUILDING
    created: datetime | None = None
    promoted: datetime | None = None
    vector_count: int = 0
    ready: datetime | None = None
    evaluation: Mapping[str, float] = field(default_factory=dict)
    fence: int = 0
    metric: Metric = Metric.IP

    @property
    def collection(self) -> str:
        """Name of its Milvus collection."""
        return _COLLECTION_PREFIX + self.release_id.replace("-", "_")

    def same_parameters(self, other: Release) -> bool:
        """Whether both were created alike."""
        mine, theirs = (
            (one.release_id, one.model_version, one.dimension, one.index, one.metric) for one in (self, other)
        )
        return mine == theirs


def is_release_id(text: str) -> bool:
    """Lower-case letters, digits and hyphens, at most 40, alphanumeric at both ends."""
    return _RELEASE_ID.fullmatch(text) is not None


def is_release_collection(name: str) -> bool:
    """Whether a collection of the server may be one of ours."""
    return name.startswith(_COLLECTION_PREFIX)


def new_release_id(now: datetime) -> str:
    """An id that no earlier release has, unless two are made in one millisecond."""
    return f"r-{now.astimezone(UTC):%Y%m%d-%H%M%S}-{now.microsecond // 1000:03d}"


def to_property(release: Release) -> str:
    """What the collection keeps of its release; the state follows from the alias, the count from the rows."""
    facts = asdict(replace(release, state=ReleaseState.BUILDING, vector_count=0))
    return json.dumps(facts, default=_iso)


def from_property(text: str, *, serving: bool) -> Release:
    """The release of a collection. Raises ValueError if the text is none of ours."""
    facts = json.loads(text)
    promoted = _time(facts["promoted"])
    state = ReleaseState.SERVING if serving else ReleaseState.KEPT if promoted else ReleaseState.BUILDING
    return Release(
        release_id=facts["release_id"],
        model_version=facts["model_version"],
        dimension=facts["dimension"],
        index=IndexParameters(**facts["index"]),
        state=state,
        created=_time(facts["created"]),
        promoted=promoted,
        ready=_time(facts.get("ready")),
        evaluation=facts.get("evaluation", {}),
        fence=facts.get("fence", 0),
        metric=Metric(facts.get("metric", Metric.IP)),
    )


def not_found(release_id: str) -> SevenviewsError:
    """The error of a release that is not there."""
    return SevenviewsError(
        Reason.RELEASE_NOT_FOUND, f"there is no release {release_id!r}", {"release_id": release_id}
    )


def fenced(token: int, newest: int) -> SevenviewsError:
    """The error of a holder that was overtaken."""
    return SevenviewsError(
        Reason.REFRESH_FENCED,
        f"another refresh has taken over: fencing token {token} is older than {newest}",
        {"fencing_token": str(token), "newest": str(newest)},
    )


def _iso(value: object) -> str:
    assert isinstance(value, datetime)  # noqa: S101 - nothing else in a release is unknown to JSON
    return value.isoformat()


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
