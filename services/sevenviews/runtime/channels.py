"""Channels to our services: retries, keepalive, message limits, and the request id sent on."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import grpc

from sevenviews.runtime import proxies
from sevenviews.runtime.security import ClientTls, channel_credentials
from sevenviews.runtime.settings import MEBIBYTE
from sevenviews.runtime.telemetry import REQUEST_ID_KEY, request_id

MAX_ATTEMPTS = 5
"""The most that gRPC allows. Their pauses bridge some two seconds: a pod that goes, a leader that changes."""

_SERVICE_CONFIG = json.dumps(
    {
        "loadBalancingConfig": [{"round_robin": {}}],
        # Without methodConfig a retry policy is silently ignored. The empty name matches every method: all of
        # ours are idempotent, and a stream is retried only before its first message.
        "methodConfig": [
            {
                "name": [{}],
                "retryPolicy": {
                    "maxAttempts": MAX_ATTEMPTS,
                    "initialBackoff": "0.1s",
                    "maxBackoff": "1s",
                    "backoffMultiplier": 3,
                    # Unless the server pushes back, as the gateway does when it has tried itself: see TriedError.
                    # A server that stops cancels what reaches it in that very moment: it has not begun with it.
                    "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"],
                },
            }
        ],
        # Stops retries from making an outage worse: a tenth of a token is won back by each success.
        "retryThrottling": {"maxTokens": 100, "tokenRatio": 0.1},
    }
)


def channel_options(max_message_bytes: int = 64 * MEBIBYTE) -> list[tuple[str, Any]]:
    """The options of every channel of ours, for grpc and grpc.aio alike."""
    return [
        ("grpc.service_config", _SERVICE_CONFIG),
        ("grpc.enable_retries", 1),
        # A call is retried only if its messages fit here; the default of 256 KiB is less than a few sheets.
        ("grpc.per_rpc_retry_buffer_size", max_message_bytes),
        ("grpc.max_send_message_length", max_message_bytes),
        ("grpc.max_receive_message_length", max_message_bytes),
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        # A service that was restarted is found again quickly, and under a name's new addresses: gRPC would ask for
        # them every 30 s at most.
        ("grpc.dns_min_time_between_resolutions_ms", 1_000),
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.min_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 2_000),
    ]


def open_channel(
    address: str, max_message_bytes: int = 64 * MEBIBYTE, tls: ClientTls | None = None
) -> grpc.aio.Channel:
    """A channel to host:port, or dns:///name:port for a headless service, over all of whose addresses it spreads.

    Args:
        address: of the service.
        max_message_bytes: the service must allow as much.
        tls: None for plaintext.

    Raises:
        OSError: a file of `tls` cannot be read.
    """
    options = [*channel_options(max_message_bytes), *proxies.channel_options(address)]
    interceptors = [_SendRequestIdUnary(), _SendRequestIdUnaryStream(), _SendRequestIdStreamStream()]
    if tls is None:
        return grpc.aio.insecure_channel(address, options=options, interceptors=interceptors)
    return grpc.aio.secure_channel(
        address, channel_credentials(tls), options=options, interceptors=interceptors
    )


def open_blocking_channel(
    address: str,
    max_message_bytes: int = 64 * MEBIBYTE,
    tls: ClientTls | None = None,
    *,
    retries: bool = True,
) -> grpc.Channel:
    """The same for threads. Without retries for callers that try again themselves. Raises OSError."""
    settings = dict([*channel_options(max_message_bytes), *proxies.channel_options(address)])
    options = list((settings | {"grpc.enable_retries": int(retries)}).items())
    if tls is None:
        return grpc.insecure_channel(address, options=options)
    return grpc.secure_channel(address, channel_credentials(tls), options=options)


_BEGIN_SECONDS = 1.0
"""Before a channel is closed: a call that was just made on it has yet to come through the interceptors, and a channel
that is closing waits for those alone that have, and fails the rest."""


class RenewedChannel:
    """A channel that is opened anew at intervals, for a server that never ends a connection by itself.

    Only a new connection makes gRPC ask for the addresses behind a name again; without it, replicas that came later
    would get no request. The old one serves until the new one is connected: a name may have no address for seconds,
    as while KubeRay moves a Service from one cluster to the next. Made and used inside a running event loop.

    Args:
        open_one: opens a channel.
        seconds: after which a call makes another be opened, and the longest that its connection is waited for. The
            old one is closed when its calls are done.
        grace_seconds: the longest that such a call is waited for.
        clock: seconds.
    """

    def __init__(
        self,
        open_one: Callable[[], grpc.aio.Channel],
        seconds: float,
        grace_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_one = open_one
        self._seconds = seconds
        self._grace_seconds = grace_seconds
        self._clock = clock
        self._channel = open_one()
        self._renewed_at = clock()
        self._renewals: set[asyncio.Task[None]] = set()

    def __call__(self) -> grpc.aio.Channel:
        """The channel for a call that is made at once."""
        now = self._clock()
        if now >= self._renewed_at + self._seconds:
            self._renewed_at = now
            task = asyncio.ensure_future(self._renew())
            self._renewals.add(task)
            task.add_done_callback(self._renewals.discard)
        return self._channel

    async def _renew(self) -> None:
        fresh = self._open_one()
        try:
            await asyncio.wait_for(fresh.channel_ready(), self._seconds)
        except TimeoutError:
            await fresh.close()
            return
        except asyncio.CancelledError:
            await fresh.close()
            raise
        old, self._channel = self._channel, fresh
        try:
            await asyncio.sleep(_BEGIN_SECONDS)
        except asyncio.CancelledError:
            await old.close()
            raise
        await old.close(self._grace_seconds)

    async def close(self) -> None:
        """Close what is open; what runs fails."""
        for task in self._renewals:
            task.cancel()
        await asyncio.gather(self._channel.close(), *self._renewals, return_exceptions=True)


def _with_request_id(details: grpc.aio.ClientCallDetails) -> grpc.aio.ClientCallDetails:
    current = request_id.get()
    if not current:
        return details
    metadata = grpc.aio.Metadata(*(details.metadata or ()))
    if metadata.get(REQUEST_ID_KEY) is None:
        metadata.add(REQUEST_ID_KEY, current)
    return grpc.aio.ClientCallDetails(
        details.method, details.timeout, metadata, details.credentials, details.wait_for_ready
    )


class _SendRequestIdUnary(grpc.aio.UnaryUnaryClientInterceptor):
    async def intercept_unary_unary(
        self,
        continuation: Callable[[grpc.aio.ClientCallDetails, Any], Any],
        client_call_details: grpc.aio.ClientCallDetails,
        request: Any,
    ) -> Any:
        return await continuation(_with_request_id(client_call_details), request)


class _SendRequestIdUnaryStream(grpc.aio.UnaryStreamClientInterceptor):
    async def intercept_unary_stream(
        self,
        continuation: Callable[[grpc.aio.ClientCallDetails, Any], Any],
        client_call_details: grpc.aio.ClientCallDetails,
        request: Any,
    ) -> Any:
        return await continuation(_with_request_id(client_call_details), request)


class _SendRequestIdStreamStream(grpc.aio.StreamStreamClientInterceptor):
    async def intercept_stream_stream(
        self,
        continuation: Callable[[grpc.aio.ClientCallDetails, Any], Any],
        client_call_details: grpc.aio.ClientCallDetails,
        request_iterator: Any,
    ) -> Any:
        return await continuation(_with_request_id(client_call_details), request_iterator)
