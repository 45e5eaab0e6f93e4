"""A PatentFilter as SQL. `PatentFilter.matches` is the definition; a property test holds the two equal."""

from __future__ import annotations

from sqlalchemy import Column, ColumnElement, Date, and_, exists, or_, true

from sevenviews.designs import DateRange, LocarnoClass, PatentFilter
from sevenviews.designs.filters import normalize_name
from sevenviews.metadata.schema import patent_holders, patent_locarno, patents


def condition(patent_filter: PatentFilter) -> ColumnElement[bool]:
    """What a row of `patents` must fulfil."""
    parts: list[ColumnElement[bool]] = [true()]
    if patent_filter.locarno_any:
        parts.append(or_(*map(_has, patent_filter.locarno_any)))
    parts += map(_has, patent_filter.locarno_all)
    parts += [~_has(locarno) for locarno in patent_filter.locarno_none]
    if patent_filter.offices:
        parts.append(patents.c.office.in_(patent_filter.offices))
    if patent_filter.holders:
        parts.append(_held_by(patent_filter.holders))
    parts += _within(patents.c.publication_date, patent_filter.publication_date)
    parts += _within(patents.c.filing_date, patent_filter.filing_date)
    return and_(*parts)


def _has(locarno: LocarnoClass) -> ColumnElement[bool]:
    """A class contains its subclasses."""
    same_class = patent_locarno.c.class_number == locarno.class_number
    if locarno.subclass_number is not None:
        same_class &= patent_locarno.c.subclass_number == locarno.subclass_number
    return exists().where(patent_locarno.c.patent_id == patents.c.patent_id, same_class)


def _held_by(names: tuple[str, ...]) -> ColumnElement[bool]:
    wanted = [normalize_name(name) for name in names]
    return exists().where(
        patent_holders.c.patent_id == patents.c.patent_id, patent_holders.c.name.in_(wanted)
    )


def _within(column: Column[Date], days: DateRange) -> list[ColumnElement[bool]]:
    """A comparison with null is never true: an unknown day lies in the open range only."""
    bounds: list[ColumnElement[bool]] = []
    if days.start is not None:
        bounds.append(column >= days.start)
    if days.end is not None:
        bounds.append(column <= days.end)
    return bounds
