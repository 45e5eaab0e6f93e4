"""The record of a refresh as refreshes.proto has it, both ways."""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf import json_format, struct_pb2

from sevenviews.backends.refreshes import DoneStep, Refresh, RefreshState
from sevenviews.internal.v1 import refreshes_pb2
from sevenviews.runtime.wire import time_to_wire

_STATES = {
    RefreshState.RUNNING: refreshes_pb2.REFRESH_STATE_RUNNING,
    RefreshState.PROMOTED: refreshes_pb2.REFRESH_STATE_PROMOTED,
    RefreshState.BUILT: refreshes_pb2.REFRESH_STATE_BUILT,
    RefreshState.REFUSED: refreshes_pb2.REFRESH_STATE_REFUSED,
    RefreshState.FAILED: refreshes_pb2.REFRESH_STATE_FAILED,
}
_FROM_WIRE = {number: state for state, number in _STATES.items()}


def refresh_to_wire(record: Refresh) -> refreshes_pb2.Refresh:
    """With the time of now as that of the last write."""
    return refreshes_pb2.Refresh(
        refresh_id=record.refresh_id,
        state=_STATES[record.state],
        fencing_token=record.fencing_token,
        holder=record.holder,
        started_time=time_to_wire(record.started),
        updated_time=time_to_wire(datetime.now(UTC)),
        steps=[
            refreshes_pb2.RefreshStep(
                name=one.name,
                started_time=time_to_wire(one.started),
                finished_time=time_to_wire(one.finished),
                facts=json_format.ParseDict(dict(one.facts), struct_pb2.Struct()),
            )
            for one in record.steps
        ],
        current_step=record.current_step,
        message=record.message,
        configuration=record.configuration,
    )


def refresh_from_wire(wire: refreshes_pb2.Refresh) -> Refresh:
    """A state of a newer version counts as failed: it can be resumed by nobody but that version."""
    return Refresh(
        refresh_id=wire.refresh_id,
        state=_FROM_WIRE.get(wire.state, RefreshState.FAILED),
        fencing_token=wire.fencing_token,
        holder=wire.holder,
        started=wire.started_time.ToDatetime(UTC),
        steps=tuple(
            DoneStep(
                one.name,
                one.started_time.ToDatetime(UTC),
                one.finished_time.ToDatetime(UTC),
                json_format.MessageToDict(one.facts),
            )
            for one in wire.steps
        ),
        current_step=wire.current_step,
        message=wire.message,
        configuration=wire.configuration,
    )
