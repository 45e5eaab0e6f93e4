"""Which part of a labelled corpus takes part in an experiment."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sevenviews.lab.patentnet.labels import Level
from sevenviews.lab.settings import Settings


class Selection(Settings):
    """Which designs and drawings of a corpus take part. A design counts for its first class."""

    level: Literal["class", "subclass"] = Field(default="subclass", description="Of the labels.")
    most_classes: int = Field(default=20, ge=0, description="The largest ones; 0: all.")
    least_designs: int = Field(default=2, ge=1, description="Classes with fewer are left out.")
    most_designs: int = Field(default=60, ge=0, description="Of each class, by the seed; 0: all.")
    drawings_each: int = Field(default=4, ge=0, description="At most so many of a design; 0: all.")
    test_share: float = Field(default=1 / 6, gt=0, lt=1, description="Designs that ask; PatentNet: 1 of 6.")

    @property
    def depth(self) -> Level:
        """The level itself."""
        return Level[self.level.upper()]


EVERYTHING = Selection(most_classes=0, least_designs=1, most_designs=0, drawings_each=0)
