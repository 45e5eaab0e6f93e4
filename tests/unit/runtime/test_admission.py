"""Calls stand in line: they run in order, as many at once as they may, and none is begun that nobody waits for."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any

import pytest

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.runtime.admission import Admission, Line


class _Hurrying(selectors.DefaultSelector):
    """Does not wait for the next timer: it is later at once."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0
        return super().select(0 if timeout is not None else None)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time passes as fast as it is asked for."""

    def __init__(self) -> None:
        self._hurrying = _Hurrying()
        super().__init__(self._hurrying)

    def time(self) -> float:
        return self._hurrying.now


def in_virtual_time(work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(work)


def line(at_once: int) -> Line:
    return Line(at_once, asyncio.get_running_loop().time)


async def call(stood: Line, seconds: float, left: float = 60.0, done: list[str] | None = None) -> None:
    async with stood.turn(left):
        await asyncio.sleep(seconds)
        if done is not None:
            done.append(f"{asyncio.get_running_loop().time():g}")


async def refused(work: Coroutine[Any, Any, None]) -> SevenviewsError:
    with pytest.raises(SevenviewsError) as caught:
        await work
    assert caught.value.reason is Reason.OVERLOADED
    return caught.value


def test_some_run_and_the_others_follow_in_order() -> None:
    async def work() -> None:
        stood, done = line(2), list[str]()
        await asyncio.gather(*(call(stood, seconds, done=done) for seconds in (1, 3, 1, 1, 1)))
        assert done == ["1", "2", "3", "3", "4"]
        assert stood.waiting == 0

    in_virtual_time(work())


def test_what_cannot_end_in_time_is_refused_before_it_waits() -> None:
    async def work() -> None:
        stood = line(1)
        await call(stood, 2)
        running = asyncio.create_task(call(stood, 2))
        waiting = asyncio.create_task(call(stood, 2))
        await asyncio.sleep(0)
        # Two before it, of two seconds each, and two of its own: and some room for error.
        error = await refused(call(stood, 2, left=7))
        assert asyncio.get_running_loop().time() == 2
        assert error.retry_seconds == pytest.approx(0.2)
        third = asyncio.create_task(call(stood, 2, left=7.3))
        await asyncio.gather(running, waiting, third)
        assert asyncio.get_running_loop().time() == 8

    in_virtual_time(work())


def test_who_need_not_wait_is_let_in_however_slow_the_others_were() -> None:
    async def work() -> None:
        stood = line(1)
        await call(stood, 50)
        await call(stood, 1, left=1.5)

    in_virtual_time(work())


@pytest.mark.parametrize("leaving", ["its caller has gone", "its time is over"])
def test_what_leaves_the_line_was_never_begun(leaving: str) -> None:
    async def work() -> None:
        stood, done = line(1), list[str]()
        running = asyncio.create_task(call(stood, 5, done=done))
        await asyncio.sleep(0)
        lost = asyncio.create_task(call(stood, 5, left=2, done=done))
        last = asyncio.create_task(call(stood, 1, done=done))
        await asyncio.sleep(1)
        if leaving == "its caller has gone":
            lost.cancel()
            with pytest.raises(asyncio.CancelledError):
                await lost
        else:
            await refused(_result(lost))
        assert stood.waiting == 1
        await asyncio.gather(running, last)
        assert done == ["5", "6"]

    in_virtual_time(work())


async def _result(task: asyncio.Task[None]) -> None:
    await task


def test_a_place_that_is_given_to_who_leaves_goes_on_to_the_next() -> None:
    async def work() -> None:
        stood = line(1)
        async with stood.turn(60):
            tasks = [asyncio.create_task(call(stood, 1)) for _ in range(3)]
            await asyncio.sleep(0)
        # It is the first one's turn, and it has not yet heard of it.
        tasks[0].cancel()
        await asyncio.gather(*tasks[1:])
        await call(stood, 1)
        assert asyncio.get_running_loop().time() == 3

    in_virtual_time(work())


def test_a_failure_gives_its_place_back() -> None:
    async def work() -> None:
        stood = line(1)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                async with stood.turn(60):
                    raise ZeroDivisionError
        await call(stood, 1)

    in_virtual_time(work())


def test_ten_times_what_it_holds_leaves_a_server_its_capacity() -> None:
    """Ten calls a second are what it holds; what runs at once shares that. Callers wait five seconds."""
    capacity, rate, seconds = 10, 100, 120

    async def work() -> None:
        stood, finished, told = line(8), 0, list[float]()
        running = 0

        async def served() -> None:
            nonlocal finished, running
            try:
                async with asyncio.timeout(5), stood.turn(5):
                    running += 1
                    try:
                        await asyncio.sleep(running / capacity)
                    finally:
                        running -= 1
            except SevenviewsError as error:
                told.append(error.retry_seconds or 0)
            else:
                finished += 1

        calls = []
        for _ in range(rate * seconds):
            calls.append(asyncio.create_task(served()))
            await asyncio.sleep(1 / rate)
        lost = [one for one in await asyncio.gather(*calls, return_exceptions=True) if one is not None]
        assert finished >= 0.9 * capacity * seconds
        assert len(lost) <= 0.01 * rate * seconds
        assert finished + len(told) + len(lost) == rate * seconds
        assert all(0.1 <= one <= 30 for one in told)
        # What came last is through, and the next one is not made to pay for it.
        assert stood.waiting == 0
        await call(stood, 0.1, left=0.2)

    in_virtual_time(work())


def test_each_method_has_a_line_of_its_own() -> None:
    admission = Admission(limit=2, at_once=1)
    assert admission.line("a") is admission.line("a") is not admission.line("b")
    with admission.entered(), admission.entered():
        with pytest.raises(SevenviewsError) as caught, admission.entered():
            pytest.fail("there were two already")
        assert caught.value.reason is Reason.OVERLOADED
    with admission.entered():
        pass
