from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.agreements.life import EventKind, LifeEvent, Standing, State, may_change, standing, why_not
from sepakat.agreements.terms import Agreement
from sepakat.agreements.writing import agreement_hash
from sepakat.stix.identifiers import PartyId
from tests.unit.agreements.samples import FR, IQ, RU, US, changed, example

STRANGER = PartyId("stranger")
AGREEMENT = example()
HASH = agreement_hash(AGREEMENT)
START = datetime(2030, 1, 1, tzinfo=UTC)
END = datetime(2031, 1, 1, tzinfo=UTC)
COMMUNITY = changed(lambda raw: raw.update(takers=[], community="coalition"))
THREE = changed(lambda raw: raw.update(takers=["fr", "iq", "ru"]))


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def said(kind: str, party: PartyId, at: float, hash_: str = HASH, **more: Any) -> LifeEvent:
    return LifeEvent(EventKind(kind), hash_, party, day(at), **more)


OFFER = said("offered", US, -5)
BOTH_SIGNED = (OFFER, said("signed", US, -4), said("signed", RU, -3))


def state(*events: LifeEvent, at: float = 10, taker: PartyId = RU, agreement: Agreement = AGREEMENT) -> str:
    return standing(agreement, events, taker, day(at)).state.value


def test_without_a_word_it_is_a_draft() -> None:
    assert standing(AGREEMENT, (), RU, START) == Standing(State.DRAFT, None, "not offered yet", None)


def test_an_offer_waits_for_both_signatures() -> None:
    assert standing(AGREEMENT, (OFFER,), RU, START) == Standing(
        State.OFFERED, OFFER.at, "waits for the signature of us and ru", END
    )


def test_the_givers_signature_alone_is_an_offer() -> None:
    found = standing(AGREEMENT, (said("signed", US, -4),), RU, START)
    assert (found.state, found.because) == (State.OFFERED, "waits for the signature of ru")


def test_both_signatures_inside_the_window_are_in_force() -> None:
    found = standing(AGREEMENT, BOTH_SIGNED, RU, day(10))
    assert found == Standing(State.IN_FORCE, START, "signed by both", END)
    assert found.is_in_force


def test_signed_late_it_is_in_force_since_the_second_signature() -> None:
    events = (OFFER, said("signed", RU, 3), said("signed", US, 4))
    assert standing(AGREEMENT, events, RU, day(10)).since == day(4)


def test_before_the_window_it_is_signed_but_not_in_force() -> None:
    found = standing(AGREEMENT, BOTH_SIGNED, RU, day(-1))
    assert (found.state, found.next_change_at) == (State.OFFERED, START)
    assert found.because == "signed by both, in force from 2030-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (START - timedelta(microseconds=1), "offered"),
        (START, "in-force"),
        (END - timedelta(microseconds=1), "in-force"),
        (END, "ended"),
        (END + timedelta(days=400), "ended"),
    ],
)
def test_the_window_includes_its_start_and_not_its_end(at: datetime, expected: str) -> None:
    assert standing(AGREEMENT, BOTH_SIGNED, RU, at).state == expected


def test_without_an_end_it_goes_on() -> None:
    endless = changed(lambda raw: raw["window"].update(to=None))
    events = [replace(event, agreement_hash=agreement_hash(endless)) for event in BOTH_SIGNED]
    assert standing(endless, events, RU, day(30_000)) == Standing(State.IN_FORCE, START, "signed by both", None)


def test_a_signature_over_another_hash_does_nothing() -> None:
    assert state(OFFER, said("signed", US, -4), said("signed", RU, -3, hash_="0" * 64)) == "offered"


def test_two_signatures_over_two_hashes_do_nothing() -> None:
    assert state(said("signed", US, -4, hash_="1" * 64), said("signed", RU, -3)) == "draft"


def test_events_of_strangers_do_nothing() -> None:
    noise = [said(kind, STRANGER, 1) for kind in EventKind]
    noise += [said(kind, STRANGER, 1, taker=RU, recorded_by=US, paper="x") for kind in EventKind]
    assert state(*BOTH_SIGNED, *noise) == "in-force"
    assert state(OFFER, said("signed", US, -4), *noise) == "offered"


def test_a_stranger_is_no_taker() -> None:
    assert standing(AGREEMENT, BOTH_SIGNED, STRANGER, day(1)).because == "stranger is no taker of us-ru-ct-2030"
    assert state(*BOTH_SIGNED, taker=US) == "draft"


def test_what_is_said_later_than_the_question_is_not_said_yet() -> None:
    assert state(*BOTH_SIGNED, said("suspended", RU, 11), at=10) == "in-force"
    assert state(*BOTH_SIGNED, said("suspended", RU, 10), at=10) == "suspended"


