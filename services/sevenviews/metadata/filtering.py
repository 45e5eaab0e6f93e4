"""A PatentFilter as SQL. `PatentFilter.matches` is the definition; a property test holds the two equal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Column, ColumnElement, Date, and_, exists, func, not_, or_, select, true, tuple_

from sevenviews.designs import DateRange, LocarnoClass, PatentFilter, UnknownDates
from sevenviews.designs.terms import asked_holders, asked_persons, normalize_uspc
from sevenviews.metadata.schema import patent_holders, patent_inventors, patent_locarno, patent_uspc, patents

_OWN_CLASS = patent_locarno.c.patent_id == patents.c.patent_id
_CLASS = patent_locarno.c.class_number
_SUBCLASS = tuple_(_CLASS, patent_locarno.c.subclass_number)


def condition(patent_filter: PatentFilter) -> ColumnElement[bool]:
    """What a row of `patents` must fulfil: true or false of every row, never null, so that it can be negated."""
    return and_(true(), *_conditions(patent_filter))


def _conditions(wanted: PatentFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.exclude_patent_ids:
        yield patents.c.patent_id.not_in(wanted.exclude_patent_ids)
    if wanted.locarno_any:
        yield _has_any(wanted.locarno_any)
    if wanted.locarno_all:
        yield _has_all(wanted.locarno_all)
    if wanted.locarno_none:
        yield ~_has_any(wanted.locarno_none)
    if wanted.uspc:
        yield _one_of(patent_uspc.c.term, map(normalize_uspc, wanted.uspc))
    if wanted.offices:
        yield patents.c.office.in_(wanted.offices)
    if wanted.kinds:
        yield patents.c.kind.in_(wanted.kinds)
    if wanted.holders:
        yield _one_of(patent_holders.c.name, asked_holders(wanted.holders))
    if wanted.inventors:
        yield _one_of(patent_inventors.c.name, asked_persons(wanted.inventors))
    yield from _dates(wanted)
    yield from _nested(wanted)


def _dates(wanted: PatentFilter) -> Iterator[ColumnElement[bool]]:
    published, filed = patents.c.publication_date, patents.c.filing_date
    for column, days in ((published, wanted.publication_date), (filed, wanted.filing_date)):
        if days:
            yield _known(column, _within(column, days), wanted.unknown_dates)
    if wanted.prior_to is not None:
        yield or_(*(_known(one, one < wanted.prior_to, wanted.unknown_dates) for one in (published, filed)))


def _nested(wanted: PatentFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.any_of:
        yield or_(*map(condition, wanted.any_of))
    yield from map(condition, wanted.all_of)
    yield from (not_(condition(one)) for one in wanted.none_of)


def _has_any(locarno: Iterable[LocarnoClass]) -> ColumnElement[bool]:
    """Whether a patent has one of the classes, or a subclass of it."""
    whole, exact = _whole_and_exact(locarno)
    return exists().where(_OWN_CLASS, or_(_CLASS.in_(whole), _SUBCLASS.in_(exact)))


def _has_all(locarno: Iterable[LocarnoClass]) -> ColumnElement[bool]:
    """Whether a patent has every one of the classes, or a subclass of it."""
    whole, exact = _whole_and_exact(locarno)
    classes = select(func.count(_CLASS.distinct())).where(_OWN_CLASS, _CLASS.in_(whole))
    # No patent has a row twice.
    subclasses = select(func.count()).where(_OWN_CLASS, _SUBCLASS.in_(exact))
    return and_(
        classes.scalar_subquery() == len(whole),
        subclasses.scalar_subquery() == len(exact),
    )


def _whole_and_exact(locarno: Iterable[LocarnoClass]) -> tuple[set[int], set[tuple[int, int]]]:
    """Whole classes, and subclasses."""
    whole, exact = set(), set()
    for one in locarno:
        if one.subclass_number is None:
            whole.add(one.class_number)
        else:
            exact.add((one.class_number, one.subclass_number))
    return whole, exact


def _one_of(column: Column[str], terms: Iterable[str]) -> ColumnElement[bool]:
    """Whether a patent has one of the terms in a table of its own."""
    return exists().where(column.table.c.patent_id == patents.c.patent_id, column.in_(set(terms)))


def _within(column: Column[Date], days: DateRange) -> ColumnElement[bool]:
    bounds: list[ColumnElement[bool]] = []
    if days.start is not None:
        bounds.append(column >= days.start)
    if days.end is not None:
        bounds.append(column <= days.end)
    return and_(true(), *bounds)


def _known(
    column: Column[Date], condition: ColumnElement[bool], unknown: UnknownDates
) -> ColumnElement[bool]:
    """A condition on a day that may be unknown."""
    if unknown is UnknownDates.INCLUDE:
        return or_(column.is_(None), condition)
    return and_(column.is_not(None), condition)
