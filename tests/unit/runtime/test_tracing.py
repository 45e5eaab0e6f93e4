"""One search is one trace, through all services, from the caller's own span on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import grpc
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from sevenviews.client import ImportItem
from sevenviews.designs import Drawing, Patent, Reason, SevenviewsError, View, drawing_id
from sevenviews.embedding.replies import reply
from sevenviews.runtime.tracing import NO_TRACING, Tracing, open_tracing
from sevenviews.v1 import search_pb2, search_pb2_grpc
from tests.fakes.house import House, running_house
from tests.unit.embedding.test_replies import FakeContext
from tests.unit.metadata.samples import image

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = "00f067aa0ba902b7"
TRACEPARENT = ("traceparent", f"00-{TRACE}-{CALLER}-01")
DRAWING = drawing_id("USD1", 1, 1)
PATENT = Patent("USD1", drawings=(Drawing(DRAWING, 1, View.FRONT, "1"),))


@pytest.fixture(scope="module")
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture(scope="module")
def tracing(spans: InMemorySpanExporter) -> Tracing:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    return Tracing(provider)


@pytest.fixture(scope="module")
def house(tracing: Tracing, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("traced"), tracing=tracing) as running:
        with running.client() as client:
            list(client.import_patents([ImportItem(PATENT, {DRAWING: image(200)})]))
        yield running


def of_trace(spans: InMemorySpanExporter, trace: str = TRACE) -> Sequence[ReadableSpan]:
    return [one for one in spans.get_finished_spans() if format(one.context.trace_id, "032x") == trace]


def search(house: House, *metadata: tuple[str, str]) -> None:
    with grpc.insecure_channel(house.gateway) as channel:
        request = search_pb2.SearchDesignsRequest()
        request.queries.add(content=image(210))
        search_pb2_grpc.SearchServiceStub(channel).SearchDesigns(request, timeout=30, metadata=metadata)


def test_a_search_is_one_trace(house: House, spans: InMemorySpanExporter) -> None:
    search(house, TRACEPARENT)
    found = of_trace(spans)
    served = {one.name.rpartition("/")[2]: one for one in found if one.kind is SpanKind.SERVER}
    assert {"SearchDesigns", "EmbedImages", "SearchPatents", "BatchGetPatents"} <= served.keys()
    gateway = served["SearchDesigns"]
    assert gateway.parent is not None
    assert format(gateway.parent.span_id, "016x") == CALLER
    sent = {one.context.span_id: one for one in found if one.kind is SpanKind.CLIENT}
    for name in served.keys() - {"SearchDesigns"}:
        parent = served[name].parent
        assert parent is not None
        call = sent[parent.span_id]
        assert call.parent is not None
        assert call.parent.span_id == gateway.context.span_id


def test_probes_are_in_no_trace(house: House, spans: InMemorySpanExporter) -> None:
    assert not [one.name for one in spans.get_finished_spans() if "grpc.health" in one.name]


async def test_a_replica_of_ray_goes_on_with_the_trace(tracing: Tracing, spans: InMemorySpanExporter) -> None:
    async def fail() -> str:
        raise SevenviewsError(Reason.OVERLOADED, "no room")

    trace = "0af7651916cd43dd8448eb211c80319c"
    await reply("EmbedImages", FakeContext(traceparent=f"00-{trace}-{CALLER}-01"), fail(), "", tracing)
    (span,) = of_trace(spans, trace)
    assert span.name == "/sevenviews.internal.v1.EmbeddingService/EmbedImages"
    assert span.parent is not None
    assert format(span.parent.span_id, "016x") == CALLER
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description == "RESOURCE_EXHAUSTED"


def test_without_a_collector_there_is_none(tmp_path: Path) -> None:
    assert open_tracing("gateway", "", 1.0) is NO_TRACING
    assert NO_TRACING.server_interceptors() == NO_TRACING.client_interceptors() == []
