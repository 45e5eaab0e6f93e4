"""The sources that gave what is published of a patent, in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select

from sevenviews.metadata.patent_table import is_source
from sevenviews.metadata.schema import patent_sources, patents

_own = patent_sources.c


def find(connection: Connection, digests: Sequence[str]) -> Mapping[str, str]:
    """The patents of those that are known, by digest."""
    query = select(_own.source_digest, _own.patent_id).where(_own.source_digest.in_(digests))
    rows = connection.execute(query.order_by(_own.source_digest, _own.patent_id.desc()))
    return {row.source_digest: row.patent_id for row in rows}


def replace(connection: Connection, patent_id: str, digest: str) -> None:
    """Forget the sources of a patent but for one, which may be empty: not known."""
    connection.execute(delete(patent_sources).where(_own.patent_id == patent_id))
    _insert(connection, patent_id, digest)


def add(connection: Connection, patent_id: str, generation: int, digest: str) -> None:
    """Another source gave what is published; if it still is."""
    known = select(_own.patent_id).where(_own.patent_id == patent_id, _own.source_digest == digest)
    row = select(patents.c.published_generation).where(patents.c.patent_id == patent_id).with_for_update()
    if connection.execute(row).scalar() == generation and connection.execute(known).first() is None:
        _insert(connection, patent_id, digest)


def _insert(connection: Connection, patent_id: str, digest: str) -> None:
    if is_source(digest):
        connection.execute(insert(patent_sources).values(patent_id=patent_id, source_digest=digest))
