"""AuditService on the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.gateway.audit.trail import AuditEvent, AuditTrail
from sevenviews.runtime.wire import malformed
from sevenviews.v1 import audit_pb2, audit_pb2_grpc

AUDIT = "sevenviews.v1.AuditService"

_READ_AT_ONCE = 500

Context = grpc.aio.ServicerContext[Any, Any]


class AuditServicer(audit_pb2_grpc.AuditServiceServicer):
    """Translates."""

    def __init__(self, trail: AuditTrail | None) -> None:
        self._trail = trail

    async def ReadAuditEvents(  # noqa: N802 - named by the proto
        self, request: audit_pb2.ReadAuditEventsRequest, context: Context
    ) -> AsyncIterator[audit_pb2.ReadAuditEventsResponse]:
        if self._trail is None:
            raise SevenviewsError(Reason.AUDIT_NOT_KEPT, "this gateway keeps no audit: set audit_directory")
        events = _wanted(self._trail.read(_time(request, "start_time"), _time(request, "end_time")), request)
        while found := await asyncio.to_thread(list, islice(events, _READ_AT_ONCE)):
            for event in found:
                yield audit_pb2.ReadAuditEventsResponse(event=event_to_wire(event))


def event_to_wire(event: AuditEvent) -> audit_pb2.AuditEvent:
    """The whole event."""
    told = audit_pb2.AuditEvent(
        **event.model_dump(exclude={"time", "seconds", "ids", "failed"}), ids=event.ids, failed=event.failed
    )
    told.time.FromDatetime(event.time)
    told.duration.FromNanoseconds(round(event.seconds * 1e9))
    return told


def _wanted(events: Iterator[AuditEvent], request: audit_pb2.ReadAuditEventsRequest) -> Iterator[AuditEvent]:
    for event in events:
        if request.caller not in {"", event.caller}:
            continue
        if request.id and request.id not in event.ids and request.id not in event.failed:
            continue
        yield event


def _time(request: audit_pb2.ReadAuditEventsRequest, field: str) -> datetime | None:
    if not request.HasField(field):  # type: ignore[arg-type]
        return None
    stamp: Timestamp = getattr(request, field)
    try:
        return stamp.ToDatetime(UTC)
    except (ValueError, OverflowError):
        raise malformed(field, "", "not a time of the years 1 to 9999") from None
