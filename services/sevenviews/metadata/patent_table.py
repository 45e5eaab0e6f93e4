"""The port to the database, and its implementation in SQL. One method, one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Row, and_, delete, func, insert, or_, select, update

from sevenviews.designs import Patent, PatentFilter
from sevenviews.designs.filters import normalize_name
from sevenviews.metadata.database import Database
from sevenviews.metadata.documents import from_document, to_document
from sevenviews.metadata.filtering import condition
from sevenviews.metadata.schema import drawings, patent_holders, patent_locarno, patents

_AUDIT_ROWS = 1000
_IDS = 10_000


class State(StrEnum):
    """Published content is seen by readers; a patent of which nothing is published is staged."""

    STAGED = "staged"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Digests:
    """Of what is stored under an id; None where there is none."""

    published: str | None
    staged: str | None


@dataclass(frozen=True, slots=True)
class ListedPatent:
    """A patent of a listing, with its state."""

    patent: Patent
    state: State


class PatentTable(Protocol):
    """Blocking; safe to use from several threads. Raises DEPENDENCY_UNAVAILABLE, STORAGE_FULL."""

    def digests(self, patent_id: str) -> Digests:
        """What is stored under an id."""
        ...

    def stage(self, patent: Patent, digest: str, object_keys: Mapping[str, str], known: Digests) -> bool:
        """Keep content as staged. False, and nothing happens, if what is stored is not `known` any more."""
        ...

    def publish(self, patent_id: str, digest: str) -> bool:
        """Make staged content the published. False if neither is of that digest."""
        ...

    def published(self, patent_ids: Sequence[str]) -> Mapping[str, Patent]:
        """Those that are published."""
        ...

    def page(
        self, patent_filter: PatentFilter, after: str, limit: int, *, include_staged: bool
    ) -> Sequence[ListedPatent]:
        """Up to `limit` patents behind an id, in the order of ids."""
        ...

    def ids(self, *, include_staged: bool) -> Iterator[Sequence[str]]:
        """All ids, in order, in portions."""
        ...

    def count(self, patent_filter: PatentFilter, *, include_staged: bool) -> int:
        """How many patents a listing has."""
        ...

    def delete(self, patent_ids: Sequence[str]) -> int:
        """How many were there."""
        ...

    def object_key(self, drawing_id: str, *, include_staged: bool) -> str | None:
        """Where the image of a drawing lies; published content comes first."""
        ...

    def object_keys(self) -> Iterator[tuple[str, str]]:
        """Every object key that a record names, with a drawing id, in the order of keys; no key twice."""
        ...

    def check(self) -> None:
        """Return if the database answers."""
        ...


class SqlPatentTable:
    """A PatentTable over SQLite or PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._database = Database(engine)

    def digests(self, patent_id: str) -> Digests:
        with self._database.reading() as connection:
            return _digests(connection, patent_id)

    def stage(self, patent: Patent, digest: str, object_keys: Mapping[str, str], known: Digests) -> bool:
        with self._database.writing() as connection:
            if _locked_digests(connection, patent.patent_id) != known:
                return False
            staged = {"staged_digest": digest, "staged_document": to_document(patent)}
            if known == Digests(None, None):
                connection.execute(
                    insert(patents).values(patent_id=patent.patent_id, **_columns(patent), **staged)
                )
            else:
                _update(connection, patent.patent_id, staged)
            if known.published is None:
                _update(connection, patent.patent_id, _columns(patent))
                _write_filters(connection, patent)
            _write_drawings(connection, patent, object_keys)
            return True

    def publish(self, patent_id: str, digest: str) -> bool:
        with self._database.writing() as connection:
            stored = _locked_digests(connection, patent_id)
            if stored.staged != digest:
                return stored.published == digest
            document = connection.execute(
                select(patents.c.staged_document).where(patents.c.patent_id == patent_id)
            ).scalar_one()
            patent = from_document(document)
            published = {
                "published_digest": digest,
                "published_document": document,
                "staged_digest": None,
                "staged_document": None,
            }
            _update(connection, patent_id, {**published, **_columns(patent)})
            _write_filters(connection, patent)
            mine = drawings.c.patent_id == patent_id
            connection.execute(delete(drawings).where(mine, drawings.c.staged.is_(False)))
            connection.execute(update(drawings).where(mine).values(staged=False))
            return True

    def published(self, patent_ids: Sequence[str]) -> Mapping[str, Patent]:
        query = select(patents.c.patent_id, patents.c.published_document).where(
            patents.c.patent_id.in_(patent_ids), patents.c.published_document.is_not(None)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return {row.patent_id: from_document(row.published_document) for row in rows}

    def page(
        self, patent_filter: PatentFilter, after: str, limit: int, *, include_staged: bool
    ) -> Sequence[ListedPatent]:
        query = (
            select(patents.c.published_document, patents.c.staged_document)
            .where(_listed(patent_filter, include_staged=include_staged), patents.c.patent_id > after)
            .order_by(patents.c.patent_id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [_listed_patent(row) for row in connection.execute(query)]

    def ids(self, *, include_staged: bool) -> Iterator[Sequence[str]]:
        after = ""
        listed = _listed(PatentFilter(), include_staged=include_staged)
        while True:
            query = select(patents.c.patent_id).where(listed, patents.c.patent_id > after)
            with self._database.reading() as connection:
                found = connection.execute(query.order_by(patents.c.patent_id).limit(_IDS)).scalars().all()
            if found:
                yield found
            if len(found) < _IDS:
                return
            after = found[-1]

    def count(self, patent_filter: PatentFilter, *, include_staged: bool) -> int:
        listed = _listed(patent_filter, include_staged=include_staged)
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(patents).where(listed)).scalar_one()

    def delete(self, patent_ids: Sequence[str]) -> int:
        with self._database.writing() as connection:
            return connection.execute(delete(patents).where(patents.c.patent_id.in_(patent_ids))).rowcount

    def object_key(self, drawing_id: str, *, include_staged: bool) -> str | None:
        query = select(drawings.c.object_key).where(drawings.c.drawing_id == drawing_id)
        if not include_staged:
            query = query.where(drawings.c.staged.is_(False))
        with self._database.reading() as connection:
            return connection.execute(query.order_by(drawings.c.staged)).scalars().first()

    def object_keys(self) -> Iterator[tuple[str, str]]:
        after = ""
        while True:
            query = (
                select(drawings.c.object_key, func.min(drawings.c.drawing_id).label("drawing_id"))
                .where(drawings.c.object_key > after)
                .group_by(drawings.c.object_key)
                .order_by(drawings.c.object_key)
                .limit(_AUDIT_ROWS)
            )
            with self._database.reading() as connection:
                rows = connection.execute(query).all()
            for row in rows:
                yield row.object_key, row.drawing_id
            if len(rows) < _AUDIT_ROWS:
                return
            after = rows[-1].object_key

    def check(self) -> None:
        with self._database.reading() as connection:
            connection.execute(select(patents.c.patent_id).limit(1))


def _locked_digests(connection: Connection, patent_id: str) -> Digests:
    """What is stored, unchanged until the transaction ends. SQLite has one writer at a time anyway."""
    if connection.dialect.name == "postgresql":
        # The row may not be there yet, and so cannot be locked itself.
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(patent_id, 0))))
    # The row, because a deletion takes no other lock.
    return _digests(connection, patent_id, for_update=True)


