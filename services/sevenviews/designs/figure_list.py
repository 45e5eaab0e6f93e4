"""Lists and ranges of figure numbers: "2-4, 6 and 7A", "1A to 1F", "1.1-1.7"."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Sequence

from sevenviews.designs.figure_number import DASHES, FigureNumber

NUMBER = (
    # Letters that follow close upon the digits; "1is" and "4 a view" have none.
    r"(?:\d{1,4}(?:\.\d{1,3}(?!\d))?(?:\(\s?[A-Za-z0-9]{1,2}\s?\)|[A-Za-z](?![A-Za-z])|(?-i:[A-Z]{2})(?![A-Za-z]))?"
    r"|(?-i:[IVX]{1,6}[A-H]?|[A-Z]{1,2}\d{1,3}|[A-Z])(?![A-Za-z0-9]))(?:['’′](?![A-Za-z]))?"
)
"""A number without hyphen as a regular expression, to be used with re.I."""

RANGE_WORD = r"(?:\bto\b|\bthrough\b|\bthru\b|~|～)"
DASH = f"[-{DASHES}]"
LIST_WORD = r"(?:,\s*and\b|,\s*or\b|,\s*&|,|;|&|\band\b|\bor\b|、)"

_MAX_SPAN = 200
"""Figures that one range may name: a longer one is no range, but a slip."""

_ALPHABET = 26

_RANGE_WORDS = re.compile(RANGE_WORD, re.I)
_ANY_DASH = re.compile(DASH)
_LIST_WORDS = re.compile(LIST_WORD, re.I)


def expand_figures(listed: str, *, several: bool = True) -> tuple[FigureNumber, ...]:
    """The numbers that a list names, each once, in its order: "2-4, 6 and 7A" -> 2, 3, 4, 6, 7A.

    Args and Raises: see `expand_items`.
    """
    return tuple(dict.fromkeys(number for item in expand_items(listed, several=several) for number in item))


def expand_items(listed: str, *, several: bool = True) -> list[tuple[FigureNumber, ...]]:
    """The numbers of each item of a list: "2-4, 6" -> (2, 3, 4), (6).

    A hyphen is a range's, or a part of a number ("FIG. 1-1"): where all of a list rise and do not overlap, they are
    ranges; "1-1, 1-2" are two numbers.

    Args:
        several: whether the list may name several figures; "FIG. 1-2 is" names one.

    Raises:
        ValueError: a part of it is no number.
    """
    items = [item.strip() for item in _LIST_WORDS.split(listed) if item.strip()]
    if not items:
        raise ValueError(f"{listed!r} names no figure")
    hyphens_count = several and _are_ranges([ends for item in items if (ends := _plain_ends(item))])
    return [_item(item, hyphens_count) for item in items]


def figures_between(first: FigureNumber, last: FigureNumber) -> tuple[FigureNumber, ...]:
    """The numbers of a range, both ends included.

    1A to 1F, 1.1 to 1.7 and 1-1 to 1-7 count their last group. 1A to 2C counts to C twice: that every number has as
    many letters is the only guess there is. Where nothing can be counted, both ends.
    """
    counted = dict.fromkeys(_between(first.text, last.text))
    return tuple(map(FigureNumber, counted)) if last.text in counted else (first, last)


def _item(item: str, hyphens_count: bool) -> tuple[FigureNumber, ...]:
    """One number, or a range: "3", "1-1", "2 to 4", "1A-1F", "1A-F", "1.1-1.7", "1-1-1-7"."""
    ends = _RANGE_WORDS.split(item)
    if len(ends) == 1:
        parts = [part.strip() for part in _ANY_DASH.split(item)]
        if len(parts) == 1 or (len(parts) == 2 and not _is_range(parts[0], parts[1], hyphens_count)):  # noqa: PLR2004
            return (FigureNumber.parse("-".join(parts)),)
        middle = (len(parts) + 1) // 2
        ends = ["-".join(parts[:middle]), "-".join(parts[middle:])]
    if len(ends) != 2:  # noqa: PLR2004
        raise ValueError(f"{item!r} is no range of figures")
    first = FigureNumber.parse(ends[0])
    return figures_between(first, _completed(first, ends[1].strip().upper()))


def _is_range(first: str, last: str, hyphens_count: bool) -> bool:
    """Whether a dash between two parts is a range's: never in A-1 and 3-A, which are numbers."""
    if first.isdigit() and last.isdigit():
        return hyphens_count
    return not (first.isdigit() or last.isdigit()) or len(first + last) > 2  # noqa: PLR2004


