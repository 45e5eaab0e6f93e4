"""A release pins a model to a collection, so that vectors of two models are never compared."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from sevenviews.backends.records import ReleaseState
from sevenviews.designs import PACKAGED, Calibration, Reason, SevenviewsError, cosine_of_signs

_RELEASE_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_COLLECTION_PREFIX = "release_"
_NAMED_RELEASES = 10


class Metric(StrEnum):
    """How drawings are compared.

    IP: inner product of unit vectors. HAMMING: only the signs of a vector are kept, a bit a dimension; the score is
    the inner product of the sign vectors made unit, 1 - 2 · distance / dimension, hence of the same range.
    """

    IP = "IP"
    HAMMING = "HAMMING"


class IndexKind(StrEnum):
    """As Milvus calls them; see `index_kinds`."""

    HNSW = "HNSW"
    HNSW_SQ = "HNSW_SQ"
    IVF_RABITQ = "IVF_RABITQ"
    DISKANN = "DISKANN"


@dataclass(frozen=True, slots=True)
class IndexParameters:
    """Of a graph: edges a node, candidates while building; of any kind: candidates while searching.

    Binary codes have no index but their own.
    """

    m: int = 16
    ef_construction: int = 200
    ef: int = 128
    kind: IndexKind = IndexKind.HNSW


@dataclass(frozen=True, slots=True)
class Release:
    """What is known of a release. Times are UTC.

    Attributes:
        ready: when it was complete; None before.
        evaluation: the figures that it was measured by, such as "map" and "recall_at_10".
        fence: promotions by holders of a smaller fencing token are refused while this release serves.
        is_retiring: somebody has begun to retire it.
        calibration: of its model's scores.
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
    is_retiring: bool = False
    calibration: Calibration = PACKAGED

    @property
    def collection(self) -> str:
        """Name of its Milvus collection."""
        return collection_of(self.release_id)

    @property
    def level(self) -> float:
        """The field's level, as what its metric compares has it."""
        level = self.calibration.level
        return level if self.metric is Metric.IP else cosine_of_signs(level)

    def same_parameters(self, other: Release) -> bool:
        """Whether both were created alike."""
        mine, theirs = (
            (one.release_id, one.model_version, one.dimension, one.index, one.metric) for one in (self, other)
        )
        return mine == theirs


def is_release_id(text: str) -> bool:
    """Lower-case letters, digits and hyphens, at most 40, alphanumeric at both ends."""
    return _RELEASE_ID.fullmatch(text) is not None


def collection_of(release_id: str) -> str:
    """Name of the Milvus collection of a release. No two releases share one: no id contains an underscore."""
    return _COLLECTION_PREFIX + release_id.replace("-", "_")


def release_id_of(collection: str) -> str:
    """The release that a collection of ours is of."""
    return collection.removeprefix(_COLLECTION_PREFIX).replace("_", "-")


def is_release_collection(name: str) -> bool:
    """Whether a collection of the server may be one of ours."""
    return name.startswith(_COLLECTION_PREFIX)


def new_release_id(now: datetime) -> str:
    """An id that no earlier release has, unless two are made in one millisecond."""
    return f"r-{now.astimezone(UTC):%Y%m%d-%H%M%S}-{now.microsecond // 1000:03d}"


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


def state_forbids(release: Release, why: str) -> SevenviewsError:
    """The error of what a release's state does not allow."""
    return SevenviewsError(
        Reason.RELEASE_STATE,
        f"release {release.release_id} {why}",
        {"release_id": release.release_id, "state": release.state.name},
    )


def incomplete(release: Release) -> SevenviewsError:
    """The error of a promotion of what was never said to hold all that it should."""
    return state_forbids(
        release,
        "is not complete: let its refresh end, or complete it (CompleteRelease); "
        "`sevenviews releases promote --force` lets it serve as it is",
    )


def none_serves(releases: Sequence[Release]) -> SevenviewsError:
    """The error of a service in which nothing can be searched: what there is, and the way out."""
    if not releases:
        return SevenviewsError(
            Reason.NO_SERVING_RELEASE, "no release has been promoted yet: nothing can be searched"
        )
    names = _named(releases)
    metadata = {"releases": names}
    cause = "none was ever promoted"
    if any(one.promoted for one in releases):
        metadata["missing_alias"] = "serving"
        cause = "Milvus has lost the alias `serving_…` that named the one, as after a restore without aliases"
    return SevenviewsError(
        Reason.NO_SERVING_RELEASE,
        f"no release serves: {cause}. There are {names}. Let one serve: sevenviews releases promote RELEASE",
        metadata,
    )


def _named(releases: Sequence[Release]) -> str:
    """Some ids, the newest first: an error must stay short."""
    oldest = datetime.min.replace(tzinfo=UTC)
    newest = sorted(releases, key=lambda one: one.created or oldest, reverse=True)
    ids = [one.release_id for one in newest[:_NAMED_RELEASES]]
    return ", ".join(ids) + (f" and {len(newest) - len(ids)} more" if len(newest) > len(ids) else "")
