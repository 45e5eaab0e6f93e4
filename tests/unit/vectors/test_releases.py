"""What a collection keeps of its release."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.vectors.releases import (
    IndexParameters,
    Release,
    ReleaseState,
    from_property,
    is_release_id,
    new_release_id,
    to_property,
)

TIMES = st.none() | st.datetimes(timezones=st.just(UTC))
RELEASES = st.builds(
    Release,
    st.from_regex(r"[a-z0-9]{1,40}", fullmatch=True),
    st.text(max_size=20),
    st.integers(2, 4096),
    st.builds(IndexParameters, st.integers(4, 64), st.integers(8, 512), st.integers(8, 4096)),
    created=TIMES,
    promoted=TIMES,
)


@given(RELEASES, st.booleans())
def test_a_release_is_read_as_it_was_kept(release: Release, serving: bool) -> None:
    once = ReleaseState.KEPT if release.promoted else ReleaseState.BUILDING
    expected = replace(release, state=ReleaseState.SERVING if serving else once)
    assert from_property(to_property(release), serving=serving) == expected


@pytest.mark.parametrize("text", ["r-1", "a", "0", "a" * 40])
def test_what_is_a_release_id(text: str) -> None:
    assert is_release_id(text)


@pytest.mark.parametrize("text", ["", "-a", "a-", "A", "a_b", "a" * 41, "a b", 'a"', "a\n", "ü", "../x"])
def test_what_is_none(text: str) -> None:
    assert not is_release_id(text)


@given(st.text("ab-", max_size=6).filter(is_release_id), st.text("ab-", max_size=6).filter(is_release_id))
def test_no_two_releases_share_a_collection(one: str, other: str) -> None:
    same = Release(one, "", 2).collection == Release(other, "", 2).collection
    assert same == (one == other)


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1)))
def test_a_new_id_is_one(now: datetime) -> None:
    assert is_release_id(new_release_id(now))
