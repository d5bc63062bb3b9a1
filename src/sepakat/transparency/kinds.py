"""What each kind of message between nodes says: one table, one shape per kind.

Decides which members a body has and what they must be together. Whether the sender may say it (its own object, an
agreement in force, a grant) is left to `exchange`. An unknown kind or key is a fault; a kind that is not here does
not exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sepakat.errors import Fault, InputError
from sepakat.shapes import (
    HASH,
    NAME,
    PARTY,
    STIX_ID,
    VERSION,
    AnyObject,
    Field,
    Flag,
    Hex,
    Instant,
    ListOf,
    OneOf,
    Record,
    Rule,
    Text,
    Whole,
    found,
    join,
)
from sepakat.transparency.cards import CARD, KEY_TEXT, SIGNATURE_TEXT
from sepakat.transparency.checkpoints import check_note
from sepakat.transparency.leaves import MAX_OBJECTS, MAX_SALT, MIN_SALT, leaf_faults

RECALL_ACTIONS = ("deleted", "restricted", "kept-by-law", "unanswered")

_REASON = Text("a reason in words", most=4_000)
_PURPOSE = Text("a purpose in words", most=1_000)
_ID = Text("an id of this message's subject: 8 to 128 letters, digits or hyphens", r"[A-Za-z0-9-]{8,128}")
_PROOF = ListOf(HASH, most=64)


@dataclass(frozen=True, slots=True)
class _ReleaseLeafShape:
    """The JSON form of a release leaf."""

    words: str = "a release leaf"

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        if isinstance(value, Mapping) and value.get("leaf") == "message/1":
            yield Fault(join(path, "leaf"), '"release/1"', '"message/1"')
        else:
            yield from leaf_faults(value, path)


@dataclass(frozen=True, slots=True)
class _NoteShape:
    """A signed note; who signed it, and whether that holds, is checked where the keys are."""

    words: str = "a signed note (C2SP)"

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        if not isinstance(value, str):
            yield Fault(path, self.words, found(value))
            return
        try:
            check_note(value)
        except InputError as error:
            yield Fault(path, self.words, error.message)


def _required_with(name: str, word: object, other: str, *, present: bool = True) -> Rule:
    """`other` must stand there (or must not) when member `name` is `word`."""

    def rule(value: Mapping[str, Any], path: str) -> Iterator[Fault]:
        if value.get(name) == word and (other in value) is not present:
            expected = f"{'something' if present else 'nothing'}, since {name} is {found(word)}"
            yield Fault(join(path, other), expected, found(value[other]) if other in value else "nothing")

    return rule


def _together(one: str, other: str) -> Rule:
    """Two members stand there together or not at all."""

    def rule(value: Mapping[str, Any], path: str) -> Iterator[Fault]:
        if (one in value) != (other in value):
            yield Fault(path, f"{one} and {other} together, or neither", "one of them")

    return rule


def _objects_match_leaf(value: Mapping[str, Any], path: str) -> Iterator[Fault]:
    leaf = value["leaf"]
    for objects, digests in (("objects", "digests"), ("tombstones", "tombstones")):
        if len(value[objects]) != len(leaf[digests]):
            expected = f"{len(leaf[digests])} entries, as the leaf has {digests}"
            yield Fault(join(path, objects), expected, found(value[objects]))
    if value["size"] <= value["index"]:
        yield Fault(join(path, "size"), "more than index", found(value["size"]))


_RELEASED = Record(
    {
        "id": Field(STIX_ID, "the object"),
        "version": Field(VERSION, "its version"),
        "digest": Field(HASH, "digest of the object, without default-valued properties"),
        "salt": Field(Hex("a salt in hexadecimal", MIN_SALT, MAX_SALT), "the salt of this object version in the leaf"),
        "origins": Field(ListOf(PARTY, least=1, most=64, distinct=True), "whose information it is"),
        "clauses": Field(ListOf(NAME, most=256, distinct=True), "the clauses that permitted it; none for scaffold"),
        "variant": Field(Flag(), "true for a tear-line variant"),
    }
)

_TOMBSTONE = Record(
    {
        "id": Field(STIX_ID, "what is removed"),
        "version": Field(VERSION, "the revoked version that goes out, or empty"),
        "digest": Field(HASH, "digest of the revoked version, or the hash of the recall message"),
        "salt": Field(Hex("a salt in hexadecimal", MIN_SALT, MAX_SALT), "the salt in the leaf"),
    }
)

_RECALLED = Record(
    {
        "id": Field(STIX_ID, "the object as the taker has it"),
        "version": Field(VERSION, "one version only; absent: all", optional=True),
    }
)

_ANSWER = Record(
    {
        "party": Field(PARTY, "who did it: the answering party, or one to whom it passed the object on"),
        "action": Field(OneOf(RECALL_ACTIONS), "what was done"),
        "ground": Field(Text("a legal ground in words", most=1_000), "why it is kept", optional=True),
        "at": Field(Instant(), "when; for `unanswered`, as of when"),
        "message": Field(HASH, "the hash of that party's own answer", optional=True),
    },
    (_required_with("action", "kept-by-law", "ground"),),
)

_ONWARD = Record(
    {
        "party": Field(PARTY, "to whom it was passed on"),
        "grant": Field(_ID, "the consent request under which that was allowed"),
    }
)

_ATTESTED = Record(
    {
        "by": Field(Text("a person or office", most=200), "who recorded the assent"),
        "at": Field(Instant(), "when it was given"),
        "paper": Field(Text("a paper", most=1_000), "which paper holds it"),
    }
)


def _signed_or_attested(value: Mapping[str, Any], path: str) -> Iterator[Fault]:
    signed, attested = "signature" in value and "key" in value, "attested" in value
    if signed is attested or ("signature" in value) != ("key" in value):
        yield Fault(path, "either key and signature or attested", "both" if signed else "neither or half")


_AGREEMENT = {
    "agreement": Field(NAME, "the agreement's id"),
    "hash": Field(HASH, "the hash of the version that is meant"),
}
_FROM = Field(Instant(), "from which instant")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of message: what it is for, and its body."""

    name: str
    about: str
    body: Record


