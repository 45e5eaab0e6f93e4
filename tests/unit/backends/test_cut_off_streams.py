"""Long listings that are cut off go on where they were, and what is told is told once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from sevenviews.backends.patent_client import PatentClient
from sevenviews.backends.records import (
    AuditReport,
    DrawingVector,
    LostObject,
    Model,
    PatentVectors,
    StoredVector,
)
from sevenviews.backends.vector_client import VectorClient
from sevenviews.designs import Drawing, Patent, Reason, SevenviewsError, View, drawing_id
from sevenviews.internal.v1 import patents_pb2, patents_pb2_grpc, vectors_pb2_grpc
from sevenviews.runtime.channels import open_channel
from sevenviews.vectors.servicer import Threads, VectorServicer
from tests.fakes.design_index import FakeDesignIndex
from tests.servers import ThreadedServer

GONE = SevenviewsError(Reason.DEPENDENCY_UNAVAILABLE, "gone", {"service": "milvus"})


class CutOff(FakeDesignIndex):
    """Gives so many rows, each in a portion of its own, and fails."""

    most = 1

    def _list(self, *args: Any, **kwargs: Any) -> Iterator[Sequence[StoredVector]]:
        rows = [row for portion in super()._list(*args, **kwargs) for row in portion]
        yield from ([row] for row in rows[: self.most])
        if len(rows) > self.most:
            raise GONE


async def test_a_release_is_listed_whole_in_however_many_streams() -> None:
    index = CutOff()
    with ThreadPoolExecutor(2) as threads:
        servicer = VectorServicer(index, Threads.shared(threads), 30.0, 30.0)
        with ThreadedServer(
            lambda server: vectors_pb2_grpc.add_VectorServiceServicer_to_server(servicer, server)
        ) as address:
            async with open_channel(address) as channel:
                client = VectorClient(channel)
                release = await client.create_release("r-1", Model("m-1", 8), 10)
                # The order of rows is not that of numbers, nor is that of ids with a hyphen that of ids without.
                patents = [vectors("USD1", 9), vectors("USD1", 10), vectors("USD1-2", 1), vectors("USD10", 2)]
                await client.upsert(release, patents, 10)
                told = [row async for rows in client.stored("r-1", [], 10) for row in rows]
                assert sorted((row.patent_id, row.generation) for row in told) == sorted(
                    (one.patent.patent_id, one.generation) for one in patents for _ in one.drawings
                )
                assert len({(row.drawing_id, row.generation) for row in told}) == len(told)
                # Of some patents it is short, and asked for again whole.
                with pytest.raises(SevenviewsError) as caught:
                    assert [row async for row in client.stored("r-1", ["USD1", "USD10"], 10)]
                assert caught.value.reason is Reason.DEPENDENCY_UNAVAILABLE
                index.most = 0
                with pytest.raises(SevenviewsError):
                    assert [row async for row in client.stored("r-1", [], 10)]


def vectors(patent_id: str, generation: int) -> PatentVectors:
    names = [drawing_id(patent_id, 1, number) for number in (1, 2)]
    patent = Patent(patent_id, drawings=tuple(Drawing(name, 1) for name in names))
    axis = np.eye(8, dtype=np.float32)[0]
    return PatentVectors(patent, generation, tuple(DrawingVector(name, View.FRONT, axis) for name in names))


class CutOffAudit(patents_pb2_grpc.PatentServiceServicer):
    """Tells of one key in each stream, deletes what it names, and fails."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    async def AuditDrawings(  # noqa: N802
        self, request: patents_pb2.AuditDrawingsRequest, context: Any
    ) -> AsyncIterator[patents_pb2.AuditDrawingsResponse]:
        self.asked.append((request.after_key, request.most_deleted))
        if request.after_key == "drawings/c":
            return
        key = {"": "drawings/a", "drawings/a": "drawings/b", "drawings/b": "drawings/c"}[request.after_key]
        lost = patents_pb2.DrawingDisagreement(
            object_key=key, reason="DRAWING_NOT_FOUND", repaired=request.repair
        )
        yield patents_pb2.AuditDrawingsResponse(
            record_count=2, object_count=3, last_key=key, disagreements=[lost]
        )
        raise GONE


@pytest.mark.parametrize("most", [None, 7])
async def test_an_audit_goes_on_and_deletes_no_more_than_was_allowed(most: int | None) -> None:
    servicer = CutOffAudit()  # type: ignore[abstract]  # nothing else is asked
    with ThreadedServer(
        lambda server: patents_pb2_grpc.add_PatentServiceServicer_to_server(servicer, server)
    ) as address:
        async with open_channel(address) as channel:
            reports = [one async for one in PatentClient(channel).audit(10, most)]
    lost = [LostObject("", f"drawings/{letter}", most is not None) for letter in "abc"]
    assert reports == [AuditReport(2, 3, (one,)) for one in lost]
    left = [7, 6, 5, 4] if most else [0, 0, 0, 0]
    keys = ["", "drawings/a", "drawings/b", "drawings/c"]
    assert servicer.asked == list(zip(keys, left, strict=True))
