"""What a collection keeps of its release."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.backends.records import ReleaseState
from sevenviews.vectors import release_facts
from sevenviews.vectors.release_facts import release_of
from sevenviews.vectors.releases import IndexParameters, Metric, Release, is_release_id, new_release_id

TIMES = st.none() | st.datetimes(timezones=st.just(UTC))
RELEASES = st.builds(
    Release,
    st.from_regex(r"[a-z0-9]{1,40}", fullmatch=True),
    st.text(max_size=20),
    st.integers(2, 4096),
    st.builds(IndexParameters, st.integers(4, 64), st.integers(8, 512), st.integers(8, 4096)),
    created=TIMES,
    metric=st.sampled_from(Metric),
)
TOKENS = st.lists(st.integers(1, 10**12), max_size=5)
FIGURES = st.dictionaries(st.text(max_size=10), st.floats(allow_nan=False), max_size=3)


@given(RELEASES, TIMES, TIMES, FIGURES, TOKENS, st.booleans(), st.randoms(use_true_random=False))
def test_a_release_is_its_facts_in_whatever_order_they_were_written(
    release: Release,
    ready: datetime | None,
    promoted: datetime | None,
    figures: dict[str, float],
    tokens: list[int],
    serving: bool,
    chance: Random,
) -> None:
    written = [release_facts.evaluated(figures), *map(release_facts.fence, tokens)]
    written += [release_facts.ready(ready)] if ready else []
    written += [release_facts.promoted(promoted)] if promoted else []
    chance.shuffle(written)
    facts = dict(release_facts.created(release))
    for one in written:
        facts.update(one)
    once = ReleaseState.KEPT if promoted else ReleaseState.BUILDING
    assert release_of(facts, serving=serving) == replace(
        release,
        state=ReleaseState.SERVING if serving else once,
        ready=ready,
        promoted=promoted,
        evaluation=figures,
        fence=max(tokens, default=0),
    )


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
