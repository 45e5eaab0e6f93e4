"""A filter as JSON, as certificates keep it. It is read as strictly as a request: it will be one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import json_format

from sevenviews.designs import PatentFilter
from sevenviews.runtime.wire import filter_from_wire, filter_to_wire, malformed
from sevenviews.v1 import common_pb2


def filter_to_json(patent_filter: PatentFilter) -> dict[str, Any]:
    wire = filter_to_wire(patent_filter)
    return json_format.MessageToDict(wire, preserving_proto_field_name=True)


def filter_from_json(document: Mapping[str, Any]) -> PatentFilter:
    """Raises FIELD_MALFORMED, also for a condition that this version does not know."""
    try:
        wire = json_format.ParseDict(dict(document), common_pb2.PatentFilter())
    except json_format.ParseError as error:
        raise malformed("filter", document, str(error)) from error
    return filter_from_wire(wire)
