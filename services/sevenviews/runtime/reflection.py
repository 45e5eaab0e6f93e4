"""Server reflection under both of its names.

grpcio-reflection has v1alpha alone. v1 is the same protocol in another package, which newer tools ask for first, and
some alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import grpc
from google.protobuf import text_format
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import Default
from grpc_reflection.v1alpha import reflection, reflection_pb2, reflection_pb2_grpc

V1ALPHA: str = reflection.SERVICE_NAME
V1 = V1ALPHA.replace("v1alpha", "v1")


def enable_reflection(server: grpc.aio.Server, services: Iterable[str]) -> None:
    """Answer v1 and v1alpha; tell of these services, by full name, and of reflection itself."""
    servicer: Any = reflection.aio.ReflectionServicer((*services, V1, V1ALPHA))
    stubs: Any = reflection_pb2_grpc
    stubs.add_ServerReflectionServicer_to_server(servicer, server)
    _answer_v1(server, servicer)


def enable_v1(server: grpc.aio.Server, services: Iterable[str]) -> None:
    """Answer v1, on a server whose v1alpha is not of our making."""
    _answer_v1(server, reflection.aio.ReflectionServicer((*services, V1, V1ALPHA)))


def _answer_v1(server: grpc.aio.Server, servicer: Any) -> None:
    _describe_v1()
    messages: Any = reflection_pb2
    handler = grpc.stream_stream_rpc_method_handler(
        servicer.ServerReflectionInfo,
        request_deserializer=messages.ServerReflectionRequest.FromString,
        response_serializer=messages.ServerReflectionResponse.SerializeToString,
    )
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(V1, {"ServerReflectionInfo": handler}),)
    )


def _describe_v1() -> None:
    """Let v1 be found among the descriptors: who lists a service may ask what it looks like."""
    try:
        Default().FindServiceByName(V1)
    except KeyError:
        described = FileDescriptorProto()
        messages: Any = reflection_pb2
        messages.DESCRIPTOR.CopyToProto(described)
        text = text_format.MessageToString(described).replace("v1alpha", "v1")
        Default().AddSerializedFile(text_format.Parse(text, FileDescriptorProto()).SerializeToString())
