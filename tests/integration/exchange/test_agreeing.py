"""The life of agreements between nodes: both sides see the same state, and nobody signs or widens for another."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta

import orjson
import pytest

from sepakat.agreements.life import State
from sepakat.agreements.parsing import parse_agreement
from sepakat.agreements.writing import agreement_hash, document_of, signing_input
from sepakat.errors import InputError, NotFound, NotPermitted, SepakatError
from sepakat.exchange import agreeing
from sepakat.exchange.parties import add_partner, put_community
from sepakat.exchange.receiving import receive
from sepakat.stix.identifiers import PartyId
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation, said

US, RU, FR = PartyId("us"), PartyId("ru"), PartyId("fr")


def states(world: Simulation, name: str, taker: str = "ru") -> tuple[State, State]:
    """How giver and taker see an agreement."""
    return (
        agreeing.show(world["us"], name).standings[PartyId(taker)].state,
        agreeing.show(world[taker], name).standings[PartyId(taker)].state,
    )


def offer(world: Simulation, text: str | None = None) -> str:
    digest = agreeing.draft(world["us"], text or agreement_text()).record.hash
    agreeing.offer(world["us"], digest)
    return digest


def test_draft_is_known_to_nobody_else(world: Simulation) -> None:
    state = agreeing.draft(world["us"], agreement_text())
    assert state.standings[RU].state is State.DRAFT
    assert agreeing.list_agreements(world["ru"]) == []


def test_agreement_is_in_force_once_both_signed(world: Simulation) -> None:
    digest = offer(world)
    assert states(world, digest) == (State.OFFERED, State.OFFERED)
    report = agreeing.accept(world["ru"], "us-ru")
    assert report.delivery.delivered[US] == 1
    assert states(world, digest) == (State.IN_FORCE, State.IN_FORCE)


def test_rejected_offer_ends_on_both_sides(world: Simulation) -> None:
    digest = offer(world)
    agreeing.reject(world["ru"], "us-ru", "too wide")
    assert states(world, digest) == (State.ENDED, State.ENDED)
    with pytest.raises(NotPermitted, match="not on offer"):
        agreeing.accept(world["ru"], digest)


def test_suspension_by_either_side_holds_until_that_side_lifts_it(giving: Simulation) -> None:
    agreeing.suspend(giving["ru"], "us-ru", "under review")
    assert states(giving, "us-ru") == (State.SUSPENDED, State.SUSPENDED)
    giving.clock.advance(minutes=1)
    with pytest.raises(NotPermitted, match="us has not suspended it"):
        agreeing.resume(giving["us"], "us-ru")
    assert states(giving, "us-ru") == (State.SUSPENDED, State.SUSPENDED)
    giving.clock.advance(minutes=1)
    agreeing.resume(giving["ru"], "us-ru")
    assert states(giving, "us-ru") == (State.IN_FORCE, State.IN_FORCE)


def test_accepting_an_amendment_does_not_lift_a_suspension(giving: Simulation) -> None:
    first = agreeing.show(giving["us"], "us-ru").record.hash
    second = agreeing.amend(
        giving["us"], agreement_text(version=2, supersedes=first, ceiling="amber+strict")
    ).record.hash
    agreeing.suspend(giving["us"], "us-ru", "a leak")
    agreeing.accept(giving["ru"], second)
    assert states(giving, second) == (State.SUSPENDED, State.SUSPENDED)


def test_notice_ends_the_agreement_when_it_has_run(giving: Simulation) -> None:
    agreeing.end(giving["ru"], "us-ru", "no more need")
    assert states(giving, "us-ru") == (State.IN_FORCE, State.IN_FORCE)
    giving.clock.advance(days=30)
    assert states(giving, "us-ru") == (State.ENDED, State.ENDED)


def test_narrower_version_holds_by_the_givers_signature_alone(giving: Simulation) -> None:
    first = agreeing.show(giving["us"], "us-ru").record.hash
    second = agreeing.amend(giving["us"], agreement_text(version=2, supersedes=first, ceiling="green")).record.hash
    assert states(giving, second) == (State.IN_FORCE, State.IN_FORCE)
    assert states(giving, first) == (State.ENDED, State.ENDED)
    assert agreeing.show(giving["ru"], "us-ru").record.hash == second


def test_wider_version_waits_for_the_taker_and_the_one_before_holds_until_then(giving: Simulation) -> None:
    first = agreeing.show(giving["us"], "us-ru").record.hash
    second = agreeing.amend(
        giving["us"], agreement_text(version=2, supersedes=first, ceiling="amber+strict")
    ).record.hash
    assert states(giving, first) == (State.IN_FORCE, State.IN_FORCE)
    assert states(giving, second) == (State.OFFERED, State.OFFERED)
    agreeing.accept(giving["ru"], second)
    assert states(giving, second) == (State.IN_FORCE, State.IN_FORCE)
    assert states(giving, first) == (State.ENDED, State.ENDED)


def test_rejecting_an_amendment_leaves_the_version_before_in_force(giving: Simulation) -> None:
    first = agreeing.show(giving["us"], "us-ru").record.hash
    agreeing.amend(giving["us"], agreement_text(version=2, supersedes=first, ceiling="amber+strict"))
    agreeing.reject(giving["ru"], "us-ru@2", "no")
    assert agreeing.show(giving["us"], "us-ru").record.hash == first
    assert states(giving, first) == (State.IN_FORCE, State.IN_FORCE)


def test_counter_offer_of_the_taker_comes_into_force_when_the_giver_signs_it(world: Simulation) -> None:
    first = offer(world)
    counter = agreeing.draft(world["ru"], agreement_text(version=2, supersedes=first, ceiling="green")).record.hash
    agreeing.offer(world["ru"], counter)
    assert agreeing.show(world["us"], counter).standings[RU].state is not State.IN_FORCE
    agreeing.accept(world["us"], counter)
    assert states(world, counter) == (State.IN_FORCE, State.IN_FORCE)


def test_community_agreement_comes_into_force_party_by_party(world: Simulation) -> None:
    put_community(world["us"], "coalition", [US, RU, FR])
    digest = offer(world, agreement_text("coalition-green", community="coalition"))
    agreeing.accept(world["ru"], digest)
    assert states(world, digest, "ru") == (State.IN_FORCE, State.IN_FORCE)
    assert states(world, digest, "fr") == (State.OFFERED, State.OFFERED)
    assert agreeing.show(world["fr"], digest).record.roster == (FR, RU)


def test_partner_without_a_node_assents_on_paper(world: Simulation) -> None:
    bank = PartyId("bank")
    add_partner(world["us"], bank, "A bank")
    digest = offer(world, agreement_text("us-bank", takers=("bank",)))
    state = agreeing.attest(world["us"], digest, bank, by="legal office", paper="letter of 1 May 2030")
    assert state.standings[bank].state is State.IN_FORCE
    with pytest.raises(NotPermitted, match="signs itself"):
        agreeing.attest(world["us"], offer(world), RU, by="x", paper="y")


def test_expired_agreement_is_not_signed(world: Simulation) -> None:
    digest = agreeing.draft(world["us"], agreement_text(to="2030-04-30T00:00:00Z")).record.hash
    with pytest.raises(NotPermitted, match="its window ended on 2030-04-30"):
        agreeing.offer(world["us"], digest)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (agreement_text(takers=("iq",)), "party-unknown"),
        (agreement_text(giver="ru", takers=("fr",)), "agreement-not-ours"),
        (agreement_text(version=2, supersedes="0" * 64), "agreement-does-not-continue"),
        (agreement_text(community="nowhere"), "community-unknown"),
        (agreement_text(ceiling="purple"), "agreement-invalid"),
    ],
)
def test_draft_that_cannot_be_is_refused_and_not_kept(world: Simulation, text: str, code: str) -> None:
    with pytest.raises(SepakatError) as refusal:
        agreeing.draft(world["us"], text)
    assert refusal.value.code == code
    assert agreeing.list_agreements(world["us"]) == []


def test_unknown_name_is_not_found(world: Simulation) -> None:
    with pytest.raises(NotFound, match="no agreement nothing"):
        agreeing.show(world["us"], "nothing")


# What a partner may not say.


def signature(world: Simulation, sender: str, digest: str, *, by: str | None = None, **body: object) -> bytes:
    """A signature message of `sender`, made with the key of `by`."""
    signer = world[by or sender].signer
    signed = {
        "agreement": "us-ru",
        "hash": digest,
        "party": sender,
        "key": signer.public_key,
        "signature": b64encode(signer.sign(signing_input(digest))).decode(),
    }
    return said(world[sender], "agreement-signature", "us", signed | body)


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        (lambda w, d: signature(w, "fr", d), "agreement-event"),
        (lambda w, d: signature(w, "fr", d, party="ru"), "signature-of-another"),
        (lambda w, d: signature(w, "ru", d, by="fr"), "signature-key-unknown"),
        (lambda w, d: signature(w, "ru", d, signature="A" * 86 + "=="), "signature-wrong"),
        (lambda w, d: signature(w, "ru", "0" * 64), "agreement-hash-unknown"),
        (lambda w, d: signature(w, "ru", d, agreement="us-fr"), "agreement-hash-unknown"),
    ],
    ids=["stranger", "for another party", "key inside the message", "over something else", "our hash not", "other id"],
)
def test_signature_that_is_not_the_takers_over_our_hash_brings_nothing_into_force(
    world: Simulation, lie: object, code: str
) -> None:
    digest = offer(world)
    document = lie(world, digest)  # type: ignore[operator]
    with pytest.raises(SepakatError) as refusal:
        receive(world["us"], document)
    assert refusal.value.code == code
    assert agreeing.show(world["us"], digest).standings[RU].state is State.OFFERED


def offer_of(world: Simulation, sender: str, text: str, to: str = "ru", **body: object) -> bytes:
    agreement = parse_agreement(text)
    made = {"agreement": agreement.id, "hash": agreement_hash(agreement), "document": document_of(agreement)}
    return said(world[sender], "agreement-offer", to, made | body)


def test_offer_whose_document_is_not_that_of_its_hash_is_refused(world: Simulation) -> None:
    wider = document_of(parse_agreement(agreement_text(ceiling="red")))
    with pytest.raises(InputError, match="does not have the hash named"):
        receive(world["ru"], offer_of(world, "us", agreement_text(), document=wider))


def test_offer_in_the_name_of_another_giver_is_refused(world: Simulation) -> None:
    with pytest.raises(NotPermitted, match="its giver us did not send it"):
        receive(world["ru"], offer_of(world, "fr", agreement_text(takers=("ru", "fr"))))
    with pytest.raises(NotPermitted, match="not between fr and ru"):
        receive(world["ru"], offer_of(world, "fr", agreement_text()))


def test_id_of_an_agreement_cannot_be_taken_by_another_giver(giving: Simulation) -> None:
    with pytest.raises(NotPermitted, match="the id is taken"):
        receive(giving["ru"], offer_of(giving, "fr", agreement_text(giver="fr")))


def test_agreement_in_force_is_not_begun_anew_without_superseding_it(giving: Simulation) -> None:
    with pytest.raises(NotPermitted, match="another version 1"):
        receive(giving["ru"], offer_of(giving, "us", agreement_text(ceiling="red")))


def test_suspension_with_a_later_date_holds_at_once(giving: Simulation) -> None:
    digest = agreeing.show(giving["us"], "us-ru").record.hash
    later = giving.clock.now() + timedelta(days=3)
    body = {"agreement": "us-ru", "hash": digest, "reason": "x", "from": later.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
    receive(giving["ru"], said(giving["us"], "agreement-suspension", "ru", body))
    assert agreeing.show(giving["ru"], digest).standings[RU].state is State.SUSPENDED


def test_stranger_can_neither_suspend_nor_end(giving: Simulation) -> None:
    digest = agreeing.show(giving["us"], "us-ru").record.hash
    body = {"agreement": "us-ru", "hash": digest, "reason": "x", "from": "2030-05-01T12:00:00.000000Z"}
    for kind, more in (("agreement-suspension", {}), ("agreement-end", {"stage": "notice"})):
        with pytest.raises(NotPermitted):
            receive(giving["ru"], said(giving["fr"], kind, "ru", body | more))
    assert states(giving, "us-ru") == (State.IN_FORCE, State.IN_FORCE)


def test_what_is_offered_is_exactly_what_was_drafted(world: Simulation) -> None:
    digest = offer(world)
    ours, theirs = (agreeing.show(world[party], digest).record for party in ("us", "ru"))
    assert ours.canonical == theirs.canonical
    assert orjson.loads(theirs.canonical)["giver"] == "us"


def test_state_that_a_partner_has_not_heard_of_is_said_to_differ(world: Simulation) -> None:
    world.conclude(agreement_text(), "us", "ru")
    world.network.cut_off.add(PartyId("ru"))
    suspended = agreeing.suspend(world["us"], "us-ru", "elections")
    told = [(one.party, one.kind) for one in agreeing.show(world["us"], "us-ru").untold]
    assert told == [(one.party, one.kind) for one in suspended.untold] == [("ru", "agreement-suspension")]
    assert agreeing.show(world["ru"], "us-ru").standings[PartyId("ru")].is_in_force
    world.network.cut_off.clear()
    world.clock.advance(minutes=1)
    world.settle()
    assert agreeing.show(world["us"], "us-ru").untold == ()
    assert not agreeing.show(world["ru"], "us-ru").standings[PartyId("ru")].is_in_force
