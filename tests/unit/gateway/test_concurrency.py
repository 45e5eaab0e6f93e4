"""Bounded work over a stream, and locks by key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from sevenviews.gateway.concurrency import KeyedLocks, map_bounded


async def numbers(count: int, taken: list[int] | None = None) -> AsyncIterator[int]:
    for number in range(count):
        if taken is not None:
            taken.append(number)
        yield number


@pytest.mark.parametrize("limit", [1, 3, 100])
async def test_every_item_gives_one_result(limit: int) -> None:
    async def square(number: int) -> int:
        await asyncio.sleep(0)
        return number * number

    results = [result async for result in map_bounded(numbers(20), square, limit)]
    assert sorted(results) == [number * number for number in range(20)]


async def test_results_come_as_they_are_ready() -> None:
    first_may_end = asyncio.Event()

    async def work(number: int) -> int:
        if number == 0:
            await first_may_end.wait()
        return number

    results = map_bounded(numbers(3), work, 2)
    assert [await anext(results), await anext(results)] == [1, 2]
    first_may_end.set()
    assert [result async for result in results] == [0]


async def test_no_more_items_are_taken_than_are_worked_on() -> None:
    taken: list[int] = []
    gate = asyncio.Semaphore(0)

    async def work(number: int) -> int:
        await gate.acquire()
        return number

    results = map_bounded(numbers(10, taken), work, 3)
    first = asyncio.ensure_future(anext(results))
    for _ in range(50):  # whoever wanted a fourth would have had fifty turns to take it
        await asyncio.sleep(0)
    assert taken == [0, 1, 2]
    gate.release()
    await first
    await results.aclose()  # type: ignore[attr-defined]


async def test_leaving_early_cancels_the_work() -> None:
    cancelled: list[int] = []

    async def work(number: int) -> int:
        if number == 0:
            return number
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(number)
            raise
        return number

    results = map_bounded(numbers(5), work, 3)
    assert await anext(results) == 0
    pending = asyncio.ensure_future(anext(results))
    for _ in range(20):
        await asyncio.sleep(0)
    pending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pending
    assert sorted(cancelled) == [1, 2, 3]


async def test_a_failing_source_ends_the_results() -> None:
    async def broken() -> AsyncIterator[int]:
        yield 1
        raise ValueError("broken")

    async def same(number: int) -> int:
        return number

    results = map_bounded(broken(), same, 2)
    with pytest.raises(ValueError, match="broken"):
        _ = [result async for result in results]


async def test_one_at_a_time_for_a_key_in_the_order_of_asking() -> None:
    locks = KeyedLocks()
    order: list[str] = []

    async def hold(key: str, name: str) -> None:
        async with locks.hold(key):
            order.append(f"{name} in")
            for _ in range(5):
                await asyncio.sleep(0)
            order.append(f"{name} out")

    await asyncio.gather(hold("a", "first"), hold("a", "second"), hold("b", "other"))
    assert order.index("first out") < order.index("second in")
    assert order.index("other in") < order.index("first out")
