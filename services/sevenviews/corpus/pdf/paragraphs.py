"""Lines of a column -> paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from sevenviews.corpus.pdf.printed import PrintedLine
from sevenviews.corpus.pdf.sections import join_lines

_FIGURE = re.compile(r"(?:FIGS?|Figures?|Reproductions?|Repr)\b\W*\d|The FIGURE\b|\d{1,2}\.\d{1,2}\b", re.I)
_SENTENCE_END = re.compile(r"(?:[.;:,]|[.;,:]\s*and,?)\W*$", re.I)
_SHORT_BY = 0.06
"""A line that ends so much before its column does ends a paragraph, as a share of the page's width."""


def paragraphs(lines: Sequence[PrintedLine]) -> list[str]:
    """The paragraphs: the USPTO does not indent them, but sets a figure's sentence on a line of its own."""
    return [join_lines(part) for part in _parts(lines)]


def _parts(lines: Sequence[PrintedLine]) -> Iterator[list[str]]:
    part: list[str] = []
    ends = _column_ends(lines)
    previous: PrintedLine | None = None
    for line in lines:
        if previous is not None and _begins(previous, line, ends[previous.column]):
            yield part
            part = []
        part.append(line.text)
        previous = line
    if part:
        yield part


def _begins(previous: PrintedLine, line: PrintedLine, column_end: float) -> bool:
    ended = _SENTENCE_END.search(previous.text) is not None
    if _FIGURE.match(line.text):
        return ended or previous.right < column_end - _SHORT_BY
    return ended and previous.right < column_end - _SHORT_BY and line.text[:1].isupper()


def _column_ends(lines: Iterable[PrintedLine]) -> dict[int, float]:
    ends: dict[int, float] = {}
    for line in lines:
        ends[line.column] = max(ends.get(line.column, 0.0), line.right)
    return ends
