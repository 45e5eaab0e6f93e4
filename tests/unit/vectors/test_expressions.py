"""Filters as Milvus's expressions. That they select what they should, the contract suite holds."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.designs import DateRange, LocarnoClass, PatentFilter, View
from sevenviews.designs.filters import normalize_name
from sevenviews.vectors.expressions import (
    UNKNOWN_DATE,
    VIEW_NUMBERS,
    class_terms,
    day_number,
    filter_expression,
    holder_terms,
)

# A string literal: a quote, what is neither quote nor backslash nor control character, or an escape; a quote.
_LITERAL = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\bfnrt]|u[0-9a-f]{4}))*"')
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(st.lists(TEXT, min_size=1, max_size=4))
def test_names_enter_as_literals_only(names: list[str]) -> None:
    expression = filter_expression(PatentFilter(holders=tuple(names)), ())
    assert [json.loads(one) for one in _LITERAL.findall(expression)] == [normalize_name(one) for one in names]
    blanks = ", ".join("_" for _ in names)
    assert _LITERAL.sub("_", expression) == f"(array_contains_any(holders, [{blanks}]))"


@given(st.dates(), st.dates())
def test_day_numbers_order_as_days_do(one: date, other: date) -> None:
    assert (day_number(one) < day_number(other)) == (one < other)
    assert day_number(one) > UNKNOWN_DATE


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (DateRange(), ""),
        (DateRange(start=date(2021, 5, 4)), "(filing_date >= 20210504)"),
        # Without the lower bound, unknown days would lie in it.
        (DateRange(end=date(2021, 5, 4)), "(filing_date >= 1) and (filing_date <= 20210504)"),
    ],
)
def test_an_unknown_day_lies_in_no_bounded_range(days: DateRange, expected: str) -> None:
    assert filter_expression(PatentFilter(filing_date=days), ()) == expected


def test_a_subclass_is_stored_with_its_class() -> None:
    assert class_terms([LocarnoClass(6, 1), LocarnoClass(26)]) == ["06", "06-01", "26"]


def test_names_are_stored_as_they_are_compared() -> None:
    assert holder_terms(["ACME  Inc.", "Acme inc.", " ", "Straße"]) == ["acme inc.", "strasse"]


def test_views_are_numbered_without_gaps_or_repeats() -> None:
    # The numbers are in the database: a view that is inserted in the middle would rename those after it.
    assert VIEW_NUMBERS[View.UNKNOWN] == 0
    assert VIEW_NUMBERS[View.PERSPECTIVE] == 7
    assert VIEW_NUMBERS[View.OTHER] == 12
    assert sorted(VIEW_NUMBERS.values()) == list(range(len(View)))


def test_no_condition_is_no_expression() -> None:
    assert filter_expression(PatentFilter(), ()) == ""
