"""Who is let in: what can be finished in time, and no more of it at once than is of use.

Past its capacity a server that begins everything finishes little: each call gets slower until its caller has gone,
and what was done for it is lost. So the calls of a method stand in line. A few run; who comes then is told at once
if the line is too long for its deadline, and when to come again. Whoever leaves the line, because its caller has gone
or its time is over, was never begun.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from statistics import median

from sevenviews.designs import Reason, SevenviewsError

_REMEMBERED = 32
"""Calls whose median duration is what the next one is expected to take: a few that take minutes say nothing of it."""

_MARGIN = 1.2
"""Of what is expected, that must be left: calls do not all take the same."""

_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.1, 30.0
"""Of the pause that a caller is told to make."""


class Line:
    """Calls of one kind, within one event loop: some run, the others wait in the order in which they came.

    Args:
        at_once: that run.
        clock: in seconds, never set back.
    """

    def __init__(self, at_once: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._at_once = at_once
        self._clock = clock
        self._running = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._took: deque[float] = deque(maxlen=_REMEMBERED)

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return len(self._waiting)

    @property
    def expected_seconds(self) -> float:
        """Until a call would have ended that came now. 0 where it would not wait: then it is not for us to judge."""
        if self._running < self._at_once or not self._took:
            return 0.0
        each = median(self._took)
        return each * (len(self._waiting) + 1) / self._at_once + each

    def check(self, seconds: float) -> None:
        """Return if a call that came now could end within so many seconds.

        Raises:
            SevenviewsError: OVERLOADED, it could not; with the seconds after which it may.
        """
        expected = _MARGIN * self.expected_seconds
        if expected > seconds:
            raise self._overloaded(expected - seconds)

    @asynccontextmanager
    async def turn(self, seconds: float) -> AsyncIterator[None]:
        """Run the block when it is its turn.

        Args:
            seconds: within which it has to end.

        Raises:
            SevenviewsError: OVERLOADED, as `check`; or its turn did not come in time.
        """
        self.check(seconds)
        await self._come(seconds)
        started = self._clock()
        try:
            yield
            self._took.append(self._clock() - started)
        finally:
            self._go()

    async def _come(self, seconds: float) -> None:
        if self._running < self._at_once:
            self._running += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(seconds):
                await turn
        except TimeoutError:
            self._leave(turn)
            raise self._overloaded(self.expected_seconds) from None
        except asyncio.CancelledError:
            self._leave(turn)
            raise

    def _leave(self, turn: asyncio.Future[None]) -> None:
        if turn in self._waiting:
            self._waiting.remove(turn)
        elif not turn.cancelled():
            # It had become its turn in that very moment.
            self._go()

    def _go(self) -> None:
        """Let the next one have the place."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._running -= 1

    def _overloaded(self, retry_seconds: float) -> SevenviewsError:
        return SevenviewsError(
            Reason.OVERLOADED,
            f"{self._running} requests are being answered, {self.waiting} wait: this one would come too late; "
            "try again later",
            retry_seconds=min(max(retry_seconds, _SHORTEST_SECONDS), _LONGEST_SECONDS),
        )


class Admission:
    """Of a server: counts what is there, and gives each method its line.

    Args:
        limit: calls that are there at once, whether they run or wait.
        at_once: of those of one method that are answered once, how many run.
    """

    def __init__(self, limit: int, at_once: int) -> None:
        self._limit = limit
        self._there = 0
        self._lines: defaultdict[str, Line] = defaultdict(lambda: Line(at_once))
        self.draining = False

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Be there. Raises DRAINING; OVERLOADED where the limit is reached."""
        if self.draining:
            raise SevenviewsError(Reason.DRAINING, "this server is about to stop; ask another")
        if self._there >= self._limit:
            raise SevenviewsError(
                Reason.OVERLOADED, f"this server already answers {self._limit} requests; try again later"
            )
        self._there += 1
        try:
            yield
        finally:
            self._there -= 1

    def line(self, method: str) -> Line:
        """Where the calls of a method stand."""
        return self._lines[method]
