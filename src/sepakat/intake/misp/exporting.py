"""STIX back to a MISP event: a report or grouping with what it refers to, as attributes with their uuids.

What came from MISP goes back as what it was: type and category stand in its labels, the uuid in its id. Other
indicators become the attribute that their pattern compares. The event is for the own organisation only (distribution
0), whatever it was; TLP and PAP stay tags. What MISP has no place for is named in `losses`.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sepakat.intake.misp.events import NAMESPACE
from sepakat.intake.source import Item
from sepakat.stix.instants import parse_instant
from sepakat.stix.markings import FIXED_MARKINGS, parse_marking

Content = Mapping[str, Any]

_LABEL = re.compile(r'misp:(?P<name>[a-z-]+)="(?P<value>.*)"', re.DOTALL).fullmatch
_COMPARISON = re.compile(r"(?P<path>[a-z][a-z0-9-]*:[^\s=!<>]+)\s*=\s*'(?P<value>(?:[^'\\]|\\.)*)'")
_TYPES_OF_PATHS: tuple[tuple[str, str, str], ...] = (
    ("ipv4-addr:value", "ip-dst", "Network activity"),
    ("ipv6-addr:value", "ip-dst", "Network activity"),
    ("domain-name:value", "domain", "Network activity"),
    ("url:value", "url", "Network activity"),
    ("email-addr:value", "email-src", "Payload delivery"),
    ("file:hashes.MD5", "md5", "Payload delivery"),
    ("file:hashes.'MD5'", "md5", "Payload delivery"),
    ("file:hashes.'SHA-1'", "sha1", "Payload delivery"),
    ("file:hashes.'SHA-256'", "sha256", "Payload delivery"),
    ("file:hashes.'SHA-512'", "sha512", "Payload delivery"),
    ("file:name", "filename", "Payload delivery"),
    ("mutex:name", "mutex", "Artifacts dropped"),
    ("mac-addr:value", "mac-address", "Network activity"),
    ("windows-registry-key:key", "regkey", "Persistence mechanism"),
)
_RULES = {"yara": "Payload delivery", "snort": "Network activity", "sigma": "Payload delivery"}
_GALAXIES = ("threat-actor", "intrusion-set", "malware", "tool", "attack-pattern", "campaign", "course-of-action")
_SILENT = ("relationship", "marking-definition", "identity", "grouping", "report", "extension-definition")


@dataclass(slots=True)
class Exported:
    """The event as MISP reads it, and what it does not say."""

    event: dict[str, Any]
    losses: list[Item] = field(default_factory=list)


def export(report: Content, objects: Mapping[str, Content]) -> Exported:
    """The event of a report or grouping; `objects` are the newest contents by id, those it refers to among them."""
    refs = [objects[ref] for ref in _refs(report, objects) if ref in objects]
    creator = objects.get(str(report.get("created_by_ref")), {})
    event: dict[str, Any] = {
        "uuid": _uuid(report),
        "info": report["name"],
        "date": str(report.get("published") or report["created"])[:10],
        "timestamp": _seconds(report["modified"]),
        "published": False,
        "distribution": "0",
        "threat_level_id": _labels(report).get("threat-level", "4"),
        "analysis": _labels(report).get("analysis", "0"),
        "Orgc": {"uuid": _uuid(creator) if creator else _made("organisation"), "name": creator.get("name", "unknown")},
        "Tag": [{"name": name} for name in _tags(report)],
        "Attribute": [],
        "Object": [],
        "EventReport": [],
    }
    exported = Exported(event)
    done: set[str] = set()
    for content in sorted(refs, key=lambda one: one["type"] != "indicator"):
        if content["type"] not in _SILENT and not content.get("revoked") and _uuid(content) not in done:
            done.update(_put(content, objects, exported))
    for content in objects.values():
        if content["type"] == "note" and report["id"] in content.get("object_refs", ()):
            name, text = str(content.get("abstract") or "Note"), content["content"]
            event["EventReport"].append({"uuid": _uuid(content), "name": name, "content": text, "distribution": "5"})
    return exported


def _refs(report: Content, objects: Mapping[str, Content]) -> Iterator[str]:
    """What the report refers to, through groupings of it too."""
    for ref in report.get("object_refs", ()):
        found = objects.get(ref, {})
        if found.get("type") == "grouping":
            yield from found.get("object_refs", ())
        else:
            yield ref


def _put(content: Content, objects: Mapping[str, Content], exported: Exported) -> Iterator[str]:
    """Put an object into the event; the uuids that this accounts for."""
    event, kind = exported.event, content["type"]
    if kind == "x-misp-object":
        event["Object"].append(_object(content))
    elif kind in _GALAXIES:
        event["Tag"].append({"name": f'misp-galaxy:{kind}="{content.get("name", "")}"'})
    elif (attributes := _attributes(content, objects)) is not None:
        event["Attribute"] += attributes
        if len(attributes) > 1:
            exported.losses.append(Item(content["id"], "one object became several attributes"))
    elif kind not in ("observed-data",) and not _is_observable_of(content, objects):
        exported.losses.append(Item(content["id"], f"MISP has no attribute for this {kind}"))
    yield _uuid(content)


def _is_observable_of(content: Content, objects: Mapping[str, Content]) -> bool:
    """An observable stands in the attribute of what observed it."""
    return any(
        content["id"] in one.get("object_refs", ()) for one in objects.values() if one["type"] == "observed-data"
    )


def _attributes(content: Content, objects: Mapping[str, Content]) -> list[dict[str, Any]] | None:
    labels = _labels(content)
    stated = (labels.get("type", ""), labels.get("category", "Other"))
    if content["type"] == "x-misp-attribute":
        return [_attribute(content, *stated, content.get("x_misp_value", ""), to_ids=False)]
    if content["type"] == "vulnerability":
        return [_attribute(content, "vulnerability", "External analysis", content["name"], to_ids=False)]
    if content["type"] == "indicator":
        if content.get("pattern_type") in _RULES:
            rule = content["pattern_type"]
            return [_attribute(content, rule, _RULES[rule], content["pattern"], to_ids=True)]
        compared = [
            (one["path"], re.sub(r"\\(.)", r"\1", one["value"])) for one in _COMPARISON.finditer(content["pattern"])
        ]
        values = [(path, value) for path, value in compared if not path.endswith(".type")]
        return _of_values(content, stated, values, to_ids=True)
    if content["type"] == "observed-data":
        observed = [objects[ref] for ref in content.get("object_refs", ()) if ref in objects]
        return _of_values(content, stated, [pair for one in observed for pair in _values_of(one)], to_ids=False)
    return None


def _values_of(observable: Content) -> Iterator[tuple[str, str]]:
    kind = observable["type"]
    for algorithm, value in (observable.get("hashes") or {}).items():
        yield f"{kind}:hashes.'{algorithm}'", value
    for name in ("value", "name", "key"):
        if isinstance(observable.get(name), str):
            yield f"{kind}:{name}", observable[name]


def _of_values(
    content: Content, stated: tuple[str, str], values: Sequence[tuple[str, str]], *, to_ids: bool
) -> list[dict[str, Any]] | None:
    type_, category = stated
    if not values:
        return None
    if type_:
        # A type of two parts has its values in the order of its name: a file name before its hash.
        parts = sorted(values, key=lambda pair: pair[0] != "file:name") if type_.startswith("filename|") else values
        wanted = type_.count("|") + 1
        if len(parts) >= wanted:
            return [_attribute(content, type_, category, "|".join(value for _, value in parts[:wanted]), to_ids=to_ids)]
    known = {path: (name, place) for path, name, place in _TYPES_OF_PATHS}
    found = [(*known[path], value) for path, value in values if path in known]
    if not found:
        return None
    made = [_attribute(content, name, place, value, to_ids=to_ids) for name, place, value in found]
    for number, attribute in enumerate(made[1:], 1):
        attribute["uuid"] = _made(f"{content['id']} {number}")
    return made


def _attribute(content: Content, type_: str, category: str, value: str, *, to_ids: bool) -> dict[str, Any]:
    comment = content.get("description") or content.get("x_misp_comment") or ""
    return {
        "uuid": _uuid(content),
        "type": type_,
        "category": category,
        "value": value,
        "to_ids": to_ids,
        "comment": comment,
        "timestamp": _seconds(content["modified"]),
        "distribution": "5",
        "Tag": [{"name": name} for name in _tags(content)],
    }


def _object(content: Content) -> dict[str, Any]:
    labels = _labels(content)
    return {
        "uuid": _uuid(content),
        "name": content.get("x_misp_name", labels.get("name", "")),
        "meta-category": content.get("x_misp_meta_category", labels.get("meta-category", "misc")),
        "timestamp": _seconds(content["modified"]),
        "distribution": "5",
        "Attribute": [{**one, "distribution": "5"} for one in content.get("x_misp_attributes", ())],
    }


def _tags(content: Content) -> Iterator[str]:
    for marking in content.get("object_marking_refs", ()):
        fixed = FIXED_MARKINGS.get(marking)
        if fixed is not None:
            parsed = parse_marking(fixed.content)
            yield f"{'PAP' if parsed.scheme == 'pap' else 'tlp'}:{parsed.level}"
    for label in content.get("labels", ()):
        if not label.startswith("misp:") and label != "Threat-Report":
            yield label


def _labels(content: Content) -> dict[str, str]:
    found = (_LABEL(label) for label in content.get("labels", ()))
    return {match["name"]: match["value"] for match in found if match}


def _uuid(content: Content) -> str:
    return str(content["id"]).partition("--")[2]


def _made(name: str) -> str:
    return str(uuid.uuid5(NAMESPACE, name))


def _seconds(timestamp: str) -> str:
    return str(int(parse_instant(timestamp).timestamp()))
