"""The sources that gave what is published of each patent."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_ROWS = 1000
_WIDTH = 256


def upgrade() -> None:
    table = op.create_table(
        "patent_sources",
        sa.Column(
            "patent_id",
            sa.String(64),
            sa.ForeignKey("patents.patent_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("source_digest", sa.String(_WIDTH), primary_key=True),
    )
    op.create_index("ix_patent_sources_source_digest", "patent_sources", ["source_digest"])
    page = sa.text(
        "SELECT patent_id, published_document AS document FROM patents "
        "WHERE published_document IS NOT NULL AND patent_id > :after ORDER BY patent_id LIMIT :rows"
    )
    after = ""
    while rows := op.get_bind().execute(page, {"after": after, "rows": _ROWS}).all():
        digests = {row.patent_id: json.loads(row.document).get("source_digest", "") for row in rows}
        sources = [
            {"patent_id": id_, "source_digest": digest}
            for id_, digest in digests.items()
            if 0 < len(digest) <= _WIDTH
        ]
        if sources:
            op.get_bind().execute(sa.insert(table), sources)
        after = rows[-1].patent_id


def downgrade() -> None:
    op.drop_table("patent_sources")
