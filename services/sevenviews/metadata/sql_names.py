"""What published patents are called in SQL: ids and names beside those that somebody typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, select

from sevenviews.designs.terms import holder_key, person_key
from sevenviews.metadata import sql_messages
from sevenviews.metadata.patent_table import Role
from sevenviews.metadata.schema import patent_holders, patent_inventors, patents

_NAMES = {Role.HOLDER: patent_holders, Role.INVENTOR: patent_inventors}
_PUBLISHED = patents.c.published_generation > 0


def ids(connection: Connection, wanted: Sequence[str], around: str, count: int) -> list[str]:
    """Those of the wanted that are published, and so many before and behind an id in the order of ids."""
    column = patents.c.patent_id
    query = select(column).where(_PUBLISHED)
    found = [
        query.where(column.in_(wanted)),
        query.where(column < around).order_by(column.desc()).limit(count),
        query.where(column > around).order_by(column).limit(count),
    ]
    return list(dict.fromkeys(one for each in found for one in connection.execute(each).scalars()))


def keys(connection: Connection, role: Role, wanted: Sequence[str]) -> set[str]:
    """Those of the keys that a published patent has."""
    name = _NAMES[role].c.name
    query = select(name).distinct().join(patents).where(_PUBLISHED, name.in_(wanted))
    return set(connection.execute(query).scalars())


def keys_from(connection: Connection, role: Role, start: str, limit: int) -> list[str]:
    """Keys of published patents that begin so."""
    name = _NAMES[role].c.name
    begins = name.startswith(start, autoescape=True)
    query = select(name).distinct().join(patents).where(_PUBLISHED, begins).limit(limit)
    return list(connection.execute(query).scalars())


def printed(connection: Connection, role: Role, wanted: Sequence[str]) -> Mapping[str, str]:
    """By key, the name as one of the published patents prints it."""
    table = _NAMES[role]
    first = (
        select(table.c.name, func.min(table.c.patent_id).label("patent_id"))
        .join(patents)
        .where(_PUBLISHED, table.c.name.in_(wanted))
        .group_by(table.c.name)
    )
    examples = {row.name: row.patent_id for row in connection.execute(first)}
    encoded = sql_messages.encoded(connection, examples.values())
    told: dict[str, str] = {}
    for key, patent_id in examples.items():
        if patent_id not in encoded:  # deleted meanwhile
            continue
        patent = encoded[patent_id].patent
        if role is Role.HOLDER:
            names = {holder_key(one): one for one in patent.holders}
        else:
            names = {person_key(one.name): one.name for one in patent.inventors}
        told[key] = names.get(key, key)
    return told
