"""A listing in its order, as parts that an index can give: each begins where its rows begin, and skips none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, literal, true, tuple_

from sevenviews.designs import OrderField, PatentOrder
from sevenviews.metadata.patent_table import Place
from sevenviews.metadata.schema import patents

_ID = patents.c.patent_id
_DAYS = {
    OrderField.PUBLICATION_DATE: patents.c.publication_date,
    OrderField.FILING_DATE: patents.c.filing_date,
}


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of `patents` that stand together, and their order."""

    condition: ColumnElement[bool]
    order: tuple[ColumnElement[object], ...]


def parts_behind(place: Place | None, order: PatentOrder) -> Iterator[Part]:
    """What comes behind a place; everything, without one. In SQL null is neither more nor less than any day, so
    patents whose day is not known are a part by themselves."""
    day = _DAYS.get(order.field)
    if day is None:
        yield Part(_behind_id(place, order), _sorted(order, _ID))
        return
    unknown_begins = place if place is not None and place.day is None else None
    # Also ordered by the day that none of them has: only so does PostgreSQL read them off its index.
    unknown = Part(day.is_(None) & _behind_id(unknown_begins, order), _sorted(order, day, _ID))
    known_begins = place if place is not None and place.day is not None else None
    known = Part(day.is_not(None) & _behind_day(day, known_begins, order), _sorted(order, day, _ID))
    parts = [known, unknown] if order.descending else [unknown, known]
    begins = known_begins if order.descending else unknown_begins
    yield from parts if place is None or begins is not None else parts[1:]


def _behind_id(place: Place | None, order: PatentOrder) -> ColumnElement[bool]:
    if place is None:
        return true()
    return place.patent_id > _ID if order.descending else place.patent_id < _ID


def _behind_day(day: ColumnElement[object], place: Place | None, order: PatentOrder) -> ColumnElement[bool]:
    if place is None:
        return true()
    row = tuple_(day, _ID)
    last = tuple_(literal(place.day, day.type), literal(place.patent_id, _ID.type))
    return row < last if order.descending else row > last


def _sorted(order: PatentOrder, *columns: ColumnElement[object]) -> tuple[ColumnElement[object], ...]:
    return tuple(one.desc() if order.descending else one.asc() for one in columns)
