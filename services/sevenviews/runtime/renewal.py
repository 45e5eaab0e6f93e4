"""Channels that are opened anew under way: to find new addresses, or to show a renewed certificate.

gRPC's own channels do neither: the credentials of one never change, and only a new connection makes it ask for the
addresses behind a name again. What is here looks like a channel of gRPC to the stubs made of it.
"""

from __future__ import annotations

import asyncio
import threading
import time
from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import grpc

from sevenviews.runtime.certificates import CertificateFiles, Pem

_BEGIN_SECONDS = 1.0
"""Before a channel is closed: a call that was just made on it has yet to come through the interceptors, and a channel
that is closing waits for those alone that have, and fails the rest."""


class Interval:
    """Is due once every so many seconds, by a clock of seconds."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._since = clock()

    def __call__(self) -> bool:
        now = self._clock()
        if now < self._since + self._seconds:
            return False
        self._since = now
        return True


class Renewal:
    """Is due once whenever the files of a certificate hold another one.

    Args:
        files: are looked at, which costs some microseconds, whenever this is asked.
    """

    def __init__(self, files: CertificateFiles) -> None:
        self._files = files
        self._known = files()

    def __call__(self) -> bool:
        now = self._files()
        due = now != self._known
        self._known = now
        return due

    @property
    def pem(self) -> Pem:
        """What a channel that is opened now shows and believes."""
        return self._known


class _Method:
    """A method of a service, called on the channel of the moment."""

    def __init__(self, channel: Callable[[], Any], kind: str, of: Any, more: Any) -> None:
        self._channel = channel
        self._make: Callable[[Any], Any] = lambda channel: getattr(channel, kind)(*of, **more)
        self._made: tuple[Any, Any] = (None, None)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return self._now()(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        # with_call and future, of the blocking ones.
        return getattr(self._now(), name)

    def _now(self) -> Any:
        channel = self._channel()
        if self._made[0] is not channel:
            self._made = (channel, self._make(channel))
        return self._made[1]


class _Methods:
    """Of services, called on the channel of the moment."""

    @abstractmethod
    def __call__(self) -> Any:
        """That channel."""

    def unary_unary(self, *of: Any, **more: Any) -> Any:
        return _Method(self, "unary_unary", of, more)

    def unary_stream(self, *of: Any, **more: Any) -> Any:
        return _Method(self, "unary_stream", of, more)

    def stream_unary(self, *of: Any, **more: Any) -> Any:
        return _Method(self, "stream_unary", of, more)

    def stream_stream(self, *of: Any, **more: Any) -> Any:
        return _Method(self, "stream_stream", of, more)


class RenewedChannel(_Methods, grpc.aio.Channel):
    """A channel that is opened anew when it is due. Made and used inside a running event loop.

    The old one serves until the new one is connected: a name may have no address for seconds, as while KubeRay moves
    a Service from one cluster to the next, and a server may learn of a new CA after its clients. One that is not
    connected is left at once: with an ended certificate it never would be again.

    Args:
        open_one: opens a channel.
        is_due: asked at every call.
        patience_seconds: the longest that a new connection is waited for; None: until there is a newer one.
        grace_seconds: the longest that calls on the old channel are waited for.
    """

    def __init__(
        self,
        open_one: Callable[[], grpc.aio.Channel],
        is_due: Callable[[], bool],
        patience_seconds: float | None,
        grace_seconds: float,
    ) -> None:
        self._open_one = open_one
        self._is_due = is_due
        self._patience_seconds = patience_seconds
        self._grace_seconds = grace_seconds
        self._channel = self._newest = open_one()
        self._renewals: set[asyncio.Task[None]] = set()

    def __call__(self) -> grpc.aio.Channel:
        """The channel for a call that is made at once."""
        if self._is_due():
            self._newest = self._open_one()
            if self._channel.get_state() is grpc.ChannelConnectivity.READY:
                self._keep(self._move_when_connected(self._newest))
            else:
                self._keep(self._retire(self._moved(self._newest)))
        return self._channel

    async def _move_when_connected(self, fresh: grpc.aio.Channel) -> None:
        try:
            await asyncio.wait_for(fresh.channel_ready(), self._patience_seconds)
        except (TimeoutError, asyncio.CancelledError) as error:
            await fresh.close()
            if isinstance(error, asyncio.CancelledError):
                raise
            return
        if fresh is self._newest:
            await self._retire(self._moved(fresh))
        else:
            await fresh.close()

    def _moved(self, fresh: grpc.aio.Channel) -> grpc.aio.Channel:
        """Use another channel; the one before."""
        old, self._channel = self._channel, fresh
        return old

    async def _retire(self, old: grpc.aio.Channel) -> None:
        try:
            await asyncio.sleep(_BEGIN_SECONDS)
            await old.close(self._grace_seconds)
        finally:
            await old.close()

    def _keep(self, renewal: Any) -> None:
        task = asyncio.ensure_future(renewal)
        self._renewals.add(task)
        task.add_done_callback(self._renewals.discard)

    async def close(self, grace: float | None = None) -> None:
        """Close what is open; what runs fails."""
        for task in self._renewals:
            task.cancel()
        await asyncio.gather(self._channel.close(grace), *self._renewals, return_exceptions=True)

    async def __aenter__(self) -> RenewedChannel:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:
        return self._channel.get_state(try_to_connect)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        await self._channel.wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        await self._channel.channel_ready()


class RenewedBlockingChannel(_Methods, grpc.Channel):
    """The same for threads. Every call is made on the newest channel; those before stay open until this one is
    closed, because to close one would end its calls. Once their servers end their connections, they cost nothing."""

    def __init__(self, open_one: Callable[[], grpc.Channel], is_due: Callable[[], bool]) -> None:
        self._open_one = open_one
        self._is_due = is_due
        self._opening = threading.Lock()
        self._channels = [open_one()]

    def __call__(self) -> grpc.Channel:
        """The channel for a call that is made at once."""
        with self._opening:
            if self._is_due():
                self._channels.append(self._open_one())
            return self._channels[-1]

    def close(self) -> None:
        """Close what is open; what runs fails."""
        for channel in self._channels:
            channel.close()

    def __enter__(self) -> RenewedBlockingChannel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def subscribe(
        self, callback: Callable[[grpc.ChannelConnectivity], None], try_to_connect: bool | None = False
    ) -> None:
        self().subscribe(callback, bool(try_to_connect))

    def unsubscribe(self, callback: Callable[[grpc.ChannelConnectivity], None]) -> None:
        for channel in self._channels:
            channel.unsubscribe(callback)