def _kind(name: str, about: str, fields: Mapping[str, Field], *rules: Rule) -> tuple[str, Kind]:
    return name, Kind(name, about, Record(fields, rules))


KINDS: Mapping[str, Kind] = dict(
    (
        _kind("card", "the sender's card, when it is new or changed", {"card": Field(CARD, "the signed card")}),
        _kind(
            "agreement-offer",
            "an agreement, or a new version of one, that the sender offers; a counter-offer is one too",
            {
                **_AGREEMENT,
                "document": Field(AnyObject("an agreement"), "the agreement's canonical form"),
                "roster": Field(ListOf(PARTY, least=1, distinct=True), "the community's members today", optional=True),
            },
        ),
        _kind(
            "agreement-signature",
            "a party's signature under one hash; attested for a partner without a node",
            {
                **_AGREEMENT,
                "party": Field(PARTY, "whose signature it is"),
                "key": Field(KEY_TEXT, "the key that signed; it must be on the party's card", optional=True),
                "signature": Field(SIGNATURE_TEXT, "over `sepakat/agreement/1`, newline, hash", optional=True),
                "attested": Field(_ATTESTED, "in place of a signature: who recorded the assent", optional=True),
            },
            _signed_or_attested,
        ),
        _kind("agreement-refusal", "the offer is not accepted", {**_AGREEMENT, "reason": Field(_REASON, "why")}),
        _kind(
            "agreement-suspension",
            "nothing more under this agreement for now; holds from the next byte",
            {**_AGREEMENT, "reason": Field(_REASON, "why"), "from": _FROM},
        ),
        _kind(
            "agreement-resumption",
            "the sender's own suspension is over",
            {**_AGREEMENT, "reason": Field(_REASON, "why", optional=True), "from": _FROM},
        ),
        _kind(
            "agreement-end",
            "notice that the agreement ends, or the taker's confirmation that it deleted what it had",
            {
                **_AGREEMENT,
                "stage": Field(OneOf(("notice", "deleted")), "which of the two"),
                "reason": Field(_REASON, "why", optional=True),
                "from": _FROM,
            },
            _required_with("stage", "notice", "reason"),
        ),
        _kind(
            "release-statement",
            "what one batch of a view was: its leaf, the salts that open it, the log's head after it",
            {
                "collection": Field(NAME, "the TAXII collection of the view"),
                "leaf": Field(_ReleaseLeafShape(), "the leaf, as it stands in the log"),
                "index": Field(Whole(), "the leaf's place in the log"),
                "size": Field(Whole(1), "the size of the tree that the checkpoint is of"),
                "inclusion": Field(_PROOF, "the leaf's inclusion proof in that tree"),
                "objects": Field(ListOf(_RELEASED, most=MAX_OBJECTS), "in the order of the leaf's digests"),
                "tombstones": Field(ListOf(_TOMBSTONE, most=MAX_OBJECTS), "in the order of the leaf's tombstones"),
                "checkpoint": Field(_NoteShape(), "the log's checkpoint at that size"),
            },
            _objects_match_leaf,
        ),
        _kind(
            "receipt",
            "the taker has what these leaves say, every byte",
            {
                "collection": Field(NAME, "the TAXII collection of the view"),
                "agreement": Field(NAME, "the agreement of the view"),
                "through": Field(Whole(), "the index of the last leaf"),
                "leaves": Field(ListOf(HASH, least=1, most=MAX_OBJECTS), "the leaf hashes that this receipt is for"),
                "digest": Field(HASH, "SHA-256 of the canonical list of the object digests received, in order"),
                "count": Field(Whole(), "how many objects"),
                "checkpoint": Field(_NoteShape(), "the checkpoint, co-signed by the taker", optional=True),
            },
        ),
        _kind(
            "recall",
            "the sender takes back",
            {
                "recall": Field(_ID, "the recall's id"),
                "scope": Field(OneOf(("all", "views")), "from everybody, or from the named view only"),
                "agreement": Field(NAME, "the agreement of that view", optional=True),
                "objects": Field(ListOf(_RECALLED, least=1, most=MAX_OBJECTS), "what is taken back"),
                "reason": Field(_REASON, "why"),
                "respond_by": Field(Instant(), "by when an answer is due"),
            },
            _required_with("scope", "views", "agreement"),
        ),
        _kind(
            "recall-answer",
            "what the taker, and those to whom it passed the objects on, did",
            {
                "recall": Field(_ID, "the recall's id"),
                "answers": Field(ListOf(_ANSWER, least=1, most=MAX_OBJECTS), "party by party"),
                "onward": Field(ListOf(_ONWARD, most=MAX_OBJECTS), "to whom it had been passed on, under which grant"),
            },
        ),
        _kind(
            "consent-request",
            "may this go to a third party?",
            {
                "request": Field(_ID, "the request's id"),
                "object": Field(STIX_ID, "the object as the sender has it"),
                "third_party": Field(PARTY, "to whom it should go"),
                "purpose": Field(_PURPOSE, "what for"),
                "respond_by": Field(Instant(), "by when an answer would help", optional=True),
            },
        ),
        _kind(
            "consent-answer",
            "yes, perhaps with conditions and an end; or no, with a reason",
            {
                "request": Field(_ID, "the request's id"),
                "object": Field(STIX_ID, "the object, as in the request"),
                "third_party": Field(PARTY, "the third party, as in the request"),
                "granted": Field(Flag(), "yes or no"),
                "reason": Field(_REASON, "why", optional=True),
                "conditions": Field(
                    ListOf(Text("a condition in words", most=1_000), least=1, most=32),
                    "what the sender must see to",
                    optional=True,
                ),
                "until": Field(Instant(), "until when it may still be passed on", optional=True),
            },
            _required_with("granted", False, "reason"),
            _required_with("granted", False, "conditions", present=False),
            _required_with("granted", False, "until", present=False),
        ),
        _kind(
            "consent-withdrawal",
            "a grant is taken back; what went under it is recalled",
            {
                "request": Field(_ID, "the request's id"),
                "object": Field(STIX_ID, "the object"),
                "third_party": Field(PARTY, "the third party"),
                "reason": Field(_REASON, "why"),
                "recall": Field(_ID, "the id of the recall that goes with it", optional=True),
            },
        ),
        _kind(
            "correction",
            "something released was wrong; the corrected version goes through the view",
            {
                "correction": Field(_ID, "the correction's id"),
                "object": Field(STIX_ID, "the object as the taker has it"),
                "version": Field(VERSION, "the version that was wrong"),
                "corrected": Field(VERSION, "the version that replaces it", optional=True),
                "reason": Field(_REASON, "what was wrong"),
            },
        ),
        _kind(
            "urgent-notice",
            "this cannot wait: read these objects now",
            {
                "notice": Field(_ID, "the notice's id"),
                "objects": Field(ListOf(STIX_ID, least=1, most=100, distinct=True), "objects that the taker has"),
                "text": Field(Text("a text", most=4_000), "what it is about"),
                "acknowledge_by": Field(Instant(), "by when a person should have seen it"),
            },
        ),
        _kind(
            "acknowledgement",
            "a person at the sender's has seen a message",
            {
                "message": Field(HASH, "the hash of the message"),
                "notice": Field(_ID, "the notice's id, if it is one", optional=True),
                "text": Field(Text("a text", most=4_000), "what is done about it", optional=True),
            },
        ),
        _kind(
            "checkpoint",
            "the head of a log, the sender's own or the recipient's, co-signed",
            {
                "note": Field(_NoteShape(), "the checkpoint"),
                "old_size": Field(Whole(), "the size from which consistency is shown", optional=True),
                "consistency": Field(_PROOF, "the consistency proof from there", optional=True),
            },
            _together("old_size", "consistency"),
        ),
    )
)
