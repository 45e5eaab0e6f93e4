"""The figure numbers of a whole patent, from what was read on its sheets and what its description names.

Every described figure is drawn once. So a number that was read and is described, and that no other figure
has, stands; the rest is filled in by order: figures are numbered through the sheets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadNumber:
    """A figure's label as read: on which sheet (in order), and how surely."""

    sheet: int
    number: str
    confidence: float


def number_figures(read: Sequence[ReadNumber], described: Sequence[str]) -> list[str]:
    """The number of each figure; empty where neither label nor order tells it.

    Args:
        read: the figures of a patent, in the order of sheets.
        described: the numbers of its description, in order; empty: unknown, and what was read stands.
    """
    if not described:
        return [figure.number for figure in read]
    numbers = _sure_numbers(read, set(described))
    missing = [number for number in described if number not in numbers]
    rank = {number: position for position, number in enumerate(described)}
    for start, end in _gaps(numbers):
        # Only sheets are in order; on a sheet, FIG. 5 may stand above FIG. 4.
        first, last = read[start].sheet, read[end - 1].sheet
        ranks = [(figure.sheet, rank[number]) for figure, number in zip(read, numbers, strict=True) if number]
        low = max((place for sheet, place in ranks if sheet < first), default=-1)
        high = min((place for sheet, place in ranks if sheet > last), default=len(described))
        between = [number for number in missing if low < rank[number] < high]
        for index, number in zip(range(start, end), _fill(read[start:end], between), strict=True):
            numbers[index] = number
    _fill_last(numbers, described)
    return numbers


def _sure_numbers(read: Sequence[ReadNumber], described: set[str]) -> list[str]:
    """The numbers that are described, each once: at its surest reading."""
    best: dict[str, int] = {}
    for index, figure in enumerate(read):
        rival = best.get(figure.number)
        if figure.number in described and (rival is None or read[rival].confidence < figure.confidence):
            best[figure.number] = index
    return [figure.number if best.get(figure.number) == index else "" for index, figure in enumerate(read)]


def _gaps(numbers: Sequence[str]) -> list[tuple[int, int]]:
    """The runs of figures without a number: start, end."""
    gaps: list[tuple[int, int]] = []
    for index, number in enumerate(numbers):
        if number:
            continue
        if gaps and gaps[-1][1] == index:
            gaps[-1] = (gaps[-1][0], index + 1)
        else:
            gaps.append((index, index + 1))
    return gaps


def _fill(read: Sequence[ReadNumber], missing: Sequence[str]) -> list[str]:
    """In order, if as many numbers are missing as figures; otherwise what resembles the reading."""
    if len(read) == len(missing):
        return list(missing)
    left = list(missing)
    filled = []
    for figure in read:
        alike = [number for number in left if figure.number and _alike(figure.number, number)]
        filled.append(alike[0] if len(alike) == 1 else "")
        if len(alike) == 1:
            left.remove(alike[0])
    return filled


def _alike(one: str, other: str) -> bool:
    """Whether one reading can be the other: a character wrong, or one lost or added at an end."""
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) <= 1
    short, long = sorted((one, other), key=len)
    return len(long) - len(short) == 1 and (long.startswith(short) or long.endswith(short))


def _fill_last(numbers: list[str], described: Sequence[str]) -> None:
    """One figure without a number, and one number without a figure, belong together."""
    missing = [number for number in described if number not in numbers]
    if numbers.count("") == 1 and len(missing) == 1:
        numbers[numbers.index("")] = missing[0]
