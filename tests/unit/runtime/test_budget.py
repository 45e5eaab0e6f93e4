"""A budget is never exceeded, serves who came first, and gives back what nobody waits for any more."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.runtime.budget import Budget


def test_threads_never_have_more_than_all() -> None:
    budget, lock = Budget(100, "tests"), threading.Lock()
    held, most = 0, 0

    def work(seed: int) -> None:
        nonlocal held, most
        dice = Random(seed)
        for _ in range(50):
            amount = dice.randint(1, 130)
            with budget.hold(amount, 60) as share:
                assert share.amount == min(amount, 100)
                with lock:
                    held += share.amount
                    most = max(most, held)
                with lock:
                    held -= share.amount

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))
    assert 0 < most <= 100
    assert budget.free == 100


def test_who_waits_too_long_is_refused_and_blocks_nobody() -> None:
    budget = Budget(100, "decoding images")
    with budget.hold(60, 0):
        with pytest.raises(SevenviewsError) as caught, budget.hold(50, 0.01):
            pytest.fail("there was no room")
        assert caught.value.reason is Reason.OVERLOADED
        with budget.hold(40, 0):
            assert budget.free == 0
    assert budget.free == 100


async def test_a_large_share_is_not_overtaken_for_ever() -> None:
    budget, order = Budget(100, "tests"), []

    async def take(name: str, amount: int) -> None:
        async with budget.reserve(amount, 60):
            order.append(name)

    async with budget.reserve(60, 60):
        large = asyncio.create_task(take("large", 90))
        await asyncio.sleep(0)
        small = asyncio.create_task(take("small", 10))
        await asyncio.sleep(0)
        assert order == []
    await asyncio.gather(large, small)
    assert order == ["large", "small"]


async def test_who_is_cancelled_leaves_nothing_behind() -> None:
    budget = Budget(100, "tests")

    async def take() -> None:
        async with budget.reserve(50, 60):
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(take()) for _ in range(5)]
    for _ in range(10):
        await asyncio.sleep(0)
    assert budget.free == 0
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert budget.free == 100


async def test_what_turned_out_smaller_makes_room_at_once() -> None:
    budget = Budget(100, "tests")
    async with budget.reserve(100, 60) as share:
        budget.shrink(share, 20)
        async with budget.reserve(80, 0.01):
            assert budget.free == 0
    assert budget.free == 100
