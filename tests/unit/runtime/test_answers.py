"""An older reader and a newer server: every enum of every answer, set to a number that this version does not know."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import grpc
import numpy as np
import pytest
from google.protobuf import message_factory
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.type import date_pb2
from grpc_health.v1 import health_pb2

from sevenviews.backends.blocking import Addresses, Services
from sevenviews.backends.embedding_client import EmbeddingClient
from sevenviews.backends.patent_client import PatentClient
from sevenviews.backends.records import ImageInput, Model, PatentGeneration, PatentQuery, PutRules, Release
from sevenviews.backends.vector_client import VectorClient
from sevenviews.client import Client, ImportItem, Search
from sevenviews.designs import (
    DrawingSize,
    HagueRegistration,
    ImportOutcome,
    LocarnoClass,
    Patent,
    PatentFilter,
    Priority,
    Reason,
    SevenviewsError,
    View,
    ViewMatching,
)
from sevenviews.runtime.answers import name_of, patent_of_answer
from sevenviews.runtime.channels import open_channel
from sevenviews.runtime.status import error_from_item
from sevenviews.v1 import catalog_pb2, common_pb2, patent_pb2
from tests.descriptors import all_methods, enum_paths

NEWER = 4711
"""No enum of ours has this value."""

SECONDS = 10.0


def newer_answer(method: MethodDescriptor, path: Sequence[FieldDescriptor]) -> Message:
    """An answer with one element in every list on the way to the enum, which no one here has a word for."""
    answer: Message = message_factory.GetMessageClass(method.output_type)()
    message: Any = answer
    for field in path[:-1]:
        value = getattr(message, field.name)
        message = value.add() if field.is_repeated else value
        message.SetInParent()
    if path[-1].is_repeated:
        getattr(message, path[-1].name).append(NEWER)
    else:
        setattr(message, path[-1].name, NEWER)
    if path[-1].name == "reason":
        message.code = grpc.StatusCode.FAILED_PRECONDITION.value[0]
    return answer


class NewerServer(grpc.GenericRpcHandler):
    """Answers every call with the same message, whichever it is."""

    def __init__(self) -> None:
        self.answer: Message
        self._server = grpc.server(ThreadPoolExecutor(4), handlers=[self])
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any]:
        streams = {
            f"/{one.containing_service.full_name}/{one.name}" for one in all_methods() if _streams(one)
        }
        if handler_call_details.method in streams:
            return grpc.stream_stream_rpc_method_handler(
                lambda _requests, _context: iter([self.answer]),
                response_serializer=lambda answer: answer.SerializeToString(),
            )
        return grpc.unary_unary_rpc_method_handler(
            lambda _request, _context: self.answer,
            response_serializer=lambda answer: answer.SerializeToString(),
        )

    def stop(self) -> None:
        self._server.stop(None).wait()


def _streams(method: MethodDescriptor) -> bool:
    return bool(method.server_streaming)


@pytest.fixture(scope="module")
def newer() -> Iterator[NewerServer]:
    server = NewerServer()
    yield server
    server.stop()


RELEASE = Release("r-1", "m-1")
VECTOR = np.array([1.0, 0.0], np.float32)
IDS = ["USD1"]


class Readers:
    """Every way of ours to read each answer."""

    def __init__(self, address: str) -> None:
        self.client = Client(address, SECONDS)
        self.services = Services(Addresses(address, address, address), SECONDS)
        self.channel = open_channel(address)
        self.patents = PatentClient(self.channel)
        self.vectors = VectorClient(self.channel)
        self.embedding = EmbeddingClient(lambda: self.channel)

    async def close(self) -> None:
        self.client.close()
        self.services.close()
        await self.channel.close()


def imported(client: Client) -> None:
    (result,) = client.import_patents([ImportItem(Patent("USD1"), {})])
    assert result.outcome in (ImportOutcome.OTHER, ImportOutcome.FAILED)


def refused(services: Services) -> None:
    with pytest.raises(SevenviewsError) as caught:
        services.embed(b"image", "m-1")
    assert caught.value.metadata == {"unknown_reason": str(NEWER)}


BLOCKING: dict[str, Sequence[Callable[[Readers], object]]] = {
    "SearchDesigns": [lambda to: to.client.search([b"image"])],
    "BatchSearchDesigns": [lambda to: list(to.client.search_many([Search("one", [b"image"])]))],
    "ImportPatents": [lambda to: imported(to.client)],
    "GetCatalogPatent": [lambda to: to.client.get_patent("USD1")],
    "BatchGetCatalogPatents": [lambda to: list(to.client.get_patents(IDS))],
    "BatchGetCatalogDrawings": [lambda to: list(to.client.get_drawings(IDS))],
    "GetCatalogFacets": [lambda to: to.client.facets()],
    "ListSearchReleases": [lambda to: to.client.releases()],
    "PromoteSearchRelease": [lambda to: to.client.promote_release("r-1")],
    "ListCatalogPatents": [lambda to: to.client.list_patents()],
    "GetRefresh": [lambda to: to.services.refresh("f-1")],
    "ListRefreshes": [lambda to: to.services.refreshes()],
    "EmbedImages": [lambda to: refused(to.services)],
    "SearchVectors": [lambda to: to.services.search(RELEASE, VECTOR, 10)],
    "ListVectors": [lambda to: list(to.services.stored("r-1"))],
}
"""Of Client and of the refresh's Services, by method."""

