"""Promotions, fences, completions and retirements that overlap, in every order that hypothesis thinks of."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, repeat

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sevenviews.backends.records import ReleaseState
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.vectors.releases import IndexParameters, Release
from tests.unit.vectors.interleaving import Call, SteppedIndex

SECONDS = 30.0
FIRST, NAMES = "a", ("a", "b", "c")


def made() -> SteppedIndex:
    """Three complete releases, the first of which serves."""
    index = SteppedIndex()
    for name in NAMES:
        index.create_release(name, "0123", 2, IndexParameters(), SECONDS)
        index.complete(name, {}, SECONDS)
    index.promote(FIRST, SECONDS)
    return index


def promotion(name: str, token: int) -> Call:
    return lambda index: index.promote(name, SECONDS, token)


def fencing(token: int) -> Call:
    return lambda index: index.fence(token, SECONDS)


def completion(name: str) -> Call:
    return lambda index: index.complete(name, {"map": 0.5}, SECONDS)


def retirement(name: str) -> Call:
    return lambda index: index.retire(name, SECONDS)


# Some steps of one, some of another: faults need few changes between calls, at the right moments.
BURSTS = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 8)), max_size=14)
CHOICES = BURSTS.map(lambda bursts: [call for call, steps in bursts for _ in range(steps)])


def overlap(
    index: SteppedIndex,
    calls: list[Call],
    choices: list[int],
    ended: Callable[[int, object], None] = lambda *_: None,
) -> list[object]:
    return index.overlap(calls, chain(choices, repeat(0)), ended)


FENCES_AND_A_PROMOTION = [("fence", "", 1), ("fence", "", 2), ("promote", "b", 0)]


@settings(max_examples=600, deadline=None)
@example(
    # The second fence is written when the first one has taken the turn, and the promotion has read it.
    FENCES_AND_A_PROMOTION,
    [1] * 3 + [0] * 5 + [1] * 4 + [0] * 2 + [1] * 20,
)
@given(
    st.just(FENCES_AND_A_PROMOTION)
    | st.lists(
        st.tuples(st.just("fence"), st.just(""), st.integers(1, 4))
        | st.tuples(st.just("promote"), st.sampled_from(NAMES), st.integers(0, 4)),
        min_size=2,
        max_size=5,
    ),
    CHOICES,
)
def test_a_fence_that_was_acknowledged_holds(asked: list[tuple[str, str, int]], choices: list[int]) -> None:
    index = made()
    acknowledged: list[tuple[int, int]] = []  # fencing token, and how many turns had been taken

    def ended(number: int, outcome: object) -> None:
        kind, _, token = asked[number]
        if kind == "fence" and outcome is None:
            acknowledged.append((token, len(index.turns_taken)))

    calls = [fencing(token) if kind == "fence" else promotion(name, token) for kind, name, token in asked]
    overlap(index, calls, choices, ended)
    # No promotion by an older holder took effect after that.
    for position, (number, _) in enumerate(index.turns_taken):
        kind, _, token = asked[number]
        fence = max((one for one, turns in acknowledged if turns <= position), default=0)
        assert kind == "fence" or token == 0 or token >= fence
    # None is forgotten.
    assert index.serving_release(SECONDS).fence >= max((token for token, _ in acknowledged), default=0)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(NAMES), min_size=2, max_size=4), CHOICES)
def test_one_of_several_promotions_comes_last(names: list[str], choices: list[int]) -> None:
    index = made()
    outcomes = overlap(index, [promotion(name, 0) for name in names], choices)
    assert all(isinstance(one, Release) for one in outcomes)
    serving = index.serving_release(SECONDS)
    assert serving.release_id in {*names, FIRST}
    for one in index.releases(SECONDS):
        has_served = one.release_id in {*names, FIRST}
        assert (one.promoted is not None) == has_served
        assert (one.state is ReleaseState.SERVING) == (one.release_id == serving.release_id)


@settings(max_examples=200, deadline=None)
@given(CHOICES)
@example([0] * 3 + [1] * 20)
@example([1] * 3 + [0] * 20)
def test_no_writer_of_a_fact_loses_that_of_another(choices: list[int]) -> None:
    index = made()
    overlap(index, [promotion("b", 3), completion("b"), fencing(2), completion("a")], choices)
    one = index.release("b", SECONDS)
    assert (one.evaluation, index.release("a", SECONDS).evaluation) == ({"map": 0.5}, {"map": 0.5})
    assert one.state is ReleaseState.SERVING
    assert one.promoted is not None
    assert one.ready is not None
    assert one.fence == 3


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["b", "c"]), st.integers(0, 1), CHOICES)
def test_what_is_retired_never_serves(name: str, token: int, choices: list[int]) -> None:
    index = made()
    retired, promoted = overlap(index, [retirement(name), promotion("b", token)], choices)
    serving = index.serving_release(SECONDS).release_id
    left = {one.release_id for one in index.releases(SECONDS)}
    if retired is None:
        assert name not in left
        assert serving != name
    else:
        assert isinstance(retired, SevenviewsError)
        assert retired.reason is Reason.RELEASE_STATE
        assert serving == name
    if isinstance(promoted, SevenviewsError):
        assert name == "b"
        assert promoted.reason in {Reason.RELEASE_STATE, Reason.RELEASE_NOT_FOUND}
        assert serving == FIRST


@settings(max_examples=100, deadline=None)
@given(CHOICES)
def test_two_that_create_a_release_have_the_same(choices: list[int]) -> None:
    index = SteppedIndex()

    def first(index: SteppedIndex) -> Release:
        index.create_release("initial", "0123", 2, IndexParameters(), SECONDS)
        index.complete("initial", {}, SECONDS)
        return index.promote("initial", SECONDS, only_first=True)

    outcomes = overlap(index, [first, first], choices)
    assert {one.release_id for one in outcomes if isinstance(one, Release)} == {"initial"}
    assert len(outcomes) == 2
    assert index.serving_release(SECONDS).promoted is not None


def test_a_promotion_that_was_cut_off_behind_its_turn_is_written_by_the_next() -> None:
    index = made()
    turn = index._turn(SECONDS)
    assert index._take_turn(turn.next(index.release("b", SECONDS).collection), SECONDS)
    assert index.serving_release(SECONDS).release_id == "b"
    assert index.release("b", SECONDS).promoted is None
    index.promote("c", SECONDS)
    assert index.release("b", SECONDS).state is ReleaseState.KEPT
    again = index._turn(SECONDS)
    assert index._take_turn(again.next(index.release("b", SECONDS).collection), SECONDS)
    index.promote("b", SECONDS)
    assert index.release("b", SECONDS).state is ReleaseState.SERVING


def test_a_retirement_that_was_begun_keeps_others_from_promoting() -> None:
    index = made()
    from sevenviews.vectors import release_facts

    chosen = index.release("b", SECONDS)
    index._note(chosen, release_facts.retiring(index._now()), SECONDS)
    with pytest.raises(SevenviewsError, match="is being retired") as caught:
        index.promote("b", SECONDS)
    assert caught.value.reason is Reason.RELEASE_STATE
    assert index.promote("b", SECONDS, force=True).state is ReleaseState.SERVING
    assert index.promote("a", SECONDS).state is ReleaseState.SERVING
    assert index.promote("b", SECONDS).state is ReleaseState.SERVING
