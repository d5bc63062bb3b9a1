"""The tables, once for every database: portable Core types, small keys, an index for each way of looking up.

An object id stands once, in `objects`; all else that is large refers to it by an integer key. Bytes stand once per
object and content, in `bodies`, however many views serve them. Where a version came from stands once, in `provenances`.
Keys are given by the writing unit, which is the only writer. Columns are named after the fields of `exchange.records`.

`publications.place` says what reading asks: the sum of 1 (the first live version of its object in the view), 2 (the
last) and 4 (a tombstone), or -1 for a withdrawn row. Invariant: it is computed over the live rows of the view alone.
`REVISION` is the schema that this module describes; `migrations` leads there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    UniqueConstraint,
    func,
)

from sepakat.agreements.life import LifeEvent
from sepakat.exchange.claim_records import AlertDelivery, Development, Verdict
from sepakat.exchange.erasure_records import OpenMessage
from sepakat.exchange.records import Direction, RecallAnswer, Role
from sepakat.exchange.report_records import ProposalState
from sepakat.release.decision import Outcome
from sepakat.release.question import ViewKey
from sepakat.stores.columns import Instant, Name, Nested, Packed, PackedId, PackedVersion, Prose, RawObject, Word

REVISION = "0012"

WITHDRAWN, FIRST, LAST, TOMBSTONE = -1, 1, 2, 4

Key = BigInteger().with_variant(Integer, "sqlite")
"""SQLite makes a key the place of the row itself only for this very type."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _given_key() -> Column[int]:
    return Column("key", Key, primary_key=True, autoincrement=False)


def _counted_key() -> Column[int]:
    return Column("key", Key, primary_key=True, autoincrement=True)


def _required(name: str, kind: Any, *more: Any, **options: Any) -> Column[Any]:
    return Column(name, kind, *more, nullable=False, **options)


def _names(*columns: str) -> tuple[Column[Any], ...]:
    return tuple(_required(name, Name) for name in columns)


# What is held.

objects = Table("objects", metadata, _given_key(), _required("id", PackedId, unique=True))

types = Table("types", metadata, _given_key(), _required("name", Name, unique=True))

# Documents of any length are unique by their hash where an index takes short values only.
provenances = Table(
    "provenances",
    metadata,
    _given_key(),
    _required("document", LargeBinary),
    UniqueConstraint("document").ddl_if("sqlite"),
)
Index("uq_provenances_hash", func.sha256(provenances.c.document), unique=True).ddl_if("postgresql")

bodies = Table(
    "bodies",
    metadata,
    _given_key(),
    _required("object_key", Key, ForeignKey("objects.key")),
    _required("hash", LargeBinary),
    _required("body", LargeBinary),
    UniqueConstraint("object_key", "hash"),
)

# `body_key` is no foreign key, here and in publications: it would take an index on it to delete a body.
versions = Table(
    "versions",
    metadata,
    Column("object_key", Key, ForeignKey("objects.key"), primary_key=True),
    Column("version", PackedVersion, primary_key=True),
    _required("body_key", Key),
    _required("digest", Packed),
    _required("received_at", Instant),
    _required("take_in", Packed, index=True),
    _required("provenance_key", Key, ForeignKey("provenances.key")),
    sqlite_with_rowid=False,
)

take_ins = Table(
    "take_ins",
    metadata,
    _counted_key(),
    _required("id", Packed, unique=True),
    _required("at", Instant, index=True),
    *_names("by", "source"),
    _required("digest", Packed),
    _required("taken", Integer),
    _required("known", Integer),
    _required("refused", Integer),
    Column("undone_at", Instant),
    Column("form", Name),
    Column("captured_at", Instant),
)

mappings = Table(
    "mappings", metadata, Column("name", Name, primary_key=True), *_names("content"), _required("at", Instant)
)

quarantined = Table(
    "quarantined",
    metadata,
    _counted_key(),
    _required("id", Packed, unique=True),
    _required("at", Instant, index=True),
    Column("sender", Name),
    *_names("object_id", "reason"),
    _required("raw", LargeBinary),
)

# Reports that were read, and what persons say about what they propose.

