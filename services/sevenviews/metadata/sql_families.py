"""Which published patents are of one family, in SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select

from sevenviews.designs import SAME_DRAWINGS, Patent, families, kin_keys
from sevenviews.metadata.schema import FAMILY_KEY_LENGTH, patent_families

MOST_RELATIVES = 1_000
"""Of all patents that are asked for together: about there the search for more ends, whatever else is kin."""

_VALUES = 5_000
"""In a statement."""

_own = patent_families.c


def find(
    connection: Connection, patent_ids: Collection[str], *, same_drawings: bool
) -> Mapping[str, tuple[str, ...]]:
    """The other members of each patent's family, in the order of ids; of those that have some.

    Args:
        connection: a transaction.
        patent_ids: whose.
        same_drawings: those count as well whose drawings are the same images.
    """
    keys: dict[str, set[str]] = {}
    new = set(patent_ids)
    while new:
        keys |= {one: set() for one in new}
        for patent_id, key in _rows(connection, new):
            if same_drawings or not key.startswith(SAME_DRAWINGS):
                keys[patent_id].add(key)
        if len(keys) >= len(patent_ids) + MOST_RELATIVES:
            break
        found = {key for one in new for key in keys[one]}
        new = set(_holders(connection, found)) - keys.keys()
    members = families(keys)
    return {
        one: tuple(other for other in members[one] if other != one)
        for one in patent_ids
        if len(members[one]) > 1
    }


def replace(connection: Connection, patent: Patent) -> None:
    """Write the keys of what is published now."""
    connection.execute(delete(patent_families).where(_own.patent_id == patent.patent_id))
    rows = [{"patent_id": patent.patent_id, "family_key": key} for key in storable_keys(patent)]
    connection.execute(insert(patent_families), rows)


def storable_keys(patent: Patent) -> list[str]:
    """Its keys, but for those that no database can keep: they are nobody's number."""
    return sorted(key for key in kin_keys(patent) if len(key) <= FAMILY_KEY_LENGTH and "\0" not in key)


def _rows(connection: Connection, patent_ids: Collection[str]) -> Iterator[tuple[str, str]]:
    for portion in _portions(patent_ids):
        query = select(_own.patent_id, _own.family_key).where(_own.patent_id.in_(portion))
        yield from ((row.patent_id, row.family_key) for row in connection.execute(query))


def _holders(connection: Connection, keys: Collection[str]) -> Iterator[str]:
    for portion in _portions(keys):
        query = select(_own.patent_id).distinct().where(_own.family_key.in_(portion))
        yield from connection.execute(query).scalars()


def _portions(values: Collection[str]) -> Iterator[Sequence[str]]:
    ordered = sorted(values)
    yield from (ordered[at : at + _VALUES] for at in range(0, len(ordered), _VALUES))
