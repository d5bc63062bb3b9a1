"""Variants are found by what they are variants of, in whatever view."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0011."""
    op.create_index("ix_variants_original_id", "variants", ["original_id"])


def downgrade() -> None:
    """Go back to 0010."""
    op.drop_index("ix_variants_original_id", "variants")
