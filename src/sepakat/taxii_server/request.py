"""A request as it came and an answer as it goes: plain values between the ASGI edge and the service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sepakat.stix.identifiers import PartyId


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. `headers` has lower-case names; `lines` are the header lines as they came."""

    method: str
    path: str
    """Decoded, without the query."""
    query: str
    """As on the wire."""
    target: str
    """Path and query as on the wire."""
    headers: Mapping[str, str] = field(default_factory=dict)
    lines: Sequence[tuple[str, str]] = ()
    address: str = ""
    """The host that the request came from."""
    body: bytes = b""
    id: str = ""
    """Stands in the answer, in its error and in the log."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, whole."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    objects: int = 0
    """How many objects, records or versions it brings."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: a party, through one of its accounts or as a node with its own signature."""

    party: PartyId
    account: str
    is_node: bool = False