@pytest.mark.parametrize("who", [US, RU])
def test_either_suspends_and_the_one_who_did_resumes(who: PartyId) -> None:
    suspended = (*BOTH_SIGNED, said("suspended", who, 5))
    found = standing(AGREEMENT, suspended, RU, day(6))
    assert (found.state, found.since, found.because) == (State.SUSPENDED, day(5), f"suspended by {who}")
    assert state(*suspended, said("resumed", RU if who == US else US, 6)) == "suspended"
    resumed = standing(AGREEMENT, (*suspended, said("resumed", who, 7)), RU, day(8))
    assert (resumed.state, resumed.since) == (State.IN_FORCE, day(7))


def test_what_both_suspended_both_must_resume() -> None:
    suspended = (*BOTH_SIGNED, said("suspended", US, 5), said("suspended", RU, 6))
    assert state(*suspended, said("resumed", US, 7)) == "suspended"
    assert state(*suspended, said("resumed", US, 7), said("resumed", RU, 8)) == "in-force"


def test_suspending_twice_is_resumed_once() -> None:
    assert state(*BOTH_SIGNED, said("suspended", US, 5), said("suspended", US, 6), said("resumed", US, 7)) == "in-force"


def test_a_suspension_before_the_last_signature_holds() -> None:
    assert state(OFFER, said("suspended", US, -5), said("signed", US, -4), said("signed", RU, -3)) == "suspended"


def test_a_suspended_agreement_still_ends_with_its_window() -> None:
    assert state(*BOTH_SIGNED, said("suspended", US, 5), at=400) == "ended"


@pytest.mark.parametrize("who", [US, RU])
def test_a_notice_takes_effect_after_its_term(who: PartyId) -> None:
    events = (*BOTH_SIGNED, said("ended", who, 5))
    found = standing(AGREEMENT, events, RU, day(6))
    assert (found.state, found.next_change_at) == (State.IN_FORCE, day(35))
    assert state(*events, at=34.99) == "in-force"
    assert standing(AGREEMENT, events, RU, day(35)) == Standing(State.ENDED, day(35), f"ended by {who}", None)


def test_a_second_notice_does_not_put_the_end_off() -> None:
    assert state(*BOTH_SIGNED, said("ended", US, 5), said("ended", RU, 20), at=36) == "ended"


def test_an_ended_agreement_is_not_signed_or_resumed_back() -> None:
    events = (
        *BOTH_SIGNED,
        said("ended", US, 5),
        said("signed", US, 40),
        said("signed", RU, 41),
        said("resumed", US, 42),
    )
    assert state(*events, at=50) == "ended"


def test_a_rejection_ends_the_offer_for_good() -> None:
    rejected = (OFFER, said("signed", US, -4), said("rejected", RU, -3))
    assert standing(AGREEMENT, rejected, RU, START).because == "rejected by ru"
    assert state(*rejected, said("signed", RU, -2), said("signed", US, -1)) == "ended"


def test_what_is_in_force_cannot_be_rejected_to_get_round_the_notice() -> None:
    assert state(*BOTH_SIGNED, said("rejected", RU, 5)) == "in-force"


def test_an_offer_can_be_withdrawn_at_once() -> None:
    assert state(OFFER, said("signed", US, -4), said("ended", US, -3), said("signed", RU, -2)) == "ended"


def test_a_superseded_version_is_ended() -> None:
    assert state(*BOTH_SIGNED, said("superseded", US, 5)) == "ended"
    assert state(*BOTH_SIGNED, said("superseded", RU, 5)) == "in-force"


def test_an_attested_signature_counts_as_the_takers() -> None:
    attested = said("attested", RU, -3, recorded_by=US, paper="note verbale 12/2029")
    assert state(OFFER, said("signed", US, -4), attested) == "in-force"


@pytest.mark.parametrize(
    "change",
    [{"recorded_by": RU}, {"recorded_by": None}, {"paper": None}, {"paper": " "}, {"party": US}, {"recorded_by": FR}],
)
def test_an_attested_signature_needs_its_recorder_and_its_paper(change: dict[str, Any]) -> None:
    attested = said("attested", RU, -3, recorded_by=US, paper="note verbale 12/2029")
    assert state(OFFER, said("signed", US, -4), replace(attested, **change)) == "offered"


def test_a_signature_is_not_recorded_by_another() -> None:
    assert state(OFFER, said("signed", US, -4), said("signed", RU, -3, recorded_by=US)) == "offered"


def with_hash(agreement: Agreement, *events: LifeEvent) -> tuple[LifeEvent, ...]:
    return tuple(replace(event, agreement_hash=agreement_hash(agreement)) for event in events)


