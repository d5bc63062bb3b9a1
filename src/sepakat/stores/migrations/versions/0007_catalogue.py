"""Tables that people find objects by, searches that they keep, and who looked at personal data for what purpose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Name = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to 0007."""
    op.create_table(
        "catalogue",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("object_key", Key, nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("type", Name, nullable=False),
        sa.Column("title", Name, nullable=False),
        sa.Column("level", Name, nullable=False),
        sa.Column("modified", Name, nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_catalogue")),
        sa.UniqueConstraint("id", name=op.f("uq_catalogue_id")),
    )
    op.create_index(op.f("ix_catalogue_type_key"), "catalogue", ["type", "key"])
    op.create_index(op.f("ix_catalogue_level_key"), "catalogue", ["level", "key"])
    op.create_table(
        "catalogue_words",
        sa.Column("word", Name, nullable=False),
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("word", "key", name=op.f("pk_catalogue_words")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "catalogue_links",
        sa.Column("target", sa.LargeBinary(), nullable=False),
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("target", "key", name=op.f("pk_catalogue_links")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "saved_searches",
        sa.Column("user", Name, nullable=False),
        sa.Column("name", Name, nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user", "name", name=op.f("pk_saved_searches")),
    )
    op.create_table(
        "consultations",
        sa.Column("key", Key, autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("user", Name, nullable=False),
        sa.Column("object_id", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_consultations")),
    )
    op.create_index(op.f("ix_consultations_object_id"), "consultations", ["object_id"])


def downgrade() -> None:
    """Go back to 0006."""
    for table in ("consultations", "saved_searches", "catalogue_links", "catalogue_words", "catalogue"):
        op.drop_table(table)
