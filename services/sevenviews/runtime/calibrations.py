"""Between the message of calibration.proto and the domain."""

from __future__ import annotations

from sevenviews.designs import PACKAGED, Calibration
from sevenviews.internal.v1 import calibration_pb2, embedding_pb2, vectors_pb2
from sevenviews.runtime.wire import malformed


def calibration_to_wire(calibration: Calibration) -> calibration_pb2.Calibration:
    return calibration_pb2.Calibration(
        level=calibration.level,
        temperature=calibration.temperature,
        offset=calibration.offset,
        slope=calibration.slope,
        neighbours=calibration.neighbours,
    )


def calibration_of(
    message: embedding_pb2.Model | vectors_pb2.CreateReleaseRequest | vectors_pb2.Release,
) -> Calibration:
    """That of a message which may have one; without it, that of the packaged model. Raises FIELD_MALFORMED."""
    if not message.HasField("calibration"):
        return PACKAGED
    wire = message.calibration
    try:
        return Calibration(wire.level, wire.temperature, wire.offset, wire.slope, wire.neighbours)
    except ValueError as error:
        raise malformed("calibration", wire, str(error)) from error
