"""What persons and rules have put on objects; topics; approvals (port `Policies`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from sepakat.exchange.records import ApprovalRecord, Policy, Topic
from sepakat.release.question import ViewKey
from sepakat.stix.identifiers import StixId
from sepakat.stores.changes import SqlChanges
from sepakat.stores.record_rows import Form, RecordRows
from sepakat.stores.schema import approvals, policies, topics
from sepakat.stores.statements import chunks


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


class SqlPolicies:
    """The port `Policies` over one connection."""

    def __init__(self, connection: Connection, changes: SqlChanges) -> None:
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
        found = [
            one
            for chunk in chunks(ids)
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
