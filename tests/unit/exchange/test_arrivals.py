"""The verdict on one object that a giver served, against what the giver signed and what is held."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from sepakat.agreements.terms import Onward
from sepakat.exchange.arrivals import Passed, Refused, Situation, judge, read_one
from sepakat.exchange.ports import Unit
from sepakat.exchange.records import Policy, StoredVersion
from sepakat.exchange.statements import Stated
from sepakat.release.question import ReceivedTerms
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.stix.markings import TLP_2
from sepakat.stix.objects import StixObject

US, RU, FR, IQ = (PartyId(name) for name in ("us", "ru", "fr", "iq"))
IDS = {party: StixId(f"identity--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e00{n}") for n, party in enumerate((US, RU, FR, IQ))}
NOW = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
AGREEMENT = AgreementId("us-ru")
ID = "campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e011"

HERE = Situation(
    node=RU,
    giver=US,
    now=NOW,
    in_force=frozenset({AGREEMENT}),
    parties={identity: party for party, identity in IDS.items()},
    identities=dict.fromkeys(IDS.values(), "0" * 64),
    mirrored=10,
)


@dataclass
class Held:
    """What a judge reads of a unit: held versions and policies."""

    versions: list[StoredVersion] = field(default_factory=list)
    policy: Policy | None = None

    @property
    def objects(self) -> Held:
        return self

    @property
    def policies(self) -> _Policies:
        return _Policies(self.policy)

    def get(self, object_id: StixId) -> tuple[StoredVersion, ...]:
        return tuple(version for version in self.versions if version.object.id == object_id)


@dataclass
class _Policies:
    policy: Policy | None

    def get(self, _: StixId) -> Policy | None:
        return self.policy


def made(by: PartyId | None = US, **changes: Any) -> StixObject:
    content = {
        "type": "campaign",
        "spec_version": "2.1",
        "id": ID,
        "created": "2030-05-01T10:00:00.000Z",
        "modified": "2030-05-01T10:00:00.000Z",
        "name": "Something",
    }
    if by is not None:
        content["created_by_ref"] = IDS[by]
    return StixObject.from_content(content | changes)


def stated(of: StixObject, *origins: PartyId, **changes: Any) -> Stated:
    entry = Stated("c", AGREEMENT, "a" * 64, 3, "b" * 64, of.digest, frozenset(origins or (US,)))
    return replace(entry, **changes)


def held(version: StixObject, *origins: PartyId, sender: PartyId | None = None) -> StoredVersion:
    terms = () if sender is None else (ReceivedTerms(sender, AGREEMENT, Onward()),)
    return StoredVersion(version, frozenset(origins), NOW, terms, "t")


def verdict(unit: Held, of: StixObject, entry: Stated, where: Situation = HERE) -> Passed | Refused:
    return judge(cast(Unit, unit), where, of, entry)


def reason(unit: Held, of: StixObject, entry: Stated, where: Situation = HERE) -> str:
    found = verdict(unit, of, entry, where)
    assert isinstance(found, Refused), "it passed"
    return found.reason


def test_what_the_giver_signed_passes() -> None:
    found = verdict(Held(), made(), stated(made()))
    assert isinstance(found, Passed)
    assert found.is_kept


def test_other_bytes_than_signed_do_not() -> None:
    assert "not what us signed" in reason(Held(), made(name="Another"), stated(made()))


def test_leaf_beyond_the_mirrored_log_does_not() -> None:
    assert reason(Held(), made(), stated(made(), leaf=10)) == "leaf 10 of the log of us is not borne out"


def test_nothing_passes_without_the_agreement_in_force_but_tombstones_do() -> None:
    off = replace(HERE, in_force=frozenset())
    assert "is not in force" in reason(Held(), made(), stated(made()), off)
    revoked = made(revoked=True)
    assert isinstance(verdict(Held(), revoked, stated(revoked, is_tombstone=True), off), Passed)
    assert "is none" in reason(Held(), made(), stated(made(), is_tombstone=True), off)


def test_version_of_tomorrow_does_not() -> None:
    late = made(modified="2030-05-01T12:05:00.001Z")
    assert "ahead of the clock" in reason(Held(), late, stated(late))
    near = made(modified="2030-05-01T12:05:00.000Z")
    assert isinstance(verdict(Held(), near, stated(near)), Passed)


def test_creator_who_is_a_party_must_be_among_the_origins() -> None:
    assert "it is by fr" in reason(Held(), made(FR), stated(made(FR)))
    assert isinstance(verdict(Held(), made(FR), stated(made(FR), FR)), Passed)


def test_nobody_makes_us_creator_or_origin_of_what_we_do_not_hold() -> None:
    assert "as its creator" in reason(Held(), made(RU), stated(made(RU), RU))
    assert "as its origin" in reason(Held(), made(None), stated(made(None), RU))


def test_our_own_object_coming_back_is_known_and_not_kept() -> None:
    unit = Held([held(made(RU), RU)])
    found = verdict(unit, made(RU), stated(made(RU), RU))
    assert isinstance(found, Passed)
    assert not found.is_kept


def test_our_origin_is_not_claimed_for_what_we_hold_of_another() -> None:
    unit = Held([held(made(None), FR)])
    assert "as its origin" in reason(unit, made(None), stated(made(None), RU))


def test_version_that_is_held_keeps_its_bytes() -> None:
    unit = Held([held(made(), US, sender=US)])
    assert "other content under this version" in reason(unit, made(name="Another"), stated(made(name="Another")))
    assert isinstance(verdict(unit, made(), stated(made())), Passed)


def test_object_keeps_its_creator() -> None:
    later = made(None, modified="2030-05-01T11:00:00.000Z")
    assert "of another creator" in reason(Held([held(made(), US, sender=US)]), later, stated(later))


@pytest.mark.parametrize("by", [FR, None])
def test_newer_version_of_what_came_from_elsewhere_is_refused(by: PartyId | None) -> None:
    later = made(by, modified="2030-05-01T11:00:00.000Z")
    entry = stated(later, FR, US)
    for unit in (Held([held(made(by), FR, sender=FR)]), Held([held(made(by), FR)])):
        assert "held from elsewhere" in reason(unit, later, entry)
    assert isinstance(verdict(Held([held(made(by), FR, sender=US)]), later, entry), Passed)


def test_newer_version_of_the_givers_own_object_passes_wherever_the_first_came_from() -> None:
    later = made(modified="2030-05-01T11:00:00.000Z")
    assert isinstance(verdict(Held([held(made(), US, sender=FR)]), later, stated(later)), Passed)


def test_recalled_object_stays_away_but_its_revocation_passes() -> None:
    unit = Held(policy=Policy(StixId(ID), recalled=True))
    assert reason(unit, made(), stated(made())) == "it was recalled"
    revoked = made(modified="2030-05-01T11:00:00.000Z", revoked=True)
    assert isinstance(verdict(unit, revoked, stated(revoked)), Passed)


def test_identity_of_a_party_is_that_of_its_card() -> None:
    of_fr = StixObject.from_content({"type": "identity", "id": IDS[FR], "name": "France"})
    where = replace(HERE, identities={IDS[FR]: of_fr.digest})
    assert isinstance(verdict(Held(), of_fr, stated(of_fr, FR), where), Passed)
    forged = StixObject.from_content({"type": "identity", "id": IDS[FR], "name": "France, really"})
    assert "other content than on its card" in reason(Held(), forged, stated(forged, FR), where)


def test_marking_of_the_standard_is_never_replaced() -> None:
    amber = TLP_2["amber"]
    forged = StixObject.from_content({**amber.content, "name": "TLP:CLEAR"})
    found = verdict(Held(), forged, stated(forged))
    assert isinstance(found, Passed)
    assert not found.is_kept
    genuine = verdict(Held(), amber, stated(amber))
    assert isinstance(genuine, Passed)
    assert genuine.is_kept


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"nonsense", b'{"type":"campaign"}', b'{"objects":[]}', b"\xff", b'{"type":"campaign","id":"x"}'],
)
def test_bytes_that_are_no_object_are_refused(raw: bytes) -> None:
    assert isinstance(read_one(raw), Refused)


def test_several_objects_in_the_place_of_one_are_refused() -> None:
    raw = made().raw
    assert isinstance(read_one(b"[" + raw + b"," + made(name="Another").raw + b"]"), Refused)
