"""What a server's reflection tells of it, over the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import grpc
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_reflection.v1alpha import reflection_pb2

MESSAGES: Any = reflection_pb2
"""Those of v1 are the same on the wire."""


async def reflected_services(channel: grpc.aio.Channel, version: str) -> dict[str, list[FileDescriptorProto]]:
    """Every service that is listed, with the files that describe it, asked of grpc.reflection.<version>."""
    listed = await _ask(channel, version, list_services="*")
    names = [service.name for service in listed.list_services_response.service]
    described = {}
    for name in names:
        answer = await _ask(channel, version, file_containing_symbol=name)
        files = answer.file_descriptor_response.file_descriptor_proto
        described[name] = [FileDescriptorProto.FromString(file) for file in files]
    return described


async def _ask(channel: grpc.aio.Channel, version: str, **question: str) -> Any:
    async def requests() -> AsyncIterator[Any]:
        yield MESSAGES.ServerReflectionRequest(**question)

    call = channel.stream_stream(
        f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
        request_serializer=MESSAGES.ServerReflectionRequest.SerializeToString,
        response_deserializer=MESSAGES.ServerReflectionResponse.FromString,
    )
    (answer,) = [one async for one in call(requests(), timeout=10)]
    return answer
