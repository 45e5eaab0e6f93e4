"""Replicas that change the releases at once, over each kind of index: threads, and what a kill leaves behind."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from sevenviews.backends.records import ReleaseState
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.vectors import release_facts
from sevenviews.vectors.index import DesignIndex
from sevenviews.vectors.milvus_index import MilvusIndex
from sevenviews.vectors.releases import IndexParameters, Release
from sevenviews.vectors.turns import Turn
from tests.contract.designs import (
    DIMENSION,
    MODEL,
    SECONDS,
    create,
    found,
    patent,
    promoted,
    refused,
)
from tests.fakes.design_index import FakeDesignIndex


@pytest.fixture(scope="module")
def complete(index: DesignIndex) -> Iterator[list[Release]]:
    """Four for all tests: a server takes seconds to make and load one."""
    made = [create(index) for _ in range(4)]
    for one in made:
        index.complete(one.release_id, {}, SECONDS)
    yield made
    for one in index.releases(SECONDS):
        if one.state is not ReleaseState.SERVING:
            index.retire(one.release_id, SECONDS)


@pytest.fixture
def releases(index: DesignIndex, complete: list[Release]) -> list[Release]:
    """The four, the first of which serves."""
    index.promote(complete[0].release_id, SECONDS)
    return complete


def at_once(*calls: Callable[[], object]) -> list[object]:
    """What each returned, or raised."""

    def outcome(call: Callable[[], object]) -> object:
        try:
            return call()
        except SevenviewsError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(outcome, calls))


def test_facts_that_are_written_at_once_are_all_kept(index: DesignIndex, releases: list[Release]) -> None:
    first, second, *_ = (one.release_id for one in releases)
    fence = index.serving_release(SECONDS).fence
    outcomes = at_once(
        partial(index.complete, first, {"map": 0.1}, SECONDS),
        partial(index.complete, second, {"map": 0.2}, SECONDS),
        partial(index.fence, fence + 5, SECONDS),
        partial(index.fence, fence + 6, SECONDS),
        partial(index.promote, second, SECONDS),
    )
    evaluations = [index.release(one, SECONDS).evaluation for one in (first, second)]
    assert evaluations == [{"map": 0.1}, {"map": 0.2}]
    serving = index.serving_release(SECONDS)
    assert (serving.release_id, serving.fence) == (second, fence + 6)
    assert serving.promoted is not None
    # The smaller one may have come second.
    assert all(not isinstance(one, SevenviewsError) for one in outcomes[:2] + outcomes[3:])


def test_promotions_at_once_leave_one_that_serves(index: DesignIndex, releases: list[Release]) -> None:
    outcomes = at_once(*(partial(index.promote, one.release_id, SECONDS) for one in releases * 2))
    assert all(isinstance(one, Release) for one in outcomes)
    serving = [one for one in index.releases(SECONDS) if one.state is ReleaseState.SERVING]
    assert len(serving) == 1
    assert serving[0].release_id in {one.release_id for one in releases}
    assert all(index.release(one.release_id, SECONDS).promoted for one in releases)


def test_a_turn_is_taken_once(index: DesignIndex, releases: list[Release]) -> None:
    turn = index._turn(SECONDS)
    taken = at_once(*(partial(index._take_turn, turn.next(one.collection), SECONDS) for one in releases))
    assert sorted(map(bool, taken)) == [False, False, False, True]
    winner = releases[taken.index(True)]
    assert index._turn(SECONDS) == turn.next(winner.collection)
    # Nor is one that is long over, and was tidied away.
    for one in releases * 2:
        index.promote(one.release_id, SECONDS)
    assert not index._take_turn(Turn(turn.number + 1, releases[1].collection), SECONDS)
    assert index.serving_release(SECONDS).release_id == releases[-1].release_id


def test_a_release_that_is_made_by_many_is_made_once(index: DesignIndex) -> None:
    release_id = f"t-{uuid.uuid4().hex[:12]}"
    make = partial(index.create_release, release_id, MODEL, DIMENSION, IndexParameters(), SECONDS)
    outcomes = at_once(*[make] * 4)
    assert outcomes == [index.release(release_id, SECONDS)] * 4
    index.upsert(release_id, [patent(1)], SECONDS)
    # One that comes late drops nothing of what is there.
    assert make().vector_count == 2
    index.retire(release_id, SECONDS)


def test_a_creation_that_was_cut_off_is_ended_by_whoever_comes_next(index: DesignIndex) -> None:
    for goes_on in (
        lambda one: index.create_release(one.release_id, MODEL, DIMENSION, IndexParameters(), SECONDS),
        lambda one: index.upsert(one.release_id, [patent(1)], SECONDS),
        lambda one: index.complete(one.release_id, {}, SECONDS),
        lambda one: index.release(one.release_id, SECONDS),
    ):
        cut_off = Release(f"t-{uuid.uuid4().hex[:12]}", MODEL, DIMENSION)
        index._create(cut_off, release_facts.created(cut_off), SECONDS)
        goes_on(cut_off)
        index.upsert(cut_off.release_id, [patent(2)], SECONDS)
        assert "USD0000002" in found(index, cut_off)
        assert promoted(index, cut_off).state is ReleaseState.SERVING


def test_a_collection_of_somebody_else_is_left_as_it_is(index: DesignIndex) -> None:
    stranger = Release(f"t-{uuid.uuid4().hex[:12]}", MODEL, DIMENSION)
    index._create(stranger, {"somebodys.property": "1"}, SECONDS)
    error = refused(lambda: create_as(index, stranger.release_id))
    assert error.reason is Reason.RELEASE_CONFLICT
    assert stranger.release_id not in {one.release_id for one in index.releases(SECONDS)}
    assert stranger.collection in index._collections(SECONDS)
    index._drop(stranger, SECONDS)


def create_as(index: DesignIndex, release_id: str) -> Release:
    return index.create_release(release_id, MODEL, DIMENSION, IndexParameters(), SECONDS)


def test_a_restore_without_aliases_is_told(index: DesignIndex, releases: list[Release]) -> None:
    lose_aliases(index)
    error = refused(lambda: index.serving_release(SECONDS))
    assert error.reason is Reason.NO_SERVING_RELEASE
    assert error.metadata["missing_alias"] == "serving"
    named = error.metadata["releases"].split(", ")
    assert set(named[:4]) == {one.release_id for one in releases}
    assert all(one in error.message for one in named)
    assert index.release(releases[0].release_id, SECONDS).state is ReleaseState.KEPT
    index.promote(releases[0].release_id, SECONDS)
    assert index.serving_release(SECONDS).release_id == releases[0].release_id


def lose_aliases(index: DesignIndex) -> None:
    if isinstance(index, FakeDesignIndex):
        index.forget_turns()
    elif isinstance(index, MilvusIndex):
        for number in index._turn_numbers(SECONDS):
            index._drop_alias(Turn(number).alias, SECONDS)
