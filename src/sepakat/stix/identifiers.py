"""Identifiers: of STIX objects, parties and agreements; and the deterministic ids of cyber-observables.

Decides what an identifier looks like and finds identifiers inside text. Ids are written in lower case only, so
that one object has one spelling; text is searched without regard to case, so that no spelling hides a reference.
Which objects exist is left to others. STIX 2.1 section 2.9.
"""

from __future__ import annotations

import re
import string
import uuid
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NewType

from sepakat.errors import InputError
from sepakat.stix.canonical import canonical_bytes

StixId = NewType("StixId", str)
PartyId = NewType("PartyId", str)
AgreementId = NewType("AgreementId", str)

OBSERVABLE_NAMESPACE = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_NAME = r"[a-z][a-z0-9]*+(?:-[a-z0-9]++)*+"
_SHORTEST_TYPE, _LONGEST_TYPE = 3, 250
_LENGTH_BEHIND_TYPE = 38
_LONGEST_ID = _LONGEST_TYPE + _LENGTH_BEHIND_TYPE
_HAS_NAME_FORM = re.compile(_NAME).fullmatch
_HAS_ID_FORM = re.compile(rf"{_NAME}--{_UUID}").fullmatch
_ID_TAIL = re.compile(rf"--{_UUID}", re.IGNORECASE)
_UUID_OF_RFC = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}").fullmatch
_DIGITS_AND_HYPHEN = "0123456789-"
_OF_NAMES = string.ascii_letters + _DIGITS_AND_HYPHEN

# Which properties make up the id of a cyber-observable (section 2.9 and the tables of chapter 6).
# `hashes` counts with one hash only, see `_one_hash`. A process has none: its id is random.
ID_CONTRIBUTING: Mapping[str, tuple[str, ...]] = {
    "artifact": ("hashes", "payload_bin"),
    "autonomous-system": ("number",),
    "directory": ("path",),
    "domain-name": ("value",),
    "email-addr": ("value",),
    "email-message": ("from_ref", "subject", "body"),
    "file": ("hashes", "name", "extensions", "parent_directory_ref"),
    "ipv4-addr": ("value",),
    "ipv6-addr": ("value",),
    "mac-addr": ("value",),
    "mutex": ("name",),
    "network-traffic": ("start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions"),
    "process": (),
    "software": ("name", "cpe", "swid", "vendor", "version"),
    "url": ("value",),
    "user-account": ("account_type", "user_id", "account_login"),
    "windows-registry-key": ("key", "values"),
    "x509-certificate": ("hashes", "serial_number"),
}

_HASH_PREFERENCE = ("MD5", "SHA-1", "SHA-256", "SHA-512")


def is_stix_id(text: object) -> bool:
    """Whether the value is an identifier in the form that Sepakat keeps: `type--uuid`, all in lower case."""
    return isinstance(text, str) and len(text) <= _LONGEST_ID and _is_id_text(text)


# Objects name each other again and again, so most questions are about an id that was asked about before.
@lru_cache(maxsize=1 << 16)
def _is_id_text(text: str) -> bool:
    return _HAS_ID_FORM(text) is not None and len(text) - _LENGTH_BEHIND_TYPE >= _SHORTEST_TYPE


def is_type_name(text: object) -> bool:
    """Whether the value can name an object type: 3 to 250 of a-z, 0-9 and single hyphens, a letter first."""
    return isinstance(text, str) and _SHORTEST_TYPE <= len(text) <= _LONGEST_TYPE and _HAS_NAME_FORM(text) is not None


def has_standard_uuid(identifier: str) -> bool:
    """Whether the id ends in a UUID with a version and variant of RFC 4122 or RFC 9562."""
    return _UUID_OF_RFC(identifier[-36:]) is not None


def type_of(identifier: str) -> str:
    """The object type that an identifier names: what stands before the two hyphens."""
    return identifier.partition("--")[0]


def uuid_of(identifier: str) -> str:
    """The UUID of an identifier: what stands after the two hyphens."""
    return identifier.partition("--")[2]


def ids_in_text(text: str) -> tuple[StixId, ...]:
    """Every `type--uuid` inside a string, in order, lower-cased, each once.

    An id that runs on into further characters still counts: a reference too many withholds, one too few leaks.
    """
    if "--" not in text:
        return ()
    found: dict[StixId, None] = {}
    for tail in _ID_TAIL.finditer(text):
        # Looking back from the UUID over the longest possible name keeps the search linear in the text.
        before = text[max(0, tail.start() - _LONGEST_TYPE) : tail.start()]
        word = before[len(before.rstrip(_OF_NAMES)) :].rstrip("-")
        name = word.rpartition("--")[2].lstrip(_DIGITS_AND_HYPHEN)
        if name:
            found[StixId(f"{name}{tail[0]}".lower())] = None
    return tuple(found)


def contributing_values(content: Mapping[str, Any]) -> dict[str, Any]:
    """The id-contributing properties of a cyber-observable with their values, reduced as section 2.9 says."""
    values: dict[str, Any] = {}
    for name in ID_CONTRIBUTING.get(content.get("type", ""), ()):
        if name in content:
            value = content[name]
            values[name] = _one_hash(value) if name == "hashes" else value
    return values


def observable_id(content: Mapping[str, Any]) -> StixId:
    """The deterministic id of a cyber-observable: UUIDv5 over the canonical JSON of its contributing properties.

    Raises:
        InputError: the type has no contributing properties, or the object has none of them (its id is then free).
    """
    kind = content.get("type")
    values = contributing_values(content) if isinstance(kind, str) else {}
    if not values:
        raise InputError(
            "observable-id-undetermined",
            f"no deterministic id for an object of type {kind!r}: it has none of the id-contributing properties",
            "give it an id with a random UUID",
        )
    name = canonical_bytes(values).decode()
    return StixId(f"{kind}--{uuid.uuid5(OBSERVABLE_NAMESPACE, name)}")


def _one_hash(hashes: Any) -> Any:
    """One hash stands for all: the first present of the standard's order of preference, else the first by name."""
    if not isinstance(hashes, Mapping) or not hashes:
        return hashes
    for algorithm in _HASH_PREFERENCE:
        if algorithm in hashes:
            return {algorithm: hashes[algorithm]}
    first = min(hashes)
    return {first: hashes[first]}
