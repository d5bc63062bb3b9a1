"""From a document to an agreement: everything that is wrong with it is told at once, and nothing of it is guessed.

YAML is read as mappings, lists and strings alone, so `NO` stays Norway; then the vocabulary types each value. The
canonical JSON form is typed already and read by the same table. An unknown key or value anywhere makes the whole
document invalid. Left to others: whether an agreement is wise (`lint`) and whether it is signed (`life`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sepakat.agreements.building import agreement_from
from sepakat.agreements.document import read_yaml
from sepakat.agreements.terms import Agreement
from sepakat.agreements.value_kinds import UNREADABLE, Group, Groups, Reading, worded
from sepakat.agreements.vocabulary import CHILDREN, Key
from sepakat.errors import Fault, InputError

_MOST_FAULTS = 500


def parse_agreement(text: str | bytes) -> Agreement:
    """Read an agreement from YAML.

    Raises:
        InputError: `agreement-invalid`, with every fault.
    """
    reading = Reading(scalars_are_text=True)
    raw = read_yaml(text, reading)
    return _agreement(raw, reading)


def from_document(document: Mapping[str, Any]) -> Agreement:
    """Read an agreement from the JSON form that `writing.document_of` gives.

    Raises:
        InputError: `agreement-invalid`, with every fault.
    """
    return _agreement(document, Reading(scalars_are_text=False))


def _agreement(raw: Any, reading: Reading) -> Agreement:
    document: dict[str, Any] = {}
    if raw is not UNREADABLE:
        if isinstance(raw, Mapping):
            document = _mapping(raw, "", "", reading)
            _check_together(document, reading)
        else:
            reading.fault("(document)", "a mapping", worded(raw))
    if reading.faults:
        raise _invalid(reading.faults, raw)
    return agreement_from(document)


def _mapping(raw: Mapping[Any, Any], table: str, path: str, reading: Reading) -> dict[str, Any]:
    """Read the keys of one mapping by the vocabulary; `table` is its path there, `path` its path in the document."""
    keys = CHILDREN[table]
    read: dict[str, Any] = {}
    for name in raw:
        if name not in keys:
            reading.fault(_joined(path, worded(name)), f"one of the keys {', '.join(keys)}", "an unknown key")
    for name, key in keys.items():
        here = _joined(path, name)
        if name in raw:
            read[name] = _value(raw[name], key, here, reading)
        elif key.is_required:
            reading.fault(here, key.kind.expected, "nothing")
        else:
            read[name] = _value(key.absent, key, here, Reading(scalars_are_text=False))
    return read


def _value(raw: Any, key: Key, path: str, reading: Reading) -> Any:
    value = UNREADABLE if raw is UNREADABLE else key.kind.read(raw, path, reading)
    if value is UNREADABLE:
        return UNREADABLE
    if isinstance(key.kind, Group):
        return _mapping(value, key.path, path, reading)
    if isinstance(key.kind, Groups):
        return [_entry(entry, key, f"{path}[{position}]", reading) for position, entry in enumerate(value)]
    return value


def _entry(raw: Any, key: Key, path: str, reading: Reading) -> Any:
    if isinstance(raw, Mapping):
        return _mapping(raw, key.path, path, reading)
    return UNREADABLE if raw is UNREADABLE else reading.fault(path, "a mapping", worded(raw))


def _check_together(document: Mapping[str, Any], reading: Reading) -> None:
    """What single keys cannot say: the rules between keys. Keys that could not be read are passed over."""
    _check_parties(document, reading)
    version, supersedes = document.get("version"), document.get("supersedes")
    if version == 1 and isinstance(supersedes, str):
        reading.fault("supersedes", "null, since version 1 has none before it", worded(supersedes))
    if isinstance(version, int) and version > 1 and supersedes is None:
        reading.fault("supersedes", f"the hash of the version before version {version}", "null")
    _check_window(document.get("window"), reading)
    onward = document.get("onward")
    if isinstance(onward, Mapping) and _is_filled(onward["named"]) and onward["default"] in ("none", "ask"):
        reading.fault("onward.named", "[] unless default is named", f"parties with default: {onward['default']}")
    seen: set[str] = set()
    share = document.get("share")
    for position, clause in enumerate(share if isinstance(share, list) else ()):
        if isinstance(clause, Mapping):
            _check_clause(clause, f"share[{position}]", seen, reading)


def _check_parties(document: Mapping[str, Any], reading: Reading) -> None:
    giver, takers, community = (document.get(name) for name in ("giver", "takers", "community"))
    if takers == [] and community is None:
        reading.fault("takers", "at least one party, or a community", "nobody")
    if _is_filled(takers) and isinstance(community, str):
        reading.fault("community", "null where takers are named", community)
    if isinstance(takers, list) and giver in takers:
        reading.fault("takers", "parties other than the giver", worded(giver))


def _check_window(window: Any, reading: Reading) -> None:
    if not isinstance(window, Mapping):
        return
    start, end = window.get("from"), window.get("to")
    if isinstance(start, str) and isinstance(end, str) and _sortable(end) <= _sortable(start):
        reading.fault("window.to", f"an instant after {start}", end)


def _check_clause(clause: Mapping[str, Any], path: str, seen: set[str], reading: Reading) -> None:
    clause_id = clause.get("id")
    if isinstance(clause_id, str):
        if clause_id in seen:
            reading.fault(f"{path}.id", "an id that no other clause has", f"{clause_id} again")
        seen.add(clause_id)
    persons = clause.get("persons")
    if isinstance(persons, Mapping) and _is_filled(persons["allow"]) and persons["rule"] in ("none", "pseudonym"):
        reading.fault(
            f"{path}.persons.allow", "[] unless rule is categories", f"categories with rule: {persons['rule']}"
        )


def _is_filled(value: Any) -> bool:
    return isinstance(value, list) and bool(value)


def _sortable(instant: str) -> str:
    """Instants with and without a fraction in one order: `Z` sorts behind digits, nothing sorts before them."""
    return instant.removesuffix("Z")


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _invalid(faults: list[Fault], raw: Any) -> InputError:
    name = raw.get("id") if isinstance(raw, Mapping) else None
    which = f"agreement {worded(name)}" if isinstance(name, str) and name else "agreement"
    ordered = list(dict.fromkeys(faults))
    count = "1 fault" if len(ordered) == 1 else f"{len(ordered)} faults"
    if len(ordered) > _MOST_FAULTS:
        count = f"{count}, of which the first {_MOST_FAULTS} are told"
    return InputError(
        "agreement-invalid",
        f"{which} is invalid, {count}: {ordered[0]}",
        "`sepakat agreements template` prints a valid one; the reference page of the agreement language has every key",
        ordered[:_MOST_FAULTS],
    )