reports = Table(
    "reports",
    metadata,
    _counted_key(),
    _required("id", Packed, unique=True),
    _required("at", Instant, index=True),
    *_names("by", "source"),
    _required("digest", Packed, unique=True),
    _required("form", Name),
    Column("address", Prose),
    Column("captured_at", Instant),
    Column("origin", Name),
    Column("language", Name),
    Column("title", Prose),
    Column("publisher", Prose),
    Column("published_at", Instant),
)

report_contents = Table(
    "report_contents",
    metadata,
    Column("report", Packed, primary_key=True),
    _required("content", LargeBinary),
    _required("text", Prose),
    _required("reading", LargeBinary),
)

proposals = Table(
    "proposals",
    metadata,
    Column("report", Packed, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _required("kind", Name),
    _required("object_id", PackedId),
    _required("name", Name),
    _required("content", LargeBinary),
    _required("rule", Name),
    _required("score", Integer),
    Column("start", Integer),
    Column("end", Integer),
    _required("state", Word(ProposalState)),
    Column("target", PackedId),
)
is_settled = proposals.c.target.is_not(None)
Index("ix_proposals_settled", proposals.c.name, sqlite_where=is_settled, postgresql_where=is_settled)

review_steps = Table(
    "review_steps",
    metadata,
    Column("report", Packed, primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    _required("number", Integer),
    _required("at", Instant),
    *_names("by", "act"),
    Column("reason", Prose),
    _required("state_before", Word(ProposalState)),
    _required("content_before", LargeBinary),
    Column("target_before", PackedId),
    Column("take_in", Packed, index=True),
    Column("undone_at", Instant),
    Column("undone_by", Name),
)

# Who there is, and what was agreed.

parties = Table(
    "parties",
    metadata,
    Column("id", Name, primary_key=True),
    _required("name", Name),
    Column("country", Name),
    _required("identity", RawObject),
    _required("added_at", Instant),
    _required("is_self", Boolean),
    _required("is_client", Boolean),
    Column("card", Nested(Mapping[str, Any])),
    _required("keys", Nested(tuple[str, ...])),
    Column("address", Name),
    _required("loopback", Boolean),
)

communities = Table(
    "communities",
    metadata,
    Column("id", Name, primary_key=True),
    Column("at", Instant, primary_key=True),
    _required("members", Nested(tuple[str, ...])),
)

agreements = Table(
    "agreements",
    metadata,
    _counted_key(),
    _required("hash", Packed, unique=True),
    _required("id", Name),
    _required("version", Integer),
    _required("canonical", LargeBinary),
    _required("added_at", Instant),
    _required("roster", Nested(tuple[str, ...])),
    Index(None, "id", "version"),
)

agreement_events = Table(
    "agreement_events",
    metadata,
    _counted_key(),
    _required("agreement_key", Key, ForeignKey("agreements.key")),
    _required("event", Nested(LifeEvent)),
    UniqueConstraint("agreement_key", "event").ddl_if("sqlite"),
)
Index(
    "uq_agreement_events_hash", agreement_events.c.agreement_key, func.sha256(agreement_events.c.event), unique=True
).ddl_if("postgresql")

# What persons and rules have put on objects.

policies = Table(
    "policies",
    metadata,
    Column("object_id", PackedId, primary_key=True),
    _required("topics", Nested(frozenset[str])),
    _required("regions", Nested(frozenset[str])),
    Column("person_category", Name),
    Column("necessity", Prose),
    _required("markings", Nested(tuple[str, ...])),
    Column("hold", Prose),
    _required("recalled", Boolean),
    _required("recalled_views", Nested(frozenset[ViewKey])),
    Column("expires_at", Instant),
    Column("cleared", Name),
)

topics = Table(
    "topics",
    metadata,
    Column("id", Name, primary_key=True),
    _required("entities", Nested(frozenset[str])),
    _required("names", Nested(frozenset[str])),
    _required("labels", Nested(frozenset[str])),
)

approvals = Table(
    "approvals",
    metadata,
    _counted_key(),
    _required("object_id", PackedId),
    _required("version", PackedVersion),
    *_names("agreement", "taker", "approver"),
    _required("at", Instant),
    _required("approved", Boolean),
    UniqueConstraint("object_id", "version", "agreement", "taker", "approver"),
)

# What each taker reads.

collections = Table(
    "collections",
    metadata,
    _counted_key(),
    _required("id", Packed, unique=True),
    *_names("agreement", "taker", "title"),
    _required("created_at", Instant),
    UniqueConstraint("agreement", "taker"),
)

publications = Table(
    "publications",
    metadata,
    Column("collection_key", Key, ForeignKey("collections.key"), primary_key=True, autoincrement=False),
    Column("sequence", Key, primary_key=True, autoincrement=False),
    _required("date_added", Instant),
    _required("object_key", Key, ForeignKey("objects.key")),
    _required("version", PackedVersion),
    _required("type_key", Key, ForeignKey("types.key")),
    _required("body_key", Key),
    _required("digest", Packed),
    _required("salt", LargeBinary),
    _required("leaf", BigInteger),
    _required("position", Integer),
    _required("original_key", Key, ForeignKey("objects.key")),
    _required("original_version", PackedVersion),
    _required("outcome", Word(Outcome)),
    _required("place", SmallInteger),
    Column("withdrawn_at", Instant),
    # With all that a page takes from its rows, so that none of them is looked up for it.
    Index("ix_publications_place", "collection_key", "place", "sequence", "body_key", "date_added"),
    Index("ix_publications_type", "collection_key", "type_key", "place", "sequence"),
    Index("ix_publications_object", "object_key", "collection_key", "version"),
    sqlite_with_rowid=False,
)
_is_variant = publications.c.original_key != publications.c.object_key
Index(
    "ix_publications_variant",
    publications.c.original_key,
    sqlite_where=_is_variant,
    postgresql_where=_is_variant,
)

# Runs of rows that one leaf stands for: small, so that reading from a date on and from a leaf needs no index on rows.
batches = Table(
    "batches",
    metadata,
    Column("collection_key", Key, ForeignKey("collections.key"), primary_key=True, autoincrement=False),
    Column("first_sequence", Key, primary_key=True, autoincrement=False),
    _required("last_sequence", Key),
    _required("first_added", Instant),
    _required("leaf", BigInteger),
    Index(None, "collection_key", "first_added"),
    Index(None, "collection_key", "leaf"),
    sqlite_with_rowid=False,
)

variants = Table(
    "variants",
    metadata,
    Column("collection_key", Key, ForeignKey("collections.key"), primary_key=True, autoincrement=False),
    Column("original_id", PackedId, primary_key=True),
    _required("variant_id", PackedId),
    _required("epoch", Integer),
    *_names("created", "modified"),
    _required("projection_digest", Packed),
    sqlite_with_rowid=False,
)

decisions = Table(
    "decisions",
    metadata,
    _counted_key(),
    _required("collection_key", Key, ForeignKey("collections.key")),
    _required("object_id", PackedId),
    _required("version", PackedVersion),
    _required("at", Instant),
    _required("outcome", Word(Outcome)),
    _required("words", Prose),
    UniqueConstraint("object_id", "version", "collection_key", "at"),
)

accesses = Table(
    "accesses",
    metadata,
    _counted_key(),
    _required("at", Instant),
    *_names("account", "collection", "request"),
    _required("objects", Integer),
    Column("reached", BigInteger),
    Index(None, "account", "collection"),
)

push_statuses = Table(
    "push_statuses",
    metadata,
    Column("id", Packed, primary_key=True),
    *_names("account", "collection"),
    _required("at", Instant),
    _required("document", LargeBinary),
)

Index(
    "ix_variants_raised",
    variants.c.collection_key,
    sqlite_where=variants.c.epoch > 0,
    postgresql_where=variants.c.epoch > 0,
)

# The key of the table begins with the view; a change is of objects, in whatever views.
Index("ix_variants_original_id", variants.c.original_id)

# What each writing unit changed that deciding reads. Old entries go: who has not followed them decides all anew.
changes = Table("changes", metadata, _counted_key(), _required("document", LargeBinary))

# What was said, and the proof.

logs = Table(
    "logs",
    metadata,
    Column("counterpart", Name, primary_key=True),
    Column("mirror", Boolean, primary_key=True),
    _required("size", BigInteger),
)

leaves = Table(
    "leaves",
    metadata,
    Column("counterpart", Name, primary_key=True),
    Column("mirror", Boolean, primary_key=True),
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    _required("data", LargeBinary),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("counterpart", Name, primary_key=True),
    Column("mirror", Boolean, primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    _required("at", Instant),
    _required("note", Prose),
    _required("cosigned", Boolean),
)

messages = Table(
    "messages",
    metadata,
    _counted_key(),
    _required("hash", Packed),
    _required("direction", Word(Direction)),
    _required("counterpart", Name),
    _required("sequence", BigInteger),
    _required("kind", Name),
    _required("at", Instant),
    _required("document", LargeBinary),
    Column("delivered_at", Instant),
    _required("attempts", Integer),
    Column("next_try_at", Instant),
    Column("refused", Prose),
    UniqueConstraint("hash", "direction"),
    UniqueConstraint("counterpart", "direction", "sequence"),
    Index(None, "kind", "direction"),
)
waits_for_delivery = messages.c.delivered_at.is_(None) & messages.c.refused.is_(None)
Index(
    "ix_messages_waiting",
    messages.c.direction,
    messages.c.key,
    sqlite_where=waits_for_delivery,
    postgresql_where=waits_for_delivery,
)

nonces = Table(
    "nonces",
    metadata,
    Column("party", Name, primary_key=True),
    Column("nonce", Name, primary_key=True),
    _required("until", Instant, index=True),
)

recalls = Table(
    "recalls",
    metadata,
    _counted_key(),
    _required("id", Packed),
    _required("direction", Word(Direction)),
    Column("counterpart", Name),
    _required("objects", Nested(tuple[str, ...])),
    _required("original", PackedId),
    _required("views", Nested(tuple[ViewKey, ...])),
    _required("reason", Prose),
    _required("at", Instant),
    _required("respond_by", Instant),
    _required("answers", Nested(tuple[RecallAnswer, ...])),
    UniqueConstraint("id", "direction"),
)

consents = Table(
    "consents",
    metadata,
    _counted_key(),
    _required("id", Packed),
    _required("direction", Word(Direction)),
    _required("counterpart", Name),
    _required("object_id", PackedId),
    *_names("party", "purpose"),
    _required("asked_at", Instant),
    Column("granted", Boolean),
    Column("answered_at", Instant),
    Column("reason", Prose),
    Column("conditions", Prose),
    Column("until", Instant),
    Column("withdrawn_at", Instant),
    UniqueConstraint("id", "direction"),
)

# Who signs in, and what was read elsewhere.

users = Table(
    "users",
    metadata,
    Column("name", Name, primary_key=True),
    _required("role", Word(Role)),
    _required("password_hash", Prose),
    _required("created_at", Instant),
    Column("disabled_at", Instant),
)

accounts = Table(
    "accounts",
    metadata,
    Column("name", Name, primary_key=True),
    _required("party", Name),
    _required("password_hash", Prose),
    _required("token_digest", Packed, index=True),
    _required("created_at", Instant),
    Column("disabled_at", Instant),
)

sync_states = Table(
    "sync_states",
    metadata,
    Column("giver", Name, primary_key=True),
    Column("collection", Name, primary_key=True),
    _required("agreement", Name),
    Column("added_after", Prose),
    Column("cursor", Prose),
    Column("last_at", Instant),
    Column("last_error", Prose),
)

arrivals = Table(
    "arrivals",
    metadata,
    _counted_key(),
    *_names("giver", "collection", "agreement"),
    _required("id", PackedId, index=True),
    _required("version", PackedVersion),
    _required("digest", Packed),
    _required("leaf", BigInteger),
    _required("at", Instant),
    Column("removed_at", Instant),
    UniqueConstraint("giver", "collection", "id", "version", "leaf"),
)

# What waits to be done, by whichever process.

jobs = Table(
    "jobs",
    metadata,
    Column("kind", Name, primary_key=True),
    Column("subject", Name, primary_key=True),
    Column("due_at", Instant, index=True),
    _required("asked_at", Instant),
    _required("by", Name),
    _required("attempts", Integer),
    Column("error", Prose),
    Column("content", LargeBinary),
)

# Claims: which objects carry one; what persons judge and watch.

claims = Table(
    "claims",
    metadata,
    Column("object_key", Key, ForeignKey("objects.key"), primary_key=True),
    Column("question", Name, primary_key=True, index=True),
    Column("kind", Name, primary_key=True, index=True),
)

judgements = Table(
    "judgements",
    metadata,
    Column("question", Name, primary_key=True),
    Column("hypothesis", PackedId, primary_key=True),
    Column("evidence", PackedId, primary_key=True),
    Column("by", Name, primary_key=True),
    _required("verdict", Word(Verdict)),
    _required("at", Instant),
    Column("reason", Prose),
)

watch_areas = Table(
    "watch_areas",
    metadata,
    Column("id", Name, primary_key=True),
    *_names("name", "by"),
    _required("created_at", Instant),
    *(_required(name, Nested(frozenset[str])) for name in ("topics", "regions")),
    Column("circle", Nested(tuple[float, float, float] | None)),
    _required("polygon", Nested(tuple[tuple[float, float], ...])),
    _required("kinds", Nested(frozenset[str])),
    _required("channels", Nested(tuple[str, ...])),
    Column("checked_at", Instant),
    Column("looked_at", Instant),
    Column("ended_at", Instant),
)

alerts = Table(
    "alerts",
    metadata,
    _counted_key(),
    _required("id", Packed, unique=True),
    *_names("area"),
    _required("what", Word(Development)),
    *_names("subject", "version"),
    _required("text", Prose),
    _required("at", Instant),
    _required("deliveries", Nested(tuple[AlertDelivery, ...])),
    Column("acknowledged_by", Name),
    Column("acknowledged_at", Instant),
    _required("is_waiting", Boolean),
    UniqueConstraint("area", "what", "subject", "version"),
)

# What is true of the store as a whole.

marks = Table(
    "marks",
    metadata,
    Column("name", Name, primary_key=True),
    _required("value", Prose),
    _required("at", Instant),
)

# What people find objects by. It follows what is held, and could be made anew from it.

catalogue = Table(
    "catalogue",
    metadata,
    _given_key(),
    _required("object_key", Key),
    _required("id", PackedId, unique=True),
    *_names("type", "title", "level", "modified"),
    _required("received_at", Instant),
    Index(None, "type", "key"),
    Index(None, "level", "key"),
)

catalogue_words = Table(
    "catalogue_words",
    metadata,
    Column("word", Name, primary_key=True),
    Column("key", Key, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

catalogue_links = Table(
    "catalogue_links",
    metadata,
    Column("target", PackedId, primary_key=True),
    Column("key", Key, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

saved_searches = Table(
    "saved_searches",
    metadata,
    Column("user", Name, primary_key=True),
    Column("name", Name, primary_key=True),
    _required("query", Prose),
    _required("at", Instant),
)

# Who looked at personal data, and what for.

consultations = Table(
    "consultations",
    metadata,
    _counted_key(),
    _required("at", Instant),
    _required("user", Name),
    _required("object_id", PackedId, index=True),
    _required("purpose", Prose),
)

# What was erased: signed proofs without content, tokens by which it is known again; and how long what is kept.

erasures = Table(
    "erasures",
    metadata,
    _given_key(),
    _required("document", LargeBinary),
    _required("signature", LargeBinary),
    _required("signed_by", Name),
    _required("open", Nested(tuple[OpenMessage, ...])),
)

erased = Table(
    "erased",
    metadata,
    Column("token", Packed, primary_key=True),
    _required("erasure", Key, ForeignKey("erasures.key")),
)

retention_rules = Table(
    "retention_rules",
    metadata,
    Column("type", Name, primary_key=True),
    _required("period", Name),
    _required("set_at", Instant),
    _required("set_by", Name),
)
