"""The standard's rules for one object, and for several at once: every fault with its path, nothing raised.

`faults_of` says what the standard forbids, `warnings_of` what it advises against or what a reader should know. Custom
types and unknown properties are allowed, as the standard allows them, if their names are well formed; whether they
may be shared is decided elsewhere. Any JSON value may be asked about. STIX 2.1 chapters 2 to 7, 9 and 11.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sepakat.errors import Fault, InputError
from sepakat.stix.identifiers import (
    contributing_values,
    has_standard_uuid,
    is_stix_id,
    is_type_name,
    observable_id,
)
from sepakat.stix.instants import is_timestamp, version_key
from sepakat.stix.markings import FIXED_MARKINGS, stated_level
from sepakat.stix.objects import StixObject
from sepakat.stix.patterns import is_checkable, pattern_fault
from sepakat.stix.reading import identity_faults
from sepakat.stix.schemas import is_quickly_good
from sepakat.stix.selectors import path_text, resolve
from sepakat.stix.standard import (
    AT_LEAST_ONE,
    HASH_LENGTHS,
    NEEDS,
    NEEDS_SOMETHING,
    NOT_BOTH,
    SPEC_VERSION,
    TIME_ORDER,
    TOGETHER,
    TYPES,
    category_of,
    properties_of,
)
from sepakat.stix.values import found, is_property_name, is_standard_name, value_faults

_OF_IDENTITY = frozenset({"id", "type", "created", "modified", "revoked"})
_IS_RELATIONSHIP_TYPE = re.compile(r"[a-z0-9-]+").fullmatch
_IS_MAC_ADDRESS = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}").fullmatch
_IS_URI = re.compile(
    r"[a-zA-Z][a-zA-Z0-9+.-]*+:(?:[a-zA-Z0-9._~:/?#@!$&'()*+,;=-]|%[0-9a-fA-F]{2}|\[[0-9a-fA-F:.]++\])++"
).fullmatch
_FROM_OBSERVABLE_NAMESPACE = "5"

Content = Mapping[str, Any]


def faults_of(content: Any) -> tuple[Fault, ...]:
    """Everything that the standard forbids about an object."""
    if isinstance(content, Mapping) and _is_quickly_good(content):
        return ()
    return slow_faults_of(content)


def slow_faults_of(content: Any) -> tuple[Fault, ...]:
    """What `faults_of` says, from the tables alone: for objects that the compiled schemas do not accept."""
    faults = list(identity_faults(content))
    if isinstance(content, Mapping):
        kind = content.get("type")
        if isinstance(kind, str):
            faults.extend(_property_faults(kind, content))
            faults.extend(_combination_faults(kind, content))
            faults.extend(_time_faults(kind, content))
            faults.extend(_granular_faults(content))
            special = _SPECIAL.get(kind)
            if special is not None:
                faults.extend(special(content))
    return tuple(faults)


def _is_quickly_good(content: Content) -> bool:
    """Whether the compiled schema accepts the object and nothing is wrong beyond it; no says nothing yet."""
    if not is_quickly_good(content):
        return False
    kind = content["type"]
    unknown = content.keys() - properties_of(kind).keys()
    if unknown and not all(map(is_property_name, unknown)):
        return False
    for earlier, later, _ in (*TIME_ORDER[""], *TIME_ORDER.get(kind, ())):
        if earlier in content and later in content and not content[earlier][:19] < content[later][:19]:
            if _has_any(_time_faults(kind, content)):
                return False
            break
    is_marked = "granular_markings" in content or kind == "marking-definition"
    if is_marked and _has_any(_granular_faults(content)):
        return False
    special = _SPECIAL.get(kind)
    return special is None or not _has_any(special(content))


def _has_any(faults: Iterator[Fault]) -> bool:
    return next(faults, None) is not None


def warnings_of(content: Any) -> tuple[Fault, ...]:
    """What the standard advises against, and what could not be checked, in an object without faults."""
    return tuple(_warnings(content)) if isinstance(content, Mapping) else ()


def check_all(objects: Iterable[StixObject]) -> tuple[Fault, ...]:
    """The faults of many objects, each path led by the id of its object."""
    return tuple(
        Fault(f"{checked.id} {fault.path}", fault.expected, fault.found)
        for checked in objects
        for fault in faults_of(checked.content)
    )


def _property_faults(kind: str, content: Content) -> Iterator[Fault]:
    properties = properties_of(kind)
    if kind not in TYPES and not is_type_name(kind):
        yield Fault("type", "3 to 250 of a-z, 0-9 and single hyphens, a letter first", found(kind))
    for name in _REQUIRED.get(kind, ()):
        if name not in content:
            yield Fault(name, "this required property", "nothing")
    for name, value in content.items():
        rule = properties.get(name)
        if rule is None:
            if not is_property_name(name):
                yield Fault("document", "property names of letters, digits, underscore and hyphen", found(name))
        elif name not in _OF_IDENTITY:
            yield from value_faults(rule, value, (name,), kind)
    if isinstance(content.get("spec_version"), str) and content["spec_version"] != SPEC_VERSION:
        yield Fault("spec_version", SPEC_VERSION, found(content["spec_version"]))


def _combination_faults(kind: str, content: Content) -> Iterator[Fault]:
    for group in AT_LEAST_ONE.get(kind, ()):
        if not any(name in content for name in group):
            yield Fault("document", f"at least one of {', '.join(group)}", "none of them")
    for first, second in NOT_BOTH.get(kind, ()):
        if first in content and second in content:
            yield Fault(second, f"either {first} or {second}", "both")
    for first, second in TOGETHER.get(kind, ()):
        if (first in content) != (second in content):
            missing = second if first in content else first
            yield Fault(missing, f"{first} and {second} together", "one without the other")
    for first, second in NEEDS.get(kind, ()):
        if first in content and second not in content:
            yield Fault(second, f"this property beside {first}", "nothing")
    if kind in NEEDS_SOMETHING and not content.keys() & _OWN[kind]:
        yield Fault("document", f"at least one property of {kind}", "none")
    yield from _external_reference_faults(content.get("external_references"))


def _external_reference_faults(listed: Any) -> Iterator[Fault]:
    for position, entry in enumerate(listed if isinstance(listed, list | tuple) else ()):
        if isinstance(entry, Mapping) and not entry.keys() & {"description", "url", "external_id"}:
            path = path_text(("external_references", position))
            yield Fault(path, "at least one of description, url, external_id", "none of them")


def _time_faults(kind: str, content: Content) -> Iterator[Fault]:
    for earlier, later, may_be_equal in (*TIME_ORDER[""], *TIME_ORDER.get(kind, ())):
        first, second = content.get(earlier), content.get(later)
        # Text that is no timestamp has its own fault already.
        if is_timestamp(first) and is_timestamp(second):
            # To the millisecond: a widespread producer cuts `modified` to milliseconds and keeps `created` finer.
            before, after = version_key(str(first))[:23], version_key(str(second))[:23]
            if after < before or (after == before and not may_be_equal):
                expected = f"a time {'at or after' if may_be_equal else 'after'} {earlier} ({first})"
                yield Fault(later, expected, found(second))


def _granular_faults(content: Content) -> Iterator[Fault]:
    entries = content.get("granular_markings")
    for position, entry in enumerate(entries if isinstance(entries, list | tuple) else ()):
        if not isinstance(entry, Mapping):
            continue
        path = ("granular_markings", position)
        if ("marking_ref" in entry) == ("lang" in entry):
            yield Fault(path_text(path), "either marking_ref or lang", "both" if "lang" in entry else "neither")
        selectors = entry.get("selectors")
        for item, selector in enumerate(selectors if isinstance(selectors, list | tuple) else ()):
            if isinstance(selector, str) and resolve(content, selector) is None:
                here = path_text((*path, "selectors", item))
                yield Fault(here, "a selector of something that is there", found(selector))
    listed = content.get("object_marking_refs")
    if is_stix_id(content.get("id")) and isinstance(listed, list | tuple) and content["id"] in listed:
        yield Fault("object_marking_refs", "markings other than the object itself", found(content["id"]))


def _indicator(content: Content) -> Iterator[Fault]:
    pattern = content.get("pattern")
    if content.get("pattern_type") == "stix" and isinstance(pattern, str):
        problem = pattern_fault(pattern)
        if problem is not None:
            yield Fault("pattern", "a STIX pattern", problem)


def _malware(content: Content) -> Iterator[Fault]:
    if content.get("is_family") is True and "name" not in content:
        yield Fault("name", "a name for a malware family", "nothing")


def _relationship(content: Content) -> Iterator[Fault]:
    kind = content.get("relationship_type")
    if isinstance(kind, str) and not _IS_RELATIONSHIP_TYPE(kind):
        yield Fault("relationship_type", "a-z, 0-9 and hyphens", found(kind))


def _language_content(content: Content) -> Iterator[Fault]:
    translations = content.get("contents")
    for language, fields in translations.items() if isinstance(translations, Mapping) else ():
        if not isinstance(fields, Mapping) or not fields:
            yield Fault(path_text(("contents", language)), "an object with at least one translation", found(fields))


def _marking_definition(content: Content) -> Iterator[Fault]:
    definition, kind = content.get("definition"), content.get("definition_type")
    if "definition" in content and not isinstance(definition, Mapping):
        yield Fault("definition", "an object", found(definition))
    elif kind == "statement" and isinstance(definition, Mapping) and not isinstance(definition.get("statement"), str):
        yield Fault("definition.statement", "text", found(definition.get("statement")))
    identifier = content.get("id")
    fixed = FIXED_MARKINGS.get(identifier) if isinstance(identifier, str) else None
    if fixed is not None and stated_level(content) != (fixed.scheme, fixed.level):
        expected = f"what its publisher fixed for this id: {fixed.content.get('name')}"
        yield Fault("definition", expected, "something else")


def _email_message(content: Content) -> Iterator[Fault]:
    is_multipart = content.get("is_multipart")
    if is_multipart is True and "body" in content:
        yield Fault("body", "body_multipart, since is_multipart is true", "body")
    if is_multipart is False and "body_multipart" in content:
        yield Fault("body_multipart", "body, since is_multipart is false", "body_multipart")
    parts = content.get("body_multipart")
    for position, part in enumerate(parts if isinstance(parts, list | tuple) else ()):
        if isinstance(part, Mapping) and not part.keys() & {"body", "body_raw_ref"}:
            yield Fault(path_text(("body_multipart", position)), "body or body_raw_ref", "neither")


def _network_traffic(content: Content) -> Iterator[Fault]:
    if content.get("is_active") is True and "end" in content:
        yield Fault("end", "no end, since is_active is true", found(content["end"]))


def _mac_address(content: Content) -> Iterator[Fault]:
    value = content.get("value")
    if isinstance(value, str) and not _IS_MAC_ADDRESS(value):
        yield Fault("value", "six pairs of lower-case hexadecimal digits with colons", found(value))


_SPECIAL: Mapping[str, Callable[[Content], Iterator[Fault]]] = {
    "email-message": _email_message,
    "indicator": _indicator,
    "language-content": _language_content,
    "mac-addr": _mac_address,
    "malware": _malware,
    "marking-definition": _marking_definition,
    "network-traffic": _network_traffic,
    "relationship": _relationship,
}

_REQUIRED: Mapping[str, tuple[str, ...]] = {
    kind: tuple(name for name, rule in definition.properties.items() if rule.is_required and name not in ("id", "type"))
    for kind, definition in TYPES.items()
}
_OWN: Mapping[str, frozenset[str]] = {
    kind: frozenset(TYPES[kind].properties) - frozenset(properties_of("custom")) for kind in NEEDS_SOMETHING
}


def _warnings(content: Content) -> Iterator[Fault]:
    kind, identifier = content.get("type"), content.get("id")
    if isinstance(identifier, str) and is_stix_id(identifier):
        if not has_standard_uuid(identifier):
            yield Fault("id", "a UUID with a version of RFC 4122", found(identifier))
        elif isinstance(kind, str) and category_of(kind) == "sco":
            yield from _observable_id_warnings(identifier, content)
    pattern = content.get("pattern")
    if content.get("pattern_type") == "stix" and isinstance(pattern, str) and not is_checkable(pattern):
        yield Fault("pattern", "a pattern short enough to be checked", f"{len(pattern)} characters, left unchecked")
    if kind == "observed-data" and "objects" in content:
        yield Fault("objects", "object_refs in its place", "the deprecated container of observables")
    if kind == "marking-definition" and isinstance(identifier, str) and identifier not in FIXED_MARKINGS:
        level = stated_level(content)
        if level is not None:
            yield Fault("id", f"the fixed id of {level[0]} {level[1][:30]}", found(identifier))
    properties = properties_of(kind) if isinstance(kind, str) else {}
    for name, value in content.items():
        if type(value) is list and not value:
            yield Fault(name, "at least one item, or no such property", "an empty list")
        if name not in properties and is_property_name(name) and not is_standard_name(name):
            yield Fault(name, "a name of 3 to 250 of a-z, 0-9 and underscore", found(name))
    references = content.get("external_references")
    for position, entry in enumerate(references if isinstance(references, list | tuple) else ()):
        url = entry.get("url") if isinstance(entry, Mapping) else None
        if isinstance(url, str) and not _IS_URI(url):
            yield Fault(path_text(("external_references", position, "url")), "a URI of RFC 3986", found(url))
    hashes = content.get("hashes")
    for algorithm in hashes if isinstance(hashes, Mapping) else ():
        if algorithm not in HASH_LENGTHS:
            yield Fault(path_text(("hashes", algorithm)), "a hash algorithm of the vocabulary", found(algorithm))


def _observable_id_warnings(identifier: str, content: Content) -> Iterator[Fault]:
    """A UUIDv5 that is not the one of section 2.9: other producers will not recognise the observable as the same."""
    if identifier[-22] != _FROM_OBSERVABLE_NAMESPACE:
        return
    if not contributing_values(content):
        yield Fault("id", "a random UUID, since no id-contributing property is there", found(identifier))
        return
    try:
        expected = observable_id(content)
    except InputError:
        # A contributing value that has no canonical form is a fault of its own.
        return
    if expected != identifier:
        yield Fault("id", f"{expected}, made of the id-contributing properties", found(identifier))
