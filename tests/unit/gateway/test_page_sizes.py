"""The size of a page, wherever one may be asked for (AIP-158): 0 is the default, too much the most, negative not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor

from sevenviews.client import ImportItem
from sevenviews.client.check import SQUARE
from sevenviews.designs import Drawing, Patent, Reason, drawing_id
from sevenviews.runtime.status import error_from_rpc
from sevenviews.v1 import search_pb2
from tests.conftest import ROOT
from tests.descriptors import all_methods
from tests.fakes.house import House, running_house

PAGED = {method.name: method for method in all_methods() if "page_size" in method.input_type.fields_by_name}
MORE = {"SearchDesigns": {"queries": [search_pb2.QueryImage(content=SQUARE)]}}
"""What a request needs besides."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("house")) as house:
        name = drawing_id("USD1", 1, 1)
        patent = Patent("USD1", drawings=(Drawing(name, 1),))
        with house.client() as client:
            (result,) = client.import_patents([ImportItem(patent, {name: SQUARE})])
            assert result.error is None
        yield house


def ask(house: House, method: MethodDescriptor, page_size: int) -> Any:
    service = method.containing_service.full_name
    address = house.gateway if service.startswith("sevenviews.v1.") else house.backends
    request: Any = message_factory.GetMessageClass(method.input_type)
    answer: Any = message_factory.GetMessageClass(method.output_type)
    with grpc.insecure_channel(address) as channel:
        call = channel.unary_unary(
            f"/{service}/{method.name}",
            request_serializer=request.SerializeToString,
            response_deserializer=answer.FromString,
        )
        return call(request(page_size=page_size, **MORE.get(method.name, {})), timeout=30)


def test_these_are_all() -> None:
    assert set(PAGED) == {"SearchDesigns", "ListCatalogPatents", "ListPatents", "ListRefreshes"}


@pytest.mark.parametrize("page_size", [0, 1, 2**31 - 1])
@pytest.mark.parametrize("name", PAGED)
def test_any_size_is_answered(house: House, name: str, page_size: int) -> None:
    answer = ask(house, PAGED[name], page_size)
    found = {"SearchDesigns": 1, "ListCatalogPatents": 1, "ListPatents": 1, "ListRefreshes": 0}
    assert len(next(iter(getattr(answer, one.name) for one in answer.DESCRIPTOR.fields))) == found[name]


@pytest.mark.parametrize("name", PAGED)
def test_a_negative_size_is_refused(house: House, name: str) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        ask(house, PAGED[name], -1)
    error = error_from_rpc(caught.value)
    assert (error.reason, error.metadata["field"]) == (Reason.FIELD_OUT_OF_RANGE, "page_size")


@pytest.mark.parametrize("name", PAGED)
def test_the_proto_says_so(name: str) -> None:
    """Each in the same words, with its own numbers."""
    method = PAGED[name]
    path = ROOT / "protos" / Path(method.containing_service.file.name)
    block = path.read_text().partition(f"message {method.input_type.name} {{")[2].partition("\n}")[0]
    comment = block.partition("int32 page_size")[0].rpartition(";")[2]
    assert "0: " in comment
    assert "above " in comment
