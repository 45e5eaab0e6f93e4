"""Between the messages of patents.proto and the records."""

from __future__ import annotations

from sevenviews.backends.records import LostObject, PatentRecord, PublishedPatent, PublishedSummary
from sevenviews.designs import DrawingImage, Reason
from sevenviews.internal.v1 import patents_pb2
from sevenviews.runtime.encoded import EncodedPatent, summary_of
from sevenviews.v1 import patent_pb2


def published_from_wire(wire: patents_pb2.PatentRecord) -> PublishedPatent:
    return PublishedPatent(_encoded(wire), wire.generation, wire.change)


def record_from_wire(wire: patents_pb2.PatentRecord) -> PatentRecord:
    published = wire.state == patents_pb2.PATENT_STATE_PUBLISHED
    return PatentRecord(_encoded(wire), published, wire.generation, wire.newest_generation)


def summary_from_wire(wire: patents_pb2.PatentRecord) -> PublishedSummary:
    """Of a record that has one, or the whole patent in place of it."""
    if wire.patent:
        encoded = _encoded(wire)
        return PublishedSummary(summary_of(encoded.message), wire.generation, encoded, wire.change)
    message = patents_pb2.PatentSummary.FromString(wire.summary)
    return PublishedSummary(message, wire.generation, change=wire.change)


def id_of(wire: patents_pb2.PatentRecord) -> str:
    # A service of the version before tells it in the patent alone.
    return wire.patent_id or patent_pb2.Patent.FromString(wire.patent).patent_id


def image_from_wire(wire: patents_pb2.GetDrawingImageResponse) -> DrawingImage:
    return DrawingImage(wire.content, wire.media_type, wire.width, wire.height)


def lost_from_wire(wire: patents_pb2.DrawingDisagreement) -> LostObject:
    missing = wire.reason == Reason.DRAWING_CONTENT_MISSING
    return LostObject(wire.drawing_id if missing else "", wire.object_key, wire.repaired)


def _encoded(wire: patents_pb2.PatentRecord) -> EncodedPatent:
    return EncodedPatent(id_of(wire), wire.patent)
