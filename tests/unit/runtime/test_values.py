"""A newer caller and an older server: what is not understood of a request is refused, by the name of its field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import grpc
import pytest
from google.protobuf import message_factory
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.internal.v1 import patents_pb2, refreshes_pb2
from sevenviews.runtime.status import error_from_item, error_from_rpc
from sevenviews.runtime.values import check_values
from sevenviews.v1 import common_pb2, patent_pb2, search_pb2
from tests.descriptors import all_methods, enum_paths
from tests.fakes.house import House, running_house

NEWER = 4711
"""No enum of ours has this value."""

WAYS = [(method, path) for method in all_methods() for path in enum_paths(method.input_type)]
IDS = [".".join((method.name, *(field.name for field in path))) for method, path in WAYS]


def newer_request(method: MethodDescriptor, path: Sequence[FieldDescriptor]) -> tuple[Message, str]:
    """A request with a number that no one here has a word for, and the path of its field."""
    request: Message = message_factory.GetMessageClass(method.input_type)()
    message: Any = request
    names = []
    for field in path[:-1]:
        value = getattr(message, field.name)
        message = value.add() if field.is_repeated else value
        message.SetInParent()
        names.append(f"{field.name}[0]" if field.is_repeated else field.name)
    last = path[-1]
    if last.is_repeated:
        getattr(message, last.name).append(NEWER)
        names.append(f"{last.name}[0]")
    else:
        setattr(message, last.name, NEWER)
        names.append(last.name)
    return request, ".".join(names)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.mark.parametrize(("method", "path"), WAYS, ids=IDS)
def test_a_number_without_a_name_is_refused(
    house: House, method: MethodDescriptor, path: Sequence[FieldDescriptor]
) -> None:
    request, field = newer_request(method, path)
    service = method.containing_service.full_name
    answer: Any = message_factory.GetMessageClass(method.output_type)
    with grpc.insecure_channel(
        house.gateway if service.startswith("sevenviews.v1.") else house.backends
    ) as channel:
        call: Any = channel.stream_stream(
            f"/{service}/{method.name}",
            request_serializer=lambda one: one.SerializeToString(),
            response_deserializer=answer.FromString,
        )
        try:
            # Of a stream each message fails alone.
            (response,) = call(iter([request]), timeout=30)
            error = error_from_item(response.status)
        except grpc.RpcError as failure:
            error = error_from_rpc(failure)
    assert error is not None
    assert error.reason is Reason.FIELD_MALFORMED
    assert error.metadata == {"field": field, "value": str(NEWER)}


def faults(request: Message) -> dict[str, str]:
    with pytest.raises(SevenviewsError) as caught:
        check_values(request)
    assert caught.value.reason is Reason.FIELD_MALFORMED
    return dict(caught.value.metadata)


def test_a_nul_is_refused_in_every_text() -> None:
    """Also in keys, and however deep: no database of ours keeps one."""
    nested = common_pb2.PatentFilter(none_of=[common_pb2.PatentFilter(holders=["a", "b\0"])])
    assert faults(search_pb2.SearchDesignsRequest(filter=nested))["field"] == "filter.none_of[0].holders[1]"
    deleted = patents_pb2.DeletePatentsRequest(seen_generations={"a": 1, "\0": 2})
    assert faults(deleted)["field"] == "seen_generations"
    named = refreshes_pb2.PutRefreshRequest(refresh=refreshes_pb2.Refresh(message="\0"))
    assert faults(named)["field"] == "refresh.message"


@pytest.mark.parametrize("seconds", [-(2**63), 2**63 - 1])
def test_a_time_that_no_calendar_has_is_refused(seconds: int) -> None:
    refresh = refreshes_pb2.Refresh(steps=[refreshes_pb2.RefreshStep(name="embed")])
    refresh.steps[0].finished_time.seconds = seconds
    assert (
        faults(refreshes_pb2.PutRefreshRequest(refresh=refresh))["field"] == "refresh.steps[0].finished_time"
    )


def test_every_known_value_passes() -> None:
    for view in common_pb2.View.values():
        check_values(patent_pb2.Patent(drawings=[patent_pb2.Drawing(view=view)]))
