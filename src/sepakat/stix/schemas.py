"""The standard's tables as JSON schemas, compiled: a quick yes for the objects that break none of them.

Each type's schema is generated from its table in `standard` and accepts no more than `validation` does; what it does
not accept is looked at again there, which names every fault. So speed is bought here, and verdicts are made in one
place. What schemas cannot say (orders of times, selectors, patterns, names of unknown properties) `validation` adds.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema_rs

from sepakat.stix.standard import (
    AT_LEAST_ONE,
    EXTENSION_KINDS,
    HASH_LENGTHS,
    NEEDS,
    NEEDS_SOMETHING,
    NOT_BOTH,
    PREDEFINED_EXTENSIONS,
    SPEC_VERSION,
    STRUCTURES,
    TOGETHER,
    TYPES,
    Properties,
    Property,
    category_of,
    properties_of,
)

Schema = dict[str, Any]

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_TYPE = "[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
# Days that every year has; the 29th of February and years beyond these are asked about in `validation`.
_DAY = (
    "(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    "T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
)
_TIMESTAMP: Schema = {"type": "string", "pattern": rf"^[12][0-9]{{3}}-{_DAY}(?:\.[0-9]+)?Z$"}
_STRING: Schema = {"type": "string"}
_NAMED = "^[a-zA-Z0-9_-]{1,250}$"
_SELECTOR = r"^[a-zA-Z0-9_-]+(?:\.(?:\[(?:0|[1-9][0-9]{0,8})\]|[a-zA-Z0-9_-]+))*$"
_NOTHING: Schema = {"not": {}}


def is_quickly_good(content: Mapping[str, Any]) -> bool:
    """Whether the schema of its type accepts the object; False says nothing yet."""
    kind = content.get("type")
    if not isinstance(kind, str):
        return False
    return _compiled(kind if kind in TYPES else "").is_valid(content) and (
        kind in TYPES or str(content["id"]).startswith(f"{kind}--")
    )


@cache
def _compiled(kind: str) -> Any:
    # The linear engine: a pattern of ours never takes long, whatever stands in the object.
    return jsonschema_rs.Draft4Validator(schema_of(kind), pattern_options=jsonschema_rs.RegexOptions())


def schema_of(kind: str) -> Schema:
    """The JSON schema (draft 4, where 1.0 is no integer) of a type; for the empty text that of custom types."""
    properties = properties_of(kind)
    schema = _object(properties, kind)
    schema["properties"]["type"] = {"enum": [kind]} if kind else {**_STRING, "pattern": f"^{_TYPE}$", "minLength": 3}
    schema["properties"]["id"] = {**_STRING, "pattern": f"^{kind or _TYPE}--{_UUID}$", "maxLength": 288}
    schema["properties"]["spec_version"] = {"enum": [SPEC_VERSION]}
    # Of a custom type no more than an id is asked.
    schema["required"] = sorted({*schema.get("required", ()), "type", "id"}) if kind else ["id", "type"]
    schema["allOf"] = list(_combinations(kind))
    if not schema["allOf"]:
        del schema["allOf"]
    return schema


def _combinations(kind: str) -> Any:
    for group in AT_LEAST_ONE.get(kind, ()):
        yield {"anyOf": [{"required": [name]} for name in group]}
    for first, second in NOT_BOTH.get(kind, ()):
        yield {"not": {"required": [first, second]}}
    for first, second in TOGETHER.get(kind, ()):
        yield {"dependencies": {first: [second], second: [first]}}
    for first, second in NEEDS.get(kind, ()):
        yield {"dependencies": {first: [second]}}
    if kind in NEEDS_SOMETHING:
        own = sorted(set(TYPES[kind].properties) - set(properties_of("custom")))
        yield {"anyOf": [{"required": [name]} for name in own]}


def _object(properties: Properties, owner: str) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": {name: _value(rule, owner) for name, rule in properties.items()},
    }
    required = [name for name, rule in properties.items() if rule.is_required]
    return {**schema, "required": required} if required else schema


def _value(rule: Property, owner: str) -> Schema:
    schema = _item(rule, owner)
    if not rule.is_list:
        return schema
    return {"type": "array", "items": schema, **({"minItems": 1} if rule.is_required else {})}


def _item(rule: Property, owner: str) -> Schema:
    if rule.kind == "ref":
        return _reference(rule.allowed)
    if rule.kind == "enum":
        return {"enum": sorted(rule.allowed)}
    if rule.kind == "object":
        return _structure(rule.structure, owner)
    if rule.kind == "extensions":
        return _extensions(owner)
    if rule.kind in ("integer", "float"):
        limits = {"minimum": rule.minimum, "maximum": rule.maximum}
        numbers = {"type": "integer" if rule.kind == "integer" else "number"}
        return {**numbers, **{name: limit for name, limit in limits.items() if limit is not None}}
    return _PLAIN[rule.kind]


def _structure(name: str, owner: str) -> Schema:
    schema = _object(STRUCTURES[name], owner)
    # A property that the standard does not know is allowed if its name is good: `validation` looks.
    schema["additionalProperties"] = False
    if name == "external-reference":
        schema["anyOf"] = [{"required": [one]} for one in ("description", "url", "external_id")]
    return schema


def _reference(allowed: frozenset[str]) -> Schema:
    if "*" in allowed:
        return {**_STRING, "pattern": f"^{_TYPE}--{_UUID}$", "minLength": 41, "maxLength": 288, "not": _OF_BUNDLE}
    names = sorted(name for name in TYPES if name in allowed or category_of(name) in allowed)
    if not allowed.isdisjoint({"sdo", "sro", "sco"}):
        # A custom type may be of any category; no type of the standard begins like this.
        names.append("x-[a-z0-9]+(?:-[a-z0-9]+)*")
    return {**_STRING, "pattern": f"^(?:{'|'.join(names)})--{_UUID}$", "maxLength": 288}


_OF_BUNDLE: Schema = {"pattern": "^bundle--"}


def _extensions(owner: str) -> Schema:
    known = {name: _object(table, owner) for name, table in PREDEFINED_EXTENSIONS.get(owner, {}).items()}
    for schema in known.values():
        schema["additionalProperties"] = False
        schema["minProperties"] = 1
    defined = {
        "type": "object",
        "minProperties": 1,
        "properties": {"extension_type": {"enum": sorted(EXTENSION_KINDS)}},
    }
    return {
        "type": "object",
        "minProperties": 1,
        "properties": known,
        "patternProperties": {f"^extension-definition--{_UUID}$": defined},
        "additionalProperties": False,
    }


def _hashes() -> Schema:
    lengths = {name: length for name, length in HASH_LENGTHS.items() if length is not None}
    return {
        "type": "object",
        "minProperties": 1,
        "properties": {name: {**_STRING, "pattern": f"^[0-9a-fA-F]{{{length}}}$"} for name, length in lengths.items()},
        "patternProperties": {"^[a-zA-Z0-9_-]{3,250}$": {**_STRING, "minLength": 1}},
        "additionalProperties": False,
    }


_PLAIN: Mapping[str, Schema] = {
    "any": {},
    "binary": {**_STRING, "pattern": "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"},
    "boolean": {"type": "boolean"},
    # The container of STIX 2.0 is deprecated and rare: `validation` looks.
    "container": _NOTHING,
    "dictionary": {
        "type": "object",
        "minProperties": 1,
        "patternProperties": {_NAMED: {}},
        "additionalProperties": False,
    },
    "hashes": _hashes(),
    "hex": {**_STRING, "pattern": "^(?:[0-9a-fA-F]{2})*$"},
    "identifier": _STRING,
    "selector": {**_STRING, "pattern": _SELECTOR},
    "string": _STRING,
    "timestamp": _TIMESTAMP,
}
