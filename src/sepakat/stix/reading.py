"""Bytes in, STIX objects out: bundles, TAXII envelopes, arrays and single objects.

Takes all or nothing: either every object is readable and unambiguous, or one InputError names all faults. Each object
keeps its exact bytes. Whether an object keeps the rules of its type is left to `validation`; whether the sender may
say it, to intake. STIX 2.1 section 8 (bundle), TAXII 2.1 section 3.7 (envelope), RFC 7493 (I-JSON).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import orjson

from sepakat.errors import Fault, InputError
from sepakat.stix.identifiers import is_stix_id, type_of
from sepakat.stix.instants import is_timestamp
from sepakat.stix.objects import StixObject, VersionRef
from sepakat.stix.scanning import read_json, survey


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


FILE_LIMITS = Limits(max_bytes=512 << 20, max_objects=1_000_000)
"""Of files that a person takes in: they are read a part at a time."""

_AT_ONCE = 256
_SMALL_BYTES = 4 << 20


_read_container = msgspec.json.Decoder(_Container).decode
_read_array = msgspec.json.Decoder(list[msgspec.Raw]).decode
_read_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


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


class LargeInput(Collection[StixObject]):
    """The objects of one input that was looked through once, read from its bytes anew each time they are asked for."""

    def __init__(self, raws: Sequence[Any]) -> None:
        self._raws = raws

    def __len__(self) -> int:
        return len(self._raws)

    def __iter__(self) -> Iterator[StixObject]:
        for start in range(0, len(self._raws), _AT_ONCE):
            some = self._raws[start : start + _AT_ONCE]
            contents = orjson.loads(b"[" + b",".join(map(bytes, some)) + b"]")
            for raw, content in zip(some, contents, strict=True):
                yield StixObject(bytes(raw), content)

    def __contains__(self, item: object) -> bool:
        return isinstance(item, StixObject) and any(bytes(raw) == item.raw for raw in self._raws)


def read_large(data: bytes, limits: Limits = FILE_LIMITS) -> Collection[StixObject]:
    """What `read_objects` gives, at little more memory than the bytes: objects are parsed some at a time.

    Raises:
        InputError: as `read_objects`; of a large input the faults of its first faulty part.
    """
    if len(data) <= _SMALL_BYTES:
        return read_objects(data, limits)
    if len(data) > limits.max_bytes:
        raise _refusal([Fault("document", f"at most {limits.max_bytes} bytes", f"{len(data)} bytes")])
    seen = survey(data, limits.max_depth)
    if seen.depth > limits.max_depth:
        raise _refusal([Fault("document", f"at most {limits.max_depth} levels of nesting", "deeper nesting")])
    prefix, raws, names = _split_large(data)
    if len(raws) > limits.max_objects:
        raise _refusal([Fault(prefix or "document", f"at most {limits.max_objects} objects", f"{len(raws)} objects")])
    kept: dict[VersionRef, int] = {}
    repeats: set[int] = set()
    for start in range(0, len(raws), _AT_ONCE):
        some = raws[start : start + _AT_ONCE]
        part = b"[" + b",".join(map(bytes, some)) + b"]"
        contents, faults = read_json(part, limits.max_depth + 1)
        if faults:
            where = f"objects {start} to {start + len(some) - 1}"
            raise _refusal([Fault(f"{where}: {one.path}", one.expected, one.found) for one in faults])
        names += survey(part, 1 << 16).colons
        faults = tuple(_part_faults(prefix, start, contents, some, limits))
        if faults:
            raise _refusal(faults)
        for position, (raw, content) in enumerate(zip(some, contents, strict=True), start):
            made = StixObject(bytes(raw), content)
            first = kept.setdefault(made.version_ref, position)
            if first != position:
                repeats.add(position)
                if made.digest != StixObject.from_bytes(bytes(raws[first])).digest:
                    expected = f"one content for {made.id} modified {made.modified or 'never'}"
                    found = "another content than before in the same input"
                    raise _refusal([Fault(_place(prefix, position), expected, found)])
    if names != seen.colons:
        raise _refusal([Fault("document", "each name once", "a second `objects`, or names between the objects")])
    return LargeInput([raw for position, raw in enumerate(raws) if position not in repeats])


def _split_large(data: bytes) -> tuple[str, Sequence[Any], int]:
    """The path of the list of objects, the bytes of each, and how many names stand outside of them."""
    try:
        if data.lstrip(b" \t\r\n")[:1] == b"[":
            return "", _read_array(data), 0
        outside = _read_members(data)
        listed = outside.pop("objects", None)
        if listed is None:
            raise _refusal([Fault("objects", "a list of objects", "nothing")])
        names = 1 + len(outside) + sum(survey(bytes(raw), 1 << 16).colons for raw in outside.values())
        return "objects", _read_container(data).objects, names
    except msgspec.MsgspecError as error:
        raise _refusal([Fault("document", "a bundle, an envelope or an array", str(error)[:200])]) from error


def _part_faults(
    prefix: str, start: int, contents: Sequence[Any], raws: Sequence[Any], limits: Limits
) -> Iterator[Fault]:
    for position, (content, raw) in enumerate(zip(contents, raws, strict=True), start):
        size = len(memoryview(raw))
        if size > limits.max_object_bytes:
            yield Fault(_place(prefix, position), f"at most {limits.max_object_bytes} bytes", f"{size} bytes")
        if not _is_sound(content):
            yield from identity_faults(content, _place(prefix, position))


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
