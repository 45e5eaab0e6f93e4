"""What a request may hold: the option `limit` of its fields, declared in the protos and checked here for all of them.

`runtime.interceptors` asks before a servicer sees a single message. Who takes a stream asks for each of its messages,
because there a bad one fails alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.v1 import limits_pb2

_SMALL = {"google.protobuf.Timestamp", "google.protobuf.Duration", "google.type.Date"}
"""Messages of others that hold a few numbers; the rest are of free form."""


def check_limits(request: Message) -> None:
    """Return if every field of the request, and of the messages in it, is within its limit.

    Raises:
        SevenviewsError: FIELD_OUT_OF_RANGE, naming the field: "patents[3].drawings[0].drawing_id".
    """
    excess = _excess(request)
    if excess is not None:
        raise SevenviewsError(
            Reason.FIELD_OUT_OF_RANGE,
            f"{excess.path} has {excess.actual} {excess.unit}; at most {excess.maximum} are allowed",
            {"field": excess.path, "minimum": "0", "maximum": str(excess.maximum)},
        )


def limit_of(message: Descriptor, field: str) -> limits_pb2.Limit:
    """What the proto says of a field; all zero where it says nothing."""
    limit: limits_pb2.Limit = message.fields_by_name[field].GetOptions().Extensions[limits_pb2.limit]
    return limit


@dataclass(frozen=True, slots=True)
class LimitedField:
    """A field that could hold more than is good.

    Attributes:
        items: elements that a repeated field or a map may have; 0 for others.
        length: of its value, of each element, or of each key and value of a map, in `unit`; 0: not of a length.
        nested: its values are messages of ours, with limits of their own.
    """

    name: str
    items: int
    length: int
    unit: str
    is_repeated: bool
    is_map: bool
    nested: bool

    @property
    def lacks(self) -> bool:
        """Whether the proto says no limit where there must be one."""
        return (self.is_repeated and not self.items) or (bool(self.unit) and not self.length)


@cache
def limited_fields(message: Descriptor) -> tuple[LimitedField, ...]:
    """The fields of a message that must have a limit or have fields below them that must: not the single numbers."""
    return tuple(field for field in map(_limited, message.fields) if field is not None)


def _limited(field: FieldDescriptor) -> LimitedField | None:
    limit = field.GetOptions().Extensions[limits_pb2.limit]
    message = field.message_type
    is_map = message is not None and message.GetOptions().map_entry
    # Of a map, that of its keys; its values count as well where they have a length.
    unit = _unit(message.fields_by_name["key"] if message is not None and is_map else field)
    nested = message is not None and not is_map and _is_ours(message)
    if not (field.is_repeated or unit or nested):
        return None
    return LimitedField(field.name, limit.items, limit.length, unit, field.is_repeated, is_map, nested)


def _unit(field: FieldDescriptor) -> str:
    """Of a value's length; empty where it has none."""
    if field.type == FieldDescriptor.TYPE_STRING:
        return "characters"
    message = field.message_type
    free_form = message is not None and not _is_ours(message) and message.full_name not in _SMALL
    return "bytes" if free_form or field.type == FieldDescriptor.TYPE_BYTES else ""


def _is_ours(message: Descriptor) -> bool:
    return message.full_name.startswith("sevenviews.")


@cache
def nesting_of(message: Descriptor) -> limits_pb2.Nesting:
    """How far a message may hold others of its own kind; all zero where the proto says nothing."""
    nesting: limits_pb2.Nesting = message.GetOptions().Extensions[limits_pb2.nesting]
    return nesting


@dataclass(frozen=True, slots=True)
class _Excess:
    path: str
    actual: int
    maximum: int
    unit: str


def _excess(message: Message) -> _Excess | None:
    """The first that is over its limit. What holds too many of its own kind is not walked through."""
    return (
        _excess_of_items(message)
        or _excess_of_nesting(message)
        or _excess_of_values(message)
        or _excess_of_elements(message)
    )


def _excess_of_items(message: Message) -> _Excess | None:
    for field in limited_fields(message.DESCRIPTOR):
        if field.is_repeated and (actual := len(getattr(message, field.name))) > field.items:
            return _Excess(field.name, actual, field.items, "elements")
    return None


def _excess_of_nesting(message: Message) -> _Excess | None:
    if not _own_kind(message.DESCRIPTOR):
        return None
    nesting = nesting_of(message.DESCRIPTOR)
    for count, (depth, path, _) in enumerate(_family(message)):
        if depth > nesting.depth:
            return _Excess(path, depth, nesting.depth, "levels")
        if count > nesting.messages:
            return _Excess("", count, nesting.messages, f"of {message.DESCRIPTOR.name} in it")
    actual = message.ByteSize()
    return _Excess("", actual, nesting.bytes, "bytes") if actual > nesting.bytes else None


def _excess_of_elements(message: Message) -> _Excess | None:
    own = _own_kind(message.DESCRIPTOR)
    if not own:
        return None
    maximum = nesting_of(message.DESCRIPTOR).elements
    others = [
        field.name
        for field in limited_fields(message.DESCRIPTOR)
        if field.is_repeated and field.name not in own
    ]
    actual = sum(len(getattr(one, name)) for _, _, one in _family(message) for name in others)
    return _Excess("", actual, maximum, "elements in all") if actual > maximum else None


@cache
def _own_kind(message: Descriptor) -> tuple[str, ...]:
    """The fields of a message that hold others of its kind."""
    return tuple(field.name for field in message.fields if field.message_type is message)


def _family(message: Message, depth: int = 1, path: str = "") -> Iterator[tuple[int, str, Message]]:
    """A message and those of its own kind in it, each with its level and its path; lazily, for they may be many."""
    yield depth, path, message
    for name in _own_kind(message.DESCRIPTOR):
        for position, inner in enumerate(getattr(message, name)):
            place = f"{name}[{position}]"
            yield from _family(inner, depth + 1, f"{path}.{place}" if path else place)


def _excess_of_values(message: Message) -> _Excess | None:
    for field in limited_fields(message.DESCRIPTOR):
        value = getattr(message, field.name)
        for position, element in enumerate(_elements(message, field, value)):
            found = _excess(element) if field.nested else _excess_of(element, field)
            if found is not None:
                place = f"{field.name}[{position}]" if field.is_repeated else field.name
                return replace(found, path=f"{place}.{found.path}" if found.path else place)
    return None


def _elements(message: Message, field: LimitedField, value: Any) -> Iterable[Any]:
    if not field.is_repeated:
        return () if field.nested and not message.HasField(field.name) else (value,)
    if not (field.nested or field.unit):
        return ()  # numbers
    return (*value.keys(), *value.values()) if field.is_map else value


def _excess_of(value: Any, field: LimitedField) -> _Excess | None:
    if isinstance(value, int | float):
        return None
    actual = value.ByteSize() if isinstance(value, Message) else len(value)
    return _Excess("", actual, field.length, field.unit) if actual > field.length else None
