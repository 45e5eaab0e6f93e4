"""The errors that cross package borders: what went wrong, for a program and for a person."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Reason(StrEnum):
    """The reasons of error_reason.proto, which documents each; a test holds the two equal."""

    FIELD_REQUIRED = "FIELD_REQUIRED"
    FIELD_OUT_OF_RANGE = "FIELD_OUT_OF_RANGE"
    FIELD_MALFORMED = "FIELD_MALFORMED"
    PAGE_TOKEN_INVALID = "PAGE_TOKEN_INVALID"  # noqa: S105
    PAGE_TOKEN_EXPIRED = "PAGE_TOKEN_EXPIRED"  # noqa: S105
    IMAGE_EMPTY = "IMAGE_EMPTY"
    IMAGE_FORMAT_UNSUPPORTED = "IMAGE_FORMAT_UNSUPPORTED"
    IMAGE_CORRUPT = "IMAGE_CORRUPT"
    IMAGE_TOO_LARGE = "IMAGE_TOO_LARGE"
    IMAGE_TOO_SMALL = "IMAGE_TOO_SMALL"
    IMAGE_BLANK = "IMAGE_BLANK"
    IMAGE_ANIMATED = "IMAGE_ANIMATED"
    CROP_BOX_INVALID = "CROP_BOX_INVALID"
    MESSAGE_TOO_LARGE = "MESSAGE_TOO_LARGE"
    PATENT_NOT_FOUND = "PATENT_NOT_FOUND"
    DRAWING_NOT_FOUND = "DRAWING_NOT_FOUND"
    RELEASE_NOT_FOUND = "RELEASE_NOT_FOUND"
    MODEL_NOT_FOUND = "MODEL_NOT_FOUND"
    NO_SERVING_RELEASE = "NO_SERVING_RELEASE"
    DRAWING_CONTENT_MISSING = "DRAWING_CONTENT_MISSING"
    PATENT_CONTENT_CONFLICT = "PATENT_CONTENT_CONFLICT"
    PATENT_WITHOUT_DRAWINGS = "PATENT_WITHOUT_DRAWINGS"
    PATENT_INVALID = "PATENT_INVALID"
    DRAWING_INVALID = "DRAWING_INVALID"
    PATENT_NOT_PUBLISHED = "PATENT_NOT_PUBLISHED"
    PATENT_GENERATION_STALE = "PATENT_GENERATION_STALE"
    ETAG_MISMATCH = "ETAG_MISMATCH"
    REPAIR_REFUSED = "REPAIR_REFUSED"
    EMBEDDING_MODEL_MISMATCH = "EMBEDDING_MODEL_MISMATCH"
    EMBEDDING_DIMENSION_MISMATCH = "EMBEDDING_DIMENSION_MISMATCH"
    EMBEDDING_INVALID = "EMBEDDING_INVALID"
    RELEASE_CONFLICT = "RELEASE_CONFLICT"
    RELEASE_STATE = "RELEASE_STATE"
    MODEL_BUNDLE_INVALID = "MODEL_BUNDLE_INVALID"
    REFRESH_NOT_FOUND = "REFRESH_NOT_FOUND"
    REFRESH_FENCED = "REFRESH_FENCED"
    REFRESH_LOCKED = "REFRESH_LOCKED"
    REFRESH_REFUSED = "REFRESH_REFUSED"
    CORPUS_EMPTY = "CORPUS_EMPTY"
    DEPENDENCY_UNAVAILABLE = "DEPENDENCY_UNAVAILABLE"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    OVERLOADED = "OVERLOADED"
    DRAINING = "DRAINING"
    INTERNAL = "INTERNAL"
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    STORAGE_FULL = "STORAGE_FULL"
    CREDENTIAL_MISSING = "CREDENTIAL_MISSING"
    CREDENTIAL_INVALID = "CREDENTIAL_INVALID"
    CREDENTIAL_EXPIRED = "CREDENTIAL_EXPIRED"
    ROLE_MISSING = "ROLE_MISSING"
    AUDIT_NOT_KEPT = "AUDIT_NOT_KEPT"


class SevenviewsError(Exception):
    """A failure that the caller can act on. `runtime.status` maps its reason to a gRPC status, at the edge.

    Attributes:
        reason: for programs.
        message: for people.
        metadata: as error_reason.proto documents it for the reason.
        retry_seconds: after which the same call may succeed; None: nobody knows.
    """

    def __init__(
        self,
        reason: Reason,
        message: str,
        metadata: Mapping[str, str] | None = None,
        retry_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.metadata = dict(metadata or {})
        self.retry_seconds = retry_seconds

    def __reduce__(
        self,
    ) -> tuple[type[SevenviewsError], tuple[Reason, str, dict[str, str], float | None]]:
        # Crosses process borders inside Ray, which pickles exceptions.
        return SevenviewsError, (self.reason, self.message, self.metadata, self.retry_seconds)

    def with_metadata(self, **extra: str) -> SevenviewsError:
        """The same error, saying more about where it arose."""
        return SevenviewsError(self.reason, self.message, {**self.metadata, **extra}, self.retry_seconds)