def _plain_ends(item: str) -> tuple[int, int] | None:
    parts = [part.strip() for part in _ANY_DASH.split(item)]
    if len(parts) == 2 and all(part.isdigit() for part in parts):  # noqa: PLR2004
        return int(parts[0]), int(parts[1])
    return None


def _are_ranges(ends: Sequence[tuple[int, int]]) -> bool:
    if len(ends) == 1:
        return ends[0][0] != ends[0][1]
    return all(first < last for first, last in ends) and all(
        one[1] < other[0] for one, other in itertools.pairwise(ends)
    )


def _completed(first: FigureNumber, last: str) -> FigureNumber:
    """The end of a range that may leave out what both ends share: 1A-F, 1.1-7."""
    head, own = _split(first.text)
    if head and (
        (last.isalpha() and own.isalpha()) or (last.isdigit() and own.isdigit() and int(last) > int(own))
    ):
        return FigureNumber.parse(head + last)
    return FigureNumber.parse(last)


def _split(text: str) -> tuple[str, str]:
    """A number before its last group, and that group without its mark: 1.4 -> "1.", "4"; 2A -> "2", "A"."""
    match = re.fullmatch(r"(.*?)(\d+|[A-Z]+|'+)", text)
    return (match[1], match[2]) if match else (text, "")


def _between(first: str, last: str) -> Iterator[str]:
    """The range; nothing, where it cannot be counted."""
    (head, start), (last_head, end) = _split(first), _split(last)
    main, last_main = head.rstrip(".-"), last_head.rstrip(".-")
    mark = head[len(main) :]
    if head == last_head:
        yield from (head + group for group in _counted(start, end))
    elif main.isdigit() and last_main.isdigit() and mark == last_head[len(last_main) :]:
        # 1A to 2C: as many letters for each number as for the last.
        for count in _counted(main, last_main):
            low = start if count == main else "A" if start.isalpha() else "1"
            yield from (count + mark + group for group in _counted(low, end))
    elif first.isdigit() and last_head.isdigit():
        # 1 to 3A: of the last number its letters are named, and it is not.
        yield from _counted(first, str(int(last_head) - 1))
        yield from (last_head + group for group in _counted("A", end))
    elif head.isdigit() and last.isdigit():
        yield first
        yield from _counted(str(int(head) + 1), last)


def _counted(first: str, last: str) -> list[str]:
    """The groups from first to last; none, if they are of two kinds, do not rise, or are too many."""
    if first.isdigit() and last.isdigit():
        low, high = int(first), int(last)
        return [str(count) for count in range(low, high + 1)] if 0 <= high - low < _MAX_SPAN else []
    if first.isalpha() and last.isalpha():
        low, high = _of_letters(first), _of_letters(last)
        return [_letters(count) for count in range(low, high + 1)] if 0 <= high - low < _MAX_SPAN else []
    return []


def _of_letters(letters: str) -> int:
    """A 1, Z 26, AA 27."""
    return functools.reduce(lambda sum_, one: sum_ * _ALPHABET + ord(one) - ord("A") + 1, letters, 0)


def _letters(count: int) -> str:
    letters = ""
    while count:
        count, rest = divmod(count - 1, _ALPHABET)
        letters = chr(ord("A") + rest) + letters
    return letters
