"""What one marking restricts, in the terms of the engine: levels on axes, audiences, rules on sharing.

TLP, PAP and statements are read by `sepakat.stix`; every other scheme by a policy file (`policies/`). What no file
recognises, or states anything that its file does not name, is unknown, and an unknown marking has no reader. Who owns a
marking and whom its levels admit is left to `labels`. DESIGN section 3 (IEP 2.0, ACS 3.0, REL-TO).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sepakat.release.levels import level_name, level_of
from sepakat.release.policies import shipped_policies
from sepakat.stix.markings import parse_marking
from sepakat.stix.selectors import Path, nodes

Of = Literal["countries", "parties", "countries-and-parties", "compartments"]

EVERYBODY = frozenset({"ALL"})


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may read: who is one of `words` (permissive), or nobody (restrictive: nobody has such a word)."""

    of: Of
    words: frozenset[str]
    is_restrictive: bool = False


@dataclass(frozen=True, slots=True)
class SharingRule:
    """One permit or deny of a list of sharing rules; a scope without words admits all."""

    permits: bool
    scopes: tuple[Audience, ...]


@dataclass(frozen=True, slots=True)
class SharingRules:
    """A list of sharing rules and what holds where none applies; `binds_owner` also when this node owns the marking."""

    binds_owner: bool
    permits_by_default: bool
    rules: tuple[SharingRule, ...]


@dataclass(frozen=True, slots=True)
class Restriction:
    """All that one marking restricts. An axis that is None is not marked; `releasable_to` None: no REL-TO."""

    name: str
    is_known: bool = True
    is_scaffold: bool = False
    tlp: int | None = None
    pap: int | None = None
    classification: int | None = None
    releasable_to: frozenset[str] | None = None
    audiences: tuple[Audience, ...] = ()
    rules: tuple[SharingRules, ...] = ()


UNKNOWN = Restriction("an unknown marking", is_known=False)
NOT_HELD = Restriction("a marking that is not held", is_known=False)


def read_marking(content: Mapping[str, Any]) -> Restriction:
    """What a marking-definition restricts."""
    parsed = parse_marking(content)
    if parsed.is_tlp:
        level = level_of("tlp", parsed.level)
        return Restriction(level_name("tlp", level), is_scaffold=True, tlp=level)
    if parsed.scheme == "pap":
        level = level_of("pap", parsed.level)
        return Restriction(level_name("pap", level), is_scaffold=True, pap=level)
    if parsed.scheme == "statement":
        return Restriction("a statement", is_scaffold=True)
    for policy in shipped_policies():
        stated = _stated(content, policy["recognised_by"])
        if stated is not None:
            try:
                return _read(stated, policy)
            except ValueError as reason:
                return Restriction(f"a marking of {policy['name']} that cannot be read ({reason})", is_known=False)
    return UNKNOWN


def _stated(content: Mapping[str, Any], recognised_by: Mapping[str, str]) -> Mapping[str, Any] | None:
    """What the marking states under this policy; None when it is of another one, or of several."""
    extensions = content.get("extensions", {})
    definition_type = content.get("definition_type")
    if "definition_type" in recognised_by:
        is_this = definition_type == recognised_by["definition_type"] and not extensions
        return {"definition": content.get("definition")} if is_this else None
    extension = recognised_by["extension"]
    if not isinstance(extensions, Mapping) or list(extensions) != [extension] or definition_type is not None:
        return None
    stated = extensions[extension]
    return stated if isinstance(stated, Mapping) else None


def _read(stated: Mapping[str, Any], policy: Mapping[str, Any]) -> Restriction:
    values = _by_plain_path(stated)
    _refuse_unnamed(values, policy)
    levels = {entry["axis"]: _level(values, entry) for entry in policy.get("levels", ()) if entry["at"] in values}
    releasable: frozenset[str] | None = None
    audiences: list[Audience] = []
    for entry in policy.get("categories", ()):
        if entry["at"] in values:
            words = _words(values[entry["at"]])
            audiences.append(Audience(entry["of"], words, is_restrictive=entry["mode"] == "restrictive"))
            if entry.get("bounds") == "releasable_to":
                releasable = words
    return Restriction(
        policy["name"],
        is_scaffold=policy["is_scaffold"],
        tlp=levels.get("tlp"),
        pap=levels.get("pap"),
        classification=levels.get("classification"),
        releasable_to=releasable,
        audiences=tuple(audiences),
        rules=tuple(_rules(values, entry) for entry in policy.get("rules", ())),
    )


def _by_plain_path(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Every value by its path, names joined with dots; lists are values, not walked into."""
    return {".".join(path): value for path, value in _named_nodes(stated)}  # type: ignore[arg-type]


def _named_nodes(stated: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    for path, value in nodes(stated):
        if all(isinstance(step, str) for step in path):
            yield path, value


def _refuse_unnamed(values: Mapping[str, Any], policy: Mapping[str, Any]) -> None:
    named = {entry["at"] for key in ("levels", "categories", "rules", "demands") for entry in policy.get(key, ())}
    named.update(policy["carries"])
    for path, value in values.items():
        is_container = isinstance(value, Mapping) and any(name.startswith(f"{path}.") for name in named)
        inside_carried = any(path.startswith(f"{name}.") for name in policy["carries"])
        if path not in named and not is_container and not inside_carried:
            raise ValueError(f"it states {path}")
    for path in policy["needs"]:
        if path not in values:
            raise ValueError(f"it lacks {path}")
    for entry in policy.get("demands", ()):
        if entry["at"] in values and not _all_among(values[entry["at"]], entry["one_of"]):
            raise ValueError(f"{entry['at']} is not one of those that are understood")


def _all_among(value: Any, allowed: list[Any]) -> bool:
    return all(item in allowed for item in value) if isinstance(value, list) else value in allowed


def _level(values: Mapping[str, Any], entry: Mapping[str, Any]) -> int:
    found = values[entry["at"]]
    name = (
        entry["order"].get(found.lower() if entry["axis"] != "classification" else found)
        if isinstance(found, str)
        else None
    )
    if name is None:
        raise ValueError(f"{entry['at']} is no level that is known")
    return level_of(entry["axis"], name)


def _words(value: Any) -> frozenset[str]:
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) for item in items):
        raise ValueError("a list of words has something else in it")
    return frozenset(items)


def _rules(values: Mapping[str, Any], entry: Mapping[str, Any]) -> SharingRules:
    default = entry["permitted_by_default"]
    listed = values.get(entry["at"], [])
    if not isinstance(listed, list):
        raise ValueError(f"{entry['at']} is no list")
    return SharingRules(
        binds_owner=entry["binds"] == "everybody",
        permits_by_default=default["contains"] in str(values.get(default["at"], "")),
        rules=tuple(rule for item in listed for rule in _rule(item, entry)),
    )


def _rule(item: Any, entry: Mapping[str, Any]) -> Iterator[SharingRule]:
    """The rule if it is about reading; one that permits something else says nothing here."""
    if not isinstance(item, Mapping) or item.get(entry["effect"]) not in ("permit", "deny"):
        raise ValueError(f"a rule of {entry['at']} neither permits nor denies")
    values = _by_plain_path(item)
    permits = item[entry["effect"]] == "permit"
    condition = entry.get("only_when")
    if condition is not None and permits and values.get(condition["at"]) not in condition["one_of"]:
        return
    yield SharingRule(
        permits,
        tuple(Audience(scope["of"], _words(values[scope["at"]])) for scope in entry["scopes"] if scope["at"] in values),
    )
