"""The journal of refreshes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "refreshes",
        sa.Column("refresh_id", sa.String(40), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("fencing_token", sa.BigInteger, nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("ix_refreshes_started", "refreshes", ["started"])


def downgrade() -> None:
    op.drop_table("refreshes")
