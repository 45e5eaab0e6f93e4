"""Which release answers, which are kept current, and the very first one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import structlog

from sevenviews.backends.embedding_client import EmbeddingClient
from sevenviews.backends.records import Model, Release, ReleaseState
from sevenviews.backends.vector_client import VectorClient
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.gateway.deadline import CallTimeouts, Deadline

log = structlog.get_logger()

T = TypeVar("T")


class _Remembered(Generic[T]):
    """A value that is asked for again when it is older than `seconds`; by one caller at a time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._value: T | None = None
        self._asked_at = float("-inf")
        self._lock = asyncio.Lock()

    async def get(self, ask: Callable[[], Awaitable[T]]) -> T:
        async with self._lock:
            if self._value is not None and time.monotonic() < self._asked_at + self._seconds:
                return self._value
            # Counted from before the question: the answer may be that old when it arrives.
            asked_at = time.monotonic()
            self._value = await ask()
            self._asked_at = asked_at
            return self._value

    def forget(self) -> None:
        self._value = None


class Releases:
    """The releases, as far as this gateway must know them.

    Args:
        index: the vector service.
        embedder: the embedding service, asked for its default model when there is no release at all.
        timeouts: of their calls.
        seconds: how long an answer is believed. A promotion is followed, and an import reaches a new release,
            after that time at the latest.
    """

    def __init__(
        self, index: VectorClient, embedder: EmbeddingClient, timeouts: CallTimeouts, seconds: float = 2.0
    ) -> None:
        self._index = index
        self._embedder = embedder
        self._timeouts = timeouts
        self._serving: _Remembered[Release] = _Remembered(seconds)
        self._current: _Remembered[tuple[Release, ...]] = _Remembered(seconds)

    async def serving(self, deadline: Deadline) -> Release:
        """The release that answers searches.

        Raises:
            SevenviewsError: NO_SERVING_RELEASE, or the vector service does not answer.
        """
        timeout = deadline.share(self._timeouts.vectors)
        return await _in_time(timeout, self._serving.get(lambda: self._index.serving_release(timeout)))

    async def by_id(self, release_id: str, deadline: Deadline) -> Release:
        """A release that the caller names. Raises RELEASE_NOT_FOUND."""
        return await self._index.release(release_id, deadline.share(self._timeouts.vectors))

    async def kept_current(self, deadline: Deadline) -> tuple[Release, ...]:
        """Every release that imports write to: building, serving, or kept for rollback."""
        timeout = deadline.share(self._timeouts.vectors)
        return await _in_time(timeout, self._current.get(lambda: self._index.releases(timeout)))

    async def promote(self, release_id: str, deadline: Deadline) -> Release:
        """Let a release answer searches. Raises RELEASE_NOT_FOUND and RELEASE_STATE."""
        release = await self._index.promote(release_id, deadline.share(self._timeouts.vectors))
        self.forget()
        return release

    def forget(self) -> None:
        """Ask anew: an answer has turned out to be outdated."""
        self._serving.forget()
        self._current.forget()

    async def ensure_serving(self, deadline: Deadline) -> Release:
        """The serving release; where there is no release at all, a first one of the default model.

        Where there are some and none serves, somebody must say which: another empty one would hide what they hold.

        Raises:
            SevenviewsError: NO_SERVING_RELEASE, naming the releases that there are, or because there is no default
                model either; or a service does not answer.
        """
        try:
            return await self.serving(deadline)
        except SevenviewsError as error:
            if error.reason is not Reason.NO_SERVING_RELEASE:
                raise
        release = await self._first(deadline)
        self.forget()
        return release

    async def _first(self, deadline: Deadline) -> Release:
        """Gateways that do this at once choose the same id and the same parameters, and end with the same release."""

        def timeout() -> float:
            return deadline.share(self._timeouts.vectors)

        releases = await self._index.releases(timeout())
        model = _default_of(await self._embedder.models(deadline.share(self._timeouts.embedding)))
        release_id = f"initial-{model.model_version[:12].lower()}" if model else ""
        begun = (release_id, ReleaseState.BUILDING)
        if any((one.release_id, one.state) != begun for one in releases):
            # There is one by now, or the answer says which there are and what to do.
            return await self._index.serving_release(timeout())
        if model is None:
            raise SevenviewsError(
                Reason.NO_SERVING_RELEASE,
                "there is no release, and the embedding service has no default model",
            )
        await self._index.create_release(release_id, model, timeout())
        await self._index.complete(release_id, timeout())
        try:
            release = await self._index.promote(release_id, timeout(), only_first=True)
        except SevenviewsError as error:
            if error.reason is not Reason.RELEASE_STATE:
                raise
            return await self._index.serving_release(timeout())
        log.info("first release promoted", release_id=release_id, model_version=model.model_version)
        return release


async def _in_time(seconds: float, answer: Awaitable[T]) -> T:
    # A caller may wait behind another one whose deadline is later.
    try:
        async with asyncio.timeout(seconds):
            return await answer
    except TimeoutError as error:
        raise SevenviewsError(
            Reason.DEADLINE_EXCEEDED, "the vectors service did not answer in time", {"service": "vectors"}
        ) from error


def _default_of(models: tuple[Model, ...]) -> Model | None:
    return next((model for model in models if model.is_default), None)
