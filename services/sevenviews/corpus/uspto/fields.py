"""The fields of a document's tree, which may be malformed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import TypeVar
from xml.etree.ElementTree import Element

from sevenviews.corpus.entry import Problem, ProblemReason

_T = TypeVar("_T")
_DATE_DIGITS = 8
_DESIGN_NUMBER = re.compile(r"D[.\s]*(\d{1,8})", re.I)
_REISSUE_NUMBER = re.compile(r"RE[.\s]*(\d{1,6})", re.I)


class Fields:
    """Fields that may be malformed: then they are left empty, and the problem is kept."""

    def __init__(self, source: str, root: Element) -> None:
        self.root = root
        self.source = source
        self.problems: list[Problem] = []

    def read(self, path: str, parse: Callable[[str], _T]) -> _T | None:
        """The first element at path; None, if it is absent or malformed."""
        return next(iter(self.read_all(path, parse)), None)

    def read_all(self, path: str, parse: Callable[[str], _T]) -> tuple[_T, ...]:
        """Every element at path that can be parsed; an empty one is absent."""
        name = path.rpartition("/")[2]
        texts = filter(None, map(all_text, self.root.findall(path)))
        parsed = [self.parse(name, one, parse) for one in texts]
        return tuple(one for one in parsed if one is not None)

    def parse(self, name: str, value: str, parse: Callable[[str], _T]) -> _T | None:
        """One value; None, if it is malformed."""
        try:
            return parse(value)
        except ValueError as error:
            self.problems.append(
                Problem(self.source, name, ProblemReason.FIELD_MALFORMED, f"{value[:200]!r}: {error}")
            )
            return None


def parse_date(text: str) -> date:
    """ "20210209"; a day or month of "00" is unknown, and the first is taken.

    Raises:
        ValueError: not a date.
    """
    if len(text) != _DATE_DIGITS or not (text.isascii() and text.isdigit()):
        raise ValueError("not a date such as 20210209")
    return date(int(text[:4]), max(int(text[4:6]), 1), max(int(text[6:]), 1))


def date_or_none(text: str) -> date | None:
    """A date that may be missing or wrong, as those of foreign documents often are."""
    try:
        return parse_date(text)
    except ValueError:
        return None


def padded(number: str) -> str:
    """As the file names have it: "D534333" -> "D0534333", "RE49257" -> "RE049257"."""
    number = number.strip()
    if match := _DESIGN_NUMBER.fullmatch(number):
        return f"D{int(match[1]):07d}"
    if match := _REISSUE_NUMBER.fullmatch(number):
        return f"RE{int(match[1]):06d}"
    return number


def text_of(element: Element | None, path: str) -> str:
    """The whole text of the first element at path, its spaces made one; empty: there is none."""
    found = None if element is None else element.find(path)
    return "" if found is None else all_text(found)


def all_text(element: Element) -> str:
    """The whole text of an element, its spaces made one."""
    return " ".join("".join(element.itertext()).split())
