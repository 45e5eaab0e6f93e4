"""Publications and deletions are numbered."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    # The default fills the rows that there are, and those of a version before this one.
    op.add_column("patents", sa.Column("change", sa.BigInteger, nullable=False, server_default="0"))
    table = op.create_table(
        "changes",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(table, [{"one": 1, "last": 0}])


def downgrade() -> None:
    op.drop_table("changes")
    op.drop_column("patents", "change")
