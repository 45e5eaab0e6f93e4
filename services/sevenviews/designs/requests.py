"""What callers ask of the system and are told by it, in words that client and gateway share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sevenviews.designs.errors import Reason, SevenviewsError


class ViewMatching(StrEnum):
    """How the view of a query image weighs against the view of a drawing."""

    PREFER = "prefer"
    REQUIRE = "require"
    IGNORE = "ignore"


class ViewCoverage(StrEnum):
    """What became of a query image against one patent."""

    SAME_VIEW = "same_view"
    """It was matched with a drawing of its view, or of the side that mirrors it."""

    OTHER_VIEW = "other_view"
    """It was matched with a drawing whose view is another one, or one of the two is unknown."""

    MISSING = "missing"
    """It was left out: the design shows nothing that is like it, or no drawing was left for it."""


class ImportOutcome(StrEnum):
    """What became of a patent that was to be imported."""

    CREATED = "created"
    UNCHANGED = "unchanged"
    REPLACED = "replaced"
    FAILED = "failed"

    OTHER = "other"
    """It went well, in a way that only a newer server has a word for."""


class DrawingSize(StrEnum):
    """The image fits into a square: 160 pixels if small, 256 for a thumbnail, 480 if medium, 1,024 for a preview."""

    ORIGINAL = "original"
    SMALL = "small"
    THUMBNAIL = "thumbnail"
    MEDIUM = "medium"
    PREVIEW = "preview"


def size_of_page(asked: int, default: int, maximum: int, field: str = "page_size") -> int:
    """How much a page holds: 0 asks for the default, more than the maximum for the maximum (AIP-158).

    Raises:
        SevenviewsError: FIELD_OUT_OF_RANGE below 0.
    """
    if asked < 0:
        raise SevenviewsError(
            Reason.FIELD_OUT_OF_RANGE,
            f"{field}: {asked} is negative",
            {"field": field, "minimum": "0", "maximum": str(maximum)},
        )
    return min(asked or default, maximum)


@dataclass(frozen=True, slots=True)
class DrawingImage:
    """An encoded image with its size in pixels."""

    content: bytes
    media_type: str
    width: int
    height: int
