"""The enums of a request: a number that this version does not know is refused, wherever it stands.

Asked where the limits of a request are: before a servicer sees it, and of each message of a stream by who takes it.
Answers are another matter: see `runtime.answers`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from sevenviews.runtime.wire import malformed


def check_enums(request: Message) -> None:
    """Return if every enum in a request has a value of this version.

    Raises:
        SevenviewsError: FIELD_MALFORMED, naming the field: "patent.drawings[3].view".
    """
    for field, number, path in _enums(request, ""):
        enum = field.enum_type
        if enum is not None and number not in enum.values_by_number:
            raise malformed(path, number, f"not a value of {enum.name}")


def _enums(message: Message, above: str) -> Iterator[tuple[FieldDescriptor, int, str]]:
    """Every enum that is set, with its number and its path."""
    for field in _ways(message.DESCRIPTOR):
        value = getattr(message, field.name)
        place = f"{above}{field.name}"
        if field.is_repeated:
            elements = [(element, f"{place}[{position}]") for position, element in enumerate(value)]
        elif field.enum_type is not None or message.HasField(field.name):
            elements = [(value, place)]
        else:
            continue
        for element, path in elements:
            if field.enum_type is not None:
                yield field, element, path
            else:
                yield from _enums(element, f"{path}.")


@cache
def _ways(message: Descriptor) -> tuple[FieldDescriptor, ...]:
    """The fields of a message that are enums, or messages in which there is one."""
    return tuple(field for field in message.fields if _leads(field, frozenset()))


def _leads(field: FieldDescriptor, above: frozenset[str]) -> bool:
    message = field.message_type
    if message is None:
        return field.enum_type is not None
    if not message.full_name.startswith("sevenviews.") or message.GetOptions().map_entry:
        return False
    if message.full_name in above:
        return False
    return any(_leads(one, above | {message.full_name}) for one in message.fields)
