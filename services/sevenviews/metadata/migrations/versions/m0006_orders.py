"""Listings in the order of a day, and of the ids of one day: each page is found where it begins."""

from alembic import op

revision = "0006"
down_revision = "0005"

_DAYS = ("publication_date", "filing_date")


def upgrade() -> None:
    for day in _DAYS:
        op.create_index(f"ix_patents_by_{day}", "patents", [day, "patent_id"])
        op.drop_index(f"ix_patents_{day}", "patents")


def downgrade() -> None:
    for day in _DAYS:
        op.create_index(f"ix_patents_{day}", "patents", [day])
        op.drop_index(f"ix_patents_by_{day}", "patents")
