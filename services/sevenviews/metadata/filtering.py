"""A PatentFilter as SQL. `PatentFilter.matches` is the definition; a property test holds the two equal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Column, ColumnElement, Date, and_, exists, or_, true, tuple_

from sevenviews.designs import DateRange, LocarnoClass, PatentFilter
from sevenviews.designs.terms import normalize_name, normalize_uspc
from sevenviews.metadata.schema import patent_holders, patent_inventors, patent_locarno, patent_uspc, patents


def condition(patent_filter: PatentFilter) -> ColumnElement[bool]:
    """What a row of `patents` must fulfil."""
    return and_(true(), *_conditions(patent_filter))


def _conditions(wanted: PatentFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.exclude_patent_ids:
        yield patents.c.patent_id.not_in(wanted.exclude_patent_ids)
    if wanted.locarno_any:
        yield _has(wanted.locarno_any)
    for locarno in wanted.locarno_all:
        yield _has([locarno])
    if wanted.locarno_none:
        yield ~_has(wanted.locarno_none)
    if wanted.uspc:
        yield _one_of(patent_uspc.c.term, map(normalize_uspc, wanted.uspc))
    if wanted.offices:
        yield patents.c.office.in_(wanted.offices)
    if wanted.kinds:
        yield patents.c.kind.in_(wanted.kinds)
    if wanted.holders:
        yield _one_of(patent_holders.c.name, map(normalize_name, wanted.holders))
    if wanted.inventors:
        yield _one_of(patent_inventors.c.name, map(normalize_name, wanted.inventors))
    yield from _within(patents.c.publication_date, wanted.publication_date)
    yield from _within(patents.c.filing_date, wanted.filing_date)


def _has(locarno: Sequence[LocarnoClass]) -> ColumnElement[bool]:
    """Whether a patent has one of the classes, or a subclass of it."""
    whole = {one.class_number for one in locarno if one.subclass_number is None}
    exact = {(one.class_number, one.subclass_number) for one in locarno if one.subclass_number is not None}
    columns = patent_locarno.c
    return exists().where(
        columns.patent_id == patents.c.patent_id,
        or_(
            columns.class_number.in_(whole), tuple_(columns.class_number, columns.subclass_number).in_(exact)
        ),
    )


def _one_of(column: Column[str], terms: Iterable[str]) -> ColumnElement[bool]:
    """Whether a patent has one of the terms in a table of its own."""
    return exists().where(column.table.c.patent_id == patents.c.patent_id, column.in_(set(terms)))


def _within(column: Column[Date], days: DateRange) -> list[ColumnElement[bool]]:
    """A comparison with null is never true: an unknown day lies in the open range only."""
    bounds: list[ColumnElement[bool]] = []
    if days.start is not None:
        bounds.append(column >= days.start)
    if days.end is not None:
        bounds.append(column <= days.end)
    return bounds
