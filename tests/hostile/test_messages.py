"""Attacks with messages: forged, replayed, reordered, twisted; a message that does not verify changes nothing."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import orjson
import pytest

from sepakat.exchange import agreeing
from tests.hostile.liar import Key, Liar, canonical
from tests.hostile.stage import Stage, document_of, offer, signature
from tests.support.agreements import agreement_text

OFFER = document_of(agreement_text("new-one", "ru", ("us",)))


def changed(document: bytes, **changes: object) -> bytes:
    return canonical(json.loads(document) | changes)


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        (lambda d: changed(d, signature="A" * 86 + "=="), "message-not-verified"),
        (lambda d: canonical({k: v for k, v in json.loads(d).items() if k != "signature"}), "message-invalid"),
        (lambda d: changed(d, key=Key("another").id), "message-not-verified"),
        (lambda d: changed(d, public_key=Key("another").text), "message-invalid"),
        (lambda d: changed(d, key=Key("another").text), "message-invalid"),
        (lambda d: changed(d, sender="fr"), "message-of-another"),
        (lambda d: changed(d, sender="us"), "message-of-another"),
        (lambda d: changed(d, sender="../us"), "message-invalid"),
        (lambda d: changed(d, recipient="fr"), "message-not-for-us"),
        (lambda d: changed(d, kind="agreement-accept-on-your-behalf"), "message-kind-unknown"),
        (lambda d: changed(d, sepakat="message/2"), "message-invalid"),
        (lambda d: changed(d, at="2030-05-01T12:00:00Z"), "message-invalid"),
        (lambda d: d[:-1] + b',"recipient":"us"}', "message-invalid"),
        (lambda d: json.dumps(json.loads(d)).encode(), "message-invalid"),
        (lambda d: d[: len(d) // 2], "message-invalid"),
        (lambda d: b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "message-invalid"),
        (lambda d: b"\xff\xfe" + d, "message-invalid"),
        (lambda d: d.replace(b'"version":1', b'"version":1e0'), "message-invalid"),
        (lambda d: d.replace(b'"version":1', b'"version":99999999999999999999'), "message-invalid"),
        (lambda d: gzip.compress(b"[" * 50_000_000), "message-invalid"),
        (lambda d: b" " * 3_999_999, "message-invalid"),
    ],
    ids=[
        "wrong signature", "stripped signature", "a key of nobody", "a key inside", "a key in place of its id",
        "another sender", "us as sender", "a path as sender", "another recipient", "unknown kind", "unknown form",
        "another spelling of the date", "a key twice", "not canonical", "cut short", "nesting", "not UTF-8",
        "another spelling of a number", "a number beyond I-JSON", "a gzip bomb", "blanks",
    ],
)  # fmt: skip
def test_twisted_message_is_refused_and_changes_nothing(stage: Stage, lie: Callable[[bytes], bytes], code: str) -> None:
    before = len(stage.acted_on())
    status, said = stage.post(lie(offer(stage.liar, *OFFER)))
    assert (said, status // 100) == (code, 4)
    assert len(stage.acted_on()) == before


def test_signature_swapped_for_that_of_another_message_is_refused(stage: Stage) -> None:
    one, two = offer(stage.liar, *OFFER), stage.liar.message("checkpoint", {"note": stage.liar.note()})
    assert stage.post(changed(one, signature=json.loads(two)["signature"])) == (403, "message-not-verified")


def test_signature_over_another_prefix_does_not_pass_for_a_message(stage: Stage) -> None:
    said = {k: v for k, v in json.loads(offer(stage.liar, *OFFER)).items() if k not in ("key", "signature")}
    over = stage.liar.key.sign_text(b"sepakat/agreement/1\n" + json.dumps(said).encode())
    assert stage.post(canonical(said | {"key": stage.liar.key.id, "signature": over})) == (403, "message-not-verified")


def test_replayed_message_is_known_and_has_no_effect_again(stage: Stage) -> None:
    document = offer(stage.liar, *OFFER)
    assert stage.post(document) == (200, "taken")
    before = len(stage.acted_on())
    assert [stage.post(document) for _ in range(3)] == [(200, "known")] * 3
    assert len(stage.acted_on()) == before


def test_replayed_resumption_does_not_lift_a_later_suspension(stage: Stage) -> None:
    id_, hash_ = stage.take
    about = {"agreement": id_, "hash": hash_, "reason": "x"}
    clock, resumption = stage.world.clock, b""

    def at() -> str:
        return clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    for kind in ("agreement-suspension", "agreement-resumption", "agreement-suspension"):
        clock.advance(seconds=1)
        document = stage.liar.message(kind, about | {"from": at()})
        assert stage.post(document) == (200, "taken")
        if kind == "agreement-resumption":
            resumption = document
    assert stage.post(resumption) == (200, "known")
    assert agreeing.show(stage.us, id_).standings[stage.us.party].state.value == "suspended"


def test_reordered_messages_end_in_the_same_state(stage: Stage) -> None:
    document, hash_ = OFFER
    first = offer(stage.liar, document, hash_)
    second = signature(stage.liar, "new-one", hash_)
    assert stage.post(second) == (404, "agreement-hash-unknown")
    assert stage.post(first) == (200, "taken")
    assert stage.post(second) == (200, "taken")
    agreeing.accept(stage.us, hash_)
    assert agreeing.show(stage.us, "new-one").standings[stage.us.party].is_in_force


def test_message_of_a_third_party_carried_by_the_liar_is_refused(stage: Stage) -> None:
    third = Liar("fr", "us", stage.world.clock.now)
    third.key = stage.liar.key
    assert stage.post(third.message("checkpoint", {"note": third.note()}))[1] == "message-of-another"


def test_unknown_kind_is_answered_with_words_that_its_sender_can_show(stage: Stage) -> None:
    answer = stage.ask("POST", "/peer/v1/messages", stage.liar.message("takeover", {}, log=False))
    assert answer.status_code == 400
    assert answer.json() == {
        "code": "message-kind-unknown",
        "message": 'message refused: kind "takeover" is not known here',
    }


def test_message_dated_far_ahead_is_refused(stage: Stage) -> None:
    at = "2031-05-01T12:00:00.000000Z"
    assert stage.say("checkpoint", {"note": stage.liar.note()}, at=at) == (403, "message-from-the-future")


def test_refused_message_of_another_is_not_even_kept(stage: Stage) -> None:
    """What does not verify leaves no row: else anybody could fill our disk in the name of a partner."""
    before = len(stage.refused())
    stage.post(changed(offer(stage.liar, *OFFER), signature="A" * 86 + "=="))
    assert len(stage.refused()) == before


def test_unsigned_request_gets_no_further_than_the_signature(stage: Stage) -> None:
    body = offer(stage.liar, *OFFER)
    answer = stage.ask("POST", "/peer/v1/messages", body, headers={})
    assert (answer.status_code, orjson.loads(answer.content)["code"]) == (401, "request-not-authenticated")
