"""The one shape of all benchmarks: the same work in two ways, in turn, and the ratios of that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

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
class Comparison:
    """Some work, and what it stands beside.

    Attributes:
        work: what is measured.
        beside: the other way to do it.
        unit: of both.
        ours, other: what both ways gave.
        ratio: ours against the other, pair by pair: drift of the machine meets both alike.
        pairs: how many there were.
        aim: what the ratio is to be, such as "≤ 1.25"; empty: nothing was promised.
    """

    work: str
    beside: str
    unit: str
    ours: Spread
    other: Spread
    ratio: Spread
    pairs: int
    aim: str = ""

    @classmethod
    def of(
        cls, work: str, beside: str, unit: str, ours: Sequence[float], other: Sequence[float], aim: str = ""
    ) -> Comparison:
        """Raises ValueError for no pairs, or for figures that are no pairs."""
        ratios = [one / against for one, against in zip(ours, other, strict=True)]
        return cls(work, beside, unit, Spread.of(ours), Spread.of(other), Spread.of(ratios), len(ratios), aim)


@dataclass(frozen=True, slots=True)
class Report:
    """What a benchmark gave.

    Attributes:
        benchmark: its name, as the command has it.
        on: what was worked on: how many drawings, which network.
        comparisons: the figures.
        remarks: what the figures do not say, a sentence each.
    """

    benchmark: str
    on: str
    comparisons: tuple[Comparison, ...]
    remarks: tuple[str, ...] = ()


def alternate(
    pairs: int, first: Callable[[int], First], second: Callable[[int], Second]
) -> tuple[tuple[First, ...], tuple[Second, ...]]:
    """A B B A A B …: what drifts, and what the one leaves behind for the other, meets both alike.

    Args:
        pairs: how often each is done; at least six say something.
        first, second: each is given the number of the pair.

    Raises:
        ValueError: there are no pairs.
    """
    if pairs < 1:
        raise ValueError("pairs must be at least 1")
    ours, others = [], []
    for number in range(pairs):
        if number % 2:
            others.append(second(number))
            ours.append(first(number))
        else:
            ours.append(first(number))
            others.append(second(number))
    return tuple(ours), tuple(others)
