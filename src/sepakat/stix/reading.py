"""Bytes in, STIX objects out: bundles, TAXII envelopes, arrays and single objects.

Takes all or nothing: either every object is readable and unambiguous, or one InputError names all faults. Each object
keeps its exact bytes. Whether an object keeps the rules of its type is left to `validation`; whether the sender may
say it, to intake. STIX 2.1 section 8 (bundle), TAXII 2.1 section 3.7 (envelope), RFC 7493 (I-JSON).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from sepakat.errors import Fault, InputError
from sepakat.stix.identifiers import is_stix_id, type_of
from sepakat.stix.instants import is_timestamp
from sepakat.stix.objects import StixObject, VersionRef
from sepakat.stix.scanning import read_json


@dataclass(frozen=True, slots=True)
class Limits:
    """What one input may be at most: bytes, levels of nesting, number of objects, bytes of one object."""

    max_bytes: int = 64 << 20
    max_depth: int = 64
    max_objects: int = 100_000
    max_object_bytes: int = 8 << 20


DEFAULT_LIMITS = Limits()


class _Container(msgspec.Struct):
    objects: list[msgspec.Raw] = []


_read_container = msgspec.json.Decoder(_Container).decode
_read_array = msgspec.json.Decoder(list[msgspec.Raw]).decode


def read_objects(data: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[StixObject, ...]:
    """Read every object of a bundle, a TAXII envelope, a JSON array or a single object, in its order.

    Objects that stand there twice with the same content are given once.

    Raises:
        InputError: anything is wrong; all faults at once, each with its path in the document.
    """
    if len(data) > limits.max_bytes:
        raise _refusal([Fault("document", f"at most {limits.max_bytes} bytes", f"{len(data)} bytes")])
    document, faults = read_json(data, limits.max_depth)
    if faults:
        raise _refusal(faults)
    prefix, contents, raws = _split(data, document)
    if len(contents) > limits.max_objects:
        found = f"{len(contents)} objects"
        raise _refusal([Fault(prefix or "document", f"at most {limits.max_objects} objects", found)])
    found_faults = list(_faults(prefix, contents, raws, limits))
    if found_faults:
        raise _refusal(found_faults)
    return _without_repeats(
        prefix, [StixObject(bytes(raw), content) for raw, content in zip(raws, contents, strict=True)]
    )


def _split(data: bytes, document: Any) -> tuple[str | None, list[Any], Sequence[Any]]:
    """The path of the list of objects (None for a single object), the objects, and the bytes of each."""
    if isinstance(document, list):
        return "", document, _read_array(data)
    if not isinstance(document, dict):
        raise _refusal([Fault("document", "a bundle, an envelope, an array or an object", _kind(document))])
    if document.get("type") != "bundle" and not ("objects" in document and "type" not in document):
        if not document or document.keys() <= {"more", "next"}:
            # An empty envelope has no `objects` at all (TAXII 2.1 section 3.7).
            return "objects", [], ()
        return None, [document], (data.strip(b" \t\r\n"),)
    contents = document.get("objects", [])
    if not isinstance(contents, list):
        raise _refusal([Fault("objects", "a list of objects", _kind(contents))])
    return "objects", contents, _read_container(data).objects


def _faults(prefix: str | None, contents: list[Any], raws: Sequence[Any], limits: Limits) -> Iterator[Fault]:
    for position, (content, raw) in enumerate(zip(contents, raws, strict=True)):
        size = len(memoryview(raw))
        if size <= limits.max_object_bytes and _is_sound(content):
            continue
        place = _place(prefix, position)
        if size > limits.max_object_bytes:
            yield Fault(place or "document", f"at most {limits.max_object_bytes} bytes", f"{size} bytes")
        yield from identity_faults(content, place)


def _is_sound(content: Any) -> bool:
    """The quick way to say that `identity_faults` has nothing to say."""
    if type(content) is not dict:
        return False
    kind, identifier = content.get("type"), content.get("id")
    if type(kind) is not str or kind == "bundle" or not is_stix_id(identifier) or type_of(str(identifier)) != kind:
        return False
    for name in ("created", "modified"):
        if name in content and not is_timestamp(content[name]):
            return False
    return "revoked" not in content or isinstance(content["revoked"], bool)


def identity_faults(content: Any, place: str = "") -> Iterator[Fault]:
    """What is wrong with the properties by which an object is kept: id, type, created, modified, revoked."""
    if not isinstance(content, Mapping):
        yield Fault(place or "document", "an object", _kind(content))
        return
    dot = f"{place}." if place else ""
    kind, identifier = content.get("type"), content.get("id")
    if not isinstance(kind, str):
        yield Fault(f"{dot}type", "the type of the object", _found(content, "type"))
    elif kind == "bundle":
        yield Fault(f"{dot}type", "an object, not a bundle inside a bundle", "bundle")
    if not isinstance(identifier, str):
        yield Fault(f"{dot}id", "an identifier", _found(content, "id"))
    elif not is_stix_id(identifier):
        yield Fault(f"{dot}id", "an identifier of the form type--uuid in lower case", repr(identifier[:100]))
    elif isinstance(kind, str) and type_of(identifier) != kind:
        yield Fault(f"{dot}id", f"an identifier that begins with {kind[:100]}--", repr(identifier))
    for name in ("created", "modified"):
        if name in content and not is_timestamp(content[name]):
            yield Fault(f"{dot}{name}", "a timestamp in UTC with Z", _found(content, name))
    if "revoked" in content and not isinstance(content["revoked"], bool):
        yield Fault(f"{dot}revoked", "true or false", _found(content, "revoked"))


def _place(prefix: str | None, position: int) -> str:
    if prefix is None:
        return ""
    return f"{prefix}.[{position}]" if prefix else f"[{position}]"


def _without_repeats(prefix: str | None, objects: list[StixObject]) -> tuple[StixObject, ...]:
    """Fold what stands there twice; one version with two contents is a fault (the standard's rule on versions)."""
    kept: dict[VersionRef, StixObject] = {}
    faults: list[Fault] = []
    for position, candidate in enumerate(objects):
        first = kept.setdefault(candidate.version_ref, candidate)
        if first is candidate or first.raw == candidate.raw or first.digest == candidate.digest:
            continue
        expected = f"one content for {candidate.id} modified {candidate.modified or 'never'}"
        faults.append(Fault(_place(prefix, position), expected, "another content than before in the same input"))
    if faults:
        raise _refusal(faults)
    return tuple(kept.values())


def _refusal(faults: Sequence[Fault]) -> InputError:
    more = f" and {len(faults) - 1} more" if len(faults) > 1 else ""
    hint = "every fault is listed with its path; correct them at the source and send the whole input again"
    return InputError("stix-unreadable", f"input refused: {faults[0]}{more}", hint, faults)


def _found(content: Mapping[str, Any], name: str) -> str:
    if name not in content:
        return "nothing"
    value = content[name]
    return repr(value[:100]) if isinstance(value, str) else _kind(value)


def _kind(value: Any) -> str:
    """The JSON name of a value's type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    names = {str: "a string", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)
