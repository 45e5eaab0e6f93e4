"""The figure numbers of a whole patent, from what was read on its sheets and what its description names.

Every described figure is drawn once, and figures are numbered through the sheets (on a sheet they may stand
in any order). So the readings that agree with that order hold the others: a figure whose label was misread,
or not read, gets the number that is missing at its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Interval = tuple[int, int]
"""Positions in the description between which a figure's number lies, both excluded."""


@dataclass(frozen=True, slots=True)
class ReadNumber:
    """A figure's label as read: on which sheet (in order), and how surely (0 to 1).

    Attributes:
        continued: it is the rest of a figure, which bears the same number on another sheet.
    """

    sheet: int
    number: str
    confidence: float
    continued: bool = False


def number_figures(read: Sequence[ReadNumber], described: Sequence[str]) -> list[str]:
    """The number of each figure; empty where neither label nor order tells it.

    Args:
        read: the figures of a patent, in the order of sheets.
        described: the numbers of its description, in order; empty: unknown, and what was read stands.
    """
    if not described:
        return [figure.number for figure in read]
    firsts = [figure for figure in read if not figure.continued]
    numbers = iter(_numbered(firsts, described))
    return [figure.number if figure.continued else next(numbers) for figure in read]


def _numbered(read: Sequence[ReadNumber], described: Sequence[str]) -> list[str]:
    rank = {number: position for position, number in enumerate(described)}
    numbers = _in_order(read, rank)
    _fill_by_order(numbers, read, rank)
    _fill_by_reading(numbers, read, rank)
    _fill_last(numbers, described)
    return numbers


def _in_order(read: Sequence[ReadNumber], rank: dict[str, int]) -> list[str]:
    """The readings of the surest sequence whose numbers rise from sheet to sheet; the others are empty.

    The heaviest increasing subsequence; a reading weighs its confidence.
    """
    known = [index for index, figure in enumerate(read) if figure.number in rank]
    known.sort(key=lambda index: (read[index].sheet, rank[read[index].number]))
    weight: list[float] = []
    previous: list[int | None] = []
    for position, index in enumerate(known):
        before = [p for p in range(position) if rank[read[known[p]].number] < rank[read[index].number]]
        best = max(before, key=lambda p: weight[p], default=None)
        weight.append(read[index].confidence + (0.0 if best is None else weight[best]))
        previous.append(best)
    numbers = [""] * len(read)
    position_or_end: int | None = max(range(len(known)), key=lambda p: weight[p], default=None)
    while position_or_end is not None:
        index = known[position_or_end]
        numbers[index] = read[index].number
        position_or_end = previous[position_or_end]
    return numbers


def _fill_by_order(numbers: list[str], read: Sequence[ReadNumber], rank: dict[str, int]) -> None:
    """Where between two sheets as many numbers are missing as figures have none: in order."""
    groups: dict[Interval, list[int]] = {}
    for index, number in enumerate(numbers):
        if not number:
            groups.setdefault(_interval(read[index].sheet, numbers, read, rank), []).append(index)
    for (low, high), indices in groups.items():
        missing = [number for number in rank if low < rank[number] < high and number not in numbers]
        if len(missing) == len(indices):
            for index, number in _placed(indices, missing, read):
                numbers[index] = number


def _interval(
    sheet: int, numbers: Sequence[str], read: Sequence[ReadNumber], rank: dict[str, int]
) -> Interval:
    placed = [(figure.sheet, rank[number]) for figure, number in zip(read, numbers, strict=True) if number]
    low = max((place for other, place in placed if other < sheet), default=-1)
    high = min((place for other, place in placed if other > sheet), default=len(rank))
    return low, high


def _placed(
    indices: Sequence[int], missing: Sequence[str], read: Sequence[ReadNumber]
) -> list[tuple[int, str]]:
    """Figures and numbers, as many of each: what was read so goes first, the rest in order."""
    pairs = [(index, read[index].number) for index in indices if read[index].number in missing]
    pairs = [
        pair for place, pair in enumerate(pairs) if pair[1] not in {number for _, number in pairs[:place]}
    ]
    rest = [index for index in indices if index not in {index for index, _ in pairs}]
    left = [number for number in missing if number not in {number for _, number in pairs}]
    return pairs + list(zip(rest, left, strict=True))


def _fill_by_reading(numbers: list[str], read: Sequence[ReadNumber], rank: dict[str, int]) -> None:
    """What was read, though out of order; or the only missing number that it resembles."""
    for index, figure in enumerate(read):
        if numbers[index] or not figure.number:
            continue
        missing = [number for number in rank if number not in numbers]
        alike = [number for number in missing if _alike(figure.number, number)]
        if figure.number in missing:
            numbers[index] = figure.number
        elif len(alike) == 1:
            numbers[index] = alike[0]


def _alike(one: str, other: str) -> bool:
    """Whether one reading can be the other: a character wrong, or one lost or added at an end."""
    if len(one) == len(other):
        return len(one) > 1 and sum(a != b for a, b in zip(one, other, strict=True)) <= 1
    short, long = sorted((one, other), key=len)
    return len(long) - len(short) == 1 and (long.startswith(short) or long.endswith(short))


def _fill_last(numbers: list[str], described: Sequence[str]) -> None:
    """One figure without a number, and one number without a figure, belong together."""
    missing = [number for number in described if number not in numbers]
    if numbers.count("") == 1 and len(missing) == 1:
        numbers[numbers.index("")] = missing[0]