def test_each_taker_has_its_own_state() -> None:
    events = with_hash(
        THREE,
        OFFER,
        said("signed", US, -4),
        said("signed", RU, -3),
        said("rejected", FR, -3),
        said("suspended", RU, 5),
    )
    states = [state(*events, taker=taker, agreement=THREE) for taker in (RU, FR, IQ)]
    assert states == ["suspended", "ended", "offered"]


def test_the_giver_can_suspend_one_taker_or_all() -> None:
    signed = (OFFER, said("signed", US, -4), said("signed", RU, -3), said("signed", FR, -3))
    one = with_hash(THREE, *signed, said("suspended", US, 5, taker=RU))
    assert [state(*one, taker=taker, agreement=THREE) for taker in (RU, FR)] == ["suspended", "in-force"]
    everyone = with_hash(THREE, *signed, said("suspended", US, 5))
    assert [state(*everyone, taker=taker, agreement=THREE) for taker in (RU, FR)] == ["suspended", "suspended"]


def test_a_taker_speaks_for_itself_alone() -> None:
    events = with_hash(
        THREE,
        OFFER,
        said("signed", US, -4),
        said("signed", RU, -3),
        said("signed", FR, -3),
        said("suspended", FR, 5, taker=RU),
    )
    assert state(*events, taker=RU, agreement=THREE) == "in-force"


def test_a_member_of_a_community_needs_a_signature_of_the_giver_that_names_it() -> None:
    unnamed = with_hash(COMMUNITY, OFFER, said("signed", US, -4), said("signed", FR, -3))
    assert state(*unnamed, taker=FR, agreement=COMMUNITY) == "offered"
    named = with_hash(COMMUNITY, OFFER, said("signed", US, -4, taker=FR), said("signed", FR, -3))
    assert state(*named, taker=FR, agreement=COMMUNITY) == "in-force"
    assert state(*named, taker=IQ, agreement=COMMUNITY) == "offered"
    uninvited = with_hash(COMMUNITY, OFFER, said("signed", US, -4, taker=FR), said("signed", IQ, -3))
    assert state(*uninvited, taker=IQ, agreement=COMMUNITY) == "offered"


NARROWER = changed(lambda raw: (raw.update(version=2, supersedes=HASH), raw["share"][0]["ceiling"].update(tlp="green")))
WIDER = changed(lambda raw: (raw.update(version=2, supersedes=HASH), raw["share"][0]["ceiling"].update(tlp="red")))


def second(agreement: Agreement, *events: LifeEvent, at: float = 10) -> str:
    giver = replace(said("signed", US, 2), agreement_hash=agreement_hash(agreement))
    return standing(agreement, (*events, giver), RU, day(at), [AGREEMENT]).state.value


def test_what_only_narrows_holds_with_the_givers_signature_alone() -> None:
    assert second(NARROWER, *BOTH_SIGNED) == "in-force"


def test_what_widens_needs_both_signatures() -> None:
    assert second(WIDER, *BOTH_SIGNED) == "offered"
    both = replace(said("signed", RU, 3), agreement_hash=agreement_hash(WIDER))
    assert second(WIDER, *BOTH_SIGNED, both) == "in-force"


def test_what_narrows_something_else_needs_both_signatures() -> None:
    other = changed(
        lambda raw: (raw.update(version=2, supersedes="0" * 64), raw["share"][0]["ceiling"].update(tlp="green"))
    )
    assert second(other, *BOTH_SIGNED) == "offered"


def test_what_narrows_an_unsigned_version_needs_both_signatures() -> None:
    assert second(NARROWER, OFFER, said("signed", US, -4)) == "offered"
    assert second(NARROWER, OFFER, said("signed", RU, -4)) == "offered"


def test_a_suspension_of_the_version_before_holds_on() -> None:
    assert second(NARROWER, *BOTH_SIGNED, said("suspended", RU, 1)) == "suspended"


def test_a_notice_given_on_the_version_before_holds_on() -> None:
    assert second(NARROWER, *BOTH_SIGNED, said("ended", RU, 1), at=32) == "ended"


def test_a_version_rejected_before_both_signed_carries_no_signature_on() -> None:
    assert (
        second(NARROWER, OFFER, said("signed", RU, -4), said("rejected", RU, -3), said("signed", US, -2)) == "offered"
    )


