"""What a node makes of messages that lie: nothing changes, and one clear error each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from sepakat.errors import NotFound, NotPermitted, SepakatError
from sepakat.exchange import agreeing
from sepakat.exchange.messaging import compose, deliver, messages_for
from sepakat.exchange.parties import issue_card, own_card, show_party
from sepakat.exchange.ports import Node
from sepakat.exchange.receiving import HANDLERS, receive, retry_refused
from sepakat.exchange.records import Direction
from sepakat.stix.identifiers import PartyId
from sepakat.transparency.cards import CardKey, make_card, parse_card
from sepakat.transparency.keys import PublicKey
from sepakat.transparency.kinds import KINDS
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation, TestSigner, restarted, said

NO_SUCH_AGREEMENT = "agreement-refusal refused: no version of agreement a with that hash is known here"
US, RU, FR = PartyId("us"), PartyId("ru"), PartyId("fr")


def offered(world: Simulation) -> bytes:
    """An offer of `us` to `ru` on its way, while `ru` is cut off."""
    world.network.cut_off.add(RU)
    agreeing.offer(world["us"], agreeing.draft(world["us"], agreement_text()).record.hash)
    world.network.cut_off.clear()
    return messages_for(world["us"], RU, 0)[0]


def kept(node: Node) -> int:
    """How many messages a node has acted on."""
    with node.store.reading() as unit:
        return sum(one.refused is None for one in unit.messages.after(US, 0, direction=Direction.IN))


def agreements(node: Node) -> int:
    return len(agreeing.list_agreements(node))


def changed(document: bytes, **changes: object) -> bytes:
    value = orjson.loads(document) | changes
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def test_message_takes_effect_once_however_often_it_comes(world: Simulation) -> None:
    document = offered(world)
    assert receive(world["ru"], document, US)["status"] == "taken"
    assert receive(world["ru"], document, US)["status"] == "known"
    assert (kept(world["ru"]), agreements(world["ru"])) == (1, 1)


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        (lambda d: changed(d, signature="A" * 86 + "=="), "message-not-verified"),
        (lambda d: changed(d, key="0" * 64), "message-not-verified"),
        (lambda d: changed(d, sender="fr"), "message-of-another"),
        (lambda d: changed(d, recipient="fr"), "message-not-for-us"),
        (lambda d: changed(d, nonce="00" * 16), "message-not-verified"),
        (lambda d: changed(d, at="2030-05-01T12:00:01.000000Z"), "message-not-verified"),
        (lambda d: changed(d, kind="agreement-refusal", body={"agreement": "x", "hash": "0" * 64, "reason": "x"}),
         "message-not-verified"),
        (lambda d: changed(d, kind="takeover"), "message-kind-unknown"),
        (lambda d: changed(d, extra=1), "message-invalid"),
        (lambda d: d.replace(b"{", b"{ ", 1), "message-invalid"),
        (lambda d: d[:-1] + b',"sender":"us"}', "message-invalid"),
        (lambda d: d[:40], "message-invalid"),
        (lambda d: b"[" * 100_000, "message-invalid"),
        (lambda d: b" " * 5_000_000, "message-too-large"),
    ],
    ids=[
        "stripped signature", "another key", "another sender", "for another party", "another nonce", "another date",
        "another kind", "unknown kind", "unknown key", "not canonical", "a key twice", "cut short", "nesting",
        "too large",
    ],
)  # fmt: skip
def test_message_that_does_not_verify_changes_nothing(
    world: Simulation, lie: Callable[[bytes], bytes], code: str
) -> None:
    document = lie(offered(world))
    with pytest.raises(SepakatError) as refusal:
        receive(world["ru"], document, US)
    assert refusal.value.code == code
    assert (kept(world["ru"]), agreements(world["ru"])) == (0, 0)


def test_swapped_signature_of_another_message_is_refused(world: Simulation) -> None:
    offer = offered(world)
    other = orjson.loads(messages_for(world["us"], RU, 1)[0])
    with pytest.raises(NotPermitted, match="not signed"):
        receive(world["ru"], changed(offer, signature=other["signature"]), US)


def test_message_signed_by_a_key_of_nobody_is_refused(world: Simulation) -> None:
    document = said(world["us"], "receipt", "ru", {}, signer=TestSigner(b"mallory"))
    with pytest.raises(SepakatError):
        receive(world["ru"], document, US)
    body = {"agreement": "a", "hash": "0" * 64, "reason": "x", "from": "2030-05-01T12:00:00.000000Z"}
    document = said(world["us"], "agreement-suspension", "ru", body, signer=TestSigner(b"mallory"))
    with pytest.raises(NotPermitted, match="not signed by a key"):
        receive(world["ru"], document, US)


def test_unknown_sender_gets_the_same_answer_as_a_wrong_signature(world: Simulation) -> None:
    body = {"agreement": "a", "hash": "0" * 64, "reason": "x"}
    answers = []
    for sender in ("iq", "us"):
        document = said(world["us"], "agreement-refusal", "ru", body, signer=TestSigner(b"mallory"), sender=sender)
        with pytest.raises(NotPermitted) as refusal:
            receive(world["ru"], document)
        answers.append((refusal.value.code, refusal.value.message.replace(f"for {sender} ", "for ? ")))
    assert answers[0] == answers[1]


def test_message_dated_ahead_of_the_clock_is_refused(world: Simulation) -> None:
    body = {"agreement": "a", "hash": "0" * 64, "reason": "x"}
    at = world.clock.now() + timedelta(minutes=6)
    with pytest.raises(NotPermitted, match="ahead of our clock"):
        receive(world["ru"], said(world["us"], "agreement-refusal", "ru", body, at=at), US)


def test_refused_message_is_kept_with_its_reason_and_taken_once_it_makes_sense(world: Simulation) -> None:
    offered(world)
    offer, signature = messages_for(world["us"], RU, 0)
    with pytest.raises(NotFound, match="no version of agreement"):
        receive(world["ru"], signature, US)
    with world["ru"].store.reading() as unit:
        (record,) = unit.messages.after(US, 0, direction=Direction.IN)
    assert record.refused is not None
    assert record.refused.startswith("agreement-hash-unknown: ")
    receive(world["ru"], offer, US)
    assert retry_refused(world["ru"], US) == 1
    assert kept(world["ru"]) == 2


def test_every_kind_of_the_language_is_acted_on() -> None:
    assert HANDLERS.keys() == KINDS.keys()


def test_acknowledgement_of_nothing_that_was_said_is_refused_and_kept(world: Simulation) -> None:
    body = {"message": "0" * 64}
    with pytest.raises(NotPermitted, match="was told nothing of that hash"):
        receive(world["ru"], said(world["us"], "acknowledgement", "ru", body), US)
    with world["ru"].store.reading() as unit:
        (record,) = unit.messages.after(US, 0, direction=Direction.IN)
    assert str(record.refused).startswith("notice-not-ours: ")


def test_old_key_signs_nothing_after_a_rotation_and_waiting_messages_go_under_the_new_one(world: Simulation) -> None:
    us, ru = world["us"], world["ru"]
    old = us.signer
    new = restarted(us, signer=TestSigner(b"us, second key"))
    world.clock.advance(hours=1)
    world.network.cut_off.add(RU)
    with us.store.writing() as unit:
        compose(us, unit, "agreement-refusal", RU, {"agreement": "a", "hash": "0" * 64, "reason": "x"}, us.clock.now())
    world.clock.advance(hours=1)
    issue_card(new, address="https://us.example", previous=old)
    world.network.nodes[US] = new
    world.network.cut_off.clear()
    report = deliver(new)
    assert (report.delivered[RU], [one.reason for one in report.failed]) == (1, [NO_SUCH_AGREEMENT])
    with ru.store.reading() as unit:
        received = unit.messages.after(US, 0, direction=Direction.IN)
    assert [(one.kind, (one.refused or "")[:22]) for one in received] == [
        ("card", ""),
        ("agreement-refusal", "agreement-hash-unknown"),
    ]
    body = {"agreement": "a", "hash": "0" * 64, "reason": "a stolen key dates back"}
    stolen = said(
        new, "agreement-refusal", "ru", body, signer=TestSigner(b"us"), at=world.clock.now() - timedelta(hours=2)
    )
    with pytest.raises(NotPermitted, match="not signed by a key"):
        receive(ru, stolen, US)


def test_card_that_no_known_key_vouches_for_is_refused(world: Simulation) -> None:
    us, ru = world["us"], world["ru"]
    mallory = restarted(us, signer=TestSigner(b"mallory"))
    genuine = parse_card(own_card(us)).card
    now = us.clock.now()
    key = PublicKey.parse(mallory.signer.public_key)
    forged = make_card(replace(genuine, keys=(CardKey(key, now),), issued=now), [(key, mallory.signer.sign)])
    with pytest.raises(NotPermitted, match="vouches"):
        receive(ru, said(us, "card", "ru", {"card": forged.document()}), US)
    with pytest.raises(NotPermitted, match="not signed by a key"):
        receive(ru, said(mallory, "card", "ru", {"card": forged.document()}), US)
    assert show_party(ru, US).card == own_card(us)
