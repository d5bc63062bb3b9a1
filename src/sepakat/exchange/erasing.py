"""Erases a subject for good: all about it in the node, with a signed proof, and a recall to whoever was given it.

    1  find what there is (`subjects`) and who was given it
    2  remove it from the store, whole; rows of views stay, without payload and salt
    3  bring the views up to date; what was ours leaves a tombstone without content
    4  recall it from every holder
    5  take it out of kept messages (`erasing_messages`)
    6  sign the proof, and keep the tokens by which it is known if it comes again

All of it is one transaction. There is no undo. Logs stay sound: a leaf commits to salted digests, and nobody can tell
any more what they were of. Retention (`retaining`) erases in the same way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import orjson

from sepakat.errors import InputError, NotFound
from sepakat.exchange.calling_back import Taking, call_back, holders_of
from sepakat.exchange.erasing_messages import BLANK, finish_open, redact_messages
from sepakat.exchange.erasure_records import Erasure
from sepakat.exchange.keys import card_keys
from sepakat.exchange.messaging import DeliveryReport, deliver
from sepakat.exchange.parties import own_party
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.releasing import publish_tombstone, update_views
from sepakat.exchange.subjects import Findings, Subject, find_subject
from sepakat.exchange.tombstones import empty_tombstone
from sepakat.exchange.world import views_of
from sepakat.release.decision import Outcome
from sepakat.release.question import ViewKey
from sepakat.shapes import read_instant
from sepakat.stix.identifiers import StixId
from sepakat.stix.objects import StixObject, VersionRef
from sepakat.transparency.erasures import ErasureProof, check_proofs, sign_proof, token

REQUEST, RETENTION = "request", "retention"
OBJECT, VERSION, NAME = "object", "version", "name"
"""What a token is of."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is erased, and by whom."""

    by: str
    reason: str
    kind: str = REQUEST
    recalls: bool = True
    """Whoever was given it is told."""
    is_for_good: bool = True
    """The object never comes in again; else only the versions that were erased do not."""


@dataclass(frozen=True, slots=True)
class Done:
    """One erasure as it was done."""

    erasure: Erasure
    proof: ErasureProof


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """An erasure as it was done: what was found, its proof, what partners were told."""

    findings: Findings
    done: Done
    delivery: DeliveryReport


@dataclass(frozen=True, slots=True)
class KnownErasure:
    """One erasure of the past, as its proof has it."""

    number: int
    at: datetime
    by: str
    cause: str
    reason: str
    objects: int
    counts: Mapping[str, int]
    recalls: tuple[str, ...]
    hash: str
    waiting: int
    """Messages that a partner has yet to follow before something is taken out of them."""


@dataclass(frozen=True, slots=True)
class Erasures:
    """All erasures, oldest first, and what is wrong with their proofs."""

    erasures: tuple[KnownErasure, ...]
    faults: tuple[str, ...]


def find(node: Node, subject: str, *, is_id_only: bool = False, keep: Collection[StixId] = ()) -> Findings:
    """What an erasure would take; changes nothing. Raises as `find_subject`."""
    with node.store.reading() as unit:
        return find_subject(node, unit, subject, is_id_only=is_id_only, keep=keep)


def erase(
    node: Node, subject: str, *, by: str, reason: str, is_id_only: bool = False, keep: Collection[StixId] = ()
) -> ErasureReport:
    """Erase a subject, given as a STIX id or a name, everywhere in this node, and recall it from its holders.

    Raises:
        InputError: the reason names the subject, and it would stay; and as `find_subject`.
        NotFound: nothing about it is kept.
        StoreError: `store-restored`, the node may not write its logs yet.
    """
    now = node.clock.now()
    with node.store.writing() as unit:
        findings = find_subject(node, unit, subject, is_id_only=is_id_only, keep=keep)
        if findings.subject.names(reason) or findings.subject.names(by):
            raise InputError(
                "erasure-reason-tells",
                "erasure refused: its reason names the subject, and the proof keeps it for ever",
                "give the number of the request, or the rule",
            )
        done = take_away(node, unit, findings.ids, findings.subject, Cause(by, reason), now)
    return ErasureReport(findings, done, deliver(node))


