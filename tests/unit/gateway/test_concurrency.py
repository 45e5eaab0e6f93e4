"""Work on a stream in batches: at once, in bounds, and in order where order is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.gateway.concurrency import BatchRules, map_batches


async def numbers(count: int, taken: list[int] | None = None) -> AsyncIterator[int]:
    for number in range(count):
        if taken is not None:
            taken.append(number)
        yield number


def rules(
    at_once: int = 2, size: int = 3, key: Callable[[int], object] = lambda number: number, most: int = 1000
) -> BatchRules[int]:
    """Batches of up to `size` numbers, each of weight 1."""
    return BatchRules(at_once, lambda batch, _: len(batch) < size, key, lambda _: 1, most)


async def turns(count: int = 50) -> None:
    """Whoever wanted to do something would have had its turn."""
    for _ in range(count):
        await asyncio.sleep(0)


@given(at_once=st.integers(1, 4), size=st.integers(1, 5), keys=st.integers(1, 30), most=st.integers(1, 20))
async def test_every_item_gives_one_result_and_no_rule_is_broken(
    at_once: int, size: int, keys: int, most: int
) -> None:
    under_way: list[Sequence[int]] = []
    begun: list[int] = []

    async def square(batch: Sequence[int]) -> Sequence[int]:
        under_way.append(batch)
        begun.extend(batch)
        all_keys = [number % keys for one in under_way for number in one]
        assert len(under_way) <= at_once
        assert len(batch) <= size
        assert len(all_keys) == len(set(all_keys))
        await turns(batch[0] % 5)
        under_way.remove(batch)
        return [number * number for number in batch]

    shared_out = rules(at_once, size, lambda number: number % keys, most)
    results = [result async for result in map_batches(numbers(30), square, shared_out)]
    assert sorted(results) == [number * number for number in range(30)]
    for key in range(keys):
        assert [one for one in begun if one % keys == key] == list(range(key, 30, keys))


async def test_nothing_waits_for_a_batch_to_fill_and_a_batch_is_what_came_meanwhile() -> None:
    batches: list[Sequence[int]] = []
    gate = asyncio.Event()

    async def work(batch: Sequence[int]) -> Sequence[int]:
        batches.append(batch)
        await gate.wait()
        return batch

    taken: list[int] = []
    results = map_batches(numbers(20, taken), work, rules(at_once=2, size=3))
    first = asyncio.ensure_future(anext(results))
    await turns()
    assert batches == [[0], [1]]
    # A batch is gathered behind those, and one item that did not fit.
    assert taken == [0, 1, 2, 3, 4, 5]
    gate.set()
    assert await first == 0
    assert [result async for result in results] == list(range(1, 20))
    assert batches[2] == [2, 3, 4]


async def test_no_more_is_taken_than_may_weigh_on_the_memory() -> None:
    taken: list[int] = []
    gate = asyncio.Event()

    async def work(batch: Sequence[int]) -> Sequence[int]:
        await gate.wait()
        return batch

    results = map_batches(numbers(20, taken), work, rules(at_once=1, size=100, most=4))
    first = asyncio.ensure_future(anext(results))
    await turns()
    assert taken == [0, 1, 2, 3]
    gate.set()
    await first
    assert len([result async for result in results]) == 19


async def test_a_slow_reader_slows_the_sender() -> None:
    taken: list[int] = []

    async def work(batch: Sequence[int]) -> Sequence[int]:
        return batch

    results = map_batches(numbers(100, taken), work, rules(at_once=2, size=2))
    await anext(results)
    before = len(taken)
    await turns()
    assert len(taken) <= before + 1
    await results.aclose()  # type: ignore[attr-defined]


async def test_results_come_as_they_are_ready() -> None:
    first_may_end = asyncio.Event()

    async def work(batch: Sequence[int]) -> Sequence[int]:
        if 0 in batch:
            await first_may_end.wait()
        return batch

    results = map_batches(numbers(3), work, rules(at_once=2, size=1))
    assert [await anext(results), await anext(results)] == [1, 2]
    first_may_end.set()
    assert [result async for result in results] == [0]


async def test_leaving_early_cancels_the_work() -> None:
    cancelled: list[int] = []

    async def work(batch: Sequence[int]) -> Sequence[int]:
        if 0 in batch:
            return batch
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.extend(batch)
            raise
        return batch

    results = map_batches(numbers(5), work, rules(at_once=3, size=1))
    assert await anext(results) == 0
    pending = asyncio.ensure_future(anext(results))
    await turns()
    pending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pending
    assert sorted(cancelled) == [1, 2, 3]


async def test_a_failing_source_ends_the_results() -> None:
    async def broken() -> AsyncIterator[int]:
        yield 1
        raise ValueError("broken")

    async def same(batch: Sequence[int]) -> Sequence[int]:
        return batch

    with pytest.raises(ValueError, match="broken"):
        _ = [result async for result in map_batches(broken(), same, rules())]
