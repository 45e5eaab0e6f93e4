"""Between the messages of patents.proto and the records."""

from __future__ import annotations

from sevenviews.backends.records import LostObject, PatentRecord, PublishedPatent
from sevenviews.designs import Reason
from sevenviews.internal.v1 import patents_pb2
from sevenviews.runtime.answers import patent_of_answer


def published_from_wire(wire: patents_pb2.PatentRecord) -> PublishedPatent:
    return PublishedPatent(patent_of_answer(wire.patent), wire.generation)


def record_from_wire(wire: patents_pb2.PatentRecord) -> PatentRecord:
    published = wire.state == patents_pb2.PATENT_STATE_PUBLISHED
    return PatentRecord(patent_of_answer(wire.patent), published, wire.generation, wire.newest_generation)


def lost_from_wire(wire: patents_pb2.DrawingDisagreement) -> LostObject:
    missing = wire.reason == Reason.DRAWING_CONTENT_MISSING
    return LostObject(wire.drawing_id if missing else "", wire.object_key, wire.repaired)
