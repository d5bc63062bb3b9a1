"""Records for tests, each valid by itself, with what a test is about as arguments; and one of everything in a store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sepakat.agreements.life import EventKind, LifeEvent
from sepakat.agreements.parsing import parse_agreement
from sepakat.agreements.terms import Onward, OnwardRule
from sepakat.agreements.writing import agreement_hash, canonical_form
from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.exchange.claim_records import Alert, AlertDelivery, Development, Judgement, Verdict, WatchArea
from sepakat.exchange.erasure_records import Erasure, OpenMessage, RetentionRule
from sepakat.exchange.ports import Unit
from sepakat.exchange.records import (
    Access,
    Account,
    AgreementRecord,
    ApprovalRecord,
    Arrival,
    CheckpointNote,
    Collection,
    Community,
    Consent,
    Direction,
    KeptMapping,
    Leaf,
    MessageRecord,
    Party,
    Policy,
    Publication,
    PushStatus,
    Quarantined,
    Recall,
    RecallAnswer,
    RecordedDecision,
    Role,
    Standing,
    StoredVersion,
    SyncState,
    TakeIn,
    Topic,
    User,
    VariantState,
)
from sepakat.exchange.report_records import Proposal, ProposalState, ReadReport, ReportContent, ReviewStep
from sepakat.exchange.work_ports import Job
from sepakat.release.decision import Outcome
from sepakat.release.question import ReceivedTerms, ViewKey
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.stix.instants import format_instant, version_key
from sepakat.stix.objects import StixObject
from sepakat.transparency.erasures import SignedProof

NOW = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
US, RU, FR, IQ = (PartyId(name) for name in ("us", "ru", "fr", "iq"))
VIEW = ViewKey(AgreementId("us-ru-ct-2030"), RU)
COLLECTION = str(UUID(int=7, version=4))
QUESTION = "strength/fighters:2030-05"
CLAIMING: dict[str, Any] = {
    "extensions": {CLAIM_EXTENSION: {"extension_type": "property-extension", "kind": "estimate", "question": QUESTION}}
}
"""What makes an object one that carries a claim."""

AGREEMENT = """\
sepakat: 1
id: us-ru-ct-2030
version: {version}
supersedes: {supersedes}
title: Counter-terrorism
giver: us
takers: [ru]
scope: organisation
purpose: [counter-terrorism]
basis: {{text: "Joint announcement", reference: null, regime: national}}
window: {{from: 2030-01-01T00:00:00Z, to: 2031-01-01T00:00:00Z, data_from: any, max_age: any}}
share:
  - id: S1
    topics: any
    regions: any
    types: any
    kinds: any
    ceiling: {{tlp: amber, pap: amber, classification: null, releasable_to: []}}
    minimum: {{reliability: any, credibility: any, unrated: allow}}
    fields: {{allow: standard, deny: [], external_references: any, tear_line: if-needed}}
    source: rating
    persons: {{rule: none}}
    release: {{approval: auto, delay: PT0S}}
