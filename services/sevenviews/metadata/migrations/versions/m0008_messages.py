"""Patents encoded, with their summaries. The JSON stays: services of the version before read and write that alone."""

import sqlalchemy as sa
from alembic import op

from sevenviews.metadata.documents import from_document
from sevenviews.runtime.encoded import summary_of

revision = "0008"
down_revision = "0007"

_ROWS = 1000


def upgrade() -> None:
    table = op.create_table(
        "patent_messages",
        sa.Column(
            "patent_id",
            sa.String(64),
            sa.ForeignKey("patents.patent_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("generation", sa.BigInteger, primary_key=True),
        sa.Column("message", sa.LargeBinary, nullable=False),
        sa.Column("summary", sa.LargeBinary, nullable=False),
    )
    page = sa.text(
        "SELECT patent_id, generation, published_generation, published_document, staged_document FROM patents "
        "WHERE patent_id > :after ORDER BY patent_id LIMIT :rows"
    )
    after = ""
    while rows := op.get_bind().execute(page, {"after": after, "rows": _ROWS}).all():
        kept = [
            _row(row.patent_id, generation, document)
            for row in rows
            for generation, document in (
                (row.published_generation, row.published_document),
                (row.generation, row.staged_document),
            )
            if document is not None
        ]
        if kept:
            op.get_bind().execute(sa.insert(table), kept)
        after = rows[-1].patent_id


def downgrade() -> None:
    op.drop_table("patent_messages")


def _row(patent_id: str, generation: int, document: str) -> dict[str, object]:
    encoded = from_document(patent_id, document)
    return {
        "patent_id": patent_id,
        "generation": generation,
        "message": encoded.content,
        "summary": summary_of(encoded.message).SerializeToString(),
    }
