"""Patents with their filters and documents, and their drawings."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "patents",
        sa.Column("patent_id", sa.String(64), primary_key=True),
        sa.Column("office", sa.String(8), nullable=False),
        sa.Column("publication_date", sa.Date),
        sa.Column("filing_date", sa.Date),
        sa.Column("published_digest", sa.String(64)),
        sa.Column("published_document", sa.Text),
        sa.Column("staged_digest", sa.String(64)),
        sa.Column("staged_document", sa.Text),
    )
    op.create_index("ix_patents_publication_date", "patents", ["publication_date"])
    op.create_index("ix_patents_filing_date", "patents", ["filing_date"])
    op.create_table(
        "patent_locarno",
        sa.Column("patent_id", sa.String(64), _patent(), primary_key=True),
        sa.Column("class_number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("subclass_number", sa.Integer, primary_key=True, autoincrement=False),
    )
    op.create_index("ix_patent_locarno_class", "patent_locarno", ["class_number", "subclass_number"])
    op.create_table(
        "patent_holders",
        sa.Column("patent_id", sa.String(64), _patent(), primary_key=True),
        sa.Column("name", sa.String(512), primary_key=True),
    )
    op.create_index("ix_patent_holders_name", "patent_holders", ["name"])
    op.create_table(
        "drawings",
        sa.Column("drawing_id", sa.String(80), primary_key=True),
        sa.Column("staged", sa.Boolean, primary_key=True),
        sa.Column("patent_id", sa.String(64), _patent(), nullable=False),
        sa.Column("object_key", sa.String(128), nullable=False),
    )
    op.create_index("ix_drawings_patent", "drawings", ["patent_id"])
    op.create_index("ix_drawings_object_key", "drawings", ["object_key"])


def downgrade() -> None:
    for table in ("drawings", "patent_holders", "patent_locarno", "patents"):
        op.drop_table(table)


def _patent() -> sa.ForeignKey:
    return sa.ForeignKey("patents.patent_id", ondelete="CASCADE")