def test_that_the_version_before_is_superseded_does_not_end_this_one() -> None:
    assert second(NARROWER, *BOTH_SIGNED, said("superseded", US, 2)) == "in-force"


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (said("signed", US, 0, hash_="0" * 64), "it is about another hash"),
        (said("signed", STRANGER, 0), "stranger is no party to us-ru-ct-2030"),
        (said("offered", RU, 0), "only the giver us can say offered"),
        (said("superseded", RU, 0), "only the giver us can say superseded"),
        (said("rejected", US, 0), "only a taker can say rejected"),
        (said("signed", US, 0, taker=FR), "fr is no taker of us-ru-ct-2030"),
        (said("suspended", RU, 0, taker=US), "ru speaks for itself alone, not for us"),
        (said("signed", US, 0, taker=US), "us is no taker of us-ru-ct-2030"),
        (said("attested", US, 0, recorded_by=US, paper="x"), "the giver signs itself"),
        (said("attested", RU, 0, recorded_by=US), "an attested signature names the paper"),
    ],
)
def test_why_a_word_changes_nothing(event: LifeEvent, reason: str) -> None:
    assert why_not(AGREEMENT, event) == reason
    assert not may_change(AGREEMENT, event)


@pytest.mark.parametrize("kind", ["signed", "suspended", "resumed", "ended"])
@pytest.mark.parametrize("who", [US, RU])
def test_giver_and_taker_may_sign_suspend_resume_and_end(kind: str, who: PartyId) -> None:
    assert may_change(AGREEMENT, said(kind, who, 0))


events = st.builds(
    LifeEvent,
    kind=st.sampled_from(EventKind),
    agreement_hash=st.sampled_from([HASH, HASH, HASH, "0" * 64]),
    party=st.sampled_from([US, RU, STRANGER]),
    at=st.integers(-5, 40).map(day),
    taker=st.sampled_from([None, None, RU, FR]),
    recorded_by=st.sampled_from([None, None, US, RU]),
    paper=st.sampled_from([None, "letter"]),
)
histories = st.lists(events, max_size=8).map(tuple)
questions = st.integers(-6, 400).map(day)


def has_signed(event: LifeEvent, party: PartyId) -> bool:
    return (
        event.party == party and event.agreement_hash == HASH and event.kind in (EventKind.SIGNED, EventKind.ATTESTED)
    )


@given(histories, questions)
def test_no_order_of_events_makes_an_unsigned_agreement_in_force(history: tuple[LifeEvent, ...], now: datetime) -> None:
    for party in (US, RU):
        rest = [event for event in history if not has_signed(event, party)]
        assert standing(AGREEMENT, (*BOTH_SIGNED[:1], *rest), RU, now).state not in (State.IN_FORCE, State.SUSPENDED)


@given(histories, questions)
def test_nothing_is_in_force_outside_the_window(history: tuple[LifeEvent, ...], now: datetime) -> None:
    if standing(AGREEMENT, (*BOTH_SIGNED, *history), RU, now).is_in_force:
        assert START <= now < END


@given(histories, questions)
def test_strangers_and_other_hashes_never_change_anything(history: tuple[LifeEvent, ...], now: datetime) -> None:
    own = [event for event in history if event.party != STRANGER and event.agreement_hash == HASH]
    assert standing(AGREEMENT, (*BOTH_SIGNED, *history), RU, now) == standing(AGREEMENT, (*BOTH_SIGNED, *own), RU, now)


@given(histories, st.sampled_from([US, RU]), questions)
def test_a_suspension_holds_until_the_same_party_resumes(
    history: tuple[LifeEvent, ...], who: PartyId, now: datetime
) -> None:
    rest = [event for event in history if not (event.kind is EventKind.RESUMED and event.party == who)]
    suspended = (*BOTH_SIGNED, said("suspended", who, -2), *rest)
    assert not standing(AGREEMENT, suspended, RU, now).is_in_force


@given(histories, questions)
def test_time_alone_changes_nothing_before_the_announced_instant(history: tuple[LifeEvent, ...], now: datetime) -> None:
    heard = tuple(event for event in (*BOTH_SIGNED, *history) if event.at <= now)
    found = standing(AGREEMENT, heard, RU, now)
    if found.next_change_at is None:
        assert standing(AGREEMENT, heard, RU, END + timedelta(days=9999)).state == found.state
        return
    assert found.next_change_at > now
    before = standing(AGREEMENT, heard, RU, found.next_change_at - timedelta(microseconds=1))
    assert before == found


@given(histories, questions)
def test_what_is_ended_stays_ended(history: tuple[LifeEvent, ...], now: datetime) -> None:
    heard = tuple(event for event in (*BOTH_SIGNED, *history) if event.at <= now)
    if standing(AGREEMENT, heard, RU, now).state is State.ENDED:
        later = tuple(replace(event, at=max(event.at, now)) for event in history)
        assert standing(AGREEMENT, (*heard, *later), RU, now + timedelta(days=50)).state is State.ENDED
