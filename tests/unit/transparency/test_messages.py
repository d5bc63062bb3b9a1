from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sepakat.errors import InputError
from sepakat.stix.canonical import canonical_bytes, digest
from sepakat.stix.identifiers import PartyId
from sepakat.transparency.messages import (
    KINDS,
    Message,
    SignedMessage,
    message_faults,
    message_hash,
    parse_message,
    reference_page,
    sign_message,
    signing_input,
    unsigned_form,
)
from tests.unit.transparency.bodies import AT, HASH, INSTANT, OBJECT, bodies
from tests.unit.transparency.signers import RU, SIGN_RU, SIGN_US, US


def message(kind: str = "acknowledgement", **body: Any) -> Message:
    return Message(kind, PartyId("us"), PartyId("ru"), AT, "0f" * 16, bodies()[kind] | body)


def signed(kind: str = "acknowledgement") -> dict[str, Any]:
    return sign_message(message(kind), US, SIGN_US).document()


def faults(document: object) -> list[str]:
    with pytest.raises(InputError) as raised:
        parse_message(document)
    return [fault.path for fault in raised.value.faults]


def test_there_is_a_right_body_for_each_kind() -> None:
    assert bodies().keys() == KINDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_message_of_each_kind_reads_back_and_its_signature_holds(kind: str) -> None:
    read = parse_message(signed(kind))
    assert read.message == message(kind)
    assert read.is_signed_by(US)
    assert read.document() == signed(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_unknown_key_in_a_body_of_each_kind_is_refused(kind: str) -> None:
    document = signed(kind)
    document["body"]["surprise"] = 1
    assert "body.surprise" in faults(document)


@pytest.mark.parametrize("kind", KINDS)
def test_each_member_that_is_not_optional_must_be_there(kind: str) -> None:
    for name, field in KINDS[kind].body.fields.items():
        document = signed(kind)
        if not field.optional:
            del document["body"][name]
            assert f"body.{name}" in faults(document)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [None, [], {}, -1, "", True, 1.5, [[]], "x" * 70_000])
def test_member_of_a_wrong_type_is_a_fault_never_a_crash(kind: str, value: Any) -> None:
    for name in KINDS[kind].body.fields:
        document = signed(kind)
        document["body"][name] = value
        found = message_faults(document)
        assert all(fault.path.startswith("body") for fault in found)
        if not found:
            assert parse_message(document).message.body[name] == value


def test_hash_is_of_the_canonical_unsigned_form() -> None:
    assert message_hash(message()) == digest(unsigned_form(message()))
    assert signing_input(message()) == b"sepakat/message/1\n" + message_hash(message()).encode()


@pytest.mark.parametrize(
    "changes",
    [
        {"sender": "fr"},
        {"recipient": "fr"},
        {"at": "2014-10-14T09:30:00.000001Z"},
        {"nonce": "0e" * 16},
        {"body": {"message": "ac" * 32}},
    ],
)
def test_signature_covers_every_part_of_a_message(changes: dict[str, Any]) -> None:
    read = parse_message(signed() | changes)
    assert not read.is_signed_by(US)
    assert read.hash != message_hash(message())


def test_signature_covers_the_kind() -> None:
    document = signed("consent-request")
    del document["body"]["purpose"]
    swapped = document | {"kind": "consent-withdrawal", "body": document["body"] | {"reason": "x"}}
    assert not parse_message(swapped).is_signed_by(US)


def test_swapped_signature_or_key_id_does_not_hold() -> None:
    mine = sign_message(message(), US, SIGN_US)
    theirs = sign_message(message(), RU, SIGN_RU)
    assert not SignedMessage(mine.message, US.key_id, theirs.signature).is_signed_by(US)
    assert not SignedMessage(mine.message, RU.key_id, mine.signature).is_signed_by(US)
    assert not SignedMessage(mine.message, RU.key_id, mine.signature).is_signed_by(RU)
    assert mine.hash == theirs.hash


def test_signature_of_the_same_hash_for_another_purpose_does_not_hold() -> None:
    for_agreement = SIGN_US(b"sepakat/agreement/1\n" + message_hash(message()).encode())
    assert not SignedMessage(message(), US.key_id, for_agreement).is_signed_by(US)


def test_key_inside_a_message_is_refused() -> None:
    assert faults(signed() | {"public_key": str(RU)}) == ["public_key"]
    assert faults(signed() | {"key": str(RU)}) == ["key"]


def test_equal_statements_differ_by_their_nonce() -> None:
    assert message_hash(message()) != message_hash(replace(message(), nonce="00" * 16))


@pytest.mark.parametrize("kind", ["gossip", "", None, 1, "Recall", "recall "])
def test_unknown_kind_is_refused(kind: Any) -> None:
    with pytest.raises(InputError) as raised:
        parse_message(signed() | {"kind": kind})
    assert raised.value.code == ("message-kind-unknown" if isinstance(kind, str) else "message-invalid")
    assert "kind" in [fault.path for fault in raised.value.faults]


@pytest.mark.parametrize("document", [None, [], "text", 1, {}, float("nan")])
def test_what_is_no_message_is_refused(document: object) -> None:
    assert faults(document)


