"""Which version of an agreement counts, whatever was said in whatever order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sepakat.agreements.life import EventKind, LifeEvent, State
from sepakat.agreements.parsing import parse_agreement
from sepakat.agreements.writing import agreement_hash, canonical_form
from sepakat.exchange.records import AgreementRecord
from sepakat.exchange.standing import current_version, standing_for, standing_shown, was_in_force
from sepakat.stix.identifiers import PartyId
from tests.support.agreements import agreement_text

US, RU = PartyId("us"), PartyId("ru")
NOW = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
SIGNED_BY_BOTH = ((EventKind.OFFERED, US), (EventKind.SIGNED, US), (EventKind.SIGNED, RU))
OFFERED = ((EventKind.OFFERED, US), (EventKind.SIGNED, US))


def record(text: str, *said: tuple[EventKind, PartyId]) -> AgreementRecord:
    """A version with events a minute apart, the last of them just now."""
    agreement = parse_agreement(text)
    digest = agreement_hash(agreement)
    first = NOW - timedelta(minutes=len(said))
    events = tuple(
        LifeEvent(kind, digest, party, first + timedelta(minutes=number)) for number, (kind, party) in enumerate(said)
    )
    return AgreementRecord(digest, agreement, canonical_form(agreement), first, agreement.takers, events)


def second(first: AgreementRecord, ceiling: str, *said: tuple[EventKind, PartyId]) -> AgreementRecord:
    return record(agreement_text(version=2, supersedes=first.hash, ceiling=ceiling), *said)


def test_offer_never_stands_in_the_way_of_the_version_in_force() -> None:
    first = record(agreement_text(), *SIGNED_BY_BOTH)
    for said in ((), OFFERED, (*OFFERED, (EventKind.REJECTED, RU)), (*OFFERED, (EventKind.ENDED, US))):
        versions = [first, second(first, "red", *said)]
        assert current_version(versions, RU, NOW) == first


def test_version_that_ended_still_counts_and_does_not_give_way_to_the_one_before() -> None:
    first = record(agreement_text(terminate="PT0S"), *SIGNED_BY_BOTH)
    wider = record(
        agreement_text(version=2, supersedes=first.hash, ceiling="red", terminate="PT0S"),
        *SIGNED_BY_BOTH,
        (EventKind.ENDED, RU),
    )
    versions = [first, wider]
    assert current_version(versions, RU, NOW) == wider
    assert standing_for(wider, RU, NOW, versions).state is State.ENDED
    assert standing_shown(first, RU, NOW, versions).because == "superseded by version 2"


def test_narrower_version_stands_on_the_signatures_of_the_one_before() -> None:
    first = record(agreement_text(), *SIGNED_BY_BOTH)
    narrower = second(first, "green", *OFFERED)
    assert standing_for(narrower, RU, NOW, [first, narrower]).is_in_force
    assert not standing_for(narrower, RU, NOW).is_in_force


def test_events_count_in_the_order_in_which_they_were_said_not_in_which_they_came() -> None:
    text = agreement_text()
    in_order = record(text, *SIGNED_BY_BOTH, (EventKind.SUSPENDED, RU), (EventKind.RESUMED, RU))
    swapped = AgreementRecord(
        in_order.hash, in_order.agreement, in_order.canonical, in_order.added_at, in_order.roster, in_order.events[::-1]
    )
    assert standing_for(swapped, RU, NOW).is_in_force


def test_version_was_in_force_although_it_is_over_now() -> None:
    first = record(agreement_text(to="2030-05-02T00:00:00Z"), *SIGNED_BY_BOTH)
    later = NOW + timedelta(days=2)
    assert standing_for(first, RU, later).state is State.ENDED
    assert was_in_force(first, RU, later)
    assert not was_in_force(record(agreement_text(), *OFFERED), RU, later)


def test_chain_that_names_itself_ends() -> None:
    first = record(agreement_text(), *SIGNED_BY_BOTH)
    other = second(first, "green", *OFFERED)
    assert was_in_force(first, RU, NOW, [first, other, other])
