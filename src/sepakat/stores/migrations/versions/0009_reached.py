"""How far each account of a TAXII client has read, beside what it read.

What was read before this schema says nothing of it: an account then counts as one that has everything still to read.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0009."""
    op.add_column("accesses", sa.Column("reached", sa.BigInteger()))
    op.create_index(op.f("ix_accesses_account_collection"), "accesses", ["account", "collection"])


def downgrade() -> None:
    """Go back to 0008."""
    op.drop_index(op.f("ix_accesses_account_collection"), "accesses")
    op.drop_column("accesses", "reached")
