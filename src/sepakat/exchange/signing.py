"""Signed requests between nodes: HTTP message signatures (RFC 9421) with Ed25519, a date and a nonce.

A node signs each request to another node over method, path, query and body, and names in the signature's tag whom the
request is for, so that a request to one node proves nothing at another. Decides who sent a request; what the sender may
do is left to the use cases. Invariant: a request that does not verify, or that was seen before, gives no party.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import ED25519
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from sepakat.errors import NotPermitted, SepakatError
from sepakat.exchange.keys import valid_keys
from sepakat.exchange.ports import Node
from sepakat.stix.identifiers import PartyId
from sepakat.transparency.keys import PublicKey

WINDOW = timedelta(seconds=300)
"""How far the date of a request may lie from our clock, in either direction."""
NONCE_SIZE = 18
MAX_NONCE = 64
COVERED = ("@method", "@path", "@query")
_COVERED_WITH_BODY = (*COVERED, "content-digest")
_NOWHERE = "http://node.invalid"


@dataclass
class Request:
    """An HTTP request as far as its signature goes. `target` is the path with the query, as on the wire."""

    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """An absolute URL, which the library asks for; host and scheme are not covered and may be any."""
        return _NOWHERE + self.target


def sign_request(node: Node, to: PartyId, method: str, target: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers that make a request one of ours to `to`: Content-Digest, Signature-Input, Signature."""
    request = Request(method, target)
    signer = HTTPMessageSigner(signature_algorithm=ED25519)
    prepared = signer.prepare(
        request,
        key_id=f"{node.party}/{PublicKey.parse(node.signer.public_key).key_id}",
        created=now,
        nonce=urlsafe_b64encode(node.ids.secret(NONCE_SIZE)).decode("ascii"),
        label="sepakat",
        tag=_tag(to),
        covered_component_ids=COVERED,
        body=body,
    )
    signer.apply(request, prepared, node.signer.sign(prepared.signature_base))
    return request.headers


def authenticate_request(
    node: Node,
    method: str,
    target: str,
    headers: Mapping[str, str] | Sequence[tuple[str, str]],
    body: bytes,
    admit: Callable[[PartyId], None] = lambda _: None,
) -> PartyId:
    """The party that signed this request; uses up its nonce, so that the same request never counts twice.

    `target` is the path with the query as it came; a whole URL does too. `admit` may refuse the party that signed by
    raising, before anything is written.

    Raises:
        NotPermitted: no signature of a known party's valid key for exactly this request, now, for this node.
            Always the same code and words, so that the answer tells nothing about whom we know.
    """
    now = node.clock.now()
    with node.store.reading() as unit:
        known = {party.id: party for party in unit.parties.everyone() if not party.is_self}
    resolver = _Keys({pid: tuple(valid_keys(party, now)) for pid, party in known.items()})
    verifier = _Verifier(resolver, now)
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    try:
        request = Request(method, _path_and_query(target), _combined(pairs))
        results = verifier.verify(
            request, expect_tag=_tag(node.party), require_components=_COVERED_WITH_BODY, body=body, max_age=WINDOW
        )
    except (HTTPMessageSignaturesException, SepakatError, ValueError, TypeError) as refusal:
        raise _refused() from refusal
    if len(results) != 1:
        raise _refused()
    party = PartyId(str(results[0].parameters["keyid"]).partition("/")[0])
    nonce = results[0].nonce
    if not nonce or len(nonce) > MAX_NONCE:
        raise _refused()
    admit(party)
    with node.store.writing() as unit:
        if not unit.messages.use_nonce(party, nonce, now + 2 * WINDOW):
            raise _refused()
    return party


def has_signature(headers: Iterable[tuple[str, str]]) -> bool:
    """Whether a request comes with a message signature at all (a TAXII client's does not)."""
    return any(name.lower() == "signature-input" for name, _ in headers)


class _Keys(HTTPSignatureKeyResolver):
    """Key ids of the form `party/SHA-256 of the key`, among the keys that count now."""

    def __init__(self, keys: Mapping[PartyId, tuple[PublicKey, ...]]) -> None:
        self._keys = keys

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        party, _, wanted = key_id.partition("/")
        for key in self._keys.get(PartyId(party), ()):
            if key.key_id == wanted:
                return Ed25519PublicKey.from_public_bytes(key.raw)
        return None


class _Verifier(HTTPMessageVerifier):
    """The library's verifier, with our clock in place of the machine's."""

    def __init__(self, keys: _Keys, now: datetime) -> None:
        super().__init__(signature_algorithm=ED25519, key_resolver=keys)
        self._now = now

    def validate_created_and_expires(self, sig_input: Any, max_age: timedelta | None = None) -> None:
        created = sig_input.params.get("created")
        # Whole seconds are signed: compare in them, so that a request of this very second is not from the future.
        if type(created) is not int or max_age is None:
            raise HTTPMessageSignaturesException("no date of signing")
        if abs(int(self._now.timestamp()) - created) > max_age.total_seconds():
            raise HTTPMessageSignaturesException("signed too long ago, or in the future")


def _tag(to: PartyId) -> str:
    return f"sepakat/peer/1 to {to}"


def _path_and_query(target: str) -> str:
    if "://" in target:
        rest = target.partition("://")[2]
        slash = rest.find("/")
        return rest[slash:] if slash >= 0 else "/"
    return target


def _combined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    # Several lines of one field count as one, as RFC 9421 section 2.1 says; only those that matter are kept.
    fields: dict[str, str] = {}
    for name, value in pairs:
        lower = name.lower()
        if lower in ("signature", "signature-input", "content-digest"):
            fields[lower] = f"{fields[lower]}, {value}" if lower in fields else value
    return fields


def _refused() -> NotPermitted:
    return NotPermitted(
        "request-not-authenticated",
        "request refused: it is not signed by a known party for this node, or it is old or was seen before",
        "compare the clocks and the cards of the two nodes",
    )
