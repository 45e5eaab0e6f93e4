"""RefreshService on the wire: records in and out of the journal, in threads."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC
from typing import Any, TypeVar

import grpc
from google.protobuf import json_format

from sevenviews.designs import Reason, SevenviewsError, size_of_page
from sevenviews.internal.v1 import refreshes_pb2, refreshes_pb2_grpc
from sevenviews.metadata.refresh_journal import JournalEntry, RefreshJournal
from sevenviews.runtime.deadlines import Deadline, in_thread
from sevenviews.runtime.wire import malformed, required

Context = grpc.aio.ServicerContext[Any, Any]
Result = TypeVar("Result")

_REFRESH_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_DEFAULT_PAGE_SIZE = 20
_MAX_PAGE_SIZE = 100


class RefreshServicer(refreshes_pb2_grpc.RefreshServiceServicer):
    """Translates.

    Args:
        journal: where records are kept.
        threads: where the database is waited for.
        default_seconds: of a request without a deadline.
    """

    def __init__(self, journal: RefreshJournal, threads: Executor, default_seconds: float = 30.0) -> None:
        self._journal = journal
        self._threads = threads
        self._default_seconds = default_seconds

    async def PutRefresh(  # noqa: N802
        self, request: refreshes_pb2.PutRefreshRequest, context: Context
    ) -> refreshes_pb2.PutRefreshResponse:
        entry = _entry(request.refresh)
        await self._in_thread(context, lambda: self._journal.put(entry))
        return refreshes_pb2.PutRefreshResponse()

    async def GetRefresh(  # noqa: N802
        self, request: refreshes_pb2.GetRefreshRequest, context: Context
    ) -> refreshes_pb2.GetRefreshResponse:
        document = await self._in_thread(context, lambda: self._journal.get(request.refresh_id))
        return refreshes_pb2.GetRefreshResponse(refresh=_record(document))

    async def ListRefreshes(  # noqa: N802
        self, request: refreshes_pb2.ListRefreshesRequest, context: Context
    ) -> refreshes_pb2.ListRefreshesResponse:
        size = size_of_page(request.page_size, _DEFAULT_PAGE_SIZE, _MAX_PAGE_SIZE)
        documents = await self._in_thread(context, lambda: self._journal.newest(size))
        return refreshes_pb2.ListRefreshesResponse(refreshes=map(_record, documents))

    async def _in_thread(self, context: Context, work: Callable[[], Result]) -> Result:
        deadline = Deadline.of_call(context, self._default_seconds)
        return await in_thread(self._threads, deadline, lambda _: work())


def _entry(refresh: refreshes_pb2.Refresh) -> JournalEntry:
    if not _REFRESH_ID.fullmatch(refresh.refresh_id):
        raise SevenviewsError(
            Reason.FIELD_MALFORMED,
            f"refresh_id {refresh.refresh_id!r} is not 1 to 40 lower-case letters, digits and hyphens",
            {"field": "refresh.refresh_id", "value": refresh.refresh_id},
        )
    if refresh.state == refreshes_pb2.REFRESH_STATE_UNSPECIFIED:
        raise required("refresh.state")
    if refresh.fencing_token < 1:
        raise required("refresh.fencing_token")
    if not refresh.HasField("started_time"):
        raise required("refresh.started_time")
    try:
        document = json_format.MessageToJson(refresh, indent=None)
    except json_format.SerializeToJsonError as error:
        # A number that JSON does not have, among the facts of a step.
        raise malformed("refresh.steps", "", str(error)) from error
    return JournalEntry(
        refresh.refresh_id,
        refreshes_pb2.RefreshState.Name(refresh.state).removeprefix("REFRESH_STATE_").lower(),
        refresh.fencing_token,
        refresh.started_time.ToDatetime(UTC),
        document,
    )


def _record(document: str) -> refreshes_pb2.Refresh:
    # A document of a newer version may have fields that this one does not know.
    return json_format.Parse(document, refreshes_pb2.Refresh(), ignore_unknown_fields=True)
