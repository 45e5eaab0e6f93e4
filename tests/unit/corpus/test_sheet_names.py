"""The names of sheets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.corpus.uspto.sheet_names import is_front_page, sheet_number


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("USD0909824-20210209-D00003.TIF", 3),
        ("I20210209/USD0909824-20210209-d00012.png", 12),
        ("USD0909824-20210209-D00000.TIF", 0),
        ("USD0810774-20180220-P00001.png", 10_001),
        ("USD0909824-20210209.XML", None),
        ("drawing.tif", None),
    ],
)
def test_gives_the_number(name: str, number: int | None) -> None:
    assert sheet_number(name) == number
    assert is_front_page(name) == (number == 0)


@given(st.sets(st.tuples(st.sampled_from("DP"), st.integers(0, 9_999)), min_size=2))
def test_no_two_sheets_share_a_number(sheets: set[tuple[str, int]]) -> None:
    names = [f"USD0909824-20210209-{kind}{number:05d}.TIF" for kind, number in sheets]
    assert len({sheet_number(name) for name in names}) == len(names)
