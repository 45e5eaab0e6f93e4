"""A deadline counts from the call's arrival; what waited for a thread until it passed is not begun."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from math import inf
from typing import Any, cast

import pytest

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.runtime.deadlines import Context, Deadline, arrived, in_thread
from sevenviews.runtime.telemetry import request_id


class FakeContext:
    def __init__(self, left: float | None) -> None:
        self.left = left

    def time_remaining(self) -> float | None:
        return self.left


def context(left: float | None) -> Context:
    return cast(Context, FakeContext(left))


def test_the_time_before_the_servicer_counts() -> None:
    token = arrived.set(time.monotonic() - 8)
    assert 1 < Deadline.of_call(context(None), 10).left() <= 2
    assert 9 < Deadline.of_step(context(None), 10).left() <= 10
    arrived.reset(token)


@pytest.mark.parametrize("make", [Deadline.of_call, Deadline.of_step])
def test_the_callers_deadline_is_never_exceeded(make: Any) -> None:
    assert 2 < make(context(3), 10).left() < 3
    assert 2 < make(context(3), inf).left() < 3
    assert make(context(None), inf).left() == inf
    with pytest.raises(SevenviewsError) as caught:
        make(context(0.001), 10).left()
    assert caught.value.reason is Reason.DEADLINE_EXCEEDED


async def test_work_is_told_what_its_queue_left_it() -> None:
    release, begun = threading.Event(), threading.Event()

    def occupy() -> None:
        begun.set()
        release.wait()

    with ThreadPoolExecutor(1) as threads:
        threads.submit(occupy)
        begun.wait()
        deadline = Deadline.after(60)
        queued = asyncio.create_task(in_thread(threads, deadline, lambda left: left))
        passing = Deadline.after(0.05)
        late = asyncio.create_task(in_thread(threads, passing, lambda _: pytest.fail("was begun")))
        await asyncio.sleep(passing.at - time.monotonic() + 0.01)
        release.set()
        assert await queued <= 60 - 0.05
        with pytest.raises(SevenviewsError) as caught:
            await late
    assert caught.value.reason is Reason.DEADLINE_EXCEEDED


async def test_a_thread_knows_the_request_that_it_works_for() -> None:
    token = request_id.set("r-7")
    with ThreadPoolExecutor(1) as threads:
        assert await in_thread(threads, Deadline.after(60), lambda _: request_id.get()) == "r-7"
    request_id.reset(token)
