"""Whether who began a stream may go on with it: meanwhile a key may be revoked, a token or a certificate may end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

_LOOK_SECONDS = 1.0
"""Between two looks at the credential of a stream: a key costs microseconds, a token a tenth of a millisecond."""


class Standing:
    """Of the stream that this block runs in. What the look raises ends the block, wherever it waits.

    Args:
        look: raises where the caller is not to go on; also an error that nobody foresaw ends the stream. None: who
            has begun may end.
    """

    def __init__(self, look: Callable[[], Awaitable[object]] | None) -> None:
        self._look = look
        self._error: Exception | None = None
        self._away = False

    async def __aenter__(self) -> Self:
        self._task = asyncio.current_task()
        self._watch = asyncio.create_task(self._keep_looking(self._look)) if self._look else None
        return self

    @contextmanager
    def away(self) -> Iterator[None]:
        """Around the `yield` of an answer: gRPC would take a task that is cancelled there for the caller's will."""
        self._away = True
        try:
            yield
        finally:
            self._away = False
        if self._error is not None:
            raise self._error

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watch is not None:
            self._watch.cancel()
        # Where the caller cancelled too, it is that.
        if self._error and self._task and kind is asyncio.CancelledError and self._task.uncancel() == 0:
            raise self._error from None

    async def _keep_looking(self, look: Callable[[], Awaitable[object]]) -> None:
        while self._error is None:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                await look()
            except Exception as error:
                self._error = error
        if self._task and not self._away:
            self._task.cancel()
