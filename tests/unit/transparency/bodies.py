"""One right body for each kind of message, and one right card: what the tests then break."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from sepakat.stix.identifiers import PartyId
from sepakat.transparency.cards import Card, CardKey, SignedCard, make_card
from sepakat.transparency.checkpoints import Checkpoint, checkpoint_text, sign_note
from sepakat.transparency.leaves import ReleaseLeaf, salted_digest
from sepakat.transparency.merkle import leaf_hash
from tests.unit.transparency.signers import LOG, ORIGIN, SIGN_US, US

AT = datetime(2014, 10, 14, 9, 30, tzinfo=UTC)
INSTANT = "2014-10-14T09:30:00.000000Z"
HASH = "ab" * 32
OBJECT = "note--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
VERSION = "2014-10-14T09:30:00.123000"
SALT = bytes(range(32))
DIGEST = "cd" * 32
NOTE = sign_note(checkpoint_text(Checkpoint(ORIGIN, 1, leaf_hash(b"any"))), LOG, SIGN_US)
IDENTITY = {"type": "identity", "id": "identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "name": "United States"}

LEAF = ReleaseLeaf(
    log=ORIGIN,
    collection="3f9c7b52-6f5f-5d0c-8f6e-5c2f6a1f8f11",
    agreement="us-ru-ct-2014",
    agreement_hash=HASH,
    taker="ru",
    clauses=("S1",),
    at=AT,
    digests=(salted_digest(SALT, DIGEST),),
    tombstones=(salted_digest(SALT, HASH),),
)


def card(**changes: Any) -> Card:
    values: dict[str, Any] = {
        "party": PartyId("us"),
        "name": "United States",
        "identity": IDENTITY,
        "keys": (CardKey(US, AT),),
        "address": "https://us.example:8443",
        "issued": AT,
        "country": "US",
    }
    return Card(**(values | changes))


def signed_card() -> SignedCard:
    return make_card(card(), [(US, SIGN_US)])


_AGREEMENT = {"agreement": "us-ru-ct-2014", "hash": HASH}
_GRANT = {"request": "request-1", "object": OBJECT, "third_party": "fr"}

_BODIES: dict[str, dict[str, Any]] = {
    "card": {"card": signed_card().document()},
    "agreement-offer": {**_AGREEMENT, "document": {"sepakat": "1"}, "roster": ["us", "ru"]},
    "agreement-signature": {**_AGREEMENT, "party": "ru", "key": str(US), "signature": "A" * 86 + "=="},
    "agreement-refusal": {**_AGREEMENT, "reason": "too wide"},
    "agreement-suspension": {**_AGREEMENT, "reason": "a leak", "from": INSTANT},
    "agreement-resumption": {**_AGREEMENT, "from": INSTANT},
    "agreement-end": {**_AGREEMENT, "stage": "notice", "reason": "it is over", "from": INSTANT},
    "release-statement": {
        "collection": LEAF.collection,
        "leaf": LEAF.document(),
        "index": 0,
        "size": 1,
        "inclusion": [],
        "objects": [
            {
                "id": OBJECT,
                "version": VERSION,
                "digest": DIGEST,
                "salt": SALT.hex(),
                "origins": ["us"],
                "clauses": ["S1"],
                "variant": False,
            }
        ],
        "tombstones": [{"id": OBJECT, "version": "", "digest": HASH, "salt": SALT.hex()}],
        "checkpoint": NOTE,
    },
    "receipt": {
        "collection": LEAF.collection,
        "agreement": "us-ru-ct-2014",
        "through": 0,
        "leaves": [HASH],
        "digest": HASH,
        "count": 1,
        "checkpoint": NOTE,
    },
    "recall": {
        "recall": "recall-1",
        "scope": "views",
        "agreement": "us-ru-ct-2014",
        "objects": [{"id": OBJECT}, {"id": OBJECT, "version": VERSION}],
        "reason": "the source withdrew it",
        "respond_by": INSTANT,
    },
    "recall-answer": {
        "recall": "recall-1",
        "answers": [
            {"party": "ru", "action": "deleted", "at": INSTANT},
            {"party": "fr", "action": "kept-by-law", "ground": "an archive act", "at": INSTANT, "message": HASH},
        ],
        "onward": [{"party": "fr", "grant": "request-1"}],
    },
    "consent-request": {**_GRANT, "purpose": "counter-terrorism"},
    "consent-answer": {**_GRANT, "granted": True, "conditions": ["no attribution"], "until": INSTANT},
    "consent-withdrawal": {**_GRANT, "reason": "the source asks for it"},
    "correction": {"correction": "correction-1", "object": OBJECT, "version": VERSION, "reason": "wrong place"},
    "urgent-notice": {"notice": "notice-1", "objects": [OBJECT], "text": "read this now", "acknowledge_by": INSTANT},
    "acknowledgement": {"message": HASH, "text": "the duty officer has it"},
    "checkpoint": {"note": NOTE, "old_size": 1, "consistency": [HASH]},
}


def bodies() -> dict[str, dict[str, Any]]:
    """A fresh copy, for a test to break."""
    return deepcopy(_BODIES)