onward: {{default: ask, named: [], derivatives: same}}
use: {{actions: none, court: must-not, attribution: must-not, resale: must-not, automated_decision: must-not}}
duties: {{receipt: PT5M, recall: PT1H, correction: PT24H, delete_at_end: true, review: P6M}}
match: []
end: {{suspend: either-at-once, narrow: giver-alone, widen: both, terminate: P30D}}
"""


def at(seconds: float) -> datetime:
    """The instant so many seconds after `NOW`."""
    return NOW + timedelta(seconds=seconds)


def stix_id(number: int, type_: str = "indicator") -> StixId:
    return StixId(f"{type_}--{UUID(int=number, version=4)}")


def stix_object(number: int, version: int = 0, type_: str = "indicator", **more: Any) -> StixObject:
    """Object `number`, its version so many seconds after `NOW`."""
    stamp = format_instant(at(version), 3)
    return StixObject.from_content(
        {"type": type_, "spec_version": "2.1", "id": stix_id(number, type_), "modified": stamp, **more}
    )


def terms(sender: PartyId = RU, *roster: PartyId) -> ReceivedTerms:
    onward = Onward(OnwardRule.NAMED, (FR,))
    return ReceivedTerms(sender, AgreementId(f"{sender}-us"), onward, True, frozenset(roster))


def stored(number: int, version: int = 0, type_: str = "indicator", **more: Any) -> StoredVersion:
    origins, received = more.pop("origins", frozenset({US})), more.pop("received", ())
    take_in = more.pop("take_in", "batch-1")
    return StoredVersion(stix_object(number, version, type_, **more), origins, NOW, received, take_in)


def take_in(number: int = 1, **more: Any) -> TakeIn:
    values: dict[str, Any] = {"at": at(number), "by": "anna", "source": "report.json", "digest": digest(b"file")}
    return TakeIn(**{"id": f"batch-{number}", **values, "taken": 3, "known": 2, "refused": 0, **more})


def quarantined(number: int = 1) -> Quarantined:
    return Quarantined(f"q-{number}", at(number), RU, stix_id(number), "modified lies ahead", b'{"id": 1}')


def report(number: int = 1, **more: Any) -> ReadReport:
    values: dict[str, Any] = {"at": at(number), "by": "anna", "source": "page.html", "form": "page"}
    return ReadReport(**{"id": f"report-{number}", **values, "digest": digest(b"page %d" % number), **more})


def report_content(number: int = 1) -> ReportContent:
    return ReportContent(f"report-{number}", b"<p>Anna said no.</p>", "Anna said no.", b"{}")


def proposal(number: int = 1, report: int = 1, **more: Any) -> Proposal:
    values: dict[str, Any] = {"kind": "person", "name": "anna", "rule": "person", "score": 80, "start": 0, "end": 4}
    made = {"report": f"report-{report}", "number": number, "object_id": stix_id(number, "identity")}
    return Proposal(**{**made, **values, "content": b'{"name":"Anna"}', **more})


def review_step(sequence: int = 1, number: int = 1, **more: Any) -> ReviewStep:
    values: dict[str, Any] = {"at": at(sequence), "by": "anna", "act": "confirm", "reason": None}
    before = {"state_before": ProposalState.PROPOSED, "content_before": b"{}", "target_before": None}
    made = {"report": "report-1", "number": number, "sequence": sequence, "take_in": f"batch-{sequence}"}
    return ReviewStep(**{**made, **values, **before, **more})


def mapping(name: str = "feed", content: str = "{}", number: int = 1) -> KeptMapping:
    return KeptMapping(name, content, at(number))


def party(id_: PartyId = RU, **more: Any) -> Party:
    return Party(id_, f"Party {id_}", "RU", stix_object(99, 0, "identity", name=id_), NOW, **more)


def agreement(version: int = 1, supersedes: str | None = None, **more: Any) -> AgreementRecord:
    read = parse_agreement(AGREEMENT.format(version=version, supersedes=supersedes or "null"))
    return AgreementRecord(agreement_hash(read), read, canonical_form(read), at(version), (RU,), **more)


def life_event(hash_: str, seconds: int = 0, **more: Any) -> LifeEvent:
    return LifeEvent(EventKind.SIGNED, hash_, RU, at(seconds), **more)


def collection(id_: str = COLLECTION, view: ViewKey = VIEW, title: str = "Counter-terrorism from us") -> Collection:
    return Collection(id_, view, title, NOW)


def publication(sequence: int, number: int | None = None, version: int = 0, **more: Any) -> Publication:
    """Row `sequence`: by default the first version of an object of its own, released whole."""
    type_ = more.pop("type_", "indicator")
    released = stix_object(sequence if number is None else number, version, type_)
    values: dict[str, Any] = {
        "collection": COLLECTION,
        "sequence": sequence,
        "date_added": NOW + timedelta(milliseconds=sequence),
        "id": released.id,
        "version": released.version,
        "type": type_,
        "body": released.raw,
        "digest": released.digest,
        "salt": sequence.to_bytes(32, "big"),
        "leaf": 0,
        "position": sequence,
        "original": released.version_ref,
        "outcome": Outcome.WHOLE,
    }
    return Publication(**{**values, **more})


def variant(number: int = 1, **more: Any) -> VariantState:
    stamp = format_instant(NOW, 3)
    values: dict[str, Any] = {"epoch": 0, "created": stamp, "modified": stamp, "projection_digest": digest(b"left")}
    return VariantState(**{"collection": COLLECTION, **_variant_ids(number), **values, **more})


def recorded(number: int = 1, seconds: int = 0) -> RecordedDecision:
    return RecordedDecision(
        COLLECTION, stix_object(number).version_ref, at(seconds), Outcome.OUT, '[{"rule":"origin"}]'
    )


def leaf(index: int = 0, counterpart: PartyId = RU, mirror: bool = False, data: bytes | None = None) -> Leaf:
    return Leaf(counterpart, mirror, index, b"leaf %d" % index if data is None else data)


def checkpoint(size: int = 1, cosigned: bool = False, mirror: bool = False) -> CheckpointNote:
    return CheckpointNote(RU, mirror, size, at(size), f"sepakat/us/ru\n{size}\n", cosigned)


def message(
    number: int = 1, counterpart: PartyId = RU, direction: Direction = Direction.OUT, **more: Any
) -> MessageRecord:
    document = b'{"number": %d}' % number
    values: dict[str, Any] = {"sequence": 0, "kind": "receipt", "at": at(number), "document": document}
    return MessageRecord(
        **{"hash": digest(document), "direction": direction, "counterpart": counterpart, **values, **more}
    )


def recall(number: int = 1, direction: Direction = Direction.OUT, **more: Any) -> Recall:
    answers = (RecallAnswer(RU, "deleted", None, at(9)), RecallAnswer(FR, via=RU))
    values: dict[str, Any] = {"counterpart": None, "objects": (stix_id(number),), "original": stix_id(number)}
    dates = {"at": at(number), "respond_by": at(3600)}
    return Recall(
        **{"id": f"recall-{number}", "direction": direction, **values, "views": (VIEW,), "reason": "wrong", **dates}
        | {"answers": answers, **more}
    )


def consent(number: int = 1, direction: Direction = Direction.OUT, **more: Any) -> Consent:
    return Consent(f"consent-{number}", direction, RU, stix_id(number), FR, "counter-terrorism", at(number), **more)


def user(name: str = "anna", **more: Any) -> User:
    return User(**{"name": name, "role": Role.RELEASER, "password_hash": "$argon2id$", "created_at": NOW, **more})


def account(name: str = "ru-siem", **more: Any) -> Account:
    token = digest(name.encode())
    return Account(name, RU, "$argon2id$", token, NOW, **more)


def access(number: int = 1) -> Access:
    return Access(at(number), "ru-siem", COLLECTION, "GET objects", number, number)


def push_status(id_: str = "status-1", document: bytes = b"{}") -> PushStatus:
    return PushStatus(id_, "ru-siem", COLLECTION, NOW, document)


def sync_state(giver: PartyId = RU, **more: Any) -> SyncState:
    return SyncState(giver, COLLECTION, AgreementId("ru-us"), **more)


def arrival(number: int = 1, giver: PartyId = RU, **more: Any) -> Arrival:
    made = stix_object(number)
    values: dict[str, Any] = {
        "id": made.id,
        "version": made.version,
        "digest": made.digest,
        "leaf": 3,
        "at": at(number),
    }
    return Arrival(**{"giver": giver, "collection": COLLECTION, "agreement": "ru-us", **values, **more})


def job(number: int = 1, kind: str = "take-in", **more: Any) -> Job:
    return Job(**{"kind": kind, "subject": str(number), "due_at": at(number), "asked_at": NOW, "by": "anna", **more})


def erasure(number: int = 1, **more: Any) -> Erasure:
    return Erasure(number, SignedProof(b'{"number":%d}' % number, b"signature", "ed25519:a"), **more)


def retention_rule(type_: str = "campaign", period: str = "P1Y") -> RetentionRule:
    return RetentionRule(type_, period, NOW, "anna")


def open_message(number: int = 1) -> OpenMessage:
    return OpenMessage(message(number).hash, RU, number, ("objects.0.salt",))


def policy(number: int = 1, **more: Any) -> Policy:
    return Policy(stix_id(number), **more)


def topic(id_: str = "terrorism/isis", **more: Any) -> Topic:
    return Topic(id_, frozenset({stix_id(1)}), frozenset({"ISIS", "Daesh"}), frozenset({"isis"}), **more)


def approval(number: int = 1, approver: str = "anna", approved: bool = True) -> ApprovalRecord:
    return ApprovalRecord(stix_object(number).version_ref, VIEW, approver, at(number), approved)


def community(seconds: int = 0, *members: PartyId) -> Community:
    return Community("coalition", members or (FR, RU, US), at(seconds))


def judgement(number: int = 1, by: str = "anna", **more: Any) -> Judgement:
    values: dict[str, Any] = {
        "question": QUESTION,
        "hypothesis": stix_id(1, "note"),
        "evidence": stix_id(number, "note"),
    }
    return Judgement(**{**values, "by": by, "verdict": Verdict.INCONSISTENT, "at": at(number), **more})


def watch_area(id_: str = "anbar", **more: Any) -> WatchArea:
    values: dict[str, Any] = {"topics": frozenset({"terrorism/isis"}), "regions": frozenset({"IQ", "SY"})}
    values |= {"circle": (33.4, 43.3, 120.0), "polygon": ((33.0, 42.0), (34.0, 42.0), (34.0, 43.5))}
    values |= {"kinds": frozenset({"estimate"}), "channels": ("mail:desk@us.example",)}
    return WatchArea(**{"id": id_, "name": "Anbar", "by": "anna", "created_at": NOW, **values, **more})


def alert(number: int = 1, area: str = "anbar", **more: Any) -> Alert:
    values: dict[str, Any] = {
        "what": Development.NEW,
        "subject": stix_id(number),
        "version": "",
        "text": "Something new",
    }
    deliveries = (AlertDelivery("mail:desk@us.example"),)
    return Alert(
        **{"id": f"alert-{area}-{number}", "area": area, "at": at(number), "deliveries": deliveries, **values, **more}
    )


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def version_of(seconds: int) -> str:
    """The version key of an object's version so many seconds after `NOW`."""
    return version_key(format_instant(at(seconds), 3))


