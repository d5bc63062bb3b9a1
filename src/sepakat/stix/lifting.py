"""STIX 2.0 content as STIX 2.1: the changes that the standard's own history of changes names, and no others.

`spec_version` is stated, labels that were open vocabularies become the properties of 2.1 (`indicator_types`,
`malware_types` and so on), `pattern_type` and `is_family` are stated, observables inside `observed-data` become objects
with deterministic ids, and a bundle's own version is dropped. Ids and times stay. STIX 2.1 chapter 1.7, Committee Note
on the differences between 2.0 and 2.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sepakat.errors import InputError
from sepakat.stix.identifiers import StixId, is_stix_id, observable_id
from sepakat.stix.objects import StixObject
from sepakat.stix.standard import SPEC_VERSION, TYPES, category_of

_TYPES_OF_LABELS = {
    "indicator": "indicator_types",
    "malware": "malware_types",
    "report": "report_types",
    "threat-actor": "threat_actor_types",
    "tool": "tool_types",
}


@dataclass(slots=True)
class Lifted:
    """The objects in 2.1, and what was changed beyond stating the version."""

    objects: list[StixObject] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)


def is_of_2_0(content: Mapping[str, Any]) -> bool:
    """Whether an object is of STIX 2.0: of a versioned type, without `spec_version`."""
    kind = content.get("type")
    if not isinstance(kind, str) or "spec_version" in content:
        return False
    return category_of(kind) in ("sdo", "sro") or (kind == "marking-definition" and "created" in content)


def lift(objects: Iterable[StixObject]) -> Lifted:
    """Every object in 2.1; what is 2.1 already stays byte for byte."""
    lifted = Lifted()
    seen: set[str] = set()
    for made in objects:
        if not is_of_2_0(made.content):
            lifted.objects.append(made)
            continue
        for content in _lifted(made.content, lifted.told):
            if content["id"] not in seen or content["id"] == made.id:
                seen.add(content["id"])
                lifted.objects.append(StixObject.from_content(content))
    return lifted


def _lifted(content: Mapping[str, Any], told: list[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    kind = content["type"]
    made: dict[str, Any] = {"type": kind, "spec_version": SPEC_VERSION}
    made.update((name, value) for name, value in content.items() if name != "type")
    types = _TYPES_OF_LABELS.get(kind)
    if types and types not in made and isinstance(made.get("labels"), list) and made["labels"]:
        made[types] = list(made["labels"])
        told.append((made["id"], f"its labels are also its {types}"))
    if kind == "indicator":
        made.setdefault("pattern_type", "stix")
    if kind == "malware" and "is_family" not in made:
        made["is_family"] = False
        told.append((made["id"], "is_family was not known in 2.0 and is stated as false"))
    if kind == "observed-data" and isinstance(made.get("objects"), Mapping) and "object_refs" not in made:
        observables = _observables(made["objects"])
        if observables is None:
            told.append((made["id"], "its container of observables cannot be lifted and stays"))
        else:
            del made["objects"]
            made["object_refs"] = list(dict.fromkeys(one["id"] for one in observables))
            for observable in observables:
                if "object_marking_refs" in made:
                    observable["object_marking_refs"] = made["object_marking_refs"]
                yield observable
            told.append((made["id"], f"{len(observables)} observables became objects of their own"))
    yield made


def _observables(container: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The observables of a container as objects that refer to each other by id; None if that cannot be."""
    waiting: dict[str, dict[str, Any]] = {}
    for key, entry in container.items():
        if not isinstance(entry, Mapping) or str(entry.get("type")) not in TYPES:
            return None
        waiting[str(key)] = {"type": entry["type"], "spec_version": SPEC_VERSION, **dict(entry)}
    ids: dict[str, StixId] = {}
    made: list[dict[str, Any]] = []
    while waiting:
        ready = [key for key, entry in waiting.items() if not (_named(entry) & waiting.keys()) - {key}]
        if not ready:
            return None
        for key in ready:
            entry = _with_ids(waiting.pop(key), ids)
            try:
                entry["id"] = observable_id(entry)
            except InputError:
                return None
            ids[key] = StixId(entry["id"])
            made.append(entry)
    return made


def _named(entry: Mapping[str, Any]) -> set[str]:
    values = [value for name, value in entry.items() if name.endswith(("_ref", "_refs"))]
    return {
        item for value in values for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)
    }


def _with_ids(entry: dict[str, Any], ids: Mapping[str, StixId]) -> dict[str, Any]:
    for name, value in entry.items():
        if name.endswith("_ref") and isinstance(value, str) and not is_stix_id(value):
            entry[name] = ids.get(value, value)
        elif name.endswith("_refs") and isinstance(value, list):
            entry[name] = [ids.get(item, item) if isinstance(item, str) else item for item in value]
    return entry
