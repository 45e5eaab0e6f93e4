"""The one table from reasons to gRPC status codes, and both directions of the rich status."""

from __future__ import annotations

from types import MappingProxyType
from typing import cast

import grpc
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.runtime.answers import name_of
from sevenviews.runtime.presentable import presentable
from sevenviews.v1 import common_pb2, error_reason_pb2

DOMAIN = "sevenviews"
DETAILS_KEY = "grpc-status-details-bin"
_OVERLOADED_SECONDS = 1.0
"""When to try again where an overloaded server cannot say."""
PUSHBACK = ("grpc-retry-pushback-ms", "-1")
"""Trailing metadata that ends the retries of whoever called (gRPC's proposal A6: negative means not to retry)."""

_INVALID = (
    Reason.FIELD_REQUIRED,
    Reason.FIELD_OUT_OF_RANGE,
    Reason.FIELD_MALFORMED,
    Reason.PAGE_TOKEN_INVALID,
    Reason.IMAGE_EMPTY,
    Reason.IMAGE_FORMAT_UNSUPPORTED,
    Reason.IMAGE_CORRUPT,
    Reason.IMAGE_TOO_LARGE,
    Reason.IMAGE_TOO_SMALL,
    Reason.IMAGE_BLANK,
    Reason.IMAGE_ANIMATED,
    Reason.CROP_BOX_INVALID,
    Reason.PATENT_WITHOUT_DRAWINGS,
    Reason.PATENT_INVALID,
    Reason.DRAWING_INVALID,
    Reason.EMBEDDING_DIMENSION_MISMATCH,
    Reason.EMBEDDING_INVALID,
)
_NOT_FOUND = (
    Reason.PATENT_NOT_FOUND,
    Reason.DRAWING_NOT_FOUND,
    Reason.DRAWING_CONTENT_MISSING,
    Reason.RELEASE_NOT_FOUND,
    Reason.MODEL_NOT_FOUND,
    Reason.REFRESH_NOT_FOUND,
)
_FAILED_PRECONDITION = (
    Reason.PAGE_TOKEN_EXPIRED,
    Reason.NO_SERVING_RELEASE,
    Reason.PATENT_NOT_PUBLISHED,
    Reason.EMBEDDING_MODEL_MISMATCH,
    Reason.RELEASE_STATE,
    Reason.REFRESH_FENCED,
    Reason.REFRESH_REFUSED,
    Reason.REPAIR_REFUSED,
    Reason.CORPUS_EMPTY,
    Reason.AUDIT_NOT_KEPT,
)
_EXHAUSTED = (
    Reason.MESSAGE_TOO_LARGE,
    Reason.OVERLOADED,
    Reason.QUOTA_EXCEEDED,
    Reason.STORAGE_FULL,
)
_UNAUTHENTICATED = (
    Reason.CREDENTIAL_MISSING,
    Reason.CREDENTIAL_INVALID,
    Reason.CREDENTIAL_EXPIRED,
)

CODES = MappingProxyType(
    {
        **dict.fromkeys(_INVALID, grpc.StatusCode.INVALID_ARGUMENT),
        **dict.fromkeys(_NOT_FOUND, grpc.StatusCode.NOT_FOUND),
        **dict.fromkeys(_FAILED_PRECONDITION, grpc.StatusCode.FAILED_PRECONDITION),
        **dict.fromkeys(_EXHAUSTED, grpc.StatusCode.RESOURCE_EXHAUSTED),
        **dict.fromkeys(_UNAUTHENTICATED, grpc.StatusCode.UNAUTHENTICATED),
        Reason.ROLE_MISSING: grpc.StatusCode.PERMISSION_DENIED,
        Reason.PATENT_CONTENT_CONFLICT: grpc.StatusCode.ALREADY_EXISTS,
        Reason.RELEASE_CONFLICT: grpc.StatusCode.ALREADY_EXISTS,
        Reason.PATENT_GENERATION_STALE: grpc.StatusCode.ABORTED,
        Reason.ETAG_MISMATCH: grpc.StatusCode.ABORTED,
        Reason.REFRESH_LOCKED: grpc.StatusCode.ABORTED,
        Reason.DEPENDENCY_UNAVAILABLE: grpc.StatusCode.UNAVAILABLE,
        Reason.DRAINING: grpc.StatusCode.UNAVAILABLE,
        Reason.DEADLINE_EXCEEDED: grpc.StatusCode.DEADLINE_EXCEEDED,
        Reason.MODEL_BUNDLE_INVALID: grpc.StatusCode.INTERNAL,
        Reason.INTERNAL: grpc.StatusCode.INTERNAL,
    }
)
"""Every reason and its code. error_reason.proto promises the same to clients."""

CODES_OF_CALLS = ("OK", *sorted({code.name for code in CODES.values()} | {"CANCELLED"}))
"""What a call of a server of ours may end with."""

CALLERS_FAULTS = frozenset(
    {grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.ALREADY_EXISTS, grpc.StatusCode.ABORTED}
)
"""Codes of what the caller of an import has to mend. The same import would fail again, however well we are."""

# What a bare code means when no reason came with it: gRPC itself made the status.
_REASON_OF_BARE_CODE = MappingProxyType(
    {
        grpc.StatusCode.UNAVAILABLE: Reason.DEPENDENCY_UNAVAILABLE,
        # By the server, which stops; a caller that cancels hears nothing of it.
        grpc.StatusCode.CANCELLED: Reason.DEPENDENCY_UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED: Reason.DEADLINE_EXCEEDED,
        grpc.StatusCode.RESOURCE_EXHAUSTED: Reason.OVERLOADED,
    }
)