def test_all_faults_are_named_at_once() -> None:
    document = signed("recall") | {"sender": "US", "nonce": "short", "extra": 1}
    document["body"]["objects"] = [{"id": "note--x"}, {"id": OBJECT, "version": "yesterday"}]
    del document["body"]["reason"]
    assert sorted(faults(document)) == [
        "body.objects.[0].id",
        "body.objects.[1].version",
        "body.reason",
        "extra",
        "nonce",
        "sender",
    ]


def test_faults_are_at_most_a_hundred() -> None:
    document = signed("receipt")
    document["body"]["leaves"] = ["x"] * 1000
    assert len(faults(document)) == 100


def test_value_outside_of_i_json_is_refused() -> None:
    for value in (2**53, float("inf"), "\ud800", {"k": {1: 2}}, {"\ud800": 1}, b"bytes"):
        assert faults(signed("agreement-offer") | {"body": {"document": value}})[0].startswith("body.document")


def test_nesting_without_end_is_refused() -> None:
    document: Any = {}
    for _ in range(500):
        document = {"a": document}
    assert faults(document) != []


def test_signature_with_stray_bits_is_refused() -> None:
    text = signed()["signature"]
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    stray = digits[digits.index(text[85]) ^ 1]
    assert faults(signed() | {"signature": text[:85] + stray + "=="}) == ["signature"]


def test_message_with_faults_is_not_signed() -> None:
    def never(_: bytes) -> bytes:
        raise AssertionError

    with pytest.raises(InputError, match="message refused"):
        sign_message(message(surprise=1), US, never)


@pytest.mark.parametrize(
    ("kind", "changes", "path"),
    [
        ("recall", {"scope": "views", "agreement": ...}, "body.agreement"),
        ("recall", {"objects": []}, "body.objects"),
        (
            "recall-answer",
            {"answers": [{"party": "ru", "action": "kept-by-law", "at": INSTANT}]},
            "body.answers.[0].ground",
        ),
        ("recall-answer", {"answers": [{"party": "ru", "action": "sold", "at": INSTANT}]}, "body.answers.[0].action"),
        ("consent-answer", {"granted": False, "reason": "no", "until": ...}, "body.conditions"),
        ("consent-answer", {"granted": False, "reason": "no", "conditions": ...}, "body.until"),
        ("consent-answer", {"granted": False, "until": ..., "conditions": ...}, "body.reason"),
        ("agreement-signature", {"attested": {"by": "clerk", "at": INSTANT, "paper": "note 7"}}, "body"),
        ("agreement-signature", {"signature": ...}, "body"),
        ("agreement-signature", {"signature": ..., "key": ...}, "body"),
        ("agreement-end", {"reason": ...}, "body.reason"),
        ("checkpoint", {"old_size": ...}, "body"),
        ("checkpoint", {"note": "text"}, "body.note"),
        ("release-statement", {"objects": []}, "body.objects"),
        ("release-statement", {"tombstones": []}, "body.tombstones"),
        ("release-statement", {"index": 1}, "body.size"),
        ("release-statement", {"leaf": {"leaf": "message/1"}}, "body.leaf.leaf"),
        ("urgent-notice", {"objects": [OBJECT, OBJECT]}, "body.objects.[1]"),
    ],
)
def test_members_that_do_not_go_together_are_a_fault(kind: str, changes: dict[str, Any], path: str) -> None:
    document = signed(kind)
    for name, value in changes.items():
        if value is ...:
            del document["body"][name]
        else:
            document["body"][name] = value
    assert faults(document) == [path]


def test_attested_signature_stands_for_a_partner_without_a_node() -> None:
    attested = {"by": "clerk", "at": INSTANT, "paper": "note 7"}
    body = {"agreement": "a-1", "hash": HASH, "party": "ru", "attested": attested}
    plain = Message("agreement-signature", PartyId("us"), PartyId("ru"), AT, "0f" * 16, body)
    assert parse_message(sign_message(plain, US, SIGN_US).document()).message == plain


def test_denial_carries_a_reason_and_nothing_else() -> None:
    document = signed("consent-answer")
    document["body"] = {k: v for k, v in document["body"].items() if k not in ("conditions", "until")}
    document["body"] |= {"granted": False, "reason": "not ours to give"}
    assert parse_message(document).message.body["granted"] is False


def test_faults_do_not_repeat_a_salt() -> None:
    document = signed("release-statement")
    document["body"]["objects"][0]["salt"] = "feedface" * 3 + "zz"
    with pytest.raises(InputError) as raised:
        parse_message(document)
    assert "feedface" not in str(raised.value.faults) + raised.value.message


def test_canonical_form_of_a_message_does_not_depend_on_the_order_of_keys() -> None:
    document = signed("recall")
    backwards = {key: document[key] for key in reversed(document)}
    assert canonical_bytes(parse_message(backwards).document()) == canonical_bytes(document)
    assert parse_message(backwards).hash == parse_message(document).hash


def test_reference_page_tells_every_kind_and_every_member() -> None:
    page = reference_page()
    for kind in KINDS.values():
        assert f"### {kind.name}\n" in page
        for name in kind.body.fields:
            assert f"| `{name}` |" in page
