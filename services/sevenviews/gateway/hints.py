"""Hints for callers, on the wire."""

from __future__ import annotations

from collections.abc import Iterable

from sevenviews.backends.records import UnknownName
from sevenviews.v1 import common_pb2


def unknown_names_to_wire(names: Iterable[UnknownName]) -> list[common_pb2.UnknownName]:
    return [common_pb2.UnknownName(field=one.field, name=one.name, near=one.near) for one in names]
