"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Name = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

# How large the large tables will be and how many rows share a value, index by index. SQLite plans by these from the
# first row on, the same everywhere; nothing ever runs ANALYZE over the data.
STATISTICS = {
    ("versions", "versions"): "1000000 2 1",
    ("versions", "ix_versions_take_in"): "1000000 500",
    ("publications", "publications"): "1000000 50000 1",
    ("publications", "ix_publications_place"): "1000000 50000 12000 1",
    ("publications", "ix_publications_type"): "1000000 50000 4000 1000 1",
    ("publications", "ix_publications_object"): "1000000 10 2 1",
    ("publications", "ix_publications_variant"): "100000 10",
    ("batches", "batches"): "10000 500 1",
    ("batches", "ix_batches_collection_key_leaf"): "10000 500 1",
    ("batches", "ix_batches_collection_key_first_added"): "10000 500 1",
}


def upgrade() -> None:  # noqa: PLR0915 -- one statement a table
    """Make all tables."""
    op.create_table(
        "accesses",
        sa.Column("key", Key, autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("account", Name, nullable=False),
        sa.Column("collection", Name, nullable=False),
        sa.Column("request", Name, nullable=False),
        sa.Column("objects", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_accesses")),
    )
    op.create_table(
        "accounts",
        sa.Column("name", Name, nullable=False),
        sa.Column("party", Name, nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_accounts")),
    )
    op.create_index(op.f("ix_accounts_token_digest"), "accounts", ["token_digest"], unique=False)
    op.create_table(
        "agreements",
        sa.Column("key", Key, autoincrement=True, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("id", Name, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("canonical", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("roster", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_agreements")),
        sa.UniqueConstraint("hash", name=op.f("uq_agreements_hash")),
    )
    op.create_index(op.f("ix_agreements_id_version"), "agreements", ["id", "version"], unique=False)
    op.create_table(
        "approvals",
        sa.Column("key", Key, autoincrement=True, nullable=False),
        sa.Column("object_id", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.LargeBinary(), nullable=False),
        sa.Column("agreement", Name, nullable=False),
        sa.Column("taker", Name, nullable=False),
        sa.Column("approver", Name, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_approvals")),
        sa.UniqueConstraint(
            "object_id",
            "version",
            "agreement",
            "taker",
            "approver",
            name=op.f("uq_approvals_object_id_version_agreement_taker_approver"),
        ),
    )
    op.create_table(
        "arrivals",
        sa.Column("key", Key, autoincrement=True, nullable=False),
        sa.Column("giver", Name, nullable=False),
        sa.Column("collection", Name, nullable=False),
        sa.Column("agreement", Name, nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_arrivals")),
        sa.UniqueConstraint(
            "giver", "collection", "id", "version", "leaf", name=op.f("uq_arrivals_giver_collection_id_version_leaf")
        ),
    )
    op.create_index(op.f("ix_arrivals_id"), "arrivals", ["id"], unique=False)
    op.create_table(
        "checkpoints",
        sa.Column("counterpart", Name, nullable=False),
        sa.Column("mirror", sa.Boolean(), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("cosigned", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("counterpart", "mirror", "size", name=op.f("pk_checkpoints")),
    )
    op.create_table(
        "collections",
        sa.Column("key", Key, autoincrement=True, nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("agreement", Name, nullable=False),
        sa.Column("taker", Name, nullable=False),
        sa.Column("title", Name, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_collections")),
        sa.UniqueConstraint("agreement", "taker", name=op.f("uq_collections_agreement_taker")),
        sa.UniqueConstraint("id", name=op.f("uq_collections_id")),
    )
    op.create_table(
        "communities",
        sa.Column("id", Name, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("members", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", "at", name=op.f("pk_communities")),
    )
    op.create_table(
        "consents",
        sa.Column("key", Key, autoincrement=True, nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("counterpart", Name, nullable=False),
        sa.Column("object_id", sa.LargeBinary(), nullable=False),
        sa.Column("party", Name, nullable=False),
        sa.Column("purpose", Name, nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("conditions", sa.Text(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_consents")),
        sa.UniqueConstraint("id", "direction", name=op.f("uq_consents_id_direction")),
    )
    op.create_table(
        "leaves",
        sa.Column("counterpart", Name, nullable=False),
        sa.Column("mirror", sa.Boolean(), nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("counterpart", "mirror", "index", name=op.f("pk_leaves")),
    )
    op.create_table(
        "logs",
        sa.Column("counterpart", Name, nullable=False),
        sa.Column("mirror", sa.Boolean(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("counterpart", "mirror", name=op.f("pk_logs")),
    )
    op.create_table(
        "messages",
        sa.Column("key", Key, autoincrement=True, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("counterpart", Name, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("kind", Name, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), nullable=True),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_messages")),
        sa.UniqueConstraint(
            "counterpart", "direction", "sequence", name=op.f("uq_messages_counterpart_direction_sequence")
        ),
        sa.UniqueConstraint("hash", "direction", name=op.f("uq_messages_hash_direction")),
    )
    op.create_index(op.f("ix_messages_kind_direction"), "messages", ["kind", "direction"], unique=False)
    op.create_index(
        "ix_messages_waiting",
        "messages",
        ["direction", "key"],
        unique=False,
        sqlite_where=sa.text("delivered_at IS NULL AND refused IS NULL"),
        postgresql_where=sa.text("delivered_at IS NULL AND refused IS NULL"),
    )
    op.create_table(
        "nonces",
        sa.Column("party", Name, nullable=False),
        sa.Column("nonce", Name, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("party", "nonce", name=op.f("pk_nonces")),
    )
    op.create_index(op.f("ix_nonces_until"), "nonces", ["until"], unique=False)
    op.create_table(
        "objects",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_objects")),
        sa.UniqueConstraint("id", name=op.f("uq_objects_id")),
    )
    op.create_table(
        "parties",
        sa.Column("id", Name, nullable=False),
        sa.Column("name", Name, nullable=False),
        sa.Column("country", Name, nullable=True),
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("is_self", sa.Boolean(), nullable=False),
        sa.Column("is_client", sa.Boolean(), nullable=False),
        sa.Column("card", sa.LargeBinary(), nullable=True),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.Column("address", Name, nullable=True),
        sa.Column("loopback", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties")),
    )
    op.create_table(
        "policies",
        sa.Column("object_id", sa.LargeBinary(), nullable=False),
        sa.Column("topics", sa.LargeBinary(), nullable=False),
        sa.Column("regions", sa.LargeBinary(), nullable=False),
        sa.Column("person_category", Name, nullable=True),
        sa.Column("necessity", sa.Text(), nullable=True),
        sa.Column("markings", sa.LargeBinary(), nullable=False),
        sa.Column("hold", sa.Text(), nullable=True),
        sa.Column("recalled", sa.Boolean(), nullable=False),
        sa.Column("recalled_views", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("object_id", name=op.f("pk_policies")),
    )
    op.create_table(
        "provenances",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_provenances")),
        sa.UniqueConstraint("document", name=op.f("uq_provenances_document")).ddl_if("sqlite"),
    )
    op.create_table(
        "push_statuses",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("account", Name, nullable=False),
        sa.Column("collection", Name, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_statuses")),
    )
    op.create_table(
        "quarantined",
        sa.Column("key", Key, autoincrement=True, nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sender", Name, nullable=True),
        sa.Column("object_id", Name, nullable=False),
        sa.Column("reason", Name, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_quarantined")),
        sa.UniqueConstraint("id", name=op.f("uq_quarantined_id")),
    )
    op.create_index(op.f("ix_quarantined_at"), "quarantined", ["at"], unique=False)
    op.create_table(
        "recalls",
        sa.Column("key", Key, autoincrement=True, nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("counterpart", Name, nullable=True),
        sa.Column("objects", sa.LargeBinary(), nullable=False),
        sa.Column("original", sa.LargeBinary(), nullable=False),
        sa.Column("views", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("respond_by", sa.BigInteger(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_recalls")),
        sa.UniqueConstraint("id", "direction", name=op.f("uq_recalls_id_direction")),
    )
    op.create_table(
        "sync_states",
        sa.Column("giver", Name, nullable=False),
        sa.Column("collection", Name, nullable=False),
        sa.Column("agreement", Name, nullable=False),
        sa.Column("added_after", sa.Text(), nullable=True),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("last_at", sa.BigInteger(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("giver", "collection", name=op.f("pk_sync_states")),
    )
    op.create_table(
        "take_ins",
        sa.Column("key", Key, autoincrement=True, nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", Name, nullable=False),
        sa.Column("source", Name, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_take_ins")),
        sa.UniqueConstraint("id", name=op.f("uq_take_ins_id")),
    )
    op.create_index(op.f("ix_take_ins_at"), "take_ins", ["at"], unique=False)
    op.create_table(
        "topics",
        sa.Column("id", Name, nullable=False),
        sa.Column("entities", sa.LargeBinary(), nullable=False),
        sa.Column("names", sa.LargeBinary(), nullable=False),
        sa.Column("labels", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topics")),
    )
    op.create_table(
        "types",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("name", Name, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_types")),
        sa.UniqueConstraint("name", name=op.f("uq_types_name")),
    )
    op.create_table(
        "users",
        sa.Column("name", Name, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_users")),
    )
    op.create_table(
        "agreement_events",
        sa.Column("key", Key, autoincrement=True, nullable=False),
        sa.Column("agreement_key", Key, nullable=False),
        sa.Column("event", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["agreement_key"], ["agreements.key"], name=op.f("fk_agreement_events_agreement_key")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_agreement_events")),
        sa.UniqueConstraint("agreement_key", "event", name=op.f("uq_agreement_events_agreement_key_event")).ddl_if(
            "sqlite"
        ),
    )
    op.create_table(
        "batches",
        sa.Column("collection_key", Key, autoincrement=False, nullable=False),
        sa.Column("first_sequence", Key, autoincrement=False, nullable=False),
        sa.Column("last_sequence", Key, nullable=False),
        sa.Column("first_added", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["collection_key"], ["collections.key"], name=op.f("fk_batches_collection_key")),
        sa.PrimaryKeyConstraint("collection_key", "first_sequence", name=op.f("pk_batches")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_batches_collection_key_first_added"), "batches", ["collection_key", "first_added"], unique=False
    )
    op.create_index(op.f("ix_batches_collection_key_leaf"), "batches", ["collection_key", "leaf"], unique=False)
    op.create_table(
        "bodies",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("object_key", Key, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["object_key"], ["objects.key"], name=op.f("fk_bodies_object_key")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_bodies")),
        sa.UniqueConstraint("object_key", "hash", name=op.f("uq_bodies_object_key_hash")),
    )
    op.create_table(
        "decisions",
        sa.Column("key", Key, autoincrement=True, nullable=False),
        sa.Column("collection_key", Key, nullable=False),
        sa.Column("object_id", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["collection_key"], ["collections.key"], name=op.f("fk_decisions_collection_key")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_decisions")),
        sa.UniqueConstraint(
            "object_id",
            "version",
            "collection_key",
            "at",
            name=op.f("uq_decisions_object_id_version_collection_key_at"),
        ),
    )
    op.create_table(
        "publications",
        sa.Column("collection_key", Key, autoincrement=False, nullable=False),
        sa.Column("sequence", Key, autoincrement=False, nullable=False),
        sa.Column("date_added", sa.BigInteger(), nullable=False),
        sa.Column("object_key", Key, nullable=False),
        sa.Column("version", sa.LargeBinary(), nullable=False),
        sa.Column("type_key", Key, nullable=False),
        sa.Column("body_key", Key, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("original_key", Key, nullable=False),
        sa.Column("original_version", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["collection_key"], ["collections.key"], name=op.f("fk_publications_collection_key")),
        sa.ForeignKeyConstraint(["object_key"], ["objects.key"], name=op.f("fk_publications_object_key")),
        sa.ForeignKeyConstraint(["original_key"], ["objects.key"], name=op.f("fk_publications_original_key")),
        sa.ForeignKeyConstraint(["type_key"], ["types.key"], name=op.f("fk_publications_type_key")),
        sa.PrimaryKeyConstraint("collection_key", "sequence", name=op.f("pk_publications")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_publications_object", "publications", ["object_key", "collection_key", "version"], unique=False)
    op.create_index("ix_publications_place", "publications", ["collection_key", "place", "sequence"], unique=False)
    op.create_index(
        "ix_publications_type", "publications", ["collection_key", "type_key", "place", "sequence"], unique=False
    )
    op.create_index(
        "ix_publications_variant",
        "publications",
        ["original_key"],
        unique=False,
        sqlite_where=sa.text("original_key != object_key"),
        postgresql_where=sa.text("original_key != object_key"),
    )
    op.create_table(
        "variants",
        sa.Column("collection_key", Key, autoincrement=False, nullable=False),
        sa.Column("original_id", sa.LargeBinary(), nullable=False),
        sa.Column("variant_id", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("created", Name, nullable=False),
        sa.Column("modified", Name, nullable=False),
        sa.Column("projection_digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["collection_key"], ["collections.key"], name=op.f("fk_variants_collection_key")),
        sa.PrimaryKeyConstraint("collection_key", "original_id", name=op.f("pk_variants")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "versions",
        sa.Column("object_key", Key, nullable=False),
        sa.Column("version", sa.LargeBinary(), nullable=False),
        sa.Column("body_key", Key, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("take_in", sa.LargeBinary(), nullable=False),
        sa.Column("provenance_key", Key, nullable=False),
        sa.ForeignKeyConstraint(["object_key"], ["objects.key"], name=op.f("fk_versions_object_key")),
        sa.ForeignKeyConstraint(["provenance_key"], ["provenances.key"], name=op.f("fk_versions_provenance_key")),
        sa.PrimaryKeyConstraint("object_key", "version", name=op.f("pk_versions")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_versions_take_in"), "versions", ["take_in"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        _state_statistics()
    else:
        _keep_documents_unique()


def _keep_documents_unique() -> None:
    # An index of PostgreSQL takes values of 2,700 bytes at most; these documents may be longer.
    op.execute("CREATE UNIQUE INDEX uq_provenances_hash ON provenances (sha256(document))")
    op.execute("CREATE UNIQUE INDEX uq_agreement_events_hash ON agreement_events (agreement_key, sha256(event))")


def _state_statistics() -> None:
    op.execute("ANALYZE sqlite_master")
    known = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
    op.bulk_insert(known, [{"tbl": tbl, "idx": idx, "stat": stat} for (tbl, idx), stat in STATISTICS.items()])


def downgrade() -> None:
    """Drop all tables."""
    op.drop_table("versions")
    op.drop_table("variants")
    op.drop_table("publications")
    op.drop_table("decisions")
    op.drop_table("bodies")
    op.drop_table("batches")
    op.drop_table("agreement_events")
    op.drop_table("users")
    op.drop_table("types")
    op.drop_table("topics")
    op.drop_table("take_ins")
    op.drop_table("sync_states")
    op.drop_table("recalls")
    op.drop_table("quarantined")
    op.drop_table("push_statuses")
    op.drop_table("provenances")
    op.drop_table("policies")
    op.drop_table("parties")
    op.drop_table("objects")
    op.drop_table("nonces")
    op.drop_table("messages")
    op.drop_table("logs")
    op.drop_table("leaves")
    op.drop_table("consents")
    op.drop_table("communities")
    op.drop_table("collections")
    op.drop_table("checkpoints")
    op.drop_table("arrivals")
    op.drop_table("approvals")
    op.drop_table("agreements")
    op.drop_table("accounts")
    op.drop_table("accesses")
