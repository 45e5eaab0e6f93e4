"""The patience of jobs: with what is away for a while, and with nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sevenviews.backends.blocking import Addresses, Services
from sevenviews.backends.records import Model
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.internal.v1 import embedding_pb2, embedding_pb2_grpc, patents_pb2, patents_pb2_grpc
from tests.servers import ThreadedServer


class Failing(embedding_pb2_grpc.EmbeddingServiceServicer, patents_pb2_grpc.PatentServiceServicer):
    """Fails a few times before it answers."""

    def __init__(self) -> None:
        self.failures: list[Reason] = []
        self.calls = 0

    async def ListModels(  # noqa: N802
        self, request: embedding_pb2.ListModelsRequest, context: Any
    ) -> embedding_pb2.ListModelsResponse:
        self._fail()
        models = [embedding_pb2.Model(model_version="m", dimension=4, is_default=True)]
        return embedding_pb2.ListModelsResponse(models=models)

    async def ListPatentIds(self, request: patents_pb2.ListPatentIdsRequest, context: Any) -> Any:  # noqa: N802
        yield _ids("a", "b")
        self._fail()
        yield _ids("c")

    def _fail(self) -> None:
        self.calls += 1
        if self.failures:
            raise SevenviewsError(self.failures.pop(0), "not now")


def _ids(*ids: str) -> patents_pb2.ListPatentIdsResponse:
    return patents_pb2.ListPatentIdsResponse(
        patents=[patents_pb2.PatentGeneration(patent_id=one, generation=1) for one in ids]
    )


@pytest.fixture
def failing() -> Any:
    return Failing()  # type: ignore[abstract]  # is asked for no other method


@pytest.fixture
def address(failing: Any) -> Iterator[str]:
    def register(server: Any) -> None:
        embedding_pb2_grpc.add_EmbeddingServiceServicer_to_server(failing, server)
        patents_pb2_grpc.add_PatentServiceServicer_to_server(failing, server)

    with ThreadedServer(register) as address:
        yield address


def services(address: str, patience: float) -> Services:
    return Services(Addresses(embedding=address, metadata=address), patience)


def test_what_is_away_is_asked_again(address: str, failing: Failing) -> None:
    failing.failures = [Reason.OVERLOADED, Reason.DEADLINE_EXCEEDED]
    with services(address, patience=60) as patient:
        assert patient.models() == [Model("m", 4, is_default=True)]
    assert failing.calls == 3


def test_patience_ends(address: str, failing: Failing) -> None:
    failing.failures = [Reason.OVERLOADED]
    with services(address, patience=0) as hasty, pytest.raises(SevenviewsError) as caught:
        hasty.models()
    assert (caught.value.reason, failing.calls) == (Reason.OVERLOADED, 1)


def test_what_will_not_change_is_not_asked_again(address: str, failing: Failing) -> None:
    failing.failures = [Reason.MODEL_BUNDLE_INVALID]
    with services(address, patience=60) as patient, pytest.raises(SevenviewsError) as caught:
        patient.models()
    assert (caught.value.reason, failing.calls) == (Reason.MODEL_BUNDLE_INVALID, 1)


def test_a_stream_that_breaks_is_not_begun_anew(address: str, failing: Failing) -> None:
    failing.failures = [Reason.OVERLOADED]
    seen: list[str] = []
    with services(address, patience=60) as patient, pytest.raises(SevenviewsError) as caught:
        seen.extend(patient.patent_ids())
    assert caught.value.reason is Reason.OVERLOADED
    assert (seen, failing.calls) == (["a", "b"], 1)
    with services(address, patience=60) as patient:
        assert list(patient.patent_ids()) == ["a", "b", "c"]


def test_a_service_that_is_absent_is_named() -> None:
    with Services(Addresses(vectors="127.0.0.1:1"), 0) as alone, pytest.raises(SevenviewsError) as caught:
        alone.releases()
    assert caught.value.reason is Reason.DEPENDENCY_UNAVAILABLE
    assert caught.value.metadata == {"service": "vectors"}
