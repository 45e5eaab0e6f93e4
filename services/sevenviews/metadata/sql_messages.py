"""Encoded patents in SQL, a row a generation. What a generation holds never changes, so no row is ever outdated.

A generation that a service of the version before wrote has no row: it is read from its JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    delete,
    func,
    insert,
    or_,
    select,
)

from sevenviews.metadata.documents import from_document
from sevenviews.metadata.patent_table import PatentRecord, PublishedSummary, State
from sevenviews.metadata.schema import patent_messages, patents
from sevenviews.runtime.encoded import EncodedPatent, summary_of

_own = patent_messages.c
_is_published = patents.c.published_document.is_not(None)

# Null, and so not read, where there is the message.
_document = case(
    (_own.message.is_(None), func.coalesce(patents.c.published_document, patents.c.staged_document))
)


def shown_generation() -> ColumnElement[int]:
    """That of what a listing shows: what is published; what is staged, where nothing is."""
    return case((_is_published, patents.c.published_generation), else_=patents.c.generation)


def is_listed(*, include_staged: bool) -> ColumnElement[bool]:
    return or_(_is_published, patents.c.staged_document.is_not(None)) if include_staged else _is_published


def records() -> Select[Any]:
    """Of all patents that ever were; `record` reads the rows of those that are listed."""
    return select(
        patents.c.patent_id,
        patents.c.generation,
        shown_generation().label("shown"),
        _is_published.label("is_published"),
        patents.c.change,
        _own.message,
        _document.label("document"),
    ).select_from(_with_messages())


def record(row: Row[Any]) -> PatentRecord:
    if row.is_published:
        return PatentRecord(_encoded(row), State.PUBLISHED, row.shown, row.generation, row.change)
    return PatentRecord(_encoded(row), State.STAGED, row.shown, row.generation)


def encoded(connection: Connection, patent_ids: Iterable[str]) -> Mapping[str, EncodedPatent]:
    """Those that are published."""
    query = records().where(_is_published, patents.c.patent_id.in_(list(patent_ids)))
    return {row.patent_id: _encoded(row) for row in connection.execute(query)}


def summaries(connection: Connection, patent_ids: Sequence[str]) -> Mapping[str, PublishedSummary]:
    """Of those that are published."""
    query: Select[Any] = (
        select(
            patents.c.patent_id,
            patents.c.published_generation,
            patents.c.change,
            _own.summary,
            case((_own.summary.is_(None), patents.c.published_document)).label("document"),
        )
        .select_from(_with_messages())
        .where(_is_published, patents.c.patent_id.in_(patent_ids))
    )
    return {
        row.patent_id: PublishedSummary(row.patent_id, row.published_generation, _summary(row), row.change)
        for row in connection.execute(query)
    }


def put(connection: Connection, generation: int, patent: EncodedPatent) -> None:
    """Keep a generation that is new."""
    row = {
        "patent_id": patent.patent_id,
        "generation": generation,
        "message": patent.content,
        "summary": summary_of(patent.message).SerializeToString(),
    }
    connection.execute(insert(patent_messages).values(row))


def staged(connection: Connection, patent_ids: Iterable[str]) -> Mapping[str, PatentRecord]:
    """Of those of which something is staged."""
    document = patents.c.staged_document
    query: Select[Any] = (
        select(patents.c.patent_id, patents.c.generation, _own.message, document.label("document"))
        .select_from(
            patents.outerjoin(
                patent_messages,
                and_(_own.patent_id == patents.c.patent_id, _own.generation == patents.c.generation),
            )
        )
        .where(document.is_not(None), patents.c.patent_id.in_(list(patent_ids)))
    )
    return {
        row.patent_id: PatentRecord(_encoded(row), State.STAGED, row.generation, row.generation)
        for row in connection.execute(query)
    }


def keep_only(connection: Connection, patent_id: str, generations: Iterable[int]) -> None:
    """Forget the others of a patent."""
    others = _own.generation.not_in(list(generations))
    connection.execute(delete(patent_messages).where(_own.patent_id == patent_id, others))


def _with_messages() -> Any:
    return patents.outerjoin(
        patent_messages,
        and_(_own.patent_id == patents.c.patent_id, _own.generation == shown_generation()),
    )


def _encoded(row: Row[Any]) -> EncodedPatent:
    if row.message is not None:
        return EncodedPatent(row.patent_id, row.message)
    return from_document(row.patent_id, row.document)


def _summary(row: Row[Any]) -> bytes:
    if row.summary is not None:
        return bytes(row.summary)
    return summary_of(from_document(row.patent_id, row.document).message).SerializeToString()
