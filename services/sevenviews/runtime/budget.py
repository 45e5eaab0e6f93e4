"""A number of bytes shared by all who need memory: who would exceed it waits its turn, or is refused."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from threading import Lock

from sevenviews.designs import Reason, SevenviewsError

_LONGEST_SECONDS = 3600.0
"""That a thread waits; more than an hour is no deadline."""


@dataclass(eq=False, slots=True)
class Share:
    """A part of a budget, from when it is granted until it is given back."""

    amount: int
    granted: Future[None] = field(default_factory=Future)


class Budget:
    """Grants parts of itself in the order in which they are asked for. For threads and event loops alike.

    Args:
        total: bytes. Who asks for more than all gets all, and so is alone.
        what: it is spent on, for the message to who is refused: "decoding images".
    """

    def __init__(self, total: int, what: str) -> None:
        self._total = total
        self._what = what
        self._free = total
        self._waiting: deque[Share] = deque()
        self._lock = Lock()

    @property
    def free(self) -> int:
        """Bytes that nobody has."""
        return self._free

    @contextmanager
    def hold(self, amount: int, seconds: float) -> Iterator[Share]:
        """Have so much while the block runs; the thread waits for it.

        Raises:
            SevenviewsError: OVERLOADED, it was not free within so many seconds.
        """
        share = self._ask(amount)
        try:
            share.granted.result(min(seconds, _LONGEST_SECONDS))
        except FutureTimeout:
            if not self._withdraw(share):
                raise self._overloaded() from None
        try:
            yield share
        finally:
            self.give_back(share)

    @asynccontextmanager
    async def reserve(self, amount: int, seconds: float) -> AsyncIterator[Share]:
        """As `hold`, where an event loop waits for it."""
        share = await self.take(amount, seconds)
        try:
            yield share
        finally:
            self.give_back(share)

    async def take(self, amount: int, seconds: float) -> Share:
        """As `reserve`, for those who give it back themselves."""
        share = self._ask(amount)
        if share.granted.done():
            return share
        try:
            await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(share.granted)), seconds)
        except TimeoutError:
            if not self._withdraw(share):
                raise self._overloaded() from None
        except asyncio.CancelledError:
            if self._withdraw(share):
                self.give_back(share)
            raise
        return share

    def give_back(self, share: Share) -> None:
        """All of it; again: nothing happens."""
        self.shrink(share, 0)

    def shrink(self, share: Share, amount: int) -> None:
        """Keep only so much of a share that was granted."""
        with self._lock:
            kept = min(share.amount, amount)
            self._free += share.amount - kept
            share.amount = kept
            self._grant()

    def _ask(self, amount: int) -> Share:
        share = Share(min(amount, self._total))
        with self._lock:
            self._waiting.append(share)
            self._grant()
        return share

    def _withdraw(self, share: Share) -> bool:
        """Wait no more for a share; whether it was granted in that very moment."""
        with self._lock:
            if share.granted.done():
                return True
            self._waiting.remove(share)
            # A smaller one behind it may have waited for it alone.
            self._grant()
            return False

    def _grant(self) -> None:
        while self._waiting and self._waiting[0].amount <= self._free:
            share = self._waiting.popleft()
            self._free -= share.amount
            share.granted.set_result(None)

    def _overloaded(self) -> SevenviewsError:
        mebibytes = self._total // 1024**2
        return SevenviewsError(
            Reason.OVERLOADED, f"all {mebibytes} MiB for {self._what} are in use; try again later"
        )