def fill(unit: Unit) -> None:
    """One or two of everything."""
    unit.objects.add_many(
        [stored(1), stored(1, 5), stored(2, received=(terms(),), **CLAIMING), stored(3, 0, "ipv4-addr")]
    )
    unit.intakes.add(take_in())
    unit.intakes.quarantine(quarantined())
    settled = proposal(2, state=ProposalState.CONFIRMED, target=stix_id(2, "identity"))
    unit.reports.add(report(captured_at=NOW, title="No"), report_content(), [proposal(), settled])
    unit.reports.keep(review_step(number=2))
    unit.intakes.put_mapping(mapping())
    unit.parties.put(party(US, is_self=True))
    unit.parties.put(party(card={"party": "ru", "keys": [1]}, keys=("ed25519:a",), address="https://ru.example"))
    unit.parties.put_roster(community())
    first = agreement()
    unit.agreements.add(first)
    unit.agreements.add_event(first.hash, life_event(first.hash))
    unit.policies.put(policy(topics=frozenset({"a"}), markings=(stix_id(5),), recalled_views=frozenset({VIEW})))
    unit.policies.put_topic(topic())
    unit.policies.put_approval(approval())
    unit.views.put_collection(collection())
    unit.views.publish([publication(1), publication(2, 1, 5), publication(3, 3, type_="ipv4-addr")])
    unit.views.publish([publication(4, 2, leaf=1), publication(5, 2, 9, leaf=1, standing=Standing.TOMBSTONE)])
    unit.views.withdraw(COLLECTION, [3], at(60))
    unit.views.put_variant(variant())
    unit.views.record([recorded()])
    unit.readings.note_access(access())
    unit.readings.put_status(push_status())
    unit.logs.append(leaf(0))
    unit.logs.append(leaf(0, mirror=True))
    unit.logs.put_checkpoint(checkpoint())
    unit.messages.add(message())
    unit.messages.add(message(2, direction=Direction.IN))
    unit.messages.use_nonce(RU, "nonce-1", at(300))
    unit.obligations.put_recall(recall())
    unit.obligations.put_consent(consent(granted=True, answered_at=at(5)))
    unit.people.put_user(user())
    unit.people.put_account(account())
    unit.syncs.put(sync_state(cursor="abc", last_at=NOW))
    unit.syncs.add_arrivals([arrival()])
    unit.jobs.put(job())
    unit.jobs.put_content("take-in", "1", b"{}")
    unit.claims.put_judgement(judgement())
    unit.watches.put_area(watch_area())
    unit.watches.add_alert(alert())
    unit.erasures.add(erasure(open=(open_message(),)), [digest(b"token")])
    unit.erasures.retention.put(retention_rule())


