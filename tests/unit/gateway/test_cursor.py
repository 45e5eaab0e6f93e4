"""What a search leaves behind for its next page."""

from __future__ import annotations

from hypothesis import given, settings

from sevenviews.designs import PatentFilter, ViewMatching
from sevenviews.gateway.cursor import Cursor, from_bytes, to_bytes
from tests.filters import filters


@settings(deadline=None, max_examples=50)
@given(patent_filter=filters())
def test_a_cursor_is_read_as_it_was_written(patent_filter: PatentFilter) -> None:
    cursor = Cursor("r-1", "m-1", "a", "b", (), patent_filter, ViewMatching.PREFER)
    assert from_bytes(to_bytes(cursor)) == cursor


def test_what_is_no_cursor_is_none() -> None:
    assert from_bytes(b'{"release_id": "r-1"}') is None
