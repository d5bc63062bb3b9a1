"""Whether a value is what the standard's table asks for: kinds, lists, nested structures, extensions.

Knows one value and its rule from `standard`; rules that look at several properties of an object are in `validation`.
Every check yields faults with the path of the value, raises nothing, and recurses no deeper than the tables do.
STIX 2.1 chapter 2 (data types), 7.3 (extensions).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from sepakat.errors import Fault
from sepakat.stix.identifiers import is_stix_id, is_type_name, type_of
from sepakat.stix.instants import is_timestamp
from sepakat.stix.selectors import Path, parse_selector, path_text
from sepakat.stix.standard import (
    EXTENSION_KINDS,
    HASH_LENGTHS,
    PREDEFINED_EXTENSIONS,
    STRUCTURES,
    Properties,
    Property,
    category_of,
)

_IS_HEX = re.compile(r"(?:[0-9a-fA-F]{2})*").fullmatch
_IS_DICTIONARY_KEY = re.compile(r"[a-zA-Z0-9_-]{1,250}").fullmatch
_IS_HASH_KEY = re.compile(r"[a-zA-Z0-9_-]{3,250}").fullmatch
_IS_PROPERTY_NAME = re.compile(r"[a-zA-Z0-9_-]{1,250}").fullmatch
_IS_ADVISED_NAME = re.compile(r"[a-z0-9_]{3,250}").fullmatch
_IS_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?").fullmatch
_SHOWN = 100

Faults = Iterator[Fault]


def found(value: Any) -> str:
    """A value in a message: text and numbers shortened, everything else by its kind."""
    if isinstance(value, str):
        return repr(value[:_SHOWN])
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if value.bit_length() < 64 else "a huge number"
    if isinstance(value, float):
        return repr(value)
    return "a list" if isinstance(value, list | tuple) else "an object"


# The same few names stand in object after object. Guards nothing but time; entries die by disuse.
@lru_cache(maxsize=4096)
def is_property_name(name: str) -> bool:
    """Whether we take a property of this name: up to 250 letters, digits, underscores and hyphens.

    Section 3.1 asks for more (see `is_standard_name`), but widespread producers break that, and no harm comes of it;
    a dot or a bracket would make a name that selectors cannot tell from a path.
    """
    return _IS_PROPERTY_NAME(name) is not None


def is_standard_name(name: str) -> bool:
    """Whether the name is of the form of section 3.1: 3 to 250 of a-z, 0-9 and underscore."""
    return _IS_ADVISED_NAME(name) is not None


def value_faults(rule: Property, value: Any, path: Path, owner: str) -> Faults:
    """What is wrong with the value of a property; `owner` is the type of the whole object."""
    check = _CHECKS[rule.kind]
    if not rule.is_list:
        yield from check(rule, value, path, owner)
    elif not isinstance(value, list | tuple):
        yield _fault(path, "a list", value)
    elif not value:
        # An empty list of an optional property says the same as none and is common in the wild: a warning only.
        if rule.is_required:
            yield Fault(path_text(path), "at least one item", "an empty list")
    else:
        for position, item in enumerate(value):
            yield from check(rule, item, (*path, position), owner)


def structure_faults(properties: Properties, content: Any, path: Path, owner: str) -> Faults:
    """What is wrong with a nested structure: missing, misnamed and wrong properties."""
    if not isinstance(content, Mapping):
        yield _fault(path, "an object", content)
        return
    for name, rule in properties.items():
        if rule.is_required and name not in content:
            yield Fault(path_text((*path, name)), "this required property", "nothing")
    for name, value in content.items():
        known = properties.get(name)
        if known is not None:
            yield from value_faults(known, value, (*path, name), owner)
        elif not _IS_DICTIONARY_KEY(name):
            yield Fault(path_text(path), "property names of a-z, 0-9 and underscore", found(name))


def _fault(path: Path, expected: str, value: Any) -> Fault:
    return Fault(path_text(path), expected, found(value))


def _string(_rule: Property, value: Any, path: Path, _owner: str) -> Faults:
    if not isinstance(value, str):
        yield _fault(path, "text", value)


def _boolean(_rule: Property, value: Any, path: Path, _owner: str) -> Faults:
    if not isinstance(value, bool):
        yield _fault(path, "true or false", value)


def _timestamp(_rule: Property, value: Any, path: Path, _owner: str) -> Faults:
    if not is_timestamp(value):
        yield _fault(path, "a timestamp in UTC with Z", value)


def _integer(rule: Property, value: Any, path: Path, _owner: str) -> Faults:
    if not isinstance(value, int) or isinstance(value, bool) or not _is_within(rule, value):
        yield _fault(path, f"a whole number{_range(rule)}", value)


def _float(rule: Property, value: Any, path: Path, _owner: str) -> Faults:
    if not isinstance(value, int | float) or isinstance(value, bool) or not _is_within(rule, value):
        yield _fault(path, f"a number{_range(rule)}", value)


def _is_within(rule: Property, value: float) -> bool:
    return (rule.minimum is None or value >= rule.minimum) and (rule.maximum is None or value <= rule.maximum)


def _range(rule: Property) -> str:
    if rule.minimum is None:
        return ""
    return f" of at least {rule.minimum}" if rule.maximum is None else f" from {rule.minimum} to {rule.maximum}"


def _hex(_rule: Property, value: Any, path: Path, _owner: str) -> Faults:
    if not isinstance(value, str) or not _IS_HEX(value):
        yield _fault(path, "an even number of hexadecimal digits", value)


def _binary(_rule: Property, value: Any, path: Path, _owner: str) -> Faults:
    if not isinstance(value, str) or not _IS_BASE64(value):
        yield _fault(path, "base64", value)


def _enum(rule: Property, value: Any, path: Path, _owner: str) -> Faults:
    if not isinstance(value, str) or value not in rule.allowed:
        yield _fault(path, f"one of {', '.join(sorted(rule.allowed))}", value)


def _reference(rule: Property, value: Any, path: Path, owner: str) -> Faults:
    if not is_stix_id(value):
        # An observable inside the container of STIX 2.0 refers to its neighbours by key; the container is not ours.
        yield _fault(path, "an identifier of the form type--uuid in lower case", value)
    elif not _may_refer(rule.allowed, type_of(value)):
        allowed = "any object" if "*" in rule.allowed else f"an object of {', '.join(sorted(rule.allowed))}"
        yield _fault(path, f"a reference to {allowed}", value)


def _may_refer(allowed: frozenset[str], target: str) -> bool:
    if target in allowed:
        return True
    if target == "bundle":
        return False
    category = category_of(target)
    if "*" in allowed or category in allowed:
        return True
    # A custom type may be of any category, so it passes where a whole category is allowed.
    return category == "custom" and not allowed.isdisjoint({"sdo", "sro", "sco"})


def _hashes(_rule: Property, value: Any, path: Path, _owner: str) -> Faults:
    if not isinstance(value, Mapping) or not value:
        yield _fault(path, "an object with at least one hash", value)
        return
    for algorithm, text in value.items():
        here = (*path, algorithm)
        length = HASH_LENGTHS.get(algorithm)
        if not _IS_HASH_KEY(algorithm):
            yield Fault(path_text(path), "names of hash algorithms of 3 to 250 letters", found(algorithm))
        elif not isinstance(text, str) or not text:
            yield _fault(here, "a hash", text)
        elif length is not None and (len(text) != length or not _IS_HEX(text)):
            yield _fault(here, f"{length} hexadecimal digits", text)


def _dictionary(_rule: Property, value: Any, path: Path, _owner: str) -> Faults:
    if not isinstance(value, Mapping) or not value:
        yield _fault(path, "an object with at least one entry", value)
        return
    for name in value:
        if not _IS_DICTIONARY_KEY(name):
            yield Fault(path_text(path), "keys of 1 to 250 of a-z, A-Z, 0-9, hyphen and underscore", found(name))


def _container(_rule: Property, value: Any, path: Path, _owner: str) -> Faults:
    if not isinstance(value, Mapping) or not value:
        yield _fault(path, "an object with at least one observable", value)
        return
    for key, entry in value.items():
        if not isinstance(entry, Mapping) or not is_type_name(entry.get("type")):
            yield _fault((*path, key), "an observable with a type", entry)


def _extensions(_rule: Property, value: Any, path: Path, owner: str) -> Faults:
    if not isinstance(value, Mapping) or not value:
        yield _fault(path, "an object with at least one extension", value)
        return
    predefined = PREDEFINED_EXTENSIONS.get(owner, {})
    for name, extension in value.items():
        here = (*path, name)
        if not isinstance(extension, Mapping) or not extension:
            yield _fault(here, "an object with at least one property", extension)
        elif name in predefined:
            yield from structure_faults(predefined[name], extension, here, owner)
        elif not _IS_DICTIONARY_KEY(name):
            yield Fault(path_text(path), "the id of an extension definition, or a predefined extension", found(name))
        elif "extension_type" in extension and not _is_extension_kind(extension["extension_type"]):
            expected = f"one of {', '.join(sorted(EXTENSION_KINDS))}"
            yield _fault((*here, "extension_type"), expected, extension["extension_type"])


def _is_extension_kind(value: Any) -> bool:
    return isinstance(value, str) and value in EXTENSION_KINDS


def _structure(rule: Property, value: Any, path: Path, owner: str) -> Faults:
    yield from structure_faults(STRUCTURES[rule.structure], value, path, owner)


def _selector(_rule: Property, value: Any, path: Path, _owner: str) -> Faults:
    try:
        if isinstance(value, str):
            parse_selector(value)
            return
    except ValueError:
        pass
    yield _fault(path, "a selector such as labels.[0] or description", value)


def _anything(_rule: Property, _value: Any, _path: Path, _owner: str) -> Faults:
    return iter(())


_CHECKS: Mapping[str, Callable[[Property, Any, Path, str], Faults]] = {
    "any": _anything,
    "binary": _binary,
    "boolean": _boolean,
    "container": _container,
    "dictionary": _dictionary,
    "enum": _enum,
    "extensions": _extensions,
    "float": _float,
    "hashes": _hashes,
    "hex": _hex,
    "identifier": _anything,
    "integer": _integer,
    "object": _structure,
    "ref": _reference,
    "selector": _selector,
    "string": _string,
    "timestamp": _timestamp,
}
