"""Which published patents are of one family."""

from dataclasses import replace

import sqlalchemy as sa
from alembic import op

from sevenviews.metadata.documents import from_document
from sevenviews.metadata.sql_families import storable_keys

revision = "0009"
down_revision = "0008"

_ROWS = 1000
_WIDTH = 320


def upgrade() -> None:
    table = op.create_table(
        "patent_families",
        sa.Column(
            "patent_id",
            sa.String(64),
            sa.ForeignKey("patents.patent_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("family_key", sa.String(_WIDTH), primary_key=True),
    )
    op.create_index("ix_patent_families_family_key", "patent_families", ["family_key"])
    page = sa.text(
        "SELECT patent_id, published_document AS document FROM patents "
        "WHERE published_document IS NOT NULL AND patent_id > :after ORDER BY patent_id LIMIT :rows"
    )
    after = ""
    while rows := op.get_bind().execute(page, {"after": after, "rows": _ROWS}).all():
        keys = [
            {"patent_id": row.patent_id, "family_key": key}
            for row in rows
            for key in storable_keys(
                replace(from_document(row.patent_id, row.document).patent, patent_id=row.patent_id)
            )
        ]
        if keys:
            op.get_bind().execute(sa.insert(table), keys)
        after = rows[-1].patent_id


def downgrade() -> None:
    op.drop_table("patent_families")
