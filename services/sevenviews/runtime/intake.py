"""Room for requests before they are in memory.

gRPC reads a message as soon as it is asked for, whole, and only then can be told how large it is. So room for the
largest that its method takes is kept before the message is asked for; until then, flow control holds the caller back.
When the message is there, what it did not need is given back, and the rest when the call ends.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import grpc
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.descriptor_pool import Default
from google.protobuf.message import DecodeError, Message

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.runtime.budget import Budget, Share
from sevenviews.runtime.deadlines import Context, Deadline
from sevenviews.runtime.limits import LimitedField, check_limits, limited_fields
from sevenviews.runtime.settings import MEBIBYTE
from sevenviews.runtime.values import check_values

STREAM_BYTES = 8 * MEBIBYTE
"""Kept for the message that a stream waits for. It may wait for hours, so this is not the largest, but one that few
patents exceed."""

_SLACK_BYTES = 64 * 1024
"""For fields that a newer caller knows and we do not."""
_BYTES_A_CHARACTER = 4
_BYTES_A_NUMBER = 10
_BYTES_A_KEY = 16
"""Of the tag and the length before a value, and more."""

_PATIENCE_SECONDS = 3600.0
"""Of a stream without a deadline."""

Parse = Callable[[bytes], Any] | None


class Intake:
    """Lets requests in, within a budget of bytes.

    Args:
        total_bytes: of all requests that are being received or served.
        message_bytes: of one message, at most.
        wait_seconds: that a request waits for room, and that it may then take to arrive.
    """

    def __init__(self, total_bytes: int, message_bytes: int, wait_seconds: float) -> None:
        self._budget = Budget(total_bytes, "requests")
        # So that idle streams never keep all others out.
        self._streams = Budget(total_bytes // 2, "streams of requests")
        self._message_bytes = message_bytes
        self._wait_seconds = wait_seconds

    @asynccontextmanager
    async def one(self, method: str, parse: Parse, context: Context) -> AsyncIterator[Any]:
        """The request of a call, parsed and within its limits. Its room is kept while the block runs.

        Args:
            method: "/package.Service/Method".
            parse: what makes a message of bytes; None leaves them.

        Raises:
            SevenviewsError: OVERLOADED, there was no room in time; MESSAGE_TOO_LARGE; FIELD_OUT_OF_RANGE;
                FIELD_MALFORMED, a value is none that `runtime.values` lets pass;
                DEADLINE_EXCEEDED, it did not arrive in time.
        """
        most = int(min(self._message_bytes, largest_request(method)))
        seconds = Deadline.of_call(context, self._wait_seconds).left()
        async with self._budget.reserve(most, seconds) as room:
            raw = await self._received(context)
            if raw is grpc.aio.EOF:
                # Cancelled by the caller, or by gRPC, which has told them why.
                raise asyncio.CancelledError
            _check_size(len(raw), most)
            self._budget.shrink(room, len(raw))
            request = _parsed(parse, raw)
            del raw
            if isinstance(request, Message):
                check_limits(request)
                check_values(request)
            yield request

    @asynccontextmanager
    async def several(self, parse: Parse, context: Context) -> AsyncIterator[Stream]:
        """The requests of a stream, parsed; their limits are checked by who takes them, because each fails alone."""
        seconds = Deadline.of_call(context, self._wait_seconds).left()
        amount = min(STREAM_BYTES, self._message_bytes)
        async with self._streams.reserve(amount, seconds), self._budget.reserve(amount, seconds):
            stream = Stream(self._budget, parse, context)
            try:
                yield stream
            finally:
                stream.close()

    async def _received(self, context: Context) -> Any:
        deadline = Deadline.of_step(context, self._wait_seconds)
        try:
            async with asyncio.timeout(deadline.left()):
                return await context.read()
        except TimeoutError:
            raise SevenviewsError(Reason.DEADLINE_EXCEEDED, "the request did not arrive in time") from None


class Stream:
    """The messages of a call, each with room of its own, which an answer gives back: the oldest's first.

    So it is for streams that answer every message once.
    """

    def __init__(self, budget: Budget, parse: Parse, context: Context) -> None:
        self._budget = budget
        self._parse = parse
        self._context = context
        self._rooms: deque[Share] = deque()

    async def __aiter__(self) -> AsyncIterator[Any]:
        while (raw := await self._context.read()) is not grpc.aio.EOF:
            # It waits for as long as the call may: its messages that are worked on give theirs back.
            seconds = Deadline.of_step(self._context, _PATIENCE_SECONDS).left()
            self._rooms.append(await self._budget.take(len(raw), seconds))
            yield _parsed(self._parse, raw)

    def answered(self) -> None:
        """Give back the room of the oldest message."""
        if self._rooms:
            self._budget.give_back(self._rooms.popleft())

    def close(self) -> None:
        """Give back all of it."""
        while self._rooms:
            self.answered()


def _check_size(actual: int, most: int) -> None:
    if actual > most:
        raise SevenviewsError(
            Reason.MESSAGE_TOO_LARGE,
            f"the message has {actual} bytes; at most {most} are allowed",
            {"maximum_bytes": str(most)},
        )


def _parsed(parse: Parse, raw: bytes) -> Any:
    if parse is None:
        return raw
    try:
        return parse(raw)
    except DecodeError as error:
        raise SevenviewsError(
            Reason.FIELD_MALFORMED, "the message cannot be parsed", {"field": ""}
        ) from error


@cache
def largest_request(method: str) -> float:
    """Bytes of the largest message within the limits of a method's request; infinite where it is not known."""
    try:
        descriptor = Default().FindMethodByName(method.strip("/").replace("/", ".")).input_type
    except KeyError:
        return float("inf")
    return _largest(descriptor, ()) + _SLACK_BYTES


def _largest(message: Descriptor, above: tuple[Descriptor, ...]) -> float:
    if message in above:
        return float("inf")  # a message within itself
    limits = {field.name: field for field in limited_fields(message)}
    total = 0.0
    for field in message.fields:
        limit = limits.get(field.name)
        value = _value_bytes(field, limit, (*above, message)) if limit else _BYTES_A_NUMBER
        total += (limit.items if limit and limit.is_repeated else 1) * (value + _BYTES_A_KEY)
    return total


def _value_bytes(field: FieldDescriptor, limit: LimitedField, above: tuple[Descriptor, ...]) -> float:
    if limit.nested and field.message_type is not None:
        return _largest(field.message_type, above)
    text = limit.length * _BYTES_A_CHARACTER + _BYTES_A_NUMBER
    if limit.is_map:
        return 2 * text  # a key and a value
    return text if limit.unit == "characters" else limit.length + _BYTES_A_NUMBER
