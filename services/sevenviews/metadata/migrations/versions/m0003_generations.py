"""A generation for every patent."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for name in ("generation", "published_generation"):
        # The default fills the rows that there are; writers always give a value.
        op.add_column("patents", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))
    op.execute(
        """
        UPDATE patents SET
            published_generation = CASE WHEN published_document IS NULL THEN 0 ELSE 1 END,
            generation = CASE WHEN published_document IS NOT NULL AND staged_document IS NOT NULL THEN 2 ELSE 1 END
        """
    )


def downgrade() -> None:
    op.execute("DELETE FROM patents WHERE published_document IS NULL AND staged_document IS NULL")
    for name in ("generation", "published_generation"):
        op.drop_column("patents", name)
