"""How a source was read and when it was captured; mappings of tables by name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Name = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Go to 0006."""
    op.add_column("take_ins", sa.Column("form", Name, nullable=True))
    op.add_column("take_ins", sa.Column("captured_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "mappings",
        sa.Column("name", Name, nullable=False),
        sa.Column("content", Name, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mappings")),
    )


def downgrade() -> None:
    """Go back to 0005."""
    op.drop_table("mappings")
    op.drop_column("take_ins", "captured_at")
    op.drop_column("take_ins", "form")
