"""What the audit holds of a call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from google.protobuf.message import Message

from sevenviews.gateway.audit.trail import AuditEvent, AuditTrail
from sevenviews.runtime.answers import name_of
from sevenviews.runtime.identity import NOBODY, Caller, Context, address_of
from sevenviews.runtime.interceptors import Testimony
from sevenviews.v1 import common_pb2, error_reason_pb2

_ONE = ("patent_id", "drawing_id", "release_id", "search_id")
_MANY = ("patent_ids", "drawing_ids")
_WITHIN = "queries"

_MOST_ITEMS = 1000
"""Of a stream, in one event."""


class AuditWitness:
    """Begins the record of a call."""

    def __init__(self, trail: AuditTrail) -> None:
        self._trail = trail

    def __call__(self, method: str, context: Context, request: str) -> CallRecord:
        return CallRecord(self._trail, method, address_of(context), request)


class CallRecord(Testimony):
    """Of one call."""

    def __init__(self, trail: AuditTrail, method: str, address: str, request_id: str) -> None:
        self._trail = trail
        self._method = method
        self._address = address
        self._request_id = request_id
        self._caller: Caller = NOBODY
        # In their order, each once.
        self._ids: dict[str, None] = {}
        self._of_items = False
        self._failed: dict[str, str] = {}

    def identified(self, caller: Caller) -> None:
        self._caller = caller

    def asked(self, request: Any) -> None:
        if isinstance(request, Message):
            self._ids = dict.fromkeys(_ids(request))

    def answered(self, response: Any) -> None:
        status = _status(response)
        if status is None:
            return  # not one of several items
        if not self._of_items:
            # What the request has asked for is told by its items.
            self._of_items, self._ids = True, {}
        item = next(_ids(response), "")
        if status.code:
            reason = name_of(error_reason_pb2.ErrorReason.DESCRIPTOR, status.reason)
            self._failed[item] = reason.removeprefix("ERROR_REASON_")
        else:
            self._ids[item] = None
        if len(self._ids) + len(self._failed) >= _MOST_ITEMS:
            self._write()

    def ended(self, code: str, reason: str, seconds: float) -> None:
        self._write(code, reason, seconds)

    def _write(self, code: str = "", reason: str = "", seconds: float = 0.0) -> None:
        self._trail.write(
            AuditEvent(
                time=datetime.now(UTC),
                caller=self._caller.name,
                credential=self._caller.credential,
                address=self._address,
                method=self._method,
                code=code,
                reason=reason,
                request_id=self._request_id,
                seconds=round(seconds, 6),
                ids=tuple(self._ids),
                failed=self._failed,
            )
        )
        self._ids, self._failed = {}, {}


def _status(response: Any) -> common_pb2.ItemStatus | None:
    """Of an item, where the response is about one: then it has the field, set or not."""
    field = response.DESCRIPTOR.fields_by_name.get("status") if isinstance(response, Message) else None
    if field is None or field.message_type is not common_pb2.ItemStatus.DESCRIPTOR:
        return None
    status: common_pb2.ItemStatus = response.status
    return status


def _ids(message: Any) -> Iterator[str]:
    """That a message names: of patents, drawings and releases; of a page of them, none."""
    fields = message.DESCRIPTOR.fields_by_name
    for name in _ONE:
        if name in fields and (value := getattr(message, name)):
            yield str(value)
    for name in _MANY:
        if name in fields:
            yield from map(str, getattr(message, name))
    if _WITHIN in fields:
        for query in message.queries:
            yield from _ids(query)
