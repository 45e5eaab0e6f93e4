"""Filters as Milvus's expressions. That they select what they should, the contract suite holds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sevenviews.designs import DateRange, PatentFilter, UnknownDates, View
from sevenviews.designs.terms import asked_holders, asked_persons, normalize_uspc
from sevenviews.vectors.expressions import (
    UNKNOWN_DATE,
    VIEW_NUMBERS,
    day_number,
    filter_expression,
)

# A string literal: a quote, what is neither quote nor backslash nor an end of line, or an escape; a quote.
_LITERAL = re.compile(r'"(?:[^"\\\n\r\t]|\\["\\nrt])*"')
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


TEXTS: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "exclude_patent_ids": (list, "patent_id not in [{}]"),
    "uspc": (lambda texts: list(map(normalize_uspc, texts)), "array_contains_any(uspc, [{}])"),
    "offices": (list, "office in [{}]"),
    "kinds": (list, "kind in [{}]"),
    "holders": (asked_holders, "array_contains_any(holders, [{}])"),
    "inventors": (asked_persons, "array_contains_any(inventors, [{}])"),
}


@pytest.mark.parametrize("field", TEXTS)
@settings(deadline=None)
@given(texts=st.lists(TEXT, min_size=1, max_size=4))
def test_texts_enter_as_literals_only(field: str, texts: list[str]) -> None:
    asked, condition = TEXTS[field]
    wanted: dict[str, Any] = {field: tuple(texts)}
    expression = filter_expression(PatentFilter(**wanted), ())
    assert [json.loads(one, strict=False) for one in _LITERAL.findall(expression)] == asked(texts)
    blanks = ", ".join("?" for _ in asked(texts))
    assert _LITERAL.sub("?", expression) == f"({condition.format(blanks)})"


def test_every_text_of_a_filter_is_looked_at() -> None:
    assert set(TEXTS) == {one.name for one in fields(PatentFilter) if "tuple[str" in str(one.type)}


@settings(deadline=None)
@given(st.dates(), st.dates())
def test_day_numbers_order_as_days_do(one: date, other: date) -> None:
    assert (day_number(one) < day_number(other)) == (one < other)
    assert day_number(one) > UNKNOWN_DATE


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (DateRange(), ""),
        (DateRange(start=date(2021, 5, 4)), "filing_date >= 20210504"),
        (DateRange(end=date(2021, 5, 4)), "filing_date <= 20210504"),
    ],
)
def test_an_unknown_day_lies_in_a_bounded_range_only_if_so_asked(days: DateRange, expected: str) -> None:
    known = filter_expression(PatentFilter(filing_date=days), ())
    maybe = filter_expression(PatentFilter(filing_date=days, unknown_dates=UnknownDates.INCLUDE), ())
    assert known == (expected and f"(filing_date != {UNKNOWN_DATE} and {expected})")
    assert maybe == (expected and f"(filing_date == {UNKNOWN_DATE} or ({expected}))")


def test_views_are_numbered_without_gaps_or_repeats() -> None:
    # The numbers are in the database: a view that is inserted in the middle would rename those after it.
    assert VIEW_NUMBERS[View.UNKNOWN] == 0
    assert VIEW_NUMBERS[View.PERSPECTIVE] == 7
    assert VIEW_NUMBERS[View.OTHER] == 12
    assert sorted(VIEW_NUMBERS.values()) == list(range(len(View)))


def test_no_condition_is_no_expression() -> None:
    assert filter_expression(PatentFilter(), ()) == ""
