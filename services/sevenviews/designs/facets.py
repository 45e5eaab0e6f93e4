"""What the patents that a filter lets through have, counted: how a list of them may be narrowed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from sevenviews.designs.filters import DateRange, PatentFilter
from sevenviews.designs.locarno import LocarnoClass


class Facet(StrEnum):
    """What patents are counted by. One that has several classes or holders counts at each of them."""

    LOCARNO_CLASS = "locarno_class"
    LOCARNO_SUBCLASS = "locarno_subclass"
    OFFICE = "office"
    HOLDER = "holder"
    PUBLICATION_YEAR = "publication_year"


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A Locarno class, the name of an office or a holder, or a year; and how many patents have it."""

    value: LocarnoClass | str | int
    count: int


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """The values that most patents have, most first; of years the last ones, last first. More: there are others."""

    facet: Facet
    values: tuple[FacetValue, ...]
    more: bool


def without_own_conditions(patent_filter: PatentFilter, facet: Facet) -> PatentFilter:
    """The filter without what it says of the facet itself, so that the other values can be seen, and chosen.

    What the filters within it say is left.
    """
    match facet:
        case Facet.LOCARNO_CLASS | Facet.LOCARNO_SUBCLASS:
            return replace(patent_filter, locarno_any=(), locarno_all=(), locarno_none=())
        case Facet.OFFICE:
            return replace(patent_filter, offices=())
        case Facet.HOLDER:
            return replace(patent_filter, holders=())
        case Facet.PUBLICATION_YEAR:
            return replace(patent_filter, publication_date=DateRange())
