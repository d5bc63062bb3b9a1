"""Tables for reports that were read, for what they propose, and for what persons say about it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Name = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Go to 0003."""
    op.create_table(
        "reports",
        sa.Column("key", Key, autoincrement=True, nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", Name, nullable=False),
        sa.Column("source", Name, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("form", Name, nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("captured_at", sa.BigInteger(), nullable=True),
        sa.Column("origin", Name, nullable=True),
        sa.Column("language", Name, nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("publisher", sa.Text(), nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_reports")),
        sa.UniqueConstraint("id", name=op.f("uq_reports_id")),
        sa.UniqueConstraint("digest", name=op.f("uq_reports_digest")),
    )
    op.create_index(op.f("ix_reports_at"), "reports", ["at"])
    op.create_table(
        "report_contents",
        sa.Column("report", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reading", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("report", name=op.f("pk_report_contents")),
    )
    op.create_table(
        "proposals",
        sa.Column("report", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", Name, nullable=False),
        sa.Column("object_id", sa.LargeBinary(), nullable=False),
        sa.Column("name", Name, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("rule", Name, nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("target", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("report", "number", name=op.f("pk_proposals")),
    )
    is_settled = sa.text("target IS NOT NULL")
    op.create_index("ix_proposals_settled", "proposals", ["name"], sqlite_where=is_settled, postgresql_where=is_settled)
    op.create_table(
        "review_steps",
        sa.Column("report", sa.LargeBinary(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", Name, nullable=False),
        sa.Column("act", Name, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("state_before", sa.String(), nullable=False),
        sa.Column("content_before", sa.LargeBinary(), nullable=False),
        sa.Column("target_before", sa.LargeBinary(), nullable=True),
        sa.Column("take_in", sa.LargeBinary(), nullable=True),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("undone_by", Name, nullable=True),
        sa.PrimaryKeyConstraint("report", "sequence", name=op.f("pk_review_steps")),
    )
    op.create_index(op.f("ix_review_steps_take_in"), "review_steps", ["take_in"])


def downgrade() -> None:
    """Go back to 0002."""
    for name in ("review_steps", "proposals", "report_contents", "reports"):
        op.drop_table(name)
