"""Patents in SQL. One method, one transaction.

Who raises a generation holds the patent's row: so numbers are given once, in the order of the commits. A batch takes
its rows in the order of ids, so that two batches cannot wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, and_, delete, func, insert, select, update

from sevenviews.backends.records import PatentGeneration
from sevenviews.designs import BY_ID, Facet, FacetValue, LocarnoClass, Patent, PatentFilter, PatentOrder
from sevenviews.designs.terms import holder_terms, person_terms, uspc_terms
from sevenviews.metadata import sql_families, sql_messages, sql_names, sql_sources
from sevenviews.metadata.database import Database
from sevenviews.metadata.documents import to_document
from sevenviews.metadata.estimates import COUNTED, estimated_rows
from sevenviews.metadata.facets import counting
from sevenviews.metadata.filtering import condition
from sevenviews.metadata.ordering import parts_behind
from sevenviews.metadata.patent_table import (
    NOTHING_SEEN,
    PatentRecord,
    Place,
    PublishedSummary,
    Role,
    Versions,
    check_seen,
)
from sevenviews.metadata.schema import (
    FILTER_TABLES,
    changes,
    drawings,
    patent_families,
    patent_holders,
    patent_inventors,
    patent_locarno,
    patent_messages,
    patent_sources,
    patent_uspc,
    patents,
)
from sevenviews.runtime.encoded import EncodedPatent

_AUDIT_ROWS = 1000
_IDS = 10_000


class SqlPatentTable:
    """A PatentTable over SQLite or PostgreSQL.

    Args:
        engine: the database.
        counted: up to how many patents of a listing are counted; None: COUNTED of the database.
    """

    def __init__(self, engine: Engine, counted: int | None = None) -> None:
        self._database = Database(engine)
        self._counted = COUNTED[engine.dialect.name] if counted is None else counted

    def versions(self, patent_id: str) -> Versions:
        with self._database.reading() as connection:
            return _versions(connection, [patent_id])[patent_id]

    def stage(
        self, patent: Patent, digest: str, object_keys: Mapping[str, str], known: Versions
    ) -> int | None:
        with self._database.writing() as connection:
            if _versions_for_staging(connection, patent.patent_id) != known:
                return None
            staged = {
                "generation": known.newest + 1,
                "staged_digest": digest,
                "staged_document": to_document(patent),
            }
            if known.newest == 0:
                row = {"patent_id": patent.patent_id, **_columns(patent), **staged}
                connection.execute(insert(patents).values(row))
            else:
                _update(connection, patent.patent_id, staged)
            if known.published is None:
                _update(connection, patent.patent_id, _columns(patent))
                _write_filters(connection, patent)
            sql_messages.keep_only(connection, patent.patent_id, [known.published_generation])
            sql_messages.put(connection, known.newest + 1, EncodedPatent.of(patent))
            _write_drawings(connection, patent, object_keys)
            return known.newest + 1

    def publish(self, wanted: Sequence[PatentGeneration]) -> Sequence[Versions]:
        ids = [one.patent_id for one in wanted]
        with self._database.writing() as connection:
            stored = _versions(connection, ids, for_update=True)
            published = [
                one.patent_id
                for one in wanted
                if stored[one.patent_id].staged is not None and stored[one.patent_id].newest == one.generation
            ]
            for patent_id, record in sql_messages.staged(connection, published).items():
                _publish(connection, record.patent, stored[patent_id])
            _number(connection, published)
            after = _versions(connection, ids)
        return [after[one] for one in ids]

    def watermark(self) -> int:
        with self._database.reading() as connection:
            return int(connection.execute(select(changes.c.last)).scalar_one())

    def get(self, patent_ids: Sequence[str], *, include_staged: bool) -> Mapping[str, PatentRecord]:
        query = sql_messages.records().where(
            patents.c.patent_id.in_(patent_ids), sql_messages.is_listed(include_staged=include_staged)
        )
        with self._database.reading() as connection:
            found = connection.execute(query).all()
        return {row.patent_id: sql_messages.record(row) for row in found}

    def staged(self, patent_ids: Sequence[str]) -> Mapping[str, PatentRecord]:
        with self._database.reading() as connection:
            return sql_messages.staged(connection, patent_ids)

    def summaries(self, patent_ids: Sequence[str]) -> Mapping[str, PublishedSummary]:
        with self._database.reading() as connection:
            return sql_messages.summaries(connection, patent_ids)

    def page(
        self,
        patent_filter: PatentFilter,
        after: Place | None,
        limit: int,
        *,
        include_staged: bool,
        order: PatentOrder = BY_ID,
    ) -> Sequence[PatentRecord]:
        listed = sql_messages.records().where(_listed(patent_filter, include_staged=include_staged))
        found: list[PatentRecord] = []
        with self._database.reading() as connection:
            for part in parts_behind(after, order):
                query = listed.where(part.condition).order_by(*part.order).limit(limit - len(found))
                found += map(sql_messages.record, connection.execute(query))
                if len(found) == limit:
                    break
        return found

    def ids(self, *, include_staged: bool) -> Iterator[Sequence[PatentGeneration]]:
        after = ""
        listed = _listed(PatentFilter(), include_staged=include_staged)
        while True:
            query = select(patents.c.patent_id, sql_messages.shown_generation()).where(
                listed, patents.c.patent_id > after
            )
            with self._database.reading() as connection:
                rows = connection.execute(query.order_by(patents.c.patent_id).limit(_IDS)).all()
            if rows:
                yield [PatentGeneration(*row) for row in rows]
            if len(rows) < _IDS:
                return
            after = rows[-1].patent_id

    def estimate(self, patent_filter: PatentFilter, *, include_staged: bool) -> int:
        listed = select(patents.c.patent_id).where(_listed(patent_filter, include_staged=include_staged))
        with self._database.reading() as connection:
            return estimated_rows(connection, listed, self._counted)

    def published_drawings(self) -> int:
        """How many drawings readers see; of many an estimate, and with SQLite one more than are counted."""
        published = select(drawings.c.drawing_id).where(drawings.c.staged.is_(False))
        with self._database.reading() as connection:
            return estimated_rows(connection, published, self._counted)

    def facet(self, patent_filter: PatentFilter, facet: Facet, limit: int) -> Sequence[FacetValue]:
        query = counting(facet, _listed(patent_filter, include_staged=False)).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        match facet:
            case Facet.LOCARNO_CLASS:
                return [FacetValue(LocarnoClass(row.class_number), row.patents) for row in rows]
            case Facet.LOCARNO_SUBCLASS:
                return [
                    FacetValue(LocarnoClass(row.class_number, row.subclass_number), row.patents)
                    for row in rows
                ]
            case Facet.HOLDER:
                return self._printed(rows)
            case Facet.OFFICE:
                return [FacetValue(row.office, row.patents) for row in rows]
            case Facet.PUBLICATION_YEAR:
                return [FacetValue(int(row.year), row.patents) for row in rows]

    def _printed(self, rows: Sequence[Row[Any]]) -> Sequence[FacetValue]:
        """Holders by the names that are printed, not by those that are compared."""
        examples = self.get([row.example for row in rows], include_staged=False)

        def name(row: Row[Any]) -> str:
            holders = examples[row.example].patent.holders if row.example in examples else ()
            # Replaced or deleted meanwhile: its name is known all the same.
            return next((one for one in holders if row.name in holder_terms([one])), row.name)

        return [FacetValue(name(row), row.patents) for row in rows]

    def delete(
        self, patent_ids: Sequence[str], seen: Mapping[str, int] = NOTHING_SEEN
    ) -> Sequence[PatentGeneration]:
        with self._database.writing() as connection:
            stored = _versions(connection, list({*patent_ids, *seen}), for_update=True)
            check_seen(seen, stored)
            there = [id_ for id_ in patent_ids if stored[id_].published or stored[id_].staged]
            mine = patents.c.patent_id.in_(there)
            for table in (drawings, patent_sources, patent_messages, patent_families, *FILTER_TABLES):
                connection.execute(delete(table).where(table.c.patent_id.in_(there)))
            raised = {**_NOTHING, "generation": patents.c.generation + 1}
            connection.execute(update(patents).where(mine).values(raised))
            _number(connection, there)
        return [PatentGeneration(id_, stored[id_].newest + 1) for id_ in there]

    def published_ids(self, wanted: Sequence[str], around: str, count: int) -> Sequence[str]:
        with self._database.reading() as connection:
            return sql_names.ids(connection, wanted, around, count)

    def known_keys(self, role: Role, wanted: Sequence[str]) -> set[str]:
        with self._database.reading() as connection:
            return sql_names.keys(connection, role, wanted)

    def keys_from(self, role: Role, start: str, limit: int) -> Sequence[str]:
        with self._database.reading() as connection:
            return sql_names.keys_from(connection, role, start, limit)

    def printed_names(self, role: Role, keys: Sequence[str]) -> Mapping[str, str]:
        with self._database.reading() as connection:
            return sql_names.printed(connection, role, keys)

    def sources(self, digests: Sequence[str]) -> Mapping[str, str]:
        with self._database.reading() as connection:
            return sql_sources.find(connection, digests)

    def add_source(self, patent_id: str, generation: int, digest: str) -> None:
        if digest not in self.sources([digest]):
            with self._database.writing() as connection:
                sql_sources.add(connection, patent_id, generation, digest)

    def families(self, patent_ids: Sequence[str], *, same_drawings: bool) -> Mapping[str, Sequence[str]]:
        with self._database.reading() as connection:
            return sql_families.find(connection, patent_ids, same_drawings=same_drawings)

    def drawing_keys(self, drawing_ids: Sequence[str]) -> Mapping[str, str]:
        query = select(drawings.c.drawing_id, drawings.c.object_key).where(
            drawings.c.drawing_id.in_(drawing_ids), drawings.c.staged.is_(False)
        )
        with self._database.reading() as connection:
            return {row.drawing_id: row.object_key for row in connection.execute(query)}

    def names(self, object_key: str) -> bool:
        query = select(drawings.c.drawing_id).where(drawings.c.object_key == object_key).limit(1)
        with self._database.reading() as connection:
            return connection.execute(query).first() is not None

    def object_keys(self, after: str = "") -> Iterator[tuple[str, str]]:
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


_NOTHING: Mapping[str, Any] = {
    "office": "",
    "kind": "",
    "publication_date": None,
    "filing_date": None,
    "published_generation": 0,
    "published_digest": None,
    "published_document": None,
    "staged_digest": None,
    "staged_document": None,
}
"""The row of a deleted patent, but for its id and its generation."""


def _versions_for_staging(connection: Connection, patent_id: str) -> Versions:
    """What is stored, unchanged until the transaction ends. SQLite has one writer at a time anyway."""
    if connection.dialect.name == "postgresql":
        # The row may not be there yet, and so cannot be locked itself.
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(patent_id, 0))))
    # The row, because publications and deletions take no other lock.
    return _versions(connection, [patent_id], for_update=True)[patent_id]


def _versions(
    connection: Connection, patent_ids: Sequence[str], *, for_update: bool = False
) -> dict[str, Versions]:
    """Of all these ids, in their order; locked, if so asked, until the transaction ends."""
    query = select(
        patents.c.patent_id,
        patents.c.generation,
        patents.c.published_generation,
        patents.c.published_digest,
        patents.c.staged_digest,
    ).where(patents.c.patent_id.in_(patent_ids))
    if for_update:
        query = query.order_by(patents.c.patent_id).with_for_update()
    found = {patent_id: Versions(*rest) for patent_id, *rest in connection.execute(query)}
    return {one: found.get(one, Versions()) for one in patent_ids}


def _publish(connection: Connection, patent: Patent, known: Versions) -> None:
    patent_id = patent.patent_id
    published = {
        "published_generation": known.newest,
        "published_digest": known.staged,
        "published_document": patents.c.staged_document,
        "staged_digest": None,
        "staged_document": None,
    }
    _update(connection, patent_id, {**published, **_columns(patent)})
    _write_filters(connection, patent)
    sql_messages.keep_only(connection, patent_id, [known.newest])
    sql_sources.replace(connection, patent_id, patent.source_digest)
    sql_families.replace(connection, patent)
    mine = drawings.c.patent_id == patent_id
    connection.execute(delete(drawings).where(mine, drawings.c.staged.is_(False)))
    connection.execute(update(drawings).where(mine).values(staged=False))


def _number(connection: Connection, patent_ids: Sequence[str]) -> None:
    """Give the next number to a change of these patents; none where nothing changes.

    Last in its transaction: who has a number lets nobody else have one until it is seen, so that numbers are seen in
    their order.
    """
    if patent_ids:
        following = update(changes).values(last=changes.c.last + 1).returning(changes.c.last)
        number = connection.execute(following).scalar_one()
        connection.execute(update(patents).where(patents.c.patent_id.in_(patent_ids)).values(change=number))


def _update(connection: Connection, patent_id: str, values: Mapping[str, Any]) -> None:
    connection.execute(update(patents).where(patents.c.patent_id == patent_id).values(**values))


def _columns(patent: Patent) -> dict[str, Any]:
    return {
        "office": patent.office,
        "kind": patent.kind,
        "publication_date": patent.publication_date,
        "filing_date": patent.filing_date,
    }


def _write_filters(connection: Connection, patent: Patent) -> None:
    patent_id = patent.patent_id
    classes = {(one.class_number, one.subclass_number or 0) for one in patent.locarno}
    inventors = [party.name for party in patent.inventors]
    contents: Mapping[Table, list[dict[str, Any]]] = {
        patent_locarno: [{"class_number": one, "subclass_number": sub} for one, sub in sorted(classes)],
        patent_uspc: [{"term": term} for term in uspc_terms(patent.uspc)],
        patent_holders: [{"name": name} for name in holder_terms(patent.holders)],
        patent_inventors: [{"name": name} for name in person_terms(inventors)],
    }
    for table, rows in contents.items():
        connection.execute(delete(table).where(table.c.patent_id == patent_id))
        if rows:
            connection.execute(insert(table), [{"patent_id": patent_id, **row} for row in rows])


def _write_drawings(connection: Connection, patent: Patent, object_keys: Mapping[str, str]) -> None:
    patent_id = patent.patent_id
    connection.execute(delete(drawings).where(drawings.c.patent_id == patent_id, drawings.c.staged.is_(True)))
    rows = [
        {"drawing_id": drawing_id, "staged": True, "patent_id": patent_id, "object_key": key}
        for drawing_id, key in object_keys.items()
    ]
    connection.execute(insert(drawings), rows)


def _listed(patent_filter: PatentFilter, *, include_staged: bool) -> Any:
    return and_(sql_messages.is_listed(include_staged=include_staged), condition(patent_filter))
