"""Filters on kinds, classes of the United States and inventors."""

import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

from sevenviews.designs.terms import person_terms, uspc_terms

revision = "0004"
down_revision = "0003"

_KIND, _TERM, _NAME = 16, 64, 512
_ROWS = 1000


def upgrade() -> None:
    # The default fills the rows that there are; writers always give a value.
    op.add_column("patents", sa.Column("kind", sa.String(_KIND), nullable=False, server_default=""))
    _create("patent_uspc", "term", _TERM)
    _create("patent_inventors", "name", _NAME)
    page = sa.text(
        "SELECT patent_id, coalesce(published_document, staged_document, '{}') AS document FROM patents "
        "WHERE patent_id > :after ORDER BY patent_id LIMIT :rows"
    )
    after = ""
    while rows := op.get_bind().execute(page, {"after": after, "rows": _ROWS}).all():
        for row in rows:
            _fill(row.patent_id, json.loads(row.document))
        after = rows[-1].patent_id


def downgrade() -> None:
    op.drop_table("patent_inventors")
    op.drop_table("patent_uspc")
    op.drop_column("patents", "kind")


def _create(table: str, column: str, width: int) -> None:
    patent = sa.ForeignKey("patents.patent_id", ondelete="CASCADE")
    op.create_table(
        table,
        sa.Column("patent_id", sa.String(64), patent, primary_key=True),
        sa.Column(column, sa.String(width), primary_key=True),
    )
    op.create_index(f"ix_{table}_{column}", table, [column])


def _fill(patent_id: str, document: dict[str, Any]) -> None:
    inventors = [party.get("name", "") for party in document.get("inventors", ())]
    _write(
        "UPDATE patents SET kind = :value WHERE patent_id = :id", patent_id, [document.get("kind", "")], _KIND
    )
    _write(
        "INSERT INTO patent_uspc VALUES (:id, :value)", patent_id, uspc_terms(document.get("uspc", ())), _TERM
    )
    _write("INSERT INTO patent_inventors VALUES (:id, :value)", patent_id, person_terms(inventors), _NAME)


def _write(statement: str, patent_id: str, values: Iterable[str], width: int) -> None:
    """What does not fit its column cannot be asked for."""
    rows = [{"id": patent_id, "value": value} for value in values if len(value) <= width]
    if rows:
        op.get_bind().execute(sa.text(statement), rows)
