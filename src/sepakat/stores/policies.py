"""What persons and rules have put on objects; topics; approvals (port `Policies`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, LargeBinary, Select, select, type_coerce

from sepakat.exchange.records import ApprovalRecord, Policy, Topic
from sepakat.release.question import ViewKey
from sepakat.stix.identifiers import StixId
from sepakat.stores.changes import SqlChanges
from sepakat.stores.columns import pack_id, unpack_id
from sepakat.stores.record_rows import Form, RecordRows
from sepakat.stores.schema import approvals, policies, topics
from sepakat.stores.statements import chunks, rows_among


def _version_ref(object_id: str, version: str) -> tuple[StixId, str]:
    return StixId(object_id), version


_POLICIES = Form(Policy, policies, ("object_id",))
_TOPICS = Form(Topic, topics, ("id",))
_APPROVALS = Form(
    ApprovalRecord,
    approvals,
    ("object_id", "version", "agreement", "taker", "approver"),
    {"version": (_version_ref, ("object_id", "version")), "view": (ViewKey, ("agreement", "taker"))},
)


def _with_policy(packed: Sequence[BindParameter[Any]]) -> Select[Any]:
    """Those of some ids that have a policy."""
    name = type_coerce(policies.c.object_id, LargeBinary)
    return select(name).where(name.in_(packed))


class SqlPolicies:
    """The port `Policies` over one connection."""

    def __init__(self, connection: Connection, changes: SqlChanges) -> None:
        self._connection = connection
        self._changes = changes
        self._policies = RecordRows(connection, _POLICIES)
        self._topics = RecordRows(connection, _TOPICS)
        self._approvals = RecordRows(connection, _APPROVALS)

    def put(self, policy: Policy) -> None:
        if self.get(policy.object_id) != policy:
            self._policies.put(policy)
            self._changes.note(policies=[policy.object_id])

    def get(self, object_id: StixId) -> Policy | None:
        return self._policies.one(policies.c.object_id == object_id)

    def get_many(self, ids: Iterable[StixId]) -> Mapping[StixId, Policy]:
        # Most objects have none; what is listed is looked up without a statement being made of it.
        packed = rows_among(self._connection, _with_policy, map(pack_id, dict.fromkeys(ids)))
        found = [
            one
            for chunk in chunks(unpack_id(row[0]) for row in packed)
            for one in self._policies.many(policies.c.object_id.in_(chunk), by=(policies.c.object_id,))
        ]
        return {policy.object_id: policy for policy in found}

    def everything(self) -> list[Policy]:
        return self._policies.many(by=(policies.c.object_id,))

    def put_topic(self, topic: Topic) -> None:
        if topic not in self.topics():
            self._topics.put(topic)
            self._changes.note(everything=True)

    def topics(self) -> list[Topic]:
        return self._topics.many(by=(topics.c.id,))

    def put_approval(self, approval: ApprovalRecord) -> None:
        self._approvals.put(approval)
        self._changes.note(approvals=[approval.version[0]])

    def approvals(self) -> list[ApprovalRecord]:
        return self._approvals.many(by=(approvals.c.at, approvals.c.key))
