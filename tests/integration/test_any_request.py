"""Whatever a caller sends to whichever rpc: it is answered, or refused with a reason that is theirs.

Requests are drawn by the descriptors, within and beyond what the protos allow, over real PostgreSQL and Milvus Lite.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from sevenviews.client import ImportItem
from sevenviews.designs import Drawing, Patent, drawing_id
from sevenviews.vectors.milvus_index import MilvusIndex
from tests.contract.postgresql_server import new_database
from tests.descriptors import all_methods
from tests.fakes.house import House, running_house
from tests.races import IMAGES

REQUESTS = 20
"""Of each method."""

PATENT_IDS = [f"USD{number:07d}" for number in range(4)]
TEXTS = (
    *("", "\0", "%", "'", '"', "\\", "[", "é" * 40, "x" * 300, "\N{PILE OF POO}", "../x", "-"),
    *("US", "S1", "D1", "IP", "r-1", "publication_date desc"),
    *(*PATENT_IDS, *(drawing_id(one, 1, 1) for one in PATENT_IDS)),
)
NUMBERS = (0, 1, -1, 1000, 1001, 2**31 - 1, -(2**31), 2**63 - 1, -(2**63))
FRACTIONS = (0.0, 1.0, -1.0, float("nan"), float("inf"), 1e38)
BYTES = (b"", b"x", b"\x89PNG\r\n\x1a\n", IMAGES[0])
OURS = {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.UNAVAILABLE}
"""What a caller cannot be to blame for."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, postgresql_url: str) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    index = MilvusIndex(f"milvus-lite:{folder / 'lite'}")
    with running_house(folder, index, new_database(postgresql_url)) as running:
        with running.client() as client:
            assert all(one.error is None for one in client.import_patents(map(item, PATENT_IDS)))
        yield running
    index.close()


def item(patent_id: str) -> ImportItem:
    name = drawing_id(patent_id, 1, 1)
    return ImportItem(Patent(patent_id, drawings=(Drawing(name, 1),)), {name: IMAGES[0]})


def drawn(descriptor: Descriptor, dice: random.Random, depth: int = 0) -> Message:
    """A message in which anything may stand that can be encoded."""
    message = GetMessageClass(descriptor)()
    for field in descriptor.fields:
        if dice.random() < 0.3 or (depth > 3 and field.message_type is not None):
            continue
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            continue
        for _ in range(dice.randrange(3) if field.is_repeated else 1):
            try:
                put(message, field, value(field, dice, depth))
            except ValueError:
                continue  # too large for its type
    return message


def put(message: Message, field: FieldDescriptor, content: Any) -> None:
    if field.is_repeated:
        getattr(message, field.name).append(content)
    elif isinstance(content, Message):
        getattr(message, field.name).CopyFrom(content)
    else:
        setattr(message, field.name, content)


def value(field: FieldDescriptor, dice: random.Random, depth: int) -> Any:
    if field.message_type is not None:
        return drawn(field.message_type, dice, depth + 1)
    if field.enum_type is not None:
        return dice.choice([*field.enum_type.values_by_number, 4711])
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_STRING:
            return dice.choice(BYTES if field.type == FieldDescriptor.TYPE_BYTES else TEXTS)
        case FieldDescriptor.CPPTYPE_BOOL:
            return dice.random() < 0.5
        case FieldDescriptor.CPPTYPE_FLOAT | FieldDescriptor.CPPTYPE_DOUBLE:
            return dice.choice(FRACTIONS)
        case _:
            return dice.choice(NUMBERS)


@pytest.mark.slow
@pytest.mark.parametrize("method", list(all_methods()), ids=lambda one: one.name)
def test_no_request_is_an_internal_error(house: House, method: MethodDescriptor) -> None:
    service = method.containing_service.full_name
    dice = random.Random(method.full_name)
    answer: Any = GetMessageClass(method.output_type)
    with grpc.insecure_channel(
        house.gateway if service.startswith("sevenviews.v1.") else house.backends
    ) as channel:
        call: Any = channel.stream_stream(
            f"/{service}/{method.name}",
            request_serializer=lambda one: one.SerializeToString(),
            response_deserializer=answer.FromString,
        )
        for _ in range(REQUESTS):
            request = drawn(method.input_type, dice)
            answers = call(iter([request]), timeout=60)
            with contextlib.suppress(grpc.RpcError):
                list(answers)
            assert answers.code() not in OURS, (request, answers.details())
