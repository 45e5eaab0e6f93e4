"""What the scores of a model mean: fitted to the model, part of its bundle, and kept by each release of it."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Calibration:
    """By default that of the packaged model, which also serves those that have none of their own.

    The vote was fitted to 493 drawings of real design patents by their 29 USPC classes, which are about as fine as
    Locarno's 32: the corpora at hand have too few real patents with Locarno classes. Expected calibration error on
    the half that did not fit, of a fit to the other: 0.08; the first prediction is right for 33 %.

    Attributes:
        level: the field's level, a cosine: as like as the best drawing of an unrelated patent usually is. With the
            packaged model that is -.01 (median) where the patent has one drawing, .10 where it has eight.
        temperature: T, by which nearer neighbours count for more in the vote on classes; the formula is that of
            `lab.classification.neighbours`.
        offset, slope: a and b: how likely a neighbour is to carry the right class, by the cosine of the nearest.
        neighbours: patents that vote.

    Raises:
        ValueError: the level is no cosine, the temperature not positive, nobody votes, or a number is not finite.
    """

    level: float = 0.05
    temperature: float = 0.095
    offset: float = -1.92
    slope: float = 5.06
    neighbours: int = 10

    def __post_init__(self) -> None:
        if not abs(self.level) <= 1:
            raise ValueError(f"level {self.level} is no cosine")
        if not 0 < self.temperature < math.inf:
            raise ValueError(f"temperature {self.temperature} is not positive")
        if not math.isfinite(self.offset + self.slope):
            raise ValueError(f"offset {self.offset} or slope {self.slope} is not finite")
        if self.neighbours < 1:
            raise ValueError(f"{self.neighbours} neighbours cannot vote")


PACKAGED = Calibration()


def cosine_of_signs(cosine: float) -> float:
    """The cosine to expect between the signs of two vectors of this cosine, over their directions.

    Their angle decides how many signs differ (Goemans and Williamson, JACM 42, 1995, lemma 3.2).
    """
    return 2 / math.pi * math.asin(cosine)


def cosine_by_signs(cosine: float) -> float:
    """The other way round: the cosine of two vectors, as that between their signs tells."""
    return math.sin(math.pi / 2 * cosine)
