"""Facets on the wire and back."""

from __future__ import annotations

from collections.abc import Iterable

from sevenviews.designs import Facet, FacetCounts, FacetValue, LocarnoClass
from sevenviews.runtime.answers import locarno_of_answer, name_of
from sevenviews.runtime.wire import locarno_to_wire, malformed
from sevenviews.v1 import facets_pb2


def facet_to_wire(facet: Facet) -> facets_pb2.Facet.ValueType:
    return facets_pb2.Facet.Value(f"FACET_{facet.name}")


def facets_from_wire(wire: Iterable[facets_pb2.Facet.ValueType], field: str = "facets") -> tuple[Facet, ...]:
    """Each once; none: all. Raises FIELD_MALFORMED for a number that this version does not know."""
    known = {facet_to_wire(one): one for one in Facet}
    for at, number in enumerate(wire):
        if number not in known:
            raise malformed(f"{field}[{at}]", number, "not a facet")
    return tuple(dict.fromkeys(known[number] for number in wire)) or tuple(Facet)


def counts_to_wire(counts: FacetCounts) -> facets_pb2.FacetCounts:
    values = map(_value_to_wire, counts.values)
    return facets_pb2.FacetCounts(facet=facet_to_wire(counts.facet), values=values, more=counts.more)


def _value_to_wire(one: FacetValue) -> facets_pb2.FacetValue:
    if isinstance(one.value, LocarnoClass):
        return facets_pb2.FacetValue(locarno=locarno_to_wire(one.value), count=one.count)
    if isinstance(one.value, int):
        return facets_pb2.FacetValue(year=one.value, count=one.count)
    return facets_pb2.FacetValue(text=one.value, count=one.count)


def counts_of_answer(wire: Iterable[facets_pb2.FacetCounts]) -> tuple[FacetCounts, ...]:
    """Those that this version has a word for."""
    named = [(Facet.__members__.get(name_of(facets_pb2.Facet.DESCRIPTOR, one.facet)), one) for one in wire]
    return tuple(
        FacetCounts(
            facet,
            tuple(found for value in one.values if (found := _value_of_answer(value)) is not None),
            one.more,
        )
        for facet, one in named
        if facet is not None
    )


def _value_of_answer(wire: facets_pb2.FacetValue) -> FacetValue | None:
    match wire.WhichOneof("value"):
        case "locarno":
            locarno = locarno_of_answer(wire.locarno)
            return None if locarno is None else FacetValue(locarno, wire.count)
        case "text":
            return FacetValue(wire.text, wire.count)
        case "year":
            return FacetValue(wire.year, wire.count)
        case _:
            return None