def take_away(node: Node, unit: Unit, ids: frozenset[StixId], subject: Subject, cause: Cause, now: datetime) -> Done:
    """Erase objects, and what names the subject beside them, in the caller's unit.

    Raises:
        NotFound: there is nothing to erase.
    """
    # (1) Who was given it, and what each of them is left with.
    goodbyes = [_goodbye(node, unit, identifier, now) for identifier in sorted(ids)]
    tokens = list(_tokens(node, unit, ids))
    # (2) Remove.
    removed = unit.erasures.remove_objects(ids, now)
    texts = unit.erasures.remove_texts(ids, subject.names, BLANK)
    # (3) Views.
    update_views(node, unit, now)
    own_views = views_of(
        node.party, unit.agreements.everything(), {one.id: one for one in unit.parties.everyone()}, now
    )
    recalls = []
    for goodbye in goodbyes:
        for view, tombstone, original in goodbye.tombstones:
            if view in own_views:
                publish_tombstone(node, unit, own_views[view], tombstone, original, now)
        # (4) Recall.
        if goodbye.taking.holders and cause.recalls:
            reason = f"erased: {cause.reason}"
            recalls.append(call_back(node, unit, replace(goodbye.taking, reason=reason), now).id)
    # (5) Messages.
    released = {one for goodbye in goodbyes for given in goodbye.taking.holders.values() for one in given}
    redacted = redact_messages(unit, frozenset(ids | released), subject.names)
    counts = {**removed.counts}
    for what, number in texts.counts.items():
        counts[what] = counts.get(what, 0) + number
    counts |= {"messages": len(redacted.hashes)} if redacted.hashes else {}
    if not counts:
        raise NotFound("subject-unknown", f"nothing is kept of {subject.said[:100]}", "nothing was changed")
    # (6) The proof.
    before = unit.erasures.everything()
    proof = ErasureProof(
        number=len(before) + 1,
        previous=before[-1].proof.hash if before else None,
        node=node.party,
        at=now,
        by=cause.by,
        cause=cause.kind,
        reason=cause.reason,
        objects=tuple(sorted(token(node.secret, OBJECT, one) for one in ids)),
        versions=tuple(sorted(tokens)),
        rows=removed.rows,
        messages=tuple(sorted(redacted.hashes)),
        recalls=tuple(recalls),
        counts=dict(sorted(counts.items())),
    )
    signed = sign_proof(proof, node.signer.public_key, node.signer.sign)
    erasure = Erasure(proof.number, signed, tuple(redacted.open))
    names = [token(node.secret, NAME, one) for one in subject.strings]
    unit.erasures.add(erasure, [*(proof.objects if cause.is_for_good else ()), *proof.versions, *names])
    return Done(erasure, proof)


def scrub(node: Node) -> None:
    """Write the store's files anew, without what was erased.

    Raises:
        StoreError: `store-busy`, others do not let go of them; the erasure stands.
    """
    node.store.scrub()


def list_erasures(node: Node) -> Erasures:
    """All erasures by their proofs, which are checked."""
    with node.store.reading() as unit:
        kept = unit.erasures.everything()
        keys = [entry.key for entry in card_keys(own_party(node, unit))]
    proved = check_proofs([erasure.proof for erasure in kept], keys)
    return Erasures(tuple(map(_known, kept)), proved.faults)


def finish(node: Node) -> int:
    """Take out of messages what waited for partners; how many still wait."""
    with node.store.reading() as unit:
        is_open = any(erasure.open for erasure in unit.erasures.everything())
    if not is_open:
        return 0
    with node.store.writing() as unit:
        return finish_open(unit)


def erased_before(node: Node, unit: Unit, objects: Iterable[StixObject]) -> dict[VersionRef, int]:
    """Which of some objects were erased here, for good or in this version, with the number of the erasure."""
    if unit.erasures.is_empty():
        return {}
    named = {
        made.version_ref: (token(node.secret, OBJECT, made.id), token(node.secret, VERSION, made.digest))
        for made in objects
    }
    known = unit.erasures.known(one for pair in named.values() for one in pair)
    found = {ref: next((known[one] for one in pair if one in known), None) for ref, pair in named.items()}
    return {ref: number for ref, number in found.items() if number is not None}


def named_before(node: Node, unit: Unit, strings: Iterable[str]) -> int | None:
    """The number of an erasure of somebody or something with one of these folded names, if there was one."""
    known = unit.erasures.known(token(node.secret, NAME, one) for one in strings)
    return min(known.values(), default=None)


@dataclass(frozen=True, slots=True)
class _Goodbye:
    """Who was given one object, and the tombstones that each view is left with."""

    taking: Taking
    tombstones: tuple[tuple[ViewKey, StixObject, VersionRef], ...]


def _goodbye(node: Node, unit: Unit, identifier: StixId, now: datetime) -> _Goodbye:
    holders = holders_of(unit, identifier)
    views = {collection.id: collection.view for collection in unit.views.collections()}
    ours = own_party(node, unit).identity.id
    last: dict[tuple[ViewKey, StixId], StixObject] = {}
    originals: dict[tuple[ViewKey, StixId], VersionRef] = {}
    for row in unit.views.rows_of(identifier):
        key = (views[row.collection], row.id)
        # Only a creator revokes: our own objects, and every variant, which is ours whatever it was made of.
        if row.body and (row.outcome is Outcome.VARIANT or _creator(row.body) == ours):
            made = StixObject.from_bytes(row.body)
            if key not in last or last[key].version < made.version:
                last[key] = made
                originals[key] = row.original
    buried = [
        (view, tombstone, originals[view, given])
        for (view, given), made in sorted(last.items(), key=lambda item: item[0])
        if (tombstone := empty_tombstone(made.content, now)) is not None
    ]
    return _Goodbye(Taking(node.ids.uuid(), identifier, holders, "", is_for_all=True), tuple(buried))


def _creator(body: bytes) -> object:
    return orjson.loads(body).get("created_by_ref")


def _tokens(node: Node, unit: Unit, ids: frozenset[StixId]) -> Iterable[str]:
    for versions in unit.objects.get_many(ids).values():
        for version in versions:
            yield token(node.secret, VERSION, version.object.digest)


def _known(erasure: Erasure) -> KnownErasure:
    document = erasure.proof.document
    at = read_instant(document["at"])
    assert at is not None, "the proof has the instant that it was signed at"
    return KnownErasure(
        number=erasure.number,
        at=at,
        by=document["by"],
        cause=document["cause"],
        reason=document["reason"],
        objects=len(document["objects"]),
        counts=document["counts"],
        recalls=tuple(document["recalls"]),
        hash=erasure.proof.hash,
        waiting=len(erasure.open),
    )
