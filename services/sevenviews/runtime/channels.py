"""Channels to our services: retries, keepalive, message limits, and the request id sent on."""

from __future__ import annotations

import json
from typing import Any

import grpc

from sevenviews.runtime import proxies
from sevenviews.runtime.bearer import Bearer, SendBearer
from sevenviews.runtime.endings import as_the_server_ended
from sevenviews.runtime.renewal import Renewal, RenewedBlockingChannel, RenewedChannel
from sevenviews.runtime.security import ClientTls, channel_credentials
from sevenviews.runtime.settings import MEBIBYTE
from sevenviews.runtime.telemetry import REQUEST_ID_KEY, request_id
from sevenviews.runtime.tracing import NO_TRACING, Tracing

MAX_ATTEMPTS = 5
"""The most that gRPC allows. Their pauses bridge some two seconds: a pod that goes, a leader that changes."""

_LONGEST_CALL_SECONDS = 24 * 3600.0
"""An import, or a release that is read through, may last so long over a channel whose certificate was renewed."""

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
    address: str,
    max_message_bytes: int = 64 * MEBIBYTE,
    tls: ClientTls | None = None,
    bearer: Bearer | None = None,
    tracing: Tracing = NO_TRACING,
) -> grpc.aio.Channel:
    """A channel to host:port, or dns:///name:port for a headless service, over all of whose addresses it spreads.

    With TLS it is opened anew, while calls go on, when a file of `tls` has changed.

    Args:
        address: of the service.
        max_message_bytes: the service must allow as much.
        tls: None for plaintext.
        bearer: the credential that every call is sent with.
        tracing: of the service that calls.

    Raises:
        OSError: a file of `tls` cannot be read.
        ValueError: it does not go with the others.
    """
    options = [*channel_options(max_message_bytes), *proxies.channel_options(address)]
    interceptors = [
        *tracing.client_interceptors(),
        # No method of ours takes a stream and gives one answer.
        *(kind(bearer) for kind in (_SendUnary, _SendUnaryStream, _SendStreamStream)),
    ]
    if tls is None:
        return grpc.aio.insecure_channel(address, options=options, interceptors=interceptors)
    options += tls.channel_options()
    renewal = Renewal(tls.files())
    return RenewedChannel(
        lambda: grpc.aio.secure_channel(
            address, channel_credentials(renewal.pem), options=options, interceptors=interceptors
        ),
        renewal,
        patience_seconds=None,
        grace_seconds=_LONGEST_CALL_SECONDS,
    )


def open_blocking_channel(
    address: str,
    max_message_bytes: int = 64 * MEBIBYTE,
    tls: ClientTls | None = None,
    *,
    retries: bool = True,
    bearer: Bearer | None = None,
) -> grpc.Channel:
    """The same for threads. Without retries for callers that try again themselves. Raises OSError and ValueError."""
    settings = dict([*channel_options(max_message_bytes), *proxies.channel_options(address)])
    options = list((settings | {"grpc.enable_retries": int(retries)}).items())
    channel = _blocking_channel(address, options, tls)
    return channel if bearer is None else grpc.intercept_channel(channel, SendBearer(bearer))


def _blocking_channel(address: str, options: list[tuple[str, Any]], tls: ClientTls | None) -> grpc.Channel:
    if tls is None:
        return grpc.insecure_channel(address, options=options)
    options += tls.channel_options()
    renewal = Renewal(tls.files())
    return RenewedBlockingChannel(
        lambda: grpc.secure_channel(address, channel_credentials(renewal.pem), options=options), renewal
    )


class _Sender:
    """Sends the request id on, and the credential along."""

    def __init__(self, bearer: Bearer | None) -> None:
        self._bearer = bearer

    def _with(self, details: grpc.aio.ClientCallDetails) -> grpc.aio.ClientCallDetails:
        metadata = grpc.aio.Metadata(*(details.metadata or ()))
        current = request_id.get()
        if current and metadata.get(REQUEST_ID_KEY) is None:
            metadata.add(REQUEST_ID_KEY, current)
        if self._bearer is not None:
            metadata.add(*self._bearer.metadata())
        return grpc.aio.ClientCallDetails(
            details.method, details.timeout, metadata, details.credentials, details.wait_for_ready
        )


class _SendUnary(_Sender, grpc.aio.UnaryUnaryClientInterceptor):
    async def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        return await continuation(self._with(client_call_details), request)


class _SendUnaryStream(_Sender, grpc.aio.UnaryStreamClientInterceptor):
    async def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        return await continuation(self._with(client_call_details), request)


class _SendStreamStream(_Sender, grpc.aio.StreamStreamClientInterceptor):
    async def intercept_stream_stream(
        self, continuation: Any, client_call_details: Any, request_iterator: Any
    ) -> Any:
        return as_the_server_ended(await continuation(self._with(client_call_details), request_iterator))
