"""What the protos say, for tests that hold something of every method or field."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor, MethodDescriptor
from google.protobuf.descriptor_pool import Default

from tests.conftest import ROOT


def all_files() -> Iterator[FileDescriptor]:
    """The files of protos/."""
    for path in sorted((ROOT / "protos").rglob("*.proto")):
        name = path.relative_to(ROOT / "protos").as_posix()
        import_module(name.removesuffix(".proto").replace("/", ".") + "_pb2")
        yield Default().FindFileByName(name)


def all_methods() -> Iterator[MethodDescriptor]:
    """Of all services, public and internal."""
    for file in all_files():
        for service in file.services_by_name.values():
            yield from service.methods


def enum_paths(
    message: Descriptor, above: tuple[FieldDescriptor, ...] = ()
) -> Iterator[tuple[FieldDescriptor, ...]]:
    """The ways from a message to each enum of ours in it, through no message twice."""
    for field in message.fields:
        inner = field.message_type
        if field.enum_type is not None and field.enum_type.full_name.startswith("sevenviews."):
            yield (*above, field)
        elif inner is not None and inner not in {one.containing_type for one in (*above, field)}:
            yield from enum_paths(inner, (*above, field))
