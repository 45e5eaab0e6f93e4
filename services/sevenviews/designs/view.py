"""What a drawing shows of its article."""

from __future__ import annotations

from enum import StrEnum


class View(StrEnum):
    """The seven standard views of PatentNet, and what else patent drawings show."""

    UNKNOWN = "unknown"
    FRONT = "front"
    BACK = "back"
    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"
    PERSPECTIVE = "perspective"
    EXPLODED = "exploded"
    SECTION = "section"
    DETAIL = "detail"
    IN_USE = "in_use"
    OTHER = "other"


STANDARD_VIEWS: tuple[View, ...] = (
    View.FRONT,
    View.BACK,
    View.LEFT,
    View.RIGHT,
    View.TOP,
    View.BOTTOM,
    View.PERSPECTIVE,
)
"""In PatentNet's order."""
