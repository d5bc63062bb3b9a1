"""An index of the objects that carry claims, filled from what is held; judgements, watch areas and alerts."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import sqlalchemy as sa
from alembic import op

from sepakat.stores.columns import Name as Text
from sepakat.stores.statements import insert

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Name = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
AT_ONCE = 1000
EXTENSION = "extension-definition--5c9b4d1e-7f3a-4b62-9d8e-2a6f0c417b95"


def upgrade() -> None:
    """Go to 0005."""
    op.create_table(
        "claims",
        sa.Column("object_key", Key, nullable=False),
        sa.Column("question", Name, nullable=False),
        sa.Column("kind", Name, nullable=False),
        sa.ForeignKeyConstraint(["object_key"], ["objects.key"], name=op.f("fk_claims_object_key")),
        sa.PrimaryKeyConstraint("object_key", "question", "kind", name=op.f("pk_claims")),
    )
    op.create_index(op.f("ix_claims_question"), "claims", ["question"])
    op.create_index(op.f("ix_claims_kind"), "claims", ["kind"])
    op.create_table(
        "judgements",
        sa.Column("question", Name, nullable=False),
        sa.Column("hypothesis", sa.LargeBinary(), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.Column("by", Name, nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("question", "hypothesis", "evidence", "by", name=op.f("pk_judgements")),
    )
    op.create_table(
        "watch_areas",
        sa.Column("id", Name, nullable=False),
        sa.Column("name", Name, nullable=False),
        sa.Column("by", Name, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("topics", sa.LargeBinary(), nullable=False),
        sa.Column("regions", sa.LargeBinary(), nullable=False),
        sa.Column("circle", sa.LargeBinary(), nullable=True),
        sa.Column("polygon", sa.LargeBinary(), nullable=False),
        sa.Column("kinds", sa.LargeBinary(), nullable=False),
        sa.Column("channels", sa.LargeBinary(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=True),
        sa.Column("looked_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_areas")),
    )
    op.create_table(
        "alerts",
        sa.Column("key", Key, autoincrement=True, nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("area", Name, nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("subject", Name, nullable=False),
        sa.Column("version", Name, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("deliveries", sa.LargeBinary(), nullable=False),
        sa.Column("acknowledged_by", Name, nullable=True),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("is_waiting", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_alerts")),
        sa.UniqueConstraint("area", "what", "subject", "version", name=op.f("uq_alerts_area_what_subject_version")),
        sa.UniqueConstraint("id", name=op.f("uq_alerts_id")),
    )
    _fill()


def downgrade() -> None:
    """Go back to 0004."""
    for name in ("alerts", "watch_areas", "judgements"):
        op.drop_table(name)
    op.drop_index(op.f("ix_claims_kind"), "claims")
    op.drop_index(op.f("ix_claims_question"), "claims")
    op.drop_table("claims")


def _fill() -> None:
    """The rows for the objects that carry claims already, looked for a thousand bodies at a time."""
    connection = op.get_bind()
    # With the type of the column, since PostgreSQL keeps no NUL in text.
    claims = sa.Table("claims", sa.MetaData(), sa.Column("object_key", Key))
    for name in ("question", "kind"):
        claims.append_column(sa.Column(name, Text))
    last = 0
    while True:
        found = connection.execute(
            sa.text(
                "SELECT b.key, b.object_key, b.body FROM bodies b WHERE b.key > :last AND EXISTS (SELECT 1 FROM"
                " versions v WHERE v.object_key = b.object_key AND v.body_key = b.key) ORDER BY b.key LIMIT :most"
            ),
            {"last": last, "most": AT_ONCE},
        ).all()
        if not found:
            return
        last = found[-1][0]
        rows = {row for _, key, body in found for row in _claimed(key, bytes(body))}
        if rows:
            values = [{"object_key": key, "question": question, "kind": kind} for key, question, kind in sorted(rows)]
            connection.execute(insert(connection, claims).on_conflict_do_nothing(), values)


def _claimed(key: int, body: bytes) -> Iterator[tuple[int, str, str]]:
    if EXTENSION.encode() not in body:
        return
    extensions = orjson.loads(body).get("extensions")
    claim = extensions.get(EXTENSION) if isinstance(extensions, dict) else None
    if not isinstance(claim, dict):
        return
    question, kind = claim.get("question"), claim.get("kind")
    yield key, question if isinstance(question, str) else "", kind if isinstance(kind, str) else ""
    lineage = claim.get("lineage")
    roots = lineage.get("roots") if isinstance(lineage, dict) else None
    yield from (
        (key, f"ROOT {root}", "") for root in (roots if isinstance(roots, list) else ()) if isinstance(root, str)
    )
