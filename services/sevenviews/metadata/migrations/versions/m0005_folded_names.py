"""Names of holders and inventors in the form in which they are compared now, without punctuation and legal forms."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

from sevenviews.designs.terms import holder_terms, normalize_name, person_terms

revision = "0005"
down_revision = "0004"

_ROWS = 1000
_WIDTH = 512

_HOLDERS, _INVENTORS = (
    sa.table(name, sa.column("patent_id"), sa.column("name"))
    for name in ("patent_holders", "patent_inventors")
)

Terms = Callable[[Iterable[str]], list[str]]


def upgrade() -> None:
    _refill(holder_terms, person_terms)


def downgrade() -> None:
    _refill(_before, _before)


def _before(names: Iterable[str]) -> list[str]:
    return sorted({key for name in names if (key := normalize_name(name)) and len(key) <= _WIDTH})


def _refill(holders: Terms, inventors: Terms) -> None:
    for table in (_HOLDERS, _INVENTORS):
        op.execute(sa.delete(table))
    page = sa.text(
        "SELECT patent_id, coalesce(published_document, staged_document, '{}') AS document FROM patents "
        "WHERE patent_id > :after ORDER BY patent_id LIMIT :rows"
    )
    after = ""
    while rows := op.get_bind().execute(page, {"after": after, "rows": _ROWS}).all():
        documents = {row.patent_id: json.loads(row.document) for row in rows}
        _insert(_HOLDERS, {id_: holders(_held_by(one)) for id_, one in documents.items()})
        invented = {id_: inventors(_names(one, "inventors")) for id_, one in documents.items()}
        _insert(_INVENTORS, invented)
        after = rows[-1].patent_id


def _held_by(document: dict[str, Any]) -> list[str]:
    """As Patent.holders has it."""
    return _names(document, "assignees") or _names(document, "applicants") or _names(document, "inventors")


def _names(document: dict[str, Any], role: str) -> list[str]:
    return [party.get("name", "") for party in document.get(role, ())]


def _insert(table: sa.TableClause, names: dict[str, list[str]]) -> None:
    rows = [{"patent_id": id_, "name": name} for id_, terms in names.items() for name in terms]
    if rows:
        op.get_bind().execute(sa.insert(table), rows)
