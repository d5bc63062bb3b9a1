"""The index by which a page of a view is found has all that it takes from a row: the body's key and the date."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_INDEX, _TABLE = "ix_publications_place", "publications"
_BEFORE = ["collection_key", "place", "sequence"]
# As in the first schema: how many rows there will be, and how many of them share the first values of the index.
_STATISTICS_BEFORE, _STATISTICS = "1000000 50000 12000 1", "1000000 50000 12000 1 1 1"


def upgrade() -> None:
    """Go to 0012."""
    _index([*_BEFORE, "body_key", "date_added"], _STATISTICS)


def downgrade() -> None:
    """Go back to 0011."""
    _index(_BEFORE, _STATISTICS_BEFORE)


def _index(columns: list[str], statistics: str) -> None:
    op.drop_index(_INDEX, _TABLE)
    op.create_index(_INDEX, _TABLE, columns)
    if op.get_bind().dialect.name == "sqlite":
        # They went with the index.
        known = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
        op.bulk_insert(known, [{"tbl": _TABLE, "idx": _INDEX, "stat": statistics}])
