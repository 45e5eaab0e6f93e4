"""Deadlines count the whole call: from its arrival, through every queue, to the calls that are made for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc

from sevenviews.designs import Reason, SevenviewsError

Result = TypeVar("Result")
Context = grpc.aio.ServicerContext[Any, Any]

arrived: ContextVar[float | None] = ContextVar("arrived", default=None)
"""When the call that is being served arrived, on the monotonic clock; the server sets it."""

_MARGIN_SECONDS = 0.02
"""Kept back so that our own answer still arrives."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point of the monotonic clock, in seconds."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """That many seconds from now."""
        return cls(time.monotonic() + seconds)

    @classmethod
    def of_call(cls, context: Context, most_seconds: float) -> Deadline:
        """The caller's, but at most so many seconds after the call arrived, waiting included."""
        return cls(min(_of_caller(context), (arrived.get() or time.monotonic()) + most_seconds))

    @classmethod
    def of_step(cls, context: Context, most_seconds: float) -> Deadline:
        """The caller's, but at most so many seconds from now: for a part of a stream without end."""
        return cls(min(_of_caller(context), time.monotonic() + most_seconds))

    def left(self) -> float:
        """Seconds that are left.

        Raises:
            SevenviewsError: DEADLINE_EXCEEDED, nothing is.
        """
        left = self.at - time.monotonic()
        if left <= 0:
            raise SevenviewsError(Reason.DEADLINE_EXCEEDED, "the deadline passed before the work was done")
        return left

    def share(self, cap_seconds: float) -> float:
        """Seconds for one call: what is left, at most the cap. Raises as `left`."""
        return min(self.left(), cap_seconds)


def remaining(context: Context, default: float) -> float:
    """Seconds that a call still has, at most `default` after its arrival.

    Raises:
        SevenviewsError: DEADLINE_EXCEEDED, nothing is left.
    """
    return Deadline.of_call(context, default).left()


async def in_thread(threads: Executor, deadline: Deadline, work: Callable[[float], Result]) -> Result:
    """What work returns in one of the threads, told the seconds that are left when a thread is free for it.

    Raises:
        SevenviewsError: DEADLINE_EXCEEDED, nothing was left by then; the work is not begun.
    """
    deadline.left()
    # With the call's context, so that what is logged there has its request id.
    run = copy_context().run
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(threads, run, lambda: work(deadline.left()))


def _of_caller(context: Context) -> float:
    left: float | None = context.time_remaining()
    return float("inf") if left is None else time.monotonic() + left - _MARGIN_SECONDS
