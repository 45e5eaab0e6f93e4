"""Which patents are held out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sevenviews.refresh.splitting import place_of, split_catalogue

IDS = st.lists(st.integers(0, 10**7).map(lambda n: f"USD{n:07d}"), unique=True, max_size=200)


@given(IDS, st.floats(0.01, 0.5), st.integers(2, 50), st.integers(0, 100))
def test_nobody_is_trained_on_what_they_are_judged_by(
    ids: list[str], share: float, held_out: int, training: int
) -> None:
    split = split_catalogue(ids, share, held_out, training)
    assert not set(split.held_out) & set(split.training)
    assert set(split.held_out) | set(split.training) <= set(ids)
    assert len(split.held_out) == min(
        held_out, max(len([i for i in ids if place_of(i) < share]), min(2, len(ids)))
    )
    assert len(split.training) <= training


@given(IDS, IDS)
def test_a_growing_catalogue_never_moves_a_held_out_patent_into_the_training(
    ids: list[str], more: list[str]
) -> None:
    before = split_catalogue(ids, 0.2, 10**6, 10**6)
    after = split_catalogue(list(dict.fromkeys(ids + more)), 0.2, 10**6, 10**6)
    steady = {one for one in before.held_out if place_of(one) < 0.2}
    assert steady <= set(after.held_out)


def test_the_share_is_about_that_of_all() -> None:
    ids = [f"USD{n:07d}" for n in range(10_000)]
    held_out = split_catalogue(ids, 0.1, 10**6, 10**6).held_out
    assert 900 < len(held_out) < 1100


def test_a_small_catalogue_still_has_two() -> None:
    split = split_catalogue(["USD0000001", "USD0000002", "USD0000003"], 0.01, 10, 10)
    assert len(split.held_out) == 2
    assert len(split.training) == 1
