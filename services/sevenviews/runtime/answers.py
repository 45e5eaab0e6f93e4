"""Answers of other services, read with tolerance: a newer service may say what this version has no word for.

Requests are another matter: what is not understood of them is refused, by `runtime.wire`. A test sets every enum of
every answer to a number that does not exist, and reads the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type import date_pb2

from sevenviews.designs import LocarnoClass, Patent, SevenviewsError, View, ViewCoverage
from sevenviews.runtime.patent_wire import patent_from_wire
from sevenviews.runtime.wire import (
    cited_date_from_wire,
    coverage_to_wire,
    date_from_wire,
    locarno_from_wire,
    view_from_wire,
    view_to_wire,
)
from sevenviews.v1 import common_pb2, patent_pb2


def name_of(enum: EnumDescriptor, number: int) -> str:
    """The name of a value without the prefix of its enum: "SERVING"; its number in digits where it has none here."""
    values = enum.values_by_number
    prefix = values[0].name.rpartition("UNSPECIFIED")[0]
    return values[number].name.removeprefix(prefix) if number in values else str(number)


def view_of_answer(view: common_pb2.View.ValueType) -> View:
    """A view that we do not know is some other one."""
    try:
        return view_from_wire(view)
    except SevenviewsError:
        return View.OTHER


def coverage_of_answer(coverage: common_pb2.ViewCoverage.ValueType) -> ViewCoverage:
    """What a newer server calls otherwise is at least no drawing of the same view."""
    known = {coverage_to_wire(one): one for one in ViewCoverage}
    return known.get(coverage, ViewCoverage.OTHER_VIEW)


def locarno_of_answer(locarno: common_pb2.LocarnoClass) -> LocarnoClass | None:
    """None for a class that our edition of the classification does not have."""
    try:
        return locarno_from_wire(locarno)
    except SevenviewsError:
        return None


def date_of_answer(day: date_pb2.Date) -> date | None:
    """None for one that is not known to the day."""
    try:
        return date_from_wire(day)
    except SevenviewsError:
        return None


def time_of_answer(stamp: Timestamp) -> datetime | None:
    """In UTC. All fields zero: None."""
    return stamp.ToDatetime(UTC) if stamp.seconds or stamp.nanos else None


def patent_of_answer(wire: patent_pb2.Patent) -> Patent:
    """A patent: without the classes that we do not know, without dates that no calendar has."""
    try:
        return patent_from_wire(wire)
    except SevenviewsError:
        return patent_from_wire(_understood(wire))


def _understood(wire: patent_pb2.Patent) -> patent_pb2.Patent:
    """A copy, without what `patent_from_wire` would refuse."""
    patent = patent_pb2.Patent()
    patent.CopyFrom(wire)
    classes = [one for one in wire.locarno if locarno_of_answer(one) is not None]
    del patent.locarno[:]
    patent.locarno.extend(classes)
    for drawing in patent.drawings:
        drawing.view = view_to_wire(view_of_answer(drawing.view))
    for citation in patent.citations:
        if not _reads(cited_date_from_wire, citation.date):
            citation.ClearField("date")
    dated: tuple[Message, ...] = (patent, patent.hague, *patent.priorities, *patent.related_documents)
    for message in dated:
        _clear_dates(message)
    if not wire.HasField("hague"):
        patent.ClearField("hague")
    return patent


def _clear_dates(message: Message) -> None:
    """Take out the dates that no calendar has."""
    for descriptor, value in message.ListFields():
        if isinstance(value, date_pb2.Date) and not _reads(date_from_wire, value):
            message.ClearField(descriptor.name)


def _reads(read: Callable[[date_pb2.Date], date | None], day: date_pb2.Date) -> bool:
    try:
        read(day)
    except SevenviewsError:
        return False
    return True
