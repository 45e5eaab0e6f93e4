"""Facets by their definition: patents counted one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sevenviews.designs import Facet, FacetValue, LocarnoClass, Patent
from sevenviews.designs.terms import holder_terms

Value = LocarnoClass | str | int


def facet_of(patents: Sequence[Patent], facet: Facet) -> list[FacetValue]:
    """All values, in their order; a holder's name is that of the first patent that has it."""
    counts: dict[object, FacetValue] = {}
    for patent in patents:
        for key, value in dict(_values(patent, facet)).items():
            known = counts.get(key, FacetValue(value, 0))
            counts[key] = FacetValue(known.value, known.count + 1)
    return _ordered(counts, facet)


def _ordered(counts: Mapping[object, FacetValue], facet: Facet) -> list[FacetValue]:
    if facet is Facet.PUBLICATION_YEAR:
        return sorted(counts.values(), key=lambda one: one.value, reverse=True)
    order = sorted(counts, key=lambda key: (-counts[key].count, key))
    return [counts[key] for key in order]


def _values(patent: Patent, facet: Facet) -> Iterator[tuple[object, Value]]:
    """What is compared, and what is told."""
    match facet:
        case Facet.LOCARNO_CLASS:
            yield from (((one.class_number,), LocarnoClass(one.class_number)) for one in patent.locarno)
        case Facet.LOCARNO_SUBCLASS:
            yield from (
                ((one.class_number, one.subclass_number), one)
                for one in patent.locarno
                if one.subclass_number
            )
        case Facet.OFFICE if patent.office:
            yield patent.office, patent.office
        case Facet.HOLDER:
            for name in reversed(patent.holders):
                yield from ((term, name) for term in holder_terms([name]))
        case Facet.PUBLICATION_YEAR if patent.publication_date:
            yield patent.publication_date.year, patent.publication_date.year
        case _:
            return
