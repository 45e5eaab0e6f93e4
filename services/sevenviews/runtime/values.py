"""The values of a request that no servicer has to understand: refused wherever they stand.

An enum's number that this version does not know; a text with a NUL in it, which no database keeps; a time that no
calendar has. Asked where the limits of a request are: before a servicer sees it, and of each message of a stream by
who takes it. Answers are another matter: see `runtime.answers`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from sevenviews.runtime.wire import malformed

_TIMESTAMP = Timestamp.DESCRIPTOR.full_name


def check_values(request: Message) -> None:
    """Return if a request has such values in none of its fields.

    Raises:
        SevenviewsError: FIELD_MALFORMED, naming the field: "patent.drawings[3].view".
    """
    for field, value, path in _values(request, ""):
        if why := _fault(field, value):
            raise malformed(path, value, why)


def _fault(field: FieldDescriptor, value: Any) -> str:
    """What is wrong; empty, if nothing is."""
    if field.enum_type is not None:
        return "" if value in field.enum_type.values_by_number else f"not a value of {field.enum_type.name}"
    if isinstance(value, str):
        return "a NUL stands in it" if "\0" in value else ""
    try:
        value.ToJsonString()
    except ValueError:
        return "no calendar has this time"
    return ""


def _values(message: Message, above: str) -> Iterator[tuple[FieldDescriptor, Any, str]]:
    """Every enum, text and time that is set, with its path."""
    for field in _ways(message.DESCRIPTOR):
        value = getattr(message, field.name)
        place = f"{above}{field.name}"
        inner = field.message_type
        if inner is not None and inner.GetOptions().map_entry:
            yield from ((inner.fields_by_name["key"], key, place) for key in value)
            continue
        if field.is_repeated:
            elements = [(element, f"{place}[{position}]") for position, element in enumerate(value)]
        elif inner is None or message.HasField(field.name):
            elements = [(value, place)]
        else:
            continue
        for element, path in elements:
            if inner is None or inner.full_name == _TIMESTAMP:
                yield field, element, path
            else:
                yield from _values(element, f"{path}.")


@cache
def _ways(message: Descriptor) -> tuple[FieldDescriptor, ...]:
    """The fields of a message that are such values, or messages in which there is one."""
    return tuple(field for field in message.fields if _leads(field, frozenset()))


def _leads(field: FieldDescriptor, above: frozenset[str]) -> bool:
    message = field.message_type
    if message is None:
        return field.enum_type is not None or field.type == FieldDescriptor.TYPE_STRING
    if message.GetOptions().map_entry:
        return _leads(message.fields_by_name["key"], above)
    if message.full_name == _TIMESTAMP:
        return True
    if not message.full_name.startswith("sevenviews.") or message.full_name in above:
        return False
    return any(_leads(one, above | {message.full_name}) for one in message.fields)