ASYNC: dict[str, Callable[[Readers], Awaitable[object]]] = {
    "EmbedImages": lambda to: to.embedding.embed([ImageInput(b"image")], "m-1", SECONDS),
    "SearchPatents": lambda to: to.vectors.search_patents(
        RELEASE, [PatentQuery(VECTOR)], PatentFilter(), ViewMatching.PREFER, 10, SECONDS
    ),
    "GetServingRelease": lambda to: to.vectors.serving_release(SECONDS),
    "GetRelease": lambda to: to.vectors.release("r-1", SECONDS),
    "ListReleases": lambda to: to.vectors.releases(SECONDS),
    "CreateRelease": lambda to: to.vectors.create_release("r-1", Model("m-1", 2), SECONDS),
    "CompleteRelease": lambda to: to.vectors.complete("r-1", SECONDS),
    "PromoteRelease": lambda to: to.vectors.promote("r-1", SECONDS),
    "PutPatent": lambda to: to.patents.put(Patent("USD1"), {}, PutRules(), SECONDS),
    "PublishPatents": lambda to: to.patents.publish([PatentGeneration("USD1", 1)], SECONDS),
    "BatchGetDrawingImages": lambda to: to.patents.images(IDS, DrawingSize.SMALL, SECONDS),
    "BatchGetPatents": lambda to: to.patents.get_records(IDS, SECONDS),
    "CountFacets": lambda to: to.patents.facets(PatentFilter(), [], 10, SECONDS),
    "ListPatents": lambda to: to.patents.page(PatentFilter(), 10, "", SECONDS),
}
"""Of the clients of backends."""

WAYS = [(method, path) for method in all_methods() for path in enum_paths(method.output_type)]


def test_every_answer_that_holds_an_enum_has_a_reader_here() -> None:
    assert {method.name for method, _ in WAYS} == {*BLOCKING, *ASYNC}


@pytest.mark.parametrize(
    ("method", "path"),
    WAYS,
    ids=[".".join((method.name, *(field.name for field in path))) for method, path in WAYS],
)
async def test_an_answer_of_a_newer_server_is_read(
    method: MethodDescriptor, path: Sequence[FieldDescriptor], newer: NewerServer
) -> None:
    newer.answer = newer_answer(method, path)
    readers = Readers(newer.address)
    try:
        for read in BLOCKING.get(method.name, ()):
            await asyncio.to_thread(read, readers)
        if method.name in ASYNC:
            await ASYNC[method.name](readers)
    finally:
        await readers.close()


def test_a_patent_of_a_newer_server_keeps_what_is_known() -> None:
    known = common_pb2.LocarnoClass(class_number=7, subclass_number=1)
    wire = patent_pb2.Patent(
        patent_id="USD1",
        title="Teapot",
        locarno=[known, common_pb2.LocarnoClass(class_number=33)],
        drawings=[patent_pb2.Drawing(drawing_id="a"), patent_pb2.Drawing(drawing_id="b", view=NEWER)],  # type: ignore[arg-type]
        filing_date=date_pb2.Date(year=2020, month=13, day=1),
        publication_date=date_pb2.Date(year=2021, month=2, day=3),
        citations=[patent_pb2.Citation(document="USD0", date=date_pb2.Date(year=2019, month=2, day=30))],
        priorities=[patent_pb2.PriorityClaim(number="1", date=date_pb2.Date(year=2019, month=2, day=30))],
        hague=patent_pb2.HagueRegistration(number="DM/1", filing_date=date_pb2.Date(year=2019, day=30)),
    )
    patent = patent_of_answer(wire)
    assert (patent.title, patent.locarno) == ("Teapot", (LocarnoClass(7, 1),))
    assert [one.view for one in patent.drawings] == [View.UNKNOWN, View.OTHER]
    assert (patent.filing_date, patent.publication_date) == (None, date(2021, 2, 3))
    assert [(one.document, one.date) for one in patent.citations] == [("USD0", None)]
    assert patent.priorities == (Priority("", "1"),)
    assert patent.hague == HagueRegistration("DM/1")
    assert wire.filing_date.month == 13, "the answer itself is left as it came"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (grpc.StatusCode.UNAVAILABLE, Reason.DEPENDENCY_UNAVAILABLE),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, Reason.OVERLOADED),
        (grpc.StatusCode.FAILED_PRECONDITION, Reason.INTERNAL),
    ],
)
def test_a_reason_of_a_newer_server_is_what_its_code_means(code: grpc.StatusCode, reason: Reason) -> None:
    status = common_pb2.ItemStatus(code=code.value[0], reason=NEWER, message="why", metadata={"field": "x"})  # type: ignore[arg-type]
    error = error_from_item(status)
    assert error is not None
    assert (error.reason, error.message) == (reason, "why")
    assert error.metadata == {"field": "x", "unknown_reason": "4711"}


def test_a_value_without_a_name_is_named_by_its_number() -> None:
    assert name_of(catalog_pb2.ImportOutcome.DESCRIPTOR, catalog_pb2.IMPORT_OUTCOME_CREATED) == "CREATED"
    assert name_of(catalog_pb2.ImportOutcome.DESCRIPTOR, NEWER) == "4711"
    assert name_of(health_pb2.HealthCheckResponse.ServingStatus.DESCRIPTOR, 0) == "UNKNOWN"