def _digests(connection: Connection, patent_id: str, *, for_update: bool = False) -> Digests:
    query = select(patents.c.published_digest, patents.c.staged_digest).where(
        patents.c.patent_id == patent_id
    )
    row = connection.execute(query.with_for_update() if for_update else query).one_or_none()
    return Digests(None, None) if row is None else Digests(row.published_digest, row.staged_digest)


def _update(connection: Connection, patent_id: str, values: Mapping[str, Any]) -> None:
    connection.execute(update(patents).where(patents.c.patent_id == patent_id).values(**values))


def _columns(patent: Patent) -> dict[str, Any]:
    return {
        "office": patent.office,
        "publication_date": patent.publication_date,
        "filing_date": patent.filing_date,
    }


def _write_filters(connection: Connection, patent: Patent) -> None:
    patent_id = patent.patent_id
    classes = {(one.class_number, one.subclass_number or 0) for one in patent.locarno}
    holders = {normalize_name(name) for name in patent.holders} - {""}
    connection.execute(delete(patent_locarno).where(patent_locarno.c.patent_id == patent_id))
    connection.execute(delete(patent_holders).where(patent_holders.c.patent_id == patent_id))
    if classes:
        rows = [
            {"patent_id": patent_id, "class_number": number, "subclass_number": sub}
            for number, sub in sorted(classes)
        ]
        connection.execute(insert(patent_locarno), rows)
    if holders:
        names = [{"patent_id": patent_id, "name": name} for name in sorted(holders)]
        connection.execute(insert(patent_holders), names)


def _write_drawings(connection: Connection, patent: Patent, object_keys: Mapping[str, str]) -> None:
    patent_id = patent.patent_id
    connection.execute(delete(drawings).where(drawings.c.patent_id == patent_id, drawings.c.staged.is_(True)))
    rows = [
        {"drawing_id": drawing_id, "staged": True, "patent_id": patent_id, "object_key": key}
        for drawing_id, key in object_keys.items()
    ]
    connection.execute(insert(drawings), rows)


def _listed(patent_filter: PatentFilter, *, include_staged: bool) -> Any:
    is_published = patents.c.published_document.is_not(None)
    visible = or_(is_published, patents.c.staged_document.is_not(None)) if include_staged else is_published
    return and_(visible, condition(patent_filter))


def _listed_patent(row: Row[Any, Any]) -> ListedPatent:
    if row.published_document is not None:
        return ListedPatent(from_document(row.published_document), State.PUBLISHED)
    return ListedPatent(from_document(row.staged_document), State.STAGED)