class TriedError(SevenviewsError):
    """A failure that this server has tried to overcome already, as often as retries may.

    Its caller's channel is told not to try again: retries of two layers would multiply, and make an outage worse.
    """


def code_of(reason: Reason) -> grpc.StatusCode:
    """The gRPC status code of a reason."""
    return CODES[reason]


def to_rpc_status(error: SevenviewsError) -> status_pb2.Status:
    """The rich status of an error, presentable: code, message, ErrorInfo, and RetryInfo where waiting is worth it."""
    told = presentable(error)
    details = [error_details_pb2.ErrorInfo(reason=told.reason.value, domain=DOMAIN, metadata=told.metadata)]
    if (seconds := _retry_seconds(told)) is not None:
        wait = error_details_pb2.RetryInfo()
        wait.retry_delay.FromNanoseconds(round(seconds * 1e9))
        details.append(wait)
    status = status_pb2.Status(code=_number(code_of(told.reason)), message=told.message)
    for detail in details:
        status.details.add().Pack(detail)
    return status


Refusal = tuple[grpc.StatusCode, str, tuple[tuple[str, str | bytes], ...]]


def refusal(error: SevenviewsError) -> Refusal:
    """What ends a call with an error: code, message, and the trailing metadata, below 4 KiB.

    They are the arguments of `ServicerContext.abort`.
    """
    status = to_rpc_status(error)
    trailers = rpc_status.to_status(status).trailing_metadata
    return (
        code_of(error.reason),
        status.message,
        (*trailers, PUSHBACK) if isinstance(error, TriedError) else trailers,
    )


def _retry_seconds(error: SevenviewsError) -> float | None:
    if error.retry_seconds is None and error.reason is Reason.OVERLOADED:
        return _OVERLOADED_SECONDS
    return error.retry_seconds


def item_status(error: SevenviewsError) -> common_pb2.ItemStatus:
    """The status of one item of a batch or a stream, presentable."""
    told = presentable(error)
    return common_pb2.ItemStatus(
        code=_number(code_of(told.reason)),
        reason=error_reason_pb2.ErrorReason.Value(f"ERROR_REASON_{told.reason.value}"),
        message=told.message,
        metadata=told.metadata,
    )


def error_from_item(status: common_pb2.ItemStatus) -> SevenviewsError | None:
    """The error that an item's status reports; None for OK."""
    if status.code == code_pb2.OK:
        return None
    name = name_of(error_reason_pb2.ErrorReason.DESCRIPTOR, status.reason)
    return _reported(name, status.code, status.message, dict(status.metadata))


def error_from_rpc(error: grpc.RpcError, service: str = "") -> SevenviewsError:
    """The error that a failed call reports.

    Args:
        error: what a stub raised.
        service: who was called; it is named where gRPC itself made the status, so that nobody else can.
    """
    call = cast(grpc.Call, error)  # every RpcError that a stub raises is also a Call
    info = error_details_pb2.ErrorInfo()
    details = call.details() or ""
    if _detail(call, info) and info.domain == DOMAIN:
        number = _number(call.code())
        return _reported(info.reason, number, details, dict(info.metadata), _told_to_wait(call))
    reason = _REASON_OF_BARE_CODE.get(call.code(), Reason.INTERNAL)
    if reason is Reason.OVERLOADED and "larger than max" in details:
        reason = Reason.MESSAGE_TOO_LARGE
    metadata = {"service": service} if service else {}
    return SevenviewsError(reason, _bare_message(call.code(), details, service), metadata)


def _bare_message(code: grpc.StatusCode, details: str, service: str) -> str:
    who = f"the {service} service" if service else "the server"
    if code is grpc.StatusCode.UNAVAILABLE:
        return f"{who} does not answer: {details}"
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return f"{who} did not answer in time"
    if code is grpc.StatusCode.CANCELLED:
        return f"{who} stopped before it answered"
    return f"{who} failed ({code.name}): {details}"


def _detail(error: grpc.Call, detail: Message) -> bool:
    """Whether the rich status has such a detail, which is then filled."""
    try:
        status = rpc_status.from_call(error)
    except ValueError:  # code or message disagree with the trailer: a proxy rewrote them
        return False
    return any(one.Unpack(detail) for one in status.details) if status is not None else False


def _told_to_wait(error: grpc.Call) -> float | None:
    wait = error_details_pb2.RetryInfo()
    return wait.retry_delay.ToTimedelta().total_seconds() if _detail(error, wait) else None


def _reported(
    name: str, code: int, message: str, metadata: dict[str, str], retry_seconds: float | None = None
) -> SevenviewsError:
    """A reason that only a newer server knows becomes what its code alone would mean; its name is kept beside it."""
    if name in Reason.__members__:
        return SevenviewsError(Reason(name), message, metadata, retry_seconds)
    meant = {_number(bare): reason for bare, reason in _REASON_OF_BARE_CODE.items()}
    return SevenviewsError(
        meant.get(code, Reason.INTERNAL), message, {**metadata, "unknown_reason": name}, retry_seconds
    )


def _number(code: grpc.StatusCode) -> int:
    number: int = code.value[0]
    return number
