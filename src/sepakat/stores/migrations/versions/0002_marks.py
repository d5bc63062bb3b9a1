"""A table for the few things that are true of the store as a whole, such as that it was restored from a backup.

And on objects, up to which version a person let them go although their text may tell what is withheld.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Name = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Go to 0002."""
    op.add_column("policies", sa.Column("cleared", Name, nullable=True))
    op.create_table(
        "marks",
        sa.Column("name", Name, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_marks")),
    )


def downgrade() -> None:
    """Go back to 0001."""
    op.drop_table("marks")
    op.drop_column("policies", "cleared")
