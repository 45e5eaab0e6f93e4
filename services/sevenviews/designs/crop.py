"""A part of an image."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CropBox:
    """A rectangle in fractions of the image's width and height.

    Raises:
        ValueError: not 0 <= left < right <= 1 and 0 <= top < bottom <= 1.
    """

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if not (0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1):
            corners = (self.left, self.top, self.right, self.bottom)
            raise ValueError(f"crop box {corners} is empty or outside the image")
