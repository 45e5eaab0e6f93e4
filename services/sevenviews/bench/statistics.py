"""Figures of alternating measurements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Generic, TypeVar

First = TypeVar("First")
Second = TypeVar("Second")


@dataclass(frozen=True, slots=True)
class Spread:
    """Of some figures: the middle one, the smallest and the largest."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Raises ValueError for no values."""
        if not values:
            raise ValueError("there are no values")
        return cls(median(values), min(values), max(values))


@dataclass(frozen=True, slots=True)
class Pairs:
    """The same work done in two ways, in turn. Seconds."""

    through: tuple[float, ...]
    bare: tuple[float, ...]

    @property
    def ratio(self) -> Spread:
        """Through the services against bare, pair by pair."""
        return Spread.of([a / b for a, b in zip(self.through, self.bare, strict=True)])


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all values do not exceed (nearest rank).

    Raises:
        ValueError: no values, or a share outside 0 to 1.
    """
    if not values or not 0 <= share <= 1:
        raise ValueError("a percentile needs values, and a share of 0 to 1")
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * round(share * 1000) // 1000))
    return ordered[rank - 1]


@dataclass(frozen=True, slots=True)
class Rounds(Generic[First, Second]):
    """What two ways gave, round by round."""

    first: tuple[First, ...]
    second: tuple[Second, ...]


def alternate(
    count: int, first: Callable[[int], First], second: Callable[[int], Second]
) -> Rounds[First, Second]:
    """A B A B …: drift of the machine meets both alike.

    Args:
        count: of rounds; at least six say something.
        first, second: each is given the number of the round.
    """
    done = [(first(number), second(number)) for number in range(count)]
    return Rounds(tuple(one for one, _ in done), tuple(other for _, other in done))
