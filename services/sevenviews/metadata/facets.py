"""Counts of patents by what they have, as SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Table, distinct, extract, func, select

from sevenviews.designs import Facet
from sevenviews.metadata.schema import patent_holders, patent_locarno, patents


def counting(facet: Facet, listed: ColumnElement[bool]) -> Select[Any]:
    """Rows of a value's columns, `patents`, and `example`: the first of these patents; in the order of FacetCounts.

    Args:
        facet: what is counted by. The columns of its values: class and subclass number, or the name, or the year.
        listed: what a row of `patents` must fulfil.
    """
    match facet:
        case Facet.LOCARNO_CLASS:
            return _by_rows(patent_locarno, ("class_number",), listed)
        case Facet.LOCARNO_SUBCLASS:
            rows = _by_rows(patent_locarno, ("class_number", "subclass_number"), listed)
            return rows.having(rows.selected_columns.subclass_number != 0)
        case Facet.HOLDER:
            return _by_rows(patent_holders, ("name",), listed)
        case Facet.OFFICE:
            office = patents.c.office
            return _most_first((office,), patents.c.patent_id).where(listed, office != "")
        case Facet.PUBLICATION_YEAR:
            day = patents.c.publication_date
            year = extract("year", day).label("year")
            by_year = _counted((year,), patents.c.patent_id).order_by(year.desc())
            return by_year.where(listed, day.is_not(None))


def _by_rows(table: Table, columns: tuple[str, ...], listed: ColumnElement[bool]) -> Select[Any]:
    """By a table of which a patent has several rows."""
    # By another name, for the filter may look into the same table.
    own = table.alias("own")
    values = tuple(own.c[name] for name in columns)
    return (
        _most_first(values, own.c.patent_id)
        .join(patents, own.c.patent_id == patents.c.patent_id)
        .where(listed)
    )


def _most_first(values: tuple[ColumnElement[Any], ...], patent_id: ColumnElement[str]) -> Select[Any]:
    counted = _counted(values, patent_id)
    return counted.order_by(counted.selected_columns.patents.desc(), *values)


def _counted(values: tuple[ColumnElement[Any], ...], patent_id: ColumnElement[str]) -> Select[Any]:
    count = func.count(distinct(patent_id)).label("patents")
    return select(*values, count, func.min(patent_id).label("example")).group_by(*values)
