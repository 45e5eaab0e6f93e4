"""Printed text: pieces with their places on a page, and the order in which a page of two columns is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_SAME_ROW = 0.5
_NEAREST = 8
"""Pieces of a line that the next one is compared with."""

_GUTTER_FROM, _GUTTER_TO, _GUTTER_STEP = 0.42, 0.58, 0.004
_MOST_ACROSS = 0.1
_LEAST_BESIDE = 0.15


@dataclass(frozen=True, slots=True)
class PrintedText:
    """A piece of text within one line. Places are shares of the page's width and height, from the top left."""

    left: float
    top: float
    right: float
    bottom: float
    text: str

    @property
    def height(self) -> float:
        """As a share of the page's."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of a column: its pieces, from the left.

    Attributes:
        column: 0 is the first.
    """

    pieces: tuple[PrintedText, ...]
    column: int = 0

    @property
    def text(self) -> str:
        """The line."""
        return " ".join(piece.text for piece in self.pieces)

    @property
    def left(self) -> float:
        """Where it begins, as a share of the page's width."""
        return self.pieces[0].left

    @property
    def right(self) -> float:
        """Where it ends."""
        return max(piece.right for piece in self.pieces)

    @property
    def top(self) -> float:
        """Of its highest piece, as a share of the page's height."""
        return min(piece.top for piece in self.pieces)

    @property
    def bottom(self) -> float:
        """Of its lowest piece."""
        return max(piece.bottom for piece in self.pieces)


def rows(pieces: Iterable[PrintedText], column: int = 0) -> list[PrintedLine]:
    """Pieces side by side are a line; from the top down."""
    lines: list[list[PrintedText]] = []
    for piece in sorted(pieces, key=lambda piece: (piece.top + piece.bottom, piece.left)):
        if lines and _beside(lines[-1], piece):
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [PrintedLine(tuple(sorted(line, key=lambda piece: piece.left)), column) for line in lines]


def columns(pieces: Sequence[PrintedText]) -> list[PrintedLine]:
    """The lines in the order of reading: the left column, then the right one; or one column alone."""
    gutter = _gutter(pieces)
    if gutter is None:
        return rows(pieces)
    left = [piece for piece in pieces if (piece.left + piece.right) / 2 < gutter]
    right = [piece for piece in pieces if (piece.left + piece.right) / 2 >= gutter]
    return rows(left, 0) + rows(right, 1)


def _beside(line: Sequence[PrintedText], piece: PrintedText) -> bool:
    overlaps = [
        (min(other.bottom, piece.bottom) - max(other.top, piece.top)) / min(other.height, piece.height)
        for other in line[-_NEAREST:]
        if min(other.height, piece.height) > 0
    ]
    return max(overlaps, default=0.0) > _SAME_ROW


def _gutter(pieces: Sequence[PrintedText]) -> float | None:
    """The middle of the white strip between two columns, as a share of the page's width; None: one column."""
    steps = round((_GUTTER_TO - _GUTTER_FROM) / _GUTTER_STEP)
    places = [_GUTTER_FROM + step * _GUTTER_STEP for step in range(steps + 1)]
    across = [sum(piece.left < place < piece.right for piece in pieces) for place in places]
    fewest = min(across)
    best = [place for place, count in zip(places, across, strict=True) if count == fewest]
    place = best[len(best) // 2]
    beside = min(sum(piece.right <= place for piece in pieces), sum(piece.left >= place for piece in pieces))
    if fewest > _MOST_ACROSS * len(pieces) or beside < _LEAST_BESIDE * len(pieces):
        return None
    return place
