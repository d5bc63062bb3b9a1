"""Attacks on agreements: nothing that a partner says signs for us, for another, or changes what both signed."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from sepakat.exchange import agreeing
from tests.hostile.liar import Key, Liar, stamp
from tests.hostile.stage import RU, US, Stage, document_of, offer, signature
from tests.support.agreements import agreement_text


def state(stage: Stage, id_: str, taker: str) -> str:
    return {str(k): v.state.value for k, v in agreeing.show(stage.us, id_).standings.items()}[taker]


def test_signature_over_a_hash_that_is_not_ours_is_refused(stage: Stage) -> None:
    assert stage.post(signature(stage.liar, "us-ru", "0" * 64)) == (404, "agreement-hash-unknown")


def test_signature_under_the_hash_of_another_agreement_is_refused(stage: Stage) -> None:
    assert stage.post(signature(stage.liar, "us-ru", stage.take[1])) == (404, "agreement-hash-unknown")


def test_terms_widened_on_accept_change_nothing(stage: Stage) -> None:
    """The liar signs its own, wider wording of our agreement and calls it the same."""
    hash_ = agreeing.draft(stage.us, agreement_text("narrow", "us", ("ru",), ceiling="green")).record.hash
    agreeing.offer(stage.us, hash_)
    wide, wide_hash = document_of(agreement_text("narrow", "us", ("ru",), ceiling="red"))
    assert stage.post(signature(stage.liar, "narrow", wide_hash)) == (404, "agreement-hash-unknown")
    assert stage.post(offer(stage.liar, wide, hash_)) == (400, "agreement-differs")
    answer = stage.post(offer(stage.liar, wide, wide_hash))
    assert answer[1] in ("agreement-known", "agreement-event"), answer
    assert state(stage, "narrow", "ru") == "offered"
    assert {one.record.hash for one in agreeing.list_agreements(stage.us) if one.record.agreement.id == "narrow"} == {
        hash_
    }


def test_counter_offer_with_wider_terms_waits_for_our_signature(stage: Stage) -> None:
    text = agreement_text("us-ru", "us", ("ru",), version=2, supersedes=stage.give[1], ceiling="red")
    wide, wide_hash = document_of(text)
    assert stage.post(offer(stage.liar, wide, wide_hash)) == (200, "taken")
    assert stage.post(signature(stage.liar, "us-ru", wide_hash)) == (200, "taken")
    assert agreeing.show(stage.us, "us-ru").record.hash == stage.give[1]
    assert state(stage, wide_hash, "ru") != "in force"


def test_document_under_another_hash_is_refused(stage: Stage) -> None:
    document, hash_ = document_of(agreement_text("new-one", "ru", ("us",)))
    assert stage.post(offer(stage.liar, document | {"title": "Other"}, hash_)) == (400, "agreement-differs")


def test_signature_for_another_party_is_refused(stage: Stage) -> None:
    document, hash_ = document_of(agreement_text("new-one", "ru", ("us", "fr")))
    assert stage.post(offer(stage.liar, document, hash_)) == (200, "taken")
    for party in ("us", "fr"):
        assert stage.post(signature(stage.liar, "new-one", hash_, party=party)) == (403, "signature-of-another")


def test_attested_signature_by_a_partner_is_refused(stage: Stage) -> None:
    attested = {"by": "ru", "at": stamp(stage.world.clock.now()), "paper": "a napkin"}
    body = {"agreement": "us-ru", "hash": stage.give[1], "party": "ru", "attested": attested}
    assert stage.say("agreement-signature", body) == (403, "signature-missing")


def test_signature_by_a_key_that_is_not_on_the_card_is_refused(stage: Stage) -> None:
    document, hash_ = document_of(agreement_text("new-one", "ru", ("us",)))
    stage.post(offer(stage.liar, document, hash_))
    key = Key("another").text
    assert stage.post(signature(stage.liar, "new-one", hash_, key=key)) == (403, "signature-key-unknown")
    assert stage.post(signature(stage.liar, "new-one", hash_, signature="A" * 86 + "==")) == (403, "signature-wrong")


def test_agreement_between_others_is_refused(stage: Stage) -> None:
    document, hash_ = document_of(agreement_text("ru-fr", "ru", ("fr",)))
    assert stage.post(offer(stage.liar, document, hash_)) == (403, "agreement-not-ours")


def test_agreement_in_the_name_of_another_giver_is_refused(stage: Stage) -> None:
    document, hash_ = document_of(agreement_text("fr-us", "fr", ("us", "ru")))
    assert stage.post(offer(stage.liar, document, hash_)) == (403, "agreement-not-theirs")


def test_id_of_our_agreement_cannot_be_taken_by_another_giver(stage: Stage) -> None:
    document, hash_ = document_of(agreement_text("us-ru", "ru", ("us",)))
    assert stage.post(offer(stage.liar, document, hash_)) == (403, "agreement-id-taken")


def test_refused_counter_offer_tells_nothing_of_what_we_agreed_with_others(stage: Stage) -> None:
    """The liar asks for the next version of what it guesses that we agreed with `fr`."""
    hidden = agreeing.draft(stage.us, agreement_text("us-fr", "us", ("fr",))).record.hash
    agreeing.offer(stage.us, hidden)
    guess, hash_ = document_of(agreement_text("us-fr", "us", ("ru",), version=2, supersedes="0" * 64))
    document = offer(stage.liar, guess, hash_)
    assert stage.post(document) == (403, "agreement-id-taken")
    said = stage.ask("POST", "/peer/v1/messages", document).json()["message"]
    assert hidden not in said
    assert "version" not in said


def test_refused_counter_offer_tells_nothing_of_a_draft(stage: Stage) -> None:
    hidden = agreeing.draft(stage.us, agreement_text("planned", "us", ("ru",))).record.hash
    guess, hash_ = document_of(agreement_text("planned", "us", ("ru",), version=2, supersedes="0" * 64))
    document = offer(stage.liar, guess, hash_)
    assert stage.post(document) == (400, "agreement-does-not-continue")
    assert hidden not in stage.ask("POST", "/peer/v1/messages", document).text


@pytest.mark.parametrize("third", ["fr", "xx"])
def test_counter_offer_does_not_tell_whom_we_know(stage: Stage, third: str) -> None:
    guess, hash_ = document_of(agreement_text("fresh", "us", ("ru", third)))
    assert stage.post(offer(stage.liar, guess, hash_)) == (403, "agreement-not-ours")


def test_id_offered_in_our_name_first_does_not_keep_us_from_using_it(stage: Stage) -> None:
    squat, hash_ = document_of(agreement_text("planned", "us", ("ru",), title="Squatted"))
    stage.post(offer(stage.liar, squat, hash_))
    stage.post(signature(stage.liar, "planned", hash_))
    ours = agreeing.draft(stage.us, agreement_text("planned", "us", ("ru",)))
    agreeing.offer(stage.us, ours.record.hash)
    assert state(stage, ours.record.hash, "ru") == "offered"
    assert state(stage, hash_, "ru") != "in force"


def test_unknown_clause_makes_the_whole_offer_invalid(stage: Stage) -> None:
    document, _ = document_of(agreement_text("new-one", "ru", ("us",)))
    document["share"][0]["also"] = "everything"
    body = {"agreement": "new-one", "hash": "0" * 64, "document": document}
    assert stage.say("agreement-offer", body)[0] == 400


def test_signature_dated_before_the_withdrawal_that_it_came_after_is_refused(stage: Stage) -> None:
    hash_ = agreeing.draft(stage.us, agreement_text("short", "us", ("ru",))).record.hash
    agreeing.offer(stage.us, hash_)
    stage.world.clock.advance(hours=1)
    agreeing.end(stage.us, hash_, "changed our mind")
    assert state(stage, hash_, "ru") == "ended"
    stage.world.clock.advance(hours=1)
    back = stamp(stage.world.clock.now() - timedelta(minutes=90))
    document = signature(stage.liar, "short", hash_)
    said = {k: v for k, v in json.loads(document).items() if k not in ("key", "signature")}
    assert stage.post(stage.liar.sign(said | {"at": back})) == (403, "agreement-ended")
    assert state(stage, hash_, "ru") == "ended"


@pytest.mark.parametrize("kind", ["agreement-suspension", "agreement-resumption", "agreement-refusal"])
def test_party_that_is_not_in_the_roster_says_nothing_about_an_agreement(stage: Stage, kind: str) -> None:
    hash_ = agreeing.draft(stage.us, agreement_text("us-fr", "us", ("fr",))).record.hash
    agreeing.offer(stage.us, hash_)
    body = {"agreement": "us-fr", "hash": hash_, "reason": "x"}
    if kind != "agreement-refusal":
        body["from"] = stamp(stage.world.clock.now())
    assert stage.say(kind, body) == (403, "agreement-event")
    assert state(stage, "us-fr", "fr") == "offered"


def test_liar_cannot_lift_our_suspension(stage: Stage) -> None:
    agreeing.suspend(stage.us, "us-ru", "trust lost", RU)
    stage.world.clock.advance(seconds=1)
    stage.say(
        "agreement-resumption",
        {"agreement": "us-ru", "hash": stage.give[1], "from": stamp(stage.world.clock.now())},
    )
    assert state(stage, "us-ru", "ru") == "suspended"


def test_suspension_dated_ahead_holds_now(stage: Stage) -> None:
    body = {"agreement": "ru-us", "hash": stage.take[1], "reason": "x", "from": "2030-12-01T00:00:00.000000Z"}
    assert stage.say("agreement-suspension", body) == (200, "taken")
    assert state(stage, "ru-us", str(US)) == "suspended"


def test_partner_without_keys_on_its_card_cannot_be_spoken_for(stage: Stage) -> None:
    third = Liar("iq", "us", stage.world.clock.now)
    document, hash_ = document_of(agreement_text("new-one", "iq", ("us",)))
    answer = stage.ask("POST", "/peer/v1/messages", offer(third, document, hash_))
    assert answer.status_code in (401, 403)
