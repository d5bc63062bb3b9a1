"""What was erased and why, tokens of it, and how long objects of each type are kept.

Going back loses the proofs: a log with erased rows then shows them as damaged.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

Name = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to 0010."""
    op.create_table(
        "erasures",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("signed_by", Name, nullable=False),
        sa.Column("open", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_erasures")),
    )
    op.create_table(
        "erased",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("erasure", Key, nullable=False),
        sa.ForeignKeyConstraint(["erasure"], ["erasures.key"], name=op.f("fk_erased_erasure")),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_erased")),
    )
    op.create_table(
        "retention_rules",
        sa.Column("type", Name, nullable=False),
        sa.Column("period", Name, nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.Column("set_by", Name, nullable=False),
        sa.PrimaryKeyConstraint("type", name=op.f("pk_retention_rules")),
    )


def downgrade() -> None:
    """Go back to 0009."""
    op.drop_table("retention_rules")
    op.drop_table("erased")
    op.drop_table("erasures")
