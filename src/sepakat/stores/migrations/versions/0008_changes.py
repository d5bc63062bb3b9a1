"""A journal of what was changed that deciding reads, so that processes that keep the world decided can follow.

And an index over the variants whose epoch was raised: they are few, and every release looks at them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to 0008."""
    op.create_table(
        "changes",
        sa.Column("key", Key, autoincrement=True, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_changes")),
    )
    raised = sa.text("epoch > 0")
    op.create_index("ix_variants_raised", "variants", ["collection_key"], sqlite_where=raised, postgresql_where=raised)


def downgrade() -> None:
    """Go back to 0007."""
    op.drop_index("ix_variants_raised", "variants")
    op.drop_table("changes")
