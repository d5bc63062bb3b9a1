"""A whole log in one file, for whoever shall check it without a node: its leaves, its checkpoints, and both cards.

Holds nothing that was released: leaves commit to salted digests, and salts stay with the parties. Decides whether the
file is whole and what checking it finds; whether the two fingerprints are those of the parties is for the people who
know them. Invariant: a file that checks out was signed, leaf by leaf, by the owner on its card.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from sepakat.errors import InputError
from sepakat.shapes import Field, ListOf, Nullable, OneOf, Record, Text, json_faults
from sepakat.stix.canonical import canonical_bytes
from sepakat.transparency.cards import CARD, Card, parse_card
from sepakat.transparency.checkpoints import Role, Verifier
from sepakat.transparency.verification import LogEntry, LogReport, verify_log

MAX_EXPORT = 256 << 20
FORMAT = "sepakat/log-export/1"

EXPORT = Record(
    {
        "format": Field(OneOf((FORMAT,)), "which form this is"),
        "owner": Field(CARD, "the card of the party that keeps the log"),
        "counterpart": Field(Nullable(CARD), "the card of the party that it is kept for; null if it has no node"),
        "origin": Field(Text("a log's name", most=500), "the name of the log, as it stands in its checkpoints"),
        "leaves": Field(ListOf(Text("a leaf in base64", r"[A-Za-z0-9+/=]+", most=64 << 20)), "leaf by leaf"),
        "checkpoints": Field(ListOf(Text("a signed note", most=100_000)), "the signed heads, old to new"),
    }
)


@dataclass(frozen=True, slots=True)
class LogExport:
    """A log as a file has it. `report` is what checking it found."""

    owner: Card
    counterpart: Card | None
    origin: str
    report: LogReport


def write_export(
    origin: str,
    owner: Mapping[str, Any],
    counterpart: Mapping[str, Any] | None,
    leaves: Sequence[bytes],
    checkpoints: Sequence[str],
) -> bytes:
    """The file of a log, in canonical form."""
    return canonical_bytes(
        {
            "format": FORMAT,
            "owner": owner,
            "counterpart": counterpart,
            "origin": origin,
            "leaves": [b64encode(leaf).decode("ascii") for leaf in leaves],
            "checkpoints": list(checkpoints),
        }
    )


def check_export(data: bytes) -> LogExport:
    """Read a file of a log and check it: cards, leaves, roots, signatures, co-signatures.

    Raises:
        InputError: it is no such file. PeerError: a card in it is not signed by its own key.
    """
    if len(data) > MAX_EXPORT:
        raise InputError("log-export-invalid", f"log refused: more than {MAX_EXPORT} bytes")
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InputError("log-export-invalid", f"log refused: it is not JSON ({error})") from None
    faults = tuple(json_faults(document)) or tuple(EXPORT.faults(document, ""))
    if faults:
        raise InputError("log-export-invalid", f"log refused: {faults[0]}", faults=faults)
    owner = parse_card(document["owner"]).card
    counterpart = parse_card(document["counterpart"]).card if document["counterpart"] is not None else None
    try:
        entries = [LogEntry(b64decode(leaf, validate=True)) for leaf in document["leaves"]]
    except ValueError:
        raise InputError("log-export-invalid", "log refused: a leaf is not in base64") from None
    origin = document["origin"]
    kept_for = counterpart.party if counterpart is not None else origin.rpartition("/")[2]
    if origin != f"sepakat/{owner.party}/{kept_for}":
        raise InputError("log-export-invalid", "log refused: its name is not that of a log between the two cards")
    report = verify_log(origin, entries, document["checkpoints"], tuple(_verifiers(owner, counterpart)))
    return LogExport(owner, counterpart, origin, report)


def _verifiers(owner: Card, counterpart: Card | None) -> Iterator[Verifier]:
    for entry in owner.keys:
        yield Verifier(owner.party, entry.key)
    if counterpart is not None:
        for entry in counterpart.keys:
            yield Verifier(counterpart.party, entry.key, Role.COSIGNER)