def everything_in(unit: Unit) -> dict[str, object]:
    """All that `fill` put into a store, port by port, for comparing two stores."""
    return {
        "objects": list(unit.objects.everything()),
        "intakes": (unit.intakes.latest(), unit.intakes.quarantined(), unit.intakes.mappings()),
        "reports": (
            unit.reports.latest(),
            *(
                (unit.reports.content(one.id), unit.reports.proposals(one.id), unit.reports.steps(one.id))
                for one in unit.reports.latest()
            ),
        ),
        "parties": (unit.parties.everyone(), unit.parties.communities()),
        "agreements": unit.agreements.everything(),
        "policies": (unit.policies.everything(), unit.policies.topics(), unit.policies.approvals()),
        "collections": unit.views.collections(),
        "rows": [unit.views.rows(one.id, include_withdrawn=True) for one in unit.views.collections()],
        "variants": [unit.views.variants(one.id) for one in unit.views.collections()],
        "decisions": unit.views.recorded(),
        "readings": (unit.readings.accesses(), unit.readings.status("status-1")),
        "logs": [
            (unit.logs.leaves(who, mirror=mirror), unit.logs.checkpoints(who, mirror=mirror))
            for who in unit.logs.counterparts()
            for mirror in (False, True)
        ],
        "messages": [unit.messages.after(RU, 0, direction=direction) for direction in Direction],
        "obligations": (unit.obligations.recalls(), unit.obligations.consents()),
        "people": (unit.people.users(), unit.people.accounts()),
        "jobs": (unit.jobs.everything(), unit.jobs.content("take-in", "1")),
        "syncs": (unit.syncs.everything(), unit.syncs.arrivals()),
        "claims": (unit.claims.page(), unit.claims.questions(), unit.claims.judgements(QUESTION)),
        "watches": (unit.watches.areas(), unit.watches.alerts()),
        "erasures": (
            unit.erasures.everything(),
            unit.erasures.known([digest(b"token")]),
            unit.erasures.retention.rules(),
        ),
    }


def _variant_ids(number: int) -> dict[str, StixId]:
    return {"original_id": stix_id(number), "variant_id": stix_id(number + 1000)}
